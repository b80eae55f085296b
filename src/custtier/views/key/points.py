"""What each part of a customer's worth for one-to-one care comes to, in tenths of a point, from the facts behind it."""

from collections.abc import Collection
from typing import Final

import polars as pl

FULL: Final = 1000
"""Tenths of a point that a part gives at most."""

IN_TIME: Final = 1
"""Up to so many usual gaps since the last purchase nothing is taken off."""
LOST: Final = 3
"""From so many on nothing is left: where `churn --method own` calls a customer lapsed by default."""
NO_RHYTHM_GAP_DAYS: Final = 30
"""Taken for the usual gap where nobody bought on two days: lapsed after the 90 days of `churn`."""

REACH: Final = {"is_contact": 4, "answers": 3, "has_phone": 2, "has_agent": 1}
"""What makes a customer reachable, and how much each weighs against the others."""


def repurchase_points() -> pl.Expr:
    """Points for how likely the customer buys again: days that have passed against the usual gap, times bought before.

    All points up to one usual gap since the last purchase, none from three on, evenly between; times n / (n + 1) for n
    purchase days (Laplace's rule of succession: n − 1 returns and no failure yet). Points, no probability.

    Returns:
        Int64 over `recency_days`, `purchase_days`, `gap_days`, `gap_parts` (Int64).
    """
    gap = pl.col("gap_days").fill_null(NO_RHYTHM_GAP_DAYS)
    parts = pl.col("gap_parts").fill_null(1)
    bought = pl.col("purchase_days")
    whole = (LOST - IN_TIME) * gap
    left = pl.min_horizontal(pl.max_horizontal(LOST * gap - pl.col("recency_days") * parts, pl.lit(0)), whole)
    return FULL * bought * left // (whole * (bought + 1))


def with_value(totals: pl.DataFrame) -> pl.DataFrame:
    """`totals` with `worth_above` and `value_points`: points for what the customer is worth by a year.

    `worth_above` (Int64, minor units) is what all who are worth more are worth together. Points are the share of the
    worth of all that is left without them: the best customer has all points, who is worth nothing none.

    Args:
        totals: Uses `worth` (Int64, minor units, not below 0): net sales of a year, or the margin on them.

    Returns:
        Points are null for everybody where nobody is worth anything.
    """
    amounts = (
        totals.lazy()
        .group_by("worth")
        .agg(pl.len().cast(pl.Int64).alias("customers"))
        .with_columns((pl.col("worth") * pl.col("customers")).alias("together"))
        .sort("worth", descending=True)
        .select("worth", (pl.col("together").cum_sum() - pl.col("together")).alias("worth_above"))
    )
    total = int(totals.get_column("worth").sum())
    points = FULL * (total - pl.col("worth_above")) // total if total else pl.lit(None, dtype=pl.Int64)
    return (
        totals.lazy()
        .join(amounts, on="worth", how="left", maintain_order="left")
        .with_columns(points.alias("value_points"))
        .collect()
    )


def influence_points(known: Collection[str]) -> pl.Expr:
    """Points for how well the customer can speak for the shop: different products bought, different people bought for.

    1 − 1/k for k different products, the same for k different receivers, the mean of those of the two that the shop
    knows of anybody; what is not known of one customer gives nothing. All points for who has a tag of influence.

    Args:
        known: Those of the columns `product_count` and `receiver_count` of which the shop knows anything.

    Returns:
        Int64 over these columns (Int64) and `is_influencer` (Boolean); null where nothing is known of the customer.
    """
    tagged = pl.when("is_influencer").then(pl.lit(FULL, dtype=pl.Int64))
    if not known:
        return tagged
    # 1 − 1/k of a customer of whom nothing is known is that of one product: nothing
    products, receivers = (pl.col(name).fill_null(1) for name in ("product_count", "receiver_count"))
    if len(known) == 1:
        count = products if "product_count" in known else receivers
        counted = FULL * (count - 1) // count
    else:
        counted = FULL * ((products - 1) * receivers + (receivers - 1) * products) // (2 * products * receivers)
    is_known = pl.any_horizontal(pl.col(name).is_not_null() for name in known)
    return tagged.when(is_known).then(counted)


def referral_points() -> pl.Expr:
    """Points for the people whom the customer brought: k / (k + 1), who never bought counting a half.

    Returns:
        Int64 over `referred_count`, `referred_buyers` (Int64).
    """
    halves = pl.col("referred_count") + pl.col("referred_buyers")
    return FULL * halves // (halves + 2)


def reachability_points(known: Collection[str]) -> pl.Expr:
    """Points for how well the customer can be reached: the weights (`REACH`) of what holds, of all that is known here.

    Args:
        known: The keys of `REACH` of which the shop knows anything.

    Returns:
        Int64 over columns of these names (Boolean); null where the shop knows nothing.
    """
    if not known:
        return pl.lit(None, dtype=pl.Int64)
    holds = pl.sum_horizontal(pl.col(name).cast(pl.Int64) * REACH[name] for name in REACH if name in known)
    return FULL * holds // sum(REACH[name] for name in REACH if name in known)
