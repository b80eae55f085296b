"""Contacts who never bought: how many there are, and who."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from custtier.facts import Facts, Note
from custtier.tiering import PROSPECT
from custtier.views.tiers.lists import TierList
from custtier.views.tiers.standing import Standing

COLUMNS: Final = (
    "customer_id", "name", "phone", "tier", "agent", "channel", "added_on", "deleted_on", "platforms",
)  # fmt: skip
"""Columns of the table `prospects`."""

_INSTANTS: Final = ("first_added_at", "deleted_at")


def prospects(facts: Facts, *, buyers: pl.Series, as_of: date, zone: str) -> pl.DataFrame:
    """One row per contact's person who has no purchase: `customer_key`, `agent`, `channel`, `added_on`, `deleted_on`.

    Contacts who were added after the day observed do not exist yet. Somebody in several lists is one person: the entry
    of those who still have us counts, then the one added last. Entries without a key are nobody's and left out.

    Args:
        facts: Contacts and accounts.
        buyers: The keys of all customers with a purchase up to the day observed, whatever a question filters.
        as_of: Last day observed.
        zone: The shop's, in which an instant has its day.
    """
    columns = ["account_key", "agent", "channel", *_INSTANTS]
    days = {name: pl.col(name).dt.convert_time_zone(zone).dt.date() for name in _INSTANTS}
    deleted = pl.when(days["deleted_at"] <= as_of).then(days["deleted_at"])
    listed = (
        facts.table("contacts", columns=columns)
        .filter(pl.col("account_key").is_not_null() & (days["first_added_at"] <= as_of).fill_null(value=True))
        .select("account_key", "agent", "channel", added_on=days["first_added_at"], deleted_on=deleted)
        .collect()
    )
    owned = listed.join(facts.accounts.collect(), on="account_key", how="left")
    return (
        owned.with_columns(pl.coalesce("customer_key", "account_key").alias("customer_key"))
        .filter(~pl.col("customer_key").is_in(buyers.implode()))
        .sort(pl.col("deleted_on").is_not_null(), "added_on", "agent", descending=[False, True, False], nulls_last=True)
        .unique("customer_key", keep="first", maintain_order=True)
        .select("customer_key", "agent", "channel", "added_on", "deleted_on")
    )


def prospect_count(facts: Facts, *, buyers: pl.Series, as_of: date, zone: str) -> int:
    """How many rows `prospects` has, without looking at more than it takes to count them."""
    added_on = pl.col("first_added_at").dt.convert_time_zone(zone).dt.date()
    keys = (
        facts.table("contacts", columns=["account_key", "first_added_at"])
        .filter(pl.col("account_key").is_not_null() & (added_on <= as_of).fill_null(value=True))
        .select(pl.col("account_key").unique())
        .collect()
    )
    if keys.is_empty():
        return 0
    owned = keys.lazy().join(facts.accounts, on="account_key", how="left")
    persons = owned.select(pl.coalesce("customer_key", "account_key").alias("customer_key").unique())
    bought = pl.LazyFrame({"customer_key": buyers})
    return int(persons.join(bought, on="customer_key", how="anti").select(pl.len()).collect().item())


def keyless_contacts(facts: Facts) -> int:
    """How many entries of contact lists show no account or full phone: nobody knows whether they bought."""
    keys = facts.table("contacts", columns=["account_key"])
    return int(keys.select(pl.col("account_key").null_count()).collect().item())


@dataclass(frozen=True)
class Prospects:
    """Who never bought is asked.

    Args:
        found: Of `prospects`.
        keyless: Entries of contact lists that are nobody's: see `keyless_contacts`.
    """

    found: pl.DataFrame
    keyless: int = 0

    def listed(self, state: Standing, *, facts: Facts, rows: int | None) -> TierList:
        """The table `prospects`, and how many they are."""
        del state
        count = self.found.height
        table = prospect_table(self.found, facts=facts, rows=rows)
        notes = (Note("contacts_without_key", {"count": self.keyless}),) if self.keyless else ()
        figures = {"prospect_customers": count}
        return TierList({"prospects": table}, {"prospects": count}, figures, {"prospects": True}, notes)


def prospect_table(found: pl.DataFrame, *, facts: Facts, rows: int | None) -> pl.DataFrame:
    """The table `prospects`: who still has us first, of them the latest added first; then by `customer_id`.

    Args:
        found: Of `prospects`.
        facts: Knows who they are.
        rows: How many rows will be shown; None for all.
    """
    wanted = found if rows is None else _first(found, rows)
    return (
        wanted.lazy()
        .join(facts.customers, on="customer_key", how="left")
        .with_columns(pl.lit(PROSPECT).alias("tier"))
        .sort(
            pl.col("deleted_on").is_not_null(),
            "added_on",
            "customer_id",
            descending=[False, True, False],
            nulls_last=True,
        )
        .head(found.height if rows is None else rows)
        .select(COLUMNS)
        .collect(engine="in-memory")
    )


def _first(found: pl.DataFrame, rows: int) -> pl.DataFrame:
    """The first rows and all who were added on the day of the last: ties end in ids that are not known yet."""
    if rows >= found.height:
        return found
    last = found.row(max(rows, 1) - 1, named=True)
    has_left = pl.col("deleted_on").is_not_null()
    ties = (has_left == (last["deleted_on"] is not None)) & pl.col("added_on").eq_missing(last["added_on"])
    return found.with_row_index("number").filter((pl.col("number") < rows) | ties).drop("number")
