"""Who is who: accounts grouped into customers by the strong keys that they share."""

from dataclasses import dataclass, field
from typing import Final

import polars as pl

from custtier.people.buyers import buyers_of, is_plain, payers_of
from custtier.people.components import groups_of
from custtier.people.contacted import account_order, all_known, contacted_of
from custtier.people.joins import (
    SHARED,
    alias_joins,
    apart_pairs,
    email_joins,
    link_joins,
    payer_joins,
    phone_joins,
    shared_phones,
    union_joins,
)
from custtier.schema import ACCOUNTS, CUSTOMERS, KNOWN, LINKS, conform, empty


@dataclass(frozen=True)
class People:
    """Who the buyers and contacts are.

    Args:
        accounts: `schema.ACCOUNTS`, merged accounts only.
        customers: `schema.CUSTOMERS`, contacts who never bought too.
        shared: `joins.SHARED`: phones that merged nobody because too many accounts use them.
    """

    accounts: pl.DataFrame
    customers: pl.DataFrame
    shared: pl.DataFrame = field(default_factory=lambda: empty(SHARED))

    @property
    def shared_phones(self) -> int:
        """How many phones merged nobody because too many accounts use them."""
        return self.shared.height


def resolve(
    current: pl.DataFrame,
    *,
    id_key: bytes,
    shared_phone_accounts: int,
    contacts: pl.DataFrame | None = None,
    links: pl.DataFrame | None = None,
) -> People:
    """Customers of all current orders and contacts, by rules R16 to R18.

    Args:
        current: Orders of any state: `account_key`, `account`, `account_kind`, `platform`, `phone`, `phone_kind`,
            `name`, `ordered_at`, `paid_at`; optional `account_space` and `shop_account_key` (the account that the
            shop itself names, where a payment bill gave the order a stronger one).
        id_key: Secret of `customer_id`.
        shared_phone_accounts: A phone usual to more accounts of one platform merges nobody.
        contacts: `schema.CONTACTS`, phones and accounts in comparable form.
        links: `schema.LINKS`, what somebody says of who is who.
    """
    return people_of(
        buyers_of(current.lazy(), id_key=id_key),
        payers_of(current.lazy()),
        contacted=None if contacts is None else contacted_of(contacts, id_key=id_key),
        links=links,
        shared_phone_accounts=shared_phone_accounts,
    )


def people_of(
    buyers: pl.DataFrame,
    payers: pl.DataFrame,
    *,
    shared_phone_accounts: int,
    contacted: pl.DataFrame | None = None,
    links: pl.DataFrame | None = None,
) -> People:
    """Customers of all accounts.

    Args:
        buyers: `BUYERS`, every account of an order.
        payers: `PAYERS`.
        shared_phone_accounts: A phone usual to more accounts of one platform merges nobody.
        contacted: `KNOWN`, every account of a contact.
        links: `schema.LINKS`.
    """
    known = all_known(buyers, empty(KNOWN) if contacted is None else contacted)
    if known.is_empty():
        return People(empty(ACCOUNTS), empty(CUSTOMERS))
    stated = empty(LINKS) if links is None else links
    limit = shared_phone_accounts
    shared = shared_phones(known, limit=limit)
    joins = pl.concat(
        [
            link_joins(stated, known=known, shared=shared["phone"]),
            union_joins(known),
            alias_joins(known),
            payer_joins(known, payers, limit=limit),
            phone_joins(known, shared["phone"]),
            email_joins(known),
        ]
    )
    groups = groups_of(joins, apart=apart_pairs(stated), known=known)
    together = groups.filter(groups["group"].is_duplicated())
    several = _grouped(known, together)
    merged = several.select(list(ACCOUNTS)).filter(pl.col("account_key") != pl.col("customer_key"))
    del joins, groups
    alone = known.lazy().join(together.lazy(), on="account_key", how="anti")
    return People(accounts=merged.sort("account_key"), customers=_customers(alone, several), shared=shared)


_SHOWN: Final = (
    "customer_id", "usual_phone", "weak_phone", "weak_phone_at", "name", "name_at", "platforms",
)  # fmt: skip
"""What of an account is shown of its customer."""


def _grouped(known: pl.DataFrame, together: pl.DataFrame) -> pl.DataFrame:
    """The accounts that share something, with `customer_key`: their group's strongest, then smallest key.

    They come sorted by group, the strongest first.
    """
    names = ["account_key", "account_kind", "account", "account_space"]
    placed = known.select(names).join(together, on="account_key").sort("group", *account_order())
    heads = placed.unique("group", keep="first", maintain_order=True).select("group", customer_key="account_key")
    keyed = placed.select("account_key", "group").join(heads, on="group", maintain_order="left").drop("group")
    return keyed.join(known.select("account_key", *_SHOWN), on="account_key", maintain_order="left")


def _customers(alone: pl.LazyFrame, several: pl.DataFrame) -> pl.DataFrame:
    single = alone.select(
        "customer_id",
        "name",
        "platforms",
        customer_key="account_key",
        phone=pl.coalesce("usual_phone", "weak_phone"),
    ).collect()
    heads = [conform(single, CUSTOMERS)]
    if several.height:
        heads.append(conform(_merged(several), CUSTOMERS))
    return pl.concat(heads).sort("customer_key")


def _merged(several: pl.DataFrame) -> pl.DataFrame:
    """One row per group of accounts: its strongest account, with what all of them show."""
    shown = several.select("customer_key").unique(maintain_order=True)
    usual = several.filter(pl.col("usual_phone").is_not_null()).unique(
        "customer_key", keep="first", maintain_order=True
    )
    platforms = (
        several.select("customer_key", pl.col("platforms").str.split(","))
        .explode("platforms")
        .drop_nulls()
        .unique()
        .sort("customer_key", "platforms")
        .group_by("customer_key", maintain_order=True)
        .agg(pl.col("platforms").str.join(","))
    )
    parts = (
        several.filter(pl.col("account_key") == pl.col("customer_key")).drop(
            "usual_phone", "name", "weak_phone", "platforms"
        ),
        usual.select("customer_key", "usual_phone"),
        _latest(several, "name"),
        _latest(several, "weak_phone"),
        platforms,
    )
    for part in parts:
        shown = shown.join(part, on="customer_key", how="left")
    return shown.with_columns(pl.coalesce("usual_phone", "weak_phone").alias("phone"))


def _latest(several: pl.DataFrame, column: str) -> pl.DataFrame:
    """The latest value of a text per customer, one without a mask before one with; ties end in the text itself."""
    return (
        several.filter(pl.col(column).is_not_null())
        .sort("customer_key", is_plain(column), f"{column}_at", column, nulls_last=False)
        .unique("customer_key", keep="last", maintain_order=True)
        .select("customer_key", column)
    )
