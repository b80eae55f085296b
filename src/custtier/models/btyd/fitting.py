"""The parameters that make what was seen most likely, and how sure they are."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from custtier.models.btyd.histories import Floats

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

    ends = []
    for start in starts:
        inner = np.clip(scale.to_inner(start), [low for low, _ in scale.bounds], [high for _, high in scale.bounds])
        ends.append(
            minimize(
                falling,
                inner,
                jac=True,
                method="L-BFGS-B",
                bounds=scale.bounds,
                options={"maxiter": 500, "ftol": 1e-14, "gtol": 1e-8},
            )
        )
    best = min(ends, key=lambda end: float(end.fun))
    inner = best.x
    at_bound = tuple(
        place for place, (low, high) in enumerate(scale.bounds) if min(inner[place] - low, high - inner[place]) < 1e-6
    )
    free = [place for place in range(len(inner)) if place not in at_bound]
    slope = falling(inner)[1]
    covariance = _covariance(falling, inner, scale=scale, free=free, per=per)
    return Optimum(
        at=scale.to_natural(inner),
        log_likelihood=-float(best.fun) * per,
        standard_errors=np.sqrt(np.where(np.diag(covariance) > 0, np.diag(covariance), np.nan)),
        covariance=covariance,
        at_bound=at_bound,
        evaluations=counted,
        has_converged=bool(np.abs(slope[free]).max(initial=0.0) < 1e-5),
    )


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


def logs(count: int, *, low: float = -14.0, high: float = 14.0) -> Scale:
    """All parameters by their logarithm."""
    return Scale(
        to_inner=np.log, to_natural=np.exp, slopes=lambda inner: np.diag(np.exp(inner)), bounds=((low, high),) * count
    )


def logs_and_coin(*, low: float = -14.0, high: float = 14.0) -> Scale:
    """Two by their logarithm, a and b of a beta by its mean (log odds) and the logarithm of its size a + b.

    The mean's log odds stay above -14 (nobody leaves) and the size between e-6 and e12, so that a search over data
    without leaving ends at a bound and not at 10^28.
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

    return Scale(to_inner, to_natural, slopes, bounds=((low, high), (low, high), (-14.0, 6.0), (-6.0, 12.0)))
