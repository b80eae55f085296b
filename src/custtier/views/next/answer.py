"""When each customer will buy next, how sure that is, and how often such windows were right before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from custtier.errors import usage_error
from custtier.facts import Facts, Note
from custtier.metrics.scope import Scope
from custtier.models.btyd.choice import Unsupported
from custtier.models.rhythm import FEWEST_RETURNS, Floats, Ints
from custtier.models.windows import Windows
from custtier.periods import day_of
from custtier.views.basis import Basis, basis_of, customers_of
from custtier.views.churn.usual_gap import with_usual_gap
from custtier.views.fitted import Fitting, fitted_anew
from custtier.views.modelled import Modelled, Refused
from custtier.views.next.forecasts import (
    FORECASTS,
    MODEL,
    RHYTHM,
    ByModel,
    ByRhythm,
    Forecast,
    Observed,
    by_rhythm,
    observed,
    windows_of,
)
from custtier.views.next.hits import Checked, checked, difference
from custtier.views.next.reasons import reason_text
from custtier.views.next.standing import forecasts_table, hit_figures, hit_notes, until_notes
from custtier.views.people import with_people
from custtier.views.shares import divided
from custtier.views.view import View

DEFAULT_DAYS: Final = 14
DEFAULT_HORIZON: Final = 90
MOST_DAYS: Final = 365

COLUMNS: Final = (
    "customer_id",
    "name",
    "phone",
    "last_order_on",
    "recency_days",
    "purchase_days",
    "usual_gap_days",
    "next_from",
    "next_to",
    "confidence",
    "due_chance",
    "expected_sales",
    "reason",
    "net_sales",
    "platforms",
)
"""Columns of the table `customers`."""


@dataclass(frozen=True)
class _Told:
    """What is told of each customer, in the order of `Past.customers`."""

    windows: Windows
    due: Floats
    reached: Floats


def next_purchases(
    facts: Facts,
    *,
    as_of: date | None = None,
    scope: Scope | None = None,
    days: int | None = None,
    horizon: int | None = None,
    forecast: str | None = None,
    model: str | None = None,
    fitting: Fitting | None = None,
    everyone: bool = False,
    lang: str = "en",
    rows: int | None = None,
) -> View:
    """Customers whose next purchase is due, those who bring most within the coming days first.

    A window is the shortest run of coming days, of at least a week, that holds the next purchase with a chance of a
    half or more, given that there was none up to the day observed. Who is less likely than that to buy within the
    horizon at all has none.

    Args:
        facts: Orders, refunds and customers.
        as_of: Last day observed; None for the last day known.
        scope: Which orders are used.
        days: Due are those whose window begins within so many days; None for `DEFAULT_DAYS`.
        horizon: No window ends later; None for `DEFAULT_HORIZON`.
        forecast: `rhythm` or `model`; None for the one that was better on the shop's own past.
        model: Name of the model; None for the one that did best on the shop's own past.
        fitting: Gives the model; None to fit it now.
        everyone: List those who are not due too.
        lang: Language of `reason`.
        rows: How many rows of `customers` will be shown; None for all.

    Returns:
        Tables `customers` (`COLUMNS`) and `forecasts`. `due_chance` is that of a purchase within `days`,
        `expected_sales` that times net sales per purchase day.

    Raises:
        CusttierError: `bad-days`, `unknown-forecast`, and those of `basis_of` and `customers_of`.
    """
    days, horizon = checked_days(days, horizon)
    check_forecast(forecast)
    basis = basis_of(facts, scope=scope or Scope(), as_of=as_of)
    seen = observed(basis)
    found = customers_of(basis, seen.past.everyone)
    chosen, standing, notes = _chosen(
        basis, seen, horizon=horizon, days=days, asked=forecast, model=model, fitting=fitting or fitted_anew
    )
    told = _told(chosen, customers=found.totals.height, horizon=horizon, days=days)
    table = _with_told(seen, chosen, told)
    dated = table.filter(pl.col("first") > 0)
    due = dated.filter(pl.col("first") <= days)
    listed = table if everyone else due
    return View(
        command="next",
        parameters={"days": days, "horizon": horizon, "forecast": forecast, "all": everyone},
        summary={
            "customers": table.height,
            "due": due.height,
            "dated": dated.height,
            "undated": table.height - dated.height,
            "expected_buyers": _rounded(told.due) if told else None,
            "expected_sales": int(table.get_column("expected_sales").sum()) if told else None,
            "days": days,
            "horizon": horizon,
            "forecast": chosen.name if chosen else None,
            **hit_figures(standing, chosen),
            **found.unattributed,
        },
        tables={
            "customers": _table(listed, seen=seen, facts=facts, horizon=horizon, lang=lang, rows=rows),
            "forecasts": forecasts_table(standing, chosen),
        },
        heights={"customers": listed.height},
        notes=(*found.notes, *until_notes(seen.past.end_day, as_of_day=basis.as_of_day), *notes),
        as_of=basis.as_of,
        data_through=facts.extent.data_through,
        currency=basis.currency,
    )


def checked_days(days: int | None, horizon: int | None) -> tuple[int, int]:
    """The days of the list and how far windows reach, typed or by default.

    Raises:
        CusttierError: `bad-days`.
    """
    asked = {"--days": DEFAULT_DAYS if days is None else days, "--horizon": horizon}
    for option, value in asked.items():
        if value is not None and not 1 <= value <= MOST_DAYS:
            raise usage_error(
                "bad-days",
                "{option} was given {days}, a number from 1 to {most} is expected",
                hint="write it as {option} 30",
                option=option,
                days=value,
                most=MOST_DAYS,
            )
    listed = asked["--days"] or DEFAULT_DAYS
    if horizon is not None and horizon < listed:
        raise usage_error(
            "bad-days",
            "--horizon {horizon} is shorter than --days {days}: who is due would have no date",
            hint="take a longer --horizon or fewer --days",
            horizon=horizon,
            days=listed,
        )
    return listed, horizon or max(DEFAULT_HORIZON, listed)


def check_forecast(forecast: str | None) -> None:
    """Return when there is such a forecast.

    Raises:
        CusttierError: `unknown-forecast`.
    """
    if forecast is not None and forecast not in FORECASTS:
        raise usage_error(
            "unknown-forecast",
            "--forecast {forecast!r} is not known; there are {known}",
            hint="leave it out for the one that was better on the shop's own past",
            forecast=forecast,
            known=", ".join(FORECASTS),
        )


def _chosen(
    basis: Basis,
    seen: Observed,
    *,
    horizon: int,
    days: int,
    asked: str | None,
    model: str | None,
    fitting: Fitting,
) -> tuple[Forecast | None, Checked, list[Note]]:
    """The forecast to go by, how all did before, and the remarks; None where nothing can be told."""
    found = Refused(seen.past, Unsupported("asked", {})) if asked == RHYTHM else fitting(basis, seen.past, model).state
    fitted = None if isinstance(found, Refused) else ByModel(found.fit, found.past)
    notes = _why_no_model(found.why) if isinstance(found, Refused) else []
    rhythm = None if asked == MODEL and fitted is not None else by_rhythm(seen)
    names = tuple(one.name for one in (rhythm, fitted) if one is not None)
    standing = (
        checked(basis, seen, horizon=horizon, days=days, names=names, model=fitted.fit.model.name if fitted else None)
        if names
        else Checked()
    )
    chosen, more = _better(rhythm, fitted, standing)
    if chosen is None:
        return None, standing, [*notes, Note("next_too_few", {"returns": seen.returns, "needed": FEWEST_RETURNS})]
    if isinstance(found, Modelled) and found.fitted_on is not None:
        notes = [*notes, Note("value_kept", {"day": found.fitted_on})]
    return chosen, standing, [*notes, *more, *hit_notes(standing, chosen, horizon=horizon)]


def _better(rhythm: Forecast | None, model: Forecast | None, standing: Checked) -> tuple[Forecast | None, list[Note]]:
    """The model where it was better beyond chance, else the rhythm, which asks for less."""
    if rhythm is None or model is None:
        return rhythm or model, []
    one, other = standing.of(MODEL), standing.of(RHYTHM)
    if one is None or other is None:
        return rhythm, []
    low, high = difference(one, other)
    if high < 0:
        return model, [Note("next_model_better", {"low": -high, "high": -low})]
    if low > 0:
        return rhythm, [Note("next_rhythm_better", {"low": low, "high": high})]
    return rhythm, [Note("next_no_difference", {"low": low, "high": high})]


def _why_no_model(why: Unsupported) -> list[Note]:
    return [] if why.reason == "asked" else [Note(f"next_{why.reason}", dict(why.figures))]


def _told(chosen: Forecast | None, *, customers: int, horizon: int, days: int) -> _Told | None:
    if chosen is None:
        return None
    windows = windows_of(chosen, customers=customers, horizon=horizon)
    chances = chosen.chances([days, horizon], np.arange(customers))
    return _Told(windows, chances[:, 0], chances[:, 1])


def _with_told(seen: Observed, chosen: Forecast | None, told: _Told | None) -> pl.DataFrame:
    """The customers with `first`, `last`, `confidence`, `due_chance`, `horizon_chance`, `reckoned_days` and gaps."""
    table = with_usual_gap(seen.past.customers).with_columns(
        (seen.past.end_day - pl.col("last_day")).cast(pl.Int64).alias("recency_days")
    )
    windows = told.windows if told else None
    reckoned = chosen.rhythm.usual.gap_days(seen.now) if isinstance(chosen, ByRhythm) else None
    columns: Mapping[str, Floats | Ints | None] = {
        "due_chance": told.due if told else None,
        "horizon_chance": told.reached if told else None,
        "confidence": windows.chance if windows else None,
        "reckoned_days": reckoned,
        "first": windows.first if windows else np.zeros(table.height, dtype=np.int64),
        "last": windows.last if windows else np.zeros(table.height, dtype=np.int64),
    }
    return table.with_columns(
        pl.lit(None, pl.Float64).alias(name) if values is None else pl.Series(name, values).fill_nan(None)
        for name, values in columns.items()
    ).with_columns(
        (pl.col("due_chance") * pl.col("net_sales") / pl.col("purchase_days"))
        .round(0)
        .cast(pl.Int64)
        .alias("expected_sales")
    )


def _rounded(chances: Floats) -> int:
    return round(float(np.nansum(chances)))


def _table(
    listed: pl.DataFrame,
    *,
    seen: Observed,
    facts: Facts,
    horizon: int,
    lang: str,
    rows: int | None,
) -> pl.DataFrame:
    """The table `customers`, those who are expected to bring most first."""
    listed = listed.with_columns(pl.col("expected_sales").fill_null(-1).alias("expected_first"))
    is_dated = pl.col("first") > 0
    begin = pl.lit(day_of(seen.past.end_day))
    return (
        with_people(listed, facts=facts, largest_first="expected_first", rows=rows)
        .head(listed.height if rows is None else rows)
        .with_columns(
            pl.from_epoch("last_day", time_unit="d").alias("last_order_on"),
            divided(pl.col("gap_days"), pl.col("gap_parts")).alias("usual_gap_days"),
            pl.when(is_dated).then(begin + pl.duration(days="first")).cast(pl.Date).alias("next_from"),
            pl.when(is_dated).then(begin + pl.duration(days="last")).cast(pl.Date).alias("next_to"),
            pl.when(is_dated).then("confidence").alias("confidence"),
            pl.col("recency_days").cast(pl.Int32),
        )
        .with_columns(reason_text(horizon=horizon, lang=lang).alias("reason"))
        .select(COLUMNS)
    )
