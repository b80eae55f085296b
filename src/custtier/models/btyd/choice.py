"""Which models a shop's customers can carry: whether any, how regularly they buy, whom to fit, whether a fit is of use.

Sources: Wheat & Morrison, Journal of Marketing Research 27(1), 1990 (regularity from two gaps); Schmittlein, Morrison &
Colombo 1987 and Fader & Hardie (customers must be known from their first purchase on).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from custtier.models.btyd.fits import MODELS, Fit, fitted
from custtier.models.btyd.future import Model
from custtier.models.btyd.histories import Flags, Floats, Ints, histories_of

FEWEST_REPEATERS: Final = 100
"""With fewer who bought again, parameters say nothing."""
SHORTEST_DAYS: Final = 90
"""A shorter time tells who buys often from who stays no better than chance."""
SHORTEST_GAPS: Final = 4
"""So many median gaps have to fit into the time."""
_FEWEST_PAIRS: Final = 50
_MOST_REGULAR: Final = 4
_RUSH: Final = 2.0
"""So many times the later rate of new customers in the first days: most of these had bought before."""
_FEWEST_ARRIVALS: Final = 50


@dataclass(frozen=True)
class Known:
    """What is known of the customers of a shop, in days.

    Args:
        x: Purchase days after the first, one per customer as the next two.
        t_x: Days from the first to the last.
        T: Days from the first to the end.
        gap_days: The distinct days between purchase days of one customer.
        gap_counts: How often each occurs.
        last_gaps: The last two of each customer with two or more, one row each.
    """

    x: Ints
    t_x: Floats
    T: Floats
    gap_days: Floats
    gap_counts: Ints | Floats
    last_gaps: Floats = field(default_factory=lambda: np.empty((0, 2)))

    @property
    def span(self) -> float:
        """Days from the first purchase of anybody to the end."""
        return float(self.T.max(initial=0.0))

    @property
    def log_gaps(self) -> float:
        """The sum of the logarithms of all gaps."""
        return float((np.log(self.gap_days) * self.gap_counts).sum())

    def gap_quantile(self, share: float) -> float | None:
        """The smallest gap that so large a share of the gaps does not exceed; None without a gap."""
        return gap_quantile(self.gap_days, self.gap_counts, share=share)


@dataclass(frozen=True)
class Unsupported:
    """Why no model can be fitted.

    Args:
        reason: `few_repeaters`, `short_history` or `long_gaps`.
        figures: What was found, and what is needed.
    """

    reason: str
    figures: Mapping[str, float]


def gap_quantile(days: Floats, counts: Ints | Floats, *, share: float) -> float | None:
    """The smallest gap that so large a share of the gaps does not exceed; None without a gap.

    Args:
        days: Distinct gaps.
        counts: How often each occurs.
        share: 0–1.
    """
    if not len(days):
        return None
    order = np.argsort(days)
    reached = np.cumsum(counts[order])
    return float(days[order][np.searchsorted(reached, share * reached[-1])])


def unsupported(known: Known) -> Unsupported | None:
    """Why these customers can carry no model; None when they can."""
    repeaters = int((known.x > 0).sum())
    if repeaters < FEWEST_REPEATERS:
        return Unsupported("few_repeaters", {"found": repeaters, "needed": FEWEST_REPEATERS})
    if known.span < SHORTEST_DAYS:
        return Unsupported("short_history", {"found": known.span, "needed": SHORTEST_DAYS})
    gap = known.gap_quantile(0.5) or 0.0
    if known.span < SHORTEST_GAPS * gap:
        return Unsupported("long_gaps", {"found": known.span, "needed": SHORTEST_GAPS * gap, "gap": gap})
    return None


def regularity(last_gaps: Floats) -> float | None:
    """How regular gaps are: 1 for none (exponential), k for Erlang-k; None with too few pairs.

    The share that one of two gaps has in both is beta(k, k) whatever the customer's rate, with variance 1 / (4(2k+1))
    around a half (Wheat & Morrison 1990).

    Args:
        last_gaps: Two gaps of each customer, one row each.
    """
    if len(last_gaps) < _FEWEST_PAIRS:
        return None
    variance = float(((last_gaps[:, 0] / last_gaps.sum(axis=1) - 0.5) ** 2).mean())
    return (1 - 4 * variance) / (8 * variance) if variance > 1e-9 else float("inf")


def nearest_k(found: float | None) -> int:
    """The k of the models that stand nearest to a regularity: 1 to 4."""
    return 1 if found is None else int(np.clip(np.floor(found + 0.5), 1, _MOST_REGULAR))


def candidates(k: int) -> tuple[str, ...]:
    """The names of the models to be tried, the plainest first.

    Args:
        k: Of `nearest_k`.
    """
    plain = ("nbd", "bg-nbd", "mbg-nbd", "pareto-nbd")
    return plain if k == 1 else ("nbd", "mbg-nbd", f"bg-cnbd-{k}", f"mbg-cnbd-{k}")


def burn_in(known: Known) -> float:
    """Days from the first purchase in the data that hold unusually many first purchases; 0 when it does not look so.

    Data that begins in the middle of a shop's life shows old customers as new ones: whoever is active is first seen
    within a usual gap or so. The days looked at are those that nine of ten gaps do not exceed, at most a third of all.
    A group that was let in at once, with nobody new after it, is none: there is no later rate to compare with.
    """
    gap = known.gap_quantile(0.9)
    if gap is None or known.span <= 0:
        return 0.0
    days = float(np.clip(gap, min(14.0, known.span / 3), known.span / 3))
    seen = known.span - known.T
    first = int((seen < days).sum())
    second = int(((seen >= days) & (seen < 2 * days)).sum())
    later = int((seen >= days).sum())
    if min(first, later) < _FEWEST_ARRIVALS:
        return 0.0
    later_rate = later / (known.span - days)
    is_rush = first / days > _RUSH * later_rate and first > 1.5 * second
    return days if is_rush else 0.0


def first_seen_after(known: Known, *, days: float) -> Flags:
    """Whose first purchase lies at least so many days after the first in the data."""
    return known.span - known.T >= days


def fit_to(model: Model, known: Known, rows: Flags | None = None) -> Fit:
    """The model fitted to customers.

    Args:
        model: One of `MODELS`.
        known: Everyone.
        rows: Those to be fitted; None for all. Their share of the gaps' logarithms is taken for that of their repeats.
    """
    if rows is None:
        return fitted(model, histories_of(known.x, known.t_x, known.T, log_gaps=known.log_gaps)[0])
    repeats = int(known.x.sum())
    share = int(known.x[rows].sum()) / repeats if repeats else 0.0
    own = histories_of(known.x[rows], known.t_x[rows], known.T[rows], log_gaps=known.log_gaps * share)[0]
    return fitted(model, own)


def usable(fit: Fit) -> bool:
    """Whether a fit says something: the search has ended.

    A parameter at a bound stands for a plainer model, such as one whose customers are all alike: `edges` names it.
    """
    return fit.optimum.has_converged


def edges(fit: Fit) -> tuple[str, ...]:
    """In what customers do not differ, or what the data says no more about: the parameters that ended at a bound.

    Returns:
        Of `rate` (how often they buy), `leaving` (how soon they leave).
    """
    names = dict.fromkeys("rate" if place < 2 else "leaving" for place in fit.optimum.at_bound)
    return tuple(names)


def model_named(name: str) -> Model:
    """The model of a name of `MODELS`."""
    return MODELS[name]
