"""Net sales of every purchase as of a day, and whose purchase it is."""

from datetime import date

import narwhals.stable.v2 as nw

from custtier.metrics.frames import Lazy
from custtier.periods import day_number


def purchases_as_of(
    orders: Lazy,
    *,
    as_of: date,
    dated_refunds: Lazy | None = None,
    accounts: Lazy | None = None,
) -> Lazy:
    """Every order that is a purchase on `as_of`, with its net sales and its customer.

    An order is a purchase when its net is above zero: gross less refunds that are undated or dated up to `as_of`.

    Args:
        orders: `schema.PURCHASES` in scope. Uses `account_key`, `order_day`, `gross`, `undated_refund`, and `order_key`
            when there are dated refunds.
        as_of: Last day observed, included.
        dated_refunds: `schema.DATED_REFUNDS`; None when there are none.
        accounts: `schema.ACCOUNTS`, the merged accounts; None when there are none.

    Returns:
        One row per purchase: `customer_key` (Int64, null when it belongs to nobody), `order_day` (Int32), `net_sales`
        (Int64, minor units, above 0).
    """
    net = nw.col("gross") - nw.col("undated_refund")
    kept = orders
    if dated_refunds is not None:
        refunded = (
            dated_refunds.filter(nw.col("refund_day") <= day_number(as_of))
            .group_by("order_key")
            .agg(nw.col("amount").sum().cast(nw.Int64).alias("dated_refund"))
        )
        kept = kept.join(refunded, on="order_key", how="left")
        net = net - nw.col("dated_refund").fill_null(0)
    kept = kept.with_columns(net_sales=net).filter(nw.col("net_sales") > 0)
    owner = nw.col("account_key")
    if accounts is not None:
        merged = accounts.select("account_key", nw.col("customer_key").alias("merged_key"))
        kept = kept.join(merged, on="account_key", how="left")
        owner = nw.coalesce(nw.col("merged_key"), owner)
    return kept.select(owner.alias("customer_key"), "order_day", "net_sales")
