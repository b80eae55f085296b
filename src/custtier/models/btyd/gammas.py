"""Differences of logarithms of gamma functions, exact also where both are huge and nearly the same."""

from typing import Final

import numpy as np
from scipy.special import gammaln

from custtier.models.btyd.histories import Floats, Ints

_LARGE: Final = 1e3
"""From here on Stirling's series leaves out less than what numbers of 16 digits can say."""


def log_rising(base: float, steps: Ints | Floats) -> Floats:
    """The logarithm of Γ(base + steps) / Γ(base).

    Args:
        base: Above 0.
        steps: At least 0.
    """
    if base < _LARGE:
        return np.asarray(gammaln(base + steps) - gammaln(base))
    end = base + steps
    series = (1 / end - 1 / base) / 12 - (1 / end**3 - 1 / base**3) / 360
    return np.asarray((end - 0.5) * np.log1p(steps / base) + steps * (np.log(base) - 1.0) + series)
