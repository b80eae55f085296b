"""Answers kept to be compared with later ones: an import of our own, listed and undone like any other."""

from datetime import date, datetime
from typing import Final

import polars as pl

from custtier.facts import Facts
from custtier.keys import key_column
from custtier.schema import ITEMS, KEPT, ORDERS, REFUNDS, REJECTS, conform, empty
from custtier.sources.reading import RECORDS, Reading
from custtier.store import Store

PROFILE: Final = "kept"


def keep(store: Store, name: str, *, kept_on: date, rows: pl.DataFrame, at: datetime) -> int:
    """The import that keeps what an answer said of each customer, in the place of what was kept of that day before.

    Args:
        store: Where the answer came from.
        name: Of the answer, such as `tiers`.
        kept_on: The day as of which it was.
        rows: Uses `customer_key`, unique, `value` (text), and `score` where there is one.
        at: UTC, for the record.
    """
    told = rows.select(
        pl.lit(name).alias("name"),
        pl.lit(kept_on, dtype=pl.Date).alias("kept_on"),
        pl.col("customer_key").alias("account_key"),
        pl.col("value").cast(pl.String),
        (pl.col("score") if "score" in rows.columns else pl.lit(None)).cast(pl.Float64).alias("score"),
        pl.int_range(1, pl.len() + 1, dtype=pl.Int32).alias("row"),
        pl.lit(PROFILE).alias("source"),
    )
    texts = told.select(
        pl.lit(PROFILE).alias("kind"),
        "name",
        pl.lit(kept_on.isoformat()).alias("day"),
        pl.col("account_key").cast(pl.String),
    )
    kept = conform(told.with_columns(key_column(texts, texts.columns).alias("kept_key")), KEPT)
    records = kept.select("row", list_key="kept_key", outcome=pl.lit("kept"))
    reading = Reading(
        path=f"{name} {kept_on.isoformat()}",
        profile=PROFILE,
        encoding="utf-8",
        header_row=0,
        rows_read=kept.height,
        # no instant stands in it: what is kept later of the same day takes the place of this
        file_instant=None,
        orders=empty(ORDERS),
        items=empty(ITEMS),
        refunds=empty(REFUNDS),
        records=conform(records, RECORDS),
        rejects=empty(REJECTS),
        lists={PROFILE: kept},
    )
    return store.add([reading], imported_at=at).import_id


def kept_answers(facts: Facts, name: str, *, until: date | None = None) -> pl.LazyFrame:
    """What was kept of an answer: `kept_on`, `customer_key`, `value`, `score`, one row a day and customer of today.

    Accounts that became one customer since have one row a day: that of the larger score, then of the first value.

    Args:
        facts: Uses the table `kept` and `accounts`; those of files have none.
        name: Of the answer.
        until: Only what was kept as of this day or before.
    """
    rows = facts.table("kept").filter(pl.col("name") == name)
    if until is not None:
        rows = rows.filter(pl.col("kept_on") <= until)
    owned = rows.join(facts.accounts, on="account_key", how="left").with_columns(
        pl.coalesce("customer_key", "account_key").alias("customer_key")
    )
    return (
        owned.sort(["score", "value"], descending=[True, False], nulls_last=True)
        .unique(["kept_on", "customer_key"], keep="first", maintain_order=True)
        .select("kept_on", "customer_key", "value", "score")
    )
