"""Levels by a model: how likely each customer is to buy in the coming days, and what their silence has cost."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from custtier.facts import Note
from custtier.metrics.runs import YEAR_DAYS
from custtier.models.btyd.fits import Fit
from custtier.models.btyd.future import buys_again, expected_orders
from custtier.models.btyd.histories import Floats, Histories, Ints, histories_of
from custtier.schema import CHURN_LEVELS
from custtier.views.basis import Basis
from custtier.views.fitted import Fitting, fitted_anew
from custtier.views.histories import Past, past_of
from custtier.views.modelled import Modelled, Refused, check_model

FALLEN_TO: Final = 0.5
"""Nobody slips away whose chance has not fallen to this part of what it was right after their last purchase: who bought
yesterday for the first time has a small chance, and has given no sign of leaving."""


@dataclass(frozen=True)
class ByModel:
    """Customers under a model.

    Args:
        customers: The rows of `Past.customers` with `buy_chance` (Float64: of a purchase in the coming days),
            `chance_then` (the same on the day of the last purchase), `value_at_stake` (Int64, minor units).
        notes: Which model it is, and what is to be known of it.
        past: The customers' histories.
    """

    customers: pl.DataFrame
    notes: tuple[Note, ...]
    past: Past


@dataclass(frozen=True)
class NoModel:
    """Why there are no chances, and the customers all the same."""

    note: Note
    past: Past


def by_model(basis: Basis, *, days: int, name: str | None = None, fitting: Fitting = fitted_anew) -> ByModel | NoModel:
    """How likely each customer is to buy in the coming `days`, and what is at stake.

    At stake are the net sales of the coming 365 days that the silence since the last purchase has cost: what would be
    expected of the customer had they bought today as they did up to their last purchase, less what is expected now.

    Args:
        basis: The orders used.
        days: Counted from the last day observed.
        name: Of a model; None for the one that did best on the shop's own past.
        fitting: Gives the model, fitted now or before.

    Raises:
        CusttierError: `unknown-model`.
    """
    check_model(name)
    fitted = fitting(basis, past_of(basis), name)
    found = fitted.state
    if isinstance(found, Refused):
        return NoModel(_refusal(found), found.past)
    past, fit = found.past, found.fit
    chance, now = _looked_ahead(fit, past.histories, past.index, days=days)
    then, at_best = _looked_ahead(fit, *_right_after(past), days=days)
    spending = fitted.spending.expected()
    lost = np.rint((at_best - now).clip(min=0.0) * spending)
    customers = past.customers.with_columns(
        pl.Series("buy_chance", chance.clip(0.0, 1.0)),
        pl.Series("chance_then", then.clip(0.0, 1.0)),
        pl.Series("value_at_stake", lost.astype(np.int64)),
    )
    return ByModel(customers, _remarks(found, days=days), past)


def model_codes(starts: tuple[float, float, float]) -> pl.Expr:
    """The highest level that each customer has reached; null for none.

    Args:
        starts: Below which chance each level begins, falling.

    Returns:
        An Enum of `schema.CHURN_LEVELS` over `buy_chance` and `chance_then`.
    """
    kind = pl.Enum(list(CHURN_LEVELS))
    has_fallen = pl.col("buy_chance") <= FALLEN_TO * pl.col("chance_then")
    code = pl.lit(None, dtype=kind)
    for name, start in zip(CHURN_LEVELS, starts, strict=True):
        code = pl.when((pl.col("buy_chance") < start) & has_fallen).then(pl.lit(name, dtype=kind)).otherwise(code)
    return code


def _looked_ahead(fit: Fit, histories: Histories, index: Ints, *, days: int) -> tuple[Floats, Floats]:
    """Each customer's chance of an order in the coming days, and the orders expected in the coming year."""
    return (
        buys_again(fit.model, fit.at, histories, horizon=days)[index],
        expected_orders(fit.model, fit.at, histories, horizon=YEAR_DAYS)[index],
    )


def _right_after(past: Past) -> tuple[Histories, Ints]:
    """Everybody's history as it was on the day of their last purchase."""
    return histories_of(past.known.x, past.known.t_x, past.known.t_x)


def _refusal(found: Refused) -> Note:
    figures: dict[str, object] = {name: int(np.ceil(value)) for name, value in found.why.figures.items()}
    return Note(f"churn_{found.why.reason}", figures)


def _remarks(found: Modelled, *, days: int) -> tuple[Note, ...]:
    notes = [Note("churn_model", {"models": found.fit.model.name, "days": days})]
    if found.best and found.simple and found.held_out:
        since, until = found.held_out
        errors = {"error": found.best.mean_error, "simple": found.simple.mean_error}
        totals = {"expected": round(found.best.expected), "seen": round(found.best.seen)}
        notes.append(Note("churn_held_out", {"since": since, "until": until, **totals, **errors}))
    if found.fitted_on is not None:
        notes.append(Note("value_kept", {"day": found.fitted_on}))
    if found.fit.nobody_leaves or found.fit.model.name == "nbd":
        notes.append(Note("churn_all_stay"))
    if found.is_cut and found.burn_in_days:
        notes.append(Note("churn_cut", {"days": int(found.burn_in_days)}))
    return tuple(notes)
