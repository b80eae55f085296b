"""Checks of amounts: what is no purchase, what waits, what may be counted twice, what cannot be true."""

from typing import Final

import polars as pl

from custtier.facts import Facts
from custtier.schema import State
from custtier.views.health.check import Check, judged
from custtier.views.spoken import spoken_money, spoken_number

OUTLIER_TIMES: Final = 100
"""An order so many times the usual one is more often a typing error or another unit than a sale."""

_LEAST_ORDERS: Final = 30
PAYMENT: Final = "payment"


def purchase_checks(facts: Facts) -> list[Check]:
    """Currencies, orders without money, closed and undated ones, outliers, orders of nobody: one pass."""
    closed, gross = pl.col("is_closed"), pl.col("gross")
    sold = pl.when(~closed).then(gross - pl.col("undated_refund") - pl.col("dated_refund")).otherwise(0).clip(0)
    nobody = pl.col("account_key").is_null()
    per_currency = (
        facts.purchases.group_by("currency")
        .agg(
            pl.len().cast(pl.Int64).alias("orders"),
            (gross <= 0).filter(~closed).sum().cast(pl.Int64).alias("without_money"),
            closed.sum().cast(pl.Int64).alias("closed"),
            ((pl.col("undated_refund") > 0) & ~closed).sum().cast(pl.Int64).alias("undated"),
            nobody.sum().cast(pl.Int64).alias("nobodys"),
            sold.filter(nobody).sum().alias("nobodys_sales"),
            sold.sum().alias("sales"),
            gross.filter(gross > 0).median().alias("usual"),
            gross.max().alias("largest"),
        )
        .sort("orders", "currency", descending=[True, False])
        .collect(engine="streaming")
    )
    orders = int(per_currency["orders"].sum())
    sums = {name: int(per_currency[name].sum()) for name in ("without_money", "closed", "undated", "nobodys")}
    listed = ", ".join(
        f"{currency} {count:,}" for currency, count in per_currency.select("currency", "orders").iter_rows()
    )
    several = per_currency.height if per_currency.height > 1 else 0
    sales, nobodys_sales = int(per_currency["sales"].sum()), int(per_currency["nobodys_sales"].sum())
    return [
        judged("mixed_currencies", several, currencies=listed),
        judged("without_money", sums["without_money"], of=orders, look=0.01),
        judged("closed_paid", sums["closed"], of=orders, look=0.005),
        judged("undated_refunds", sums["undated"], of=orders, look=0.02),
        judged(
            "nobodys_orders",
            sums["nobodys"],
            of=orders,
            look=0.02,
            bad=0.3,
            sales_share=nobodys_sales / sales if sales else 0.0,
        ),
        _outliers(facts, per_currency),
    ]


def _outliers(facts: Facts, per_currency: pl.DataFrame) -> Check:
    comparable = per_currency.filter(pl.col("orders") >= _LEAST_ORDERS)
    count, top = 0, ""
    for currency, usual, largest in comparable.select("currency", "usual", "largest").iter_rows():
        if usual is None or largest < OUTLIER_TIMES * usual:
            continue
        huge = (pl.col("currency") == currency) & (pl.col("gross") >= OUTLIER_TIMES * usual)
        count += facts.purchases.filter(huge).select(pl.len()).collect(engine="streaming").item()
        top = top or f"{spoken_money(largest, currency)} (×{spoken_number(largest / usual)})"
    return judged("outliers", count, of=int(per_currency["orders"].sum()), top=top, times=OUTLIER_TIMES)


def lost_refunds(facts: Facts) -> Check:
    """Refunds without their order."""
    lost = (
        facts.table("refunds", columns=["is_unmatched", "amount"])
        .select(
            pl.len().cast(pl.Int64).alias("refunds"),
            pl.col("is_unmatched").sum().cast(pl.Int64).alias("lost"),
            pl.col("amount").filter("is_unmatched").sum().alias("amount"),
        )
        .collect()
        .row(0, named=True)
    )
    currency = facts.extent.currencies[0] if len(facts.extent.currencies) == 1 else None
    amount = spoken_money(lost["amount"] or 0, currency)
    return judged("unmatched_refunds", lost["lost"], of=lost["refunds"], amount=amount)


def is_waiting() -> pl.Expr:
    """Whether an order stands among `facts.table("waiting")`, told by the purchases, which is much cheaper.

    `gross` is null for an order that is no purchase of any kind: a paid one lacks its money or its day.
    """
    unpriced = pl.col("gross").is_null() & (pl.col("state") == State.PAID.value)
    lacks = unpriced | pl.col("ordered_on").is_null() | pl.col("state").is_null()
    return lacks.fill_null(value=False) & ~pl.col("is_absorbed")


def overlapping_bills(orders: pl.DataFrame) -> Check:
    """Payments of a bill that stand beside shop orders of the same days and share no number with them.

    Args:
        orders: One row per `source`, `kind`, `ordered_on` of paid orders that stand for themselves: `orders`.
    """
    bills = orders.filter(pl.col("kind") == PAYMENT)
    shops = orders.filter((pl.col("kind") != PAYMENT) & pl.col("ordered_on").is_not_null())
    if bills.is_empty() or shops.is_empty():
        return judged("bill_overlap", 0)
    both = bills.filter(pl.col("ordered_on").is_between(shops["ordered_on"].min(), shops["ordered_on"].max()))
    told = [
        (source, f"{count:,}")
        for source, count in both.group_by("source").agg(pl.col("orders").sum()).sort("source").iter_rows()
    ]
    return judged("bill_overlap", int(both["orders"].sum()), of=int(bills["orders"].sum()), bad=0.0, profiles=told)


def paid() -> pl.Expr:
    """Whether an order of `details` was paid and stands for itself."""
    return pl.col("state").is_in([State.PAID.value, State.REFUNDED.value]) & ~pl.col("is_absorbed")
