"""How soon customers come back: the share of those who ever do who have done so by each day.

Purchases after which the time has not yet run out count for the days they were seen for: `models.survival`.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import polars as pl

from custtier.models.survival import kaplan_meier

FEWEST_WAITING: Final = 30
"""The curve ends where fewer are still waited for: what comes later hangs on a few people."""
FEWEST_RETURNS: Final = 30
"""With fewer who came back it says nothing."""
SUGGESTED_SHARE: Final = Fraction(9, 10)
"""Who is away for longer than this share of returns took is hardly waited for."""
_ROUNDING: Final = 1e-12


@dataclass(frozen=True)
class Returns:
    """Who came back by when.

    Args:
        days: Days after a purchase day on which somebody came back, rising.
        shares: The share of all who have come back by each of them; the last is that of all who ever do.
        returns: How many came back.
    """

    days: tuple[int, ...]
    shares: tuple[float, ...]
    returns: int

    def day(self, share: Fraction) -> int:
        """The day by which this share of those who ever come back have done so."""
        wanted = float(share) * self.shares[-1] - _ROUNDING
        return next(day for day, reached in zip(self.days, self.shares, strict=True) if reached >= wanted)

    def percents(self) -> list[int]:
        """For each day from 0 to the last how many in a hundred of those who ever come back have done so, cut off."""
        reached = dict(zip(self.days, self.shares, strict=True))
        found, percent = [], 0
        for day in range(self.days[-1] + 1):
            if day in reached:
                percent = int(100 * reached[day] / self.shares[-1] + _ROUNDING * 100)
            found.append(percent)
        return found


def returns_of(came: pl.DataFrame, waits: pl.DataFrame) -> Returns | None:
    """The curve of returns; None where too few came back.

    Args:
        came: `days` and how often somebody came back after so many, `count`.
        waits: `days` for which somebody has been waited for without coming back, and how many have, `count`.
    """
    none = pl.lit(0, dtype=pl.Int64)
    times = pl.concat(
        [
            came.select("days", pl.col("count").alias("came"), none.alias("left")),
            waits.select("days", none.alias("came"), pl.col("count").alias("left")),
        ]
    )
    seen = kaplan_meier(times).filter((pl.col("there") >= FEWEST_WAITING) & (pl.col("came") > 0))
    returns = int(seen.get_column("came").sum())
    if returns < FEWEST_RETURNS:
        return None
    return Returns(tuple(seen.get_column("days").to_list()), tuple(seen.get_column("share").to_list()), returns)


def all_returns(gaps: pl.DataFrame, customers: pl.DataFrame, *, as_of_day: int) -> Returns | None:
    """After any purchase day.

    Args:
        gaps: `metrics.runs.Rhythm.gaps`.
        customers: One row per customer; uses `last_day`.
        as_of_day: Number of the last day observed.
    """
    return returns_of(
        gaps.select(pl.col("gap_days").alias("days"), pl.col("gaps").alias("count")), _waits(customers, as_of_day)
    )


def first_returns(gaps: pl.DataFrame, customers: pl.DataFrame, *, as_of_day: int) -> Returns | None:
    """After the first purchase day: from it to the second.

    Args:
        gaps: `metrics.runs.Rhythm.gaps`.
        customers: One row per customer; uses `last_day`, `purchase_days`.
        as_of_day: Number of the last day observed.
    """
    first = gaps.select(pl.col("gap_days").alias("days"), pl.col("first_gaps").alias("count"))
    once = customers.filter(pl.col("purchase_days") == 1)
    return returns_of(first.filter(pl.col("count") > 0), _waits(once, as_of_day))


def _waits(customers: pl.DataFrame, as_of_day: int) -> pl.DataFrame:
    """For how many days customers have been waited for, and how many of them."""
    return (
        customers.select((as_of_day - pl.col("last_day")).cast(pl.Int32).alias("days"))
        .group_by("days")
        .agg(pl.len().cast(pl.Int64).alias("count"))
    )
