"""Why each customer stands in the churn list, written for many rows at once."""

from collections.abc import Mapping
from string import Formatter

import polars as pl

from custtier.schema import CHURN_LEVELS
from custtier.text.reasons import REASONS
from custtier.views.warning_levels import Levels


def reason_text(levels: Levels, *, lang: str) -> pl.Expr:
    """A line such as `buys every 31 days, 74 days ago (≥ 60), ×2.4`.

    Args:
        levels: Where the levels begin: the start that a customer has reached is named.
        lang: A language of `text.reasons`.

    Returns:
        Text over `recency_days`, `purchase_days`, `gap_days`, `gap_parts` (Int64) and `churn_level`.
    """
    templates = REASONS[lang]
    places = {
        "gap": _rounded(pl.col("gap_days"), pl.col("gap_parts")),
        "recency": pl.col("recency_days").cast(pl.String),
        "ratio": _tenths(pl.col("recency_days") * pl.col("gap_parts") * 10 // pl.col("gap_days")),
        "days_start": _start([str(days) for days in levels.days], templates["start"]),
        "ratio_start": _start([f"{float(ratio):g}" for ratio in levels.ratios], templates["start"]),
    }
    has_gap = pl.col("gap_days").is_not_null()
    return (
        pl.when(pl.col("purchase_days") > 1)
        .then(_filled(templates["rhythm"], places))
        .when(has_gap)
        .then(_filled(templates["once"], places))
        .otherwise(_filled(templates["once_alone"], places))
    )


def _filled(template: str, places: Mapping[str, pl.Expr]) -> pl.Expr:
    parts: list[pl.Expr] = []
    for text, place, _, _ in Formatter().parse(template):
        if text:
            parts.append(pl.lit(text))
        if place:
            parts.append(places[place])
    return pl.concat_str(parts)


def _start(starts: list[str], template: str) -> pl.Expr:
    """The start of the level that a customer has reached, as `template` says it; nothing without a level."""
    said = [template.format(start=start) for start in starts]
    text = pl.lit("")
    for level, start in zip(CHURN_LEVELS, said, strict=False):
        text = pl.when(pl.col("churn_level") == level).then(pl.lit(start)).otherwise(text)
    return text


def _rounded(whole: pl.Expr, parts: pl.Expr) -> pl.Expr:
    """Whole days from ten on, below with one digit where it is not zero; halves go up."""
    days = (whole * 2 + parts) // (parts * 2)
    tenths = (whole * 20 + parts) // (parts * 2)
    return pl.when(tenths >= 100).then(days.cast(pl.String)).otherwise(_tenths(tenths))


def _tenths(tenths: pl.Expr) -> pl.Expr:
    """Tenths as a decimal, `24` → `2.4`, `30` → `3`."""
    whole = (tenths // 10).cast(pl.String)
    return (
        pl.when(tenths % 10 == 0)
        .then(whole)
        .otherwise(pl.concat_str(whole, pl.lit("."), (tenths % 10).cast(pl.String)))
    )
