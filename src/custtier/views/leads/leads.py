"""Every contact with a letter: one row per entry of an agent's list, and one row per person."""

from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from custtier.facts import Note
from custtier.grading import GradeCuts
from custtier.views.basis import Basis
from custtier.views.leads.chats_end import chats_end
from custtier.views.leads.letters import RANKED, graded
from custtier.views.leads.lists import listed
from custtier.views.leads.orders import open_orders, with_purchases
from custtier.views.leads.shop_days import dates
from custtier.views.leads.stand_ins import chatters, orderers
from custtier.views.leads.talk import talk
from custtier.views.leads.who_talked import Chats, with_talk

COLUMNS: Final = (
    "contact_key",
    "customer_key",
    "account_key",
    "agent",
    "channel",
    "campaign",
    "referrer",
    "lead_class",
    "added_on",
    "last_added_on",
    "adding_count",
    "deleted_on",
    "grade",
    "grade_reason",
    "is_customer_before",
    "is_deleted",
    "has_chat",
    "incoming_count",
    "incoming_days",
    "outgoing_count",
    "first_incoming_on",
    "last_incoming_on",
    "open_order_on",
    "first_order_on",
    "bought_before_on",
)
"""Columns of `Leads.entries`; `people` has `entry_count` beside them."""


@dataclass(frozen=True)
class Leads:
    """Everybody who had been added by the day observed.

    Args:
        entries: One row per person and agent, `COLUMNS`, sorted by `contact_key`: `grade` is a letter, null where it
            is not known; `grade_reason` one of `letters.REASONS`; `added_on` the first adding (null: no list tells),
            `last_added_on` the latest; `deleted_on` null for who is still there; counts are 0 where `has_chat` is
            false; `first_order_on` is the first purchase on `added_on` or later, `bought_before_on` the first one
            before it; `is_customer_before` where there is one. `customer_key` is null for entries that show no key.
        people: One row per person, the same columns and `entry_count`, sorted by `contact_key`: the best letter of
            their entries (E only if all are E), agent, talk and reason of the entry that decides; channel, campaign,
            referrer and day of the first adding; the first message of all entries. Entries without a key are persons of
            their own.
        notes: What stood in for contacts or chats, and what could not be joined.
    """

    entries: pl.DataFrame
    people: pl.DataFrame
    notes: tuple[Note, ...] = ()


def leads_of(basis: Basis, *, zone: str, cuts: GradeCuts | None = None, any_chats: bool | None = None) -> Leads:
    """Everybody who had been added by the day observed, with their letters.

    Args:
        basis: The orders used, the day observed, and the contacts and chats behind them.
        zone: The shop's.
        cuts: How much is talk, and when it is silence; the defaults when not given.
        any_chats: Whether chats of anybody are known, where the basis holds only some people; told by the chats when
            not given.
    """
    cuts = cuts or GradeCuts()
    said = talk(basis.facts.table("messages"), accounts=basis.accounts, as_of=basis.as_of, zone=zone)
    rows, stand_in = listed(basis, zone=zone), None
    if rows.is_empty():
        rows, stand_in = (orderers(basis, zone=zone), "orders") if said.is_empty() else (chatters(said), "chats")
    chats = with_talk(rows, said, basis=basis, zone=zone)
    entries = _with_deletions(chats.entries, zone=zone)
    entries = with_purchases(entries, basis=basis)
    has_chats = not said.is_empty() if any_chats is None else any_chats
    # orders that came to nothing are only looked for where no chat tells more
    entries = _with_open_orders(entries, None if has_chats or rows.is_empty() else open_orders(basis))
    entries = graded(entries, cuts=cuts, as_of_day=basis.as_of_day, has_chats=has_chats)
    entries = _in_order(_told(entries))
    people = _people(replace(chats, entries=entries), basis=basis, cuts=cuts)
    entries = entries.select(COLUMNS)
    ended = chats_end(people, said, as_of=basis.as_of, cuts=cuts, zone=zone)
    return Leads(entries, people, (*_notes(entries, chats, stand_in=stand_in, has_chats=has_chats), *ended))


def _with_deletions(entries: pl.DataFrame, *, zone: str) -> pl.DataFrame:
    """`is_deleted`, `deleted_on` and the days of adding and of messages, from their instants.

    A notice that a message did not arrive tells of a deletion too, until they are added again or write.
    """
    noticed = pl.col("noticed_at")
    since_added = pl.col("last_added_at").is_null() | (noticed > pl.col("last_added_at"))
    since_talk = pl.col("last_incoming_at").is_null() | (noticed > pl.col("last_incoming_at"))
    by_notice = pl.when(since_added & since_talk).then(noticed)
    left_at = pl.min_horizontal("deleted_at", by_notice)
    rows = entries.with_columns(left_at.is_not_null().alias("is_deleted"), left_at.alias("left_at"))
    return rows.with_columns(
        dates(rows.get_column(instant), zone=zone).alias(day)
        for day, instant in {
            "deleted_on": "left_at",
            "added_on": "first_added_at",
            "last_added_on": "last_added_at",
            "first_incoming_on": "first_incoming_at",
            "last_incoming_on": "last_incoming_at",
        }.items()
    )


def _with_open_orders(entries: pl.DataFrame, found: pl.DataFrame | None) -> pl.DataFrame:
    if found is None:
        return entries.with_columns(pl.lit(None, dtype=pl.Date).alias("open_order_on"))
    return entries.join(found, on="customer_key", how="left", maintain_order="left")


def _told(entries: pl.DataFrame) -> pl.DataFrame:
    """The columns that readers rely on, and when the channel of each was named."""
    is_before = pl.col("bought_before_on").is_not_null().alias("is_customer_before")
    return entries.with_columns(is_before).select(*COLUMNS, "named_at")


def _in_order(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows by `contact_key`; those who stand for contacts may have one for several agents."""
    keys = rows.get_column("contact_key")
    if not keys.has_nulls() and bool((keys.slice(1) > keys.head(max(len(keys) - 1, 0))).all()):
        # as contact lists are stored: a million rows need not be moved
        return rows
    if rows["contact_key"].n_unique() == rows.height:
        return rows.sort("contact_key")
    return rows.sort("contact_key", "agent", nulls_last=True)


def _people(chats: Chats, *, basis: Basis, cuts: GradeCuts) -> pl.DataFrame:
    """One row per person: the letter of the entry that decides, and where they first came from."""
    keyed = pl.col("customer_key").is_not_null()
    entries = chats.entries
    alone = keyed & ~pl.col("customer_key").is_duplicated()
    is_one = entries.select(alone | ~keyed).to_series()
    single, several = (entries, entries.clear()) if is_one.all() else (entries.filter(is_one), entries.filter(~is_one))
    parts = [single.with_columns(pl.lit(1, dtype=pl.Int64).alias("entry_count"))]
    if several.height:
        parts.append(_rolled_up(several, basis=basis))
    people = pl.concat([part.select(*COLUMNS, "entry_count") for part in parts])
    return _in_order(_with_elsewhere(people, chats.elsewhere, basis=basis, cuts=cuts))


def _rolled_up(entries: pl.DataFrame, *, basis: Basis) -> pl.DataFrame:
    """Persons in several lists: A before B, C and D; E only where all are E."""
    order = pl.col("grade").cast(RANKED).to_physical().cast(pl.Int8)
    # somebody whom one agent lost and of whom another knows nothing is not lost
    rank = pl.when(pl.col("grade") == "E").then(9).otherwise(order.fill_null(8)).alias("rank")
    deciding = (
        entries.with_columns(rank)
        .sort(
            "customer_key", "rank", "is_deleted", "last_incoming_on", "last_added_on", "agent", "contact_key",
            descending=[False, False, False, True, True, False, False], nulls_last=True,
        )
        .unique("customer_key", keep="first", maintain_order=True)
        .drop("rank", *_FROM_ALL)
    )  # fmt: skip
    return with_purchases(deciding.join(_of_all(entries), on="customer_key"), basis=basis).with_columns(
        pl.col("bought_before_on").is_not_null().alias("is_customer_before"),
        pl.when(pl.col("grade").ne_missing("A"))
        .then("grade_reason")
        .when(pl.col("first_order_on").is_not_null())
        .then(pl.lit("bought"))
        .otherwise(pl.lit("bought_before"))
        .alias("grade_reason"),
    )


_FROM_ALL: Final = (
    "channel",
    "campaign",
    "referrer",
    "lead_class",
    "added_on",
    "last_added_on",
    "adding_count",
    "deleted_on",
    "is_deleted",
    "is_customer_before",
    "first_incoming_on",
    "first_order_on",
    "bought_before_on",
)
"""What is told of a person by all entries together."""


def _of_all(entries: pl.DataFrame) -> pl.DataFrame:
    names_channel = pl.col("channel").is_not_null()
    # the list that somebody first stood in may name a channel of a later adding only
    named = [pl.col(name).filter(names_channel) for name in ("named_at", "agent", "contact_key")]
    channel, campaign = (
        pl.col(name).filter(names_channel).sort_by(named, nulls_last=True).first() for name in ("channel", "campaign")
    )
    latest_class = pl.col("lead_class").sort_by("last_added_on", "agent", "contact_key", nulls_last=False)
    return (
        entries.sort("customer_key", "added_on", "agent", "contact_key", nulls_last=True)
        .group_by("customer_key", maintain_order=True)
        .agg(
            pl.len().cast(pl.Int64).alias("entry_count"),
            channel,
            pl.when(names_channel.any())
            .then(campaign)
            .otherwise(pl.col("campaign").drop_nulls().first())
            .alias("campaign"),
            pl.col("referrer").drop_nulls().first(),
            latest_class.drop_nulls().last().alias("lead_class"),
            pl.col("added_on").min(),
            pl.col("last_added_on").max(),
            pl.col("first_incoming_on").min(),
            pl.col("adding_count").sum(),
            pl.when(pl.col("is_deleted").all()).then(pl.col("deleted_on").max()).alias("deleted_on"),
            pl.col("is_deleted").all(),
        )
    )


_TALK: Final = (
    "has_chat",
    "incoming_count",
    "incoming_days",
    "outgoing_count",
    "first_incoming_on",
    "last_incoming_on",
)


def _with_elsewhere(people: pl.DataFrame, elsewhere: pl.DataFrame, *, basis: Basis, cuts: GradeCuts) -> pl.DataFrame:
    """People of whom no entry has a chat are graded by what they said to agents in whose lists they do not stand."""
    if elsewhere.is_empty():
        return people
    lost = people.filter((pl.col("grade_reason") == "no_chat") & pl.col("customer_key").is_not_null())
    found = lost.drop(_TALK).join(elsewhere, on="customer_key", how="inner")
    if found.is_empty():
        return people
    again = graded(found, cuts=cuts, as_of_day=basis.as_of_day, has_chats=True).select(people.columns)
    return pl.concat([people.join(again, on="contact_key", how="anti"), again])


def _notes(entries: pl.DataFrame, chats: Chats, *, stand_in: str | None, has_chats: bool) -> tuple[Note, ...]:
    """What stood in for lists and chats, and what nobody can tell."""
    notes = []
    if stand_in and entries.height:
        notes.append(Note(f"contacts_from_{stand_in}", {"count": entries.height}))
    unknown = entries["grade"].null_count()
    if not has_chats and unknown and stand_in is None:
        notes.append(Note("no_chats", {"count": unknown}))
    counts = {
        "contacts_unread": (entries["grade_reason"] == "no_chat").sum(),
        "contacts_without_any_key": entries["customer_key"].null_count(),
        "chats_of_nobody_listed": chats.unlisted,
        "chats_of_other_agents": chats.elsewhere.height,
    }
    return (*notes, *(Note(code, {"count": int(count)}) for code, count in counts.items() if count))
