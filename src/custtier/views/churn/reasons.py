"""Why each customer stands in the churn list, written for many rows at once."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

import polars as pl

from custtier.schema import CHURN_LEVELS
from custtier.text.reasons import REASONS
from custtier.views.churn.levels import Levels
from custtier.views.spoken import filled

_ROUNDING: Final = 1e-9


def reason_text(levels: Levels, *, lang: str) -> pl.Expr:
    """A line such as `buys every 31 days, 74 days ago, ×2.4 (≥ 60 days)`.

    Args:
        levels: Where the levels begin: the start that a customer has reached is named.
        lang: A language of `text.reasons`.

    Returns:
        Text over `recency_days`, `purchase_days`, `gap_days`, `gap_parts` (Int64) and `churn_level`.
    """
    templates = REASONS[lang]
    days, ratios = [pl.lit(days) for days in levels.days], levels.ratios
    in_days = _start(days, templates["days_start"])
    said = {
        "gap": _rounded(pl.col("gap_days"), pl.col("gap_parts")),
        "recency": pl.col("recency_days").cast(pl.String),
        "ratio": _ratio(ratios),
        "start": _start([pl.lit(f"{float(ratio):g}") for ratio in ratios], templates["ratio_start"])
        if ratios
        else in_days,
    }
    # so many usual gaps are so many days for who has the shop's gap
    once = {
        **said,
        "start": _start([_days_of(ratio) for ratio in ratios], templates["days_start"]) if ratios else in_days,
    }
    only_once = filled(templates["once"], once)
    if levels.once and levels.returned:
        by_then = pl.Series(levels.returned.percents(), dtype=pl.Int32)
        told = {
            **said,
            "start": _start([pl.lit(days) for days in levels.once], templates["days_start"]),
            "share": pl.lit(by_then).gather(pl.col("recency_days").clip(0, len(by_then) - 1)).cast(pl.String),
        }
        only_once = filled(templates["once_returns"], told)
    return pl.when(pl.col("purchase_days") > 1).then(filled(templates["rhythm"], said)).otherwise(only_once)


def chance_text(starts: Sequence[float], *, days: int, lang: str) -> pl.Expr:
    """A line such as `buys every 31 days, 74 days ago; 12% likely to buy in the next 90 days (below 20%)`.

    Args:
        starts: Below which chance each level begins: the one that a customer has fallen below is named.
        days: Looked ahead.
        lang: A language of `text.reasons`.

    Returns:
        Text over `recency_days`, `purchase_days`, `gap_days`, `gap_parts` (Int64), `buy_chance` and `churn_level`.
    """
    templates = REASONS[lang]
    percent = (pl.col("buy_chance") * 100 + _ROUNDING).floor().cast(pl.Int64)
    said = {
        "gap": _rounded(pl.col("gap_days"), pl.col("gap_parts")),
        "recency": pl.col("recency_days").cast(pl.String),
        "share": pl.when(percent < 1).then(pl.lit("<1")).otherwise(percent.cast(pl.String)),
        "days": pl.lit(str(days)),
        "start": _start([pl.lit(f"{100 * start:g}") for start in starts], templates["chance_start"]),
    }
    return (
        pl.when(pl.col("purchase_days") > 1)
        .then(filled(templates["chance"], said))
        .otherwise(filled(templates["once_chance"], said))
    )


def season_text(*, lang: str) -> pl.Expr:
    """A line such as `buys every year in months 9–10, 181 days ago`: text over `season` and `recency_days`."""
    said = {"season": pl.col("season"), "recency": pl.col("recency_days").cast(pl.String)}
    return filled(REASONS[lang]["season"], said)


def twice_text(*, lang: str) -> pl.Expr:
    """What follows the reason of who bought in the same months of two years, while the next are waited for.

    Returns:
        Text over `season_twice`, `twice_until`, `last_day` and `recency_days`; empty for everybody else.
    """
    is_open = (pl.col("twice_until") >= pl.col("last_day") + pl.col("recency_days")).fill_null(value=False)
    said = filled(REASONS[lang]["season_twice"], {"season": pl.col("season_twice")})
    return pl.when(is_open).then(said).otherwise(pl.lit(""))


def _start(starts: Sequence[pl.Expr], template: str) -> pl.Expr:
    """The start of the level that a customer has reached, as `template` says it; nothing without a level."""
    text = pl.lit("")
    for level, start in zip(CHURN_LEVELS, starts, strict=False):
        said = filled(template, {"start": start.cast(pl.String)})
        text = pl.when(pl.col("churn_level") == level).then(said).otherwise(text)
    return text


def _days_of(ratio: Fraction) -> pl.Expr:
    """The first whole day on which so many usual gaps have passed."""
    return -(-(pl.col("gap_days") * ratio.numerator) // (pl.col("gap_parts") * ratio.denominator))


def _ratio(starts: Sequence[Fraction]) -> pl.Expr:
    """How many usual gaps have passed: one digit, halves up; where that would cross a start, two digits cut off.

    Args:
        starts: Ratios that a shown one must stand on the same side of as the ratio itself.
    """
    passed, gap = pl.col("recency_days") * pl.col("gap_parts"), pl.col("gap_days")
    tenths = (passed * 20 + gap) // (gap * 2)
    crosses = pl.lit(value=False)
    for start in starts:
        reached = passed * start.denominator >= gap * start.numerator
        seems_reached = tenths * start.denominator >= start.numerator * 10
        crosses = crosses | (reached != seems_reached)
    return pl.when(crosses).then(_decimal(passed * 100 // gap, digits=2)).otherwise(_decimal(tenths, digits=1))


def _rounded(whole: pl.Expr, parts: pl.Expr) -> pl.Expr:
    """Whole days from ten on, below with one digit where it is not zero; halves go up."""
    days = (whole * 2 + parts) // (parts * 2)
    tenths = (whole * 20 + parts) // (parts * 2)
    return pl.when(tenths >= 100).then(days.cast(pl.String)).otherwise(_decimal(tenths, digits=1))


def _decimal(parts: pl.Expr, *, digits: int) -> pl.Expr:
    """Tenths or hundredths as a decimal without zeros at its end: of tenths `24` → `2.4`, `30` → `3`."""
    unit = 10**digits
    rest = (parts % unit).cast(pl.String).str.zfill(digits).str.strip_chars_end("0")
    return pl.concat_str((parts // unit).cast(pl.String), pl.when(rest == "").then(pl.lit("")).otherwise("." + rest))
