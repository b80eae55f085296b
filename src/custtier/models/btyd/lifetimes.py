"""Pareto/NBD: customers buy at a rate that is gamma(r, α), and leave at any time at one that is gamma(s, β).

Source: Schmittlein, Morrison & Colombo, Management Science 33(1), 1987. The time of leaving is integrated out by
Gauss-Legendre quadrature over its logarithm instead of by the hypergeometric function, so that neither large x nor α
near β needs care, and the gradient comes from the same nodes.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import digamma

from custtier.models.btyd.gammas import log_rising
from custtier.models.btyd.histories import Floats, Histories
from custtier.models.btyd.sums import Sums

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(48)
_AT: Final[Floats] = (_NODES + 1) / 2
_WEIGHT: Final[Floats] = _WEIGHTS / 2
_ENOUGH: Final = 45.0
"""Beyond e to the minus this the rest of an integral is nothing."""


@dataclass(frozen=True)
class _Ends:
    """How each history may have ended: logarithms of the weights of staying, and of leaving at each node.

    Args:
        log_here: Stayed to T.
        log_left: Left between t_x and T.
        times: Nodes, one row a history.
        shares: Of `log_left`, at each node.
    """

    log_here: Floats
    log_left: Floats
    times: Floats
    shares: Floats


class Lifetimes:
    """Pareto/NBD."""

    name = "pareto-nbd"
    parameters = ("r", "alpha", "s", "beta")
    k = 1

    def log_likelihood(self, at: Floats, sums: Sums) -> tuple[float, Floats]:
        """The log-likelihood of all customers, and its gradient.

        Args:
            at: r, α, s, β.
            sums: Of the histories.
        """
        r, alpha, s, beta = at
        own, n, customers = sums.histories, sums.n_of_x, sums.customers
        ends = _ends(at, own)
        total = np.logaddexp(ends.log_here, ends.log_left)
        shares = ends.shares * np.exp(ends.log_left - total)[:, None]
        here = np.exp(ends.log_here - total)
        left = shares.sum(axis=1)
        known = (n * log_rising(r, sums.x)).sum() + customers * (r * np.log(alpha) + s * np.log(beta))
        value = known + (own.count * total).sum()
        log_a, log_b = np.log(alpha + ends.times), np.log(beta + ends.times)
        shape = r + own.x
        by_r = (n * (digamma(r + sums.x) - digamma(r))).sum() + customers * np.log(alpha)
        by_r -= (own.count * (here * np.log(alpha + own.T) + (shares * log_a).sum(axis=1))).sum()
        over_a = here / (alpha + own.T) + (shares / (alpha + ends.times)).sum(axis=1)
        by_alpha = customers * r / alpha - (own.count * shape * over_a).sum()
        by_s = customers * np.log(beta) + (own.count * left).sum() / s
        by_s -= (own.count * (here * np.log(beta + own.T) + (shares * log_b).sum(axis=1))).sum()
        over_b = s * here / (beta + own.T) + ((s + 1) * shares / (beta + ends.times)).sum(axis=1)
        by_beta = customers * s / beta - (own.count * over_b).sum()
        return float(value), np.array([by_r, by_alpha, by_s, by_beta])

    def alive(self, at: Floats, histories: Histories) -> Floats:
        """The chance that somebody with each history is still a customer."""
        ends = _ends(at, histories)
        return np.asarray(np.exp(ends.log_here - np.logaddexp(ends.log_here, ends.log_left)))


def _ends(at: Floats, histories: Histories) -> _Ends:
    r, alpha, s, beta = at
    shape = r + histories.x
    log_here = -shape * np.log(alpha + histories.T) - s * np.log(beta + histories.T)
    # in u = log(base + time) both powers are nearly straight lines; what is past `_ENOUGH` of falling adds nothing
    base = min(alpha, beta)
    low, high = np.log(base + histories.t_x), np.log(base + histories.T)
    falls = shape * (base + histories.t_x) / (alpha + histories.t_x)
    falls = falls + (s + 1) * (base + histories.t_x) / (beta + histories.t_x) - 1
    high = np.where(falls > 0, np.minimum(high, low + _ENOUGH / np.maximum(falls, 1e-9)), high)
    width = high - low
    u = low[:, None] + width[:, None] * _AT
    times = np.exp(u) - base
    log_f = -shape[:, None] * np.log(alpha + times) - (s + 1) * np.log(beta + times) + u
    with np.errstate(divide="ignore"):
        log_parts = log_f + np.log(width[:, None] * _WEIGHT) + np.log(s)
    top = log_parts.max(axis=1)
    top = np.where(np.isfinite(top), top, 0.0)
    parts = np.exp(log_parts - top[:, None])
    total = parts.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.where(total[:, None] > 0, parts / total[:, None], 0.0)
        return _Ends(log_here, np.log(total) + top, times, shares)
