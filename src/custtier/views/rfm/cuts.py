"""Where the scores of recency, frequency and money begin, and from where on each of the three counts as high."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import Final

import polars as pl

from custtier.currencies import minor_digits
from custtier.models.scores import least_at_median, rank_cuts, score
from custtier.scoring import RfmCuts

LEAST_SCORED: Final = 10
"""Fewer customers get no scores: a fifth of nine says nothing."""
LEAST_FIVE_BINS: Final = 50
"""Fewer customers get three bins."""

FIVE_BINS: Final = (2, 3, 4, 6)
"""Orders from which the scores 2 to 5 begin: fixed, because most buyers bought once."""
THREE_BINS: Final = (2, 3)
OFTEN_ORDERS: Final = 2
"""Orders from which frequency is high."""

SCORES: Final = ("r_score", "f_score", "m_score")


@dataclass(frozen=True)
class Cuts:
    """Where the scores above the lowest begin, and where high begins.

    Args:
        last_days: Day numbers of the last purchase from which the second, third, … bin of recency begins.
        orders: The same for the number of orders.
        sales: The same for net sales, minor units.
        recent_day: Day number of the last purchase from which recency is high.
        rich_sales: Net sales from which money is high, minor units.
    """

    last_days: tuple[int | None, ...]
    orders: tuple[int, ...]
    sales: tuple[int | None, ...]
    recent_day: int
    rich_sales: int

    @property
    def step(self) -> int:
        """From one score to the next: three bins are scored 1, 3, 5."""
        return 1 if len(self.orders) == len(FIVE_BINS) else 2

    @property
    def scores(self) -> tuple[int, ...]:
        """The scores there are, the lowest first."""
        return tuple(range(1, 6, self.step))

    def expressions(self) -> list[pl.Expr]:
        """`r_score`, `f_score` and `m_score` (Int8) from `last_day`, `order_count` and `net_sales`."""
        # the later the last day, the fewer days ago: the same bins, mirrored
        return [
            score(pl.col("last_day"), cuts=self.last_days, step=self.step).alias("r_score"),
            score(pl.col("order_count"), cuts=self.orders, step=self.step).alias("f_score"),
            score(pl.col("net_sales"), cuts=self.sales, step=self.step).alias("m_score"),
        ]

    def high(self, *, as_of_day: int) -> dict[str, int]:
        """From where each letter is high: the most days, the fewest orders, the least net sales."""
        return {"r": as_of_day - self.recent_day, "f": OFTEN_ORDERS, "m": self.rich_sales}

    def shown(self, *, as_of_day: int) -> dict[str, list[int | None]]:
        """For each letter the bounds of the scores above 1; for recency the most days that still get the score."""
        recency = [None if day is None else as_of_day - day for day in self.last_days]
        return {"r": recency, "f": list(self.orders), "m": list(self.sales)}


@dataclass(frozen=True)
class FrozenCuts:
    """Cuts of some day, kept so that scores of later days are measured by them.

    Args:
        as_of: The day.
        currency: Currency of the amounts.
        window_days: Window of orders and sales; None when they were of all days.
        cuts: `Cuts.shown` of that day.
        high: `Cuts.high` of that day.
    """

    as_of: date
    currency: str | None
    window_days: int | None
    cuts: dict[str, list[int | None]]
    high: dict[str, int]

    def on(self, as_of_day: int) -> Cuts:
        """These cuts on another day."""
        return Cuts(
            last_days=_last_days(self.cuts["r"], as_of_day=as_of_day),
            orders=tuple(bound for bound in self.cuts["f"] if bound is not None),
            sales=tuple(self.cuts["m"]),
            recent_day=as_of_day - self.high["r"],
            rich_sales=self.high["m"],
        )


def fixed_cuts(written: RfmCuts, *, as_of_day: int, currency: str | None) -> Cuts:
    """The cuts that stand in the settings; recency and money are high from score 3 on.

    Args:
        written: Complete.
        as_of_day: Number of the last day observed.
        currency: Says how many digits an amount has; a fraction of the smallest unit is rounded up.
    """
    unit = 10 ** minor_digits(currency)
    sales = tuple(
        int((Decimal(str(amount)) * unit).to_integral_value(rounding=ROUND_CEILING)) for amount in written.net_sales
    )
    return Cuts(
        last_days=_last_days(written.recency_days, as_of_day=as_of_day),
        orders=written.orders,
        sales=sales,
        recent_day=as_of_day - written.recency_days[1],
        rich_sales=sales[1],
    )


def _last_days(recency_days: Sequence[int | None], *, as_of_day: int) -> tuple[int | None, ...]:
    return tuple(None if days is None else as_of_day - days for days in recency_days)


def ranked_cuts(days: pl.Series, sales: pl.Series) -> Cuts | None:
    """The cuts between fifths (thirds below 50) of these customers, high from the median; None for too few.

    Args:
        days: Day number of each customer's last purchase, ascending.
        sales: Net sales of each customer, ascending.
    """
    if sales.len() < LEAST_SCORED:
        return None
    orders = FIVE_BINS if sales.len() >= LEAST_FIVE_BINS else THREE_BINS
    bins = len(orders) + 1
    return Cuts(
        last_days=tuple(rank_cuts(days, bins=bins)),
        orders=orders,
        sales=tuple(rank_cuts(sales, bins=bins)),
        recent_day=least_at_median(days),
        # nothing bought in a window is never much, even where most customers bought nothing
        rich_sales=max(least_at_median(sales), 1),
    )


def no_scores() -> list[pl.Expr]:
    """The three scores of customers who are too few to be scored."""
    return [pl.lit(None, dtype=pl.Int8).alias(name) for name in SCORES]
