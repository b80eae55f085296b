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
    first, last, chance = np.zeros(rows, np.int64), np.zeros(rows, np.int64), np.zeros(rows)
    open_rows = np.flatnonzero(by_day[:, -1] >= least_chance)
    for width in range(min(least_days, days), days + 1):
        if not len(open_rows):
            break
        lying = by_day[open_rows]
        inside = lying[:, width:] - lying[:, :-width]
        highest = inside.max(axis=1)
        done = highest >= least_chance
        start = _middle(inside[done] >= highest[done, None] - _SAME)
        found = open_rows[done]
        first[found], last[found], chance[found] = start + 1, start + width, highest[done]
        open_rows = open_rows[~done]
    return Windows(first, last, chance)


def _middle(is_best: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Ints:
    """The middle one of the places of each row that hold."""
    number = np.cumsum(is_best, axis=1)
    wanted = (number[:, -1:] + 1) // 2
    return np.asarray(np.argmax(number == wanted, axis=1), dtype=np.int64)
