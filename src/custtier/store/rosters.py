"""Who has left by what complete lists of contacts do not show any more, as records of contacts."""

from typing import Final

import polars as pl

CONTACTS: Final = "contacts"
ROSTERS: Final = "rosters"

_OF: Final = ("platform", "agent")


def with_absences(records: pl.DataFrame, rosters: pl.DataFrame) -> pl.DataFrame:
    """`records` and, for everybody who has left by a complete list, one more that says when.

    Somebody has left by the first list of their agent, complete after they were last added, in which neither they nor
    their account stand. A record of a later file that shows them there still, not added anew, proves the list wrong. A
    deletion that is known from elsewhere stands. The order of imports does not matter.

    Args:
        records: `schema.CONTACTS`, of any number of imports.
        rosters: `schema.ROSTERS`, of the same imports.
    """
    if rosters.is_empty() or records.is_empty():
        return records
    lists = rosters.select(*_OF, "listed_at").unique()
    own = records.join(lists, on=_OF, how="semi", nulls_equal=True)
    by_import = rosters.select(*_OF, "import_id", "listed_at").unique()
    shown = own.join(by_import, on=[*_OF, "import_id"], how="left", nulls_equal=True).with_columns(
        pl.max_horizontal("file_instant", "listed_at").alias("shown_at")
    )
    present = shown.filter(pl.col("listed_at").is_not_null()).select("contact_key", "account_key", "listed_at")
    told = _told(shown.drop("listed_at").join(lists, on=_OF, how="inner", nulls_equal=True))
    accounts = present.select("account_key", "listed_at").drop_nulls().unique()
    absent = (
        told.filter(pl.col("is_known") & ~pl.col("was_there_later") & ~pl.col("has_left"))
        .join(present.select("contact_key", "listed_at").unique(), on=["contact_key", "listed_at"], how="anti")
        .join(accounts, on=["account_key", "listed_at"], how="anti")
        .group_by("contact_key", "since")
        .agg(pl.col("listed_at").min())
    )
    return pl.concat([records, _as_records(absent, own).select(records.columns)]) if absent.height else records


def _told(pairs: pl.DataFrame) -> pl.DataFrame:
    """What is known of each contact at the instant of each list of their agent: one row per contact and list."""
    at = pl.col("listed_at")
    added, deleted = pl.col("added_at"), pl.col("deleted_at")
    came = (added <= at).fill_null(value=False)
    is_undated = added.is_null() & (pl.col("shown_at") <= at).fill_null(value=False)
    is_still_there = deleted.is_null() | (deleted > at)
    later = (pl.col("shown_at") > at).fill_null(value=False) & (came | added.is_null()) & is_still_there
    return (
        pairs.group_by("contact_key", "listed_at")
        .agg(
            pl.col("account_key").drop_nulls().min(),
            added.filter(came).max().alias("since"),
            deleted.filter((deleted <= at).fill_null(value=False)).max().alias("left_at"),
            (came | is_undated).any().alias("is_known"),
            later.any().alias("was_there_later"),
        )
        .with_columns(
            (pl.col("left_at").is_not_null() & (pl.col("since").is_null() | (pl.col("left_at") >= pl.col("since"))))
            .fill_null(value=False)
            .alias("has_left")
        )
    )


def _as_records(absent: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    """The last record of each of them, saying nothing but that they have left."""
    last = own.sort("contact_key", "file_instant", "import_id", "row", nulls_last=False).unique(
        "contact_key", keep="last", maintain_order=True
    )
    return last.join(absent.select("contact_key", "listed_at"), on="contact_key", how="inner").with_columns(
        pl.lit(None, dtype=own.schema["added_at"]).alias("added_at"), pl.col("listed_at").alias("deleted_at")
    )
