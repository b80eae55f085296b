"""Who said how much to whom: chats up to a day, one row per person and the agent whose chat it is."""

from datetime import date
from typing import Final

import polars as pl

from custtier.schema import Direction
from custtier.views.leads.days import day_in, end_of
from custtier.views.leads.talk_runs import talk_by_runs

NO_TALK: Final = ("greeting", "system", "deleted_us")
"""Kinds of messages that nobody has written."""

_COLUMNS: Final = ("account_key", "agent", "sent_at", "direction", "kind")


def talk(messages: pl.LazyFrame, *, accounts: pl.LazyFrame | None, as_of: date, zone: str) -> pl.DataFrame:
    """What was said up to a day.

    Args:
        messages: `messages` of `facts.TABLES`, sorted by account and instant. Those of nobody are left out.
        accounts: `schema.ACCOUNTS`; None when nobody has several.
        as_of: Last day observed.
        zone: The shop's.

    Returns:
        One row per `customer_key` and `agent` (null where chats name none) with any message: `incoming_count`,
        `incoming_days`, `outgoing_count` (Int64; greetings, notices of the program and what does not say who sent it
        are not counted), `first_incoming_at`, `last_incoming_at`, `noticed_at` (the last notice that a message did not
        arrive because the person deleted or blocked us), `last_at` (the last message of any kind).
    """
    return talk_by_runs(
        _seen(messages, as_of=as_of, zone=zone),
        accounts=accounts,
        zone=zone,
        grouped=lambda told: _summed(told, ["customer_key", "agent"], zone=zone),
        no_talk=NO_TALK,
    )


def talk_of(
    messages: pl.LazyFrame, places: pl.DataFrame, *, accounts: pl.LazyFrame | None, as_of: date, zone: str
) -> pl.DataFrame:
    """The same for what several agents' chats say together: one row per `place`.

    Args:
        messages: As of `talk`.
        places: `customer_key`, `agent`, `place`: which chats belong to which place; a chat may belong to several.
        accounts: As of `talk`.
        as_of: Last day observed.
        zone: The shop's.
    """
    told = _until(messages, accounts=accounts, as_of=as_of, zone=zone)
    placed = told.join(places.lazy(), on=["customer_key", "agent"], how="inner", nulls_equal=True)
    return _summed(placed, ["place"], zone=zone)


def _seen(messages: pl.LazyFrame, *, as_of: date, zone: str) -> pl.LazyFrame:
    """Somebody's messages up to the day."""
    return messages.select(_COLUMNS).filter(
        pl.col("account_key").is_not_null(), pl.col("sent_at") < end_of(as_of, zone=zone)
    )


def _until(messages: pl.LazyFrame, *, accounts: pl.LazyFrame | None, as_of: date, zone: str) -> pl.LazyFrame:
    """The messages up to the day, under the person's key."""
    owned = _seen(messages, as_of=as_of, zone=zone).rename({"account_key": "customer_key"})
    if accounts is None:
        return owned
    persons = accounts.select(pl.col("account_key").alias("customer_key"), pl.col("customer_key").alias("person"))
    return (
        owned.join(persons, on="customer_key", how="left")
        .with_columns(pl.coalesce("person", "customer_key").alias("customer_key"))
        .drop("person")
    )


def _summed(told: pl.LazyFrame, by: list[str], *, zone: str) -> pl.DataFrame:
    is_talk = ~pl.col("kind").is_in(NO_TALK).fill_null(value=False)
    is_in = is_talk & (pl.col("direction") == Direction.IN.value).fill_null(value=False)
    is_out = is_talk & (pl.col("direction") == Direction.OUT.value).fill_null(value=False)
    is_notice = (pl.col("kind") == "deleted_us").fill_null(value=False)
    came = pl.when("is_in").then("sent_at")
    return (
        told.with_columns(is_in.alias("is_in"))
        .group_by(by)
        .agg(
            pl.col("is_in").sum().cast(pl.Int64).alias("incoming_count"),
            day_in(came, zone=zone).drop_nulls().n_unique().cast(pl.Int64).alias("incoming_days"),
            is_out.sum().cast(pl.Int64).alias("outgoing_count"),
            came.min().alias("first_incoming_at"),
            came.max().alias("last_incoming_at"),
            pl.when(is_notice).then("sent_at").max().alias("noticed_at"),
            pl.col("sent_at").max().alias("last_at"),
        )
        .collect(engine="streaming")
    )
