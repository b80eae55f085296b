"""How many customers have each pair of scores, and what they bought: a row for each score of recency."""

from typing import Final

import polars as pl

ACROSS: Final = {"matrix_rf": "f", "matrix_rm": "m"}
"""Table → the letter whose scores stand across."""


def score_matrices(scored: pl.DataFrame, *, scores: tuple[int, ...]) -> dict[str, pl.DataFrame]:
    """The tables `matrix_rf` and `matrix_rm`: R against F, R against M.

    Args:
        scored: One row per customer. Uses `r_score`, `f_score`, `m_score`, `net_sales`.
        scores: The scores there are, the lowest first; empty when nobody is scored.

    Returns:
        For each table a row per score of recency, the highest first: `r_score` (Int8), for each score across
        `f1_customers` … (Int64) and `f1_sales` … (Int64, minor units), then `customers` and `net_sales` of the row.
        Customers and sales of each table add up to those of all.
    """
    return {table: _matrix(scored, letter=letter, scores=scores) for table, letter in ACROSS.items()}


def _matrix(scored: pl.DataFrame, *, letter: str, scores: tuple[int, ...]) -> pl.DataFrame:
    counted = scored.group_by("r_score", f"{letter}_score").agg(
        pl.len().cast(pl.Int64).alias("customers"), pl.col("net_sales").sum()
    )
    cells = {(row, column): sums for row, column, *sums in counted.rows()}
    rows = [[cells.get((row, column), [0, 0]) for column in scores] for row in reversed(scores)]
    columns = {"r_score": pl.Series(scores[::-1], dtype=pl.Int8)}
    for part, called in enumerate(("customers", "sales")):
        for place, score in enumerate(scores):
            columns[f"{letter}{score}_{called}"] = pl.Series([row[place][part] for row in rows], dtype=pl.Int64)
    for part, called in enumerate(("customers", "net_sales")):
        columns[called] = pl.Series([sum(cell[part] for cell in row) for row in rows], dtype=pl.Int64)
    return pl.DataFrame(columns)
