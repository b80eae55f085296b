"""What the models know of customers: x repeat purchases, the last at t_x, observed for T; equal ones counted once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Histories:
    """Distinct histories, and how many customers have each.

    Args:
        x: Repeat purchases: those after the first.
        t_x: Time from the first purchase to the last; 0 without a repeat.
        T: Time from the first purchase to the end of observation, at least `t_x`.
        count: Customers.
        log_gaps: Sum over all these customers of the logarithms of the gaps between purchases; it is in the likelihood
            of models of regular buyers, where it depends on no parameter but k.
    """

    x: Ints
    t_x: Floats
    T: Floats
    count: Ints
    log_gaps: float = 0.0

    @property
    def customers(self) -> int:
        """How many in all."""
        return int(self.count.sum())

    @property
    def repeaters(self) -> int:
        """How many bought again."""
        return int(self.count[self.x > 0].sum())

    def taken(self, places: Ints) -> "Histories":
        """Those at some places; what is known of their gaps is not told apart."""
        return Histories(self.x[places], self.t_x[places], self.T[places], self.count[places])

    def sampled(self, most: int, *, seed: int) -> "Histories":
        """At most so many of the distinct histories, drawn at random with their counts."""
        if len(self.x) <= most:
            return self
        return self.taken(np.sort(np.random.default_rng(seed).choice(len(self.x), most, replace=False)))


def histories_of(
    x: NDArray[np.generic], t_x: NDArray[np.generic], T: NDArray[np.generic], *, log_gaps: float = 0.0
) -> tuple[Histories, Ints]:
    """Distinct histories of customers, and which of them each customer has.

    Args:
        x: One per customer, as the other two.
        t_x: See `Histories`.
        T: See `Histories`.
        log_gaps: Summed over all customers.

    Returns:
        The histories, sorted by x, t_x, T, and one index per customer.
    """
    rows = np.stack([np.asarray(column, dtype=np.float64) for column in (T, t_x, x)])
    order = _order(rows)
    lying = rows[:, order]
    is_new = np.ones(lying.shape[1], dtype=bool)
    is_new[1:] = (lying[:, 1:] != lying[:, :-1]).any(axis=0)
    number = np.cumsum(is_new) - 1
    index = np.empty_like(number)
    index[order] = number
    distinct = lying[:, is_new]
    found = Histories(
        x=distinct[2].astype(np.int64),
        t_x=distinct[1],
        T=distinct[0],
        count=np.bincount(number, minlength=distinct.shape[1]).astype(np.int64),
        log_gaps=log_gaps,
    )
    return found, index


def _order(rows: Floats) -> Ints:
    """The order by the last row, then the one before it: whole numbers, such as days, are sorted as one number."""
    if not rows.size:
        return np.arange(rows.shape[1])
    sizes = rows.max(axis=1) + 1
    if rows.min() < 0 or sizes.prod() >= 2**62 or (rows != np.floor(rows)).any():
        return np.lexsort(rows)
    T, t_x, x = rows.astype(np.int64)
    return np.argsort((x * int(sizes[1]) + t_x) * int(sizes[0]) + T, kind="stable")
