"""What is known of customers beside their orders: where they live, their contacts and tags, their names."""

import polars as pl

from custtier.regions import with_places
from custtier.views.basis import Basis
from custtier.views.columns.orders import bought_by, most_often, whose

_BEFORE_ALL = -1_000_000
"""A contact's place comes after those of all orders."""


def place_columns(basis: Basis) -> pl.DataFrame:
    """The family `places`, one row per `customer_key` whose province is known.

    Returns:
        `province`, `city`, `region` of the latest purchase that shows a place, else of a contact.
    """
    written = ["province", "city", "address"]
    is_written = pl.any_horizontal(pl.col(written).is_not_null())
    shown = basis.facts.table("details", columns=["order_key", *written]).filter(is_written)
    bought = bought_by(basis, "order_key").select("customer_key", "order_key", "order_day")
    contacts = basis.facts.table("contacts", columns=["account_key", "province", "city"]).select(
        "account_key",
        "province",
        "city",
        pl.lit(None, dtype=pl.String).alias("address"),
        pl.lit(None, dtype=pl.Int32).alias("order_day"),
    )
    columns = ["customer_key", "order_day", *written]
    told = pl.concat(
        [
            bought.join(shown, on="order_key", how="inner").select(columns),
            whose(contacts.filter(is_written), basis).select(columns),
        ]
    ).collect(engine="streaming")
    # most people's latest row tells: the others' earlier ones are looked at only where it does not
    day = pl.col("order_day").fill_null(_BEFORE_ALL)
    latest = told.filter(day == day.max().over("customer_key"))
    found = _placed(latest)
    rest = told.join(found, on="customer_key", how="anti")
    return pl.concat([found, _placed(rest)])


def _placed(told: pl.DataFrame) -> pl.DataFrame:
    """The latest place of each customer of whom any row tells one."""
    known = with_places(told).filter(pl.col("province").is_not_null())
    return (
        known.select("customer_key", "order_day", "province", "city", "region")
        .sort("customer_key", "order_day", "province", "city", descending=[False, True, False, False], nulls_last=True)
        .unique("customer_key", keep="first", maintain_order=True)
        .drop("order_day")
    )


def contact_columns(basis: Basis, *, zone: str) -> pl.DataFrame:
    """The family `contacts`, one row per `customer_key` of whom a contact, a channel or an agent is known.

    Contacts that were added after the day observed do not count.

    Returns:
        `is_contact`, `added_on` (Date, the first time), `channel` and `agent` (of the contact who was added last and
        has not deleted us, else of most purchases), `tags` (list of texts, sorted: those that contact lists show).
    """
    columns = ["account_key", "agent", "channel", "tags", "added_at", "first_added_at", "deleted_at"]
    day = pl.col("first_added_at").dt.convert_time_zone(zone).dt.date()
    contacts = (
        whose(basis.facts.table("contacts", columns=columns), basis)
        .with_columns(day.alias("added_on"))
        .filter((pl.col("added_on") <= basis.as_of).fill_null(value=True))
        .sort(
            pl.col("deleted_at").is_not_null(),
            "added_at",
            "agent",
            "channel",
            descending=[False, True, False, False],
            nulls_last=True,
        )
    )
    tag = pl.col("tags").str.replace_all("，", ",").str.split(",").explode(empty_as_null=False).str.strip_chars()
    known = contacts.group_by("customer_key", maintain_order=True).agg(
        pl.lit(value=True).first().alias("is_contact"),
        pl.col("added_on").min(),
        pl.col("channel").drop_nulls().first().alias("contact_channel"),
        pl.col("agent").drop_nulls().first().alias("contact_agent"),
        tag.filter(tag != "").unique().sort().alias("tags"),
    )
    bought = bought_by(basis, "channel", "agent").collect(engine="streaming")
    usual = {name: most_often(bought, name).drop("different") for name in ("channel", "agent")}
    return (
        known.collect()
        .join(usual["channel"], on="customer_key", how="full", coalesce=True)
        .join(usual["agent"], on="customer_key", how="full", coalesce=True)
        .with_columns(
            pl.coalesce("contact_channel", "channel").alias("channel"),
            pl.coalesce("contact_agent", "agent").alias("agent"),
        )
    )


def people_columns(basis: Basis) -> pl.DataFrame:
    """The family `people`: `name`, `platforms` (a sorted list joined by commas)."""
    return basis.facts.customers.select("customer_key", "name", "platforms").collect(engine="streaming")
