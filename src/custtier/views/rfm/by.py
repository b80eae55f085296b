"""What each channel, agent, source or category of goods comes to: customers, orders, net sales, and who they are."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from custtier.errors import usage_error
from custtier.facts import Facts, Note
from custtier.metrics.exclusions import PAID_ITEM
from custtier.metrics.frames import polars_behind
from custtier.text.titles import CLASS_COLUMN
from custtier.views.basis import Basis
from custtier.views.shares import divided

DIMENSIONS: Final = {"channel": "channel", "agent": "agent", "source": "profile", "category": "category"}
"""What `--by` may name → the first column of the table."""


def check_dimension(by: str | None) -> None:
    """Return when customers can be told apart by this.

    Raises:
        CusttierError: `unknown-by`.
    """
    if by is not None and by not in DIMENSIONS:
        raise usage_error(
            "unknown-by",
            "--by {by!r} is not known; there are {known}",
            hint="name one of them",
            by=by,
            known=", ".join(DIMENSIONS),
        )


def by_tables(
    scored: pl.DataFrame, *, basis: Basis, by: str | None, window_days: int | None, codes: tuple[str, ...]
) -> dict[str, pl.DataFrame]:
    """The table `by`, when it is asked for.

    A customer counts under every value that one of their purchases shows. An order counts under its own channel, agent
    and source, and under each category of its paid items; its net sales are then shared out by what these cost, so that
    the table adds up to all net sales.

    Args:
        scored: One row per customer. Uses `customer_key`, `segment`.
        basis: The orders used.
        by: One of `DIMENSIONS`; None for no table.
        window_days: Only purchases of so many last days.
        codes: The classes, in their order; empty when nobody is scored.

    Returns:
        One row per value, largest net sales first, null for none: the value under the name that `DIMENSIONS` gives,
        `customers`, `orders` (Int64), `net_sales` (Int64, minor units), `sales_share` (Float64), and for each class
        `segment.<code>` (Int64), its customers among them.
    """
    if by is None:
        return {}
    bought = _bought(basis, by=by, window_days=window_days)
    each = (
        bought.group_by("value", "customer_key")
        .agg(pl.col("is_order").sum().cast(pl.Int64).alias("orders"), pl.col("net_sales").sum())
        .join(scored.lazy().select("customer_key", pl.col("segment").cast(pl.String)), on="customer_key")
    )
    sums = (
        each.group_by("value")
        .agg(
            pl.len().cast(pl.Int64).alias("customers"),
            pl.col("orders", "net_sales").sum(),
            *((pl.col("segment") == code).sum().cast(pl.Int64).alias(CLASS_COLUMN + code) for code in codes),
        )
        .sort("net_sales", "value", descending=[True, False], nulls_last=True)
        .collect(engine="streaming")
    )
    share = divided(pl.col("net_sales"), int(sums.get_column("net_sales").sum())).alias("sales_share")
    counted = [CLASS_COLUMN + code for code in codes]
    table = sums.select(pl.col("value").alias(DIMENSIONS[by]), "customers", "orders", "net_sales", share, *counted)
    return {"by": table}


def nameless(tables: Mapping[str, pl.DataFrame]) -> list[Note]:
    """A remark on the orders that show no value, when there are any.

    Args:
        tables: Of `by_tables`.
    """
    for table in tables.values():
        column = table.columns[0]
        orders = int(table.filter(pl.col(column).is_null()).get_column("orders").sum())
        if orders:
            by = next(by for by, called in DIMENSIONS.items() if called == column)
            return [Note(f"by_no_{by}", {"orders": orders})]
    return []


def _bought(basis: Basis, *, by: str, window_days: int | None) -> pl.LazyFrame:
    """Purchases of customers, once for each value: `customer_key`, `value`, `net_sales`, `is_order`.

    Refunds that count by their own day are rows below zero, under the values of their order.
    """
    shown = "order_key" if by == "category" else by
    bought = polars_behind(basis.purchases_with(shown)).filter(pl.col("account_key").is_not_null())
    if window_days is not None:
        bought = bought.filter(pl.col("order_day") > basis.as_of_day - window_days)
    bought = bought.rename({"account_key": "customer_key"})
    if basis.accounts is not None:
        persons = basis.accounts.select(
            pl.col("account_key").alias("customer_key"), pl.col("customer_key").alias("person")
        )
        bought = bought.join(persons, on="customer_key", how="left").with_columns(
            pl.coalesce("person", "customer_key").alias("customer_key")
        )
    bought = bought.select("customer_key", shown, "net_sales", pl.lit(value=True).alias("is_order"))
    if basis.scope.by_refund_day:
        since_day = None if window_days is None else basis.as_of_day - window_days + 1
        refunds = basis.refunds_with(shown, since_day=since_day).filter(pl.col("customer_key").is_not_null())
        lowering = refunds.select("customer_key", shown, -pl.col("refunded").alias("net_sales"))
        bought = pl.concat([bought, lowering.with_columns(pl.lit(value=False).alias("is_order"))])
    if by == "category":
        return _shared_out(bought, facts=basis.facts)
    return bought.select("customer_key", pl.col(by).alias("value"), "net_sales", "is_order")


def _shared_out(bought: pl.LazyFrame, *, facts: Facts) -> pl.LazyFrame:
    """Each purchase once for each category of its paid items, its net sales in proportion to what these cost.

    Where no item says what it cost they share equally. What does not divide goes to the categories that come last, so
    that the parts of an order add up to it exactly.
    """
    items = (
        facts.table("items", columns=["order_key", "category", "amount", "stated_refund", "state"])
        .filter(PAID_ITEM)
        .group_by("order_key", "category")
        .agg(
            (pl.col("amount").fill_null(0) - pl.col("stated_refund").fill_null(0)).clip(0).sum().alias("cost"),
            pl.len().cast(pl.Int64).alias("items"),
        )
        .with_columns(
            pl.when(pl.col("cost").sum().over("order_key") > 0)
            .then(pl.col("cost"))
            .otherwise(pl.col("items"))
            .cast(pl.Int128)
            .alias("weight")
        )
    )
    weight, net = pl.col("weight"), pl.col("net_sales").cast(pl.Int128)
    total = weight.sum().over("row")
    reached = weight.cum_sum().over("row", order_by=pl.col("category"))
    part = (net * reached // total - net * (reached - weight) // total).cast(pl.Int64)
    return (
        bought.with_row_index("row")
        .join(items, on="order_key", how="left")
        .with_columns(weight.fill_null(1))
        .select("customer_key", pl.col("category").alias("value"), part.alias("net_sales"), "is_order")
    )
