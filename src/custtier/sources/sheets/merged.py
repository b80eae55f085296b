"""The value of a merged cell on every row that it covers."""

from collections.abc import Iterable

import polars as pl

from custtier.sources.sheets.sheet import column_name


def with_merged(below: pl.DataFrame, spans: Iterable[tuple[int, int, int]]) -> pl.DataFrame:
    """The rows with merged cells filled.

    Where cells are said to be merged twice over, the first one counts.

    Args:
        below: `row` and columns `c0`, `c1`, … of text.
        spans: First row, last row (1-based) and column of each merged cell of several rows.
    """
    by_column: dict[str, list[tuple[int, int]]] = {}
    for first, last, column in spans:
        by_column.setdefault(column_name(column), []).append((first, last))
    for name, rows in by_column.items():
        firsts = pl.DataFrame(rows, schema={"first": pl.Int32, "last": pl.Int32}, orient="row").sort("first")
        values = below.select(pl.col("row").alias("first"), pl.col(name).alias("merged"))
        tops = firsts.unique("first", keep="first", maintain_order=True)
        held = tops.join(values, on="first", how="left", maintain_order="left").set_sorted("first")
        found = below.select("row").join_asof(held, left_on="row", right_on="first", strategy="backward")
        merged = pl.when(pl.col("row") <= pl.col("last")).then(pl.col("merged"))
        filled = found.select(merged.alias("merged"))["merged"]
        below = below.with_columns(pl.coalesce(filled, pl.col(name)).alias(name))
    return below
