"""Refunds by the day on which they were made, whenever the order was paid."""

import polars as pl

from custtier.metrics.conversion import converted
from custtier.rates import Conversion


def refunds_made(
    refunds: pl.LazyFrame,
    orders: pl.LazyFrame,
    *,
    accounts: pl.LazyFrame | None,
    conversion: Conversion | None = None,
    keep: tuple[str, ...] = (),
) -> pl.LazyFrame:
    """Every refund with whose it is.

    Args:
        refunds: `schema.DATED_REFUNDS` of the period.
        orders: `schema.PURCHASES` of any day: uses `order_key`, `account_key`, `order_day`, `currency`, `is_closed`.
        accounts: `schema.ACCOUNTS`; None when no account is merged.
        conversion: The rate of the order's day holds for its refunds too, so that what is given back whole leaves
            nothing.
        keep: More columns of `orders`.

    Returns:
        One row per refund: `customer_key` (null for nobody's), `refunded` (Int64, minor units, above 0), and `keep`.
    """
    columns = dict.fromkeys(["order_key", "account_key", "order_day", "currency", *keep])
    amount = pl.col("amount") if conversion is None else converted(pl.col("amount"), conversion=conversion)
    # an order closed without a refund carries its whole amount as undated
    rows = (
        refunds.select("order_key", "amount")
        .join(orders.filter(~pl.col("is_closed")).select(list(columns)), on="order_key")
        .with_columns(amount.alias("refunded"))
    )
    if accounts is None:
        return rows.select(pl.col("account_key").alias("customer_key"), "refunded", *keep)
    persons = accounts.select("account_key", person="customer_key")
    return rows.join(persons, on="account_key", how="left").select(
        pl.coalesce("person", "account_key").alias("customer_key"), "refunded", *keep
    )


def less_refunds(totals: pl.DataFrame, refunds: pl.LazyFrame, *, sales: str = "net_sales") -> pl.DataFrame:
    """Totals of customers less their refunds; who was refunded without buying gets a row without orders.

    Args:
        totals: One row per `customer_key` (null included), with sums and counts.
        refunds: Of `refunds_made`.
        sales: The column that they lower.

    Returns:
        The columns of `totals`; `sales` may be 0 or below.
    """
    sums = refunds.group_by("customer_key").agg(pl.col("refunded").sum()).collect(engine="streaming")
    sums_and_counts = [name for name in totals.columns if name != "customer_key" and not name.endswith("_day")]
    return (
        totals.join(sums, on="customer_key", how="full", coalesce=True, nulls_equal=True)
        .with_columns(pl.col(sums_and_counts).fill_null(0))
        .with_columns((pl.col(sales) - pl.col("refunded").fill_null(0)).alias(sales))
        .select(totals.columns)
    )
