"""The tables that show what was learnt and how it did: signals, rules, chances said, months."""

import numpy as np
import polars as pl

from custtier.models.scorecard import Scorecard
from custtier.text import Lang
from custtier.views.prospects.levels import Coding
from custtier.views.prospects.reasons import level_phrases
from custtier.views.prospects.trial import SCORECARD, SIMPLE, Past, Rule, Trial


def signal_table(
    past: Past, *, coding: Coding, card: Scorecard, days: int, currency: str | None, lang: Lang
) -> pl.DataFrame:
    """One row per level of each signal, the signal that moves most first.

    Returns:
        `signal` (code), `start_level` (what it is called), `customers` (Int64: past newcomers with it), `best_share`
        (Float64: of them), `odds_factor` (Float64: by what it multiplies an average newcomer's odds, the other signals
        being the same).
    """
    levels = coding.codes(past.seen)
    best = past.seen.get_column("is_best").to_numpy()
    spreads = card.parts(levels).std(axis=0)
    order = sorted(range(len(coding.signals)), key=lambda place: (-round(float(spreads[place]), 9), place))
    rows: dict[str, list[object]] = {
        name: [] for name in ("signal", "start_level", "customers", "best_share", "odds_factor")
    }
    for place in order:
        signal, weights = coding.signals[place], card.weights[place]
        counts = np.bincount(levels[:, place], minlength=len(weights))
        came = np.bincount(levels[:, place], weights=best.astype(np.float64), minlength=len(weights))
        phrases = level_phrases(signal, days=days, currency=currency, lang=lang)
        for level, phrase in enumerate(phrases):
            rows["signal"].append(signal.name)
            rows["start_level"].append(phrase)
            rows["customers"].append(int(counts[level]))
            rows["best_share"].append(float(came[level] / counts[level]) if counts[level] else None)
            rows["odds_factor"].append(float(np.exp(weights[level])))
    return pl.DataFrame(
        rows,
        schema={
            "signal": pl.String,
            "start_level": pl.String,
            "customers": pl.Int64,
            "best_share": pl.Float64,
            "odds_factor": pl.Float64,
        },
    )


def forecaster_table(trial: Trial) -> pl.DataFrame:
    """One row per rule, on the customers held out, the plainest first.

    Returns:
        `forecast_rule`, `verdict` (against the first purchase's value), `is_recommended`, `auc` and `auc_gain` (above
        the first purchase's value) with their intervals, `lift` of the highest fifth with its own, `brier`.
    """
    return pl.DataFrame(
        [
            {
                "forecast_rule": rule.name,
                "verdict": _verdict(rule),
                "is_recommended": rule.name == trial.chosen,
                "auc": rule.auc.value,
                "auc_low": rule.auc.low,
                "auc_high": rule.auc.high,
                "auc_gain": rule.over_simple.value,
                "auc_gain_low": rule.over_simple.low,
                "auc_gain_high": rule.over_simple.high,
                "lift": rule.lift.value,
                "lift_low": rule.lift.low,
                "lift_high": rule.lift.high,
                "brier": rule.brier,
            }
            for rule in trial.rules
        ]
    )


def _verdict(rule: Rule) -> str:
    if rule.name == SIMPLE:
        return "simplest"
    if rule.over_simple.includes_zero:
        return "no_difference"
    return "better" if rule.over_simple.low > 0 else "worse"


def calibration_table(trial: Trial) -> pl.DataFrame:
    """Chances said to the customers held out, in fifths, the lowest first, and what came.

    Returns:
        `forecast_rule`, `fifth`, `customers` (Int64), `expected_share`, `best_share` (Float64).
    """
    rows = [
        {
            "forecast_rule": name,
            "fifth": number,
            "customers": one.rows,
            "expected_share": one.said,
            "best_share": one.seen,
        }
        for name in (SIMPLE, SCORECARD)
        for number, one in enumerate(trial.of(name).calibration, start=1)
    ]
    return pl.DataFrame(rows)


def cohort_table(past: Past) -> pl.DataFrame:
    """One row per month of first purchases, the earliest first.

    Returns:
        `cohort_on` (its first day), `customers`, `best_count` (Int64), `best_from` (Int64, minor units: the least later
        net sales of its best), `is_held_out`.
    """
    return past.cohorts.select("cohort_on", "customers", "best_count", "best_from", "is_held_out")
