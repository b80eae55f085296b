"""Models kept between runs: `models.json` in the settings folder, used again until the data has changed enough.

What is kept are parameters and figures of the whole shop: nothing of any person.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np

from custtier.errors import usage_error
from custtier.models.btyd.choice import model_named
from custtier.models.btyd.contest import Judged
from custtier.models.btyd.fits import Fit
from custtier.models.btyd.fitting import Optimum
from custtier.settings import settings_folder, store_folder
from custtier.views.basis import Basis
from custtier.views.histories import Past
from custtier.views.modelled import Modelled
from custtier.views.value.answer import Found
from custtier.views.value.spending import spending_of
from custtier.workflows.frozen_cuts import write_kept
from custtier.workflows.question import Question
from custtier.workflows.scoping import asked_filters

FILE_NAME: Final = "models.json"
MOST_DAYS: Final = 30
"""A model is fitted anew when the day observed lies further than this after the one that it was fitted as of."""
MOST_CHANGE: Final = 0.05
"""Or when purchase days have become more or fewer by more than this share."""
_VERSION: Final = 1


def models_file() -> Path:
    """Where models are kept, by store and by which orders are used."""
    return settings_folder() / FILE_NAME


def may_be_kept(question: Question) -> bool:
    """Whether models of the question are kept: those of files and of what was known before are not."""
    return not question.files and question.as_known_on is None


def kept_model(question: Question, *, name: str | None, basis: Basis, past: Past) -> Found | None:
    """What was fitted to nearly the same data before; None to fit anew.

    Args:
        question: Of which store, and which orders of it.
        name: The model asked for.
        basis: The orders used.
        past: The customers.

    Raises:
        CusttierError: `bad-models` when the file is not as it was written.
    """
    said = _all().get(_key(question, name, basis.currency))
    try:
        if said is None or said["version"] != _VERSION:
            return None
        fitted_on = date.fromisoformat(said["as_of"])
        bought = _purchase_days(past)
        is_near = 0 <= (basis.as_of - fitted_on).days <= MOST_DAYS
        if not is_near or abs(bought - said["purchase_days"]) > MOST_CHANGE * said["purchase_days"]:
            return None
        state = _state(said, past)
        if basis.as_of != fitted_on or bought != said["purchase_days"]:
            state = replace(state, fitted_on=fitted_on)
        spend = _optimum(said["spend"]) if said["spend"] else None
        return state, spending_of(past.customers, kept=spend)
    except (KeyError, TypeError, ValueError) as problem:
        raise _bad() from problem


def keep_model(question: Question, found: Found, *, name: str | None, as_of: date, currency: str | None) -> Path | None:
    """Keep what was fitted, unless what is kept is of a later day; gives the file.

    Args:
        question: Of which store, and which orders of it.
        found: What was fitted, to all of the data up to `as_of`.
        name: The model asked for.
        as_of: The day observed.
        currency: Of all amounts.
    """
    state, spending = found
    shelf, key = _all(), _key(question, name, currency)
    before = shelf.get(key)
    if before is not None and str(before.get("as_of", "")) > as_of.isoformat():
        return None
    judged = [{**asdict(replace(one, fit=None)), "correlation": _plain(one.correlation)} for one in state.judged]
    entry = {
        "version": _VERSION,
        "as_of": as_of.isoformat(),
        "purchase_days": _purchase_days(state.past),
        "model": state.fit.model.name,
        "customers": state.fit.customers,
        "nobody_leaves": state.fit.nobody_leaves,
        "fit": _written(state.fit.optimum),
        "spend": _written(spending.optimum) if spending.optimum else None,
        "by": state.by,
        "judged": judged,
        "held_out": [day.isoformat() for day in state.held_out] if state.held_out else None,
        "burn_in_days": state.burn_in_days,
        "is_cut": state.is_cut,
        "regularity": _plain(state.regularity),
    }
    return write_kept(models_file(), {**shelf, key: entry})


def _purchase_days(past: Past) -> int:
    return int(past.known.x.sum()) + past.customers.height


def _key(question: Question, name: str | None, currency: str | None) -> str:
    """The store, the model asked for and which orders are used, as text."""
    used = {
        **asked_filters(replace(question, as_of=None)),
        "exclusions": bool(question.settings.exclusions and question.use_exclusions),
        "currency": currency,
        "model": name,
    }
    store = store_folder(question.store, question.settings).expanduser().absolute()
    return f"{store} {json.dumps(used, sort_keys=True, default=str, ensure_ascii=False)}"


def _state(said: Mapping[str, Any], past: Past) -> Modelled:
    fit = Fit(model_named(said["model"]), _optimum(said["fit"]), int(said["customers"]), bool(said["nobody_leaves"]))
    nan = float("nan")
    judged = tuple(
        Judged(**{**one, "correlation": nan if one["correlation"] is None else one["correlation"]})
        for one in said["judged"]
    )
    held_out = [date.fromisoformat(day) for day in said["held_out"]] if said["held_out"] else None
    return Modelled(
        past=past,
        fit=fit,
        by=str(said["by"]),
        judged=judged,
        held_out=(held_out[0], held_out[1]) if held_out else None,
        burn_in_days=float(said["burn_in_days"]),
        is_cut=bool(said["is_cut"]),
        regularity=said["regularity"],
    )


def _written(optimum: Optimum) -> dict[str, object]:
    return {
        "at": optimum.at.tolist(),
        "log_likelihood": optimum.log_likelihood,
        "covariance": [[_plain(one) for one in row] for row in optimum.covariance.tolist()],
        "at_bound": list(optimum.at_bound),
        "has_converged": optimum.has_converged,
    }


def _optimum(said: Mapping[str, Any]) -> Optimum:
    covariance = np.array([[np.nan if one is None else one for one in row] for row in said["covariance"]], dtype=float)
    spread = np.diag(covariance)
    return Optimum(
        at=np.array(said["at"], dtype=float),
        log_likelihood=float(said["log_likelihood"]),
        standard_errors=np.sqrt(np.where(spread > 0, spread, np.nan)),
        covariance=covariance,
        at_bound=tuple(int(place) for place in said["at_bound"]),
        evaluations=0,
        has_converged=bool(said["has_converged"]),
    )


def _plain(number: float | None) -> float | None:
    """A number as JSON has it: none that is not finite."""
    return None if number is None or not np.isfinite(number) else float(number)


def _all() -> dict[str, Mapping[str, Any]]:
    try:
        found = json.loads(models_file().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as problem:
        raise _bad() from problem
    if not isinstance(found, dict) or not all(isinstance(one, dict) for one in found.values()):
        raise _bad()
    return found


def _bad() -> Exception:
    return usage_error(
        "bad-models",
        "{path} holds no models that can be used",
        hint="delete the file: models are fitted anew and kept again",
        path=str(models_file()),
    )
