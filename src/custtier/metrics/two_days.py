"""What each customer had bought by one day and by a later one, told apart by what happened in between.

Polars only, for the reason that `metrics.runs` gives: one pass over sorted purchases answers for both days.
"""

from dataclasses import dataclass
from typing import Final

import polars as pl

from custtier.metrics.conversion import converted
from custtier.metrics.runs import Ledger, run_until
from custtier.rates import Conversion

PARTS: Final = ("old", "kept", "new")
"""Purchases up to the first day, as of it; the same as of the second day, some refunds later; those in between."""

AGED: Final = "_aged"
"""What the names of figures end in that are of the window of the second day."""


@dataclass(frozen=True)
class Days:
    """The two days, and how far back each of them looks.

    Args:
        first: Number of the first day.
        second: Number of the second day, not before it.
        window_days: Orders and sales count only those of so many days that end on the day; None for all.
    """

    first: int
    second: int
    window_days: int | None = None

    def starts(self) -> dict[str, int | None]:
        """Ending of a figure's name → first day of its window; None for no bound."""
        if self.window_days is None:
            return {"": None}
        return {"": self.first - self.window_days + 1, AGED: self.second - self.window_days + 1}


def late_refunds(dated_refunds: pl.LazyFrame, *, days: Days) -> pl.DataFrame:
    """What of the refunds of orders that were refunded after the first day each of the two days knows.

    Args:
        dated_refunds: `schema.DATED_REFUNDS`.
        days: The two days.

    Returns:
        One row per order with a refund after the first day: `order_key`, `before`, what was refunded up to that day,
        and `between`, what since, up to the second (Int64, minor units).
    """
    refund_day, amount = pl.col("refund_day"), pl.col("amount")
    late = dated_refunds.filter(refund_day > days.first).select("order_key").collect(engine="streaming").to_series()
    is_before = refund_day <= days.first
    return (
        dated_refunds.filter(pl.col("order_key").is_in(late.implode()))
        .group_by("order_key")
        .agg(
            amount.filter(is_before).sum().cast(pl.Int64).alias("before"),
            amount.filter(~is_before & (refund_day <= days.second)).sum().cast(pl.Int64).alias("between"),
        )
        .collect(engine="streaming")
    )


def two_day_totals(
    orders: pl.LazyFrame,
    *,
    accounts: pl.LazyFrame | None,
    days: Days,
    late: pl.DataFrame,
    has_dated_refunds: bool,
    conversion: Conversion | None = None,
) -> pl.DataFrame:
    """Orders, net sales and last day of each customer in each of `PARTS`, in the window of either day.

    Orders that are refunded late are few: all are taken as they are after every refund, and what these few were on
    the two days instead is added apart.

    Args:
        orders: `schema.PURCHASES` in scope, none after the second day, sorted by account and day. Uses `account_key`,
            `order_day`, `gross`, `undated_refund`, `dated_refund`, `order_key`.
        accounts: `schema.ACCOUNTS`; None when no account is merged.
        days: The two days.
        late: Of `late_refunds`.
        has_dated_refunds: Whether any order has a dated refund; without any, `dated_refund` need not be read.
        conversion: How amounts of other currencies become those of the answer; None where there is one only.

    Returns:
        One row per `customer_key` (null included): for each part `<part>_orders`, `<part>_sales` (Int64, minor units;
        in the window of the first day) and `<part>_last` (Int32, of all days; null without a purchase); with a window
        `<part>_orders_aged`, `<part>_sales_aged` too, in that of the second day. Without refunds between the days
        `kept` is `old` and left out.
    """
    paid = pl.col("gross") - pl.col("undated_refund")
    net = paid - pl.col("dated_refund") if has_dated_refunds else paid
    has_between = bool(late.get_column("between").sum())
    steady = _steady(_netted(orders, net, accounts=accounts, conversion=conversion), days=days, with_kept=has_between)
    if not late.height:
        return steady
    then = paid - pl.col("before")
    amounts = {
        "net_before": pl.when(pl.col("order_day") <= days.first).then(then).otherwise(0),
        "net_sales": then - pl.col("between"),
        "net_steady": net,
    }
    changing = (
        orders.filter(pl.col("order_key").is_in(late.get_column("order_key").implode()))
        .join(late.lazy(), on="order_key")
        .select(
            "account_key",
            "order_day",
            *(_converted(amount, conversion).alias(name) for name, amount in amounts.items()),
        )
        .filter((pl.col("net_before") > 0) | (pl.col("net_sales") > 0))
    )
    return _together(steady, _corrections(changing, accounts=accounts, days=days))


def _netted(
    orders: pl.LazyFrame, net: pl.Expr, *, accounts: pl.LazyFrame | None, conversion: Conversion | None
) -> Ledger:
    """The orders that are purchases after all of their refunds."""
    purchases = orders.select("account_key", "order_day", _converted(net, conversion).alias("net_sales"))
    return Ledger(purchases.filter(pl.col("net_sales") > 0), accounts, is_sorted=True)


def _converted(amount: pl.Expr, conversion: Conversion | None) -> pl.Expr:
    if conversion is None:
        return amount
    return pl.when(amount > 0).then(converted(amount, conversion=conversion)).otherwise(0)


def _steady(purchases: Ledger, *, days: Days, with_kept: bool) -> pl.DataFrame:
    """The totals of purchases that are the same on both days."""
    starts = {f"before{ending}": start for ending, start in days.starts().items()}
    until = {"old": days.first, **{name: start - 1 for name, start in starts.items() if start is not None}}
    found = run_until(purchases, until=until)
    last = pl.col("last_day")
    old: dict[str, pl.Expr] = {"last": pl.col("old_last")}
    new = {"last": pl.when(last > days.first).then(last).otherwise(None)}
    for kind, total in (("orders", "order_count"), ("sales", "net_sales")):
        for ending, start in days.starts().items():
            old_ones, all_ones = pl.col(f"old_{kind}"), pl.col(total)
            if start is not None:
                before = pl.col(f"before{ending}_{kind}")
                # a window may begin after the first day
                old_ones, all_ones = (old_ones - before).clip(lower_bound=0), all_ones - before
            old[f"{kind}{ending}"], new[f"{kind}{ending}"] = old_ones, all_ones - old_ones
    parts = {"old": old, **({"kept": old} if with_kept else {}), "new": new}
    named = [value.alias(f"{part}_{name}") for part, values in parts.items() for name, value in values.items()]
    return found.select("customer_key", *named)


def _corrections(purchases: pl.LazyFrame, *, accounts: pl.LazyFrame | None, days: Days) -> pl.DataFrame:
    """By how much the totals of purchases that are refunded late differ from those after all refunds; last days whole.

    Args:
        purchases: `account_key`, `order_day`, `net_before`, `net_sales` and `net_steady`: as of the first day, as of
            the second, and after all refunds, which is never more.
        accounts: `schema.ACCOUNTS`; None when no account is merged.
        days: The two days.
    """
    if accounts is not None:
        persons = accounts.select("account_key", pl.col("customer_key").alias("person_key"))
        purchases = purchases.join(persons, on="account_key", how="left")
        purchases = purchases.with_columns(pl.coalesce("person_key", "account_key").alias("account_key"))
    order_day, figures = pl.col("order_day"), []
    for part in PARTS:
        net = pl.col("net_before" if part == "old" else "net_sales")
        is_of_part = order_day > days.first if part == "new" else order_day <= days.first
        is_part, is_steady = is_of_part & (net > 0), is_of_part & (pl.col("net_steady") > 0)
        figures.append(order_day.filter(is_part).max().alias(f"{part}_last"))
        for ending, start in days.starts().items():
            is_inside = pl.lit(value=True) if start is None else order_day >= start
            orders = (is_part & is_inside).sum().cast(pl.Int64) - (is_steady & is_inside).sum().cast(pl.Int64)
            sales = net.filter(is_part & is_inside).sum() - pl.col("net_steady").filter(is_steady & is_inside).sum()
            figures += [orders.alias(f"{part}_orders{ending}"), sales.alias(f"{part}_sales{ending}")]
    return purchases.group_by(pl.col("account_key").alias("customer_key")).agg(figures).collect(engine="streaming")


def _together(steady: pl.DataFrame, changing: pl.DataFrame) -> pl.DataFrame:
    """The totals of both; only customers with changing orders are added up anew."""
    keys = changing.get_column("customer_key")
    is_both = pl.col("customer_key").is_in(keys.implode(), nulls_equal=True)
    names = [name for name in steady.columns if name != "customer_key"]
    added = (
        pl.concat([steady.filter(is_both), changing.select(steady.columns)])
        .group_by("customer_key")
        .agg(pl.col(name).max() if name.endswith("_last") else pl.col(name).sum() for name in names)
    )
    return pl.concat([steady.filter(~is_both), added])
