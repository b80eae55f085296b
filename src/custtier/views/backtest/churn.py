"""Who would have been right about who buys in the days ahead and who does not: `custtier backtest churn`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from custtier.errors import usage_error
from custtier.facts import Facts
from custtier.metrics.scope import Scope
from custtier.models.judging import Flags, Floats, Listed, auc, brier, listed, shares_found, tenths
from custtier.views.backtest.chances import NO_ORDER, RULES, SIMPLE, Chances, chances_of_model, chances_of_rule
from custtier.views.backtest.frame import Trial, answer_of, in_order, recommended, rule_columns, trial_of, verdict_note
from custtier.views.backtest.verdicts import Verdict, verdicts_of
from custtier.views.view import View

DAYS: Final = 90
LIST: Final = 150
"""Customers whom one person can look after in a few weeks of half an hour a day."""
MEASURE: Final = "auc"
LEAVING, BUYING, LAPSED = "leaving", "buying", "lapsed"


@dataclass(frozen=True)
class _Forecast:
    """What a rule said of all rows."""

    parts: list[Chances]

    @property
    def scores(self) -> list[Floats]:
        return [part.score for part in self.parts]

    @property
    def ranks(self) -> Floats:
        """Scores of all origins: each is compared within all, as a chance is."""
        return np.concatenate(self.scores)

    @property
    def chances(self) -> Floats | None:
        known = [part.chance for part in self.parts if part.chance is not None]
        return np.concatenate(known) if len(known) == len(self.parts) else None


def backtest_churn(
    facts: Facts,
    *,
    as_of: date | None = None,
    scope: Scope | None = None,
    days: int | None = None,
    length: int = LIST,
    seed: int = 0,
) -> View:
    """How rules and models would have told who buys again, on days of the past.

    Args:
        facts: Orders, refunds and customers.
        as_of: Last day observed; None for the last day known.
        scope: Which orders are used.
        days: Days looked ahead: who does not buy in them has left; None for `DAYS`, or a third of a history that is too
            short for these.
        length: Customers on a list that a person works through.
        seed: Of the draws behind intervals.

    Returns:
        Tables `forecasters` (one row a rule: AUC with interval, its gain over the simplest rule, Brier score, what is
        said of it), `list_results` (precision, recall and lift), `calibration`, `gains`, `origins`.

    Raises:
        CusttierError: `bad-list`, and what `trial_of` raises.
    """
    if length < 1:
        raise usage_error(
            "bad-list",
            "--list was given {length}, a number from 1 on is expected",
            hint="so many customers as somebody can look after, such as 150",
            length=length,
        )
    trial = trial_of(facts, as_of=as_of, scope=scope, horizon=days, usual=DAYS)
    forecasts = {rule: _Forecast([chances_of_rule(rule, origin) for origin in trial.origins]) for rule in RULES}
    for name, fits in trial.fits.by_name.items():
        parts = [chances_of_model(fit, origin) for fit, origin in zip(fits, trial.origins, strict=True)]
        forecasts[name] = _Forecast(parts)
    bought = trial.bought
    verdicts = in_order(_verdicts(trial, forecasts, bought, seed=seed), simple=SIMPLE)
    best = recommended(verdicts)
    shown = {rule: forecasts[rule] for rule in verdicts}
    return answer_of(
        trial,
        "backtest churn",
        parameters={"days": days, "list": length, "seed": seed},
        summary={
            "recommended_rule": best,
            "simple_rule": SIMPLE,
            "auc": verdicts[best].measure.value,
            "simple_auc": verdicts[SIMPLE].measure.value,
            "list_length": length,
        },
        tables={
            "forecasters": _rules(shown, verdicts, bought),
            "list_results": _lists(trial, shown, length=length),
            "calibration": _calibration(shown, bought),
            "gains": _gains(shown, bought),
        },
        notes=[verdict_note(verdicts, simple=SIMPLE, better="better_order", none="no_better_order")],
    )


def _verdicts(trial: Trial, forecasts: Mapping[str, _Forecast], bought: Flags, *, seed: int) -> dict[str, Verdict]:
    measures = {rule: auc(forecast.ranks, bought) for rule, forecast in forecasts.items()}
    return verdicts_of(
        measures,
        simple=SIMPLE,
        customers=trial.customers,
        seed=seed,
        higher_is_better=True,
        no_choice=(NO_ORDER,),
    )


def _rules(forecasts: Mapping[str, _Forecast], verdicts: Mapping[str, Verdict], bought: Flags) -> pl.DataFrame:
    chances = [forecast.chances for forecast in forecasts.values()]
    scores = [None if one is None else brier(one, bought).value for one in chances]
    return pl.DataFrame({**rule_columns(verdicts, measure=MEASURE), "brier": pl.Series(scores, dtype=pl.Float64)})


def _lists(trial: Trial, forecasts: Mapping[str, _Forecast], *, length: int) -> pl.DataFrame:
    """What lists of each rule would have held, over all origins.

    Returns:
        One row per `list_kind` (`leaving`: those least likely to buy, `buying`: those most likely, `lapsed`: as many of
        the least likely as have not bought for so many days) and `forecast_rule`, with `listed` (Int64), `precision`,
        `recall`, `lift` (Float64): of the kinds of leaving it comes true when nothing is bought.
    """
    rows = []
    for kind in (LEAVING, BUYING, LAPSED):
        for rule, forecast in forecasts.items():
            if rule == NO_ORDER:
                continue
            found, came, customers = [], 0, 0
            for origin, scores in zip(trial.origins, forecast.scores, strict=True):
                bought = origin.after.bought
                size = int((origin.recency >= trial.horizon).sum()) if kind == LAPSED else length
                hit = bought if kind == BUYING else ~bought
                found.append(listed(scores if kind == BUYING else -scores, hit, length=size))
                came, customers = came + int(hit.sum()), customers + origin.customers
            if not sum(one.length for one in found):
                continue
            rows.append({"list_kind": kind, "forecast_rule": rule, **_summed(found, came / customers, came)})
    schema = {"list_kind": pl.String, "forecast_rule": pl.String, "listed": pl.Int64}
    return pl.DataFrame(rows, schema={**schema, "precision": pl.Float64, "recall": pl.Float64, "lift": pl.Float64})


def _summed(found: list[Listed], share: float, came: int) -> dict[str, object]:
    """Several lists as one."""
    size, hits = sum(one.length for one in found), sum(one.hits for one in found)
    return {
        "listed": size,
        "precision": hits / size if size else None,
        "recall": hits / came if came else None,
        "lift": hits / size / share if size and share else None,
    }


def _calibration(forecasts: Mapping[str, _Forecast], bought: Flags) -> pl.DataFrame:
    """Customers in ten parts by the chance that a rule gave them: what it said, and the share that bought.

    Returns:
        `forecast_rule`, `tenth` (1 the lowest), `customers`, `expected_share`, `bought_share`; rules without chances
        have no rows.
    """
    rows = [
        (rule, number, one.rows, one.said, one.seen)
        for rule, forecast in forecasts.items()
        if rule != NO_ORDER and (chances := forecast.chances) is not None
        for number, one in enumerate(tenths(chances, bought), start=1)
    ]
    schema = {"forecast_rule": pl.String, "tenth": pl.Int64, "customers": pl.Int64}
    return pl.DataFrame(rows, schema={**schema, "expected_share": pl.Float64, "bought_share": pl.Float64}, orient="row")


def _gains(forecasts: Mapping[str, _Forecast], bought: Flags) -> pl.DataFrame:
    """The share of all buyers among the first of a rule.

    Returns:
        `forecast_rule`, `customer_share`, `found_share`, from (0, 0) to (1, 1).
    """
    rows = [
        (rule, *point)
        for rule, forecast in forecasts.items()
        if rule != NO_ORDER
        for point in shares_found(forecast.ranks, bought)
    ]
    schema = {"forecast_rule": pl.String, "customer_share": pl.Float64, "found_share": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")
