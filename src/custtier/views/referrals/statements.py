"""Every text that says who brought a customer: of files of pairs, contacts, orders and tags."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

import polars as pl

from custtier.referring import ReferralWords
from custtier.views.basis import Basis
from custtier.views.columns.orders import whose
from custtier.views.leads.days import day_in


class Origin(StrEnum):
    """Where somebody said who brought a customer, the surest first: of two that differ the surer counts."""

    FILE = "referral_file"
    CONTACT = "contact_list"
    ORDER = "order_row"
    TAG = "customer_tag"


ORIGINS: Final = tuple(one.value for one in Origin)


@dataclass(frozen=True)
class Told:
    """How it is read who brought whom.

    Args:
        zone: The shop's time zone.
        words: By which words a tag says it.
        given: Tags that customers have by hand or by a file: `customer_key`, `tag`, `noted_on`; None for none.
    """

    zone: str = "Asia/Shanghai"
    words: ReferralWords = field(default_factory=ReferralWords)
    given: pl.LazyFrame | None = None


def statements_of(basis: Basis, told: Told) -> pl.DataFrame:
    """All that was said up to the day observed, whoever is meant.

    An order says it whatever became of it, and whatever part of the orders is asked for: who brought somebody is not
    changed by that.

    Args:
        basis: Its facts and its day.
        told: The time zone, the words, the tags given.

    Returns:
        `customer_key` (null in a file of pairs), `referred` (null but in a file of pairs) and `referrer`, both as
        written, without blanks at their ends; `origin` (Int8, place in `ORIGINS`), `said_on` (Date; null where no day
        is known).
    """
    parts = [_of_files(basis), _of_contacts(basis, zone=told.zone), _of_orders(basis)]
    pattern = told.words.tag_pattern
    if pattern is not None:
        parts.append(_of_tags(basis, told, pattern=pattern))
    rows = pl.concat(
        part.select(
            _column(part, "customer_key", pl.Int64),
            _column(part, "referred", pl.String),
            pl.col("referrer").str.strip_chars(),
            pl.lit(place, dtype=pl.Int8).alias("origin"),
            pl.col("said_on").cast(pl.Date),
        )
        for place, part in zip((0, 1, 2, 3), parts, strict=False)
    )
    is_known_by_then = (pl.col("said_on") <= basis.as_of).fill_null(value=True)
    return rows.filter((pl.col("referrer") != "") & is_known_by_then).collect(engine="streaming")


def pairs_later(basis: Basis) -> tuple[int, date | None]:
    """How many pairs of files are dated after all that orders show, and the last day of them.

    Of a day of the past nobody expects to be told of later pairs.
    """
    through = basis.facts.extent.data_through
    if through is not None and basis.as_of < through:
        return 0, None
    pairs = basis.facts.table("referrals", columns=["referred_on"]).filter(pl.col("referred_on") > basis.as_of)
    count, last = pairs.select(pl.len(), pl.col("referred_on").max()).collect().row(0)
    return int(count), last


def _column(rows: pl.LazyFrame, name: str, dtype: type[pl.DataType]) -> pl.Expr:
    if name in rows.collect_schema().names():
        return pl.col(name)
    return pl.lit(None, dtype=dtype).alias(name)


def _of_files(basis: Basis) -> pl.LazyFrame:
    """Files of pairs: who was brought is a text there, too."""
    pairs = basis.facts.table("referrals", columns=["referred", "referrer", "referred_on"])
    return pairs.select(pl.col("referred").str.strip_chars(), "referrer", said_on="referred_on").filter(
        pl.col("referred") != ""
    )


def _of_contacts(basis: Basis, *, zone: str) -> pl.LazyFrame:
    """Contacts, from the day on which each was first added."""
    contacts = basis.facts.table("contacts", columns=["account_key", "referrer", "first_added_at"])
    named = contacts.filter(pl.col("referrer").is_not_null())
    return whose(named, basis).select("customer_key", "referrer", said_on=day_in("first_added_at", zone=zone))


def _of_orders(basis: Basis) -> pl.LazyFrame:
    """Orders of any state, from the day on which each was made; one that shows no day is left out."""
    orders = basis.facts.table("details", columns=["account_key", "referrer", "ordered_on"])
    named = orders.filter(pl.col("referrer").is_not_null() & pl.col("ordered_on").is_not_null())
    return whose(named, basis).select("customer_key", "referrer", said_on="ordered_on")


def _of_tags(basis: Basis, told: Told, *, pattern: str) -> pl.LazyFrame:
    """Tags given by hand or by a file, and those of contact lists."""
    given = [] if told.given is None else [told.given.select("customer_key", "tag", said_on="noted_on")]
    contacts = basis.facts.table("contacts", columns=["account_key", "tags", "first_added_at"])
    listed = (
        whose(contacts.filter(pl.col("tags").is_not_null()), basis)
        .select(
            "customer_key",
            pl.col("tags").str.replace_all("，", ",").str.split(",").alias("tag"),
            said_on=day_in("first_added_at", zone=told.zone),
        )
        .explode("tag", empty_as_null=False)
    )
    return (
        pl.concat([*given, listed])
        .with_columns(pl.col("tag").str.extract(pattern, 1).alias("referrer"))
        .filter(pl.col("referrer").is_not_null())
        .select("customer_key", "referrer", "said_on")
    )
