"""Whom each customer brought: people whose contacts or orders name them as the one who did."""

from dataclasses import dataclass

import polars as pl

from custtier.phones import with_phones
from custtier.views.basis import Basis
from custtier.views.columns.orders import whose
from custtier.views.key.contacts import until


@dataclass(frozen=True)
class Referrals:
    """What is known of who brought whom.

    Args:
        rows: `customers` with `referred_count`, `referred_buyers` (Int64) and `referred_sales` (Int64, minor units);
            null where no contact and no order names anybody known.
        unknown: Different texts that name nobody known, or several people.
    """

    rows: pl.DataFrame
    unknown: int


def with_referrals(customers: pl.DataFrame, *, basis: Basis, orders: pl.DataFrame, zone: str) -> Referrals:
    """`customers` with the people whom each brought, and what these bought up to the day observed.

    A person is brought by the one whom their earliest contact or order names; nobody brings themselves.

    Args:
        customers: One row per `customer_key`, with `net_sales`.
        basis: The orders used.
        orders: `key.orders.shown_orders`.
        zone: The shop's time zone.
    """
    named = _named(orders, basis=basis, zone=zone)
    texts = named.select("referrer").unique()
    meant = _meant(texts, basis=basis)
    brought = (
        named.join(meant, on="referrer")
        .filter(pl.col("customer_key") != pl.col("referrer_key"))
        .sort("customer_key", "at", "referrer", nulls_last=True)
        .unique("customer_key", keep="first", maintain_order=True)
        .join(customers.select("customer_key", "net_sales"), on="customer_key", how="left")
        .group_by("referrer_key")
        .agg(
            pl.len().cast(pl.Int64).alias("referred_count"),
            pl.col("net_sales").count().cast(pl.Int64).alias("referred_buyers"),
            pl.col("net_sales").sum().alias("referred_sales"),
        )
    )
    rows = customers.join(brought, left_on="customer_key", right_on="referrer_key", how="left", maintain_order="left")
    if meant.height:
        rows = rows.with_columns(pl.col("referred_count", "referred_buyers", "referred_sales").fill_null(0))
    return Referrals(rows, unknown=texts.height - meant.height)


def _named(orders: pl.DataFrame, *, basis: Basis, zone: str) -> pl.DataFrame:
    """`customer_key`, `referrer` as written, `at`: everybody with a text that says who brought them."""
    contacts = basis.facts.table("contacts", columns=["account_key", "referrer", "first_added_at"])
    by_then = contacts.filter(until("first_added_at", basis.as_of, zone=zone)).with_columns(
        pl.col("referrer").str.strip_chars()
    )
    both = [
        whose(by_then.filter(pl.col("referrer") != ""), basis).select("customer_key", "referrer", at="first_added_at"),
        orders.lazy().filter(pl.col("referrer").is_not_null()).select("customer_key", "referrer", at="ordered_at"),
    ]
    return pl.concat(both).collect()


def _meant(texts: pl.DataFrame, *, basis: Basis) -> pl.DataFrame:
    """`referrer`, `referrer_key`: the one customer whom each text means; texts of nobody or of several are left out.

    An id comes first, then a phone, an account, an e-mail, at last a name or what a contact is noted under.
    """
    if texts.is_empty():
        return pl.DataFrame(schema={"referrer": pl.String, "referrer_key": pl.Int64})
    with_kind = with_phones(texts.with_columns(phone=pl.col("referrer"), phone_kind=pl.lit(None, dtype=pl.String)))
    written = with_kind.select(
        "referrer", pl.when(pl.col("phone_kind") == "full").then("phone").alias("phone")
    ).with_columns(pl.col("referrer").str.to_lowercase().alias("email"))
    found = pl.concat(
        source.select(pl.col(column).alias("text"), "customer_key")
        .filter(pl.col("text").is_in(written.get_column(asked).drop_nulls().unique().implode()))
        .join(written.lazy().select("referrer", text=asked), on="text")
        .select("referrer", "customer_key", pl.lit(rank, dtype=pl.Int8).alias("rank"))
        for rank, (source, column, asked) in enumerate(_sources(basis))
    )
    strongest = pl.col("rank") == pl.col("rank").min().over("referrer")
    return (
        found.collect()
        .filter(strongest)
        .group_by("referrer")
        .agg(pl.col("customer_key").n_unique().alias("people"), pl.col("customer_key").first().alias("referrer_key"))
        .filter(pl.col("people") == 1)
        .select("referrer", "referrer_key")
    )


def _sources(basis: Basis) -> list[tuple[pl.LazyFrame, str, str]]:
    """Where customers' texts stand, the strongest first: the frame, its column, the form of the text asked for."""
    columns = ["account_key", "customer_id", "usual_phone", "account", "name", "email"]
    known = whose(basis.facts.table("known", columns=columns), basis)
    noted = whose(basis.facts.table("contacts", columns=["account_key", "remark"]), basis)
    people = basis.facts.customers
    names = [known.select("name", "customer_key"), people.select("name", "customer_key")]
    return [
        (people, "customer_id", "referrer"),
        (known, "customer_id", "referrer"),
        (known, "usual_phone", "phone"),
        (people, "phone", "phone"),
        (known, "account", "referrer"),
        (known, "email", "email"),
        (pl.concat([*names, noted.select(pl.col("remark").alias("name"), "customer_key")]), "name", "referrer"),
    ]
