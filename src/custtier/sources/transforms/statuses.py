"""A platform's words become states of ours, and what its refund column says."""

import re
from collections.abc import Callable
from typing import Final

import polars as pl

from custtier.schema import State
from custtier.sources.formats.profile import RefundStatuses, Statuses

CANCELLED: Final = "cancelled"
"""Closed, or refunded when a pay time stands: settled row by row."""

UNKNOWN: Final = "unknown"
DONE, PENDING, FAILED = "done", "pending", "failed"
_FOOTNOTE = re.compile(r"\s*[（(][^（()）]*[)）]$")


def states(status: pl.Series, *, rules: Statuses) -> pl.Series:
    """The state that each word means: one of `State`, `CANCELLED` or `UNKNOWN`; null where there is no word."""
    table = {
        plain_word(word): state
        for state, words in (
            (State.UNPAID, rules.unpaid),
            (State.PAID, (*rules.paid, *rules.partly_paid)),
            (State.REFUNDED, rules.refunded),
            (State.CLOSED, rules.closed),
        )
        for word in words
    }
    return _looked_up(status, lambda word: _state(word, table, rules))


def refund_states(status: pl.Series, *, rules: RefundStatuses) -> pl.Series:
    """What each word of a refund column means: `done`, `pending`, `failed` or `UNKNOWN`; null for no word."""
    table = {
        plain_word(word): state
        for state, words in ((DONE, rules.done), (PENDING, rules.pending), (FAILED, rules.failed))
        for word in words
    }

    def state(word: str) -> str:
        found = table.get(plain_word(word))
        if found is None and any(part in word for part in rules.done_contains):
            return DONE
        return found or UNKNOWN

    return _looked_up(status, state)


def _looked_up(words: pl.Series, meaning: Callable[[str], str]) -> pl.Series:
    unique = words.unique().drop_nulls()
    if unique.is_empty():
        return pl.Series(words.name, [None] * len(words), dtype=pl.String)
    found = pl.Series([meaning(word) for word in unique.to_list()], dtype=pl.String)
    return words.replace_strict(unique, found, default=None, return_dtype=pl.String)


def _state(word: str, table: dict[str, State], rules: Statuses) -> str:
    if rules.amount_pattern and re.search(rules.amount_pattern, word):
        return State.PAID
    plain = plain_word(word)
    for candidate in (plain, plain_word(_FOOTNOTE.sub("", word)), *_cut(plain, rules.cut_prefixes)):
        if candidate in table:
            return table[candidate]
    if any(part in plain for part in rules.refunded_contains):
        return State.REFUNDED
    if any(plain.startswith(plain_word(prefix)) for prefix in rules.cancelled_prefixes):
        return CANCELLED
    if any(part in plain for part in rules.paid_contains):
        return State.PAID
    return UNKNOWN


def _cut(word: str, prefixes: tuple[str, ...]) -> list[str]:
    return [word.removeprefix(plain_word(prefix)) for prefix in prefixes if word.startswith(plain_word(prefix))]


def plain_word(word: str) -> str:
    """A word as it is compared: no spaces, one kind of brackets and commas, no case."""
    return re.sub(r"\s+", "", word).translate(str.maketrans("（）,", "()，")).casefold()
