"""How many new contacts reply and buy, how many buyers return, how many contacts have bought: only of whom it is known.

Whoever has not had the full time yet is counted apart and never as a failure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

import polars as pl

from custtier.goals import Goals, Targets
from custtier.models.proportions import wilson
from custtier.views.growth.newcomers import MET, MISSED, OPEN, Schema

FIRST_REPLY, FIRST_ORDER, RETENTION, CONVERSION = RATES = ("first_reply", "first_order", "retention", "conversion")
COHORT_DAYS: Final = 30
"""Replies and first orders are told of those added in so many days, the last ones who have had the full time."""

RATE_COLUMNS: Final[Schema] = {
    "growth_rate": pl.String,
    "reached_share": pl.Float64,
    "goal_share": pl.Float64,
    "goal_standing": pl.String,
    "share_low": pl.Float64,
    "share_high": pl.Float64,
    "people": pl.Int64,
    "reached": pl.Int64,
    "not_yet": pl.Int64,
    "without_chats": pl.Int64,
    "period_from": pl.Date,
    "period_to": pl.Date,
}
"""Columns of the table `rates`, after the one of the group."""


@dataclass(frozen=True)
class Known:
    """How far what is known reaches.

    Args:
        chats_until: Last day of which chats are known; None without chats.
        orders_until: Last day of which orders are known; None without orders.
        as_of: Last day observed.
    """

    chats_until: date | None
    orders_until: date | None
    as_of: date

    @property
    def orders_end(self) -> date | None:
        """The last day on which somebody may be seen to have bought."""
        return None if self.orders_until is None else min(self.orders_until, self.as_of)


@dataclass(frozen=True)
class Counted:
    """A rate of one group.

    Args:
        first: First day of the cohort: of adding, of retention of buying; None for no bound.
        last: Its last day.
        people: Of how many it is known.
        reached: How many of them did it.
        not_yet: Who have not had the full time.
        without_chats: Of whom it cannot be known: without chats.
    """

    first: date | None
    last: date | None
    people: int = 0
    reached: int = 0
    not_yet: int = 0
    without_chats: int = 0

    @property
    def share(self) -> float | None:
        """Of whom it is known, the part who did it."""
        return self.reached / self.people if self.people else None


def first_replies(
    contacts: pl.DataFrame, *, known: Known, days: int, since: date | None, until: date
) -> dict[str | None, Counted]:
    """Who wrote to us within so many days of being added, of those added between two days.

    Args:
        contacts: `group`, `added_on`, `has_chat`, `first_incoming_on`, `chats_until` (how far the chats of their agent
            reach).
        known: How far chats reach.
        days: Within how many days.
        since: First day of adding.
        until: Last day of adding.
    """
    is_ripe = (pl.col("added_on") + pl.duration(days=days)) <= pl.min_horizontal("chats_until", pl.lit(known.as_of))
    ripe = None if known.chats_until is None else min(known.chats_until, known.as_of) - timedelta(days=days)
    did = (pl.col("first_incoming_on") - pl.col("added_on")).dt.total_days() <= days
    asked = _Asked(did, is_told=pl.col("has_chat"), is_ripe=is_ripe.fill_null(value=False))
    return _activated(contacts, asked, ripe=ripe, since=since, until=until)


def first_orders(
    contacts: pl.DataFrame, *, known: Known, days: int, since: date | None, until: date
) -> dict[str | None, Counted]:
    """Who bought within so many days of being added, of those added between two days who had never bought before.

    Args:
        contacts: `group`, `added_on`, `bought_before_on`, `first_order_on`.
        known: How far orders reach.
        days: Within how many days.
        since: First day of adding.
        until: Last day of adding.
    """
    end = known.orders_end
    ripe = None if end is None else end - timedelta(days=days)
    did = (pl.col("first_order_on") - pl.col("added_on")).dt.total_days() <= days
    strangers = contacts.filter(pl.col("bought_before_on").is_null())
    return _activated(strangers, _Asked(did, is_ripe=_by(ripe)), ripe=ripe, since=since, until=until)


def conversions(contacts: pl.DataFrame, *, on: date, known: Known, days: int) -> dict[str | None, Counted]:
    """Who had bought by a day, of all who had been added so many days before and had never bought before.

    Args:
        contacts: `group`, `added_on`, `bought_before_on`, `first_order_on`.
        on: The day.
        known: How far orders reach.
        days: For how long somebody has to be a contact to be counted.
    """
    end = known.orders_end
    day = on if end is None else min(on, end)
    ripe = None if end is None else day - timedelta(days=days)
    strangers = contacts.filter(pl.col("bought_before_on").is_null())
    did = pl.col("first_order_on") <= day
    return _activated(strangers, _Asked(did, is_ripe=_by(ripe)), ripe=ripe, since=None, until=on)


@dataclass(frozen=True)
class _Asked:
    """What is asked of each contact: whether they did it, have had the time for it, and whether that can be told."""

    did: pl.Expr
    is_ripe: pl.Expr
    is_told: pl.Expr = field(default_factory=lambda: pl.lit(value=True))


def _by(day: date | None) -> pl.Expr:
    return pl.lit(value=False) if day is None else pl.col("added_on") <= day


def _activated(
    contacts: pl.DataFrame, asked: _Asked, *, ripe: date | None, since: date | None, until: date
) -> dict[str | None, Counted]:
    added = pl.col("added_on")
    inside = contacts.filter(added <= until) if since is None else contacts.filter(added.is_between(since, until))
    is_ripe, did, told = asked.is_ripe, asked.did, asked.is_told.fill_null(value=False)
    counted = inside.group_by("group").agg(
        (is_ripe & told).sum().cast(pl.Int64).alias("people"),
        (is_ripe & told & did.fill_null(value=False)).sum().cast(pl.Int64).alias("reached"),
        (~is_ripe).sum().cast(pl.Int64).alias("not_yet"),
        (is_ripe & ~told).sum().cast(pl.Int64).alias("without_chats"),
    )
    last = until if ripe is None else min(until, ripe)
    return {name: Counted(since, last, *rest) for name, *rest in counted.iter_rows()}


def retained(bought: pl.DataFrame, *, before: tuple[date, date], after: tuple[date, date]) -> dict[str | None, Counted]:
    """Who of those who bought between two days bought between two others too.

    Args:
        bought: `group`, `customer_key`, `bought_on`: at least one row per group, customer and day of purchase.
        before: First and last day of the buyers.
        after: First and last day of buying again.
    """
    day = pl.col("bought_on")
    counted = (
        bought.group_by("group", "customer_key")
        .agg(day.is_between(*before).any().alias("was"), day.is_between(*after).any().alias("is"))
        .filter("was")
        .group_by("group")
        .agg(pl.len().cast(pl.Int64), pl.col("is").sum().cast(pl.Int64))
    )
    return {name: Counted(*before, people, reached) for name, people, reached in counted.iter_rows()}


def latest_rates(
    contacts: pl.DataFrame, bought: pl.DataFrame, *, known: Known, goals: Goals
) -> Mapping[str, Mapping[str | None, Counted]]:
    """Each of `RATES` as it stands on the day observed: rate → group → how many.

    Args:
        contacts: As of `first_replies` and `first_orders`.
        bought: As of `retained`.
        known: How far what is known reaches.
        goals: How many days are given.
    """
    one = timedelta(days=1)
    month = timedelta(days=COHORT_DAYS) - one
    chats_until = min(known.chats_until or known.as_of, known.as_of)
    replied_by = chats_until - timedelta(days=goals.reply_days)
    replies = first_replies(contacts, known=known, days=goals.reply_days, since=replied_by - month, until=known.as_of)
    found: dict[str, Mapping[str | None, Counted]] = {rate: {} for rate in RATES}
    found[FIRST_REPLY] = replies if known.chats_until else {}
    end = known.orders_end
    if end is None:
        return found
    bought_by, length = end - timedelta(days=goals.order_days), timedelta(days=goals.retention_days)
    found[FIRST_ORDER] = first_orders(
        contacts, known=known, days=goals.order_days, since=bought_by - month, until=known.as_of
    )
    found[RETENTION] = retained(bought, before=(end - 2 * length + one, end - length), after=(end - length + one, end))
    found[CONVERSION] = conversions(contacts, on=known.as_of, known=known, days=goals.order_days)
    return found


def rate_row(name: str | None, rate: str, counted: Counted | None, *, targets: Targets) -> tuple[object, ...]:
    """A row of the table `rates`: the group, then `RATE_COLUMNS`."""
    one = counted or Counted(None, None)
    low, high = wilson(one.reached, one.people) or (None, None)
    goal: float | None = getattr(targets, f"{rate}_share")
    return (
        name,
        rate,
        one.share,
        goal,
        _standing(low, high, goal=goal),
        low,
        high,
        one.people,
        one.reached,
        one.not_yet,
        one.without_chats,
        one.first,
        one.last,
    )


def _standing(low: float | None, high: float | None, *, goal: float | None) -> str | None:
    """Met where the range lies above the goal, missed where it lies below, else open."""
    if goal is None or low is None or high is None:
        return None
    if low >= goal:
        return MET
    return MISSED if high < goal else OPEN
