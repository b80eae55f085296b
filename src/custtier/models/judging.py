"""How good forecasts were: order, chances, lists and counts against what came, with the part that each row has in it.

A row is one customer on one day of the past. Each measure is given with the influence of every row: what the measure
would change by, to first order, if the row counted once more. Influences add up to zero, and drawing customers again
(`judging_draws`) needs nothing else. Arrays alone.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Measure:
    """A measure of all rows.

    Args:
        value: NaN where it is not defined.
        influence: One per row.
    """

    value: float
    influence: Floats


@dataclass(frozen=True)
class Listed:
    """What a list of the highest scores holds.

    Args:
        length: Rows on the list.
        hits: Those for whom it came true. Rows that tie at the end of the list share its last places.
        precision: Hits of the length.
        recall: Hits of all for whom it came true.
        lift: Precision against the share among all.
    """

    length: int
    hits: float
    precision: float | None
    recall: float | None
    lift: float | None


def auc(scores: Floats, happened: Flags) -> Measure:
    """The chance that somebody for whom it happened has the higher score than somebody for whom it did not; ties half.

    Source: Hanley & McNeil 1982; the influences are the placements of DeLong, DeLong & Clarke-Pearson, Biometrics
    44(3), 1988.
    """
    n, positive = len(scores), int(happened.sum())
    negative = n - positive
    if not positive or not negative:
        return Measure(float("nan"), np.zeros(n))
    yes, no = np.sort(scores[happened]), np.sort(scores[~happened])
    placed = np.empty(n)
    placed[happened] = _below(no, scores[happened]) / negative
    placed[~happened] = 1 - _below(yes, scores[~happened]) / positive
    value = float(placed[happened].mean())
    return Measure(value, np.where(happened, (placed - value) / positive, (placed - value) / negative))


def _below(lying: Floats, values: Floats) -> Floats:
    """How many of the sorted numbers lie below each value, those equal to it counted half."""
    left = np.searchsorted(lying, values, side="left")
    right = np.searchsorted(lying, values, side="right")
    return (left + right) / 2


def concordance(scores: Floats, waits: Floats) -> Measure:
    """Of pairs of rows of which one came first, the share in which it had the higher score; ties count half.

    Source: Harrell, Califf, Pryor, Lee & Rosati, JAMA 247(18), 1982.

    Args:
        scores: The higher, the sooner it was said to come.
        waits: When it came, in whole days; infinite where it had not when the looking ended.
    """
    n = len(scores)
    right, pairs = np.zeros(n), np.zeros(n)
    order = np.argsort(scores, kind="stable")
    for day in np.unique(waits[np.isfinite(waits)]):
        first = waits == day
        later = waits > day
        came, rest = np.sort(scores[first]), order[later[order]]
        right[first] += _below(scores[rest], scores[first])
        pairs[first] += len(rest)
        right[rest] += len(came) - _below(came, scores[rest])
        pairs[rest] += len(came)
    total = float(pairs.sum()) / 2
    if not total:
        return Measure(float("nan"), np.zeros(n))
    value = float(right.sum()) / 2 / total
    return Measure(value, (right - value * pairs) / total)


def mean_of(losses: Floats) -> Measure:
    """The mean of what each row loses: Brier scores, absolute errors."""
    n = len(losses)
    value = float(losses.mean()) if n else float("nan")
    return Measure(value, (losses - value) / max(n, 1))


def brier(chances: Floats, happened: Flags) -> Measure:
    """The mean squared distance of a chance from what came (1 or 0)."""
    return mean_of((chances - happened) ** 2)


def listed(scores: Floats, happened: Flags, *, length: int) -> Listed:
    """What the rows with the highest scores hold.

    Args:
        scores: One per row.
        happened: Whether it came true.
        length: Rows on the list, at most all.
    """
    length = min(length, len(scores))
    positive = int(happened.sum())
    if not length:
        return Listed(0, 0.0, None, None, None)
    cut = np.partition(scores, len(scores) - length)[len(scores) - length]
    above, tied = scores > cut, scores == cut
    rest = length - int(above.sum())
    hits = float((happened & above).sum()) + float((happened & tied).sum()) * rest / int(tied.sum())
    precision = hits / length
    return Listed(
        length=length,
        hits=hits,
        precision=precision,
        recall=hits / positive if positive else None,
        lift=precision / (positive / len(scores)) if positive else None,
    )


def lift(scores: Floats, happened: Flags, *, length: int) -> Measure:
    """How often it happened among the highest scores against among all: the lift of `listed`, with its influences.

    Who stands on the list is taken as settled: its end does not move with a draw.
    """
    n = len(scores)
    found = listed(scores, happened, length=length)
    if not found.lift or not found.precision:
        return Measure(float("nan") if found.lift is None else 0.0, np.zeros(n))
    cut = np.partition(scores, n - found.length)[n - found.length]
    above, tied = scores > cut, scores == cut
    place = above + tied * ((found.length - int(above.sum())) / int(tied.sum()))
    share = float(happened.mean())
    inside = place * (happened - found.precision) / (found.length * found.precision)
    return Measure(found.lift, found.lift * (inside - (happened - share) / (n * share)))


@dataclass(frozen=True)
class Bin:
    """Rows of which much the same was said.

    Args:
        rows: How many.
        said: The mean of what was said: chances or amounts.
        seen: The mean of what came: of chances the share for whom it came true.
    """

    rows: int
    said: float
    seen: float


def tenths(said: Floats, came: Floats | Flags, *, parts: int = 10) -> list[Bin]:
    """Rows in as many parts as equal as ties allow, the lowest first: the means of what was said and of what came.

    Rows of which the same was said always lie in one part.

    Args:
        said: Chances or amounts.
        came: Whether it happened, or the amount.
        parts: How many.
    """
    if not len(said):
        return []
    _, place, counts = np.unique(said, return_inverse=True, return_counts=True)
    reached = np.cumsum(counts)
    least = len(said) / parts
    # a part ends with the first value that fills it; a rest that would be less than half a part joins the last
    ends: list[int] = []
    begun = 0
    while len(said) - begun >= least / 2:
        end = min(int(np.searchsorted(reached, begun + least - 1e-9)), len(reached) - 1)
        ends.append(end)
        begun = int(reached[end])
    ends[-1] = len(reached) - 1
    part = np.searchsorted(ends, np.arange(len(counts)))[place.reshape(-1)]
    rows = np.bincount(part)
    means, seen = (np.bincount(part, weights=values) / rows for values in (said, came.astype(np.float64)))
    return [Bin(int(one[0]), float(one[1]), float(one[2])) for one in zip(rows, means, seen, strict=True)]


def shares_found(scores: Floats, came: Floats | Flags, *, points: int = 20) -> list[tuple[float, float]]:
    """What share of all that came stands with the first share of the rows: from (0, 0) to (1, 1).

    Args:
        scores: The highest come first; rows that tie share what they have.
        came: Whether it happened, or an amount, none below 0.
        points: How many beside the first.
    """
    total = float(came.sum())
    found = [(0.0, 0.0)]
    if not total:
        return found
    values, place, counts = np.unique(-scores, return_inverse=True, return_counts=True)
    sums = np.bincount(place.reshape(-1), weights=came.astype(np.float64), minlength=len(values))
    across = np.concatenate([[0], np.cumsum(counts)])
    up = np.concatenate([[0.0], np.cumsum(sums)])
    lengths = sorted({max(1, round(len(scores) * number / points)) for number in range(1, points + 1)})
    return found + [(length / len(scores), float(np.interp(length, across, up)) / total) for length in lengths]


@dataclass(frozen=True)
class Counted:
    """How near expected amounts were.

    Args:
        expected: Their sum.
        seen: The sum of what came.
        bias: Expected over seen, less one; None when nothing came.
        mean_error: Mean absolute error.
        root_error: Root of the mean squared error.
        correlation: Of Pearson; None where one side is all the same.
        top_share: Of those in the top tenth of what came, the share in the top tenth of what was expected.
    """

    expected: float
    seen: float
    bias: float | None
    mean_error: Measure
    root_error: float
    correlation: float | None
    top_share: float | None


def counted(expected: Floats, seen: Floats) -> Counted:
    """How near expected amounts were to those that came, one of each per row."""
    total, came = float(expected.sum()), float(seen.sum())
    errors = expected - seen
    is_varied = len(seen) > 1 and expected.std() > 0 and seen.std() > 0
    return Counted(
        expected=total,
        seen=came,
        bias=total / came - 1 if came else None,
        mean_error=mean_of(np.abs(errors)),
        root_error=float(np.sqrt((errors**2).mean())) if len(seen) else float("nan"),
        correlation=float(np.corrcoef(expected, seen)[0, 1]) if is_varied else None,
        top_share=_top_share(expected, seen),
    )


def _top_share(expected: Floats, seen: Floats) -> float | None:
    """Of the top tenth of what came, ties in, with something come: how many stand in the top tenth expected."""
    length = -(-len(seen) // 10)
    if not length or not (seen > 0).any():
        return None
    cut = np.partition(seen, len(seen) - length)[len(seen) - length]
    best = (seen >= cut) & (seen > 0)
    return listed(expected, best, length=length).recall
