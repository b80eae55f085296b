"""Columns settled by wish, by guess and by question."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import inf
from typing import Final

from custtier.errors import CusttierError, data_error
from custtier.sources.drafting.asking import Asker, Question
from custtier.sources.drafting.head import Head
from custtier.sources.drafting.kinds import Kind, fits
from custtier.sources.drafting.place import GUESS, LIKELY, NONE, SURE, Column, Placement, by_field
from custtier.sources.drafting.rows import words_of
from custtier.sources.drafting.vocabulary import ACCOUNT, Vocabulary
from custtier.sources.formats.identify import normal_header
from custtier.sources.sheets.sheet import column_name
from custtier.sources.transforms.instants import instants
from custtier.sources.transforms.text import cleaned
from custtier.text import message

_KNOWN_WORDS: Final = 0.6
"""Rows whose word is known of a column that is taken for one of states."""

_ID_LENGTH: Final = 5

_MISTAKEN: Final = frozenset({"province"})
"""Fields whose header may mean the status: `State`."""


def wished(found: Sequence[Placement], columns: Mapping[str, str]) -> list[Placement]:
    """The placements with those that the user settled; an empty header takes a field from its column."""
    result = list(found)
    for field, header in columns.items():
        result = [_without(one) if one.field == field else one for one in result]
        if not header:
            continue
        column = next((one.column for one in result if normal_header(one.column.header) == normal_header(header)), None)
        if column is None:
            continue
        result = [one for one in result if not (one.column == column and not one.field)]
        result.append(Placement(column, field, SURE, "asked"))
    return sorted(result, key=lambda one: (one.column.index, one.field != ACCOUNT))


def with_guesses(found: Sequence[Placement], *, kind: Kind, head: Head, known: Vocabulary) -> list[Placement]:
    """The placements with what the values alone tell: the only column that could be it."""
    result = list(found)
    if "status" in kind.fields and "status" not in by_field(result):
        result = _taken(result, "status", _of_known_words(result, head, known), LIKELY)
    if "order_id" in kind.fields and "order_id" not in by_field(result):
        result = _taken(result, "order_id", _of_numbers(result), GUESS)
    for group in kind.required:
        if not any(field in by_field(result) for field in group):
            result = _taken(result, group[0], _candidates(result, group[0]), GUESS)
    return result


def can_be(kind: Kind, found: Sequence[Placement], *, group: Sequence[str] = ()) -> bool:
    """Whether every field that must be has a column, or one that could be it by its values.

    Args:
        kind: The kind.
        found: The placements.
        group: Only the fields of this group of the kind's.
    """
    placed = by_field(found)
    groups = [group] if group else kind.required
    return all(any(field in placed for field in one) or _candidates(found, one[0]) for one in groups)


def asked_fields(
    found: Sequence[Placement], *, kind: Kind, head: Head, ask: Asker | None, path: str
) -> list[Placement]:
    """The placements with every field that must be.

    Raises:
        CusttierError: `cannot-draft` when one cannot be told and nobody says it.
    """
    result = list(found)
    for group in kind.required:
        if any(field in by_field(result) for field in group):
            continue
        candidates = _candidates(result, group[0])
        chosen = _asked(group[0], candidates, ask) if candidates else None
        if chosen is None and ask is None and group[0] == "created_at" and candidates:
            result = _taken(result, group[0], [_first_in_time(candidates, head)], GUESS)
            continue
        if chosen is None:
            raise _cannot_draft(result, group, candidates, path)
        result = [
            replace(one, field=group[0], certainty=SURE, reason="asked", like="") if one.column == chosen else one
            for one in result
        ]
    return result


def _asked(field: str, candidates: Sequence[Column], ask: Asker | None) -> Column | None:
    if ask is None:
        return None
    chosen = ask.choose(
        Question(
            message("Which column holds this: {field}?"),
            [column.header for column in candidates],
            {"field": field},
        )
    )
    return None if chosen is None else candidates[chosen]


def with_buyers(found: Sequence[Placement], *, kind: Kind, ask: Asker | None) -> list[Placement]:
    """The placements with the column that tells who bought, where somebody says which it is."""
    if ask is None or kind.name != "order" or by_field(found).keys() & {ACCOUNT, "phone", "email", "name"}:
        return list(found)
    candidates = [column for column in _candidates(found, ACCOUNT) if column.look.distinct > 1]
    chosen = _asked(ACCOUNT, candidates, ask) if candidates else None
    return [
        replace(one, field=ACCOUNT, certainty=SURE, reason="asked", like="") if one.column == chosen else one
        for one in found
    ]


def _first_in_time(candidates: Sequence[Column], head: Head) -> Column:
    """The column of times that begins an order: filled where others are, and earlier than they are."""
    most = max(column.look.filled for column in candidates)
    full = [column for column in candidates if column.look.filled >= 0.9 * most]
    return min(full, key=lambda column: (_usual_time(column, head), column.index))


def _usual_time(column: Column, head: Head) -> float:
    texts = cleaned(head.sample[column_name(column.index)])
    middle = instants(texts, zone="UTC", day_first=True).dt.timestamp("ms").median()
    return float(middle) if isinstance(middle, int | float) else inf


def _without(one: Placement) -> Placement:
    return replace(one, field="", certainty=NONE, reason="unknown", like="")


def _taken(found: Sequence[Placement], field: str, candidates: Sequence[Column], certainty: str) -> list[Placement]:
    """The placements with a field for the only candidate."""
    if len(candidates) != 1:
        return list(found)
    return [
        replace(one, field=field, certainty=certainty, reason="values", like="")
        if one.column == candidates[0] and (not one.field or one.field in _MISTAKEN)
        else one
        for one in found
    ]


def _free(found: Sequence[Placement]) -> list[Placement]:
    return [one for one in found if not one.field and one.column.look.filled]


def _candidates(found: Sequence[Placement], field: str) -> list[Column]:
    """The columns without a field that could hold it; those that hold something else for certain are none."""
    return [one.column for one in _free(found) if one.reason != "beside" and fits(field, one.column.look)]


def _of_numbers(found: Sequence[Placement]) -> list[Column]:
    return [
        column
        for column in _candidates(found, "order_id")
        if column.look.length >= _ID_LENGTH
        and column.look.distinct > 0.2 * column.look.filled
        and column.look.masked_phones < 0.5
    ]


def _of_known_words(found: Sequence[Placement], head: Head, known: Vocabulary) -> list[Column]:
    result = []
    for one in found:
        is_open = not one.field or one.field in _MISTAKEN
        if not is_open or not one.column.look.filled or not fits("status", one.column.look):
            continue
        words = words_of(head.sample[column_name(one.column.index)], field="status", known=known.states)
        if sum(word.rows for word in words if word.state) >= _KNOWN_WORDS * sum(word.rows for word in words):
            result.append(one.column)
    return result


def _cannot_draft(
    found: Sequence[Placement], group: Sequence[str], candidates: Sequence[Column], path: str
) -> CusttierError:
    headers = ", ".join(dict.fromkeys(one.column.header for one in found))
    if candidates:
        return data_error(
            "cannot-draft",
            "{path}: several columns could hold what is needed ({needed_field}): {columns}",
            hint="say which: --column {example}=HEADER; or run it on a terminal, which asks",
            path=path,
            needed_field="|".join(group),
            columns=", ".join(column.header for column in candidates),
            example=group[0],
        )
    return data_error(
        "cannot-draft",
        "{path}: no column holds what is needed ({needed_field}); the file has {headers}",
        hint="name one with --column {example}=HEADER, or export more columns",
        path=path,
        needed_field="|".join(group),
        headers=headers,
        example=group[0],
    )
