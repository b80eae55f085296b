"""Gamma-Gamma: what an order of each customer brings on average, drawn towards what it brings in the whole shop.

An order's amount is gamma(p, ν), ν is gamma(q, γ) over customers and has nothing to do with how often they buy. Source:
Fader, Hardie & Lee, Journal of Marketing Research 42(4), 2005; Fader & Hardie, note 025, 2013.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import digamma, gammaln

from custtier.models.btyd.histories import Floats, Ints


@dataclass(frozen=True)
class Spent:
    """What customers spent.

    Args:
        orders: How many amounts each mean is of, at least 1.
        mean: Above 0.
        count: Customers with these two.
    """

    orders: Ints
    mean: Floats
    count: Ints

    @property
    def customers(self) -> int:
        """How many."""
        return int(self.count.sum())


def spend_likelihood(at: Floats, spent: Spent) -> tuple[float, Floats]:
    """The log-likelihood of the means, and its gradient.

    Args:
        at: p, q, γ.
        spent: What customers spent.
    """
    p, q, gamma = at
    x, n = spent.orders, spent.count
    log_mean, shape = np.log(spent.mean), p * x + q
    log_rest = np.log(gamma + x * spent.mean)
    value = gammaln(shape) - gammaln(p * x) - gammaln(q) + q * np.log(gamma) + (p * x - 1) * log_mean
    value = value + p * x * np.log(x) - shape * log_rest
    by_p = x * (digamma(shape) - digamma(p * x) + log_mean + np.log(x) - log_rest)
    by_q = digamma(shape) - digamma(q) + np.log(gamma) - log_rest
    by_gamma = q / gamma - shape / (gamma + x * spent.mean)
    return float((n * value).sum()), np.array([float((n * one).sum()) for one in (by_p, by_q, by_gamma)])


def expected_spend(at: Floats, *, orders: Ints, mean: Floats) -> Floats:
    """What an order of each customer is expected to bring.

    Args:
        at: p, q, γ; with q up to 1 the shop's mean has no end, and who has few orders gets an infinite one.
        orders: How many amounts their mean is of; with 0 they get the shop's.
        mean: Of these.
    """
    p, q, gamma = at
    shape = p * orders + q - 1
    total = p * (gamma + np.where(orders > 0, orders * mean, 0.0))
    with np.errstate(divide="ignore"):
        return np.asarray(np.where(shape > 0, total / np.where(shape > 0, shape, 1.0), np.inf))
