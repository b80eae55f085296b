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
from custtier.views.fitted import Fitted, Fitting, fitted_anew
from custtier.views.histories import Past
from custtier.views.modelled import Modelled
from custtier.workflows.frozen_cuts import write_kept
from custtier.workflows.question import Question
from custtier.workflows.scoping import asked_filters

FILE_NAME: Final = "models.json"
MOST_DAYS: Final = 30
"""A model is fitted anew when the day observed lies further than this after the one that it was fitted as of."""
MOST_CHANGE: Final = 0.05
"""Or when purchase days have become more or fewer by more than this share."""
_VERSION: Final = 2


def models_file() -> Path:
    """Where models are kept, by store and by which orders are used."""
    return settings_folder() / FILE_NAME


def fitting_of(question: Question, *, refit: bool = False) -> Fitting:
    """How the models of a question are come by: what was kept of its store is used again, what is fitted is kept.

    Models of files, and of what was known before, are fitted each time and not kept.

    Args:
        question: Of which store, and which orders of it.
        refit: Fit anew, whatever is kept.
    """
    if question.files or question.as_known_on is not None:
        return fitted_anew

    def fitting(basis: Basis, past: Past, name: str | None) -> Fitted:
        found = None if refit else _kept(question, name=name, basis=basis, past=past)
        if found is not None:
            return found
        found = fitted_anew(basis, past, name)
        if isinstance(found.state, Modelled):
            _keep(question, found, found.state, name=name, basis=basis)
        return found

    return fitting


def _kept(question: Question, *, name: str | None, basis: Basis, past: Past) -> Fitted | None:
    """What was fitted to nearly the same data before; None to fit anew.

    Raises:
        CusttierError: `bad-models` when the file is not as it was written.
    """
    said = _all().get(_key(question, name, basis.currency))
    try:
        if said is None or said["version"] != _VERSION:
            return None
        fitted_on = date.fromisoformat(said["as_of"])
        marks, kept_marks = _marks(past), said["marks"]
        is_near = 0 <= (basis.as_of - fitted_on).days <= MOST_DAYS
        before = kept_marks["purchase_days"]
        if not is_near or abs(marks["purchase_days"] - before) > MOST_CHANGE * before:
            return None
        state = _state(said, past)
        if basis.as_of != fitted_on or marks != kept_marks:
            state = replace(state, fitted_on=fitted_on)
        return Fitted(state, _optimum(said["spend"]) if said["spend"] else None)
    except (KeyError, TypeError, ValueError) as problem:
        raise _bad() from problem


def _keep(question: Question, found: Fitted, state: Modelled, *, name: str | None, basis: Basis) -> Path | None:
    """Keep what was fitted, unless what is kept is of a later day; gives the file."""
    shelf, key, spending = _all(), _key(question, name, basis.currency), found.spending
    before = shelf.get(key)
    if before is not None and str(before.get("as_of", "")) > basis.as_of.isoformat():
        return None
    judged = [{**asdict(replace(one, fit=None)), "correlation": _plain(one.correlation)} for one in state.judged]
    entry = {
        "version": _VERSION,
        "as_of": basis.as_of.isoformat(),
        "marks": _marks(state.past),
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


def _marks(past: Past) -> dict[str, int]:
    """By what the same data is known again: sums over the customers, of nobody by themselves."""
    own, sales = past.known, past.customers.get_column("net_sales").sum()
    return {
        "customers": past.customers.height,
        "purchase_days": int(own.x.sum()) + past.customers.height,
        "days_between": int(own.t_x.sum()),
        "days_since": int(own.T.sum()),
        "net_sales": int(sales),
    }


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
