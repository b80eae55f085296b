"""What all customers together will bring, and between which sums that will stay in 9 of 10 cases.

Two things make it uncertain: what customers do by chance (the variance of orders and of what they bring, summed, so
that it is small against a large total), and that the parameters are estimated (draws from their covariance).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from custtier.models.btyd.fits import SPEND_SCALE, Fit, scale_of
from custtier.models.btyd.future import expected_orders, order_moments
from custtier.models.btyd.histories import Floats
from custtier.models.btyd.uncertainty import drawn
from custtier.views.histories import Past
from custtier.views.value.spending import Spending

DRAWS: Final = 100
_SEED: Final = 0
_MOST: Final = 4_000
"""Draws are reckoned for so many customers, and carried over to all."""


@dataclass(frozen=True)
class Forecast:
    """What is expected of each customer and of all.

    Args:
        alive: The chance that each is still a customer.
        orders: Expected of each.
        spend: What each order of theirs brings, minor units.
        sales: Expected of each, minor units.
        total_low: In 9 of 10 cases all bring more, minor units; NaN where the parameters' uncertainty is not known.
        total_high: In 9 of 10 cases all bring less; both ends together hold 90 %.
    """

    alive: Floats
    orders: Floats
    spend: Floats
    sales: Floats
    total_low: float
    total_high: float


def forecast(past: Past, fit: Fit, spending: Spending, *, horizon: float) -> Forecast:
    """What customers are expected to bring.

    Args:
        past: The customers.
        fit: The model of their orders.
        spending: What an order brings.
        horizon: Days.
    """
    model, at, histories, index = fit.model, fit.at, past.histories, past.index
    mean, square = order_moments(model, at, histories, horizon=horizon)
    orders, spend = mean[index], spending.expected()
    sales = orders * spend
    one, theirs = spending.spread()
    variance = float((orders * one + square[index] * theirs + (square - mean**2)[index].clip(min=0) * spend**2).sum())
    low, high = _range(past, fit, spending, horizon=horizon, total=float(sales.sum()), variance=variance)
    return Forecast(model.alive(at, histories)[index], orders, spend, sales, low, high)


def _range(
    past: Past, fit: Fit, spending: Spending, *, horizon: float, total: float, variance: float
) -> tuple[float, float]:
    """The 5 % and the 95 % of the total over draws of parameters and of chance."""
    size = past.customers.height
    rng = np.random.default_rng(_SEED)
    own = past.known
    order = np.lexsort((spending.mean, own.T, own.t_x, own.x))
    rows = order[np.sort(rng.choice(size, min(size, _MOST), replace=False))]
    parameters = drawn(fit.optimum, scale_of(fit.model), draws=DRAWS, seed=_SEED)
    if not len(parameters) or total <= 0:
        return float("nan"), float("nan")
    spends = np.empty((0, 3))
    # along a ridge without an end draws go astray, while what is expected hardly changes
    if spending.optimum is not None and spending.is_settled:
        spends = drawn(spending.optimum, SPEND_SCALE, draws=DRAWS, seed=_SEED + 1)
    histories = past.histories.taken(past.index[rows])
    here = expected_orders(fit.model, fit.at, histories, horizon=horizon)
    base = float((here * spending.expected(rows=rows)).sum())
    totals = []
    for number, at in enumerate(parameters):
        spend = spending.expected(spends[number] if len(spends) else None, rows)
        orders = expected_orders(fit.model, at, histories, horizon=horizon)
        totals.append(total * float((orders * spend).sum()) / base)
    noise = rng.standard_normal(DRAWS * 20) * np.sqrt(variance)
    low, high = np.quantile(np.repeat(totals, 20) + noise, [0.05, 0.95])
    return max(float(low), 0.0), float(high)
