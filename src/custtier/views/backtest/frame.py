"""What every backtest begins and ends with: the origins, the models, the rows that are judged, and the remarks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from custtier.errors import usage_error
from custtier.facts import Facts, Note
from custtier.metrics.scope import Scope
from custtier.models.judging import Flags, Floats, Ints
from custtier.periods import day_of
from custtier.views.backtest.models import Fits, fits_of
from custtier.views.backtest.origins import Origin, check_both, last_day, origins_of, whose
from custtier.views.backtest.verdicts import Verdict
from custtier.views.basis import Basis, Customers, basis_of, customers_of
from custtier.views.histories import past_of
from custtier.views.view import View

MOST_DAYS: Final = 3650


@dataclass(frozen=True)
class Trial:
    """A shop's past, ready to be forecast.

    Args:
        basis: The orders used.
        found: Its customers, with the remarks on the orders.
        origins: Those judged, the latest first.
        fits: The models.
        horizon: Days looked ahead.
        usual: Days looked ahead by default.
        is_shortened: Whether the history was too short for these, and fewer were taken.
    """

    basis: Basis
    found: Customers
    origins: list[Origin]
    fits: Fits
    horizon: int
    usual: int
    is_shortened: bool

    @property
    def customers(self) -> Ints:
        """The number of each row's customer."""
        return whose(self.origins)

    def joined(self, parts: Sequence[Floats]) -> Floats:
        """What is known of each origin's customers, one after the other: a row each."""
        return np.concatenate(parts)

    @property
    def bought(self) -> Flags:
        """Whether each row bought."""
        return np.concatenate([origin.after.bought for origin in self.origins])


def trial_of(facts: Facts, *, as_of: date | None, scope: Scope | None, horizon: int | None, usual: int) -> Trial:
    """The origins of a question, and the models that were fitted on them.

    Args:
        facts: See the views.
        as_of: See the views.
        scope: See the views.
        horizon: Days looked ahead; None for the usual ones, or a third of a history that is too short for these.
        usual: Days looked ahead when nothing is asked for.

    Raises:
        CusttierError: `bad-days`, and what `origins_of`, `check_both`, `basis_of` and `customers_of` raise.
    """
    if horizon is not None and not 1 <= horizon <= MOST_DAYS:
        raise usage_error(
            "bad-days",
            "{days} days ahead were asked for, a number from 1 to {most} is expected",
            hint="the days that a list or a plan is made for, such as 90",
            days=horizon,
            most=MOST_DAYS,
        )
    basis = basis_of(facts, scope=scope or Scope(), as_of=as_of)
    whole = past_of(basis, with_last_gaps=False)
    found = customers_of(basis, whole.everyone)
    first = whole.customers.get_column("first_day").min()
    assert isinstance(first, int)
    span = last_day(basis) - first
    chosen = horizon or (usual if 2 * span >= 3 * usual else max(span // 3, 1))
    fits = fits_of(origins_of(basis, first_day=first, horizon=chosen))
    check_both(fits.origins)
    return Trial(basis, found, fits.origins, fits, chosen, usual, horizon is None and chosen < usual)


def answer_of(
    trial: Trial,
    command: str,
    *,
    parameters: Mapping[str, object],
    summary: Mapping[str, object],
    tables: Mapping[str, pl.DataFrame],
    notes: Sequence[Note],
) -> View:
    """The view of a backtest: what is its own, and what all of them say."""
    origins = trial.origins
    rows = sum(origin.customers for origin in origins)
    return View(
        command=command,
        parameters=parameters,
        summary={
            **summary,
            "horizon_days": trial.horizon,
            "origin_count": len(origins),
            "customers": int(trial.customers.max()) + 1,
            "forecast_count": rows,
            "bought_share": float(trial.bought.mean()),
            **trial.found.unattributed,
        },
        tables={**tables, "origins": origin_table(origins)},
        notes=(*notes, *_remarks(trial), *trial.found.notes),
        as_of=trial.basis.as_of,
        data_through=trial.basis.facts.extent.data_through,
        currency=trial.basis.currency,
    )


def origin_table(origins: Sequence[Origin]) -> pl.DataFrame:
    """One row per origin, the latest first.

    Returns:
        `origin_on`, `looked_until` (Date), `customers`, `buyer_count` (Int64), `bought_share` (Float64).
    """
    return pl.DataFrame(
        {
            "origin_on": [day_of(origin.day) for origin in origins],
            "looked_until": [day_of(origin.day + origin.horizon) for origin in origins],
            "customers": [origin.customers for origin in origins],
            "buyer_count": [int(origin.after.bought.sum()) for origin in origins],
            "bought_share": [float(origin.after.bought.mean()) for origin in origins],
        }
    )


def recommended(verdicts: Mapping[str, Verdict]) -> str:
    """The rule to use."""
    return next(rule for rule, verdict in verdicts.items() if verdict.is_recommended)


def verdict_note(verdicts: Mapping[str, Verdict], *, simple: str, better: str, none: str) -> Note:
    """What is recommended, and why.

    Args:
        verdicts: Rule → verdict.
        simple: The simplest rule.
        better: Code of the note when another one is recommended.
        none: Code of the note when nothing beats the simplest rule.
    """
    best = recommended(verdicts)
    if best == simple:
        return Note(none, {"simple_rule": simple})
    own = verdicts[best]
    figures = {"figure": own.measure.value, "other": verdicts[simple].measure.value}
    gain = {"gain": own.gain.value, "low": own.gain.low, "high": own.gain.high}
    other = abs(verdicts[simple].measure.value) or 1.0
    gain |= {f"{end}_share": gain[end] / other for end in ("low", "high")}
    return Note(better, {"forecast_rule": best, "simple_rule": simple, **figures, **gain})


def rule_columns(verdicts: Mapping[str, Verdict], *, measure: str) -> dict[str, list[object]]:
    """The columns that say what a rule reached, how sure that is, and what is said of it.

    Args:
        verdicts: Rule → verdict, in the order shown.
        measure: What the measure is called; its interval has `_low` and `_high` behind it.
    """
    said = list(verdicts.values())
    return {
        "forecast_rule": list(verdicts),
        "verdict": [one.verdict for one in said],
        "is_recommended": [one.is_recommended for one in said],
        measure: [one.measure.value for one in said],
        f"{measure}_low": [one.measure.low for one in said],
        f"{measure}_high": [one.measure.high for one in said],
        f"{measure}_gain": [one.gain.value for one in said],
        f"{measure}_gain_low": [one.gain.low for one in said],
        f"{measure}_gain_high": [one.gain.high for one in said],
    }


def in_order(verdicts: Mapping[str, Verdict], *, simple: str) -> dict[str, Verdict]:
    """The simplest rule, then the others, the best first."""
    rest = sorted((rule for rule in verdicts if rule != simple), key=lambda rule: (-verdicts[rule].gain.value, rule))
    return {rule: verdicts[rule] for rule in (simple, *rest)}


def _remarks(trial: Trial) -> list[Note]:
    """How it was judged, and which models could not be."""
    fits, last = trial.fits, trial.origins[0]
    notes = [
        Note(
            "judged_on_past",
            {"origins": len(trial.origins), "horizon": trial.horizon, "day": day_of(last.day)},
        )
    ]
    if trial.is_shortened:
        notes.append(Note("horizon_shortened", {"horizon": trial.horizon, "usual": trial.usual}))
    if fits.refused is not None:
        figures: dict[str, object] = {name: round(value) for name, value in fits.refused.figures.items()}
        notes.append(Note(f"no_models_{fits.refused.reason}", figures))
    if fits.left_out:
        notes.append(Note("models_left_out", {"models": ", ".join(fits.left_out)}))
    if fits.nobody_leaves:
        notes.append(Note("models_nobody_leaves", {"models": ", ".join(fits.nobody_leaves)}))
    return notes
