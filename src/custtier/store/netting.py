"""What was refunded of each order, with and without a day, by rules R4 and R5: nothing twice, nothing lost."""

import polars as pl

from custtier.schema import State
from custtier.store.payments import Payments, stated_total

_ROWS = ["order_key", "refunded_on", "amount"]


def netted(orders: pl.DataFrame, done: pl.DataFrame, payments: Payments) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Refunds of each order, and the orders' undated rest.

    Rows of the shop itself and rows of a payment bill are two views of the same money: the one with the larger sum
    counts. Rows stand for the refund that the order states once their sum reaches it; before that the difference is a
    refund without a day. An order that is refunded without saying how much is refunded as a whole, unless rows say how
    much. Nothing exceeds what the order cost.

    Args:
        orders: Folded, rolled up and completed: `order_key`, `gross`, `state`, `stated_refund`, `platform`, `order_id`.
        done: Refunds that were done, each once.
        payments: Hosts and absorbed rows of these orders.

    Returns:
        Dated rows (`order_key`, `refunded_on`, `amount`), and the orders with `dated` and `refunded` (all of it), null
        for an order without money.
    """
    stated = pl.when(pl.col("gross").is_not_null()).then(stated_total().clip(lower_bound=0))
    if done.is_empty() and payments.absorbed.is_empty():
        none = pl.when(pl.col("gross").is_not_null()).then(pl.lit(0, dtype=pl.Int64))
        return _no_rows(), orders.with_columns(none.alias("dated"), stated.alias("refunded"))
    priced = orders.filter(pl.col("gross").is_not_null()).select(
        "order_key",
        "platform",
        "order_id",
        pl.col("gross").clip(lower_bound=0),
        pl.coalesce("paid_at", "ordered_at").alias("at"),
        stated.alias("stated"),
        is_assumed=(pl.col("state") == State.REFUNDED.value) & pl.col("stated_refund").is_null(),
    )
    own = _own_rows(done, priced, payments)
    billed = _billed_rows(done, priced, payments, own)
    rows = _larger(own, billed)
    summed = rows.group_by("order_key").agg(
        pl.col("amount").sum().alias("by_rows"),
        pl.col("amount").filter(pl.col("refunded_on").is_not_null()).sum().alias("dated"),
    )
    totals = priced.join(summed, on="order_key", how="left").select(
        "order_key",
        pl.col("dated").fill_null(0),
        refunded=pl.when(pl.col("is_assumed") & (pl.col("by_rows") > 0))
        .then("by_rows")
        .otherwise(pl.max_horizontal("stated", pl.col("by_rows").fill_null(0))),
    )
    return rows.filter(pl.col("refunded_on").is_not_null()), orders.join(
        totals, on="order_key", how="left", maintain_order="left"
    )


def unmatched(refunds: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """Refunds whose order is unknown: they wait for it.

    Args:
        refunds: Folded: uses `order_key`, `payment_id`.
        orders: Uses `order_key`, `payment_id`.
    """
    if refunds.is_empty():
        return refunds
    by_payment = orders.filter(pl.col("payment_id").is_not_null()).select("payment_id")
    return refunds.join(orders.select("order_key"), on="order_key", how="anti").join(
        by_payment, on="payment_id", how="anti"
    )


def _no_rows() -> pl.DataFrame:
    return pl.DataFrame(schema={"order_key": pl.Int64, "refunded_on": pl.Date, "amount": pl.Int64})


def _own_rows(done: pl.DataFrame, priced: pl.DataFrame, payments: Payments) -> pl.DataFrame:
    """Rows that name an order itself, cut off at what the order cost."""
    named = done.join(payments.absorbed.select("order_key"), on="order_key", how="anti").join(
        priced.select("order_key"), on="order_key", how="semi"
    )
    wholes = priced.join(named.select("order_key").unique(), on="order_key", how="semi")
    return _laid_out(
        named.select("refunded_on", "amount", "refund_key", group="order_key"),
        wholes.select("order_key", group="order_key", room="gross", place=pl.lit(0)),
    )


def _billed_rows(done: pl.DataFrame, priced: pl.DataFrame, payments: Payments, own: pl.DataFrame) -> pl.DataFrame:
    """Rows that name a payment, laid over the orders that it paid.

    First over what those orders say themselves was refunded, in order of their instant, platform and id; what is left
    over the rest of their price, in the same order.
    """
    rows = _bill_rows(done, priced, payments)
    if rows.is_empty():
        return _no_rows()
    known = own.group_by("order_key").agg(pl.col("amount").sum().alias("by_rows"))
    hosts = (
        payments.hosts.join(rows.select(payment_id="group").unique(), on="payment_id", how="semi")
        .join(priced, on="order_key")
        .join(known, on="order_key", how="left")
        .with_columns(pl.max_horizontal("stated", pl.col("by_rows").fill_null(0)).alias("need"))
        .sort("payment_id", "at", "platform", "order_id", "order_key", nulls_last=True)
        .with_row_index("turn")
    )
    needs = hosts.select("order_key", group="payment_id", room="need", place="turn")
    rests = hosts.select(
        "order_key",
        group="payment_id",
        room=pl.col("gross") - pl.col("need"),
        place=pl.col("turn") + pl.lit(hosts.height, dtype=pl.UInt32),
    )
    return _laid_out(rows, pl.concat([needs, rests]))


def _bill_rows(done: pl.DataFrame, priced: pl.DataFrame, payments: Payments) -> pl.DataFrame:
    """Refunds by payment: `group` (payment id), `refunded_on`, `amount`, `refund_key`.

    Of several bills of one payment the one with the larger sum counts. What a bill's payment row states beyond its
    refund rows is a row without a day.
    """
    by_row = done.join(payments.absorbed.select("order_key", host_payment="payment_id"), on="order_key", how="left")
    strangers = by_row.filter(pl.col("host_payment").is_null()).join(
        priced.select("order_key"), on="order_key", how="anti"
    )
    strangers = strangers.join(payments.hosts.select("payment_id").unique(), on="payment_id", how="semi")
    columns = ["group", "bill", "refunded_on", "amount", "refund_key"]
    rows = pl.concat(
        [
            by_row.filter(pl.col("host_payment").is_not_null())
            .with_columns(group=pl.col("host_payment"), bill=pl.col("order_key"))
            .select(columns),
            strangers.with_columns(group=pl.col("payment_id"), bill=pl.lit(None, dtype=pl.Int64)).select(columns),
        ]
    )
    sums = rows.group_by("group", "bill").agg(pl.col("amount").sum().alias("by_rows"))
    stated = payments.absorbed.select("stated", group="payment_id", bill="order_key").filter(pl.col("stated") > 0)
    bills = sums.join(stated, on=["group", "bill"], how="full", coalesce=True, nulls_equal=True).with_columns(
        pl.col("by_rows").fill_null(0), pl.col("stated").fill_null(0)
    )
    # ties between bills end in their ids: both say the same sum, and only days may differ
    best = (
        bills.with_columns(pl.max_horizontal("by_rows", "stated").alias("total"))
        .join(payments.absorbed.select("order_id", bill="order_key"), on="bill", how="left")
        .sort("group", "total", "by_rows", "order_id", "bill", descending=[False, True, True, False, False])
        .unique("group", keep="first", maintain_order=True)
    )
    rest = best.filter(pl.col("stated") > pl.col("by_rows")).select(
        "group",
        refunded_on=pl.lit(None, dtype=pl.Date),
        amount=pl.col("stated") - pl.col("by_rows"),
        refund_key=pl.lit(None, dtype=pl.Int64),
    )
    chosen = rows.join(best.select("group", "bill"), on=["group", "bill"], how="semi", nulls_equal=True)
    return pl.concat([chosen.drop("bill"), rest])


def _laid_out(rows: pl.DataFrame, rooms: pl.DataFrame) -> pl.DataFrame:
    """Refunds laid end to end over rooms laid end to end: where they overlap, a refund goes to the room's order.

    Args:
        rows: `group`, `refunded_on`, `amount`, `refund_key`. Dated ones go first.
        rooms: `group`, `order_key`, `room` (minor units), `place` (order within the group).

    Returns:
        `order_key`, `refunded_on`, `amount`; what finds no room is cut off.
    """
    laid = (
        rows.sort("group", "refunded_on", "amount", "refund_key", nulls_last=True)
        .with_columns(pl.col("amount").cum_sum().over("group").alias("row_end"))
        .with_columns((pl.col("row_end") - pl.col("amount")).alias("row_start"))
        .select("group", "refunded_on", "row_start", "row_end")
    )
    spread = (
        rooms.sort("group", "place")
        .with_columns(pl.col("room").cum_sum().over("group").alias("room_end"))
        .with_columns((pl.col("room_end") - pl.col("room")).alias("room_start"))
        .select("group", "order_key", "room_start", "room_end")
    )
    overlap = pl.min_horizontal("row_end", "room_end") - pl.max_horizontal("row_start", "room_start")
    return (
        laid.join(spread, on="group").with_columns(overlap.alias("amount")).filter(pl.col("amount") > 0).select(_ROWS)
    )


def _larger(own: pl.DataFrame, billed: pl.DataFrame) -> pl.DataFrame:
    """Of an order's own rows and its payment's rows, those with the larger sum; its own when they are equal."""
    if billed.is_empty():
        return own
    own_sums = own.group_by("order_key").agg(pl.col("amount").sum().alias("own"))
    billed_sums = billed.group_by("order_key").agg(pl.col("amount").sum().alias("billed"))
    wins = billed_sums.join(own_sums, on="order_key", how="left").filter(pl.col("billed") > pl.col("own").fill_null(0))
    return pl.concat([own.join(wins, on="order_key", how="anti"), billed.join(wins, on="order_key", how="semi")])
