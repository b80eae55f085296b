"""When people buy: the shop's days with their weights, the hours of a day, and how long customers stay."""

from dataclasses import dataclass
from datetime import date, timedelta
from math import log
from typing import Final

import polars as pl

from custtier.periods import day_number

LATER_DAYS: Final = 31
"""How far the world runs on after the day of the exports, so that a later export has something to say."""

_WEEKDAY: Final = (96, 94, 95, 97, 104, 112, 108)
_FESTIVALS: Final = {(6, 1): 160, (6, 16): 190, (6, 17): 240, (6, 18): 520, (10, 31): 200, (11, 1): 260, (11, 10): 230}
_FESTIVALS_LATE: Final = {(11, 11): 620, (12, 12): 240, (5, 20): 170, (3, 8): 160, (1, 8): 150, (1, 9): 150}
_MONTH: Final = (105, 62, 92, 96, 100, 112, 84, 88, 112, 102, 118, 104)

_HOURS: Final = (4, 2, 1, 1, 1, 2, 6, 14, 26, 40, 46, 42, 44, 40, 36, 34, 36, 38, 42, 56, 76, 84, 66, 28)
"""How busy each hour of a day is."""

_STAY_STEPS: Final = 1024
_MEAN_STAY_DAYS: Final = 330


@dataclass(frozen=True)
class Calendar:
    """The shop's days, each as wide as it is busy: a place on this line is a moment of the shop's life.

    Args:
        first: First day of the shop.
        until: Last day of the exports.
        days: Days from `first` to the end of the world.
        until_place: First place after `until`.
        places: Length of the line.
        day_at: Day number since 1970-01-01 of each place (Int64).
        place_after: First place after each day, counted from `first` (Int64).
    """

    first: date
    until: date
    days: int
    until_place: int
    places: int
    day_at: pl.Series
    place_after: pl.Series


def weight_of(day: date) -> int:
    """How busy a day is; 100 is an ordinary one."""
    month_day = (day.month, day.day)
    festival = _FESTIVALS.get(month_day) or _FESTIVALS_LATE.get(month_day) or 100
    return _WEEKDAY[day.weekday()] * _MONTH[day.month - 1] * festival // 10_000


def calendar(until: date) -> Calendar:
    """The shop's days from the start of the year before last to `LATER_DAYS` after `until`."""
    first = date(until.year - 2, 1, 1)
    days = (until - first).days + 1 + LATER_DAYS
    weights = [weight_of(first + timedelta(days=number)) for number in range(days)]
    start = day_number(first)
    day_at = [start + number for number, weight in enumerate(weights) for _ in range(weight)]
    return Calendar(
        first=first,
        until=until,
        days=days,
        until_place=sum(weights[:-LATER_DAYS]),
        places=len(day_at),
        day_at=pl.Series("day_at", day_at, dtype=pl.Int64),
        place_after=pl.Series("place_after", weights, dtype=pl.Int64).cum_sum(),
    )


def hours() -> dict[int, int]:
    """The weight of each hour of a day."""
    return dict(enumerate(_HOURS))


def stay_days() -> pl.Series:
    """1,024 even quantiles of how long a customer stays in touch: exponential, in days (Int64)."""
    quantiles = [-log(1 - (step + 0.5) / _STAY_STEPS) * _MEAN_STAY_DAYS for step in range(_STAY_STEPS)]
    return pl.Series("stay_days", [round(days) for days in quantiles], dtype=pl.Int64)


ORDER_STEPS: Final = 4096
_ORDERS_A_YEAR: Final = 3.4
_MOST_EXTRA_ORDERS: Final = 90


def extra_orders(months: int) -> pl.Series:
    """4,096 even quantiles of the orders after the first, for each number of months in touch (Int64).

    Poisson buyers whose rates are spread by a Gamma of shape 1/2 (Ehrenberg's negative binomial): most buy no second
    time, a few buy every week. Only `+ - * /` and `sqrt`, which give the same bits on every machine.

    Args:
        months: Most months in touch.

    Returns:
        One run of 4,096 values a month, from 0 to `months`.
    """
    counts: list[int] = []
    for month in range(months + 1):
        mean = _ORDERS_A_YEAR * month / 12
        share_more = mean / (mean + 0.5)
        chance = (1 - share_more) ** 0.5
        reached, count = chance, 0
        for step in range(ORDER_STEPS):
            while reached * ORDER_STEPS <= step and count < _MOST_EXTRA_ORDERS:
                chance *= (count + 0.5) / (count + 1) * share_more
                reached += chance
                count += 1
            counts.append(count)
    return pl.Series("extra_orders", counts, dtype=pl.Int64)
