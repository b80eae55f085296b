"""What imports changed of a period after it was over: its orders as they were told then, and as they are told now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from custtier.settings import Settings
from custtier.store.as_known import Between, between, commits_by, day_of
from custtier.store.current import Records, fold, purchases_of
from custtier.store.layout import Layout
from custtier.store.publish import order_keys
from custtier.store.record import Commit
from custtier.store.state import State
from custtier.store.touched import RawRecords, no_records, together, widened

_DAYS: Final = ("ordered_at", "paid_at")


@dataclass(frozen=True)
class Late:
    """Orders that imports of later days speak of.

    Args:
        known_on: The day by whose end the imports had told of the whole period.
        before: `schema.PURCHASES` of these orders as of the imports of that day, and `net` (minor units) as of the last
            day of the period.
        after: The same as of the imports that count now.
    """

    known_on: date
    before: pl.DataFrame
    after: pl.DataFrame


def closed_on(commits: Sequence[Commit], as_of: date, *, zone: str) -> date | None:
    """The day by whose end the imports had told of a whole period; None when nothing was imported after it.

    That is the last day after the period on which imports brought its last days and nothing later: a month is usually
    imported when it is over. Where imports always went further, it is the day on which they first did.

    Args:
        commits: Those that count, oldest first.
        as_of: Last day of the period.
        zone: The shop's zone.
    """
    reached: date | None = None
    passed: date | None = None
    shown: date | None = None
    for known_on, last_on in _days(commits, zone=zone).items():
        is_later = last_on is not None and last_on > as_of
        passed = (passed or known_on) if is_later else None
        has_more = last_on is not None and (shown is None or last_on > shown)
        if known_on > as_of and has_more and not is_later:
            reached = known_on
        shown = last_on
    return reached or passed


def _days(commits: Sequence[Commit], *, zone: str) -> dict[date, date | None]:
    """Day of commits → last day of any paid order or dated refund at its end."""
    found: dict[date, date | None] = {}
    day: date | None = None
    for commit in commits:
        day = day_of(commit.imported_at, zone) if commit.imported_at is not None else day
        if day is not None:
            found[day] = commit.extent.last_on
    return found


def late_changes(
    state: State, as_of: date, *, as_known_on: date | None, layout: Layout, settings: Settings
) -> Late | None:
    """What later imports changed of the orders up to a day; None when no later import stands or was undone.

    Only orders of the period that these imports speak of, and what shares a payment with them, are folded, twice.

    Args:
        state: The store today.
        as_of: Last day of the period.
        as_known_on: Only what was imported by the end of this day counts as now.
        layout: The store's tables.
        settings: Uses `zone` and `currency`.
    """
    zone = settings.zone
    commits = state.commits if as_known_on is None else commits_by(state.commits, as_known_on, zone=zone)
    known_on = closed_on(commits, as_of, zone=zone)
    if known_on is None:
        return None
    change = _change(state, known_on, as_known_on, zone=zone)
    if change.is_nothing:
        return None
    counting = [number for number in change.standing if number not in set(change.undone)] + change.later
    then, now = (
        RawRecords(layout.raw, versions=state.versions, visible=sorted(visible))
        for visible in (change.standing, counting)
    )
    spoken = together(now.told_by(change.later, columns=_DAYS), then.told_by(change.undone, columns=_DAYS))
    changed = _of_period(spoken, then, as_of=as_of, zone=zone)
    keys = order_keys(changed)
    if keys.is_empty() and changed.refunds.is_empty():
        return None
    # a payment may join other orders to them in one of the two alone
    together_keys = pl.concat([keys, *(order_keys(_whole(keys, changed, raw)) for raw in (then, now))]).unique()
    before, after = (
        _orders_as_of(_whole(together_keys, changed, raw), together_keys, as_of=as_of, settings=settings)
        for raw in (then, now)
    )
    return Late(known_on=known_on, before=before, after=after)


def _change(state: State, known_on: date, as_known_on: date | None, *, zone: str) -> Between:
    """The imports that tell the store of a day from that of a later one."""
    first = between(state, known_on, zone=zone)
    if as_known_on is None:
        return first
    last = set(between(state, as_known_on, zone=zone).standing)
    return Between(
        standing=first.standing,
        later=sorted(last - set(first.standing)),
        undone=sorted(set(first.standing) - last),
    )


def _of_period(spoken: Records, then: RawRecords, *, as_of: date, zone: str) -> Records:
    """What the imports say of orders that may be of the period: their own days say so, or they were known then."""
    day = pl.min_horizontal("ordered_at", "paid_at").dt.convert_time_zone(zone).dt.date()
    orders = spoken.orders
    by_day = orders.filter(day <= as_of).select("order_key")
    rest = order_keys(spoken).join(by_day, on="order_key", how="anti")
    known = then.scan("orders").select("order_key").join(rest.lazy(), on="order_key", how="semi").collect()
    keys = pl.concat([by_day, known]).unique()
    return Records(
        orders=orders.select("order_key", "kind", "payment_id").join(keys, on="order_key", how="semi"),
        items=spoken.items.join(keys, on="order_key", how="semi"),
        refunds=pl.concat(
            [
                spoken.refunds.join(keys, on="order_key", how="semi"),
                spoken.refunds.filter(pl.col("order_key").is_null() & pl.col("payment_id").is_not_null()),
            ]
        ),
    )


def _whole(keys: pl.DataFrame, changed: Records, raw: RawRecords) -> Records:
    """All records of these orders and of what shares a payment with them, among some imports."""
    refunds = raw.refunds_of("refund_key", changed.refunds.select("refund_key").unique())
    every = pl.concat([keys, refunds.select("order_key")]).drop_nulls().unique()
    found = raw.of_orders(every)
    records = together(found, Records(orders=no_records().orders, items=no_records().items, refunds=refunds))
    return widened(records, raw, current=raw.scan("orders"), gone=changed)


def _orders_as_of(records: Records, keys: pl.DataFrame, *, as_of: date, settings: Settings) -> pl.DataFrame:
    """`schema.PURCHASES` of these orders up to a day, with their `net` as of it."""
    folded = fold(records, settings=settings)
    bought = purchases_of(folded.current.lazy()).filter(pl.col("ordered_on") <= as_of).collect()
    returned = (
        folded.dated_refunds.filter(pl.col("refunded_on") <= as_of)
        .group_by("order_key")
        .agg(pl.col("amount").sum().alias("returned"))
    )
    priced = bought.join(keys, on="order_key", how="semi").join(returned, on="order_key", how="left")
    net = pl.col("gross") - pl.col("undated_refund") - pl.col("returned").fill_null(0)
    return priced.with_columns(net.alias("net")).drop("returned")
