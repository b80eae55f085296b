"""Contact lists as of a day: one row per person in one agent's list, with when each was added and deleted."""

from typing import Final

import polars as pl

from custtier.views.basis import Basis
from custtier.views.leads.days import end_of

_SAID: Final = ("channel", "campaign", "referrer", "lead_class")
_ASKED: Final = ("contact_key", "account_key", "agent", *_SAID, "first_added_at")


def listed(basis: Basis, *, zone: str) -> pl.DataFrame:
    """Every entry of a contact list that was there on the day observed.

    Somebody who stands in one agent's list under several accounts is one entry: the first adding tells where they came
    from, and they have left only when they have left under all accounts.

    Returns:
        One row per person and agent; an entry that shows no key is a row of its own. `contact_key`, `account_key`,
        `customer_key` (null without a key), `agent`, `channel`, `campaign`, `referrer`, `lead_class`,
        `first_added_at`, `last_added_at` (null where no list says), `adding_count` (Int64), `deleted_at` (null for
        who is still there), `named_at` (the adding that names the channel; null where none does).
    """
    end = end_of(basis.as_of, zone=zone)
    contacts = basis.facts.table("contacts", columns=_ASKED).filter(
        (pl.col("first_added_at") < end).fill_null(value=True)
    )
    rows = _owned(_with_history(contacts.collect(), _history(basis, zone=zone)).lazy(), basis).collect()
    rows = rows.with_columns(
        pl.col("adding_count").fill_null(0),
        pl.when(pl.col("channel").is_not_null()).then("first_added_at").alias("named_at"),
    )
    # most stand in one list: only of the others the agent has to be compared
    is_several = rows["customer_key"].is_duplicated() & rows["customer_key"].is_not_null()
    if is_several.any():
        same = rows.filter(is_several).select(pl.struct("customer_key", "agent").is_duplicated()).to_series()
        is_several = is_several.scatter(is_several.arg_true(), same)
    if not is_several.any():
        return rows
    return pl.concat([rows.filter(~is_several), _as_one(rows.filter(is_several)).select(rows.columns)])


def _with_history(contacts: pl.DataFrame, history: pl.DataFrame) -> pl.DataFrame:
    """The contacts beside what had happened to them, in their own order."""
    told = history.drop("contact_key")
    if history.get_column("contact_key").equals(contacts.get_column("contact_key")):
        # both lie in the order of the key where a list tells everybody's adding
        return contacts.hstack(told)
    return contacts.join(history, on="contact_key", how="left", maintain_order="left")


def _history(basis: Basis, *, zone: str) -> pl.DataFrame:
    """`contact_key`, `last_added_at`, `adding_count`, `deleted_at`: what had happened by the day observed."""
    events = (
        basis.facts.table("contact_events", columns=["contact_key", "event", "at"])
        .filter(pl.col("at") < end_of(basis.as_of, zone=zone))
        .select(
            "contact_key",
            pl.when(pl.col("event") == "added").then("at").alias("added_at"),
            pl.when(pl.col("event") == "deleted").then("at").alias("left_at"),
        )
        .collect()
    )
    is_several = events.get_column("contact_key").is_duplicated()
    several = (
        events.filter(is_several)
        .group_by("contact_key")
        .agg(
            pl.col("added_at").max().alias("last_added_at"),
            pl.col("added_at").drop_nulls().n_unique().cast(pl.Int64).alias("adding_count"),
            pl.col("left_at").max(),
        )
    )
    # most have one event: grouping them would take most of the time
    alone = events.filter(~is_several).select(
        "contact_key",
        pl.col("added_at").alias("last_added_at"),
        pl.col("added_at").is_not_null().cast(pl.Int64).alias("adding_count"),
        "left_at",
    )
    # at one and the same instant it is the deletion that holds
    is_left = pl.col("last_added_at").is_null() | (pl.col("left_at") >= pl.col("last_added_at"))
    left_at = pl.when(is_left).then("left_at").alias("deleted_at")
    rows = pl.concat([alone, several]).sort("contact_key") if several.height else alone
    return rows.with_columns(left_at).drop("left_at")


def _owned(rows: pl.LazyFrame, basis: Basis) -> pl.LazyFrame:
    """Rows with the key of the person behind the account."""
    if basis.accounts is None:
        return rows.with_columns(pl.col("account_key").alias("customer_key"))
    return rows.join(basis.accounts, on="account_key", how="left", maintain_order="left").with_columns(
        pl.coalesce("customer_key", "account_key").alias("customer_key")
    )


def _as_one(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per person and agent."""
    has_left = pl.col("deleted_at").is_not_null()
    latest_class = pl.col("lead_class").sort_by("last_added_at", "contact_key", nulls_last=False).drop_nulls().last()
    names_channel = pl.col("channel").is_not_null()
    return (
        rows.sort("customer_key", "agent", "first_added_at", "contact_key", nulls_last=True)
        .group_by("customer_key", "agent", maintain_order=True)
        .agg(
            pl.col("contact_key", "account_key").first(),
            pl.col("channel").drop_nulls().first(),
            pl.when(names_channel.any())
            .then(pl.col("campaign").filter(names_channel).first())
            .otherwise(pl.col("campaign").drop_nulls().first())
            .alias("campaign"),
            pl.col("named_at").filter(names_channel).first(),
            pl.col("referrer").drop_nulls().first(),
            latest_class.alias("lead_class"),
            pl.col("first_added_at").min(),
            pl.col("last_added_at").max(),
            pl.col("adding_count").sum(),
            pl.when(has_left.all()).then(pl.col("deleted_at").max()).alias("deleted_at"),
        )
    )
