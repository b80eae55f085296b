"""Shares of single people drawn towards everybody's, the more, the less is known of them (Bühlmann & Straub 1970).

Everybody has a share of their own; what one sale shows lies around it, by chance, the nearer, the larger the sale.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FEWEST_FREE: Final = 30
"""With fewer further sales of people who have one already, nobody's share is told from everybody's."""


@dataclass(frozen=True)
class Seen:
    """What is known of people, one of each; all but the first in one unit of money.

    Args:
        sales: How many.
        volume: What they sum up to; 0 of whom nothing is known.
        part: The part of it whose share is asked for.
        measured: The same without what lies far outside, by which differences are measured.
        squares: Sum of measured² ÷ volume of the single sales.
    """

    sales: Ints
    volume: Floats
    part: Floats
    measured: Floats
    squares: Floats


@dataclass(frozen=True)
class Shares:
    """Of each person the share, and how sure it is.

    Args:
        own: Drawn towards `overall`.
        spread: The variance of what is not known of each.
        overall: Of everything known.
        overall_variance: Of that, as an estimate.
        weights: How far each believes their own sales, 0 to 1.
        noise: The variance of the share of one sale of one unit of money; of a larger one in proportion less.
    """

    own: Floats
    spread: Floats
    overall: float
    overall_variance: float
    weights: Floats
    noise: float


def shares_of(seen: Seen) -> Shares:
    """The best linear guess of everybody's share.

    Args:
        seen: At least one with a volume.

    Source: Bühlmann & Straub, Mitteilungen der Vereinigung schweizerischer Versicherungsmathematiker 70, 1970.
    """
    known = seen.volume > 0
    count, volume, measured = seen.sales[known], seen.volume[known], seen.measured[known]
    total = float(volume.sum())
    overall = float(seen.part[known].sum()) / total
    free = int((count - 1).sum())
    between = noise = 0.0
    if free >= FEWEST_FREE and len(count) > 1:
        # sums of squares may come out a hair below nothing
        noise = max(float((seen.squares[known] - measured**2 / volume).sum()), 0.0) / free
        middle = float(measured.sum()) / total
        apart = float((volume * (measured / volume - middle) ** 2).sum()) - (len(count) - 1) * noise
        between = max(apart, 0.0) / (total - float((volume**2).sum()) / total)
    # what is believed of a share: the variance between people, over that and the chance of their own sales
    top = between * seen.volume
    weights = np.divide(top, top + noise, out=np.zeros_like(top), where=top > 0)
    own = np.where(known, seen.part / np.where(known, seen.volume, 1.0), overall)
    return Shares(
        own=weights * own + (1 - weights) * overall,
        spread=between * (1 - weights),
        overall=overall,
        overall_variance=(between * float((volume**2).sum()) + noise * total) / total**2,
        weights=weights,
        noise=noise,
    )
