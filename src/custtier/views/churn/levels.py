"""Warning levels of churn: from how many days, or how many usual gaps, a customer is watched, warned of, lapsed."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Final

import polars as pl

from custtier.schema import CHURN_LEVELS
from custtier.settings import ChurnLevels
from custtier.views.churn.returns import Returns
from custtier.views.shares import exact

FIXED: Final = "fixed"
OWN: Final = "own"
SHOP: Final = "shop"
MODEL: Final = "model"
METHODS: Final = (FIXED, OWN, SHOP)
"""Those that measure days since the last purchase."""
ALL_METHODS: Final = (*METHODS, MODEL)


@dataclass(frozen=True)
class Levels:
    """Where watch, warning and lapsed begin; nowhere when the shop has no rhythm to measure by.

    Args:
        days: Days since the last purchase, for the methods `fixed` and `shop`.
        ratios: Usual gaps since the last purchase, for the method `own`.
        once: Days since the only purchase day of who bought on one day alone, where the methods `own` and `shop` know
            how soon others came back after their first; empty where such customers are measured like all.
        returned: How soon that was; None where it is not known.
    """

    days: tuple[int, ...] = ()
    ratios: tuple[Fraction, ...] = ()
    once: tuple[int, ...] = ()
    returned: Returns | None = None


def levels_of(
    method: str, *, days: int, settings: ChurnLevels, gaps: pl.DataFrame | None, returned: Returns | None = None
) -> Levels:
    """Where the levels of a method begin.

    Args:
        method: One of `METHODS`.
        days: Lapsed by the method `fixed` from so many days on.
        settings: Parts of `days`, ratios, and quantiles of the gaps.
        gaps: `metrics.runs.Rhythm.gaps` for the method `shop`.
        returned: How soon customers came back after their first purchase day, for the methods `own` and `shop`.
    """
    if method == FIXED:
        watch, warning = (ceil(days * exact(part)) for part in settings.fixed)
        return Levels(days=(watch, warning, days))
    once = tuple(returned.day(exact(share)) for share in settings.shop) if returned else ()
    if method == OWN:
        return Levels(ratios=tuple(exact(ratio) for ratio in settings.own), once=once, returned=returned)
    if gaps is None or gaps.is_empty():
        return Levels()
    # days are whole: reaching a quantile between two of them is reaching the upper one
    usual = tuple(ceil(counted_quantile(gaps, share=exact(share))) for share in settings.shop)
    return Levels(days=usual, once=once, returned=returned)


def counted_quantile(gaps: pl.DataFrame, *, share: Fraction) -> Fraction:
    """A quantile of counted values with linear interpolation, exactly.

    Args:
        gaps: `gap_days` and how often each occurs, `gaps`; not empty.
        share: From 0 to 1.

    Examples:
        >>> counted_quantile(pl.DataFrame({"gap_days": [10, 20], "gaps": [1, 1]}), share=Fraction(1, 4))
        Fraction(25, 2)
    """
    ascending = gaps.sort("gap_days").select("gap_days", pl.col("gaps").cum_sum().alias("up_to"))
    values, up_to = ascending.get_column("gap_days"), ascending.get_column("up_to")
    place = share * (int(up_to[-1]) - 1)
    # the value at rank i (from 0) is the first one whose running count exceeds i
    lower, upper = (int(values[int(up_to.search_sorted(rank, side="right"))]) for rank in (floor(place), ceil(place)))
    return lower + (upper - lower) * (place - floor(place))


def level_codes(levels: Levels) -> pl.Expr:
    """The highest level that each customer has reached; null for none.

    Returns:
        An Enum of `schema.CHURN_LEVELS` over `recency_days`, `purchase_days` (Int64) and the usual gap `gap_days` /
        `gap_parts` (Int64).
    """
    kind = pl.Enum(list(CHURN_LEVELS))
    code = pl.lit(None, dtype=kind)
    for name, reached in zip(CHURN_LEVELS, _reached(levels), strict=False):
        code = pl.when(reached).then(pl.lit(name, dtype=kind)).otherwise(code)
    return code


def _reached(levels: Levels) -> Sequence[pl.Expr]:
    usually = _usually_reached(levels)
    if not levels.once:
        return usually
    recency, is_once = pl.col("recency_days"), pl.col("purchase_days") == 1
    return [
        pl.when(is_once).then(recency >= start).otherwise(other)
        for start, other in zip(levels.once, usually, strict=True)
    ]


def _usually_reached(levels: Levels) -> Sequence[pl.Expr]:
    recency = pl.col("recency_days")
    if levels.days:
        return [recency >= start for start in levels.days]
    # recency / (gap_days / gap_parts) >= start, in whole numbers
    return [
        recency * pl.col("gap_parts") * start.denominator >= pl.col("gap_days") * start.numerator
        for start in levels.ratios
    ]
