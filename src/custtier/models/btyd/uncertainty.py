"""How far off a forecast may be: ranges of one customer's orders, and draws of parameters for the total of many."""

from typing import Final

import numpy as np

from custtier.models.btyd.fitting import Optimum, Scale
from custtier.models.btyd.future import Model, order_chances
from custtier.models.btyd.histories import Floats, Histories, Ints

_BLOCK: Final = 20_000
"""So many histories at once."""
_FIRST: Final = 8
_LAST: Final = 4_096


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


def drawn(optimum: Optimum, scale: Scale, *, draws: int, seed: int) -> Floats:
    """Parameters drawn as they may as well be: normal on the scale of the search, around the optimum.

    Args:
        optimum: With its covariance.
        scale: Of its search.
        draws: How many.
        seed: Of the draw.

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
    noise = np.random.default_rng(seed).standard_normal((draws, len(inner)))
    moved = inner + (noise * np.sqrt(values.clip(min=0))) @ (vectors * signs).T
    low, high = np.array(scale.bounds).T
    return np.stack([scale.to_natural(one) for one in np.clip(moved, low, high)])
