"""When customers buy next: the windows that each rule and model tells, and in which order it says they come."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from custtier.models.btyd.fits import Fit
from custtier.models.judging import Floats, Ints
from custtier.models.windows import LEAST_DAYS
from custtier.periods import day_of
from custtier.views.backtest.chances import by_recency
from custtier.views.backtest.origins import Origin
from custtier.views.basis import Basis, basis_of
from custtier.views.churn.usual_gap import with_usual_gap
from custtier.views.next.forecasts import ByModel, Forecast, by_rhythm, observed, windows_of

SIMPLE: Final = "last-gap"
RHYTHM: Final = "rhythm"
NO_DATE: Final = "recency"
"""Puts customers in order and tells no date."""


@dataclass(frozen=True)
class Dates:
    """What is told of the customers of an origin.

    Args:
        score: The higher, the sooner they are said to come.
        first: Days from the origin to the first day of the window; 0 without one.
        last: To its last day.
        chance: That the purchase comes in the window; None where none is told.
    """

    score: Floats
    first: Ints
    last: Ints
    chance: Floats | None


def by_last_gap(origin: Origin) -> Dates:
    """They come a usual gap after their last purchase, give or take a quarter of it; passed ones a whole gap later.

    The order is that of the days told at first: who is overdue should have come before.
    """
    totals = with_usual_gap(origin.past.customers)
    gap = (totals["gap_days"] / totals["gap_parts"]).cast(pl.Float64).fill_null(1.0).to_numpy().clip(min=1.0)
    away = origin.recency
    due = (np.floor(away / gap) + 1) * gap - away
    half = np.maximum(gap / 4, (LEAST_DAYS - 1) / 2)
    first = np.maximum(np.floor(due - half + 0.5), 1).astype(np.int64)
    last = np.floor(due + half + 0.5).astype(np.int64)
    inside = first <= origin.horizon
    return Dates(away - gap, np.where(inside, first, 0), np.where(inside, np.minimum(last, origin.horizon), 0), None)


def by_no_date(origin: Origin) -> Dates:
    """Those who bought last come first; no date."""
    none = np.zeros(origin.customers, dtype=np.int64)
    return Dates(by_recency(origin), none, none, None)


def by_rhythm_of(origin: Origin, basis: Basis) -> Dates | None:
    """By their own rhythm and everybody's; None when too few have come back."""
    seen = observed(basis_of(basis.facts, scope=basis.scope, as_of=day_of(origin.day)))
    forecast = by_rhythm(seen)
    return None if forecast is None else _told(forecast, origin)


def by_fit(name: str, fit: Fit, origin: Origin) -> Dates:
    """By a model."""
    return _told(ByModel(fit, origin.past, name), origin)


def _told(forecast: Forecast, origin: Origin) -> Dates:
    windows = windows_of(forecast, customers=origin.customers, horizon=origin.horizon)
    soon = forecast.chances([origin.horizon], np.arange(origin.customers))[:, 0]
    # of whom nothing is known comes last
    return Dates(np.nan_to_num(soon), windows.first, windows.last, windows.chance)
