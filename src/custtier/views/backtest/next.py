"""Who would have been right about when customers buy next: `custtier backtest next`."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from custtier.facts import Facts
from custtier.metrics.scope import Scope
from custtier.models.judging import Floats, Measure, concordance
from custtier.views.backtest.dates import NO_DATE, RHYTHM, SIMPLE, Dates, by_fit, by_last_gap, by_no_date, by_rhythm_of
from custtier.views.backtest.frame import Trial, answer_of, in_order, recommended, rule_columns, trial_of, verdict_note
from custtier.views.backtest.verdicts import verdicts_of
from custtier.views.view import View

DAYS: Final = 90
MEASURE: Final = "concordance"


def backtest_next(
    facts: Facts,
    *,
    as_of: date | None = None,
    scope: Scope | None = None,
    days: int | None = None,
    seed: int = 0,
) -> View:
    """How rules and models would have told when customers buy next, on days of the past.

    Args:
        facts: Orders, refunds and customers.
        as_of: Last day observed; None for the last day known.
        scope: Which orders are used.
        days: Days looked ahead; None for `DAYS`, or a third of a history that is too short for these.
        seed: Of the draws behind intervals.

    Returns:
        Tables `forecasters` (one row a rule: concordance with interval, its gain over the simplest rule, windows told,
        how many held the purchase and what was promised) and `origins`.

    Raises:
        CusttierError: What `trial_of` raises.
    """
    trial = trial_of(facts, as_of=as_of, scope=scope, horizon=days, usual=DAYS)
    told = _told(trial)
    waits = trial.joined([origin.after.wait for origin in trial.origins])
    measures = {rule: _ordered(parts, waits) for rule, parts in told.items()}
    found = verdicts_of(
        measures,
        simple=SIMPLE,
        customers=trial.customers,
        seed=seed,
        higher_is_better=True,
        no_choice=(NO_DATE,),
    )
    verdicts = in_order(found, simple=SIMPLE)
    best = recommended(verdicts)
    windows = {rule: _windows(told[rule], waits) for rule in verdicts}
    columns = pl.DataFrame(list(windows.values()), schema=_WINDOWS)
    return answer_of(
        trial,
        "backtest next",
        parameters={"days": days, "seed": seed},
        summary={
            "recommended_rule": best,
            "simple_rule": SIMPLE,
            MEASURE: verdicts[best].measure.value,
            "simple_concordance": verdicts[SIMPLE].measure.value,
            "hit_rate": windows[best]["hit_rate"],
            "stated_chance": windows[best]["stated_chance"],
        },
        tables={"forecasters": pl.DataFrame(rule_columns(verdicts, measure=MEASURE)).hstack(columns)},
        notes=[verdict_note(verdicts, simple=SIMPLE, better="better_dates", none="no_better_dates")],
    )


_WINDOWS: Final = {
    "windows": pl.Int64,
    "dated_share": pl.Float64,
    "window_days": pl.Float64,
    "hit_rate": pl.Float64,
    "stated_chance": pl.Float64,
}


def _told(trial: Trial) -> dict[str, list[Dates]]:
    origins = trial.origins
    told = {SIMPLE: [by_last_gap(origin) for origin in origins], NO_DATE: [by_no_date(origin) for origin in origins]}
    rhythms = [by_rhythm_of(origin, trial.basis) for origin in origins]
    known = [rhythm for rhythm in rhythms if rhythm is not None]
    if len(known) == len(origins):
        told[RHYTHM] = known
    for name, fits in trial.fits.by_name.items():
        told[name] = [by_fit(name, fit, origin) for fit, origin in zip(fits, origins, strict=True)]
    return told


def _ordered(parts: Sequence[Dates], waits: Floats) -> Measure:
    return concordance(np.concatenate([part.score for part in parts]), waits)


def _windows(parts: Sequence[Dates], waits: Floats) -> Mapping[str, object]:
    """How many got a window, how long it was, how often it held the next purchase, and what was promised."""
    first, last = (np.concatenate([getattr(part, name) for part in parts]) for name in ("first", "last"))
    has_window = first > 0
    count = int(has_window.sum())
    if not count:
        return {"windows": 0, "dated_share": 0.0, "window_days": None, "hit_rate": None, "stated_chance": None}
    hits = (first <= waits) & (waits <= last) & has_window
    chances = [part.chance for part in parts if part.chance is not None]
    stated = float(np.concatenate(chances)[has_window].mean()) if len(chances) == len(parts) else None
    return {
        "windows": count,
        "dated_share": count / len(waits),
        "window_days": float((last - first + 1)[has_window].mean()),
        "hit_rate": int(hits.sum()) / count,
        "stated_chance": stated,
    }
