"""Net sales of every purchase as of a day."""

from collections.abc import Sequence
from datetime import date

import narwhals.stable.v2 as nw

from custtier.metrics.frames import Lazy
from custtier.periods import day_number


def purchases_as_of(
    orders: Lazy,
    *,
    as_of: date,
    dated_refunds: Lazy | None = None,
    has_dated_refunds: bool = True,
    keep: Sequence[str] = (),
) -> Lazy:
    """Every order that is a purchase on `as_of`, with its net sales.

    An order is a purchase when its net is above zero: gross less refunds that are undated or dated up to `as_of`.

    Args:
        orders: `schema.PURCHASES` in scope. Uses `account_key`, `order_day`, `gross`, `undated_refund`, and
            `dated_refund` or, with `dated_refunds`, `order_key`.
        as_of: Last day observed, included.
        dated_refunds: `schema.DATED_REFUNDS`; None when all of them are dated up to `as_of`, so that the orders' own
            `dated_refund` holds.
        has_dated_refunds: Whether any order has one; without any, `dated_refund` need not be read.
        keep: More columns of `orders` that are wanted.

    Returns:
        One row per purchase: `account_key` (Int64, null when it belongs to nobody), `order_day` (Int32), `net_sales`
        (Int64, minor units, above 0), and `keep`. Without `dated_refunds` in the order of `orders`.
    """
    before_dated = nw.col("gross") - nw.col("undated_refund")
    if not has_dated_refunds:
        netted = orders.with_columns(net_sales=before_dated)
    elif dated_refunds is None:
        netted = orders.with_columns(net_sales=before_dated - nw.col("dated_refund"))
    else:
        refunded = (
            dated_refunds.filter(nw.col("refund_day") <= day_number(as_of))
            .group_by("order_key")
            .agg(nw.col("amount").sum().cast(nw.Int64).alias("refunded"))
        )
        netted = orders.join(refunded, on="order_key", how="left").with_columns(
            net_sales=before_dated - nw.col("refunded").fill_null(0)
        )
    return netted.filter(nw.col("net_sales") > 0).select("account_key", "order_day", "net_sales", *keep)
