"""What each customer had bought by one day and by a later one, told apart by what happened in between.

Polars only, for the reason that `metrics.runs` gives: one pass over sorted purchases answers for both days.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from custtier.metrics.conversion import converted
from custtier.metrics.runs import Ledger, run_sums
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
    """What of each order's refunds the second day knows and the first does not, and what neither knows.

    Args:
        dated_refunds: `schema.DATED_REFUNDS`.
        days: The two days.

    Returns:
        One row per order with a refund after the first day: `order_key`, `between` and `after` (Int64, minor units).
    """
    refund_day, amount = pl.col("refund_day"), pl.col("amount")
    is_after = refund_day > days.second
    return (
        dated_refunds.filter(refund_day > days.first)
        .group_by("order_key")
        .agg(
            pl.when(is_after).then(0).otherwise(amount).sum().cast(pl.Int64).alias("between"),
            pl.when(is_after).then(amount).otherwise(0).sum().cast(pl.Int64).alias("after"),
        )
        .collect(engine="streaming")
    )


def purchases_of_two_days(
    orders: pl.LazyFrame,
    *,
    days: Days,
    late: pl.DataFrame,
    has_dated_refunds: bool,
    conversion: Conversion | None = None,
) -> pl.LazyFrame:
    """Every order that is a purchase on one of the two days, with its net sales on both.

    Args:
        orders: `schema.PURCHASES` in scope, none after the second day. Uses `account_key`, `order_day`, `gross`,
            `undated_refund`, `dated_refund`, `order_key`.
        days: The two days.
        late: Of `late_refunds`.
        has_dated_refunds: Whether any order has a dated refund; without any, `dated_refund` need not be read.
        conversion: How amounts of other currencies become those of the answer; None where there is one only.

    Returns:
        In the order of `orders`: `account_key`, `order_day`, `net_before` and `net_sales` (Int64, minor units, 0 for
        what is no purchase): as of the first and of the second day.
    """
    order_day, net = pl.col("order_day"), pl.col("gross") - pl.col("undated_refund")
    if has_dated_refunds:
        net = net - pl.col("dated_refund")
    if late.height:
        orders = orders.join(late.lazy(), on="order_key", how="left", maintain_order="left")
        net = net + pl.col("after").fill_null(0)
    before = net + pl.col("between").fill_null(0) if late.height else net
    amounts = {"net_before": pl.when(order_day <= days.first).then(before).otherwise(0), "net_sales": net}
    if conversion is not None:
        amounts = {
            name: pl.when(amount > 0).then(converted(amount, conversion=conversion)).otherwise(0)
            for name, amount in amounts.items()
        }
    both = orders.select("account_key", "order_day", *(amount.alias(name) for name, amount in amounts.items()))
    return both.filter((pl.col("net_before") > 0) | (pl.col("net_sales") > 0))


def two_day_totals(purchases: Ledger, *, days: Days, parts: Sequence[str] = PARTS) -> pl.DataFrame:
    """Orders, net sales and last day of each customer in each of `PARTS`, in the window of either day.

    Args:
        purchases: Of `purchases_of_two_days`, with the accounts that are merged.
        days: The two days.
        parts: Those wanted; without late refunds `kept` is `old`.

    Returns:
        One row per `customer_key` (null included): for each part `<part>_orders`, `<part>_sales` (Int64, minor units;
        in the window of the first day) and `<part>_last` (Int32, of all days; null without a purchase); with a window
        `<part>_orders_aged`, `<part>_sales_aged` too, in that of the second day.
    """
    order_day, sums, ends = pl.col("order_day"), {}, {}
    for part in parts:
        net = pl.col("net_before" if part == "old" else "net_sales")
        is_part = (order_day > days.first if part == "new" else order_day <= days.first) & (net > 0)
        # the last one of the customer, found or not: `any` says which
        ends[f"{part}_last"] = pl.when(is_part).then(order_day).otherwise(None).forward_fill()
        for ending, start in days.starts().items():
            is_inside = is_part if start is None else is_part & (order_day >= start)
            sums[f"{part}_orders{ending}"] = is_inside.cast(pl.Int32)
            sums[f"{part}_sales{ending}"] = pl.when(is_inside).then(net).otherwise(0)
        if days.window_days is not None:
            sums[f"{part}_any"] = is_part.cast(pl.Int32)
    found = run_sums(purchases, sums=sums, ends=ends)
    ever = "orders" if days.window_days is None else "any"
    lasts = [
        pl.when(pl.col(f"{part}_{ever}") > 0).then(pl.col(f"{part}_last")).otherwise(None).alias(f"{part}_last")
        for part in parts
    ]
    figures = [f"{part}_{kind}{ending}" for part in parts for kind in ("orders", "sales") for ending in days.starts()]
    return found.select("customer_key", *figures, *lasts)
