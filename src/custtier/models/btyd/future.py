"""What customers will buy in a coming time: expected orders, chances of every number of them, discounted orders."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import betainc, hyperu

from custtier.models.btyd.histories import Flags, Floats, Histories, Ints
from custtier.models.btyd.leaving import Leaving
from custtier.models.btyd.lifetimes import Lifetimes
from custtier.models.btyd.staying import Staying

Model = Leaving | Lifetimes | Staying

_NOTHING: Final = 1e-13
"""Chances below this are left out of sums."""
_MOST: Final = 20_000
"""So many purchases of one customer are reckoned with at most."""
_LEAST_LOG: Final = -600.0
"""Below e to this a chance is no ordinary number any more."""
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(64)


def newcomers(count: int = 1) -> Histories:
    """Customers at the moment of their first purchase."""
    nothing = np.zeros(1)
    return Histories(np.zeros(1, dtype=np.int64), nothing, nothing, np.array([count]))


def expected_orders(model: Model, at: Floats, histories: Histories, *, horizon: float) -> Floats:
    """Orders that somebody with each history is expected to make within a time.

    Args:
        model: With the parameters `at`.
        at: See the model.
        histories: Distinct ones.
        horizon: In the unit of the histories, from their end on.
    """
    if horizon <= 0:
        return np.zeros(len(histories.x))
    if isinstance(model, Staying):
        r, alpha = at
        return np.asarray((r + histories.x) / (alpha + histories.T) * horizon)
    if isinstance(model, Lifetimes):
        r, alpha, s, beta = at
        here = beta + histories.T
        # (1 - (B / (B + t))^(s-1)) / (s - 1), which is log(1 + t / B) at s = 1
        log_rest = -np.log1p(horizon / here)
        time_left = -log_rest if abs(s - 1) < 1e-12 else -np.expm1((s - 1) * log_rest) / (s - 1)
        rate = (r + histories.x) / (alpha + histories.T)
        return np.asarray(model.alive(at, histories) * rate * here * time_left)
    expected = np.zeros(len(histories.x))
    for step in _steps(model, at, histories, horizon=horizon):
        expected[step.rows] += step.at_least
    return expected


def order_chances(model: Model, at: Floats, histories: Histories, *, horizon: float, most: int) -> Floats:
    """The chances of 0, 1, … orders within a time.

    Args:
        model: With the parameters `at`.
        at: See the model.
        histories: Distinct ones.
        horizon: In the unit of the histories, from their end on.
        most: The last column is the chance of so many or more.

    Returns:
        One row per history, `most` + 1 columns.
    """
    size = len(histories.x)
    if isinstance(model, Leaving):
        at_least = np.zeros((size, most + 1))
        at_least[:, 0] = 1.0
        for step in _steps(model, at, histories, horizon=horizon, most=most):
            at_least[step.rows, step.orders] = step.at_least
        chances = at_least.copy()
        chances[:, :-1] -= at_least[:, 1:]
        return chances.clip(min=0.0)
    if isinstance(model, Staying):
        r, alpha = at
        return _gamma_counts(r + histories.x, alpha + histories.T, horizon, most=most)
    return _lifetime_chances(model, at, histories, horizon=horizon, most=most)


def order_moments(model: Model, at: Floats, histories: Histories, *, horizon: float) -> tuple[Floats, Floats]:
    """The expected number of orders within a time, and the expected square of it.

    Args:
        model: With the parameters `at`.
        at: See the model.
        histories: Distinct ones.
        horizon: In the unit of the histories, from their end on.
    """
    r, alpha = at[0], at[1]
    shape, scale = r + histories.x, alpha + histories.T
    if isinstance(model, Leaving):
        mean, square = np.zeros(len(histories.x)), np.zeros(len(histories.x))
        for step in _steps(model, at, histories, horizon=horizon):
            mean[step.rows] += step.at_least
            square[step.rows] += (2 * step.orders - 1) * step.at_least
        return mean, square
    if isinstance(model, Staying):
        mean = np.asarray(shape / scale * horizon)
        return mean, np.asarray(mean + mean**2 + mean**2 / shape)
    # a Poisson process while they stay: the time and its square are integrated over the chance of being here still
    _, _, s, beta = at
    here, alive = (beta + histories.T)[:, None], model.alive(at, histories)
    times = horizon * (_NODES + 1) / 2
    stays = (here / (here + times)) ** s * _WEIGHTS / 2 * horizon
    time, time_square = stays.sum(axis=1), (2 * times * stays).sum(axis=1)
    mean = alive * shape / scale * time
    return mean, np.asarray(mean + alive * shape * (shape + 1) / scale**2 * time_square)


def buys_again(model: Model, at: Floats, histories: Histories, *, horizon: float) -> Floats:
    """The chance of at least one order within a time."""
    return np.asarray(1.0 - order_chances(model, at, histories, horizon=horizon, most=1)[:, 0])


def discounted_orders(
    model: Model, at: Floats, histories: Histories, *, period: float, periods: int, rate: float
) -> Floats:
    """Expected orders of so many periods, those of the n-th divided by (1 + rate)^n.

    Args:
        model: With the parameters `at`.
        at: See the model.
        histories: Distinct ones.
        period: Its length in the unit of the histories.
        periods: How many.
        rate: Discount of one period.
    """
    total = np.zeros(len(histories.x))
    before = np.zeros(len(histories.x))
    for number in range(1, periods + 1):
        until = expected_orders(model, at, histories, horizon=number * period)
        total += (until - before) / (1 + rate) ** number
        before = until
    return total


def residual_orders(model: Lifetimes, at: Floats, histories: Histories, *, rate: float) -> Floats:
    """Expected orders of all time to come, discounted continuously (DERT).

    Args:
        model: Pareto/NBD: of the others no closed form is known.
        at: r, α, s, β.
        histories: Distinct ones.
        rate: Discount for one unit of time, above 0.

    Source: Fader, Hardie & Lee, Journal of Marketing Research 42(4), 2005.
    """
    r, alpha, s, beta = at
    here = beta + histories.T
    return np.asarray(
        model.alive(at, histories)
        * (r + histories.x)
        / (alpha + histories.T)
        * here
        * hyperu(1.0, 2.0 - s, rate * here)
    )


@dataclass(frozen=True)
class _Step:
    """The chance of at least so many orders for some of the histories: of the rest it is nothing."""

    orders: int
    rows: Ints
    at_least: Floats


def _steps(model: Leaving, at: Floats, histories: Histories, *, horizon: float, most: int = _MOST) -> Iterator[_Step]:
    """P(at least n orders) for n from 1 on.

    Parts of Erlang gaps come as a Poisson process whose rate is gamma(r + kx + j, α + T) for who has done j parts of
    the present gap, so that their number in a time is negative binomial. The n-th order asks for nk - j parts, and
    that the coin has not ended it after one of the n - 1 before it.
    """
    r, alpha = at[0], at[1]
    k = model.k
    alive = model.alive(at, histories)
    phases = model.phases(at, histories)
    a, b = model.coin(at, histories.x)
    ratio = horizon / (alpha + histories.T + horizon)
    counts = [_Tail(r + k * histories.x + j, ratio) for j in range(k)]
    rows = np.arange(len(histories.x))
    stayed = alive
    for orders in range(1, most + 1):
        reached = sum((phases[rows, j] * counts[j].at_least(orders * k - j) for j in range(k)), np.zeros(len(rows)))
        at_least = stayed * reached
        yield _Step(orders, rows, at_least)
        kept = at_least > _NOTHING
        if not kept.any():
            return
        stayed = stayed * (b + orders - 1) / (a + b + orders - 1)
        if kept.mean() < 0.7:
            rows, stayed, b = rows[kept], stayed[kept], b[kept]
            for count in counts:
                count.keep(kept)


class _Tail:
    """P(N ≥ m) of negative binomial counts, m rising: by their recurrence, or by the beta integral where that fails."""

    def __init__(self, shape: Floats, ratio: Floats) -> None:
        self._shape, self._ratio = np.asarray(shape, dtype=np.float64), np.asarray(ratio, dtype=np.float64)
        log_none = self._shape * np.log1p(-self._ratio)
        self._is_small = log_none < _LEAST_LOG
        self._chance = np.where(self._is_small, 0.0, np.exp(log_none))
        self._tail = np.ones_like(self._shape)
        self._m = 0

    def at_least(self, m: int) -> Floats:
        while self._m < m:
            self._tail = self._tail - self._chance
            self._chance = self._chance * (self._shape + self._m) / (self._m + 1) * self._ratio
            self._m += 1
        found = self._tail.clip(min=0.0)
        if self._is_small.any() and m > 0:
            found[self._is_small] = betainc(m, self._shape[self._is_small], self._ratio[self._is_small])
        return found

    def keep(self, kept: Flags) -> None:
        for name in ("_shape", "_ratio", "_is_small", "_chance", "_tail"):
            setattr(self, name, getattr(self, name)[kept])


def _gamma_counts(shape: Floats, scale: Floats, time: float | Floats, *, most: int) -> Floats:
    """Chances of 0 … `most` or more of a Poisson process over a time, whose rate is gamma(shape, scale)."""
    tail = _Tail(shape, np.asarray(time / (scale + time)))
    at_least = [np.ones_like(np.asarray(shape, dtype=np.float64))]
    at_least += [tail.at_least(m) for m in range(1, most + 1)]
    chances = np.stack(at_least, axis=-1)
    chances[..., :-1] -= chances[..., 1:].copy()
    return np.asarray(chances.clip(min=0.0))


def _lifetime_chances(model: Lifetimes, at: Floats, histories: Histories, *, horizon: float, most: int) -> Floats:
    """Pareto/NBD: who is here buys until the horizon, or until they leave at a time that is integrated out."""
    r, alpha, s, beta = at
    shape, scale, here = r + histories.x, alpha + histories.T, beta + histories.T
    alive = model.alive(at, histories)
    stays = (here / (here + horizon)) ** s
    chances = stays[:, None] * _gamma_counts(shape, scale, horizon, most=most)
    # left at τ with density s here^s / (here + τ)^(s+1): equal steps of the chance of having left
    leaves = 1 - stays
    for node, weight in zip((_NODES + 1) / 2, _WEIGHTS / 2, strict=True):
        left_by = leaves * node
        time = here * (np.exp(-np.log1p(-left_by) / s) - 1)
        chances += weight * leaves[:, None] * _gamma_counts(shape, scale, time, most=most)
    chances *= alive[:, None]
    chances[:, 0] += 1 - alive
    return np.asarray(chances)
