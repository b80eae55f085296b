"""Tiers that hold still: whoever rises is shown higher at once, whoever falls is held in their tier for a while."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from custtier.tiering import TierHysteresis


@dataclass(frozen=True)
class LastRun:
    """What was kept of an earlier answer.

    Args:
        kept_on: The day as of which it was.
        tiers: One row per `customer_key`: `kept_tier`, the tier shown (text), and `runs_before` (Int64), how many runs
            in a row up to this one had put them lower.
    """

    kept_on: date
    tiers: pl.DataFrame


def hold(
    named: pl.DataFrame, *, last: LastRun, bounds: Sequence[int], codes: Sequence[str], rules: TierHysteresis
) -> pl.DataFrame:
    """The tier that each customer is shown in: that of today's cuts, or the one they were shown in, never another.

    Whoever was shown lower rises at once. Whoever was shown higher keeps their tier until so many runs in a row, this
    one among them, put them lower, or until they lack more than the margin of the tier's least net sales. Then they
    are where today's cuts put them. Whoever was not there is where today's cuts put them, too.

    Args:
        named: Uses `customer_key`, `net_sales`, and `tier`, an Enum of `codes`: that of today's cuts.
        last: The run before; tiers of it that are none of `codes` hold nobody.
        bounds: The least net sales of each tier but the last.
        codes: The tiers, best first.
        rules: When somebody falls.

    Returns:
        `named` with `tier`, the one shown, `tier_now`, that of today's cuts, and `runs_below` (Int64): how many runs in
        a row, this one among them, have put a held customer lower; 0 for who is not held. `held_within` (Int64) is the
        place of the tier that a customer falls out of by the margin alone, so that they would be held again with less
        than its bound; null for all others.
    """
    kind = pl.Enum(list(codes))
    known = last.tiers.filter(pl.col("kept_tier").is_in(list(codes)))
    before = known.select("customer_key", pl.col("kept_tier").cast(kind), "runs_before")
    now, shown = pl.col("tier").to_physical().cast(pl.Int64), pl.col("kept_tier").to_physical().cast(pl.Int64)
    runs = pl.col("runs_before").fill_null(0) + 1
    too_often = runs >= rules.fall_after_runs if rules.fall_after_runs else pl.lit(value=False)
    falls = too_often
    if rules.share:
        least = shown.replace_strict(dict(enumerate(bounds)), default=None, return_dtype=pl.Int64).cast(pl.Int128)
        share = rules.share
        falls |= pl.col("net_sales").cast(pl.Int128) * share.denominator < least * (share.denominator - share.numerator)
    is_lower = (now > shown).fill_null(value=False)
    is_held = is_lower & ~falls
    within = pl.when(is_lower & falls & ~too_often).then(shown)
    return (
        named.join(before, on="customer_key", how="left", maintain_order="left")
        .with_columns(is_held.alias("is_held"), within.alias("held_within"))
        .with_columns(
            pl.when("is_held").then("kept_tier").otherwise("tier").alias("tier"),
            pl.col("tier").alias("tier_now"),
            pl.when("is_held").then(runs).otherwise(0).cast(pl.Int64).alias("runs_below"),
        )
        .drop("kept_tier", "runs_before", "is_held")
    )
