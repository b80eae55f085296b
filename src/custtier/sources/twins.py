"""Rows that are alike in what a key is made of get numbers, which do not depend on the order of the file."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from custtier.schema import STATE_RANK

_NO_VALUES: Final = frozenset({"at", "row", "sheet", "sheet_number", "first_cells", "order_key"})
_FIRST: Final = ("line_id", "product_id", "product", "specification", "channel", "shop", "amount", "quantity")


def numbers_among_twins(rows: pl.DataFrame, *, same: Sequence[str]) -> pl.Series:
    """The number of each row among those that have the same values in `same`, from 0.

    The furthest state comes first, then what the row holds decides; rows alike in all of it may take either number.

    Args:
        rows: The columns `same`, `at` (unique), and what is known of each row.
        same: Columns in which twins agree; nulls are alike.

    Returns:
        Int64, the length of `rows`.
    """
    if rows.is_empty():
        return pl.Series("number", [], dtype=pl.Int64)
    alike = rows.select(same).is_duplicated()
    if not alike.any():
        return pl.Series("number", [0], dtype=pl.Int64).new_from_index(0, rows.height)
    twins = rows.filter(alike)
    if "state" in twins.columns:
        rank = pl.col("state").replace_strict(STATE_RANK, default=-1, return_dtype=pl.Int8)
        twins = twins.with_columns(further=-rank)
    values: list[str] = [name for name in ("further", "state", *_FIRST) if name in twins.columns]
    values += [name for name in sorted(twins.columns) if name not in {*values, *same, *_NO_VALUES}]
    numbered = twins.sort([*values, "at"], nulls_last=True).select("at", number=pl.int_range(pl.len()).over(same))
    return rows.select("at").join(numbered, on="at", how="left", maintain_order="left")["number"].fill_null(0)
