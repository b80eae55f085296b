"""Whose chat is whose: what was said, beside the entry of the agent to whom it was said."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from custtier.views.basis import Basis
from custtier.views.leads.days import day_in
from custtier.views.leads.talk import talk_of

_COUNTS: Final = ("incoming_count", "incoming_days", "outgoing_count")
_INSTANTS: Final = ("first_incoming_at", "last_incoming_at", "noticed_at")


@dataclass(frozen=True)
class Chats:
    """What was said, by entry.

    Args:
        entries: As they were given, with `has_chat`, `incoming_count`, `incoming_days`, `outgoing_count` (0 without a
            chat), `first_incoming_at`, `last_incoming_at`, `noticed_at`.
        elsewhere: One row per `customer_key` who stands in some list and whose chats with agents in whose lists they
            do not stand belong to no entry: `has_chat`, the counts, `first_incoming_on`, `last_incoming_on`.
        unlisted: How many people have a chat and stand in no list.
    """

    entries: pl.DataFrame
    elsewhere: pl.DataFrame
    unlisted: int


def with_talk(entries: pl.DataFrame, said: pl.DataFrame, *, basis: Basis, zone: str) -> Chats:
    """`entries` with what was said to each.

    A chat that names an agent belongs to the entry in that agent's list; where there is none, to the person's entries
    that name no agent. A chat that names no agent belongs to all entries of the person.

    Args:
        entries: One row per `contact_key`; uses `customer_key`, `agent`.
        said: Of `talk.talk`.
        basis: The messages that `said` was told from.
        zone: The shop's.
    """
    keyed = entries.filter(pl.col("customer_key").is_not_null()).select(
        "customer_key", pl.col("agent").alias("list_agent"), pl.struct("contact_key", "agent").alias("place")
    )
    is_listed = said["customer_key"].is_in(keyed["customer_key"].unique().implode())
    placed, homeless = _places(said.filter(is_listed).select("customer_key", "agent"), keyed)
    several = placed.filter(pl.col("place").is_duplicated())
    if several.is_empty():
        joined = placed.join(said, on=["customer_key", "agent"], nulls_equal=True).drop("customer_key", "agent")
    else:
        # what several chats say together is counted anew: a day on which they wrote in both is one day
        alone = placed.filter(~pl.col("place").is_duplicated())
        joined = pl.concat(
            [
                part.select("place", *_COUNTS, *_INSTANTS)
                for part in (
                    alone.join(said, on=["customer_key", "agent"], nulls_equal=True),
                    _together(several, basis=basis, zone=zone),
                )
            ]
        )
    told = joined.select(pl.col("place").struct.unnest(), pl.lit(value=True).alias("has_chat"), *_COUNTS, *_INSTANTS)
    rows = entries.join(told, on=["contact_key", "agent"], how="left", nulls_equal=True, maintain_order="left")
    return Chats(
        entries=rows.with_columns(pl.col("has_chat").fill_null(value=False), pl.col(_COUNTS).fill_null(0)),
        elsewhere=_elsewhere(homeless, said, basis=basis, zone=zone),
        unlisted=said.filter(~is_listed)["customer_key"].n_unique(),
    )


def _places(chats: pl.DataFrame, keyed: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Which chat belongs to which entries: `customer_key`, `agent`, `place`; and the chats that belong to none."""
    named = chats.filter(pl.col("agent").is_not_null())
    in_their_list = named.join(
        keyed, left_on=["customer_key", "agent"], right_on=["customer_key", "list_agent"], how="inner"
    )
    strange = named.join(in_their_list, on=["customer_key", "agent"], how="anti")
    no_name = keyed.filter(pl.col("list_agent").is_null()).drop("list_agent")
    in_no_ones = strange.join(no_name, on="customer_key", how="inner")
    of_all = chats.filter(pl.col("agent").is_null()).join(keyed.drop("list_agent"), on="customer_key", how="inner")
    columns = ["customer_key", "agent", "place"]
    placed = pl.concat([part.select(columns) for part in (in_their_list, in_no_ones, of_all)])
    return placed, strange.join(in_no_ones, on=["customer_key", "agent"], how="anti")


def _together(several: pl.DataFrame, *, basis: Basis, zone: str) -> pl.DataFrame:
    return talk_of(_messages_of(several, basis), several, accounts=basis.accounts, as_of=basis.as_of, zone=zone)


def _messages_of(rows: pl.DataFrame, basis: Basis) -> pl.LazyFrame:
    """The messages of these people alone."""
    persons = rows.get_column("customer_key").unique()
    messages = basis.facts.table("messages")
    keys = persons
    if basis.accounts is not None:
        merged = basis.accounts.filter(pl.col("customer_key").is_in(persons.implode())).select("account_key").collect()
        keys = pl.concat([persons, merged.to_series().rename(persons.name)])
    return messages.filter(pl.col("account_key").is_in(keys.implode()))


def _elsewhere(homeless: pl.DataFrame, said: pl.DataFrame, *, basis: Basis, zone: str) -> pl.DataFrame:
    """What people said to agents in whose lists they do not stand, and who have no other chat."""
    places = homeless.with_columns(pl.col("customer_key").alias("place"))
    if places.is_empty():
        told = said.clear().rename({"customer_key": "place"}).drop("agent")
    else:
        told = _together(places, basis=basis, zone=zone)
    return told.select(
        pl.col("place").alias("customer_key"),
        pl.lit(value=True).alias("has_chat"),
        *_COUNTS,
        day_in("first_incoming_at", zone=zone).alias("first_incoming_on"),
        day_in("last_incoming_at", zone=zone).alias("last_incoming_on"),
    )
