"""How likely something is from a few signals with a few levels each: a logistic regression that can be read as points.

Every level of every signal has a weight, the logarithm of the factor by which it moves the odds against an average
customer's. Weights are held towards 0 by a normal prior, so that a level of few customers says little. Arrays alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]

SPREAD: Final = 0.7
"""Standard deviation of the prior of a weight: only one level in twenty is expected to move the odds fourfold."""

_ONE_SIDED: Final = 1.6448536269514722
"""95 % of a normal variable lie below it."""
_STEPS: Final = 100
_NEAR: Final = 1e-9
_HALVINGS: Final = 40


@dataclass(frozen=True)
class Scorecard:
    """What each level of each signal says.

    Args:
        base: The log-odds of somebody of whom nothing is known: weights average 0 over the rows that were fitted.
        weights: One array a signal, one number a level: what it adds to the log-odds.
    """

    base: float
    weights: tuple[Floats, ...]

    def parts(self, levels: Ints) -> Floats:
        """What each signal adds to each row's log-odds: as many rows and columns as `levels`."""
        columns = [weights[levels[:, place]] for place, weights in enumerate(self.weights)]
        return np.stack(columns, axis=1) if columns else np.zeros((len(levels), 0))

    def chances(self, levels: Ints) -> Floats:
        """How likely it is for each row of levels."""
        return chance_of(self.base + self.parts(levels).sum(axis=1))


def chance_of(log_odds: Floats) -> Floats:
    """The chances behind log-odds, without overflow."""
    small = np.exp(-np.abs(log_odds))
    return np.asarray(np.where(log_odds >= 0, 1 / (1 + small), small / (1 + small)))


def fitted(levels: Ints, happened: Flags, *, sizes: Sequence[int], spread: float = SPREAD) -> Scorecard:
    """The scorecard that makes what happened likeliest, given the prior.

    Rows with the same levels are counted together, so that the order of rows changes nothing and a million customers
    cost what their different histories cost. The sum has one highest point, which Newton's steps reach from anywhere.

    Args:
        levels: One row per customer, one column per signal: numbers of levels, from 0 on.
        happened: One per row; both kinds must occur.
        sizes: How many levels each signal has.
        spread: Standard deviation of the prior of a weight.

    Source: Hoerl & Kennard 1970 (ridge); Le Cessie & van Houwelingen, Applied Statistics 41(1), 1992 (logistic).
    """
    design, rows, came = _counted(levels, happened, sizes=sizes)
    penalty = np.full(design.shape[1], 1 / spread**2)
    penalty[0] = 0.0
    share = came.sum() / rows.sum()
    found = np.zeros(design.shape[1])
    found[0] = np.log(share / (1 - share))
    height = _height(found, design, rows, came, penalty)
    for _ in range(_STEPS):
        chances = chance_of(design @ found)
        slope = design.T @ (came - rows * chances) - penalty * found
        bend = (design * (rows * chances * (1 - chances))[:, None]).T @ design + np.diag(penalty)
        step = np.linalg.solve(bend, slope)
        for _ in range(_HALVINGS):
            reached = _height(found + step, design, rows, came, penalty)
            if reached >= height - 1e-12 * abs(height):
                break
            step = step / 2
        found, height = found + step, reached
        if float(np.abs(step).max()) < _NEAR:
            break
    return _centred(found, levels, sizes=sizes)


def beyond_chance(levels: Ints, happened: Flags, *, size: int) -> bool:
    """Whether what happened differs between the levels of one signal more than 19 times in 20 chance alone makes it.

    Args:
        levels: One number a row.
        happened: One a row.
        size: How many levels there are.

    Source: Pearson's chi-squared test; its quantiles by Wilson & Hilferty, PNAS 17, 1931.
    """
    rows = np.bincount(levels, minlength=size).astype(np.float64)
    came = np.bincount(levels, weights=happened.astype(np.float64), minlength=size)
    rows, came = rows[rows > 0], came[rows > 0]
    share = came.sum() / rows.sum()
    freedom = len(rows) - 1
    if not freedom or not 0 < share < 1:
        return False
    found = float(((came - rows * share) ** 2 / (rows * share * (1 - share))).sum())
    part = 2 / (9 * freedom)
    return found > float(freedom * (1 - part + _ONE_SIDED * part**0.5) ** 3)


def _counted(levels: Ints, happened: Flags, *, sizes: Sequence[int]) -> tuple[Floats, Floats, Floats]:
    """Different rows as ones and zeros with a leading 1, how often each occurs, and for how many it happened."""
    codes = np.zeros(len(levels), dtype=np.int64)
    for place, size in enumerate(sizes):
        codes = codes * size + levels[:, place]
    _, first, place_of, rows = np.unique(codes, return_index=True, return_inverse=True, return_counts=True)
    came = np.bincount(place_of.reshape(-1), weights=happened.astype(np.float64), minlength=len(rows))
    design = np.zeros((len(rows), 1 + sum(sizes)))
    design[:, 0] = 1.0
    start = 1
    for place, size in enumerate(sizes):
        design[np.arange(len(rows)), start + levels[first, place]] = 1.0
        start += size
    return design, rows.astype(np.float64), np.asarray(came, dtype=np.float64)


def _height(found: Floats, design: Floats, rows: Floats, came: Floats, penalty: Floats) -> float:
    log_odds = design @ found
    likelihood = came * log_odds - rows * np.logaddexp(0.0, log_odds)
    return float(likelihood.sum() - 0.5 * (penalty * found**2).sum())


def _centred(found: Floats, levels: Ints, *, sizes: Sequence[int]) -> Scorecard:
    """The same chances, with weights that average 0 over the rows."""
    base, weights = float(found[0]), []
    start = 1
    for place, size in enumerate(sizes):
        own = found[start : start + size]
        shares = np.bincount(levels[:, place], minlength=size) / len(levels)
        middle = float(own @ shares)
        base += middle
        weights.append(np.asarray(own - middle))
        start += size
    return Scorecard(base, tuple(weights))
