"""What a group of contacts cost and brought: per contact, per buyer, on what was spent, and when that had come back."""

from collections.abc import Sequence
from typing import Final

import polars as pl

_COSTS: Final = {"cost_per_contact": "contacts", "cost_per_b_plus": "b_plus", "cost_per_a": "a"}


def with_money(groups: pl.DataFrame, *, is_told: pl.Expr) -> pl.DataFrame:
    """Groups with what they cost and brought per head.

    Args:
        groups: `contacts`, `a`, `b_plus`, `matured_contacts`, `spend` (null: the files tell of none), `clicks`,
            `net_sales`, `matured_sales`, `gross`, `back`; amounts in minor units.
        is_told: True for rows that stand for one channel, campaign, agent or day. Spend and contacts of which nobody
            says whose they are stand in one row and have nothing to do with each other.

    Returns:
        `groups` with `cost_per_contact`, `cost_per_b_plus`, `cost_per_a`, `cost_per_click`, `sales_per_contact`,
        `sales_90d_per_contact` (of contacts added at least 90 days ago), Int64, rounded half up; `return_on_spend`
        (Float64, 1: as much as was spent), `contacts_per_click` and `refunded_share` (Float64). What would be divided
        by zero is null.
    """
    spend = pl.when(is_told).then("spend")
    costs = [per(spend, pl.col(count)).alias(name) for name, count in _COSTS.items()]
    return groups.with_columns(
        *costs,
        per(pl.col("net_sales"), pl.col("contacts")).alias("sales_per_contact"),
        per(pl.col("matured_sales"), pl.col("matured_contacts")).alias("sales_90d_per_contact"),
        pl.when(is_told & (pl.col("spend") > 0)).then(pl.col("net_sales") / pl.col("spend")).alias("return_on_spend"),
        per(spend, pl.col("clicks")).alias("cost_per_click"),
        pl.when(is_told & (pl.col("clicks") > 0))
        .then(pl.col("contacts") / pl.col("clicks"))
        .alias("contacts_per_click"),
        pl.when(pl.col("gross") > 0).then(pl.col("back") / pl.col("gross")).alias("refunded_share"),
    )


def per(amount: pl.Expr, count: pl.Expr) -> pl.Expr:
    """An amount shared out, halves up; null among nobody."""
    return pl.when(count > 0).then((2 * amount + count) // (2 * count))


def paid_back(spent: pl.DataFrame, brought: pl.DataFrame, *, keys: Sequence[str]) -> pl.DataFrame:
    """The day since which a group has brought at least what had been spent on it, on every day since.

    Args:
        spent: One row per payment: `keys`, `on_day` (Date), `spend`.
        brought: What its contacts bought: `keys`, `on_day` (Date), `brought`.
        keys: Columns that name a group.

    Returns:
        `keys` and `paid_back_on`: groups on which something was spent and that have brought it back.
    """
    none = pl.lit(0, dtype=pl.Int64)
    days = (
        pl.concat(
            [
                spent.select(*keys, "on_day", "spend", none.alias("brought")),
                brought.select(*keys, "on_day", none.alias("spend"), "brought"),
            ]
        )
        .group_by(*keys, "on_day")
        .agg(pl.col("spend", "brought").sum())
        .sort(*keys, "on_day")
        .with_columns(pl.col("spend", "brought").cum_sum().over(keys))
        .with_columns(((pl.col("spend") > 0) & (pl.col("brought") >= pl.col("spend"))).alias("is_back"))
        .with_columns(pl.col("on_day").filter(~pl.col("is_back")).max().over(keys).alias("last_open"))
    )
    since = pl.col("is_back") & (pl.col("on_day") > pl.col("last_open")).fill_null(value=True)
    return days.filter(since).group_by(keys).agg(pl.col("on_day").min().alias("paid_back_on"))
