"""Everybody with their warning level and what is at stake, by the method asked for."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from custtier.facts import Note
from custtier.metrics.runs import Rhythm, run_rhythm
from custtier.periods import day_number
from custtier.settings import ChurnLevels
from custtier.views.basis import Basis, Customers, customers_of
from custtier.views.churn.levels import FIXED, MODEL, Levels, level_codes, levels_of
from custtier.views.churn.returns import Returns, all_returns, first_returns
from custtier.views.churn.seasons import SEASON_DAYS, with_seasons
from custtier.views.churn.usual_gap import with_usual_gap

if TYPE_CHECKING:
    from custtier.views.fitted import Fitting

MOST_ORDERS: Final = 2_000_000
"""With more, fixed days alone are answered without counting gaps: no days are suggested."""


@dataclass(frozen=True)
class Judged:
    """Customers with their levels.

    Args:
        customers: One row per customer: the columns of `metrics.runs.Rhythm`, `recency_days` (Int64), `gap_days`,
            `gap_parts`, `churn_level` (Enum, null for none), `value_at_stake` (Int64, minor units); by the model
            `buy_chance` too. `season` and `season_until` of `with_seasons` where gaps were counted, and, by all methods
            but fixed days, `level_without_season`.
        found: Whom the orders belong to, and remarks on them.
        method: By which the levels were given: `fixed` where no model is of use.
        levels: Where they begin; by the model chances, in `chances`.
        chances: Below which chance of a purchase each level begins; None by the other methods.
        days: Days of the method `fixed`, or those that the model looks ahead; 0 by the others.
        returned: How soon customers came back; None where it was not asked for, or too few did.
        notes: Remarks on the method.
    """

    customers: pl.DataFrame
    found: Customers
    method: str
    levels: Levels
    days: int
    chances: tuple[float, float, float] | None = None
    returned: Returns | None = None
    notes: tuple[Note, ...] = ()


def judged_by_gaps(basis: Basis, *, method: str, days: int, settings: ChurnLevels) -> Judged:
    """By days since the last purchase: fixed ones, or measured by gaps between purchases.

    Args:
        basis: The orders used.
        method: `fixed`, `own` or `shop`.
        days: Of the method `fixed`.
        settings: Where the warning levels begin.

    Raises:
        CusttierError: Those of `customers_of`.
    """
    with_gaps = method != FIXED or basis.facts.extent.purchases <= MOST_ORDERS
    season_days = SEASON_DAYS if with_gaps else None
    rhythm = run_rhythm(basis.ledger, as_of_day=basis.as_of_day, with_gaps=with_gaps, season_days=season_days)
    return _by_gaps(basis, customers_of(basis, rhythm.customers), rhythm, method=method, days=days, settings=settings)


def judged_by_model(
    basis: Basis, *, days: int, settings: ChurnLevels, name: str | None = None, fitting: "Fitting | None" = None
) -> Judged:
    """By how likely a purchase in the coming days is; by fixed days where no model is of use.

    Args:
        basis: The orders used.
        days: Looked ahead.
        settings: Where the warning levels begin.
        name: Of a model; None for the one that did best on the shop's own past.
        fitting: Gives the model; None to fit it now.

    Raises:
        CusttierError: Those of `customers_of`.
    """
    from custtier.views.churn.by_model import NoModel, by_model, model_codes
    from custtier.views.fitted import fitted_anew

    told = by_model(basis, days=days, name=name, fitting=fitting or fitted_anew)
    past = told.past
    found = customers_of(basis, past.everyone)
    if isinstance(told, NoModel):
        rhythm = Rhythm(past.everyone, past.gaps)
        plain = _by_gaps(basis, found, rhythm, method=FIXED, days=days, settings=settings)
        return Judged(**{**vars(plain), "notes": (told.note, Note("churn_simple_rule", {"days": days}))})
    customers = _with_recency(told.customers, basis).with_columns(model_codes(settings.model).alias("churn_level"))
    customers = waited_for(with_seasons(customers, basis), as_of_day=basis.as_of_day)
    returned = all_returns(past.gaps, found.totals, as_of_day=seen_until(basis))
    return Judged(customers, found, MODEL, Levels(), days, settings.model, returned, told.notes)


def waited_for(customers: pl.DataFrame, *, as_of_day: int) -> pl.DataFrame:
    """`customers` with no level where a seasonal buyer's next season is still waited for."""
    is_waited_for = (pl.col("season_until") >= as_of_day).fill_null(value=False)
    return customers.with_columns(
        pl.when(is_waited_for).then(None).otherwise(pl.col("churn_level")).alias("churn_level"),
        pl.col("churn_level").alias("level_without_season"),
    )


def seen_until(basis: Basis) -> int:
    """Number of the last day on which a purchase would have been seen."""
    until = basis.scope.until
    return min(basis.as_of_day, day_number(until)) if until else basis.as_of_day


def _by_gaps(
    basis: Basis, found: Customers, rhythm: Rhythm, *, method: str, days: int, settings: ChurnLevels
) -> Judged:
    gaps, until = rhythm.gaps, seen_until(basis)
    is_measured = method != FIXED and gaps is not None
    levels = levels_of(
        method,
        days=days,
        settings=settings,
        gaps=gaps,
        returned=first_returns(gaps, found.totals, as_of_day=until) if is_measured and gaps is not None else None,
    )
    customers = _with_recency(found.totals, basis).with_columns(
        level_codes(levels).alias("churn_level"), pl.col("last_year_sales").alias("value_at_stake")
    )
    if method != FIXED:
        customers = waited_for(with_seasons(customers, basis), as_of_day=basis.as_of_day)
    elif gaps is not None:
        customers = with_seasons(customers, basis)
    returned = None if gaps is None else all_returns(gaps, found.totals, as_of_day=until)
    has_rhythm = bool((customers.get_column("purchase_days") > 1).any())
    notes = () if has_rhythm or method == FIXED else (Note("no_rhythm"),)
    return Judged(customers, found, method, levels, days, returned=returned, notes=notes)


def _with_recency(totals: pl.DataFrame, basis: Basis) -> pl.DataFrame:
    """`totals` with recency and the usual gap as `gap_days` / `gap_parts`."""
    return with_usual_gap(totals).with_columns(
        (basis.as_of_day - pl.col("last_day")).cast(pl.Int64).alias("recency_days")
    )
