"""Checks of days and hours: holes, exports that end early, days to come, clocks that are off."""

from datetime import date
from math import log
from typing import Final

import polars as pl

from custtier.facts import Facts
from custtier.views.health.check import Check, judged

_NEAR_DAYS: Final = 28
"""What is usual around a day: four weeks before and after it."""

_IMPROBABLE: Final = 7.0
"""Expected orders in a stretch that saw none: by chance that happens once in a thousand times (e^-7).

Of n stretches one is as empty by chance n times as often; the logarithm of n on top makes it once in a thousand shops.
"""

_SHOWN: Final = 3


def date_gaps(facts: Facts) -> Check:
    """Stretches of days without a paid order that are no chance at the slower pace of the weeks before and after.

    A length of stretch that comes back at least every third week, such as a shop's closed Sundays, is usual.
    """
    days = (
        facts.purchases.group_by("ordered_on")
        .agg(pl.len().cast(pl.Int64).alias("orders"))
        .sort("ordered_on")
        .collect(engine="streaming")
    )
    if days.height < 2:
        return judged("date_gaps", 0)
    whole = days.upsample("ordered_on", every="1d").with_columns(pl.col("orders").fill_null(0))
    # at the ends fewer days stand there, and count as four weeks: a lone first order tells of no pace
    pace = pl.col("orders").rolling_sum(_NEAR_DAYS, min_samples=1) / _NEAR_DAYS
    after = pl.col("orders").reverse().rolling_sum(_NEAR_DAYS, min_samples=1).reverse() / _NEAR_DAYS
    paced = whole.with_columns(before=pace, after=after).join(
        days.select("ordered_on", is_open=True), on="ordered_on", how="left"
    )
    edges = paced.filter("is_open").with_columns(
        next_on=pl.col("ordered_on").shift(-1), next_after=pl.col("after").shift(-1)
    )
    missing = ((pl.col("next_on") - pl.col("ordered_on")).dt.total_days() - 1).alias("days")
    gaps = edges.with_columns(missing).filter(pl.col("days") > 0)
    weeks = max(whole.height / 7, 1)
    usual = gaps.group_by("days").len().filter(pl.col("len") * 3 > weeks)["days"].implode()
    improbable = _IMPROBABLE + log(max(gaps.height, 1))
    found = gaps.filter(
        (pl.min_horizontal("before", "next_after") * pl.col("days") > improbable) & ~pl.col("days").is_in(usual)
    ).sort(["days", "ordered_on"], descending=[True, False])
    spans = ", ".join(
        f"{first.isoformat()} – {last.isoformat()}"
        for first, last in found.select(pl.col("ordered_on").dt.offset_by("1d"), pl.col("next_on").dt.offset_by("-1d"))
        .head(_SHOWN)
        .iter_rows()
    )
    return judged("date_gaps", found.height, days=int(found["days"].sum()), spans=spans)


def old_exports(orders: pl.DataFrame) -> Check:
    """Sources whose last order lies so far before the others' that their export must be old.

    Args:
        orders: One row per `source` and `ordered_on`: `orders`.
    """
    known = orders.filter(pl.col("ordered_on").is_not_null())
    last = known["ordered_on"].max()
    if not isinstance(last, date):
        return judged("old_exports", 0)
    ends = known.group_by("source").agg(pl.col("ordered_on").max().alias("ends"))
    recent = known.join(ends, on="source").filter(
        (pl.col("ends") - pl.col("ordered_on")).dt.total_days() < 2 * _NEAR_DAYS
    )
    pace = recent.group_by("source", "ends").agg((pl.col("orders").sum() / (2 * _NEAR_DAYS)).alias("pace"))
    late = pace.with_columns(((pl.lit(last) - pl.col("ends")).dt.total_days()).alias("days")).filter(
        (pl.col("days") >= 7) & (pl.col("days") * pl.col("pace") > _IMPROBABLE)
    )
    told = [
        (source, f"{ends.isoformat()}")
        for source, ends in late.sort("ends", "source").select("source", "ends").head(_SHOWN).iter_rows()
    ]
    return judged("old_exports", late.height, of=ends.height, profiles=told, last=last.isoformat())


def future_days(orders: pl.DataFrame, *, today: date) -> Check:
    """Orders of days that have not come.

    Args:
        orders: One row per `source` and `ordered_on`: `orders`.
        today: In the shop's zone.
    """
    ahead = orders.filter(pl.col("ordered_on") > today)
    latest = ahead["ordered_on"].max()
    count, every = int(ahead["orders"].sum()), int(orders["orders"].sum())
    return judged(
        "future_days", count, of=every, bad=0.0, latest=latest.isoformat() if isinstance(latest, date) else ""
    )


def odd_hours(hours: pl.DataFrame) -> Check:
    """Sources with too many orders in the dead of night: their times are likely those of another zone.

    Args:
        hours: One row per `source` and `hour` (0 to 23, orders with a time alone): `orders`.
    """
    night = pl.col("orders").filter(pl.col("hour").is_between(2, 6)).sum()
    shares = hours.group_by("source").agg(pl.col("orders").sum(), night.alias("night"))
    odd = shares.filter((pl.col("orders") >= 50) & (pl.col("night") > 0.35 * pl.col("orders"))).sort("source")
    told = [
        (source, f"{100 * asleep / orders:.0f}%")
        for source, orders, asleep in odd.select("source", "orders", "night").head(_SHOWN).iter_rows()
    ]
    return judged("odd_hours", int(odd["orders"].sum()), of=int(hours["orders"].sum()), profiles=told)
