"""The shortest run of days in which something will happen with a chance of a half or more."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from custtier.models.rhythm import Floats, Ints

LEAST_CHANCE: Final = 0.5
"""A window that holds it less likely than not is none."""
LEAST_DAYS: Final = 7
"""A shorter window is of no use to who plans by weeks."""
_SAME: Final = 1e-12


@dataclass(frozen=True)
class Windows:
    """One row each.

    Args:
        first: Day number from now, at least 1; 0 where there is no window.
        last: The last day of it.
        chance: That it happens in the window; 0 where there is none.
    """

    first: Ints
    last: Ints
    chance: Floats


def shortest_windows(chances: Floats, *, least_chance: float = LEAST_CHANCE, least_days: int = LEAST_DAYS) -> Windows:
    """The shortest window of each row; of equally short ones the likeliest, of equally likely ones the middle.

    Args:
        chances: That it has happened by day 1, 2, …; ascending in each row.
        least_chance: What a window must hold.
        least_days: How long it is at least; all days where there are fewer.
    """
    rows, days = chances.shape
    by_day = np.concatenate([np.zeros((rows, 1)), chances], axis=1)
    least = min(least_days, days)
    first, last, chance = np.zeros(rows, np.int64), np.zeros(rows, np.int64), np.zeros(rows)
    width = _shortest_widths(by_day, least_chance=least_chance, least=least)
    for own in np.unique(width[width > 0]):
        found = np.flatnonzero(width == own)
        inside = _inside(by_day[found], own)
        highest = inside.max(axis=1)
        start = _middle(inside >= highest[:, None] - _SAME)
        first[found], last[found], chance[found] = start + 1, start + own, highest
    return Windows(first, last, chance)


def _shortest_widths(by_day: Floats, *, least_chance: float, least: int) -> Ints:
    """How many days the shortest window of each row has; 0 where all days together hold too little.

    What the best window holds only grows with its width, so that each is found by halving.
    """
    days = by_day.shape[1] - 1
    low = np.full(len(by_day), least, dtype=np.int64)
    high = np.full(len(by_day), days, dtype=np.int64)
    is_any = by_day[:, -1] >= least_chance
    while True:
        searched = np.flatnonzero(is_any & (low < high))
        if not len(searched):
            return np.where(is_any, low, 0)
        tried = (low[searched] + high[searched]) // 2
        for own in np.unique(tried):
            rows = searched[tried == own]
            is_enough = _inside(by_day[rows], own).max(axis=1) >= least_chance
            high[rows[is_enough]] = own
            low[rows[~is_enough]] = own + 1


def _inside(by_day: Floats, width: int) -> Floats:
    """What the windows of a width hold, one column for each day on which they begin."""
    return np.asarray(by_day[:, width:] - by_day[:, :-width])


def _middle(is_best: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Ints:
    """The middle one of the places of each row that hold."""
    number = np.cumsum(is_best, axis=1)
    wanted = (number[:, -1:] + 1) // 2
    return np.asarray(np.argmax(number == wanted, axis=1), dtype=np.int64)
