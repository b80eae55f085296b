"""What all customers together will bring, and between which sums that will stay in 9 of 10 cases.

Two things make it uncertain: what customers do by chance (the variance of orders and of what they bring, summed, so
that it is small against a large total), and that the parameters are estimated (draws from their covariance). Of margins
also which share of sales they are: of each customer, and of all.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from custtier.models.btyd.fits import SPEND_SCALE, scale_of
from custtier.models.btyd.future import expected_orders, order_moments
from custtier.models.btyd.histories import Floats
from custtier.models.btyd.spend import spend_likelihood
from custtier.models.btyd.sums import Sums
from custtier.models.btyd.uncertainty import drawn
from custtier.models.credibility import Shares
from custtier.views.modelled import Modelled
from custtier.views.value.spending import Spending

DRAWS: Final = 100
_SEED: Final = 0
_MOST: Final = 4_000
"""Draws are reckoned for so many customers, and carried over to all."""

Range = tuple[float, float]
_UNKNOWN: Final[Range] = (float("nan"), float("nan"))


@dataclass(frozen=True)
class Forecast:
    """What is expected of each customer and of all.

    Args:
        alive: The chance that each is still a customer.
        orders: Expected of each.
        spend: What each order of theirs brings, minor units.
        sales: Expected of each, minor units.
        sales_range: In 9 of 10 cases what all bring lies between these, minor units; NaN where the parameters'
            uncertainty is not known.
        margin_range: The same of the margin; NaN where no shares are given.
    """

    alive: Floats
    orders: Floats
    spend: Floats
    sales: Floats
    sales_range: Range
    margin_range: Range


@dataclass(frozen=True)
class _Sum:
    """What all customers bring of something.

    Args:
        total: Expected, minor units.
        of_sales: Its share of each customer's sales.
        variance: Of the total by chance.
        least: It cannot be less.
    """

    total: float
    of_sales: Floats
    variance: float
    least: float


def forecast(state: Modelled, spending: Spending, *, horizon: float, margins: Shares | None = None) -> Forecast:
    """What customers are expected to bring.

    Args:
        state: The customers and the model of their orders.
        spending: What an order brings.
        horizon: Days.
        margins: Which share of sales is margin.
    """
    model, at, past = state.fit.model, state.fit.at, state.past
    histories, index = past.histories, past.index
    mean, square = order_moments(model, at, histories, horizon=horizon)
    orders, spend = mean[index], spending.expected()
    sales = orders * spend
    one, theirs = spending.spread()
    spread = orders * one + square[index] * theirs + (square - mean**2)[index].clip(min=0) * spend**2
    sums = [_Sum(float(sales.sum()), np.ones(len(sales)), float(spread.sum()), 0.0)]
    if margins is not None:
        # of a sum of sales S: its chance, that of the share of single sales, and what is not known of the share
        by_share = margins.own**2 * spread + margins.noise * sales + margins.spread * (spread + sales**2)
        drawn_in = float(((1 - margins.weights) * sales).sum())
        variance = float(by_share.sum()) + drawn_in**2 * margins.overall_variance
        sums.append(_Sum(float((sales * margins.own).sum()), margins.own, variance, -np.inf))
    ranges = _ranges(state, spending, horizon=horizon, sums=sums)
    margin_range = ranges[1] if margins is not None else _UNKNOWN
    return Forecast(model.alive(at, histories)[index], orders, spend, sales, ranges[0], margin_range)


def _ranges(state: Modelled, spending: Spending, *, horizon: float, sums: list[_Sum]) -> list[Range]:
    """The 5 % and the 95 % of totals, the first that of sales, over draws of parameters and of chance."""
    past, fit = state.past, state.fit
    size = past.customers.height
    rng = np.random.default_rng(_SEED)
    own = past.known
    order = np.lexsort((spending.mean, own.T, own.t_x, own.x))
    rows = order[np.sort(rng.choice(size, min(size, _MOST), replace=False))]
    fitted = Sums(state.fitted_histories)
    parameters = drawn(
        fit.optimum,
        scale_of(fit.model, unit=fitted.mean_T),
        draws=DRAWS,
        seed=_SEED,
        likelihood=lambda at: fit.model.log_likelihood(at, fitted)[0],
    )
    if not len(parameters) or sums[0].total <= 0:
        return [_UNKNOWN] * len(sums)
    spends = np.empty((0, 3))
    if spending.optimum is not None and spending.optimum.has_converged:
        spends = drawn(
            spending.optimum,
            SPEND_SCALE,
            draws=DRAWS,
            seed=_SEED + 1,
            likelihood=lambda at: spend_likelihood(at, spending.spent)[0],
        )
    histories = past.histories.taken(past.index[rows])
    here = expected_orders(fit.model, fit.at, histories, horizon=horizon) * spending.expected(rows=rows)
    moved = []
    for number, at in enumerate(parameters):
        spend = spending.expected(spends[number] if len(spends) else None, rows)
        moved.append(expected_orders(fit.model, at, histories, horizon=horizon) * spend - here)
    # those looked at stand for all, in proportion to what they bring
    each = sums[0].total / float(here.sum())
    chance = rng.standard_normal(DRAWS * 20)
    found = []
    for one in sums:
        totals = np.array([one.total + each * float((apart * one.of_sales[rows]).sum()) for apart in moved])
        low, high = np.quantile(np.repeat(totals, 20) + chance * np.sqrt(one.variance), [0.05, 0.95])
        found.append((max(float(low), one.least), float(high)))
    return found
