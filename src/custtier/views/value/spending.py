"""What a purchase day of each customer is expected to bring, and how sure that is: Gamma-Gamma over all customers."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl

from custtier.models.btyd.fits import fitted_spend
from custtier.models.btyd.fitting import Optimum
from custtier.models.btyd.histories import Floats, Ints
from custtier.models.btyd.spend import Spent, expected_spend

TIED: Final = 0.2
"""From this correlation on, how often somebody buys and what they spend are not taken for independent."""


@dataclass(frozen=True)
class Spending:
    """What a purchase day brings.

    Args:
        days: Purchase days of each customer.
        mean: What these brought on average, minor units.
        optimum: Gamma-Gamma; None where it cannot be used: everybody keeps their own average then.
        tie: Correlation of purchase days and average among those who bought again; NaN with too few.
    """

    days: Ints
    mean: Floats
    optimum: Optimum | None
    tie: float

    @cached_property
    def spent(self) -> Spent:
        """Everybody who spent anything."""
        rows = self.mean > 0
        return Spent(self.days[rows], self.mean[rows], np.ones(int(rows.sum()), dtype=np.int64))

    def expected(self, at: Floats | None = None, rows: Ints | None = None) -> Floats:
        """What a purchase day of each customer is expected to bring.

        Args:
            at: Other parameters than those found.
            rows: Only of these customers.
        """
        days = self.days if rows is None else self.days[rows]
        mean = self.mean if rows is None else self.mean[rows]
        if self.optimum is None:
            return mean
        found = expected_spend(self.optimum.at if at is None else at, orders=days, mean=mean)
        return np.where(np.isfinite(found), found, mean)

    def spread(self) -> tuple[Floats, Floats]:
        """Of each customer: the variance of what one day brings, and that of what theirs bring on average."""
        expected = self.expected()
        if self.optimum is None:
            return np.zeros(len(expected)), np.zeros(len(expected))
        p, q, _ = self.optimum.at
        # of a gamma rate only what has a variance is told; below that it is taken for as wide as its mean
        over = np.maximum(p * self.days + q - 2, 1.0)
        return expected**2 / p, expected**2 / over


def spending_of(customers: pl.DataFrame, *, kept: Optimum | None = None) -> Spending:
    """What customers spend on a purchase day.

    Args:
        customers: Uses `purchase_days`, `net_sales`.
        kept: The parameters found before, to be used again; None to find them.
    """
    days = customers.get_column("purchase_days").to_numpy()
    sales = customers.get_column("net_sales").cast(pl.Float64).to_numpy().clip(min=0.0)
    mean = sales / np.maximum(days, 1)
    again = (days > 1) & (mean > 0)
    varies = again.sum() > 2 and days[again].std() > 0 and mean[again].std() > 0
    tie = float(np.corrcoef(days[again], mean[again])[0, 1]) if varies else float("nan")
    optimum = kept or _found(days, mean)
    return Spending(days, mean, optimum, tie)


def _found(days: Ints, mean: Floats) -> Optimum | None:
    """Gamma-Gamma of everybody who spent anything; None where it has no mean, or the search does not end."""
    rows = mean > 0
    if rows.sum() < 2 or mean[rows].std() <= 1e-9 * mean[rows].mean():
        return None
    found = fitted_spend(Spent(days[rows], mean[rows], np.ones(int(rows.sum()), dtype=np.int64)))
    p, q, _ = found.at
    # customers who are all alike have no end of q and γ, but a mean all the same
    return found if np.isfinite(found.at).all() and p + q > 1 else None
