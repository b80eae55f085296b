"""By which day it had happened to which share, when it has not yet happened to all of those who are still watched.

Who has been watched for too short a time counts for the days they were watched (Kaplan & Meier, Journal of the American
Statistical Association 53, 1958): leaving them out would make everybody quick, counting them as never would make
everybody slow.
"""

from collections.abc import Sequence

import polars as pl

from custtier.models.proportions import NORMAL


def kaplan_meier(times: pl.DataFrame, *, by: Sequence[str] = ()) -> pl.DataFrame:
    """The share to whom it has happened by each day, with its 95 % interval.

    Who has been watched for `days` without it was seen not to have it on that day: still there on it, gone on the next.

    Args:
        times: `days` (whole, since each began), `came` (Int64, to how many it happened on that day), `left` (Int64, how
            many were watched for just so long without it), and `by`. Several rows of one day add up.
        by: One curve for each value of these columns.

    Returns:
        `by`, `days`, `there` (Int64, still watched when the day began), `came`, `left` (Int64), `share` (Float64, by
        the day), `low`, `high` (Float64, of the share, by Greenwood's variance on the scale of log −log, as Kalbfleisch
        and Prentice do; null where the share is 0 or 1). One row per day on which anything was seen, ascending within
        each curve.
    """
    keys = list(by)
    gone = (pl.col("came") + pl.col("left")).cum_sum(reverse=True)
    stays = 1 - pl.col("came") / pl.col("there")
    risk = pl.col("came") / (pl.col("there") * (pl.col("there") - pl.col("came")))

    def within(column: pl.Expr) -> pl.Expr:
        return column.over(keys) if keys else column

    seen = (
        times.lazy()
        .group_by(*keys, "days")
        .agg(pl.col("came").sum().cast(pl.Int64), pl.col("left").sum().cast(pl.Int64))
        .sort(*keys, "days", nulls_last=True)
        .with_columns(within(gone).alias("there"))
        .with_columns(within(stays.cum_prod()).alias("staying"), within(risk.cum_sum()).alias("risks"))
    )
    is_inside = (pl.col("staying") > 0) & (pl.col("staying") < 1)
    log = pl.col("staying").log()
    width = (NORMAL * pl.col("risks").sqrt() / log).abs()
    low, high = ((1 - pl.col("staying") ** sign.exp()) for sign in (-width, width))
    return seen.select(
        *keys,
        "days",
        "there",
        "came",
        "left",
        (1 - pl.col("staying")).alias("share"),
        pl.when(is_inside).then(low).alias("low"),
        pl.when(is_inside).then(high).alias("high"),
    ).collect()


def shares_by(curves: pl.DataFrame, *, days: Sequence[int], by: Sequence[str] = ()) -> pl.DataFrame:
    """What the curves say of some days.

    Args:
        curves: Of `kaplan_meier`.
        days: The days asked for.
        by: As there.

    Returns:
        `by`, `days` and `share`, `low`, `high`, `there` (Int64, still watched on that day without it having happened):
        one row per curve and day. Null where nobody was watched for so long and it had not happened to all before.
    """
    whole = [pl.lit(0).alias("_all")] if not by else []
    keys = list(by) or ["_all"]
    rows = [
        curves.lazy()
        .with_columns(*whole)
        .group_by(keys)
        .agg(pl.lit(day, dtype=curves.schema["days"]).alias("days"), *_on(day))
        .with_columns(pl.when("is_told").then(name).alias(name) for name in ("share", "low", "high"))
        .select(*by, "days", "share", "low", "high", "there")
        for day in sorted(days)
    ]
    return pl.concat(rows).sort(*by, "days", nulls_last=True).collect()


def _on(day: int) -> list[pl.Expr]:
    """What a curve says of one day."""
    seen = pl.col("days") <= day
    last = {name: pl.col(name).sort_by("days").filter(seen.sort_by("days")).last() for name in ("share", "low", "high")}
    share = last["share"].fill_null(0.0)
    there = pl.col("left").filter(pl.col("days") >= day).sum() + pl.col("came").filter(pl.col("days") > day).sum()
    return [
        share.alias("share"),
        last["low"].alias("low"),
        last["high"].alias("high"),
        there.alias("there"),
        ((pl.col("days").max() >= day) | (share == 1)).alias("is_told"),
    ]


def day_of_share(curves: pl.DataFrame, *, share: float, by: Sequence[str] = ()) -> pl.DataFrame:
    """The first day by which it had happened to a share; a curve that never comes so far has no row.

    Returns:
        `by` and `days`.
    """
    reached = curves.filter(pl.col("share") >= share - 1e-12)
    if not by:
        return reached.select(pl.col("days").min()).drop_nulls()
    return reached.group_by(*by).agg(pl.col("days").min()).sort(*by, nulls_last=True)
