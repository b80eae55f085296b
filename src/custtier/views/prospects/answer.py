"""New customers who start as the best once did: their chances by what past newcomers' first days taught."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from custtier.errors import usage_error
from custtier.facts import Facts, Note
from custtier.metrics.scope import Scope
from custtier.models.scorecard import Floats, Scorecard
from custtier.periods import day_of
from custtier.text import Lang
from custtier.views.basis import Basis, Customers, basis_of, customers_of, totals_in
from custtier.views.people import with_people
from custtier.views.prospects.levels import Coding
from custtier.views.prospects.reasons import reasons
from custtier.views.prospects.signals import seen_of
from custtier.views.prospects.starts import LATER_DAYS, Starts, is_new, starts_of
from custtier.views.prospects.tables import (
    calibration_table,
    cohort_table,
    forecaster_table,
    signal_table,
)
from custtier.views.prospects.trial import (
    BASE,
    SIMPLE,
    Past,
    Trial,
    learnt_from,
    list_length,
    past_of,
    too_few,
    trial_of,
)
from custtier.views.view import View

DAYS: Final = 30
NEW_DAYS: Final = 90
MOST_DAYS: Final = 365

COLUMNS: Final = (
    "customer_id",
    "name",
    "phone",
    "first_order_on",
    "first_sales",
    "start_sales",
    "second_order_on",
    "best_chance",
    "reason",
    "is_promising",
    "platforms",
)
"""Columns of the table `customers`."""


@dataclass(frozen=True)
class _Taught:
    """What is used to tell chances: weights from all past newcomers, and the least chance of who is promising."""

    coding: Coding
    card: Scorecard
    cut: float


def prospects(
    facts: Facts,
    *,
    as_of: date | None = None,
    scope: Scope | None = None,
    days: int | None = None,
    new_days: int | None = None,
    everyone: bool = False,
    zone: str,
    lang: Lang = "en",
    rows: int | None = None,
) -> View:
    """New customers who start as the best once did, the likeliest first.

    Best are those who were in the first fifth of the newcomers of their month by net sales after their first days. What
    their first days had that others' had not is learnt from months that are closed, and tried on later months.

    Args:
        facts: Orders, refunds and customers; goods, contacts and chats where there are any.
        as_of: Last day observed; None for the last day known.
        scope: Which orders are used.
        days: First days looked at; None for `DAYS`.
        new_days: New is who first bought at most so many days ago; None for `NEW_DAYS`, or three times `days`.
        everyone: List all who are new, not only those who look promising.
        zone: The shop's time zone.
        lang: Language of `reason` and of the levels of signals.
        rows: How many rows of `customers` will be shown; None for all.

    Returns:
        Tables `customers` (`COLUMNS`); where past newcomers are enough to learn from, `signals` (one row a level, of
        the rule that is used; left out where none tells), `forecasters`, `calibration` and `cohort_months`.

    Raises:
        CusttierError: `bad-days`, and those of `basis_of` and `customers_of`.
    """
    days, new_days = checked_days(days, new_days)
    basis = basis_of(facts, scope=scope or Scope(), as_of=as_of)
    found = customers_of(basis, totals_in(basis))
    starts, seen, past, missing = _begun(basis, days=days, new_days=new_days, zone=zone)
    trial = None if starts.calendar.later_days is None or missing else trial_of(past)
    taught = _taught(past, trial)
    table = _with_chances(seen.filter(is_new(starts.calendar)), taught)
    listed = table if everyone or taught is None else table.filter("is_promising")
    figures = _figures(starts, past, trial, table)
    return View(
        command="prospects",
        parameters={"days": days, "new": new_days, "all": everyone},
        summary={**figures, **found.unattributed},
        tables={
            "customers": _table(listed, taught, basis=basis, days=days, lang=lang, rows=rows),
            **_tables(past, trial, taught, basis=basis, days=days, lang=lang),
        },
        heights={"customers": listed.height},
        notes=_notes(starts, past, trial, missing, found),
        as_of=basis.as_of,
        data_through=facts.extent.data_through,
        currency=basis.currency,
    )


def checked_days(days: int | None, new_days: int | None) -> tuple[int, int]:
    """The first days looked at and how long somebody is new, typed or by default.

    Raises:
        CusttierError: `bad-days`.
    """
    for option, value in (("--days", days), ("--new", new_days)):
        if value is not None and not 1 <= value <= MOST_DAYS:
            raise usage_error(
                "bad-days",
                "{option} was given {days}, a number from 1 to {most} is expected",
                hint="write it as {option} 30",
                option=option,
                days=value,
                most=MOST_DAYS,
            )
    first = DAYS if days is None else days
    new = max(NEW_DAYS, 3 * first) if new_days is None else new_days
    if new < first:
        raise usage_error(
            "bad-days",
            "--new {new} is shorter than --days {days}: nobody new would be through their first days",
            hint="take a larger --new or fewer --days",
            new=new,
            days=first,
        )
    return first, new


def _begun(
    basis: Basis, *, days: int, new_days: int, zone: str
) -> tuple[Starts, pl.DataFrame, Past, Mapping[str, int] | None]:
    """How customers began, what was seen of them, what became of them, and what is missing for a trial.

    Later sales are looked at for as long as leaves enough newcomers whose later days are over.
    """
    most_later = LATER_DAYS[0]
    while True:
        starts = starts_of(basis, days=days, new_days=new_days, most_later=most_later)
        assert starts is not None, "whoever is a customer began"
        seen = seen_of(starts, basis=basis, zone=zone)
        past = past_of(starts, seen)
        later = starts.calendar.later_days
        missing = None if later is None else too_few(past)
        shorter = next((one for one in LATER_DAYS if later is not None and one < later), None)
        if not missing or shorter is None:
            return starts, seen, past, missing
        most_later = shorter


def _taught(past: Past, trial: Trial | None) -> _Taught | None:
    """What all past newcomers teach, by the rule that told on those held out; None where none did."""
    if trial is None or trial.chosen == BASE:
        return None
    coding, card = learnt_from(past.seen, names=trial.signals)
    chances = card.chances(coding.codes(past.seen))
    place = len(chances) - list_length(chances)
    return _Taught(coding, card, float(np.partition(chances, place)[place]))


def _with_chances(new: pl.DataFrame, taught: _Taught | None) -> pl.DataFrame:
    """Who is new, with `best_chance`, `is_promising` (both null where nothing tells) and `first_place` to sort by."""
    chances: Floats | None = None if taught is None else taught.card.chances(taught.coding.codes(new))
    if taught is None or chances is None:
        return new.with_columns(
            pl.lit(None, pl.Float64).alias("best_chance"),
            pl.lit(None, pl.Boolean).alias("is_promising"),
            pl.col("start_sales").cast(pl.Float64).alias("first_place"),
        )
    return new.with_columns(
        pl.Series("best_chance", chances),
        pl.Series("is_promising", chances >= taught.cut),
        pl.Series("first_place", chances),
    )


def _figures(starts: Starts, past: Past, trial: Trial | None, new: pl.DataFrame) -> Mapping[str, object]:
    used = None if trial is None or trial.chosen == BASE else trial.of(trial.chosen)
    return {
        "new_buyers": new.height,
        "promising": None if used is None else int(new.get_column("is_promising").sum()),
        "still_starting": starts.still_starting,
        "first_days": starts.calendar.days,
        "later_days": starts.calendar.later_days,
        "past_newcomers": past.seen.height,
        "held_out_newcomers": None if trial is None else trial.held_out,
        "best_share": past.best_share,
        "recommended_rule": None if trial is None else trial.chosen,
        "auc": None if used is None else used.auc.value,
        "auc_low": None if used is None else used.auc.low,
        "auc_high": None if used is None else used.auc.high,
        "lift": None if used is None else used.lift.value,
        "lift_low": None if used is None else used.lift.low,
        "lift_high": None if used is None else used.lift.high,
    }


def _table(
    listed: pl.DataFrame, taught: _Taught | None, *, basis: Basis, days: int, lang: Lang, rows: int | None
) -> pl.DataFrame:
    """The table `customers`, the likeliest first; without chances those who spent most first."""
    shown = with_people(listed, facts=basis.facts, largest_first="first_place", rows=rows)
    shown = shown.head(listed.height if rows is None else rows)
    if taught is None:
        said = pl.Series("reason", [None] * shown.height, dtype=pl.String)
    else:
        said = reasons(
            taught.coding.codes(shown),
            coding=taught.coding,
            card=taught.card,
            days=days,
            currency=basis.currency,
            lang=lang,
        )
    return shown.with_columns(
        said,
        pl.col("first_day").cast(pl.Date).alias("first_order_on"),
        pl.col("second_day").cast(pl.Date).alias("second_order_on"),
    ).select(COLUMNS)


def _tables(
    past: Past, trial: Trial | None, taught: _Taught | None, *, basis: Basis, days: int, lang: Lang
) -> dict[str, pl.DataFrame]:
    if trial is None:
        return {}
    tables = {}
    if taught is not None:
        tables["signals"] = signal_table(
            past, coding=taught.coding, card=taught.card, days=days, currency=basis.currency, lang=lang
        )
    return {
        **tables,
        "forecasters": forecaster_table(trial),
        "calibration": calibration_table(trial),
        "cohort_months": cohort_table(past),
    }


def _notes(
    starts: Starts, past: Past, trial: Trial | None, missing: Mapping[str, int] | None, found: Customers
) -> tuple[Note, ...]:
    calendar, notes = starts.calendar, []
    if calendar.later_days is None:
        notes.append(Note("prospects_short_history", {"days": calendar.days}))
    elif missing:
        notes.append(Note("prospects_too_few", dict(missing)))
    if trial is not None:
        notes += _of_trial(starts, past, trial)
    if starts.still_starting:
        notes.append(Note("prospects_still_starting", {"customers": starts.still_starting, "days": calendar.days}))
    return (*notes, *found.notes)


def _of_trial(starts: Starts, past: Past, trial: Trial) -> list[Note]:
    """How it was judged, what came of it, and what is used."""
    calendar, used = starts.calendar, trial.of(trial.chosen)
    simple, card = trial.of(SIMPLE), trial.rules[-1]
    begun = past.cohorts.filter("is_held_out").get_column("cohort_on").min()
    figures: dict[str, object] = {
        "figure": card.auc.value,
        "low": card.auc.low,
        "high": card.auc.high,
        "simple": simple.auc.value,
        "simple_low": simple.auc.low,
        "simple_high": simple.auc.high,
        "gain_low": card.over_simple.low,
        "gain_high": card.over_simple.high,
        "share": past.best_share,
    }
    has_signal = card.auc.high > card.auc.low
    code = "prospects_no_signal" if trial.chosen == BASE and not has_signal else f"prospects_by_{trial.chosen}"
    notes = [
        Note(code.replace("-", "_"), figures),
        Note(
            "prospects_judged",
            {
                "learnt": trial.learnt,
                "since": day_of(calendar.past_from),
                "held_out": trial.held_out,
                "month": begun,
                "until": day_of(calendar.past_until),
                "later": calendar.later_days,
                "days": calendar.days,
            },
        ),
    ]
    if trial.chosen != BASE:
        lift: dict[str, object] = {"lift": used.lift.value, "low": used.lift.low, "high": used.lift.high}
        notes.insert(1, Note("prospects_lift" if used.lift.low > 1 else "prospects_lift_unsure", lift))
    return notes
