"""Checks of orders that may be one and the same: again within minutes, or again in another source."""

from typing import Final

import polars as pl

from custtier.schema import PhoneKind
from custtier.views.health.check import Check, judged

MINUTES: Final = 10
"""The same person, the same amount, so soon: the second may be the first sent again."""

_SHORTEST_NUMBER: Final = 10
"""Shorter order numbers are given by several shops."""


def again_within_minutes(orders: pl.LazyFrame, *, every: int) -> Check:
    """Paid orders of one account and amount within `MINUTES`; orders that show only a day are not compared.

    Args:
        orders: Paid ones: `account_key`, `gross`, `second` (null without a time).
        every: How many paid orders there are.
    """
    same = (pl.col("account_key") == pl.col("account_key").shift(1)) & (pl.col("gross") == pl.col("gross").shift(1))
    soon = pl.col("second") - pl.col("second").shift(1) <= 60 * MINUTES
    count = (
        orders.filter(pl.col("account_key").is_not_null() & pl.col("second").is_not_null() & (pl.col("gross") > 0))
        .select("account_key", "gross", "second")
        .sort("account_key", "gross", "second")
        .select((same & soon).sum().cast(pl.Int64))
        .collect()
        .item()
    )
    return judged("duplicates", count or 0, of=every, look=0.001, minutes=MINUTES)


def twice_over_sources(orders: pl.LazyFrame, *, numbers: pl.LazyFrame, every: int) -> Check:
    """Paid orders that stand in two sources under different keys: same order number, or same phone, amount and day.

    Args:
        orders: Paid shop orders: `order_key`, `source`, `phone` (or its hash), `phone_kind`, `gross`, `ordered_on`.
        numbers: Of any orders: `order_key`, `order_id`; read only where there are several sources.
        every: How many paid orders there are.
    """
    sources = orders.select(pl.col("source").n_unique()).collect().item()
    if sources < 2:
        return judged("twice", 0, of=every)
    in_two = pl.col("source").n_unique() > 1
    by_number = (
        numbers.filter(pl.col("order_id").str.len_chars() >= _SHORTEST_NUMBER)
        .select("order_key", pl.col("order_id").hash().alias("number"))
        .join(orders.select("order_key", "source"), on="order_key")
        .group_by("number")
        .agg(pl.col("order_key"), in_two.alias("in_two"))
    )
    known = (pl.col("phone_kind") == PhoneKind.FULL.value) & (pl.col("gross") > 0)
    by_phone = (
        orders.filter(known).group_by("phone", "gross", "ordered_on").agg(pl.col("order_key"), in_two.alias("in_two"))
    )
    # of each pair one is too many
    spare = [
        found.filter("in_two").select(pl.col("order_key").list.sort().list.slice(1).explode())
        for found in (by_number, by_phone)
    ]
    count = pl.concat(spare).select(pl.col("order_key").drop_nulls().n_unique()).collect().item()
    return judged("twice", count, of=every, bad=0.01)
