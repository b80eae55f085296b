"""Waits from one purchase day to the next, and what had been known of the buyer's gaps when each began.

Polars alone: one pass over sorted days, neighbours tell buyers apart.
"""

from collections.abc import Sequence

import polars as pl


def waits(days: pl.LazyFrame, *, keys: Sequence[str], end_day: int) -> pl.LazyFrame:
    """One row per buyer and purchase day: how long the wait that began on it lasted.

    Args:
        days: Uses `keys` and `order_day`; any number of rows a day, sorted by both.
        keys: Who buys; whole numbers or text, not null.
        end_day: Number of the last day observed.

    Returns:
        `keys`, `order_day`, `earlier` (Int64: gaps of the buyer before this one), `log_sum`, `log_squares` (Float64: of
        the logarithms of these gaps), `days` (Int64: to the next purchase day, or to the last day observed),
        `has_ended`; sorted as `days`.
    """
    day = pl.col("order_day")
    differs = [pl.col(key).ne_missing(pl.col(key).shift(1)) for key in keys]
    distinct = days.select(*keys, "order_day").filter(pl.any_horizontal(*differs, day.ne_missing(day.shift(1))))
    is_first = pl.any_horizontal(*differs)
    number = pl.int_range(pl.len(), dtype=pl.Int64)
    told = (
        distinct.with_columns(is_first.alias("is_first"))
        .with_columns(
            # the row under the last one is null, which is no buyer's first
            (~pl.col("is_first").shift(-1, fill_value=True)).alias("has_ended"),
            pl.when("is_first").then(0.0).otherwise((day - day.shift(1)).cast(pl.Float64).log()).alias("log_gap"),
        )
        .with_columns(
            pl.col("log_gap").cum_sum().alias("log_sum"),
            (pl.col("log_gap") ** 2).cum_sum().alias("log_squares"),
            number.alias("earlier"),
        )
    )
    since_first = [
        (pl.col(name) - pl.when("is_first").then(pl.col(name)).forward_fill()).alias(name)
        for name in ("log_sum", "log_squares", "earlier")
    ]
    lasted = pl.when("has_ended").then(day.shift(-1) - day).otherwise(pl.lit(end_day, dtype=pl.Int32) - day)
    return told.select(*keys, "order_day", *since_first, lasted.cast(pl.Int64).alias("days"), "has_ended").select(
        *keys, "order_day", "earlier", "log_sum", "log_squares", "days", "has_ended"
    )
