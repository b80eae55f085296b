"""What each customer's purchases add up to, and what is worth a remark among the orders."""

import narwhals.stable.v2 as nw

from custtier.metrics.frames import Lazy


def account_totals(purchases: Lazy) -> Lazy:
    """Orders, net sales, first and last day of each account; the null key holds what belongs to nobody.

    Args:
        purchases: Of `sales.purchases_as_of`.

    Returns:
        One row per `account_key` (null included): `order_count` (Int64), `net_sales` (Int64, minor units),
        `first_day` and `last_day` (Int32, days since 1970-01-01).
    """
    return purchases.group_by("account_key").agg(
        nw.len().cast(nw.Int64).alias("order_count"),
        nw.col("net_sales").sum().cast(nw.Int64).alias("net_sales"),
        nw.col("order_day").min().alias("first_day"),
        nw.col("order_day").max().alias("last_day"),
    )


def customer_totals(purchases: Lazy, *, accounts: Lazy | None = None) -> Lazy:
    """The same of each customer: accounts are added up first, then those that are one person.

    Args:
        purchases: Of `sales.purchases_as_of`.
        accounts: `schema.ACCOUNTS`, the merged accounts; None when there are none.

    Returns:
        One row per `customer_key` (null included), columns as of `account_totals`.
    """
    totals = account_totals(purchases)
    if accounts is None:
        return totals.rename({"account_key": "customer_key"})
    persons = accounts.select("account_key", nw.col("customer_key").alias("person_key"))
    return (
        totals.join(persons, on="account_key", how="left")
        .with_columns(customer_key=nw.coalesce(nw.col("person_key"), nw.col("account_key")))
        .group_by("customer_key")
        .agg(
            nw.col("order_count").sum().cast(nw.Int64),
            nw.col("net_sales").sum().cast(nw.Int64),
            nw.col("first_day").min(),
            nw.col("last_day").max(),
        )
    )


def remarkable_orders(orders: Lazy) -> Lazy:
    """How many orders in scope carry an undated refund, are closed although paid, or carry no money.

    Args:
        orders: `schema.PURCHASES` in scope. Uses `gross`, `undated_refund`, `is_closed`.

    Returns:
        One row: `undated_refunds`, `closed_paid_orders`, `orders_without_money` (Int64 counts).
    """
    closed = nw.col("is_closed")
    undated = (nw.col("undated_refund") > 0) & ~closed
    return orders.select(
        undated.sum().cast(nw.Int64).alias("undated_refunds"),
        closed.sum().cast(nw.Int64).alias("closed_paid_orders"),
        ((nw.col("gross") <= 0) & ~closed).sum().cast(nw.Int64).alias("orders_without_money"),
    )
