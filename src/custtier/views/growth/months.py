"""Growth month by month: new contacts, who of them replied and bought, who came back, and what was expected then."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import polars as pl

from custtier.goals import Goals, Targets
from custtier.views.growth.newcomers import MONTH, Daily, Outlook, Schema, bounds, goal_of, outlook
from custtier.views.growth.rates import Counted, Known, conversions, first_orders, first_replies, retained

MONTHS_BEFORE: Final = 6

MONTH_COLUMNS: Final[Schema] = {
    "month": pl.String,
    "period_to": pl.Date,
    "new_contacts": pl.Int64,
    "goal": pl.Int64,
    "done_share": pl.Float64,
    "expected_then": pl.Int64,
    "low_then": pl.Int64,
    "high_then": pl.Int64,
    "first_reply_share": pl.Float64,
    "first_order_share": pl.Float64,
    "retention_share": pl.Float64,
    "conversion_share": pl.Float64,
    "replies_not_yet": pl.Int64,
    "orders_not_yet": pl.Int64,
}
"""Columns of the table `months`, after the one of the group."""


@dataclass(frozen=True)
class Month:
    """What is known of a calendar month.

    Args:
        first: Its first day.
        last: Its last day, of the last month the day observed.
        is_over: Whether it has come to its end.
        replies: Group → who wrote within the days given.
        orders: Group → who bought within the days given.
        retained: Group → buyers of the month before who bought again; nothing in a month that is not over.
        converted: Group → contacts who had bought by its end.
    """

    first: date
    last: date
    is_over: bool
    replies: Mapping[str | None, Counted]
    orders: Mapping[str | None, Counted]
    retained: Mapping[str | None, Counted]
    converted: Mapping[str | None, Counted]


def months_seen(as_of: date, *, since: date | None) -> list[tuple[date, date]]:
    """First and last day of the month observed and of those before it, the earliest first; none before `since`.

    Examples:
        >>> [str(first) for first, _ in months_seen(date(2026, 2, 10), since=date(2025, 12, 5))]
        ['2025-12-01', '2026-01-01', '2026-02-01']
    """
    found = [bounds(MONTH, as_of)]
    while len(found) <= MONTHS_BEFORE and since is not None and found[0][0] > since:
        found.insert(0, bounds(MONTH, found[0][0] - timedelta(days=1)))
    return found


def months_of(
    contacts: pl.DataFrame, bought: pl.DataFrame, *, known: Known, goals: Goals, since: date | None
) -> list[Month]:
    """The month observed and those before it, the earliest first.

    Args:
        contacts: As of `rates.latest_rates`.
        bought: As of `rates.latest_rates`.
        known: How far what is known reaches.
        goals: How many days are given.
        since: No month before this day.
    """
    return [
        _month(contacts, bought, first=first, last=last, known=known, goals=goals)
        for first, last in months_seen(known.as_of, since=since)
    ]


def _month(
    contacts: pl.DataFrame, bought: pl.DataFrame, *, first: date, last: date, known: Known, goals: Goals
) -> Month:
    is_over = known.orders_end is not None and last <= known.orders_end
    before = bounds(MONTH, first - timedelta(days=1))
    until = min(last, known.as_of)
    has_chats = known.chats_until is not None
    return Month(
        first=first,
        last=until,
        is_over=is_over,
        replies=first_replies(contacts, known=known, days=goals.reply_days, since=first, until=until)
        if has_chats
        else {},
        orders=first_orders(contacts, known=known, days=goals.order_days, since=first, until=until)
        if known.orders_until
        else {},
        retained=retained(bought, before=before, after=(first, last)) if is_over else {},
        converted=conversions(contacts, on=until, known=known, days=goals.order_days) if known.orders_until else {},
    )


def seen_then(daily: Daily | None, month: Month, *, as_of: date) -> Outlook | None:
    """What was to be expected of a month on the same day of it; None where that day was its last, or nothing was known.

    Args:
        daily: The contacts of a group.
        month: The month.
        as_of: Last day observed.
    """
    _, last = bounds(MONTH, month.first)
    day = min(month.first.replace(day=min(as_of.day, last.day)), month.last)
    if daily is None or day >= last or day < daily.first:
        return None
    return outlook(daily.until(day), period=MONTH, as_of=day)


def month_row(
    name: str | None, month: Month, daily: Daily | None, *, targets: Targets, as_of: date, are_days_known: bool = True
) -> tuple[object, ...]:
    """A row of the table `months`: the group, then `MONTH_COLUMNS`; `are_days_known` as of `newcomers.goal_rows`."""
    first, last = bounds(MONTH, month.first)
    goal = goal_of(targets, period=MONTH, day=first)
    new_contacts = daily.between(first, last) if daily else 0 if are_days_known else None
    then = seen_then(daily, month, as_of=as_of)
    replies, orders = month.replies.get(name), month.orders.get(name)
    return (
        name,
        f"{first:%Y-%m}",
        month.last,
        new_contacts,
        goal,
        new_contacts / goal if goal and new_contacts is not None else None,
        then.expected if then else None,
        then.low if then else None,
        then.high if then else None,
        *(_share(one) for one in (replies, orders, month.retained.get(name), month.converted.get(name))),
        replies.not_yet if replies else None,
        orders.not_yet if orders else None,
    )


def _share(counted: Counted | None) -> float | None:
    return counted.share if counted else None
