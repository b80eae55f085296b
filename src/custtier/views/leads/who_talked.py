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
        entries: Those given, in any order, with `has_chat`, `incoming_count`, `incoming_days`, `outgoing_count` (0
            without a chat), `first_incoming_at`, `last_incoming_at`, `noticed_at`.
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
    chat = said.rename({"agent": "chat_agent"}).with_columns(pl.lit(value=True).alias("has_chat"))
    rows = entries.join(chat, on="customer_key", how="left", maintain_order="left")
    is_strange = (pl.col("agent") != pl.col("chat_agent")).fill_null(value=False)
    is_several = pl.col("customer_key").is_duplicated() & pl.col("customer_key").is_not_null()
    # whoever stands in one list and has one chat, which does not name another agent, is most of all
    others = rows.filter(is_strange | is_several)["customer_key"].unique()
    talked = rows["customer_key"].filter(rows["has_chat"].is_not_null())
    if others.is_empty():
        unlisted = said["customer_key"].n_unique() - len(talked) if len(talked) < said.height else 0
        return Chats(_filled(rows, entries), _elsewhere(_homes(said.clear()), said, basis=basis, zone=zone), unlisted)
    unlisted = said["customer_key"].n_unique() - talked.n_unique()
    usual, placed, chats = (_parted(part, others) for part in (rows, entries, said))
    told, homeless = _by_places(placed[0], chats[0], basis=basis, zone=zone)
    return Chats(
        pl.concat([_filled(usual[1], entries), _filled(told, entries)]),
        _elsewhere(homeless, said, basis=basis, zone=zone),
        unlisted,
    )


def _homes(said: pl.DataFrame) -> pl.DataFrame:
    return said.select("customer_key", "agent")


def _parted(rows: pl.DataFrame, people: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows of these people, and all others."""
    is_theirs = rows["customer_key"].is_in(people.implode()).fill_null(value=False)
    return rows.filter(is_theirs), rows.filter(~is_theirs)


def _filled(rows: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """Entries with what was said; where nothing is known, nothing was."""
    return rows.select(
        *entries.columns,
        pl.col("has_chat").fill_null(value=False),
        pl.col(_COUNTS).fill_null(0),
        *_INSTANTS,
    )


def _by_places(
    entries: pl.DataFrame, said: pl.DataFrame, *, basis: Basis, zone: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Entries with what was said to each, chat by chat; and the chats that belong to none of them."""
    keyed = entries.select(
        "customer_key", pl.col("agent").alias("list_agent"), pl.struct("contact_key", "agent").alias("place")
    )
    placed, homeless = _places(_homes(said), keyed)
    several = placed.filter(pl.col("place").is_duplicated())
    # what several chats say together is counted anew: a day on which they wrote in both is one day
    alone = placed.filter(~pl.col("place").is_duplicated())
    parts = [alone.join(said, on=["customer_key", "agent"], nulls_equal=True)]
    if several.height:
        parts.append(_together(several, basis=basis, zone=zone))
    joined = pl.concat([part.select("place", *_COUNTS, *_INSTANTS) for part in parts])
    told = joined.select(pl.col("place").struct.unnest(), pl.lit(value=True).alias("has_chat"), *_COUNTS, *_INSTANTS)
    return entries.join(told, on=["contact_key", "agent"], how="left", nulls_equal=True), homeless


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
