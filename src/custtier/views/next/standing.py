"""What is said of how windows did before: figures, a table and remarks."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from custtier.facts import Note
from custtier.models.proportions import wilson
from custtier.periods import day_of
from custtier.views.next.forecasts import LAST_GAP, Forecast
from custtier.views.next.hits import Checked, Judged

_MATTERS: Final = 0.02

FORECAST_COLUMNS: Final = {
    "forecast": pl.String,
    "windows": pl.Int64,
    "hits": pl.Int64,
    "hit_rate": pl.Float64,
    "hit_rate_low": pl.Float64,
    "hit_rate_high": pl.Float64,
    "stated_chance": pl.Float64,
    "window_days": pl.Float64,
    "expected_buyers": pl.Int64,
    "seen_buyers": pl.Int64,
    "brier": pl.Float64,
}
"""Columns of the table `forecasts`."""


def hit_figures(standing: Checked, chosen: Forecast | None) -> Mapping[str, object]:
    """The figures of the summary: windows looked at, hits, their share, and the chance that was told of them."""
    one = standing.of(chosen.name) if chosen else None
    return {
        "windows": one.windows if one else None,
        "hits": one.hits if one else None,
        "hit_rate": one.hits / one.windows if one and one.windows else None,
        "stated_chance": one.stated if one else None,
    }


def forecasts_table(standing: Checked, chosen: Forecast | None) -> pl.DataFrame:
    """The table `forecasts`: how each did as of one earlier day; the simplest rule on windows of the one chosen."""
    rows = [_row(one) for one in standing.judged]
    one = standing.of(chosen.name) if chosen else None
    if one and one.windows:
        rows.append(_simple_row(one))
    return pl.DataFrame(rows, schema=FORECAST_COLUMNS, orient="row")


def _row(one: Judged) -> tuple[object, ...]:
    low, high = wilson(one.hits, one.windows) or (None, None)
    share = one.hits / one.windows if one.windows else None
    return (
        one.name,
        one.windows,
        one.hits,
        share,
        low,
        high,
        one.stated,
        one.window_days,
        round(one.expected),
        one.bought,
        one.loss,
    )


def _simple_row(one: Judged) -> tuple[object, ...]:
    share = one.simple_hits / one.windows
    low, high = wilson(one.simple_hits, one.windows) or (None, None)
    return LAST_GAP, one.windows, one.simple_hits, share, low, high, None, one.window_days, None, one.bought, None


def hit_notes(standing: Checked, chosen: Forecast, *, horizon: int) -> list[Note]:
    """How often the windows were right, whether they were too sure, and what the simplest rule reached beside them."""
    one = standing.of(chosen.name)
    if one is None:
        return [Note("next_unchecked", {"horizon": horizon})]
    if not one.windows or one.stated is None:
        return [Note("next_no_windows", {"horizon": horizon})]
    share = one.hits / one.windows
    told: dict[str, object] = {"origins": len(standing.origin_days), "since": day_of(standing.origin_days[-1])}
    told |= {"windows": one.windows, "hits": one.hits, "share": share, "stated": one.stated}
    told["simple_share"] = one.simple_hits / one.windows
    notes = [Note("next_hits", told)]
    if too_sure(one.hits, one.windows, stated=one.stated):
        notes.append(Note("next_too_sure", {"share": share, "stated": one.stated}))
    return notes


def until_notes(end_day: int, *, as_of_day: int) -> list[Note]:
    """From which day windows count, where that is not the day observed."""
    return [Note("next_until", {"until": day_of(end_day)})] if end_day < as_of_day else []


def too_sure(hits: int, windows: int, *, stated: float) -> bool:
    """Whether windows held the purchase less often than was promised, beyond chance and by enough to matter."""
    _, high = wilson(hits, windows) or (0.0, 1.0)
    return high < stated and stated - hits / windows > _MATTERS
