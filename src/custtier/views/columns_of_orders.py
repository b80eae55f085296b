"""What each customer's single orders say: their sizes, refunds and rhythm, and where they were made."""

from collections.abc import Sequence

import narwhals.stable.v2 as nw
import polars as pl

from custtier.metrics.frames import polars_behind
from custtier.periods import day_number
from custtier.views.basis import Basis

LIFECYCLES = ("new", "active", "cooling", "returned", "lapsed")
"""Where customers stand in their time with the shop; each is in exactly one."""


def bought_by(basis: Basis, *columns: str) -> pl.LazyFrame:
    """Purchases of customers: `customer_key`, `order_day`, `net_sales` and the columns of the orders asked for."""
    return whose(polars_behind(basis.purchases_with(*columns)), basis)


def whose(rows: pl.LazyFrame, basis: Basis) -> pl.LazyFrame:
    """Rows with an `account_key`, each under the `customer_key` of its person; those of nobody are left out."""
    owned = rows.filter(pl.col("account_key").is_not_null()).rename({"account_key": "customer_key"})
    if basis.accounts is None:
        return owned
    persons = basis.accounts.select(pl.col("account_key").alias("customer_key"), pl.col("customer_key").alias("person"))
    return (
        owned.join(persons, on="customer_key", how="left")
        .with_columns(pl.coalesce("person", "customer_key").alias("customer_key"))
        .drop("person")
    )


def most_often(rows: pl.LazyFrame, value: str) -> pl.LazyFrame:
    """The value that most of a customer's rows show: of equal ones the latest, then the first by its text.

    Args:
        rows: Uses `customer_key`, `order_day` and `value`.
        value: A column of text.

    Returns:
        One row per `customer_key` with any value: it and `value`.
    """
    return (
        rows.filter(pl.col(value).is_not_null())
        .group_by("customer_key", value)
        .agg(pl.len().alias("times"), pl.col("order_day").max().alias("latest"))
        .sort("customer_key", "times", "latest", value, descending=[False, True, True, False])
        .unique("customer_key", keep="first", maintain_order=True)
        .select("customer_key", value)
    )


def order_columns(basis: Basis, *, levels: Sequence[int]) -> pl.DataFrame:
    """The family `orders`, one row per `customer_key`.

    Args:
        basis: The orders used.
        levels: Days since the last purchase at which watch, warning and lapsed begin.

    Returns:
        `largest_order` (Int64, minor units: net sales of the largest purchase), `order_spread` (Float64: coefficient
        of variation of their net sales, null below two), `refund_share` (Float64, of all that was ever paid),
        `weekend_share` (Float64, purchases on Saturday or Sunday), `source_count`, `shop_count` (Int64),
        `last_gap_days` (Int64: from the last purchase day but one to the last; null without), `lifecycle`, `profile`
        and `shop` (where most purchases were made).
    """
    bought = bought_by(basis, "source", "shop")
    sales = pl.col("net_sales")
    sums = bought.group_by("customer_key").agg(
        sales.max().cast(pl.Int64).alias("largest_order"),
        (sales.std(ddof=0) / sales.mean()).alias("spread"),
        pl.len().alias("orders"),
        (pl.col("order_day").cast(pl.Date).dt.weekday() >= 6).mean().alias("weekend_share"),
        pl.col("source").drop_nulls().n_unique().cast(pl.Int64).alias("source_count"),
        pl.col("shop").drop_nulls().n_unique().cast(pl.Int64).alias("shop_count"),
    )
    usual = [most_often(bought, "source").rename({"source": "profile"}), most_often(bought, "shop")]
    parts = pl.collect_all([sums, _days(bought), _refunds(basis), *usual], engine="streaming")
    table, *others = parts
    for other in others:
        table = table.join(other, on="customer_key", how="left")
    return table.with_columns(
        pl.when(pl.col("orders") > 1).then(pl.col("spread")).alias("order_spread"),
        _lifecycle(levels, as_of_day=basis.as_of_day).alias("lifecycle"),
    )


def _days(bought: pl.LazyFrame) -> pl.LazyFrame:
    """The first and last purchase day, and the gap before the last."""
    days = bought.select("customer_key", "order_day").unique()
    return days.group_by("customer_key").agg(
        pl.col("order_day").max().alias("last_day"),
        (pl.col("order_day").max() - pl.col("order_day").top_k(2).min())
        .replace(0, None)
        .cast(pl.Int64)
        .alias("last_gap_days"),
    )


def _refunds(basis: Basis) -> pl.LazyFrame:
    """The part of what was paid that went back by the day observed; orders that were closed are left out."""
    orders = polars_behind(basis.orders).filter(~pl.col("is_closed") & (pl.col("gross") > 0))
    if basis.refunds is None:
        made = pl.col("dated_refund")
    else:
        until = polars_behind(basis.refunds.filter(nw.col("refund_day") <= day_number(basis.as_of)))
        sums = until.group_by("order_key").agg(pl.col("amount").sum().alias("made"))
        orders = orders.join(sums, on="order_key", how="left")
        made = pl.col("made").fill_null(0)
    back = pl.min_horizontal(pl.col("undated_refund") + made, pl.col("gross"))
    paid = orders.select("account_key", "gross", back.alias("back"))
    return (
        whose(paid, basis)
        .group_by("customer_key")
        .agg((pl.col("back").sum() / pl.col("gross").sum()).alias("refund_share"))
    )


def _lifecycle(levels: Sequence[int], *, as_of_day: int) -> pl.Expr:
    """The first that holds: lapsed, cooling, returned, new, active."""
    watch, _, lapsed = levels
    recency = as_of_day - pl.col("last_day")
    return (
        pl.when(recency >= lapsed)
        .then(pl.lit("lapsed"))
        .when(recency >= watch)
        .then(pl.lit("cooling"))
        .when(pl.col("last_gap_days") >= lapsed)
        .then(pl.lit("returned"))
        .when(pl.col("last_gap_days").is_null())
        .then(pl.lit("new"))
        .otherwise(pl.lit("active"))
    )
