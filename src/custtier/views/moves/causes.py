"""Why customers changed tier or class between two days: each change undone and made in every order there may be."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from custtier.metrics.two_days import AGED, Days
from custtier.models.causes import fair_parts, greatest, subsets, whole
from custtier.views.moves.classes import Classes, Rule
from custtier.views.shares import divided

BOUGHT: Final = "bought"
REFUNDED: Final = "refunded"
AGEING: Final = "aged"
CUTS_MOVED: Final = "cuts_moved"
DATA_CHANGED: Final = "data_changed"
CAUSES: Final = (BOUGHT, REFUNDED, AGEING, CUTS_MOVED, DATA_CHANGED)
"""Of causes that have done as much as each other the one that stands first is named."""

_LOWEST: Final = -(2**31)


@dataclass(frozen=True)
class Between:
    """Two days, and the cuts that hold on each.

    Args:
        days: The two days.
        classes: By what customers are told apart.
        before: The cuts of the first day.
        after: The cuts of the second day.
        has_late_refunds: Whether an order of the first day was refunded after it.
    """

    days: Days
    classes: Classes
    before: Rule
    after: Rule
    has_late_refunds: bool

    @property
    def changes(self) -> tuple[str, ...]:
        """What may have made somebody change; what cannot is left out."""
        may = {
            BOUGHT: True,
            REFUNDED: self.has_late_refunds,
            AGEING: self.classes.is_by_day,
            CUTS_MOVED: self.before.cuts != self.after.cuts,
        }
        return tuple(change for change, holds in may.items() if holds)

    def codes(self, totals: pl.DataFrame, *, made: frozenset[str]) -> pl.Series:
        """Everyone's tier or class if only these changes had come since the first day.

        Args:
            totals: Of `metrics.two_days.two_day_totals`.
            made: Some of `changes`.
        """
        rule = self.after if CUTS_MOVED in made else self.before
        day = self.days.second if AGEING in made else self.days.first
        figured = figures(made, days=self.days, has_late_refunds=self.has_late_refunds)
        return rule.codes(totals.select(figured), day)


def figures(made: frozenset[str], *, days: Days, has_late_refunds: bool) -> list[pl.Expr]:
    """`moves.classes.FIGURES` from `two_day_totals`, if only these changes had come since the first day."""
    part = "kept" if REFUNDED in made and has_late_refunds else "old"
    ending = AGED if AGEING in made and days.window_days is not None else ""
    parts = [part, "new"] if BOUGHT in made else [part]
    return [
        pl.max_horizontal(f"{one}_last" for one in parts).alias("last_day"),
        pl.sum_horizontal(f"{one}_orders{ending}" for one in parts).alias("order_count"),
        pl.sum_horizontal(f"{one}_sales{ending}" for one in parts).alias("net_sales"),
    ]


def causes_of(movers: pl.DataFrame, *, between: Between) -> pl.DataFrame:
    """The main cause of each move, and its share in it.

    A customer whose first day was seen otherwise when it was seen then, and who is now seen to have been on it where
    they are on the second day, moved by what became known. All others moved by what happened in between: each change
    that did is made alone and together with the others, and has the share that `models.causes.fair_parts` gives it in
    bringing them there; where there is an order, as high as there, or as low.

    Args:
        movers: Of `two_day_totals`, with `code_known` and `code_to`: where each was on the first day by what is known
            now, and where on the second.
        between: The two days.

    Returns:
        In the order of `movers`: `cause` (an Enum of `CAUSES`), `cause_share` (Float64, above 0).
    """
    kind = pl.Enum(list(CAUSES))
    changes = between.changes
    known, target = movers.get_column("code_known"), movers.get_column("code_to")
    is_known = known.eq_missing(target).alias("is_known")
    is_there = _there(known, target, is_ordered=between.classes.is_ordered)
    reached = {made: is_there(between.codes(movers, made=made)) for made in subsets(changes) if made}
    most = greatest(fair_parts({frozenset(): is_known, **reached}, changes=changes))
    cause = pl.Series("cause", list(changes), dtype=kind).gather(most.get_column("change"))
    return most.hstack([is_known, cause]).select(
        pl.when("is_known").then(pl.lit(DATA_CHANGED, dtype=kind)).otherwise(pl.col("cause")).alias("cause"),
        pl.when("is_known").then(1.0).otherwise(pl.col("part") / whole(changes)).alias("cause_share"),
    )


def _there(known: pl.Series, target: pl.Series, *, is_ordered: bool) -> Callable[[pl.Series], pl.Series]:
    """Whether a code is that of the second day; of tiers, whether it lies as far that way."""
    if not is_ordered:
        return lambda code: code.eq_missing(target)
    end = _height(target)
    is_rise = end > _height(known)
    return lambda code: ((_height(code) >= end) & is_rise) | ((_height(code) <= end) & ~is_rise)


def _height(code: pl.Series) -> pl.Series:
    """The best tier highest, no customer lowest."""
    return (-code.to_physical().cast(pl.Int32)).fill_null(_LOWEST)


def cause_table(movers: pl.DataFrame, *, causes: Sequence[str], is_ordered: bool) -> pl.DataFrame:
    """One row per cause that may have been, those of nobody too; together they are all moves.

    Args:
        movers: Uses `cause`, `direction`, `net_sales_then`, `net_sales`.
        causes: Those that may have been.
        is_ordered: Whether one tier or class is better than another.

    Returns:
        `cause` (text), `customers` (Int64), `share` (Float64, of all moves), where there is an order `risen` and
        `fallen` (Int64), `net_sales_then` and `net_sales` (Int64, minor units).
    """
    directions = ("risen", "fallen") if is_ordered else ()
    found = movers.group_by("cause").agg(
        pl.len().cast(pl.Int64).alias("customers"),
        *((pl.col("direction") == one).sum().cast(pl.Int64).alias(one) for one in directions),
        pl.col("net_sales_then", "net_sales").sum(),
    )
    listed = pl.DataFrame({"cause": list(causes)}, schema={"cause": pl.Enum(list(CAUSES))})
    figures = [name for name in found.columns if name != "cause"]
    return (
        listed.join(found, on="cause", how="left", maintain_order="left")
        .with_columns(pl.col(figures).fill_null(0))
        .select(
            pl.col("cause").cast(pl.String),
            "customers",
            divided(pl.col("customers"), movers.height).alias("share"),
            *directions,
            "net_sales_then",
            "net_sales",
        )
    )
