"""How much customers bring in the days ahead: purchase days and net sales that each rule and model expects."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from custtier.models.btyd.fits import Fit
from custtier.models.btyd.future import expected_orders
from custtier.models.judging import Floats
from custtier.periods import day_of
from custtier.views.backtest.origins import Origin
from custtier.views.basis import Basis, basis_of
from custtier.views.histories import times_back
from custtier.views.value.spending import spending_of

SIMPLE: Final = "last-period"
RATE: Final = "rate"


@dataclass(frozen=True)
class Amounts:
    """What is expected of the customers of an origin.

    Args:
        orders: Purchase days.
        sales: Net sales, minor units.
    """

    orders: Floats
    sales: Floats


def by_last_period(origin: Origin, basis: Basis) -> Amounts:
    """They come back as often as in as many days before, for their own average; in proportion where fewer are known."""
    days = int(min(origin.horizon, max(origin.past.known.span, 1.0)))
    then = basis_of(basis.facts, scope=basis.scope, as_of=day_of(origin.day))
    back = times_back(then, origin.past.customers, since_day=origin.day - days + 1)
    orders = back.cast(pl.Float64).to_numpy() * (origin.horizon / days)
    return Amounts(orders, orders * _own_average(origin))


def by_rate(origin: Origin) -> Amounts:
    """They go on as often as since their first purchase, for their own average."""
    known = origin.past.known
    orders = np.where(known.T > 0, known.x / np.maximum(known.T, 1.0), 0.0) * origin.horizon
    return Amounts(orders, orders * _own_average(origin))


def by_models(fits: dict[str, Fit], origin: Origin) -> dict[str, Amounts]:
    """What the models of an origin expect; what a purchase day brings is the same for all (Gamma-Gamma)."""
    if not fits:
        return {}
    spend = spending_of(origin.past.customers).expected()
    histories, index = origin.past.grouped
    found = {}
    for name, fit in fits.items():
        orders = expected_orders(fit.model, fit.at, histories, horizon=float(origin.horizon))[index]
        found[name] = Amounts(orders, orders * spend)
    return found


def _own_average(origin: Origin) -> Floats:
    customers = origin.past.customers
    return (customers["net_sales"] / customers["purchase_days"]).to_numpy()
