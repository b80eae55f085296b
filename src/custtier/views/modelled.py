"""A question's customers under a model: the one that was right on the shop's own past, or why there is none.

Everything that forecasts starts here: `value`, `next` and `churn --method model` ask for the same model of the same
customers.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from custtier.errors import usage_error
from custtier.models.btyd.choice import (
    FEWEST_REPEATERS,
    Unsupported,
    burn_in,
    candidates,
    first_seen_after,
    fit_to,
    model_named,
    nearest_k,
    regularity,
    unsupported,
    usable,
)
from custtier.models.btyd.contest import MOST_CUSTOMERS, SIMPLE, Judged, contest, held_out_days
from custtier.models.btyd.contest import Past as Before
from custtier.models.btyd.fits import MODELS, Fit
from custtier.models.btyd.histories import Flags, Histories, histories_of
from custtier.periods import day_of
from custtier.views.basis import Basis, basis_of
from custtier.views.histories import Past, days_bought, past_of, past_until, times_back

MOST_FOR_LIFETIMES: Final = 100_000
"""Among more customers Pareto/NBD is fitted only when it is asked for: it takes minutes there."""


@dataclass(frozen=True)
class Modelled:
    """A model of these customers.

    Args:
        past: The customers.
        fit: The model.
        by: How it was chosen: `holdout`, `likelihood` where the time is too short to hold any out, `asked`.
        judged: The contest, best first; empty without one.
        held_out: The first and the last day held out; None without a contest.
        burn_in_days: Customers first seen in so many days at the beginning are scored but were not fitted.
        is_cut: Whether the data seems to begin in the middle of the shop's life.
        regularity: Of Wheat and Morrison; None with too few pairs of gaps.
        fitted_on: The last day of the data that it was fitted to, if that was earlier.
    """

    past: Past
    fit: Fit
    by: str
    judged: tuple[Judged, ...]
    held_out: tuple[date, date] | None
    burn_in_days: float
    is_cut: bool
    regularity: float | None
    fitted_on: date | None = None

    @property
    def best(self) -> Judged | None:
        """How the model did in the contest; None without one."""
        return next((one for one in self.judged if one.name == self.fit.model.name), None)

    @property
    def fitted_histories(self) -> Histories:
        """Those that the model is fitted to."""
        if not self.burn_in_days:
            return self.past.histories
        known, rows = self.past.known, first_seen_after(self.past.known, days=self.burn_in_days)
        return histories_of(known.x[rows], known.t_x[rows], known.T[rows])[0]

    @property
    def simple(self) -> Judged | None:
        """How the simplest rule did."""
        return next((one for one in self.judged if one.name == SIMPLE), None)


@dataclass(frozen=True)
class _Trial:
    """A contest, the days held out, and how far off the best model was."""

    judged: tuple[Judged, ...]
    held_out: tuple[date, date]
    loss: float


@dataclass(frozen=True)
class Refused:
    """No model of these customers.

    Args:
        past: The customers.
        why: `unsupported`'s reasons, `not_fitted`, or `asked` for the simplest rule.
    """

    past: Past
    why: Unsupported


def modelled(basis: Basis, *, name: str | None = None, past: Past | None = None) -> Modelled | Refused:
    """The model of the customers of a question.

    Args:
        basis: The orders used.
        name: Of a model of `MODELS`, or the simplest rule; None for the one that did best on the shop's own past.
        past: The customers, where they are known already.

    Raises:
        CusttierError: `unknown-model`.
    """
    check_model(name)
    past = past or past_of(basis)
    if name == SIMPLE:
        return Refused(past, Unsupported("asked", {}))
    if why := unsupported(past.known):
        return Refused(past, why)
    found = regularity(past.known.last_gaps)
    days, rows, is_cut = _fitted_customers(past)
    names = candidates(nearest_k(found)) if name is None else (name,)
    if name is None and past.customers.height > MOST_FOR_LIFETIMES:
        names = tuple(one for one in names if one != "pareto-nbd")
    trial = _contest(basis, past, names=names, burn_in_days=days)
    if trial and days:
        # who is first seen late may be no newcomer but a slow old customer: then all of them say more
        everybody = _contest(basis, past, names=names, burn_in_days=0.0)
        if everybody and everybody.loss <= trial.loss:
            trial, days, rows = everybody, 0.0, None
    judged, held_out = (trial.judged, trial.held_out) if trial else ((), None)
    by, fit = _fit(past, rows, judged=judged, names=names, is_asked=name is not None)
    if fit is None:
        return Refused(past, Unsupported("not_fitted", {}))
    return Modelled(past, fit, by, judged, held_out, days, is_cut, found)


def check_model(name: str | None) -> None:
    """Return when there is a model of this name.

    Raises:
        CusttierError: `unknown-model`.
    """
    if name is None or name == SIMPLE or name in MODELS:
        return
    raise usage_error(
        "unknown-model",
        "--model {model!r} is not known; there are {known}",
        hint="leave it out for the one that did best on the shop's own past",
        model=name,
        known=", ".join((SIMPLE, *MODELS)),
    )


def _fitted_customers(past: Past) -> tuple[float, Flags | None, bool]:
    """After how many days at the beginning customers count as new, who these are, and whether the data is cut."""
    days = burn_in(past.known)
    if not days:
        return 0.0, None, False
    rows = first_seen_after(past.known, days=days)
    if int((past.known.x[rows] > 0).sum()) < FEWEST_REPEATERS:
        return 0.0, None, True
    return days, rows, True


def _contest(basis: Basis, past: Past, *, names: tuple[str, ...], burn_in_days: float) -> _Trial | None:
    """How the models did on the last part of the time; None where it is too short."""
    days = held_out_days(past.known.span, median_gap=past.known.gap_quantile(0.5))
    if days is None:
        return None
    origin = past.end_day - days
    earlier = past_until(basis, day=origin)
    if earlier is None or unsupported(earlier.known):
        return None
    then = basis_of(basis.facts, scope=basis.scope, as_of=day_of(origin))
    rows = None
    if burn_in_days:
        rows = first_seen_after(earlier.known, days=burn_in_days)
        rows = rows if int((earlier.known.x[rows] > 0).sum()) >= FEWEST_REPEATERS else None
    before = Before(
        known=earlier.known,
        horizon=days,
        seen=days_bought(basis, earlier.customers, since_day=origin + 1).to_numpy(),
        before=times_back(then, earlier.customers, since_day=origin - days + 1).to_numpy(),
        fitted_rows=rows,
    )
    judged = tuple(contest(before, names))
    customers = min(len(before.seen), MOST_CUSTOMERS)
    losses = [one.loss(customers) for one in judged if one.name != SIMPLE]
    return _Trial(judged, (day_of(origin + 1), day_of(past.end_day)), min(losses, default=float("inf")))


def _fit(
    past: Past, rows: Flags | None, *, judged: tuple[Judged, ...], names: tuple[str, ...], is_asked: bool
) -> tuple[str, Fit | None]:
    """The winner fitted to everything; without a contest the likeliest, a parameter more counting as one."""
    ranked = [one.name for one in judged if one.name != SIMPLE]
    for name in ranked:
        fit = _settled(fit_to(model_named(name), past.known, rows), past, rows)
        if usable(fit):
            return ("asked" if is_asked else "holdout"), fit
    fits = [_settled(fit_to(model_named(name), past.known, rows), past, rows) for name in names if name not in ranked]
    fits = [fit for fit in fits if usable(fit)]
    if not fits:
        return "likelihood", None
    return ("asked" if is_asked else "likelihood"), max(fits, key=lambda fit: fit.optimum.log_likelihood - len(fit.at))


def _settled(fit: Fit, past: Past, rows: Flags | None) -> Fit:
    """NBD in the place of a model that says that nobody leaves; one of regular buyers stays what it is."""
    return fit_to(model_named("nbd"), past.known, rows) if fit.nobody_leaves and fit.model.k == 1 else fit
