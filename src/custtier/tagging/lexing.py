"""The words, numbers, texts and signs of a rule, each with where it stands."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Final

from custtier.tagging.faults import fault
from custtier.tagging.words import vocabulary
from custtier.text import message

MOST_TOKENS: Final = 200
"""A longer rule is no rule that anybody reads."""
MOST_NESTED: Final = 40
MOST_DIGITS: Final = 15

_QUOTES: Final = {'"': '"', "'": "'", "“": "”", "‘": "’", "「": "」", "『": "』"}
_CLOSED_BY: Final = {"“": '”“"', "‘": "’‘'"}
"""A Chinese keyboard's quotation marks come in pairs that are easily turned round."""

_DATE: Final = re.compile(r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|年(\d{1,2})月(\d{1,2})日?)(?!\d)")
_NUMBER: Final = re.compile(
    r"(¥|￥|\$)?\s*(\d{1,3}(?:,\d{3})+(?!\d)|\d+)(\.\d+)?(?:\s*(万))?"
    r"(?:\s*(元|块钱|块|days?\b|天|日|weeks?\b|周|%|次|单|笔|件|个|倍))?",
    re.IGNORECASE | re.ASCII,
)
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_BLANK: Final = re.compile(r"\s+")


@dataclass(frozen=True)
class Piece:
    """One token: its kind in the grammar, its text as the grammar takes it, and where it stands in the rule."""

    kind: str
    text: str
    start: int
    end: int


def pieces(rule: str) -> list[Piece]:
    """The tokens of a rule.

    Raises:
        CusttierError: `bad-tag-rule`.
    """
    plain = "".join(_narrow(sign) for sign in rule)
    found = list(_merged(_scanned(rule, plain), rule))
    if len(found) > MOST_TOKENS or sum(one.kind in {"_LPAR", "NOT", "MINUS"} for one in found) > MOST_NESTED:
        raise fault(message("the rule of the tag {tag!r} is too long"), place=0)
    return found


def _narrow(sign: str) -> str:
    """The sign as an English keyboard writes it; letters of other widths too."""
    narrow = unicodedata.normalize("NFKC", sign)
    return narrow if len(narrow) == 1 else sign


def _scanned(rule: str, plain: str) -> Iterator[Piece]:
    place = 0
    while place < len(plain):
        if blank := _BLANK.match(plain, place):
            place = blank.end()
            continue
        found = _one(rule, plain, place)
        yield from found
        place = found[-1].end


def _one(rule: str, plain: str, place: int) -> list[Piece]:
    """The token, or the tokens that one word stands for, at a place."""
    if plain[place] in _QUOTES:
        return [_quoted(rule, plain, place)]
    if day := _DATE.match(plain, place):
        return [_day(day)]
    if number := _NUMBER.match(plain, place):
        return [_number(number)]
    name = _NAME.match(plain, place)
    if name:
        tokens = vocabulary().get(name[0].casefold(), (("WORD", name[0]),))
        return [Piece(kind, text, place, name.end()) for kind, text in tokens]
    word = _longest(plain, place)
    if word is not None:
        return [Piece(kind, text, place, place + len(word)) for kind, text in vocabulary()[word]]
    if plain[place].isalnum():
        return [Piece("WORD", rule[place], place, place + 1)]
    raise fault(
        message("the rule of the tag {tag!r} cannot be read at character {place}: there is {found!r}"),
        place=place,
        found=rule[place] if rule[place].isprintable() else "?",
    )


def _quoted(rule: str, plain: str, place: int) -> Piece:
    closing = _CLOSED_BY.get(plain[place], _QUOTES[plain[place]])
    end = next((at for at in range(place + 1, len(plain)) if plain[at] in closing), None)
    if end is None:
        wrong = message("the rule of the tag {tag!r}: the quotation mark at character {place} is never closed")
        raise fault(wrong, place=place)
    return Piece("TEXT", rule[place + 1 : end].strip(), place, end + 1)


def _day(found: re.Match[str]) -> Piece:
    year, month, day = (int(part) for part in found.groups() if part is not None)
    try:
        text = date(year, month, day).isoformat()
    except ValueError:
        wrong = message("the rule of the tag {tag!r}: {found!r} at character {place} is no day of the calendar")
        raise fault(wrong, place=found.start(), found=found[0]) from None
    return Piece("DATE", text, found.start(), found.end())


def _number(found: re.Match[str]) -> Piece:
    """A number with its unit: money, days, or neither; a share is a number up to 1."""
    currency, whole, part, myriads, unit = found.groups()
    if len(whole) > MOST_DIGITS or len(part or "") > MOST_DIGITS:
        wrong = message("the rule of the tag {tag!r}: the number at character {place} has too many digits")
        raise fault(wrong, place=found.start())
    value = Decimal(whole.replace(",", "") + (part or ""))
    if myriads:
        value *= 10_000
    unit = (unit or "").lower()
    if unit == "%":
        value /= 100
    if unit.startswith("week") or unit == "周":
        value *= 7
    kind = "NUMBER"
    if currency or unit in {"元", "块", "块钱"}:
        kind = "MONEY"
    elif unit in {"天", "日", "周"} or unit.startswith(("day", "week")):
        kind = "DAYS"
    return Piece(kind, f"{value:f}", found.start(), found.end())


@cache
def _by_length() -> tuple[tuple[int, frozenset[str]], ...]:
    """The words that are no plain English names, by their number of characters, the longest first."""
    words = [word for word in vocabulary() if not _NAME.fullmatch(word)]
    lengths = sorted({len(word) for word in words}, reverse=True)
    return tuple((length, frozenset(word for word in words if len(word) == length)) for length in lengths)


def _longest(plain: str, place: int) -> str | None:
    """The longest word or sign of the language that begins here."""
    for length, words in _by_length():
        text = plain[place : place + length].casefold()
        if len(text) == length and text in words:
            return text
    return None


def _merged(found: Iterator[Piece], rule: str) -> Iterator[Piece]:
    """The tokens, in which letters that stand side by side are one word; 省 in 广东省 is no field."""
    before: Piece | None = None
    for one in found:
        is_more = before is not None and before.kind == "WORD" and before.end == one.start
        if before is not None and is_more and one.kind in {"WORD", "FIELD"}:
            before = Piece("WORD", before.text + rule[one.start : one.end], before.start, one.end)
            continue
        if before is not None:
            yield before
        before = one
    if before is not None:
        yield before
