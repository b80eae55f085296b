"""Who buys in the same months every year, and until when their next season is waited for."""

from typing import Final

import polars as pl

from custtier.views.basis import Basis
from custtier.views.columns.orders import bought_by

SEASON_DAYS: Final = 62
"""All purchase days of a seasonal buyer lie within so many days of the year: two months."""
LEAST_SEASONS: Final = 3
"""Two whole cycles: of people who buy once a year, at any time, one in twelve looks seasonal by chance after three."""
TWICE: Final = 2
"""After two seasons most who look seasonal may do so by chance: that they do is said, and nothing follows from it."""
SLACK_DAYS: Final = 30
"""Who is so late after the end of their season has missed it."""

# in quarters of days a year is a whole number
_YEAR: Final = 1461
_DAY: Final = 4


def with_seasons(customers: pl.DataFrame, basis: Basis) -> pl.DataFrame:
    """`customers` with the months in which they buy every year, and how long their next season is waited for.

    A seasonal buyer's purchase days all lie within `SEASON_DAYS` of the year, and every one of their seasons from the
    first to the last, `LEAST_SEASONS` or more, has a purchase.

    Args:
        customers: Uses `customer_key`, `first_day`, `last_day`, `purchase_days`, and `off_season_orders` where it is
            known: then only few have to be looked at.
        basis: The orders used.

    Returns:
        The same rows with `season` (text: months such as `9–10`) and `season_until` (Int32, the number of the day up to
        which a purchase of the next season is waited for); null for who is not seasonal. Who bought in two seasons only
        has `season_twice` and `twice_until` in their place.
    """
    span = pl.col("last_day") - pl.col("first_day")
    likely = customers.filter(
        (pl.col("purchase_days") >= TWICE) & (span * _DAY >= (TWICE - 1) * _YEAR - SEASON_DAYS * _DAY)
    )
    if "off_season_orders" in likely.columns:
        likely = likely.filter(pl.col("off_season_orders") == 0)
    if likely.is_empty():
        return without_seasons(customers)
    keys = likely.lazy().select("customer_key")
    found = _seasons(bought_by(basis).select("customer_key", "order_day").join(keys, on="customer_key", how="semi"))
    return customers.join(found, on="customer_key", how="left", maintain_order="left")


def without_seasons(customers: pl.DataFrame) -> pl.DataFrame:
    """The same where nobody is looked at: all null."""
    return customers.with_columns(
        *(pl.lit(None, dtype=pl.String).alias(name) for name in ("season", "season_twice")),
        *(pl.lit(None, dtype=pl.Int32).alias(name) for name in ("season_until", "twice_until")),
    )


def _seasons(days: pl.LazyFrame) -> pl.DataFrame:
    """One row for who bought in two seasons or more: `customer_key` and the columns of `with_seasons`."""
    owner, phase = pl.col("customer_key"), pl.col("phase")
    turned = (
        days.unique()
        .with_columns((pl.col("order_day").cast(pl.Int64) * _DAY).alias("quarter"))
        .with_columns((pl.col("quarter") % _YEAR).alias("phase"))
        .collect(engine="streaming")
        .sort("customer_key", "phase", "order_day")
        .with_columns(phase.shift(-1).over(owner).fill_null(phase.first().over(owner) + _YEAR).alias("next"))
        .with_columns((pl.col("next") - phase).alias("pause"))
    )
    # the longest time of the year without a purchase is the pause between two seasons
    pauses = (
        turned.group_by("customer_key")
        .agg(pl.col("next").get(pl.col("pause").arg_max()).alias("starts"), pl.col("pause").max())
        .filter(pl.col("pause") >= _YEAR - SEASON_DAYS * _DAY)
        .select("customer_key", pl.col("starts") % _YEAR, (_YEAR - pl.col("pause")).alias("lasts"))
    )
    cycle = pl.col("cycle")
    last_start = pl.col("starts") + pl.col("last") * _YEAR
    first_day, last_day = (
        pl.from_epoch((quarters // _DAY).cast(pl.Int32), time_unit="d").dt.month().cast(pl.String)
        for quarters in (last_start + _DAY - 1, last_start + pl.col("lasts"))
    )
    months = pl.when(first_day == last_day).then(first_day).otherwise(first_day + "–" + last_day)
    until = ((last_start + _YEAR + pl.col("lasts")) // _DAY + SLACK_DAYS).cast(pl.Int32)
    is_seasonal = pl.col("seasons") >= LEAST_SEASONS
    return (
        turned.join(pauses, on="customer_key")
        .with_columns(((pl.col("quarter") - pl.col("starts")) // _YEAR).alias("cycle"))
        .group_by("customer_key", "starts", "lasts")
        .agg(cycle.n_unique().alias("seasons"), cycle.min().alias("first"), cycle.max().alias("last"))
        .filter((pl.col("seasons") >= TWICE) & (pl.col("seasons") == pl.col("last") - pl.col("first") + 1))
        .select(
            "customer_key",
            pl.when(is_seasonal).then(months).alias("season"),
            pl.when(is_seasonal).then(until).alias("season_until"),
            pl.when(~is_seasonal).then(months).alias("season_twice"),
            pl.when(~is_seasonal).then(until).alias("twice_until"),
        )
    )
