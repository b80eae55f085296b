"""Which contacts a question is about, through which channel each came, and which list has the sales of each person."""

from dataclasses import replace
from datetime import date
from typing import Final

import polars as pl

from custtier.views.basis import Basis
from custtier.views.columns.orders import whose
from custtier.views.leads.days import end_of
from custtier.views.leads.leads import Leads

ATTRIBUTIONS: Final = ("first", "last")
"""Through which of their addings somebody came."""


def narrowed(leads: Leads, *, since: date | None, until: date | None, new_only: bool) -> Leads:
    """The contacts who were added in a time, and who are new, where one asks for it.

    Args:
        leads: As of the day observed.
        since: First day of the first adding.
        until: Last day of the first adding.
        new_only: Leave out who bought before they were added.
    """
    if not (since or until or new_only):
        return leads
    keep = pl.lit(value=True)
    if since:
        keep &= pl.col("added_on") >= since
    if until:
        keep &= pl.col("added_on") <= until
    if new_only:
        keep &= ~pl.col("is_customer_before")
    return replace(leads, entries=leads.entries.filter(keep), people=leads.people.filter(keep))


def contacts_asked(leads: Leads, *, by: str, attribution: str = "first") -> pl.DataFrame:
    """The contacts that are counted: people, or by agent every entry of a list.

    Args:
        leads: As of the day observed.
        by: One of `groups.GROUPS`.
        attribution: One of `ATTRIBUTIONS`: by agent, who has the sales of somebody in several lists.

    Returns:
        The columns of `leads.leads.COLUMNS`, with `place` (their number) and `has_sales`: whether the sales of this
        person count here. Each person's count in one row: that of the first adding.
    """
    rows = leads.entries if by == "agent" else leads.people
    placed = rows.with_row_index("place").with_columns(pl.col("place").cast(pl.Int64))
    key = pl.col("customer_key")
    again = placed.filter(key.is_not_null() & key.is_duplicated()) if by == "agent" else placed.clear()
    is_last = attribution == "last"
    first = again.sort(
        "last_added_on" if is_last else "added_on",
        "agent",
        "place",
        descending=[is_last, False, False],
        nulls_last=True,
    ).unique("customer_key", keep="first", maintain_order=True)
    later = again.join(first, on="place", how="anti").get_column("place")
    return placed.with_columns((key.is_not_null() & ~pl.col("place").is_in(later.implode())).alias("has_sales"))


def by_last_adding(contacts: pl.DataFrame, *, basis: Basis, zone: str) -> pl.DataFrame:
    """Contacts with the channel and campaign of the latest adding that names a channel, instead of those of the first.

    The day of adding stays the first: what somebody bought in between is not lost.

    Args:
        contacts: Uses `customer_key`, `channel`, `campaign`; who has no key keeps theirs.
        basis: The contacts behind the answer, and its day.
        zone: The shop's.
    """
    events = basis.facts.table("contact_events").filter(
        (pl.col("event") == "added") & pl.col("channel").is_not_null() & (pl.col("at") < end_of(basis.as_of, zone=zone))
    )
    latest = (
        whose(events, basis)
        .sort("customer_key", "at", "channel", "campaign", nulls_last=True)
        .unique("customer_key", keep="last", maintain_order=True)
        .select("customer_key", pl.col("channel").alias("last_channel"), pl.col("campaign").alias("last_campaign"))
        .collect()
    )
    is_known = pl.col("last_channel").is_not_null()
    return (
        contacts.join(latest, on="customer_key", how="left", maintain_order="left")
        .with_columns(
            pl.coalesce("last_channel", "channel").alias("channel"),
            pl.when(is_known).then("last_campaign").otherwise("campaign").alias("campaign"),
        )
        .drop("last_channel", "last_campaign")
    )
