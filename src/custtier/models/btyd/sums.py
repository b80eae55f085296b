"""What likelihoods need of histories: sums over equal x and over equal T, so that most terms cost next to nothing."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from custtier.models.btyd.histories import Floats, Histories, Ints


@dataclass(frozen=True)
class Sums:
    """Sums over the customers of some histories.

    Args:
        histories: Of all customers.
    """

    histories: Histories

    @property
    def log_gaps(self) -> float:
        """See `Histories`."""
        return self.histories.log_gaps

    @cached_property
    def customers(self) -> int:
        """How many."""
        return self.histories.customers

    @cached_property
    def mean_T(self) -> float:
        """The mean T; 1 where nobody has been known for any time."""
        time = float((self.histories.T * self.histories.count).sum())
        return time / self.customers if time > 0 else 1.0

    @cached_property
    def _by_x(self) -> tuple[Ints, Ints]:
        values, index = np.unique(self.histories.x, return_inverse=True)
        return values, _summed(index, self.histories.count)

    @property
    def x(self) -> Ints:
        """The distinct x."""
        return self._by_x[0]

    @property
    def n_of_x(self) -> Ints:
        """Customers with each x."""
        return self._by_x[1]

    @cached_property
    def _by_T(self) -> tuple[Floats, Ints, Ints]:
        values, index = np.unique(self.histories.T, return_inverse=True)
        own = self.histories
        return values, _summed(index, own.count), _summed(index, own.count * own.x)

    @property
    def T(self) -> Floats:
        """The distinct T."""
        return self._by_T[0]

    @property
    def n_of_T(self) -> Ints:
        """Customers with each T."""
        return self._by_T[1]

    @property
    def x_of_T(self) -> Ints:
        """Repeat purchases of those with each T."""
        return self._by_T[2]

    @cached_property
    def repeating(self) -> Histories:
        """The histories with a repeat."""
        return self.histories.taken(np.flatnonzero(self.histories.x))


def _summed(index: Ints, weights: Ints) -> Ints:
    return np.bincount(index, weights=weights).astype(np.int64)
