"""Where the header of an unknown file stands, and its columns with a sample of their values."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from custtier.errors import data_error
from custtier.sources.drafting.looks import look_of
from custtier.sources.drafting.place import Column
from custtier.sources.drafting.vocabulary import loose
from custtier.sources.sheets.sheet import HEAD_ROWS, Sheet, column_name

_SAMPLE: Final = 5_000
"""Rows whose values are looked at."""

_KNOWN: Final = 3
"""How much more a header that is known says than a cell that could be one."""


@dataclass(frozen=True)
class Head:
    """The header of a sheet and what stands under it.

    Args:
        sheet: The sheet.
        header_row: 1-based.
        columns: Those that have a header.
        sample: `row` and every column of the first rows.
        row_count: Rows under the header, blank ones too.
    """

    sheet: Sheet
    header_row: int
    columns: tuple[Column, ...]
    sample: pl.DataFrame
    row_count: int


def head_of(
    sheets: Sequence[Sheet], *, known: Collection[str], path: str, zone: str, date_formats: Sequence[str] = ()
) -> Head:
    """The header that holds most names that are known, in the first rows of any sheet.

    Args:
        sheets: Of one file.
        known: Loose headers.
        path: As the user gave it.
        zone: Of times without an offset.
        date_formats: Ways of writing dates that some profile knows.

    Raises:
        CusttierError: `no-header` when no row could be one, or nothing stands under it.
    """
    ranked = [
        (_score(cells, known), -place, -row)
        for place, sheet in enumerate(sheets)
        for row, cells in enumerate(sheet.head[:HEAD_ROWS], 1)
    ]
    score, place, row = max(ranked, default=(0.0, 0, 0))
    if score <= 0:
        raise _no_header(path)
    head = _read(sheets[-place], -row, zone=zone, date_formats=date_formats)
    if head.sample.is_empty():
        raise _no_header(path)
    return head


def column_texts(head: Head, column: Column) -> pl.Series:
    """Every cell of a column, as the file writes it."""
    name = column_name(column.index)
    found = head.sheet.below(head.header_row, [column.index], each=lambda rows: rows.select("row", name))
    return found[name]


def columns_under(sheet: Sheet, header_row: int, *, zone: str) -> tuple[Column, ...]:
    """The columns under a header that is known, each with how its values look."""
    return _read(sheet, header_row, zone=zone, date_formats=()).columns


def _score(cells: Sequence[str], known: Collection[str]) -> float:
    """How much a row looks like a header: known names first, then texts that are no numbers, each once."""
    texts = [cell.strip() for cell in cells if cell.strip()]
    if len(texts) < 2 or len(set(texts)) < 0.8 * len(texts):
        return 0
    named = sum(loose(text) in known for text in texts)
    could_be = sum(len(text) <= 40 and not text[:1].isdigit() for text in texts)
    # a row of cells is none, however much of it is text: it must not be printed as a header
    if could_be < (0.7 if named else 1) * len(texts):
        return 0
    return _KNOWN * named + could_be / len(texts)


def _read(sheet: Sheet, header_row: int, *, zone: str, date_formats: Sequence[str]) -> Head:
    rows = sheet.below(header_row, [0], each=lambda found: found.select("row"))["row"]
    sample = sheet.whole(header_row, rows.head(_SAMPLE))
    cells = sheet.head[header_row - 1]
    columns = [
        Column(
            index,
            cell.strip().strip("\ufeff`\"'"),
            look_of(sample[column_name(index)], zone=zone, date_formats=date_formats),
        )
        for index, cell in enumerate(cells)
        if cell.strip() and column_name(index) in sample.columns
    ]
    filled = pl.any_horizontal(
        pl.lit(value=False), *(pl.col(column_name(one.index)).str.strip_chars() != "" for one in columns)
    )
    return Head(sheet, header_row, tuple(columns), sample.filter(filled), rows.len())


def _no_header(path: str) -> Exception:
    return data_error(
        "no-header",
        "{path} shows no table: no row among its first {rows} looks like a header with rows under it",
        hint="delete what stands above the header, or export the file again",
        path=path,
        rows=HEAD_ROWS,
    )
