"""Who buys in the days ahead: the order in which each rule puts customers, and the chances that it gives them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from custtier.models.btyd.fits import Fit
from custtier.models.btyd.future import buys_again
from custtier.models.judging import Flags, Floats
from custtier.views.backtest.origins import Origin
from custtier.views.churn.usual_gap import with_usual_gap

_PARTS: Final = 20
"""Into so many parts customers of the time before are divided, to see how many of each bought."""

Scored = Callable[[Origin], Floats]


@dataclass(frozen=True)
class Chances:
    """What a rule says of the customers of an origin.

    Args:
        score: The higher, the sooner they are taken to buy.
        chance: Of a purchase in the days ahead; None where there was no earlier time to learn it from.
    """

    score: Floats
    chance: Floats | None


def by_recency(origin: Origin) -> Floats:
    """The fewer days since the last purchase, the higher."""
    return -origin.recency


def by_own_gap(origin: Origin) -> Floats:
    """The fewer usual gaps since the last purchase, the higher; nobody's gap known, the fewer days."""
    totals = with_usual_gap(origin.past.customers)
    gap = (totals["gap_days"] / totals["gap_parts"]).cast(pl.Float64).to_numpy()
    return np.asarray(-origin.recency / np.where(np.isfinite(gap) & (gap > 0), gap, 1.0))


def by_nothing(origin: Origin) -> Floats:
    """All the same: what is left of a rule that knows only how many buy."""
    return np.zeros(origin.customers)


SIMPLE: Final = "recency"
NO_ORDER: Final = "base-rate"
"""No choice: it puts nobody before anybody."""
RULES: Final[Mapping[str, Scored]] = {SIMPLE: by_recency, "own-gap": by_own_gap, NO_ORDER: by_nothing}
"""The rules without a model, the simplest first."""


def chances_of_rule(rule: str, origin: Origin) -> Chances:
    """What a simple rule says: its chances are the shares that bought in the horizon before, among customers alike."""
    scored = RULES[rule]
    if origin.before is None:
        return Chances(scored(origin), None)
    earlier = origin.before
    return Chances(scored(origin), learned(scored(earlier), earlier.after.bought, scored(origin)))


def chances_of_model(fit: Fit, origin: Origin) -> Chances:
    """The chance of at least one purchase in the days ahead; never that of being active."""
    histories, index = origin.past.grouped
    chance = buys_again(fit.model, fit.at, histories, horizon=float(origin.horizon))[index]
    return Chances(chance, chance)


def learned(scores: Floats, happened: Flags, asked: Floats) -> Floats:
    """The chance of each asked score: the share for whom it happened in the part of the scores in which it lies.

    Args:
        scores: Of the customers that are learned from.
        happened: What came of them.
        asked: Scores whose chances are wanted.
    """
    values, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - counts / 2
    part = np.minimum((middle * _PARTS / len(scores)).astype(np.int64), _PARTS - 1)
    ends = np.flatnonzero(np.append(part[1:] != part[:-1], True))
    number = np.searchsorted(ends, np.arange(len(values)))[place.reshape(-1)]
    rows = np.bincount(number, minlength=len(ends))
    hits = np.bincount(number, weights=happened.astype(np.float64), minlength=len(ends))
    lying = np.searchsorted(values[ends], asked, side="left").clip(max=len(ends) - 1)
    return np.asarray((hits / rows)[lying])
