"""How each customer can be reached: whether they are a contact, answer, have a phone, and who looks after them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from custtier.facts import Facts
from custtier.phones import with_phones
from custtier.schema import Direction, PhoneKind
from custtier.views.basis import Basis
from custtier.views.columns.orders import bought_by, most_often, whose

ANSWER_DAYS: Final = 90
NO_TALK: Final = ("greeting", "system", "deleted_us")
"""Kinds of messages that nobody has written."""


@dataclass(frozen=True)
class Reached:
    """What is known of how customers can be reached.

    Args:
        rows: `customers` with `contact_state` (`contact`, `deleted` where all have deleted us; null for no contact),
            `answer_count` (Int64: messages of theirs in the last days; null where nobody wrote any), `agent` (of the
            contact added last who has not deleted us), and the Boolean columns of `key.points.REACH`.
        known: Those of these columns of which anything is known here.
    """

    rows: pl.DataFrame
    known: tuple[str, ...]


def with_reach(customers: pl.DataFrame, *, basis: Basis, zone: str) -> Reached:
    """`customers` with how each can be reached on the day observed.

    Args:
        customers: One row per `customer_key`.
        basis: The orders used, and the contacts behind them.
        zone: The shop's time zone.
    """
    contacts, answers = _contacts(basis, zone=zone), _answers(basis, zone=zone)
    keys = customers.get_column("customer_key")
    sold = bought_by(basis, "agent").filter(pl.col("agent").is_not_null()).select("customer_key").unique()
    sold_to = sold.collect(engine="streaming").to_series()
    listed = contacts.group_by("customer_key", maintain_order=True).agg(
        pl.col("is_deleted").all(), pl.col("agent").filter(~pl.col("is_deleted")).drop_nulls().first()
    )
    rows = (
        customers.lazy()
        .join(listed.lazy(), on="customer_key", how="left", maintain_order="left")
        .join(answers.lazy(), on="customer_key", how="left", maintain_order="left")
        .join(_phones(basis.facts, keys).lazy(), on="customer_key", how="left", maintain_order="left")
        .with_columns(
            pl.when("is_deleted").then(pl.lit("deleted")).when(~pl.col("is_deleted")).then(pl.lit("contact"))
            .alias("contact_state"),
            pl.col("answer_count").fill_null(0),
            pl.col("has_phone").fill_null(value=False),
            (~pl.col("is_deleted")).fill_null(value=False).alias("is_contact"),
        )
        .with_columns(
            (pl.col("answer_count") > 0).alias("answers"),
            (pl.col("agent").is_not_null() | pl.col("customer_key").is_in(sold_to.implode())).alias("has_agent"),
        )
        .drop("is_deleted")
        .collect()
    )  # fmt: skip
    told = {
        "is_contact": contacts.height > 0,
        "answers": answers.height > 0,
        "has_phone": bool(rows.get_column("has_phone").any()),
        "has_agent": bool(rows.get_column("has_agent").any()),
    }
    if not told["answers"]:
        rows = rows.with_columns(pl.lit(None, dtype=pl.Int64).alias("answer_count"))
    return Reached(rows, tuple(name for name, is_told in told.items() if is_told))


def with_agents(rows: pl.DataFrame, *, basis: Basis) -> pl.DataFrame:
    """`rows` in whose `agent`, where no contact tells one, stands that of most purchases."""
    keys = rows.get_column("customer_key").implode()
    bought = bought_by(basis, "agent").filter(pl.col("customer_key").is_in(keys))
    sold_by = most_often(bought.collect(), "agent").select("customer_key", pl.col("agent").alias("sold_by"))
    return (
        rows.join(sold_by, on="customer_key", how="left", maintain_order="left")
        .with_columns(pl.coalesce("agent", "sold_by").alias("agent"))
        .drop("sold_by")
    )


def until(instant: str, as_of: date, *, zone: str) -> pl.Expr:
    """Whether an instant lies on the day observed or before; true where it is not known."""
    return (pl.col(instant) < _midnight(as_of + timedelta(days=1), zone=zone)).fill_null(value=True)


def _midnight(day: date, *, zone: str) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _contacts(basis: Basis, *, zone: str) -> pl.DataFrame:
    """`customer_key`, `agent`, `is_deleted` of every contact added by the day, the latest added first."""
    asked = ["contact_key", "account_key", "agent", "first_added_at", "added_at"]
    contacts = whose(
        basis.facts.table("contacts", columns=asked).filter(until("first_added_at", basis.as_of, zone=zone)), basis
    )
    events = basis.facts.table("contact_events", columns=["contact_key", "event", "at"])
    last = (
        events.filter(pl.col("at").is_not_null() & until("at", basis.as_of, zone=zone))
        .sort("contact_key", "at", "event")
        .unique("contact_key", keep="last", maintain_order=True)
        .select("contact_key", "event")
    )
    return (
        contacts.join(last, on="contact_key", how="left")
        # who has no event was noted without a day
        .with_columns((pl.col("event") == "deleted").fill_null(value=False).alias("is_deleted"))
        .sort("customer_key", "added_at", "agent", descending=[False, True, False], nulls_last=True)
        .select("customer_key", "agent", "is_deleted")
        .collect()
    )


def _answers(basis: Basis, *, zone: str) -> pl.DataFrame:
    """`customer_key`, `answer_count` of those who wrote to us in the last days."""
    first = _midnight(basis.as_of - timedelta(days=ANSWER_DAYS - 1), zone=zone)
    messages = basis.facts.table("messages", columns=["account_key", "sent_at", "direction", "kind"]).filter(
        pl.col("direction") == Direction.IN.value,
        ~pl.col("kind").is_in(NO_TALK).fill_null(value=False),
        pl.col("sent_at") >= first,
        pl.col("sent_at") < _midnight(basis.as_of + timedelta(days=1), zone=zone),
    )
    return whose(messages, basis).group_by("customer_key").agg(pl.len().cast(pl.Int64).alias("answer_count")).collect()


def _phones(facts: Facts, keys: pl.Series) -> pl.DataFrame:
    """`customer_key`, `has_phone`: whether a full phone is known."""
    people = facts.customers.filter(pl.col("customer_key").is_in(keys.implode()) & pl.col("phone").is_not_null())
    phones = people.select("customer_key", "phone", phone_kind=pl.lit(None, dtype=pl.String)).collect()
    is_full = (pl.col("phone_kind") == PhoneKind.FULL.value).alias("has_phone")
    return with_phones(phones).select("customer_key", is_full)
