"""Ad spend: what was paid for which channel, campaign and agent on which day."""

from typing import Final

import polars as pl

from custtier.sources.lists.checks import Fault, with_faults
from custtier.sources.lists.keys import numbers_among, text_key
from custtier.sources.lists.lists import ListRows
from custtier.sources.lists.values import Layout, currencies, latest, read_counts, read_days, read_money

_PARTS: Final = ("channel", "campaign", "agent", "spent_on", "currency")


def spend_rows(table: pl.DataFrame, layout: Layout) -> ListRows:
    """The spend of a file. Two rows of one channel, campaign, agent and day are two payments."""
    rows = table.with_columns(currencies(table, layout))
    days = read_days(rows["spent_on"], layout)
    amounts = read_money(rows["amount"], rows["currency"])
    faults = [
        Fault("bad_date", "spent_on", days.bad | days.values.is_null()),
        Fault("bad_amount", "amount", amounts.bad | amounts.values.is_null()),
    ]
    rows = rows.with_columns(days.values.alias("spent_on"), amounts.values.alias("amount"))
    for name in ("impressions", "clicks"):
        if name in rows.columns:
            counts = read_counts(rows[name])
            rows = rows.with_columns(counts.values.alias(name))
            faults.append(Fault("bad_quantity", name, counts.bad))
    rows = with_faults(rows, faults, layout)
    starts = days.values.cast(pl.Datetime("us")).dt.replace_time_zone(layout.zone).dt.convert_time_zone("UTC")
    return ListRows(_with_keys(rows), instant=latest(rows.with_columns(started_at=starts), ["started_at"], layout))


def _with_keys(rows: pl.DataFrame) -> pl.DataFrame:
    parts = [pl.col(name) for name in _PARTS if name in rows.columns]
    same = text_key(rows, parts)
    # payments alike in all of these are numbered from the largest, so that the order of the file does not matter
    by_size = rows.select(key=same, amount="amount", place=pl.int_range(pl.len())).sort(
        "key", pl.col("amount"), "place", descending=[False, True, False], nulls_last=True
    )
    numbered = by_size.with_columns(number=numbers_among(by_size["key"])).sort("place")
    return rows.with_columns(text_key(numbered, [pl.col("key"), pl.col("number")]).alias("spend_key"))
