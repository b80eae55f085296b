"""New contacts of a day, week and month against what was aimed at, and where the month will end at this pace."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from typing import Final

import numpy as np
import polars as pl

from custtier.goals import Targets
from custtier.models.daily_counts import HIGH, LOW, WEEK, Ints, ToCome, pace_of, to_come
from custtier.periods import day_number, day_of

Schema = Mapping[str, type[pl.DataType]]

DAY, WEEK_PERIOD, MONTH = PERIODS = ("day", "week", "month")

MET, LIKELY, OPEN, UNLIKELY, MISSED = STANDINGS = ("met", "likely", "open", "unlikely", "missed")
"""Reached; at this pace reached in 4 of 5 cases or more; either may be; in fewer than 1 of 5; over, and not reached."""

_LIKELY: Final = 0.8

GOAL_COLUMNS: Final[Schema] = {
    "goal_period": pl.String,
    "new_contacts": pl.Int64,
    "goal": pl.Int64,
    "goal_standing": pl.String,
    "expected_contacts": pl.Int64,
    "contacts_low": pl.Int64,
    "contacts_high": pl.Int64,
    "meet_chance": pl.Float64,
    "needed_per_day": pl.Float64,
    "days_left": pl.Int64,
    "done_share": pl.Float64,
    "pace_share": pl.Float64,
    "run_rate": pl.Float64,
    "period_from": pl.Date,
    "period_to": pl.Date,
}
"""Columns of the table `goals`, after the one of the group."""


@dataclass(frozen=True)
class Daily:
    """How many were added on each day of a group's history.

    Args:
        first: The day of the first of them.
        counts: One per day, up to the last day observed.
    """

    first: date
    counts: Ints

    @property
    def last(self) -> date:
        """The last day observed."""
        return self.first + timedelta(days=len(self.counts) - 1)

    def between(self, first: date, last: date) -> int:
        """How many were added from one day to another."""
        start = max((first - self.first).days, 0)
        return int(self.counts[start : max((last - self.first).days + 1, start)].sum())

    def until(self, last: date) -> "Daily":
        """The same as of an earlier day."""
        return Daily(self.first, self.counts[: max((last - self.first).days + 1, 0)])


@dataclass(frozen=True)
class Outlook:
    """What a period will come to.

    Args:
        so_far: Added in it up to the day observed.
        more: How many more come; None where there are too few days to tell.
        days_left: Days of the period after the day observed.
    """

    so_far: int
    more: ToCome | None
    days_left: int

    @property
    def expected(self) -> int | None:
        """How many it will be."""
        return None if self.more is None else self.so_far + round(self.more.mean)

    @property
    def low(self) -> int | None:
        """In 19 of 20 cases no fewer than so many."""
        return None if self.more is None else self.so_far + self.more.quantile(LOW)

    @property
    def high(self) -> int | None:
        """In 19 of 20 cases no more than so many."""
        return None if self.more is None else self.so_far + self.more.quantile(HIGH)

    def chance(self, goal: int | None) -> float | None:
        """The chance that the period comes to the goal."""
        return None if self.more is None or goal is None else self.more.at_least(goal - self.so_far)

    def needed(self, goal: int | None) -> float | None:
        """How many a day it takes on the days left; None where no day is left."""
        return None if goal is None or not self.days_left else max(goal - self.so_far, 0) / self.days_left


def daily_of(added: pl.DataFrame, *, as_of: date) -> Mapping[str | None, Daily]:
    """How many were added on each day, of every group.

    Args:
        added: `group`, `added_on`: one row per new contact; those without a day and later ones are left out.
        as_of: Last day observed.
    """
    known = added.filter(pl.col("added_on").is_not_null() & (pl.col("added_on") <= as_of))
    days = known.group_by("group", "added_on").len().sort("group", "added_on")
    found: dict[str | None, Daily] = {}
    for (name,), rows in days.group_by("group", maintain_order=True):
        numbers = rows.get_column("added_on").to_physical().to_numpy().astype(np.int64)
        counts = np.zeros(day_number(as_of) - numbers[0] + 1, dtype=np.int64)
        counts[numbers - numbers[0]] = rows.get_column("len").to_numpy()
        found[None if name is None else str(name)] = Daily(day_of(int(numbers[0])), counts)
    return found


def bounds(period: str, day: date) -> tuple[date, date]:
    """First and last day of the day, the week (from Monday) or the month that a day lies in.

    Examples:
        >>> [str(end) for end in bounds("week", date(2026, 6, 18))]
        ['2026-06-15', '2026-06-21']
        >>> [str(end) for end in bounds("month", date(2026, 2, 10))]
        ['2026-02-01', '2026-02-28']
    """
    if period == DAY:
        return day, day
    if period == WEEK_PERIOD:
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=WEEK - 1)
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return day.replace(day=1), following - timedelta(days=1)


def outlook(daily: Daily | None, *, period: str, as_of: date) -> Outlook:
    """What the period that a day lies in will come to, seen on that day."""
    first, last = bounds(period, as_of)
    left = (last - as_of).days
    if daily is None:
        return Outlook(0, None if left else to_come_of_none(), left)
    so_far = daily.between(first, as_of)
    if not left:
        return Outlook(so_far, to_come_of_none(), 0)
    pace = pace_of(daily.counts, last_weekday=as_of.weekday(), current_days=(as_of - first).days + 1)
    weekdays = [(as_of.weekday() + ahead) % WEEK for ahead in range(1, left + 1)]
    return Outlook(so_far, None if pace is None else to_come(pace, weekdays), left)


def to_come_of_none() -> ToCome:
    """Nothing comes after the last day."""
    return ToCome(0.0, np.ones(1))


def goal_rows(
    name: str | None, daily: Daily | None, *, targets: Targets, as_of: date, are_days_known: bool = True
) -> Sequence[tuple[object, ...]]:
    """The rows of a group: its name, then `GOAL_COLUMNS`.

    Args:
        name: The group's.
        daily: Its new contacts; None for nobody.
        targets: What it aims at.
        as_of: Last day observed.
        are_days_known: Whether any list says when anybody was added; else how many came is not known.
    """
    if not are_days_known:
        return [_unknown(name, period=period, targets=targets, as_of=as_of) for period in PERIODS]
    return [_row(name, daily, period=period, targets=targets, as_of=as_of) for period in PERIODS]


def _unknown(name: str | None, *, period: str, targets: Targets, as_of: date) -> tuple[object, ...]:
    first, last = bounds(period, as_of)
    told = {
        "goal_period": period,
        "goal": goal_of(targets, period=period, day=as_of),
        "days_left": (last - as_of).days,
        "period_from": first,
        "period_to": last,
    }
    return (name, *(told.get(column) for column in GOAL_COLUMNS))


def goal_of(targets: Targets, *, period: str, day: date) -> int | None:
    """The new contacts aimed at in the period that a day lies in; people are whole."""
    first, last = bounds(period, day)
    goal = targets.of_days(period, days=(last - first).days + 1)
    return None if goal is None else ceil(goal - 1e-9)


def _row(name: str | None, daily: Daily | None, *, period: str, targets: Targets, as_of: date) -> tuple[object, ...]:
    first, last = bounds(period, as_of)
    days, elapsed = (last - first).days + 1, (as_of - first).days + 1
    goal = goal_of(targets, period=period, day=as_of)
    seen = outlook(daily, period=period, as_of=as_of)
    # of a day nothing is to come
    ahead = None if period == DAY else seen
    return (
        name,
        period,
        seen.so_far,
        goal,
        standing(seen, goal=goal),
        ahead.expected if ahead else None,
        ahead.low if ahead else None,
        ahead.high if ahead else None,
        ahead.chance(goal) if ahead else None,
        seen.needed(goal),
        seen.days_left,
        seen.so_far / goal if goal else None,
        seen.so_far / (goal * elapsed / days) if goal else None,
        seen.so_far / elapsed * days if ahead else None,
        first,
        last,
    )


def standing(seen: Outlook, *, goal: int | None) -> str | None:
    """How a goal stands: one of `STANDINGS`; None without a goal."""
    if goal is None:
        return None
    if seen.so_far >= goal:
        return MET
    if not seen.days_left:
        return MISSED
    chance = seen.chance(goal)
    if chance is None or 1 - _LIKELY <= chance < _LIKELY:
        return OPEN
    return LIKELY if chance >= _LIKELY else UNLIKELY
