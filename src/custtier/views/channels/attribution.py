"""Which contacts a question is about, through which channel each came, and which list has the sales of each person."""

from collections.abc import Sequence
from datetime import date
from typing import Final

import polars as pl

from custtier.views.basis import Basis
from custtier.views.columns.orders import whose
from custtier.views.leads.days import end_of
from custtier.views.leads.leads import Leads

ATTRIBUTIONS: Final = ("first", "last")
"""Through which of their addings somebody came."""


def contacts_asked(leads: Leads, *, by: str, since: date | None, until: date | None, new_only: bool) -> pl.DataFrame:
    """The contacts that are counted: people, or by agent every entry of a list; added in a time, if one is asked for.

    Args:
        leads: As of the day observed.
        by: One of `groups.GROUPS`.
        since: First day of adding.
        until: Last day of adding.
        new_only: Leave out who bought before they were added.

    Returns:
        The columns of `leads.leads.COLUMNS`, with `place` (their number) and `has_sales`: whether the sales of this
        person count here. Each person's count in one row: that of the first adding.
    """
    rows = leads.entries if by == "agent" else leads.people
    if since:
        rows = rows.filter(pl.col("added_on") >= since)
    if until:
        rows = rows.filter(pl.col("added_on") <= until)
    if new_only:
        rows = rows.filter(~pl.col("is_customer_before"))
    placed = rows.with_row_index("place").with_columns(pl.col("place").cast(pl.Int64))
    return with_one_sale(placed, ["added_on", "agent", "place"])


def with_one_sale(placed: pl.DataFrame, order: Sequence[str]) -> pl.DataFrame:
    """`placed` with `has_sales`: true in the first row of each `customer_key`, in an order of rows."""
    first = (
        placed.filter(pl.col("customer_key").is_not_null())
        .sort(*order, nulls_last=True)
        .unique("customer_key", keep="first", maintain_order=True)
        .get_column("place")
    )
    return placed.with_columns(pl.col("place").is_in(first.implode()).alias("has_sales"))


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
