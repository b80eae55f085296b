"""The parameters that make what was seen most likely, and how sure they are."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.optimize import minimize

from custtier.models.btyd.histories import Floats

_FLAT: Final = 1e-5
"""A slope of the logarithm of one customer's likelihood below this is none."""
_ALIKE: Final = 10.0
_AGAIN: Final = 4
"""So often a search that ended on a slope goes on."""

Valued = Callable[[Floats], tuple[float, Floats]]
"""Parameters → log-likelihood and its gradient."""


@dataclass(frozen=True)
class Scale:
    """How a search walks over one kind of parameters.

    Args:
        to_inner: Natural parameters → unbounded ones.
        to_natural: The way back.
        slopes: At inner parameters: d natural / d inner, a matrix.
        bounds: Of the inner parameters: beyond them nothing changes any more.
    """

    to_inner: Callable[[Floats], Floats]
    to_natural: Callable[[Floats], Floats]
    slopes: Callable[[Floats], Floats]
    bounds: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Optimum:
    """Where a likelihood is largest.

    Args:
        at: The parameters.
        log_likelihood: There.
        standard_errors: Of the parameters, from the curvature; NaN where the likelihood is flat.
        covariance: Of the parameters.
        at_bound: Numbers of the inner parameters that end at their bounds: the data says nothing more of them.
        evaluations: How often the likelihood was computed.
        has_converged: Whether the search ended where the gradient vanishes, or at a bound.
    """

    at: Floats
    log_likelihood: float
    standard_errors: Floats
    covariance: Floats
    at_bound: tuple[int, ...]
    evaluations: int
    has_converged: bool


def highest(valued: Valued, *, scale: Scale, starts: Sequence[Floats], per: int) -> Optimum:
    """The best optimum that is reached from any start.

    Args:
        valued: The likelihood.
        scale: How to walk.
        starts: Natural parameters.
        per: Customers: the search looks at the likelihood of one.
    """
    counted = 0

    def falling(inner: Floats) -> tuple[float, Floats]:
        nonlocal counted
        counted += 1
        value, gradient = valued(scale.to_natural(inner))
        if not np.isfinite(value) or not np.isfinite(gradient).all():
            return 1e10, np.zeros_like(inner)
        return -value / per, -(scale.slopes(inner).T @ gradient) / per

    low, high = np.array(scale.bounds).T
    ends = [_fallen(falling, np.clip(scale.to_inner(start), low, high), scale=scale) for start in starts]
    value, inner = min(ends, key=lambda end: end[0])
    at_bound, free, slope = _edges(falling, inner, scale=scale)
    # where a ridge bends, what the search has learnt of its curvature leads astray: it learns anew from there
    for _ in range(_AGAIN):
        if np.abs(slope[free]).max(initial=0.0) < _FLAT:
            break
        value, inner = min([(value, inner), _fallen(falling, inner, scale=scale)], key=lambda end: end[0])
        at_bound, free, slope = _edges(falling, inner, scale=scale)
    covariance = _covariance(falling, inner, scale=scale, free=free, per=per)
    return Optimum(
        at=scale.to_natural(inner),
        log_likelihood=-value * per,
        standard_errors=np.sqrt(np.where(np.diag(covariance) > 0, np.diag(covariance), np.nan)),
        covariance=covariance,
        at_bound=at_bound,
        evaluations=counted,
        has_converged=bool(np.abs(slope[free]).max(initial=0.0) < _FLAT),
    )


def _fallen(falling: Valued, inner: Floats, *, scale: Scale) -> tuple[float, Floats]:
    """The lowest value that is reached from a point, and where."""
    end = minimize(
        falling,
        inner,
        jac=True,
        method="L-BFGS-B",
        bounds=scale.bounds,
        options={"maxiter": 500, "ftol": 1e-14, "gtol": 1e-8},
    )
    return float(end.fun), end.x


def _edges(falling: Valued, inner: Floats, *, scale: Scale) -> tuple[tuple[int, ...], list[int], Floats]:
    """Which parameters lie at their bounds, which do not, and the slope."""
    at_bound = tuple(
        place for place, (low, high) in enumerate(scale.bounds) if min(inner[place] - low, high - inner[place]) < 1e-6
    )
    return at_bound, [place for place in range(len(inner)) if place not in at_bound], falling(inner)[1]


def _covariance(falling: Valued, inner: Floats, *, scale: Scale, free: Sequence[int], per: int) -> Floats:
    """The inverse of the curvature, carried over to the natural parameters; what ends at a bound counts as known."""
    size = len(inner)
    unknown = np.full((size, size), np.nan)
    if not free:
        return unknown
    step = 1e-4
    curvature = np.empty((len(free), len(free)))
    for row, place in enumerate(free):
        move = np.zeros(size)
        move[place] = step
        rise = falling(inner + move)[1] - falling(inner - move)[1]
        curvature[row] = rise[list(free)] / (2 * step) * per
    curvature = (curvature + curvature.T) / 2
    if not np.isfinite(curvature).all() or np.linalg.eigvalsh(curvature).min() <= 0:
        return unknown
    slopes = scale.slopes(inner)[:, list(free)]
    return np.asarray(slopes @ np.linalg.inv(curvature) @ slopes.T)


def logs(*bounds: tuple[float, float]) -> Scale:
    """All parameters by their logarithm.

    Args:
        bounds: The least and the largest logarithm of each.
    """
    return Scale(to_inner=np.log, to_natural=np.exp, slopes=lambda inner: np.diag(np.exp(inner)), bounds=bounds)


def logs_of_gammas(pairs: int, *, unit: float) -> Scale:
    """Shapes and scales of gammas in turn, by their logarithms.

    A shape ends at e10, where rates differ by less than 1 % and might as well be the same; a scale at e14 times more or
    less than `unit`.

    Args:
        pairs: How many gammas.
        unit: A usual time, so that the search goes as far whether times are days or seconds.
    """
    shift = float(np.log(unit))
    both = ((-14.0, _ALIKE), (shift - 14.0, shift + 14.0))
    return logs(*both * pairs)


def logs_and_coin(*, unit: float = 1.0) -> Scale:
    """R and α by their logarithm, a and b of a beta by its mean (log odds) and the logarithm of its size a + b.

    The mean's log odds stay above -14 (nobody leaves) and the size between e-6 and e12, so that a search over data
    without leaving ends at a bound and not at 10^28.

    Args:
        unit: See `logs_of_gammas`.
    """

    def to_inner(natural: Floats) -> Floats:
        r, alpha, a, b = natural
        return np.array([np.log(r), np.log(alpha), np.log(a) - np.log(b), np.log(a + b)])

    def to_natural(inner: Floats) -> Floats:
        mean, size = 1 / (1 + np.exp(-inner[2])), np.exp(inner[3])
        return np.array([np.exp(inner[0]), np.exp(inner[1]), mean * size, size / (1 + np.exp(inner[2]))])

    def slopes(inner: Floats) -> Floats:
        r, alpha, a, b = to_natural(inner)
        spread = a * b / (a + b)
        return np.array([[r, 0, 0, 0], [0, alpha, 0, 0], [0, 0, spread, a], [0, 0, -spread, b]])

    gamma = logs_of_gammas(1, unit=unit).bounds
    return Scale(to_inner, to_natural, slopes, bounds=(*gamma, (-14.0, 6.0), (-6.0, 12.0)))
