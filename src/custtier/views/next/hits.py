"""How windows did on the shop's own past: reckoned as of an earlier day, looked at with what came after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from custtier.models.btyd.choice import Unsupported
from custtier.models.rhythm import Floats, Ints
from custtier.periods import day_number, day_of
from custtier.views.basis import Basis, basis_of
from custtier.views.churn.usual_gap import with_usual_gap
from custtier.views.next.forecasts import (
    Forecast,
    Observed,
    by_model,
    by_rhythm,
    observed,
    windows_of,
)

_NEVER: Final = 1_000_000
_ORIGINS: Final = 4
"""So many earlier days are tried, the horizon apart."""
_FEW_CUSTOMERS: Final = 20_000
"""Of more customers than this one earlier day says enough."""
_MOST_CUSTOMERS: Final = 100_000
"""Of more than this so many are looked at."""
_POINTS: Final = 6
"""So many days of the horizon are looked at to tell forecasts apart."""


@dataclass(frozen=True)
class Judged:
    """How one forecast did.

    Args:
        name: Its code.
        customers: How many were looked at.
        windows: Those of them who got a window.
        hits: Those who bought next in it.
        simple_hits: Those of the same who bought next in a window of the same length around the last purchase and the
            usual gap, rolled on by whole gaps where that has passed: the simplest rule.
        stated: The mean chance that was told of these windows; None where none is told.
        window_days: Their mean length.
        expected: How many of all customers were expected to buy within the days asked for.
        bought: Those who did.
        losses: Of each customer the mean squared error of the chances (Brier) over the days looked at.
    """

    name: str
    customers: int
    windows: int
    hits: int
    simple_hits: int
    stated: float | None
    window_days: float | None
    expected: float
    bought: int
    losses: Floats

    @property
    def loss(self) -> float:
        """The mean of the losses."""
        return float(self.losses.mean())


@dataclass(frozen=True)
class Checked:
    """The forecasts as of earlier days.

    Args:
        origin_days: Their numbers, the latest first.
        judged: One each, of all these days together; empty where the past is too thin.
    """

    origin_days: tuple[int, ...] = ()
    judged: tuple[Judged, ...] = ()

    def of(self, name: str) -> Judged | None:
        """How one did."""
        return next((one for one in self.judged if one.name == name), None)


def checked(
    basis: Basis, seen: Observed, *, horizon: int, days: int, names: tuple[str, ...], model: str | None = None
) -> Checked:
    """How the forecasts did of which dates would have been told `horizon` days ago, twice as many days ago, and so on.

    Only days count on which each of the forecasts could be made, so that all are judged by the same customers; where
    there is none, those on which the first could.

    Args:
        basis: The orders used.
        seen: The customers as of today.
        horizon: Windows lie within so many days; all of them have passed.
        days: Those for which buyers are counted.
        names: Of `forecasts.FORECASTS`.
        model: Name of the model, where it is among them.
    """
    tried: list[tuple[int, tuple[Judged, ...]]] = []
    most = _ORIGINS if seen.past.customers.height <= _FEW_CUSTOMERS else 1
    for number in range(1, most + 1):
        origin = seen.past.end_day - number * horizon
        judged = _as_of(basis, seen, origin_day=origin, horizon=horizon, days=days, names=names, model=model)
        if not judged:
            break
        tried.append((origin, judged))
    whole = [one for one in tried if len(one[1]) == len(names)]
    if not whole:
        whole = [(origin, judged[:1]) for origin, judged in tried if judged[0].name == tried[0][1][0].name]
    together = tuple(_together(judged) for judged in zip(*(judged for _, judged in whole), strict=True))
    return Checked(tuple(origin for origin, _ in whole), together)


def _as_of(
    basis: Basis,
    seen: Observed,
    *,
    origin_day: int,
    horizon: int,
    days: int,
    names: tuple[str, ...],
    model: str | None,
) -> tuple[Judged, ...]:
    """How the forecasts of one day did; empty where none could be made."""
    first = seen.past.customers.get_column("first_day").min()
    since = basis.scope.since
    if not isinstance(first, int) or origin_day < first or (since and origin_day < day_number(since)):
        return ()
    then = observed(basis_of(basis.facts, scope=basis.scope, as_of=day_of(origin_day)))
    if not then.past.customers.height:
        return ()
    came = _days_until_next(then, seen, origin_day=origin_day)
    looked_at = _looked_at(then, came)
    forecasts = _forecasts(then, names, model=model)
    return tuple(_judged(one, then, came, looked_at, horizon=horizon, days=days) for one in forecasts)


def _looked_at(then: Observed, came: Ints) -> Ints:
    """The numbers of the customers who are looked at: all, or so many evenly among all that was and came of them."""
    if len(came) <= _MOST_CUSTOMERS:
        return np.arange(len(came))
    known = then.past.known
    order = np.lexsort((np.round(then.now.log_sum, 6), came, known.T, known.t_x, known.x))
    return np.sort(order[np.linspace(0, len(order) - 1, _MOST_CUSTOMERS).round().astype(np.int64)])


def _together(judged: Sequence[Judged]) -> Judged:
    """One forecast on several days as one."""
    windows = sum(one.windows for one in judged)
    stated = sum((one.stated or 0.0) * one.windows for one in judged)
    length = sum((one.window_days or 0.0) * one.windows for one in judged)
    return Judged(
        name=judged[0].name,
        customers=sum(one.customers for one in judged),
        windows=windows,
        hits=sum(one.hits for one in judged),
        simple_hits=sum(one.simple_hits for one in judged),
        stated=stated / windows if windows else None,
        window_days=length / windows if windows else None,
        expected=sum(one.expected for one in judged),
        bought=sum(one.bought for one in judged),
        losses=np.concatenate([one.losses for one in judged]),
    )


def difference(one: Judged, other: Judged) -> tuple[float, float]:
    """By how much the first's loss lies above the other's: the 95 % interval over customers."""
    apart = one.losses - other.losses
    margin = 1.96 * float(apart.std()) / float(np.sqrt(max(len(apart), 1)))
    return float(apart.mean()) - margin, float(apart.mean()) + margin


def _forecasts(seen: Observed, names: tuple[str, ...], *, model: str | None) -> list[Forecast]:
    found: list[Forecast] = []
    rhythm = by_rhythm(seen)
    if rhythm is not None and rhythm.name in names:
        found.append(rhythm)
    if "model" in names and model is not None:
        fitted = by_model(seen.past, name=model)
        if not isinstance(fitted, Unsupported):
            found.append(fitted)
    return found


def _days_until_next(then: Observed, seen: Observed, *, origin_day: int) -> Ints:
    """Days from then to the next purchase of each customer of then; `_NEVER` when there is none yet."""
    after = (
        seen.days.lazy()
        .filter(pl.col("order_day") > origin_day)
        .group_by("customer_key")
        .agg(pl.col("order_day").min().alias("next_day"))
    )
    joined = (
        then.past.customers.lazy()
        .select("customer_key")
        .join(after, on="customer_key", how="left", maintain_order="left")
    )
    came = joined.select((pl.col("next_day") - origin_day).fill_null(_NEVER).cast(pl.Int64)).collect()
    return came.to_series().to_numpy()


def _judged(
    forecast: Forecast, then: Observed, everybody_came: Ints, looked_at: Ints, *, horizon: int, days: int
) -> Judged:
    windows = windows_of(forecast, customers=len(everybody_came), horizon=horizon, only=looked_at)
    came = everybody_came[looked_at]
    ahead = sorted({max(round(horizon * point / _POINTS), 1) for point in range(1, _POINTS + 1)})
    # what nothing is known of is taken for not to come
    told = np.nan_to_num(forecast.chances(ahead, looked_at))
    soon = np.nan_to_num(forecast.chances([days], np.arange(len(everybody_came))))
    happened = came[:, None] <= np.array(ahead)
    rows = np.flatnonzero(windows.first > 0)
    first, last, near = windows.first[rows], windows.last[rows], came[rows]
    begin = _by_last_gap(then, looked_at[rows], length=last - first + 1)
    return Judged(
        name=forecast.name,
        customers=len(came),
        windows=len(rows),
        hits=int(((first <= near) & (near <= last)).sum()),
        simple_hits=int(((begin <= near) & (near <= begin + last - first)).sum()),
        stated=float(windows.chance[rows].mean()) if len(rows) else None,
        window_days=float((last - first + 1).mean()) if len(rows) else None,
        expected=float(soon.sum()),
        bought=int((everybody_came <= days).sum()),
        losses=((told - happened) ** 2).mean(axis=1),
    )


def _by_last_gap(then: Observed, rows: Ints, *, length: Ints) -> Ints:
    """The first day of a window around the last purchase and the usual gap, rolled on by whole gaps to days to come."""
    usual = with_usual_gap(then.past.customers).select((pl.col("gap_days") / pl.col("gap_parts")).fill_null(1.0))
    gap = usual.to_series().to_numpy()[rows].clip(min=1.0)
    passed = then.now.days[rows]
    due = np.floor((np.floor(passed / gap) + 1) * gap - passed + 0.5).astype(np.int64)
    return np.asarray((due - (length - 1) // 2).clip(min=1))
