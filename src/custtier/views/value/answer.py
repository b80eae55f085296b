"""What each customer and all of them will bring, by the model that was right before, and how far off that may be."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from custtier.facts import Facts
from custtier.metrics.scope import Scope
from custtier.models.btyd.contest import SIMPLE
from custtier.models.btyd.future import buys_again, discounted_orders
from custtier.models.btyd.histories import Floats
from custtier.models.btyd.uncertainty import order_range
from custtier.views.basis import Basis, basis_of, customers_of
from custtier.views.fitted import Fitting, fitted_anew
from custtier.views.histories import Past, past_of, times_back
from custtier.views.margins import MarginShares
from custtier.views.modelled import Modelled, Refused, check_model
from custtier.views.people import with_people
from custtier.views.value.margin import (
    MARGIN_COLUMNS,
    ends,
    margin_figures,
    margin_of,
    on_margin,
    with_margin,
    with_margin_range,
)
from custtier.views.value.portfolio import Forecast, forecast
from custtier.views.value.remarks import remarks, tables_of
from custtier.views.view import View

LOW: Final = 0.05
HIGH: Final = 0.95
_MONTH: Final = 30
_YEAR: Final = 365

COLUMNS: Final = (
    "customer_id",
    "name",
    "phone",
    "last_order_on",
    "order_count",
    "net_sales",
    "p_alive",
    "buy_chance",
    "expected_orders",
    "orders_low",
    "orders_high",
    "expected_spend",
    "expected_sales",
    "sales_low",
    "sales_high",
    "purchase_days",
    "platforms",
)
"""Columns of the table `customers`."""


@dataclass(frozen=True)
class Asked:
    """What is asked of the coming days.

    Args:
        horizon_days: How many.
        model: Name of a model, or of the simplest rule; None for the one that did best.
        discount: By which share money is worth less a year later; None for none.
        with_margin: Whether margin is asked for beside sales, and goes before it.
    """

    horizon_days: int = _YEAR
    model: str | None = None
    discount: float | None = None
    with_margin: bool = False


def value(
    facts: Facts,
    *,
    asked: Asked,
    as_of: date | None = None,
    scope: Scope | None = None,
    fitting: Fitting = fitted_anew,
    rows: int | None = None,
) -> View:
    """What customers are expected to bring in the coming days, those who bring most first.

    An order is a day with a purchase. Ranges of one customer hold 9 of 10 cases of the chance of their orders; the
    range of the total holds the chance of all and the uncertainty of the parameters. Expected margin is expected sales
    times the customer's share of `views.margins.margin_shares`.

    Args:
        facts: Orders, refunds and customers.
        asked: About which days, by which model.
        as_of: Last day observed; None for the last day known.
        scope: Which orders are used.
        fitting: Gives the model, fitted now or before.
        rows: How many rows of `customers` will be shown; None for all.

    Returns:
        Tables `customers` (`COLUMNS`, with margin `MARGIN_COLUMNS` behind `sales_high`), `forecasters` (how models did
        on the shop's own past) and `parameters`.

    Raises:
        CusttierError: `unknown-model`, `no-costs`, `few-costs`, and those of `basis_of` and `customers_of`.
    """
    check_model(asked.model)
    basis = basis_of(facts, scope=scope or Scope(), as_of=as_of)
    past = past_of(basis)
    found = customers_of(basis, past.everyone)
    margin = margin_of(basis, past) if asked.with_margin else None
    fitted = fitting(basis, past, asked.model)
    state = fitted.state
    if isinstance(state, Refused):
        table, told = _by_simple_rule(basis, past, asked=asked, margin=margin), None
        listed = _shown(table, facts=facts, asked=asked, rows=rows)
        remarked = remarks(state, None, horizon_days=asked.horizon_days)
    else:
        shares = margin.shares if margin else None
        told = forecast(state, fitted.spending, horizon=asked.horizon_days, margins=shares)
        table = _with_forecast(past, state, told, asked=asked, margin=margin)
        shown = _shown(table, facts=facts, asked=asked, rows=rows)
        listed = _with_ranges(shown, past, state, horizon=asked.horizon_days)
        remarked = remarks(state, fitted.spending, horizon_days=asked.horizon_days)
    return View(
        command="value",
        parameters={
            "horizon": asked.horizon_days,
            "model": asked.model,
            "discount": asked.discount,
            "margin": asked.with_margin,
        },
        summary={**_summary(table, state, told, asked=asked, margin=margin), **found.unattributed},
        tables={"customers": _columns(listed, asked), **tables_of(state)},
        heights={"customers": table.height},
        notes=(*found.notes, *remarked, *on_margin(margin)),
        as_of=basis.as_of,
        data_through=facts.extent.data_through,
        currency=basis.currency,
    )


def _summary(
    table: pl.DataFrame, state: Modelled | Refused, told: Forecast | None, *, asked: Asked, margin: MarginShares | None
) -> dict[str, object]:
    worth = {} if asked.discount is None else {"present_value": round(float(table["present_value"].sum()))}
    return {
        "customers": table.height,
        "expected_orders": float(table["expected_orders"].sum()),
        "expected_sales": round(float(table["expected_sales"].sum())),
        **ends("sales", told.sales_range if told else None),
        **(margin_figures(table, margin, told) if margin else {}),
        **worth,
        "forecast_rule": state.fit.model.name if isinstance(state, Modelled) else SIMPLE,
        "horizon_days": asked.horizon_days,
    }


def _with_forecast(
    past: Past, state: Modelled, told: Forecast, *, asked: Asked, margin: MarginShares | None
) -> pl.DataFrame:
    """Everyone with what is expected of them."""
    model, at, histories = state.fit.model, state.fit.at, past.histories
    again = buys_again(model, at, histories, horizon=asked.horizon_days)[past.index]
    table = past.customers.with_columns(
        pl.Series("history", past.index),
        pl.Series("p_alive", told.alive),
        pl.Series("buy_chance", again),
        pl.Series("expected_orders", told.orders),
        pl.Series("expected_spend", told.spend),
        pl.Series("expected_sales", told.sales),
    )
    if asked.discount is not None:
        table = table.with_columns(pl.Series("present_value", told.spend * _discounted(past, state, asked)))
    return with_margin(table, margin) if margin else table


def _discounted(past: Past, state: Modelled, asked: Asked) -> Floats:
    """Expected orders, those of each month worth less by what money loses until its end."""
    assert asked.discount is not None
    periods = max(round(asked.horizon_days / _MONTH), 1)
    period = asked.horizon_days / periods
    rate = (1 + asked.discount) ** (period / _YEAR) - 1
    own = past.histories
    return discounted_orders(state.fit.model, state.fit.at, own, period=period, periods=periods, rate=rate)[past.index]


def _by_simple_rule(basis: Basis, past: Past, *, asked: Asked, margin: MarginShares | None) -> pl.DataFrame:
    """Everybody comes back as often as in as many days before, or in all there are in proportion, for their average."""
    horizon = asked.horizon_days
    days = min(horizon, max(past.known.span, 1.0))
    back = times_back(basis, past.customers, since_day=past.end_day - int(days) + 1)
    orders = back.cast(pl.Float64) * (horizon / days)
    nothing = pl.lit(None, dtype=pl.Float64)
    table = past.customers.with_columns(
        nothing.alias("p_alive"),
        nothing.alias("buy_chance"),
        orders.alias("expected_orders"),
        (pl.col("net_sales") / pl.col("purchase_days")).alias("expected_spend"),
    ).with_columns(
        (pl.col("expected_orders") * pl.col("expected_spend")).alias("expected_sales"),
        *(pl.lit(None, dtype=pl.Int64).alias(name) for name in ("orders_low", "orders_high")),
        (pl.col("expected_orders") * pl.col("expected_spend")).alias("present_value"),
    )
    return with_margin(table, margin) if margin else table


def _shown(table: pl.DataFrame, *, facts: Facts, asked: Asked, rows: int | None) -> pl.DataFrame:
    largest = "expected_margin" if asked.with_margin else "expected_sales"
    found = with_people(table, facts=facts, largest_first=largest, rows=rows)
    return found.head(table.height if rows is None else rows)


def _with_ranges(listed: pl.DataFrame, past: Past, state: Modelled, *, horizon: int) -> pl.DataFrame:
    """The listed with the smallest and the largest number of orders of 9 in 10 cases."""
    places, index = np.unique(listed.get_column("history").to_numpy(), return_inverse=True)
    own = past.histories.taken(places)
    low, high = order_range(state.fit.model, state.fit.at, own, horizon=horizon, low=LOW, high=HIGH)
    return listed.with_columns(pl.Series("orders_low", low[index]), pl.Series("orders_high", high[index]))


def _columns(listed: pl.DataFrame, asked: Asked) -> pl.DataFrame:
    """The table as it is shown; money in whole minor units."""
    spend = pl.col("expected_spend")
    money = ("expected_spend", "expected_sales", "sales_low", "sales_high", "present_value", *MARGIN_COLUMNS[1:])
    table = listed.with_columns(
        pl.from_epoch("last_day", time_unit="d").alias("last_order_on"),
        (pl.col("orders_low") * spend).alias("sales_low"),
        (pl.col("orders_high") * spend).alias("sales_high"),
    )
    if asked.with_margin:
        table = with_margin_range(table)
    more = [*(MARGIN_COLUMNS if asked.with_margin else ()), *([] if asked.discount is None else ["present_value"])]
    names = [*COLUMNS[:15], *more, *COLUMNS[15:]]
    return table.select(pl.col(name).round().cast(pl.Int64) if name in money else name for name in names)
