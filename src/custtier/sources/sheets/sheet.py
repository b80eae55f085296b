"""A sheet: a table of text whose header is not known yet, from a text file or a workbook."""

from collections.abc import Callable, Collection, Sequence
from typing import Final, Protocol

import polars as pl

HEAD_ROWS: Final = 40
"""Rows among which a header is looked for."""

Each = Callable[[pl.LazyFrame], pl.LazyFrame]
"""Makes rows of rows, each of its own, so that it may be given them piece by piece."""


class Sheet(Protocol):
    """A table of text, rows numbered from 1 as the file shows them."""

    @property
    def name(self) -> str:
        """The sheet's name; empty for a text file."""

    @property
    def encoding(self) -> str:
        """`utf-8`, `utf-8-sig`, `gb18030`, `cp1252`, `cp932`, `utf-16`, `xlsx`, `xls`, `html` or `xml`."""

    @property
    def head(self) -> Sequence[Sequence[str]]:
        """The first rows, an empty text where a cell is empty."""

    def below(
        self,
        header_row: int,
        columns: Sequence[int],
        *,
        each: Each,
        ids: Collection[int] = (),
        merged: Collection[int] = (),
    ) -> pl.DataFrame:
        """What `each` makes of the rows under the header, blank rows too.

        Args:
            header_row: 1-based row of the header.
            columns: 0-based columns; `c7` holds the eighth.
            each: Is given `row` (Int32) and `c0`, `c1`, … (text) of these columns; it leaves no row out.
            ids: Columns that hold ids: numbers in them come with all their digits, or as a damaged id.
            merged: Columns in which a merged cell stands for every row it covers.
        """

    def whole(self, header_row: int, rows: pl.Series) -> pl.DataFrame:
        """`row` and every column of these rows under the header."""


def column_name(index: int) -> str:
    """The name of a 0-based column."""
    return f"c{index}"
