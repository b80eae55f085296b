"""How many contacts of each group have each letter, how sure the shares are, and how soon they bought."""

from collections.abc import Sequence
from datetime import date
from typing import Final

import polars as pl

from custtier.grading import GRADES, UNKNOWN
from custtier.models.proportions import wilson
from custtier.models.survival import day_of_share, kaplan_meier, shares_by
from custtier.views.channels.sold import FIRST_DAYS

MARK_DAYS: Final = (7, 30, 90)
"""After so many days it is told who has bought."""

_HALF: Final = 0.5


def has_answered() -> pl.Expr:
    """Whether somebody said anything to us or showed by an order that they are considering; buyers have."""
    letter = pl.col("grade").is_in(["A", "B", "C"]).fill_null(value=False)
    return letter | (pl.col("incoming_count").fill_null(0) > 0)


def counted(contacts: pl.DataFrame, *, keys: Sequence[str], as_of: date) -> pl.DataFrame:
    """One row per group: `contacts`, `a` … `e`, `unknown`, `bought_before`, `answered`, `b_plus` (A or B),
    `matured_contacts` (added at least 90 days ago), `contact_days` of the youngest (`watched_days`); Int64.

    Args:
        contacts: Uses `grade`, `incoming_count`, `is_customer_before`, `added_on`, `keys`.
        keys: Columns that name a group.
        as_of: Last day observed.
    """
    age = (pl.lit(as_of) - pl.col("added_on")).dt.total_days()
    counts = {
        **{letter.lower(): (pl.col("grade") == letter).sum() for letter in GRADES},
        UNKNOWN: pl.col("grade").is_null().sum(),
        "bought_before": pl.col("is_customer_before").sum(),
        "answered": has_answered().sum(),
        "b_plus": pl.col("grade").is_in(["A", "B"]).sum(),
        "matured_contacts": (age >= FIRST_DAYS).sum(),
    }
    return contacts.group_by(keys).agg(
        pl.len().cast(pl.Int64).alias("contacts"),
        *(count.cast(pl.Int64).alias(name) for name, count in counts.items()),
        age.min().cast(pl.Int64).alias("watched_days"),
    )


def shares_of_letters(groups: pl.DataFrame, *, keys: Sequence[str]) -> pl.DataFrame:
    """The share of each letter in each group: `keys`, `grade`, `contacts`, `share`, `share_low`, `share_high`.

    Args:
        groups: Of `counted`; the rows keep their order, each with its five letters and what is unknown.
        keys: As there.
    """
    names = [*(letter.lower() for letter in GRADES), UNKNOWN]
    long = groups.with_row_index("group").unpivot(names, index=["group", *keys, "contacts"], value_name="count")
    rank = pl.col("variable").replace_strict({name: place for place, name in enumerate(names)}, return_dtype=pl.Int64)
    rows = long.sort("group", rank)
    return with_interval(rows, "count", of="contacts", name="share").select(
        *keys,
        pl.col("variable").str.to_uppercase().replace(UNKNOWN.upper(), UNKNOWN).alias("grade"),
        pl.col("count").alias("contacts"),
        "share",
        "share_low",
        "share_high",
    )


def with_interval(rows: pl.DataFrame, count: str, *, of: str, name: str) -> pl.DataFrame:
    """`rows` with a share, and the ends of its 95 % interval as `…_low` and `…_high`; null of nothing."""
    pairs = list(rows.select(count, of).iter_rows())
    ends = [wilson(number, total) or (None, None) for number, total in pairs]
    return rows.with_columns(
        pl.when(pl.col(of) > 0).then(pl.col(count) / pl.col(of)).alias(name),
        pl.Series(f"{name}_low", [low for low, _ in ends], dtype=pl.Float64),
        pl.Series(f"{name}_high", [high for _, high in ends], dtype=pl.Float64),
    )


def time_to_a(contacts: pl.DataFrame, *, keys: Sequence[str], as_of: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """How soon contacts buy, those not yet watched for long enough counted as long as they were watched.

    Who bought before they were added is left out, and who has no day of adding or no key by which orders are theirs.

    Args:
        contacts: Uses `customer_key`, `added_on`, `first_order_on`, `is_customer_before`, `keys`.
        keys: Columns that name a group.
        as_of: Last day observed.

    Returns:
        The curve at `MARK_DAYS`: `keys`, `days`, `share`, `share_low`, `share_high`, `still_watched` (who have been
        watched for so long without buying), one row per group and day; and one row per group: `keys`, `median_days`
        (by which half of the contacts have bought; null where fewer have), `buyers_median_days` (by which half of those
        who buy within 90 days have), `bought_7d`, `bought_30d`, `bought_90d`.
    """
    bought, days = pl.col("first_order_on").is_not_null(), pl.coalesce("first_order_on", pl.lit(as_of))
    times = contacts.filter(
        ~pl.col("is_customer_before") & pl.col("added_on").is_not_null() & pl.col("customer_key").is_not_null()
    ).select(
        *keys,
        (days - pl.col("added_on")).dt.total_days().cast(pl.Int32).alias("days"),
        bought.cast(pl.Int64).alias("came"),
        (~bought).cast(pl.Int64).alias("left"),
    )
    curves = kaplan_meier(times, by=keys)
    marked = shares_by(curves, days=MARK_DAYS, by=keys).rename(
        {"low": "share_low", "high": "share_high", "there": "still_watched"}
    )
    half = day_of_share(curves, share=_HALF, by=keys).rename({"days": "median_days"})
    named = {f"bought_{day}d": pl.col("share").filter(pl.col("days") == day).first() for day in MARK_DAYS}
    wide = marked.group_by(keys).agg(share.alias(name) for name, share in named.items())
    groups = wide.join(half, on=list(keys), how="left", nulls_equal=True)
    groups = groups.join(_half_of_buyers(curves, wide, keys=keys), on=list(keys), how="left", nulls_equal=True)
    return marked, groups.with_columns(pl.col("median_days", "buyers_median_days").cast(pl.Int64))


def _half_of_buyers(curves: pl.DataFrame, shares: pl.DataFrame, *, keys: Sequence[str]) -> pl.DataFrame:
    """The day by which half of those who buy within the last of `MARK_DAYS` have bought."""
    last = f"bought_{MARK_DAYS[-1]}d"
    return (
        curves.join(shares.select(*keys, last), on=list(keys), how="inner", nulls_equal=True)
        .filter((pl.col(last) > 0) & (pl.col("share") >= _HALF * pl.col(last) - 1e-12))
        .group_by(keys)
        .agg(pl.col("days").min().alias("buyers_median_days"))
    )
