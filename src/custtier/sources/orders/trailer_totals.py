"""What a file says it adds up to, held against what came in: a bill's own last lines are the best check there is."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

import polars as pl

from custtier.currencies import minor_digits
from custtier.facts import Note
from custtier.schema import State
from custtier.sources.formats.identify import Match, normal_header
from custtier.sources.formats.profile import Totals
from custtier.sources.records import ORDER, REFUND
from custtier.sources.transforms.money import minor_units

_COUNTS: Final = ("records", "orders", "refunds")
_AMOUNTS: Final = ("gross", "refund")


def differing_totals(table: pl.DataFrame, matches: Sequence[Match], *, path: str) -> list[Note]:
    """A note `trailer_differs` for every total that the file states and that what came in does not have.

    Args:
        table: The rows of all sheets, converted, with `role`, `reason` and `left_out`.
        matches: The sheets, in the order of `sheet_number`.
        path: The file, for the notes.
    """
    totals = matches[0].profile.totals
    if totals is None:
        return []
    notes: list[Note] = []
    for number, match in enumerate(matches):
        rows = table.filter(pl.col("sheet_number") == number)
        digits = minor_digits(next(iter(rows["currency"].to_list()), None))
        for field, what, stated in _stated(rows.filter(pl.col("left_out").is_not_null()), match, totals):
            held = sums_of(rows, field)
            wanted = minor_units(pl.Series([stated]), digits=0 if field in _COUNTS else digits).item()
            if wanted is None or wanted in held:
                continue
            found = held[0] if field in _COUNTS else _written(held[0], digits)
            shown = wanted if field in _COUNTS else _written(wanted, digits)
            notes.append(Note("trailer_differs", {"file": path, "what": what, "stated": shown, "found": found}))
    return notes


def sums_of(rows: pl.DataFrame, field: str) -> list[int]:
    """What may be meant by a total of the rows that came in: one number, or two where formats differ.

    A payment that was taken back at once stands in some sums and not in others: either is right.

    Args:
        rows: Converted rows of a sheet.
        field: `records`, `orders`, `refunds` (counts), `gross` or `refund` (minor units).
    """
    kept = rows.filter(pl.col("reason").is_null() & pl.col("left_out").is_null())
    orders, refunds = kept.filter(pl.col("role") == ORDER), kept.filter(pl.col("role") == REFUND)
    if field == "records":
        return [kept.height]
    if field in _COUNTS:
        return [orders.height if field == "orders" else refunds.height]
    if field == "refund":
        money = [pl.col(name) for name in ("refund_amount", "gross", "amount") if name in kept.columns]
        return [int(refunds.select(pl.coalesce(money).abs().sum()).item())]
    if "gross" not in kept.columns:
        return [0]
    paid = orders.filter(pl.col("state") == State.PAID.value)
    return list(dict.fromkeys(int(frame["gross"].sum()) for frame in (paid, orders)))


def _stated(below: pl.DataFrame, match: Match, totals: Totals) -> Iterator[tuple[str, str, str]]:
    """Field, what the file calls it, and the number as it is written, of every total in the rows under the table."""
    if below.is_empty():
        return
    whole = match.sheet.whole(match.header_row, below["row"]).sort("row").drop("row")
    lines = [[_plain(cell) for cell in cells] for cells in whole.iter_rows()]
    wanted = {field: getattr(totals, field) for field in (*_COUNTS, *_AMOUNTS)}
    if not totals.header:
        yield from _told_in_words(lines, wanted)
        return
    for names, values in pairwise(lines):
        if re.search(totals.header, names[0]):
            # where backticks part the cells, the names, which have none, stand in one cell
            apart = [name for cell in names for name in cell.split(",")]
            yield from _told_in_columns(dict(zip(apart, values, strict=False)), wanted)
            return


def _told_in_columns(cells: Mapping[str, str], wanted: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str, str]]:
    normal = {normal_header(name): (name, value) for name, value in cells.items() if name}
    for field, names in wanted.items():
        there = [normal[normal_header(name)] for name in names if normal_header(name) in normal]
        if there:
            yield field, *there[0]


def _told_in_words(
    lines: Sequence[Sequence[str]], wanted: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, str, str]]:
    texts = [",".join(cell for cell in cells if cell) for cells in lines]
    for field, patterns in wanted.items():
        for pattern in patterns:
            found = next((match for text in texts if (match := re.search(pattern, text))), None)
            if found is not None:
                yield field, found.string[found.start() : found.start(1)].strip(" :：#"), found[1]


def _plain(cell: str | None) -> str:
    return (cell or "").strip().strip("\ufeff`\"' \t")


def _written(units: int, digits: int) -> str:
    """An amount as a bill writes it."""
    whole, fraction = divmod(abs(units), 10**digits)
    return f"{'-' if units < 0 else ''}{whole}" + (f".{fraction:0{digits}d}" if digits else "")
