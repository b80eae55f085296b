"""Rows that are alike in what a key is made of get numbers, which do not depend on the order of the file."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from custtier.schema import STATE_RANK

_NO_VALUES: Final = frozenset({"at", "row", "sheet", "sheet_number", "first_cells", "order_key", "section"})


def numbers_among_twins(rows: pl.DataFrame, *, same: Sequence[str], first: Sequence[str]) -> pl.Series:
    """The number of each row among those that have the same values in `same`, from 0.

    What a row holds decides; rows alike in all of it may take either number.

    Args:
        rows: The columns `same`, `at` (unique), and what is known of each row.
        same: Columns in which twins agree; nulls are alike.
        first: Columns that decide before all others, in this order; of `state` the furthest comes first.

    Returns:
        Int64, the length of `rows`.
    """
    alike = rows.select(same).is_duplicated()
    if not alike.any():
        return pl.Series("number", [0], dtype=pl.Int64).new_from_index(0, rows.height)
    twins = rows.filter(alike)
    known = [name for name in first if name in twins.columns]
    others = sorted(set(twins.columns) - ({*known, *same} - {"state"}) - _NO_VALUES)
    values = [*(_furthest_first(name) for name in known), *(pl.col(name) for name in others)]
    numbered = twins.sort(*values, "at", nulls_last=True).select("at", number=pl.int_range(pl.len()).over(same))
    return rows.select("at").join(numbered, on="at", how="left", maintain_order="left")["number"].fill_null(0)


def _furthest_first(name: str) -> pl.Expr:
    """A column to sort by: of `state` the furthest first, of others the smallest."""
    if name != "state":
        return pl.col(name)
    return -pl.col(name).replace_strict(STATE_RANK, default=-1, return_dtype=pl.Int8)
