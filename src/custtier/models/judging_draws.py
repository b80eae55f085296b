"""How sure a measure is: customers drawn again, with all their rows, from the influence that each has on it."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from custtier.models.judging import Floats, Ints, Measure
from custtier.models.proportions import NORMAL

DRAWS: Final = 400
_MOST_CELLS: Final = 40_000_000
"""Customers times draws; of very many customers fewer draws are made, which tell their spread as well."""
_FEWEST_DRAWS: Final = 60


@dataclass(frozen=True)
class Between:
    """A figure and the interval that holds it in 95 of 100 draws.

    Args:
        value: NaN where it is not defined.
        low: As `value`.
        high: As `value`.
    """

    value: float
    low: float
    high: float

    @property
    def includes_zero(self) -> bool:
        """Whether there may be no difference; so it is said where nothing is known."""
        return not (self.low > 0 or self.high < 0)


def intervals(measures: list[Measure], customers: Ints, *, seed: int) -> list[Between]:
    """The measures with intervals of 95 %, from one set of draws for all of them.

    Customers are drawn with replacement, as many as there are, and each brings all its rows. The measure of a draw is
    taken to first order, by influences. The interval is 1.96 standard deviations of the draws to either side.

    Args:
        measures: Of the same rows.
        customers: The number of each row's customer, from 0 on without gaps.
        seed: Of the draws.
    """
    if not measures or not len(customers):
        return [Between(one.value, one.value, one.value) for one in measures]
    size = int(customers.max()) + 1
    sums = np.stack([np.bincount(customers, weights=one.influence, minlength=size) for one in measures], axis=1)
    draws = int(np.clip(_MOST_CELLS // size, _FEWEST_DRAWS, DRAWS))
    random = np.random.default_rng(seed)
    moved = np.empty((draws, len(measures)))
    for number in range(draws):
        moved[number] = np.bincount(random.integers(0, size, size), minlength=size) @ sums
    spread = moved.std(axis=0, ddof=1) * NORMAL
    return [
        Between(one.value, one.value - float(wide), one.value + float(wide))
        for one, wide in zip(measures, spread, strict=True)
    ]


def less(measure: Measure, other: Measure) -> Measure:
    """What a measure is above another of the same rows."""
    return Measure(measure.value - other.value, _difference(measure.influence, other.influence))


def _difference(influence: Floats, other: Floats) -> Floats:
    return np.asarray(influence - other)
