"""Rows that people leave in a table and that are no records: its header once more, and lines of totals."""

from collections.abc import Collection, Mapping, Sequence
from itertools import product
from typing import Final

import polars as pl

HEADER_AGAIN: Final = "is_header"
TOTAL: Final = "is_total"
SECTION: Final = "section"
"""How often the header has stood above a row in its sheet: two exports pasted under each other are two sections."""

_COMPARED: Final = 3
_TOTALS: Final = (
    "合计",
    "总计",
    "小计",
    "共计",
    "汇总",
    "累计",
    "本页合计",
    "total",
    "Total",
    "TOTAL",
    "Grand Total",
    "Sum",
)
TOTAL_WORDS: Final = tuple(word + mark for word, mark in product(_TOTALS, ("", ":", "：")))


def marks(headers: Mapping[int, str], *, whole: str) -> list[pl.Expr]:
    """Whether a row is the header once more, and whether its first cells say that it is one of totals.

    Args:
        headers: Column → its header, of columns whose texts are clean. A byte order mark stands before the first cell
            where two files were joined.
        whole: All headers as one text: in a format that sets cells apart otherwise than headers, this is one cell.
    """
    names = {index: pl.col(f"c{index}") for index in headers}
    names |= {0: names[0].str.strip_chars_start("\ufeff")} if 0 in names else {}
    told = sorted((index for index in headers if headers[index]), key=lambda index: index == 0)[:_COMPARED]
    again = pl.all_horizontal(pl.lit(value=True), *(names[index].eq_missing(pl.lit(headers[index])) for index in told))
    again = again if len(told) > 1 else pl.lit(value=False)
    again = (again | names[0].eq_missing(pl.lit(whole))) if 0 in names else again
    totals = [names[index].is_in(TOTAL_WORDS).fill_null(value=False) for index in sorted(headers)[:2]]
    return [
        again.alias(HEADER_AGAIN),
        pl.any_horizontal(pl.lit(value=False), *totals).alias(TOTAL),
    ]


def with_sections(table: pl.DataFrame) -> pl.DataFrame:
    """A sheet's rows with `section`."""
    return table.with_columns(pl.col(HEADER_AGAIN).cast(pl.Int32).cum_sum().alias(SECTION))


def no_record(table: pl.DataFrame, *, blank: Collection[str]) -> pl.Expr:
    """`repeated_header` or `total_row` where a row is such a one, else null.

    Args:
        table: Fields of all sheets.
        blank: Fields that a line of totals has nothing in, or the word for it: order numbers and times.
    """
    again = pl.when(HEADER_AGAIN).then(pl.lit("repeated_header"))
    if TOTAL not in table.columns or not table[TOTAL].any():
        return again
    told: Sequence[pl.Expr] = [pl.col(name).str.strip_chars() for name in blank if name in table.columns]
    empty = pl.all_horizontal(
        pl.lit(value=True), *(text.is_null() | (text == "") | text.is_in(TOTAL_WORDS) for text in told)
    )
    return again.when(pl.col(TOTAL) & empty).then(pl.lit("total_row"))
