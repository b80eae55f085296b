"""Who would have been right about how much customers bring: `custtier backtest value`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from custtier.facts import Facts
from custtier.metrics.scope import Scope
from custtier.models.judging import Counted, Floats, counted, shares_found, tenths
from custtier.views.backtest.amounts import RATE, SIMPLE, Amounts, by_last_period, by_models, by_rate
from custtier.views.backtest.frame import Trial, answer_of, in_order, recommended, rule_columns, trial_of, verdict_note
from custtier.views.backtest.verdicts import Verdict, verdicts_of
from custtier.views.view import View

DAYS: Final = 365
"""Days ahead, where the history is long enough; else a third of it."""
MEASURE: Final = "mean_error_sales"
_MONEY: Final = tuple(f"{MEASURE}{end}" for end in ("", "_low", "_high", "_gain", "_gain_low", "_gain_high"))


@dataclass(frozen=True)
class _Judged:
    """How one forecast did, in purchase days and in money."""

    amounts: Amounts
    orders: Counted
    sales: Counted


def backtest_value(
    facts: Facts,
    *,
    as_of: date | None = None,
    scope: Scope | None = None,
    days: int | None = None,
    seed: int = 0,
) -> View:
    """How rules and models would have told what customers bring, on days of the past.

    Args:
        facts: Orders, refunds and customers.
        as_of: Last day observed; None for the last day known.
        scope: Which orders are used.
        days: Days looked ahead; None for `DAYS`, or a third of a history that is too short for these.
        seed: Of the draws behind intervals.

    Returns:
        Tables `forecasters` (one row a rule: mean absolute error of net sales per customer with interval, what it is
        below that of the simplest rule, sums, bias, correlation, the best tenth found), `order_errors` (the same of
        purchase days), `tenths` (what was expected of customers in tenths, and what came), `gains`, `origins`.

    Raises:
        CusttierError: What `trial_of` raises.
    """
    trial = trial_of(facts, as_of=as_of, scope=scope, horizon=days, usual=DAYS)
    judged = _judged(trial)
    measures = {rule: one.sales.mean_error for rule, one in judged.items()}
    found = verdicts_of(measures, simple=SIMPLE, customers=trial.customers, seed=seed, higher_is_better=False)
    verdicts = in_order(found, simple=SIMPLE)
    shown = {rule: judged[rule] for rule in verdicts}
    best = recommended(verdicts)
    return answer_of(
        trial,
        "backtest value",
        parameters={"days": days, "seed": seed},
        summary={
            "recommended_rule": best,
            "simple_rule": SIMPLE,
            MEASURE: _money(verdicts[best].measure.value),
            "simple_error_sales": _money(verdicts[SIMPLE].measure.value),
            "expected_sales": _money(judged[best].sales.expected),
            "seen_sales": _money(judged[best].sales.seen),
            "mean_error": judged[best].orders.mean_error.value,
        },
        tables={
            "forecasters": _rules(shown, verdicts),
            "order_errors": _order_errors(shown),
            "tenths": _tenths(trial, shown),
            "gains": _gains(trial, shown),
        },
        notes=[verdict_note(verdicts, simple=SIMPLE, better="smaller_error", none="no_smaller_error")],
    )


def _judged(trial: Trial) -> dict[str, _Judged]:
    parts: dict[str, list[Amounts]] = {SIMPLE: [], RATE: [], **{name: [] for name in trial.fits.by_name}}
    for number, origin in enumerate(trial.origins):
        parts[SIMPLE].append(by_last_period(origin, trial.basis))
        parts[RATE].append(by_rate(origin))
        fits = {name: found[number] for name, found in trial.fits.by_name.items()}
        for name, told in by_models(fits, origin).items():
            parts[name].append(told)
    orders, sales = _came(trial)
    found = {}
    for rule, amounts in parts.items():
        whole = Amounts(trial.joined([one.orders for one in amounts]), trial.joined([one.sales for one in amounts]))
        found[rule] = _Judged(whole, counted(whole.orders, orders), counted(whole.sales, sales))
    return found


def _came(trial: Trial) -> tuple[Floats, Floats]:
    orders = trial.joined([origin.after.days.astype(np.float64) for origin in trial.origins])
    return orders, trial.joined([origin.after.sales for origin in trial.origins])


def _rules(judged: Mapping[str, _Judged], verdicts: Mapping[str, Verdict]) -> pl.DataFrame:
    sales = [one.sales for one in judged.values()]
    table = pl.DataFrame(
        {
            **rule_columns(verdicts, measure=MEASURE),
            "expected_sales": [one.expected for one in sales],
            "seen_sales": [one.seen for one in sales],
            "bias": pl.Series([one.bias for one in sales], dtype=pl.Float64),
            "correlation": pl.Series([one.correlation for one in sales], dtype=pl.Float64),
            "best_found": pl.Series([one.top_share for one in sales], dtype=pl.Float64),
        }
    )
    return table.with_columns(pl.col(*_MONEY, "expected_sales", "seen_sales").round().cast(pl.Int64))


def _order_errors(judged: Mapping[str, _Judged]) -> pl.DataFrame:
    """Purchase days expected and made, one row a rule."""
    orders = [one.orders for one in judged.values()]
    return pl.DataFrame(
        {
            "forecast_rule": list(judged),
            "expected_orders": [one.expected for one in orders],
            "seen_orders": [round(one.seen) for one in orders],
            "bias": pl.Series([one.bias for one in orders], dtype=pl.Float64),
            "mean_error": [one.mean_error.value for one in orders],
            "root_error": [one.root_error for one in orders],
            "correlation": pl.Series([one.correlation for one in orders], dtype=pl.Float64),
        }
    )


def _tenths(trial: Trial, judged: Mapping[str, _Judged]) -> pl.DataFrame:
    """Customers in tenths of what a rule expected: purchase days expected and made per customer."""
    orders, _ = _came(trial)
    rows = [
        (rule, number, one.rows, one.said, one.seen)
        for rule, found in judged.items()
        for number, one in enumerate(tenths(found.amounts.orders, orders), start=1)
    ]
    schema = {"forecast_rule": pl.String, "tenth": pl.Int64, "customers": pl.Int64}
    more = {"expected_per_customer": pl.Float64, "seen_per_customer": pl.Float64}
    return pl.DataFrame(rows, schema={**schema, **more}, orient="row")


def _gains(trial: Trial, judged: Mapping[str, _Judged]) -> pl.DataFrame:
    """The share of all net sales that the first of a rule brought."""
    _, sales = _came(trial)
    rows = [(rule, *point) for rule, found in judged.items() for point in shares_found(found.amounts.sales, sales)]
    schema = {"forecast_rule": pl.String, "customer_share": pl.Float64, "sales_found": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _money(value: float) -> int:
    return round(value)
