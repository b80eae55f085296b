"""Who rose into a better tier since an earlier day or run, and who fell."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from custtier.facts import Facts
from custtier.views.people import with_people
from custtier.views.tiers.held import LastRun
from custtier.views.tiers.lists import TierList
from custtier.views.tiers.standing import Standing

COLUMNS: Final = (
    "customer_id", "name", "phone", "tier_then", "tier", "net_sales_then", "net_sales", "order_count",
    "last_order_on", "platforms",
)  # fmt: skip
"""Columns of the tables `risen` and `fallen`."""

_TIER_STEP: Final = 2**50
"""Above any amount: the tier decides the place in the list before the amount does."""


@dataclass(frozen=True)
class Risen:
    """Who changed their tier is asked.

    Args:
        before: Who was in which tier then: everyone of an earlier day, or what an earlier run kept.
    """

    before: Standing | LastRun

    @property
    def day(self) -> date:
        """The day to compare with."""
        return self.before.kept_on if isinstance(self.before, LastRun) else self.before.everyone.basis.as_of

    def listed(self, state: Standing, *, facts: Facts, rows: int | None) -> TierList:
        """The tables `risen` and `fallen`: see `changes_since`."""
        return changes_since(state, self, facts=facts, rows=rows)


def changes_since(state: Standing, asked: Risen, *, facts: Facts, rows: int | None) -> TierList:
    """Who is in a better tier than before, and who in a worse one; the best tier first, then the most net sales.

    Of who fell it is the tier and the net sales of then.

    Who was no customer then and is above the last tier has risen, without a tier before. Who is no customer any more,
    in a window, has fallen, without a tier now. Who came into the last tier has not risen; `new_customers` counts them.

    Args:
        state: Everyone now.
        asked: What to compare with.
        facts: Knows the customers.
        rows: How many rows of each will be shown; None for all.

    Returns:
        The tables `risen` and `fallen`, each with `COLUMNS`; `risen_customers`, `fallen_customers`, and of all who are
        in one of both days only `new_customers` and `gone_customers`.
    """
    codes = state.codes
    kind = pl.Enum(list(codes))
    now = state.told.named.with_columns(pl.col("tier").to_physical().cast(pl.Int64).alias("place"))
    then = _then(asked.before, codes=codes, kind=kind)
    both = now.join(then, on="customer_key", how="full", coalesce=True)
    place, before, last = pl.col("place"), pl.col("place_then"), len(codes) - 1
    rose = both.filter((place < before) | (before.is_null() & (place < last)))
    fell = both.filter((place > before) | place.is_null())
    best = rose.with_columns((pl.col("net_sales") - place * _TIER_STEP).alias("weight"))
    worst = fell.with_columns((pl.coalesce("net_sales_then", "net_sales", 0) - before * _TIER_STEP).alias("weight"))
    return TierList(
        tables={"risen": _shown(best, facts=facts, rows=rows), "fallen": _shown(worst, facts=facts, rows=rows)},
        heights={"risen": rose.height, "fallen": fell.height},
        summary={
            "risen_customers": rose.height,
            "fallen_customers": fell.height,
            "new_customers": both.get_column("place_then").null_count(),
            "gone_customers": both.get_column("place").null_count(),
        },
        asked={"risen": True, "compared_with": asked.day.isoformat()},
    )


def _then(before: Standing | LastRun, *, codes: tuple[str, ...], kind: pl.Enum) -> pl.DataFrame:
    """`customer_key`, `place_then`, `tier_then`, `net_sales_then` (null where only the tier was kept)."""
    if isinstance(before, LastRun):
        known = before.tiers.filter(pl.col("kept_tier").is_in(list(codes)))
        tiers = known.select("customer_key", pl.col("kept_tier").cast(kind).alias("tier_then"))
        tiers = tiers.with_columns(pl.lit(None, dtype=pl.Int64).alias("net_sales_then"))
    else:
        named = before.told.named
        tiers = named.select("customer_key", tier_then="tier", net_sales_then="net_sales")
    return tiers.with_columns(pl.col("tier_then").to_physical().cast(pl.Int64).alias("place_then"))


def _shown(changed: pl.DataFrame, *, facts: Facts, rows: int | None) -> pl.DataFrame:
    return (
        with_people(changed, facts=facts, largest_first="weight", rows=rows)
        .head(changed.height if rows is None else rows)
        .with_columns(
            pl.from_epoch("last_day", time_unit="d").alias("last_order_on"),
            pl.col("tier", "tier_then").cast(pl.String),
        )
        .select(COLUMNS)
    )
