"""What detectors look at and what they give: purchases with their net sales, and suspicious orders in clusters."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import narwhals.stable.v2 as nw
import polars as pl

from custtier.facts import Facts
from custtier.metrics.frames import polars_behind
from custtier.metrics.scope import Scope, in_scope
from custtier.periods import day_number
from custtier.schema import Table

ORDERS: Final[Table] = {"order_key": pl.Int64, "cluster": pl.Int64}
"""One row per suspicious order, and the cluster that it belongs to."""


@dataclass(frozen=True)
class Suspects:
    """What a detector found.

    Args:
        orders: `ORDERS`.
        clusters: One row per `cluster`: `since`, `until` (Date), `orders`, `accounts` (Int64), `net_sales` (Int64,
            minor units), and the evidence in columns of the detector's own.
    """

    orders: pl.DataFrame
    clusters: pl.DataFrame


def bought_orders(
    facts: Facts, *, as_of: date, columns: tuple[str, ...] = (), scope: Scope | None = None
) -> pl.LazyFrame:
    """Every order in scope that is a purchase on `as_of`, in the order of the facts.

    Returns:
        `order_key`, `account_key`, `order_day`, `gross`, `net_sales` (Int64, minor units), and the `columns` of
        `schema.PURCHASES`.
    """
    used = polars_behind(in_scope(nw.from_native(facts.purchases), scope=scope or Scope(), as_of=as_of))
    refunded = pl.col("dated_refund")
    last_on = facts.extent.last_on
    if facts.extent.dated_refunds and last_on and as_of < last_on:
        made = facts.dated_refunds.filter(pl.col("refund_day") <= day_number(as_of))
        sums = made.group_by("order_key").agg(pl.col("amount").sum().alias("made"))
        used = used.join(sums, on="order_key", how="left", maintain_order="left")
        refunded = pl.col("made").fill_null(0)
    net = pl.col("gross") - pl.col("undated_refund") - refunded
    return (
        used.with_columns(net.alias("net_sales"))
        .filter(pl.col("net_sales") > 0)
        .select("order_key", "account_key", "order_day", "gross", "net_sales", *columns)
    )


def as_day(number: str) -> pl.Expr:
    """The calendar day of a day number."""
    return pl.col(number).cast(pl.Date)
