"""What each customer's single orders say: their sizes, refunds and rhythm, and where they were made."""

from collections.abc import Sequence

import narwhals.stable.v2 as nw
import polars as pl

from custtier.metrics.conversion import converted
from custtier.metrics.frames import polars_behind
from custtier.periods import day_number
from custtier.views.basis import Basis

LIFECYCLES = ("new", "active", "cooling", "returned", "lapsed")
"""Where customers stand in their time with the shop; each is in exactly one."""


_CODES = 1 << 25
"""More than there are different values."""
_DAYS = 1 << 17
"""More than the number of any day to come."""


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


def most_often(rows: pl.DataFrame, value: str) -> pl.DataFrame:
    """The value that most of a customer's rows show: of equal ones the latest, then the first by its text.

    Args:
        rows: Uses `customer_key`, `order_day` and `value`.
        value: A column of text.

    Returns:
        One row per `customer_key` with any value: it, `value`, and `different` (Int64, how many values there are).
    """
    known = rows.get_column(value).drop_nulls().unique().sort()
    if known.is_empty():
        return rows.clear().select("customer_key", value, pl.lit(0, dtype=pl.Int64).alias("different"))
    code = pl.col(value).cast(pl.Enum(known)).to_physical().cast(pl.Int64)
    # one number says it all: the more rows the larger, then the later the larger, then the smaller the code the larger
    rank = pl.col("times") * (_CODES * _DAYS) + pl.col("latest").cast(pl.Int64) * _CODES - pl.col("code")
    best = (
        rows.lazy()
        .select("customer_key", "order_day", code.alias("code"))
        .filter(pl.col("code").is_not_null())
        .group_by("customer_key", "code")
        .agg(pl.len().cast(pl.Int64).alias("times"), pl.col("order_day").max().alias("latest"))
        .with_columns(rank.alias("rank"))
        .group_by("customer_key")
        .agg(pl.col("rank").max(), pl.len().cast(pl.Int64).alias("different"))
        .with_columns(((_CODES - pl.col("rank") % _CODES) % _CODES).alias("code"))
        .collect(engine="streaming")
    )
    return best.select("customer_key", known.gather(best["code"]).alias(value), "different")


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
    bought = bought_by(basis, "source", "shop").collect(engine="streaming")
    sales = pl.col("net_sales")
    sums = (
        bought.lazy()
        .group_by("customer_key")
        .agg(
            sales.max().cast(pl.Int64).alias("largest_order"),
            (sales.std(ddof=0) / sales.mean()).alias("spread"),
            pl.len().alias("orders"),
            (pl.col("order_day").cast(pl.Date).dt.weekday() >= 6).mean().alias("weekend_share"),
        )
    )
    table, *others = pl.collect_all([sums, _days(bought.lazy()), _refunds(basis)], engine="streaming")
    others.append(most_often(bought, "source").rename({"source": "profile", "different": "source_count"}))
    others.append(most_often(bought, "shop").rename({"different": "shop_count"}))
    for other in others:
        table = table.join(other, on="customer_key", how="left")
    return table.with_columns(
        pl.col("source_count", "shop_count").fill_null(0),
        pl.when(pl.col("orders") > 1).then(pl.col("spread")).alias("order_spread"),
        _lifecycle(levels, as_of_day=basis.as_of_day).alias("lifecycle"),
    )


def _days(bought: pl.LazyFrame) -> pl.LazyFrame:
    """The first and last purchase day, and the gap before the last."""
    days = bought.select("customer_key", "order_day")
    last = days.group_by("customer_key").agg(pl.col("order_day").max().alias("last_day"))
    before = (
        days.join(last, on="customer_key")
        .filter(pl.col("order_day") < pl.col("last_day"))
        .group_by("customer_key")
        .agg(pl.col("order_day").max().alias("day_before"))
    )
    return last.join(before, on="customer_key", how="left").select(
        "customer_key", "last_day", (pl.col("last_day") - pl.col("day_before")).cast(pl.Int64).alias("last_gap_days")
    )


def _refunds(basis: Basis) -> pl.LazyFrame:
    """The part of what was paid that went back by the day observed; orders that were closed are left out."""
    paid = paid_and_back(basis).group_by("customer_key")
    return paid.agg((pl.col("back").sum() / pl.col("gross").sum()).alias("refund_share"))


def paid_and_back(basis: Basis) -> pl.LazyFrame:
    """What customers paid and what of it went back by the day observed; orders that were closed are left out.

    Returns:
        One row per order ever paid: `customer_key`, `order_day`, `gross`, `back` (Int64, minor units).
    """
    orders = polars_behind(basis.orders).filter(~pl.col("is_closed") & (pl.col("gross") > 0))
    if basis.refunds is None:
        made = pl.col("dated_refund")
    else:
        until = polars_behind(basis.refunds.filter(nw.col("refund_day") <= day_number(basis.as_of)))
        sums = until.group_by("order_key").agg(pl.col("amount").sum().alias("made"))
        orders = orders.join(sums, on="order_key", how="left")
        made = pl.col("made").fill_null(0)
    gross, back = pl.col("gross"), pl.min_horizontal(pl.col("undated_refund") + made, pl.col("gross"))
    conversion = basis.scope.conversion
    if conversion is not None:
        back = pl.when(back > 0).then(converted(back, conversion=conversion)).otherwise(0)
        gross = converted(gross, conversion=conversion)
    return whose(orders.select("account_key", "order_day", gross.alias("gross"), back.alias("back")), basis)


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
