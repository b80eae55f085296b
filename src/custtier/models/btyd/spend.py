"""Gamma-Gamma: what an order of each customer brings on average, drawn towards what it brings in the whole shop.

An order's amount is gamma(p, ν), ν is gamma(q, γ) over customers and has nothing to do with how often they buy. Source:
Fader, Hardie & Lee, Journal of Marketing Research 42(4), 2005; Fader & Hardie, note 025, 2013.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import digamma, gammaln

from custtier.models.btyd.gammas import log_rising
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

    @cached_property
    def total(self) -> Floats:
        """What the amounts of each come to."""
        return np.asarray(self.orders * self.mean)

    @cached_property
    def _by_number(self) -> tuple[Ints, Ints]:
        numbers, index = np.unique(self.orders, return_inverse=True)
        return numbers, index

    @property
    def numbers(self) -> Ints:
        """The distinct numbers of amounts."""
        return self._by_number[0]

    def summed(self, values: Floats) -> Floats:
        """Sums of values over those with each number of amounts."""
        return np.bincount(self._by_number[1], weights=values, minlength=len(self.numbers)).astype(np.float64)

    @cached_property
    def n_of_number(self) -> Floats:
        """Customers with each number of amounts."""
        return self.summed(self.count.astype(np.float64))

    @cached_property
    def log_mean(self) -> Floats:
        """Sums of the logarithms of their means."""
        return self.summed(np.asarray(self.count * np.log(self.mean)))


def spend_likelihood(at: Floats, spent: Spent) -> tuple[float, Floats]:
    """The log-likelihood of the means, and its gradient.

    Args:
        at: p, q, γ.
        spent: What customers spent.
    """
    p, q, gamma = at
    x, n = spent.numbers, spent.n_of_number
    rest = gamma + spent.total
    # the logarithm of (γ + total) / γ: where customers are nearly alike both are huge, and differ by little
    over = spent.summed(np.asarray(spent.count * np.log1p(spent.total / gamma)))
    shape = p * x + q
    known = log_rising(q, p * x) - gammaln(p * x) + p * x * (np.log(x) - np.log(gamma))
    value = n * known + (p * x - 1) * spent.log_mean - shape * over
    log_rest = n * np.log(gamma) + over
    by_p = x * (n * (digamma(shape) - digamma(p * x) + np.log(x)) + spent.log_mean - log_rest)
    by_q = n * (digamma(shape) - digamma(q)) - over
    parts = q / gamma * spent.summed(np.asarray(spent.count * spent.total / rest))
    by_gamma = parts - p * x * spent.summed(np.asarray(spent.count / rest))
    return float(value.sum()), np.array([float(one.sum()) for one in (by_p, by_q, by_gamma)])


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
