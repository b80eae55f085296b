"""How likely each customer is to have bought again by a day: from their rhythm and everybody's, or from a model."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import polars as pl

from custtier.metrics.frames import polars_behind
from custtier.metrics.waits import waits
from custtier.models.btyd.choice import (
    Unsupported,
    burn_in,
    first_seen_after,
    fit_to,
    model_named,
    unsupported,
    usable,
)
from custtier.models.btyd.fits import Fit
from custtier.models.btyd.future import buys_again
from custtier.models.rhythm import Floats, Ints, Rhythm, Waits, rhythm_of
from custtier.models.windows import Windows, shortest_windows
from custtier.views.basis import Basis
from custtier.views.histories import Past, past_of

RHYTHM, MODEL, LAST_GAP = "rhythm", "model", "last_gap"
FORECASTS: Final = (RHYTHM, MODEL)
"""What dates may be reckoned by."""

_AT_ONCE: Final = 20_000
"""Customers whose days to come lie in memory at once."""


@dataclass(frozen=True)
class Observed:
    """The customers of a question as of a day.

    Args:
        past: Their histories.
        days: Their purchase days, `customer_key` and `order_day`, sorted by both.
        now: The waits that last, one per customer, in the order of `past.customers`.
        returns: How many waits have ended.
        rhythm: What all of them tell; None when too few have ended.
    """

    past: Past
    days: pl.DataFrame
    now: Waits
    returns: int
    rhythm: Rhythm | None


class Forecast(Protocol):
    """Anything that tells chances of customers."""

    @property
    def name(self) -> str:
        """Its code."""
        ...

    def chances(self, ahead: Sequence[int], rows: Ints) -> Floats:
        """That some of the customers have bought again so many days from now; one row each."""
        ...


@dataclass(frozen=True)
class ByRhythm:
    """`models.rhythm` of these customers."""

    rhythm: Rhythm
    seen: Observed
    name: str = RHYTHM

    def chances(self, ahead: Sequence[int], rows: Ints) -> Floats:
        """See `Forecast`."""
        return self.rhythm.chances(self.seen.now.where(rows), ahead)


@dataclass(frozen=True)
class ByModel:
    """A model of `models.btyd` of these customers."""

    fit: Fit
    past: Past
    name: str = MODEL

    def chances(self, ahead: Sequence[int], rows: Ints) -> Floats:
        """See `Forecast`."""
        distinct, place = np.unique(self.past.index[rows], return_inverse=True)
        histories = self.past.histories.taken(distinct)
        columns = [buys_again(self.fit.model, self.fit.at, histories, horizon=days) for days in ahead]
        return np.asarray(np.stack(columns, axis=1)[place])


def observed(basis: Basis) -> Observed:
    """What is known of the customers as of the day of the basis."""
    past = past_of(basis)
    found = waits(purchase_days(basis), keys=("customer_key",), end_day=past.end_day).collect()
    every = waits_of(found)
    now = waits_of(found.filter(~pl.col("has_ended")))
    # all that was known when each wait began is not held any longer: of ten million purchases it is half a gigabyte
    days = found.select("customer_key", "order_day")
    return Observed(past, days, now, int(every.has_ended.sum()), rhythm_of(every))


def purchase_days(basis: Basis) -> pl.LazyFrame:
    """The days of customers' purchases: `customer_key`, `order_day`, sorted by both, any number of rows a day."""
    days = polars_behind(basis.purchases).select(pl.col("account_key").alias("customer_key"), "order_day")
    days = days.filter(pl.col("customer_key").is_not_null())
    if basis.accounts is not None:
        owned = basis.accounts.select("account_key", pl.col("customer_key").alias("owner"))
        joined = days.join(owned, left_on="customer_key", right_on="account_key", how="left")
        days = joined.select(pl.coalesce("owner", "customer_key").alias("customer_key"), "order_day")
    if basis.accounts is not None or not basis.is_sorted:
        days = days.sort("customer_key", "order_day")
    return days


def waits_of(table: pl.DataFrame) -> Waits:
    """Rows of `metrics.waits.waits` as arrays."""
    return Waits(
        earlier=table.get_column("earlier").to_numpy(),
        log_sum=table.get_column("log_sum").to_numpy(),
        log_squares=table.get_column("log_squares").to_numpy(),
        days=table.get_column("days").to_numpy(),
        has_ended=table.get_column("has_ended").to_numpy(),
    )


def by_rhythm(seen: Observed) -> ByRhythm | None:
    """The forecast by rhythm; None when too few have come back."""
    return None if seen.rhythm is None else ByRhythm(seen.rhythm, seen)


def by_model(past: Past, *, name: str) -> ByModel | Unsupported:
    """The forecast by a model as of a day of the past, or why there is none.

    Customers who were there before the data begins are not fitted.

    Args:
        past: The customers.
        name: Of the model; plain NBD comes in its place where nobody seems to leave.
    """
    if why := unsupported(past.known):
        return why
    days = burn_in(past.known)
    rows = first_seen_after(past.known, days=days) if days else None
    fit = fit_to(model_named(name), past.known, rows)
    if fit.nobody_leaves and fit.model.k == 1:
        fit = fit_to(model_named("nbd"), past.known, rows)
    return ByModel(fit, past) if usable(fit) else Unsupported("not_fitted", {})


def windows_of(forecast: Forecast, *, customers: int, horizon: int, only: Ints | None = None) -> Windows:
    """The window of each customer, of the coming `horizon` days; none where half of it is out of reach.

    Args:
        forecast: Tells their chances.
        customers: How many there are.
        horizon: No window ends later.
        only: The numbers of those asked for; None for all.
    """
    asked = np.arange(customers) if only is None else only
    size = len(asked)
    reached = forecast.chances([horizon], asked)[:, 0]
    first, last, chance = np.zeros(size, np.int64), np.zeros(size, np.int64), np.zeros(size)
    likely = np.flatnonzero(reached >= 0.5)
    for begin in range(0, len(likely), _AT_ONCE):
        rows = likely[begin : begin + _AT_ONCE]
        found = shortest_windows(forecast.chances(range(1, horizon + 1), asked[rows]))
        first[rows], last[rows], chance[rows] = found.first, found.last, found.chance
    return Windows(first, last, chance)
