"""Orders far above what is usual in their shop: resellers and companies, who would pull every mean with them.

Polars only: medians of logarithms have no portable form.
"""

from datetime import date
from typing import Final

import polars as pl

from custtier.facts import Facts
from custtier.metrics.suspects import ORDERS, Suspects, as_day, bought_orders
from custtier.rules import WholesaleLimits
from custtier.schema import State

_LEAST_SPREAD: Final = 0.1
"""Of logarithms: where nearly all orders are alike, a tenth more or less is still usual."""

_NORMAL: Final = 0.6745
"""The median absolute deviation of a standard normal variable: Iglewicz and Hoaglin, 1993."""


def wholesale_orders(facts: Facts, *, as_of: date, limits: WholesaleLimits) -> Suspects:
    """Orders that look like wholesale, together by account.

    An order counts when it holds many pieces; when it is `times_usual` the median order of its shop, its logarithm
    `deviation` robust deviations above the median's, and it is of `some_pieces` (`blind_times` the median where the
    pieces are not known); or when its account has several orders of `some_pieces` that are large already at
    `repeated_times` the median. One dear thing is no wholesale: good customers buy it.

    Args:
        facts: The orders; items are read for their pieces.
        as_of: Last day observed.
        limits: From where on.

    Returns:
        Clusters with `largest` and `usual` (Int64, minor units: the largest order's gross and the shop's median),
        `times` (Float64), `pieces` (Float64, most pieces in one order; null when below the limit), `repeated` (Int64,
        large orders of the account; 0 when too few).
    """
    bought = bought_orders(facts, as_of=as_of, columns=("currency", "shop")).collect(engine="streaming")
    pieces, many = _pieces(facts, bought, limits)
    judged = _judged(bought.join(pieces, on="order_key", how="left"), limits)
    found = judged.with_columns(
        pl.when(pl.col("account_key").is_null()).then("order_key").otherwise("account_key").alias("whose"),
        pl.when(pl.col("pieces") >= many).then("pieces").alias("pieces"),
    ).filter(pl.col("is_huge") | pl.col("pieces").is_not_null() | (pl.col("repeated") > 0))
    clusters = (
        found.group_by("whose")
        .agg(
            as_day("order_day").min().alias("since"),
            as_day("order_day").max().alias("until"),
            pl.len().cast(pl.Int64).alias("orders"),
            pl.col("account_key").n_unique().cast(pl.Int64).alias("accounts"),
            pl.col("net_sales").sum(),
            pl.col("gross").max().alias("largest"),
            pl.col("usual").sort_by("gross").last().cast(pl.Int64),
            pl.col("times").max(),
            pl.col("pieces").max(),
            pl.col("repeated").max(),
        )
        .sort(["net_sales", "whose"], descending=[True, False])
        .with_row_index("cluster")
        .with_columns(pl.col("cluster").cast(pl.Int64))
    )
    orders = found.join(clusters.select("whose", "cluster"), on="whose").select(list(ORDERS))
    return Suspects(orders=orders, clusters=clusters.drop("whose"))


def _judged(bought: pl.DataFrame, limits: WholesaleLimits) -> pl.DataFrame:
    """`bought` with `usual`, `times`, `is_huge`, `repeated`; orders of shops too small to compare are never huge."""
    shop = ["currency", "shop"]
    size = pl.col("gross").cast(pl.Float64).log()
    logged = bought.with_columns(size.alias("size"))
    centre = logged.group_by(shop).agg(
        pl.col("gross").median().alias("usual"), pl.col("size").median().alias("centre"), pl.len().alias("known")
    )
    placed = logged.join(centre, on=shop, how="left", nulls_equal=True)
    off = (pl.col("size") - pl.col("centre")).abs()
    spread = placed.group_by(shop).agg(off.median().clip(lower_bound=_LEAST_SPREAD).alias("spread"))
    placed = placed.join(spread, on=shop, how="left", nulls_equal=True).with_columns(
        (pl.col("gross") / pl.col("usual")).alias("times"),
        (_NORMAL * (pl.col("size") - pl.col("centre")) / pl.col("spread")).alias("deviation"),
    )
    comparable = pl.col("known") >= limits.least_orders
    several = pl.col("pieces") >= limits.some_pieces
    large = (
        comparable
        & (pl.col("times") >= limits.repeated_times)
        & several.fill_null(value=False)
        & pl.col("account_key").is_not_null()
    )
    far = pl.when(pl.col("pieces").is_null()).then(limits.blind_times).otherwise(limits.times_usual)
    often = placed.filter(large).group_by("account_key").agg(pl.len().cast(pl.Int64).alias("large"))
    return (
        placed.with_columns(
            is_huge=comparable
            & (pl.col("times") >= far)
            & (pl.col("deviation") >= limits.deviation)
            & several.fill_null(value=True)
        )
        .join(often.filter(pl.col("large") >= limits.repeated_orders), on="account_key", how="left")
        .with_columns(pl.when(large).then(pl.col("large")).fill_null(0).alias("repeated"))
    )


def _pieces(facts: Facts, bought: pl.DataFrame, limits: WholesaleLimits) -> tuple[pl.DataFrame, float]:
    """`order_key` and `pieces` of orders whose pieces are known, and from how many on they are many."""
    counts = (
        facts.table("items", columns=["order_key", "state", "quantity"])
        .filter(pl.col("state").is_null() | (pl.col("state") == State.PAID.value))
        .group_by("order_key")
        .agg(pl.col("quantity").drop_nulls().sum().alias("pieces"))
        .filter(pl.col("pieces") > 0)
        .join(bought.lazy().select("order_key"), on="order_key", how="semi")
        .collect(engine="streaming")
    )
    usual = counts["pieces"].median()
    return counts, max(limits.pieces, limits.times_usual * (usual if isinstance(usual, float) else 0.0))
