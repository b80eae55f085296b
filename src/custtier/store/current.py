"""The current orders, and what views read of them: purchases, dated refunds, the extent."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from custtier.facts import Extent
from custtier.people import account_keys, with_owner
from custtier.people.identity import account_space
from custtier.schema import DATED_REFUNDS, ORDERS, PURCHASES, State, Table, conform
from custtier.settings import Settings
from custtier.store.fold import ORDER_FIELDS, fold_items, fold_orders, fold_refunds, roll_up
from custtier.store.item_sources import of_one_source
from custtier.store.netting import netted
from custtier.store.payments import completed, shared_payments
from custtier.store.refund_sources import done_once

CURRENT: Final[Table] = {
    **{name: ORDERS[name] for name in (*ORDER_FIELDS, "source")},
    "account_space": pl.String,
    "account_key": pl.Int64,
    "shop_account_key": pl.Int64,
    "is_absorbed": pl.Boolean,
    "ordered_on": pl.Date,
    "refunded": pl.Int64,
    "dated": pl.Int64,
}
"""One row per order of any state, folded. `is_absorbed`: a row of a payment bill that stands behind another order.
`refunded` (minor units) is all that was refunded, `dated` the part with a day. `shop_account_key` is the account that
the shop names where a payment gave a stronger one."""


_ORDER: Final = ("account_key", "order_day", "order_key")


@dataclass(frozen=True)
class Records:
    """What imports hold of some orders: `schema.ORDERS`, `schema.ITEMS`, `schema.REFUNDS`, `import_id` filled."""

    orders: pl.DataFrame
    items: pl.DataFrame
    refunds: pl.DataFrame


@dataclass(frozen=True)
class Folded:
    """Some orders, folded.

    Args:
        current: `CURRENT`.
        dated_refunds: `schema.DATED_REFUNDS` of those that are purchases.
        refunds: Every refund row of them, folded, unmatched ones too.
    """

    current: pl.DataFrame
    dated_refunds: pl.DataFrame
    refunds: pl.DataFrame


def fold(records: Records, *, settings: Settings) -> Folded:
    """The current orders of these records; complete when no other order shares a payment with them.

    Args:
        records: All records of the orders, of every visible import.
        settings: Uses `zone` and `currency`.
    """
    refunds = fold_refunds(records.refunds)
    done = done_once(refunds)
    orders = fold_orders(records.orders)
    orders = roll_up(orders, fold_items(of_one_source(records.items, orders)), done)
    payments = shared_payments(orders)
    identified = with_owner(orders)
    identified = identified.with_columns(account_space(identified.columns).alias("account_space"))
    if payments.absorbed.is_empty():
        settled = identified.with_columns(pl.lit(None, dtype=pl.Int64).alias("shop_account_key"))
    else:
        settled = _with_shop_accounts(completed(identified, payments))
    rows, priced = netted(settled, done, payments)
    absorbed = pl.col("order_key").is_in(payments.absorbed["order_key"].implode())
    current = conform(
        priced.with_columns(
            account_keys(settled),
            absorbed.alias("is_absorbed"),
            pl.col("currency").fill_null(settings.currency),
            _day(pl.coalesce("paid_at", "ordered_at"), settings.zone).alias("ordered_on"),
        ),
        CURRENT,
    )
    # lazily, so that of the orders only the columns that tell a purchase are looked at
    bought = current.lazy().filter(is_purchase()).select("order_key")
    dated = rows.lazy().join(bought, on="order_key", how="semi").collect() if rows.height else rows
    dated = dated.with_columns(pl.col("refunded_on").cast(pl.Int32).alias("refund_day"))
    return Folded(current=current, dated_refunds=conform(dated, DATED_REFUNDS), refunds=refunds)


def _with_shop_accounts(orders: pl.DataFrame) -> pl.DataFrame:
    """`orders` with `shop_account_key` in place of the three columns of the shop's own account."""
    replaced = orders.select(
        account="shop_account", account_kind="shop_account_kind", account_space="shop_account_space"
    ).with_columns(pl.lit(None, dtype=pl.String).alias("platform"))
    return orders.with_columns(account_keys(replaced).alias("shop_account_key"))


def _day(instant: pl.Expr, zone: str) -> pl.Expr:
    return instant.dt.convert_time_zone(zone).dt.date()


def is_purchase() -> pl.Expr:
    """Whether an order of `CURRENT` was ever paid, with its money and its day known."""
    state = pl.col("state")
    # a closed order was paid when it has a pay time or anything was given back
    was_paid = state.is_in([State.PAID.value, State.REFUNDED.value]) | (
        (state == State.CLOSED.value) & (pl.col("paid_at").is_not_null() | (pl.col("refunded") > 0))
    )
    return (
        was_paid & pl.col("gross").is_not_null() & pl.col("ordered_on").is_not_null() & ~pl.col("is_absorbed")
    ).fill_null(value=False)


def is_waiting() -> pl.Expr:
    """Whether an order of `CURRENT` lacks its day, state or, being paid, money, so that its items wait for it."""
    unpriced = pl.col("gross").is_null() & (pl.col("state") == State.PAID.value)
    lacks = unpriced | pl.col("ordered_on").is_null() | pl.col("state").is_null()
    return lacks.fill_null(value=False) & ~pl.col("is_absorbed")


def purchases_of(current: pl.LazyFrame) -> pl.LazyFrame:
    """`schema.PURCHASES` of current orders, in no order.

    Args:
        current: `CURRENT`.
    """
    closed = (
        (pl.col("state") == State.CLOSED.value) & (pl.col("gross") > 0) & (pl.col("refunded") < pl.col("gross"))
    ).fill_null(value=False)
    whole = pl.when(closed).then(pl.col("gross")).otherwise(pl.col("refunded"))
    return (
        current.filter(is_purchase())
        .with_columns(
            pl.col("ordered_on").cast(pl.Int32).alias("order_day"),
            (whole - pl.col("dated")).alias("undated_refund"),
            pl.col("dated").alias("dated_refund"),
            closed.alias("is_closed"),
        )
        .select(pl.col(name).cast(dtype) for name, dtype in PURCHASES.items())
    )


def sorted_purchases(purchases: pl.DataFrame) -> pl.DataFrame:
    """`purchases` in the order that views rely on."""
    # most files are of one shop: its name need not be carried to a million places
    alike = {
        name: purchases[name].first()
        for name, dtype in PURCHASES.items()
        if dtype == pl.String and purchases[name].n_unique() == 1
    }
    placed = purchases.drop(alike).sort(_ORDER)
    return placed.with_columns(pl.lit(value, dtype=pl.String).alias(name) for name, value in alike.items()).select(
        list(PURCHASES)
    )


def with_purchases(kept: pl.LazyFrame, fresh: pl.LazyFrame, *, replaced: pl.Series) -> pl.LazyFrame:
    """`kept` without the replaced orders and with the fresh ones, in the order of `sorted_purchases`.

    Both are in that order already, so that they are merged a piece at a time, whatever the number of rows.

    Args:
        kept: `schema.PURCHASES`, sorted.
        fresh: `schema.PURCHASES`.
        replaced: `order_key` of the orders that the fresh rows stand for.
    """
    left = kept.filter(~pl.col("order_key").is_in(replaced.implode()))
    return left.merge_sorted(sorted_purchases(fresh.collect()).lazy(), key=_ORDER)


def extent_of(
    purchases: pl.LazyFrame, dated_refunds: pl.LazyFrame, *, last_instant: datetime | None, merged: int, zone: str
) -> Extent:
    """What is known of the frames without reading them again.

    Args:
        purchases: `schema.PURCHASES`.
        dated_refunds: `schema.DATED_REFUNDS`.
        last_instant: Latest instant of any current order, paid or not.
        merged: Rows of `accounts`.
        zone: The shop's zone.
    """
    bought = purchases.select(
        last_on=pl.col("ordered_on").filter(~pl.col("is_closed")).max(),
        currencies=pl.col("currency").unique().sort().implode(),
        rows=pl.len(),
        undated=((pl.col("undated_refund") > 0) & ~pl.col("is_closed")).sum(),
        closed=pl.col("is_closed").sum(),
        without_money=((pl.col("gross") <= 0) & ~pl.col("is_closed")).sum(),
    ).collect()
    returned = dated_refunds.select(last_on=pl.col("refunded_on").max(), rows=pl.len()).collect()
    days: list[date] = [day for day in (bought["last_on"].item(), returned["last_on"].item()) if day is not None]
    through = None if last_instant is None else last_instant.astimezone(ZoneInfo(zone)).date()
    return Extent(
        last_on=max(days) if days else None,
        data_through=through,
        currencies=tuple(bought["currencies"].item().to_list()),
        purchases=bought["rows"].item(),
        dated_refunds=returned["rows"].item(),
        undated_refunds=bought["undated"].item(),
        merged_accounts=merged,
        closed_paid_orders=bought["closed"].item(),
        orders_without_money=bought["without_money"].item(),
    )


def last_instant(current: pl.LazyFrame) -> datetime | None:
    """The latest instant that any current order shows."""
    latest: datetime | None = (
        current.select(pl.max_horizontal(pl.col("ordered_at").max(), pl.col("paid_at").max())).collect().item()
    )
    return latest
