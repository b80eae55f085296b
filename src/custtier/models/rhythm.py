"""When people buy again, by how they bought before: each one's gaps shrunk to everybody's, and how long waits last.

A person's usual gap is the mean of the logarithms of their gaps, drawn towards everybody's the more, the fewer they
are and the less people differ (empirical Bayes; Bühlmann & Straub 1970, Efron & Morris 1977). How irregular they are
is drawn towards everybody's in the same way. A wait stands as far from what was to be expected as its logarithm lies
from that mean, in units of that spread; how such waits end, and how many never do, is read off all of them, those
that still last among them (Kaplan & Meier 1958).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

FEWEST_RETURNS: Final = 30
"""With fewer waits that ended, nothing can be said of how they end."""
FEWEST_ENDED: Final = 10
"""So many waits of a kind have to have ended to tell how such waits end."""
FEWEST_WAITING: Final = 10
"""A curve ends where fewer waits have lasted so long."""
_FIRMNESS: Final = (2.0, 4.0, 8.0, 16.0, 64.0)
_LEAST_WITHIN: Final = 0.05**2
"""Gaps in whole days are not told apart more finely than by about a twentieth."""
_MOST_SCORED: Final = 200_000
_AT_ONCE: Final = 1_000_000
_MOST_STEPS: Final = 4096
_GRID: Final = 1025
_REACH: Final = 4.0
_GROUPS: Final = (0, 1, 3)
"""Waits after the first purchase, after two or three, and after more are told apart: many never come a second time."""


@dataclass(frozen=True)
class Waits:
    """Waits from one purchase day to the next, one row each.

    Args:
        earlier: Gaps that the person had made before.
        log_sum: Sum of their logarithms.
        log_squares: Sum of the squares of these.
        days: How long it lasted, or has lasted up to now; a wait that ended lasted at least a day.
        has_ended: Whether with a purchase.
    """

    earlier: Ints
    log_sum: Floats
    log_squares: Floats
    days: Ints
    has_ended: Flags

    def where(self, rows: Flags | Ints) -> "Waits":
        """Some of them."""
        return Waits(
            self.earlier[rows], self.log_sum[rows], self.log_squares[rows], self.days[rows], self.has_ended[rows]
        )


@dataclass(frozen=True)
class Usual:
    """What is usual for everybody, of the logarithms of gaps.

    Args:
        middle: Their mean over persons.
        within: Variance among one person's.
        between: Variance of persons' means; 0 where they cannot be told apart.
        firmness: So many gaps of one's own weigh as much as everybody's spread.
    """

    middle: float
    within: float
    between: float
    firmness: float = _FIRMNESS[-1]

    @property
    def pull(self) -> float:
        """So many gaps of one's own weigh as much as everybody's mean: within / between."""
        return self.within / self.between if self.between > 0 else float("inf")

    def expected(self, waits: Waits) -> tuple[Floats, Floats]:
        """Mean and spread (standard deviation) of the logarithm of the next gap, one per wait."""
        own, pull = waits.earlier, self.pull
        middle = np.full(len(own), self.middle)
        doubt = np.ones(len(own))
        if np.isfinite(pull):
            middle = middle + (waits.log_sum - own * self.middle) / (own + pull)
            doubt = 1 + 1 / (own + pull)
        off = (waits.log_squares - waits.log_sum**2 / own.clip(min=1)).clip(min=0.0)
        variance = (off + self.firmness * self.within) / ((own - 1).clip(min=0) + self.firmness)
        return middle, np.sqrt(variance * doubt)

    def gap_days(self, waits: Waits) -> Floats:
        """The mean gap to be expected of each, were logarithms of gaps normal."""
        return np.asarray(np.exp(self.expected(waits)[0] + self.within / 2))

    def standing(self, waits: Waits, days: Floats | Ints) -> Floats:
        """How far so many days lie from what was to be expected; minus infinity for none."""
        return standing_of(days, *self.expected(waits))


def standing_of(days: Floats | Ints, middle: Floats, spread: Floats) -> Floats:
    """How far so many days lie from what was to be expected, in spreads; minus infinity for none."""
    logs = np.full(len(days), -np.inf)
    np.log(days, out=logs, where=np.asarray(days) > 0)
    # as many digits as sums of logarithms have: waits of equal length stay equal
    return np.round((logs - middle) / spread, 9)


@dataclass(frozen=True)
class Curve:
    """Which share of waits is still on, evenly between the standings at which some ended.

    Args:
        at: Standings, ascending.
        quiet: The share that is on at each; before the first all are, after the last the share that never ends.
    """

    at: Floats
    quiet: Floats

    def still_on(self, standing: Floats) -> Floats:
        """The share of waits that last longer than each standing."""
        return np.interp(standing, self.at, self.quiet)


@dataclass(frozen=True)
class Rhythm:
    """How people of one shop come back.

    Args:
        usual: What is usual.
        firsts: From how many earlier gaps on each curve holds; the first is 0.
        curves: One for each; None where too few waits have ended.
        returns: Waits that ended, of which it is made.
    """

    usual: Usual
    firsts: tuple[int, ...]
    curves: tuple[Curve | None, ...]
    returns: int

    def chances(self, waits: Waits, ahead: Sequence[int]) -> Floats:
        """The chance that each wait ends within so many days from now on; one row a wait.

        A wait that has lasted longer than any known has none. Of waits of whose kind fewer than `FEWEST_ENDED` have
        ended nothing is known (NaN).
        """
        group = np.searchsorted(self.firsts, waits.earlier, side="right") - 1
        found = np.zeros((len(waits.days), len(ahead)))
        for number, curve in enumerate(self.curves):
            rows = np.flatnonzero(group == number)
            if curve is None:
                found[rows] = np.nan
                continue
            own = waits.where(rows)
            expected = self.usual.expected(own)
            now = curve.still_on(standing_of(own.days, *expected))
            for column, days in enumerate(ahead):
                then = curve.still_on(standing_of(own.days + days, *expected))
                found[rows, column] = 1 - np.divide(then, now, out=np.ones_like(then), where=now > 0)
        return found


def rhythm_of(waits: Waits) -> Rhythm | None:
    """How waits end; None when fewer than `FEWEST_RETURNS` have.

    Args:
        waits: All of them.
    """
    returns = int(waits.has_ended.sum())
    if returns < FEWEST_RETURNS:
        return None
    usual = usual_of(waits)
    standing = np.concatenate([_part_standing(usual, waits, begin) for begin in range(0, len(waits.days), _AT_ONCE)])
    firsts = _groups(waits)
    group = np.searchsorted(firsts, waits.earlier, side="right") - 1
    curves = tuple(
        curve_of(standing[group == number], waits.has_ended[group == number]) for number in range(len(firsts))
    )
    return Rhythm(usual, firsts, curves, returns)


def _part_standing(usual: Usual, waits: Waits, begin: int) -> Floats:
    """The standing of some waits at the end of each: what is reckoned on the way is as long as these only."""
    some = slice(begin, begin + _AT_ONCE)
    part = Waits(
        waits.earlier[some], waits.log_sum[some], waits.log_squares[some], waits.days[some], waits.has_ended[some]
    )
    return usual.standing(part, part.days)


def usual_of(waits: Waits) -> Usual:
    """What is usual, from the gaps of everybody who has made any: an analysis of variance among unequal groups.

    Args:
        waits: All of them; at least one has ended.
    """
    last = waits.where(~waits.has_ended & (waits.earlier > 0))
    n, means = last.earlier.astype(np.float64), last.log_sum / last.earlier
    people, gaps = len(n), float(n.sum())
    grand = float(last.log_sum.sum()) / gaps
    if gaps > people:
        off = (last.log_squares - last.log_sum * means).clip(min=0.0)
        within = max(float(off.sum()) / (gaps - people), _LEAST_WITHIN)
    else:
        within = max(float(((means - grand) ** 2).mean()), _LEAST_WITHIN)
    between = 0.0
    if 1 < people < gaps:
        evened = (gaps - float((n**2).sum()) / gaps) / (people - 1)
        spread = float((n * (means - grand) ** 2).sum()) / (people - 1)
        between = max(0.0, (spread - within) / evened)
    weight = n / (n * between + within)
    usual = Usual(float((weight * means).sum() / weight.sum()), within, between)
    return _firmest(usual, waits)


def curve_of(standing: Floats, has_ended: Flags) -> Curve | None:
    """The share of waits that are still on, by standing: those that still last count as long as they have lasted.

    Steps are rounded off by a normal kernel, so that a window does not settle on the accidents of few waits; its width
    is Silverman's (1986) for as many waits as ended.

    Args:
        standing: Of the end of each wait, or of now.
        has_ended: Which have; None when fewer than `FEWEST_ENDED`.
    """
    if int(has_ended.sum()) < FEWEST_ENDED:
        return None
    at, ended = np.unique(standing[has_ended], return_counts=True)
    on = len(standing) - np.searchsorted(np.sort(standing), at, side="left")
    known = on >= FEWEST_WAITING
    at, ended = at[known], ended[known]
    # as if one more wait had lasted for ever: nobody is sure to come back
    quiet = np.cumprod(1 - ended / (on[known] + 1), dtype=np.float64)
    if not len(at):
        return Curve(np.zeros(1), np.ones(1))
    width = _width(at, ended)
    if len(at) > _MOST_STEPS:
        some = np.linspace(0, len(at) - 1, _MOST_STEPS).round().astype(np.int64)
        at, quiet = at[some], quiet[some]
    return _rounded(at, quiet, width=width)


def _width(at: Floats, ended: Ints) -> float:
    """0.9 times the spread, or the middle half's, over the fifth root of how many (Silverman 1986)."""
    mean = float(np.average(at, weights=ended))
    spread = float(np.sqrt(np.average((at - mean) ** 2, weights=ended)))
    reached = np.cumsum(ended) / ended.sum()
    low, high = (float(at[np.searchsorted(reached, share)]) for share in (0.25, 0.75))
    narrow = min(spread, (high - low) / 1.34) or spread
    return float(0.9 * narrow * float(ended.sum()) ** -0.2)


def _rounded(at: Floats, quiet: Floats, *, width: float) -> Curve:
    """A falling staircase with its steps spread out by a normal kernel."""
    if width <= 0:
        return Curve(np.repeat(at, 2), np.stack([np.concatenate([[1.0], quiet[:-1]]), quiet], axis=1).ravel())
    from scipy.special import ndtr

    steps = -np.diff(quiet, prepend=1.0)
    grid = np.linspace(at[0] - _REACH * width, at[-1] + _REACH * width, _GRID)
    lost = np.array([float((steps * ndtr((place - at) / width)).sum()) for place in grid])
    return Curve(grid, 1 - lost)


def _groups(waits: Waits) -> tuple[int, ...]:
    """Where groups of waits begin; one of later waits with too few that ended goes with the one before it.

    Waits after the first purchase stay apart whatever their number: those who came back say nothing of who may not.
    """
    first, second, third = _GROUPS
    ended = waits.earlier[waits.has_ended]
    is_apart = min(int(((ended >= second) & (ended < third)).sum()), int((ended >= third).sum())) >= FEWEST_RETURNS
    return (first, second, third) if is_apart else (first, second)


def _firmest(usual: Usual, waits: Waits) -> Usual:
    """The same with the firmness by which the gaps that came were likeliest (Student's t)."""
    from scipy.special import gammaln

    rows = np.flatnonzero(waits.has_ended & (waits.earlier > 1))
    if len(rows) < FEWEST_RETURNS:
        return usual
    if len(rows) > _MOST_SCORED:
        order = rows[np.argsort(_mixed(waits, rows), kind="stable")]
        rows = order[np.linspace(0, len(order) - 1, _MOST_SCORED).round().astype(np.int64)]
    came = waits.where(rows)
    best, highest = usual, -np.inf
    for firmness in _FIRMNESS:
        tried = Usual(usual.middle, usual.within, usual.between, firmness)
        middle, spread = tried.expected(came)
        freedom = came.earlier - 1 + firmness
        off = (np.log(came.days) - middle) / spread
        logs = gammaln((freedom + 1) / 2) - gammaln(freedom / 2) - 0.5 * np.log(freedom) - np.log(spread)
        score = float((logs - (freedom + 1) / 2 * np.log1p(off**2 / freedom)).sum())
        if score > highest:
            best, highest = tried, score
    return best


def _mixed(waits: Waits, rows: Ints) -> NDArray[np.uint64]:
    """A number of each wait that depends on nothing but it: sorted by it, equal ones lie together, others anyhow."""
    mixed = np.zeros(len(rows), dtype=np.uint64)
    # sums of logarithms differ in their last digits by where they stand
    for values, digits in ((waits.earlier, 0), (waits.days, 0), (waits.log_sum, 6), (waits.log_squares, 6)):
        whole = np.rint(values[rows] * 10.0**digits).astype(np.int64).view(np.uint64)
        mixed = (mixed ^ whole) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    return mixed
