"""Which model was right before: fitted to the first part of the time, judged by the orders of the rest."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from custtier.models.btyd.choice import Known, fit_to, model_named, usable
from custtier.models.btyd.fits import Fit
from custtier.models.btyd.future import expected_orders
from custtier.models.btyd.histories import Flags, Floats, Ints, histories_of

SIMPLE: Final = "last-period"
"""The simplest rule: everybody comes back as often as in as many days before."""
HELD_OUT: Final = 0.3
"""The share of the time that is held out."""
MOST_CUSTOMERS: Final = 10_000
"""A contest among more customers is held among so many of them, drawn at random with a fixed seed."""
_GAPS: Final = 3


@dataclass(frozen=True)
class Past:
    """Customers up to a day, and what they bought in the days after it.

    Args:
        known: Up to the day.
        horizon: Days after it.
        seen: Purchase days of each customer in them.
        before: Days on which each came back in as many days before it: the simplest forecast.
        fitted_rows: Whom models are fitted to; None for everyone. All are judged.
    """

    known: Known
    horizon: float
    seen: Ints
    before: Ints
    fitted_rows: Flags | None = None


@dataclass(frozen=True)
class Judged:
    """How a forecast did.

    Args:
        name: Of the model, or `SIMPLE`.
        expected: Orders forecast.
        seen: Orders made.
        mean_error: Mean absolute error per customer (MAE).
        correlation: Of forecast and made; NaN where one is the same for all.
        gain: By how much the mean absolute error lies below that of the simplest rule.
        gain_low: The lower end of its 95 % interval over customers.
        gain_high: The upper end.
        fit: None for the simplest rule.
    """

    name: str
    expected: float
    seen: float
    mean_error: float
    correlation: float
    gain: float = 0.0
    gain_low: float = 0.0
    gain_high: float = 0.0
    fit: Fit | None = field(default=None, repr=False)

    def loss(self, customers: int) -> float:
        """What counts: the error of all customers and that of their total, as shares of the orders made."""
        return (self.mean_error * customers + abs(self.expected - self.seen)) / max(self.seen, 1.0)


def held_out_days(span: float, *, median_gap: float | None) -> int | None:
    """How many days at the end are held out: 30 %, at least three median gaps; None when these are over a third.

    Args:
        span: Days known.
        median_gap: See `Known.gap_quantile`.
    """
    days = max(round(span * HELD_OUT), int(np.ceil(_GAPS * (median_gap or 1.0))), 1)
    return days if days <= span / 3 else None


def contest(past: Past, names: Sequence[str], *, seed: int = 0) -> list[Judged]:
    """How the models and the simplest rule did, the best first; models that could not be fitted are left out.

    Args:
        past: With what came after.
        names: Of models.
        seed: Of the sample.
    """
    past = _sampled(past, seed=seed)
    known, customers = past.known, len(past.seen)
    naive = np.abs(past.before - past.seen)
    found = [_judged(SIMPLE, past.before.astype(np.float64), past, naive=naive)]
    histories, index = histories_of(known.x, known.t_x, known.T)
    for name in names:
        model = model_named(name)
        fit = fit_to(model, known, past.fitted_rows)
        if usable(fit):
            forecast = expected_orders(model, fit.at, histories, horizon=past.horizon)[index]
            found.append(_judged(name, forecast, past, naive=naive, fit=fit))
    # of models that come down to the same the plainest is taken, and not the one that accidents of arithmetic prefer
    return sorted(found, key=lambda one: round(one.loss(customers), 6))


def _judged(name: str, forecast: Floats, past: Past, *, naive: Floats | Ints, fit: Fit | None = None) -> Judged:
    errors = np.abs(forecast - past.seen)
    gains = naive - errors
    margin = 1.96 * float(gains.std()) / np.sqrt(max(len(gains), 1))
    varies = forecast.std() > 0 and past.seen.std() > 0
    return Judged(
        name=name,
        expected=float(forecast.sum()),
        seen=float(past.seen.sum()),
        mean_error=float(errors.mean()),
        correlation=float(np.corrcoef(forecast, past.seen)[0, 1]) if varies else float("nan"),
        gain=float(gains.mean()),
        gain_low=float(gains.mean() - margin),
        gain_high=float(gains.mean() + margin),
        fit=fit,
    )


def _sampled(past: Past, *, seed: int) -> Past:
    """At most `MOST_CUSTOMERS` of them; which ones does not depend on the order of rows.

    Their gaps are not told apart: those of all stand for theirs, in proportion.
    """
    size = len(past.seen)
    if size <= MOST_CUSTOMERS:
        return past
    own = past.known
    order = np.lexsort((past.seen, past.before, own.T, own.t_x, own.x))
    places = order[np.sort(np.random.default_rng(seed).choice(size, MOST_CUSTOMERS, replace=False))]
    share = int(own.x[places].sum()) / max(int(own.x.sum()), 1)
    counts = own.gap_counts.astype(np.float64) * share
    known = Known(own.x[places], own.t_x[places], own.T[places], own.gap_days, counts, own.last_gaps)
    rows = None if past.fitted_rows is None else past.fitted_rows[places]
    return Past(known, past.horizon, past.seen[places], past.before[places], rows)
