"""How far off a forecast may be: ranges of one customer's orders, and draws of parameters for the total of many."""

from collections.abc import Callable
from typing import Final

import numpy as np

from custtier.models.btyd.fitting import Optimum, Scale
from custtier.models.btyd.future import Model, order_chances
from custtier.models.btyd.histories import Floats, Histories, Ints

_BLOCK: Final = 20_000
"""So many histories at once."""
_FIRST: Final = 8
_LAST: Final = 4_096
_WIDE: Final = 0.5
"""A normal is believed of parameters whose error on the scale of the search is no larger: of logarithms, 50 %."""
_OVER: Final = 4


def order_range(
    model: Model, at: Floats, histories: Histories, *, horizon: float, low: float, high: float
) -> tuple[Ints, Ints]:
    """Between how many orders each history's customer will stay: the smallest numbers that two chances do not exceed.

    Args:
        model: With the parameters `at`.
        at: See the model.
        histories: Distinct ones.
        horizon: In the unit of the histories, from their end on.
        low: Chance of the lower end, such as 0.05.
        high: Of the upper one, such as 0.95.
    """
    size = len(histories.x)
    ends = np.zeros((2, size), dtype=np.int64)
    for start in range(0, size, _BLOCK):
        rows, most = np.arange(start, min(start + _BLOCK, size)), _FIRST
        while len(rows) and most <= _LAST:
            chances = order_chances(model, at, histories.taken(rows), horizon=horizon, most=most)
            reached = chances.cumsum(axis=1)
            for place, share in enumerate((low, high)):
                ends[place, rows] = (reached[:, :-1] < share).sum(axis=1)
            # in the last column stand all higher numbers: who reaches them needs more columns
            rows, most = rows[reached[:, -2] < high], most * 4
    return ends[0], ends[1]


def drawn(
    optimum: Optimum, scale: Scale, *, draws: int, seed: int, likelihood: Callable[[Floats], float] | None = None
) -> Floats:
    """Parameters drawn as they may as well be: normal on the scale of the search, around the optimum.

    Along a flat ridge a normal goes where the data has long said no. There four times as many are drawn, and of these
    so many as the likelihood lets stand, each the more often the more it lies above the normal (Rubin 1988).

    Args:
        optimum: With its covariance.
        scale: Of its search.
        draws: How many.
        seed: Of the draw.
        likelihood: The logarithm of that of other parameters; None to go by the normal alone.

    Returns:
        One row per draw; none where the curvature is not known.
    """
    if not np.isfinite(optimum.covariance).all():
        return np.empty((0, len(optimum.at)))
    inner = scale.to_inner(optimum.at)
    back = np.linalg.inv(scale.slopes(inner))
    covariance = back @ optimum.covariance @ back.T
    values, vectors = np.linalg.eigh((covariance + covariance.T) / 2)
    # the sign of an eigenvector is the machine's choice: the largest entry is made positive
    signs = np.sign(vectors[np.abs(vectors).argmax(axis=0), np.arange(len(values))])
    is_wide = likelihood is not None and bool((np.diag(covariance) > _WIDE**2).any())
    noise = np.random.default_rng(seed).standard_normal((draws * (_OVER if is_wide else 1), len(inner)))
    moved = inner + (noise * np.sqrt(values.clip(min=0))) @ (vectors * signs).T
    low, high = np.array(scale.bounds).T
    natural = np.stack([scale.to_natural(one) for one in np.clip(moved, low, high)])
    if not is_wide or likelihood is None:
        return natural
    # what the values at 0 leave out lies on no line of the normal
    above = np.array([likelihood(at) for at in natural]) - optimum.log_likelihood
    logs = above + (noise[:, values > 0] ** 2).sum(axis=1) / 2
    weights = np.exp(
        logs - logs.max(initial=-np.inf, where=np.isfinite(logs)), where=np.isfinite(logs), out=np.zeros_like(logs)
    )
    reached = np.cumsum(weights) / weights.sum()
    return natural[np.searchsorted(reached, (np.arange(draws) + 0.5) / draws)]
