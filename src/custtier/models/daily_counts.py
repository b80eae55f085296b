"""How many more will come by the end of a period, from how many came on each day so far: with a range and chances.

Days are taken as counts around a level times a factor of their weekday. The level is that of the last days. How far
days, and whole weeks, lie from it says how much wider than by pure chance the range is (quasi-Poisson); the sum to come
is then negative binomial. Arrays alone: no dates but the number of a weekday.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WEEK: Final = 7
FEWEST_DAYS: Final = 28
"""With fewer days nothing is said of the days to come."""
BASE_DAYS: Final = 28
"""The level is that of at least so many days, where there are so many."""
PATTERN_WEEKS: Final = 8
"""With fewer weeks all weekdays are taken alike."""
MOST_WEEKS: Final = 26
"""Weekdays are told apart by no more than the last half a year."""
SPREAD_WEEKS: Final = 12
"""By how many of the last weeks the spread is told."""
LOW, HIGH = 0.05, 0.95
_TAIL: Final = 12
_LEAST_PART: Final = 0.05
"""A weekday on which hardly anybody comes does not make every visitor a marvel."""


@dataclass(frozen=True)
class Pace:
    """How many come on a day.

    Args:
        level: Of a day of average weekday.
        factors: One per weekday, Monday first; their mean is 1.
        spread: Variance over mean; 1 is pure chance.
        base: Days of average weekday that the level was told from.
        has_pattern: Whether there were weeks enough to tell weekdays apart.
    """

    level: float
    factors: Floats
    spread: float
    base: float
    has_pattern: bool


@dataclass(frozen=True)
class ToCome:
    """How many more come on the days to come.

    Args:
        mean: Expected.
        chances: Chance of 0, 1, 2 …
    """

    mean: float
    chances: Floats

    def at_least(self, count: float) -> float:
        """The chance that so many or more come."""
        if count <= 0:
            return 1.0
        first = int(np.ceil(count - 1e-9))
        return float(min(max(self.chances[first:].sum(), 0.0), 1.0)) if first < len(self.chances) else 0.0

    def quantile(self, share: float) -> int:
        """The lowest count up to which lies at least this share of the chance."""
        reached = int(np.searchsorted(np.cumsum(self.chances), share - 1e-12))
        return min(reached, len(self.chances) - 1)


def pace_of(counts: Ints, *, last_weekday: int, current_days: int = 0) -> Pace | None:
    """How many come on a day, told from all days so far; None with fewer than `FEWEST_DAYS`.

    Args:
        counts: How many came on each day, the last day observed last.
        last_weekday: Weekday of the last day; 0 is Monday.
        current_days: Days of the period so far: the level is told from at least these.
    """
    days = len(counts)
    if days < FEWEST_DAYS:
        return None
    weekdays = (last_weekday - np.arange(days)[::-1]) % WEEK
    flat = factors = np.ones(WEEK)
    has_pattern = days >= PATTERN_WEEKS * WEEK
    if has_pattern:
        # how far days lie from their weekdays' means, which the factors then leave over
        rough = _means(counts, weekdays)
        factors = _shrunk(counts, weekdays, spread=_spread(counts, rough[weekdays]))
    spread = _spread(counts, factors[weekdays])
    used = min(days, max(BASE_DAYS, current_days))
    base = float(factors[weekdays[-used:]].sum())
    if base <= 0:
        factors, base = flat, float(used)
    # half a person more, so that nobody in four weeks is not never
    level = (float(counts[-used:].sum()) + 0.5) / base
    return Pace(level, factors, spread, base, has_pattern)


def to_come(pace: Pace, weekdays: Sequence[int]) -> ToCome:
    """How many more come on days of these weekdays."""
    if not len(weekdays):
        return ToCome(0.0, np.ones(1))
    ahead = float(pace.factors[np.asarray(weekdays, dtype=np.int64)].sum())
    mean = pace.level * ahead
    if mean <= 0:
        return ToCome(0.0, np.ones(1))
    # what the days bring by chance, and how far off the level may be
    variance = pace.spread * mean * (1 + ahead / pace.base)
    return ToCome(mean, _negative_binomial(mean, variance))


def _means(counts: Ints, weekdays: Ints) -> Floats:
    """Each weekday's mean over that of all, of the last half a year of whole weeks."""
    last = (len(counts) // WEEK * WEEK) if len(counts) < MOST_WEEKS * WEEK else MOST_WEEKS * WEEK
    sums = np.bincount(weekdays[-last:], weights=counts[-last:].astype(np.float64), minlength=WEEK)
    mean = float(sums.mean())
    return sums / mean if mean else np.ones(WEEK)


def _shrunk(counts: Ints, weekdays: Ints, *, spread: float) -> Floats:
    """The means of weekdays, drawn towards 1 by as much as chance alone would scatter them."""
    means = _means(counts, weekdays)
    last = min(len(counts) // WEEK, MOST_WEEKS) * WEEK
    each = float(counts[-last:].sum()) / WEEK
    scattered = float(means.var(ddof=1))
    if not each or not scattered:
        return np.ones(WEEK)
    kept = max(0.0, 1 - spread / each / scattered)
    return 1 + kept * (means - 1)


def _spread(counts: Ints, shape: Floats) -> float:
    """Variance over mean of days around a level times their shape, or of weeks where they lie further apart."""
    last = min(len(counts), SPREAD_WEEKS * WEEK)
    seen, parts = counts[-last:].astype(np.float64), np.maximum(shape[-last:], _LEAST_PART)
    total = seen.sum()
    if not total:
        return 1.0
    expected = parts * total / parts.sum()
    of_days = float(((seen - expected) ** 2 / expected).sum()) / max(last - 1, 1)
    weeks = last // WEEK
    if weeks < 4:
        return max(1.0, of_days)
    whole = weeks * WEEK
    by_week = seen[-whole:].reshape(weeks, WEEK).sum(axis=1)
    expected_weeks = expected[-whole:].reshape(weeks, WEEK).sum(axis=1)
    expected_weeks = expected_weeks * by_week.sum() / expected_weeks.sum()
    of_weeks = float(((by_week - expected_weeks) ** 2 / np.maximum(expected_weeks, 1e-9)).sum()) / (weeks - 1)
    return max(1.0, of_days, of_weeks)


def _negative_binomial(mean: float, variance: float) -> Floats:
    """The chances of 0, 1, 2 … with this mean and variance; those of Poisson where the variance is no larger."""
    most = int(mean + _TAIL * np.sqrt(max(variance, mean)) + 50)
    number = np.arange(1, most + 1, dtype=np.float64)
    over = variance - mean
    if over <= 1e-9 * mean:
        steps, first = np.log(mean / number), -mean
    else:
        size = mean * mean / over
        steps = np.log((number - 1 + size) / number) + np.log(mean / (size + mean))
        first = -size * np.log1p(mean / size)
    chances = np.exp(first + np.concatenate([[0.0], np.cumsum(steps)]))
    return np.asarray(chances / chances.sum())
