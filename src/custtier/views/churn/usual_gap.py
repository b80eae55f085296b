"""Each customer's usual days from one purchase day to the next, exactly."""

from fractions import Fraction

import polars as pl


def with_usual_gap(totals: pl.DataFrame) -> pl.DataFrame:
    """`totals` with the usual gap as `gap_days` / `gap_parts` (Int64); null where nobody bought on two days.

    It is the mean over a customer's own purchase days; who bought on one day has the median of the others'.

    Args:
        totals: Uses `purchase_days`, `first_day`, `last_day`.
    """
    usual = _median_gap(totals)
    has_rhythm = pl.col("purchase_days") > 1
    return totals.with_columns(
        pl.when(has_rhythm)
        .then((pl.col("last_day") - pl.col("first_day")).cast(pl.Int64))
        .otherwise(pl.lit(usual.numerator if usual else None, dtype=pl.Int64))
        .alias("gap_days"),
        pl.when(has_rhythm)
        .then(pl.col("purchase_days") - 1)
        .otherwise(pl.lit(usual.denominator if usual else None, dtype=pl.Int64))
        .alias("gap_parts"),
    )


def _median_gap(totals: pl.DataFrame) -> Fraction | None:
    """The median of the customers' own usual gaps, exactly; None when nobody bought on two days."""
    own = totals.lazy().filter(pl.col("purchase_days") > 1)
    parts = pl.col("purchase_days") - 1
    gaps, most_parts = pl.collect_all(
        [own.select((pl.col("last_day") - pl.col("first_day")) / parts), own.select(parts.max())]
    )
    ascending = gaps.to_series().sort()
    if ascending.is_empty():
        return None
    # a gap is whole days over at most so many parts: the only such fraction that its float stands for
    middle = [ascending[(ascending.len() - 1) // 2], ascending[ascending.len() // 2]]
    return sum((Fraction(gap).limit_denominator(most_parts.item()) for gap in middle), Fraction(0)) / 2
