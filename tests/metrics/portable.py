"""Rhythm as any engine would say it, in Narwhals: the second route of `metrics.runs`."""

from typing import Any

import narwhals.stable.v2 as nw

YEAR_DAYS = 365
Lazy = nw.LazyFrame[Any]


def owned(purchases: Lazy, *, accounts: Lazy) -> Lazy:
    """`customer_key`, `order_day`, `net_sales` of every purchase."""
    persons = accounts.select("account_key", nw.col("customer_key").alias("person_key"))
    return purchases.join(persons, on="account_key", how="left").select(
        nw.coalesce(nw.col("person_key"), nw.col("account_key")).alias("customer_key"), "order_day", "net_sales"
    )


def rhythm(purchases: Lazy, *, as_of_day: int) -> Lazy:
    """One row per `customer_key`, the columns of `metrics.runs.Rhythm.customers`."""
    day, sales = nw.col("order_day"), nw.col("net_sales")
    last_day = day.max().over("customer_key")
    before = (day > as_of_day - 2 * YEAR_DAYS) & (day <= as_of_day - YEAR_DAYS)
    return (
        purchases.with_columns(
            recent=nw.when(day > last_day - YEAR_DAYS).then(sales).otherwise(0),
            before=nw.when(before).then(1).otherwise(0),
        )
        .group_by("customer_key")
        .agg(
            nw.len().cast(nw.Int64).alias("order_count"),
            day.min().alias("first_day"),
            day.max().alias("last_day"),
            sales.sum().cast(nw.Int64),
            day.n_unique().cast(nw.Int64).alias("purchase_days"),
            nw.col("recent").sum().cast(nw.Int64).alias("last_year_sales"),
            nw.col("before").sum().cast(nw.Int64).alias("year_before_orders"),
        )
    )


def gaps(purchases: Lazy) -> Lazy:
    """`gap_days`, `gaps`: how often each occurs, `first_gaps`: how often as a customer's first."""
    days = purchases.filter(~nw.col("customer_key").is_null()).select("customer_key", "order_day").unique()
    before = nw.col("order_day").shift(1).over("customer_key", order_by="order_day")
    first = nw.col("order_day").min().over("customer_key")
    return (
        days.with_columns(gap_days=nw.col("order_day") - before, is_first=before == first)
        .filter(~nw.col("gap_days").is_null())
        .group_by("gap_days")
        .agg(nw.len().cast(nw.Int64).alias("gaps"), nw.col("is_first").sum().cast(nw.Int64).alias("first_gaps"))
    )
