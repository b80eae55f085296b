"""A sheet that is put together cell by cell, as tables in markup are read, with merged cells and limits."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import polars as pl

from custtier.sources.packed import limits
from custtier.sources.sheets.merged import with_merged
from custtier.sources.sheets.sheet import HEAD_ROWS, Each, column_name

_MOST_CELLS: Final = 25_000_000
_MOST_COVERED: Final = 5_000_000
_WIDEST: Final = 1_000
"""Columns that one cell may be merged over; browsers hold the same."""


@dataclass(frozen=True)
class GridSheet:
    """A table of text in memory.

    Args:
        name: The sheet's name.
        encoding: What kind of file it is from.
        cells: Columns `c0`, `c1`, …; its first row is the sheet's first row.
        spans: Merged cells of more than one row: first row, last row (1-based), column.
    """

    name: str
    encoding: str
    cells: pl.DataFrame = field(repr=False)
    spans: Sequence[tuple[int, int, int]] = field(repr=False, default=())

    @cached_property
    def head(self) -> tuple[tuple[str, ...], ...]:
        """See `Sheet.head`."""
        return tuple(tuple(cell or "" for cell in row) for row in self.cells.head(HEAD_ROWS).iter_rows())

    def below(
        self,
        header_row: int,
        columns: Sequence[int],
        *,
        each: Each,
        ids: Collection[int] = (),  # noqa: ARG002 - what stands in markup has all its digits already
        merged: Collection[int] = (),
    ) -> pl.DataFrame:
        """See `Sheet.below`."""
        below = self._below(header_row).select("row", *(column_name(index) for index in columns))
        if merged:
            wanted = {index for index in columns if index in merged}
            below = with_merged(below, [span for span in self.spans if span[2] in wanted])
        return each(below.lazy()).collect()

    def whole(self, header_row: int, rows: pl.Series) -> pl.DataFrame:
        """See `Sheet.whole`."""
        return self._below(header_row).filter(pl.col("row").is_in(rows.implode()))

    def _below(self, header_row: int) -> pl.DataFrame:
        numbers = pl.int_range(header_row + 1, pl.len() + header_row + 1, dtype=pl.Int32).alias("row")
        return self.cells.slice(header_row).select(numbers, pl.all())


class Grid:
    """The cells of one table, in the order in which they are read.

    Args:
        label: The file's name for errors.
        name: The sheet's name.
    """

    def __init__(self, *, label: str, name: str = "") -> None:
        self.name = name
        self._label = label
        self._rows: list[list[str | None]] = []
        self._spans: list[tuple[int, int, int]] = []
        self._under: dict[int, int] = {}
        self._places = self._covered = 0
        self._column = 0

    def start_row(self, number: int | None = None) -> None:
        """Go to the next row, or to the one with this number, from 1.

        Raises:
            CusttierError: `too-large`.
        """
        wanted = len(self._rows) + 1 if number is None else max(number, len(self._rows) + 1)
        if wanted > limits.MOST_ROWS:
            raise limits.too_spread(self._label)
        while len(self._rows) < wanted:
            self._rows.append([])
        self._under = {column: last for column, last in self._under.items() if last >= wanted}
        self._column = 0

    def put(self, text: str, *, column: int | None = None, across: int = 1, down: int = 1) -> None:
        """Put a cell into the row.

        Args:
            text: Its text.
            column: Its column, from 0; None for the next one that no merged cell covers.
            across: How many columns it is merged over.
            down: How many rows it is merged over.

        Raises:
            CusttierError: `too-large`.
        """
        if not self._rows:
            self.start_row()
        place = self._free() if column is None else max(column, self._column)
        across = min(max(across, 1), _WIDEST)
        row = self._rows[-1]
        self._places += max(place + across - len(row), 0)
        if place + across > limits.MOST_COLUMNS:
            raise limits.too_wide(self._label)
        if self._places > _MOST_CELLS:
            raise limits.too_spread(self._label)
        row.extend([None] * (place + across - len(row)))
        row[place] = text or None
        self._column = place + across
        if down > 1:
            self._merge(place, across, min(down, limits.MOST_ROWS))

    def sheet(self, encoding: str) -> GridSheet | None:
        """The sheet; None when no cell holds anything.

        Raises:
            CusttierError: `too-large`.
        """
        while self._rows and not any(self._rows[-1]):
            self._rows.pop()
        width = max((len(row) for row in self._rows), default=0)
        if not width:
            return None
        if width * len(self._rows) > _MOST_CELLS:
            raise limits.too_spread(self._label)
        columns = {column_name(index): list(self._of_column(index)) for index in range(width)}
        cells = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
        last = len(self._rows)
        spans = [(top, min(bottom, last), column) for top, bottom, column in self._spans if top < last]
        return GridSheet(name=self.name, encoding=encoding, cells=cells, spans=spans)

    def _of_column(self, index: int) -> Iterator[str | None]:
        for row in self._rows:
            yield row[index] if index < len(row) else None

    def _free(self) -> int:
        place = self._column
        while place in self._under:
            place += 1
        return place

    def _merge(self, place: int, across: int, down: int) -> None:
        top = len(self._rows)
        bottom = top + down - 1
        self._covered += across
        if self._covered > _MOST_COVERED:
            raise limits.too_spread(self._label)
        for column in range(place, place + across):
            self._under[column] = bottom
        self._spans.append((top, bottom, place))
