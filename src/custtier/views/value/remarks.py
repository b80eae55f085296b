"""What is to be said of a forecast of value: which model, how it did before, what it cannot know."""

from typing import Final

import numpy as np
import polars as pl

from custtier.facts import Note
from custtier.models.btyd.choice import edges
from custtier.models.btyd.contest import SIMPLE, Judged
from custtier.views.histories import Past
from custtier.views.modelled import Modelled, Refused
from custtier.views.value.spending import TIED, Spending

_FORECASTERS: Final = {
    "forecast_rule": pl.String,
    "is_used": pl.Boolean,
    "expected_orders": pl.Float64,
    "seen_orders": pl.Int64,
    "mean_error": pl.Float64,
    "correlation": pl.Float64,
    "gain": pl.Float64,
    "gain_low": pl.Float64,
    "gain_high": pl.Float64,
    "verdict": pl.String,
}


def tables_of(state: Modelled | Refused) -> dict[str, pl.DataFrame]:
    """The contest, best first, and the parameters with their standard errors; nothing where there is none."""
    if isinstance(state, Refused):
        return {}
    fit = state.fit
    errors = (float(one) for one in fit.optimum.standard_errors)
    parameters = pl.DataFrame(
        [
            {"parameter": name, "estimate": at, "standard_error": None if np.isnan(error) else error}
            for (name, at), error in zip(fit.named.items(), errors, strict=True)
        ],
        schema={"parameter": pl.String, "estimate": pl.Float64, "standard_error": pl.Float64},
    )
    tables = {"parameters": parameters}
    if not state.judged:
        return tables
    rows = [
        {
            "forecast_rule": one.name,
            "is_used": one.name == fit.model.name,
            "expected_orders": one.expected,
            "seen_orders": round(one.seen),
            "mean_error": one.mean_error,
            "correlation": None if np.isnan(one.correlation) else one.correlation,
            **({} if one.name == SIMPLE else {"gain": one.gain, "gain_low": one.gain_low, "gain_high": one.gain_high}),
            "verdict": verdict(one),
        }
        for one in state.judged
    ]
    return {"forecasters": pl.DataFrame(rows, schema=_FORECASTERS), **tables}


def verdict(judged: Judged) -> str:
    """How a model did against the simplest rule: no difference where the interval includes 0."""
    if judged.name == SIMPLE:
        return "simplest"
    if judged.gain_low > 0:
        return "better"
    return "worse" if judged.gain_high < 0 else "no_difference"


def remarks(state: Modelled | Refused, spending: Spending | None, *, horizon_days: int) -> list[Note]:
    """The notes of an answer.

    Args:
        state: The model.
        spending: What an order brings; None under the simplest rule.
        horizon_days: How far the forecast looks.
    """
    if isinstance(state, Refused):
        figures: dict[str, object] = {name: round(figure) for name, figure in state.why.figures.items()}
        notes = [Note(f"value_{state.why.reason}", figures), Note("value_simple_rule", {"days": horizon_days})]
        if not state.past.known.x.any():
            return [*notes, Note("value_no_returns")]
        return [*notes, *_of_reach(state.past, horizon_days=horizon_days)]
    return [*_of_choice(state), *_of_data(state, horizon_days=horizon_days), *_of_money(spending)]


def _of_choice(state: Modelled) -> list[Note]:
    """Which model, why, and how it did."""
    name = state.fit.model.name
    notes = [Note(f"value_model_{state.by}", {"forecast_rule": name})]
    if state.fitted_on is not None:
        notes.append(Note("value_kept", {"day": state.fitted_on}))
    best, simple, held_out = state.best, state.simple, state.held_out
    if best and simple and held_out:
        values = {
            "since": held_out[0],
            "until": held_out[1],
            "expected": round(best.expected),
            "seen": round(best.seen),
        }
        values |= {"error": best.mean_error, "simple": round(simple.expected), "simple_error": simple.mean_error}
        notes.append(Note("value_held_out", values))
        if verdict(best) != "better":
            notes.append(Note(f"value_{verdict(best)}", {"forecast_rule": name}))
    return notes


def _of_data(state: Modelled, *, horizon_days: int) -> list[Note]:
    """What the data does not say."""
    notes, fit = [], state.fit
    if fit.nobody_leaves or fit.model.name == "nbd":
        notes.append(Note("value_nobody_leaves"))
    elif not getattr(fit.model, "tosses_first", True):
        notes.append(Note("value_bought_once_alive", {"forecast_rule": fit.model.name}))
    notes += [Note(f"value_edge_{edge}") for edge in edges(fit) if not (edge == "leaving" and fit.nobody_leaves)]
    if state.is_cut:
        code = "value_cut" if state.burn_in_days else "value_cut_all"
        notes.append(Note(code, {"days": round(state.burn_in_days)} if state.burn_in_days else {}))
    if fit.model.k > 1 and state.regularity is not None:
        notes.append(Note("value_regular", {"k": fit.model.k, "found": state.regularity}))
    return [*notes, *_of_reach(state.past, horizon_days=horizon_days)]


def _of_reach(past: Past, *, horizon_days: int) -> list[Note]:
    """Whether the horizon lies further off than what is known."""
    days = round(past.known.span)
    return [Note("value_far", {"horizon": horizon_days, "days": days})] if horizon_days > days else []


def _of_money(spending: Spending | None) -> list[Note]:
    """Whether what an order brings can be told apart from how often somebody buys."""
    if spending is None:
        return []
    notes = [Note("value_own_average")] if spending.optimum is None else []
    if spending.optimum is not None and spending.optimum.at[1] <= 1:
        notes.append(Note("value_no_mean"))
    if abs(spending.tie) >= TIED:
        notes.append(Note("value_tied_more" if spending.tie > 0 else "value_tied_less", {"correlation": spending.tie}))
    return notes
