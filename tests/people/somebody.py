"""Accounts, contacts and links made by hand, and the customers that they come to."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from custtier.keys import key_of
from custtier.people import KNOWN, People, account_keys, all_known, buyers_of, contacted_of, resolve, with_identity
from custtier.people.identity import with_contacts
from custtier.schema import CONTACTS, LINKS, ORDERS, Table
from store.readings import ID_KEY, at

PHONE = "13800138001"
OTHER = "13900139000"

Row = Mapping[str, Any]


def framed(rows: Sequence[Row], table: Table) -> pl.DataFrame:
    return pl.DataFrame({name: [row.get(name) for row in rows] for name in table}, schema=dict(table))


def contact(account: str, **fields: Any) -> Row:
    """A WeCom contact, added on the first of May."""
    return {"platform": "wecom", "account": account, "account_kind": "openid", "added_at": at("2026-05-01"), **fields}


def link(person: str, account: str, decision: str = "same", **fields: Any) -> Row:
    """One line of a link file; of a Taobao account unless told otherwise."""
    row = {"person": person, "account": account, "platform": "taobao", "account_kind": "account", **fields}
    return {"link_key": key_of(f"{person}\x1f{account}"), "import_id": 1, **row, "decision": decision}


def orders_of(rows: Sequence[Row]) -> pl.DataFrame:
    identified = with_identity(framed(rows, ORDERS))
    return identified.with_columns(account_keys(identified))


def contacts_of(rows: Sequence[Row]) -> pl.DataFrame:
    listed = with_contacts(framed(rows, CONTACTS))
    return listed.with_columns(account_keys(listed))


def links_of(rows: Sequence[Row]) -> pl.DataFrame:
    stated = framed(rows, LINKS)
    return stated.with_columns(account_keys(stated))


def people(
    orders: Sequence[Row] = (), contacts: Sequence[Row] = (), links: Sequence[Row] = (), *, limit: int = 3
) -> People:
    return resolve(
        orders_of(orders),
        id_key=ID_KEY,
        shared_phone_accounts=limit,
        contacts=contacts_of(contacts) if contacts else None,
        links=links_of(links) if links else None,
    )


def known(orders: Sequence[Row] = (), contacts: Sequence[Row] = ()) -> pl.DataFrame:
    buyers = buyers_of(orders_of(orders).lazy(), id_key=ID_KEY)
    contacted = contacted_of(contacts_of(contacts), id_key=ID_KEY)
    return all_known(buyers, contacted).select(list(KNOWN))


def groups(found: People, everybody: pl.DataFrame) -> list[list[str]]:
    """The accounts' texts of each customer, union ids left out."""
    placed = everybody.filter(pl.col("platforms").is_not_null()).join(found.accounts, on="account_key", how="left")
    keyed = placed.with_columns(pl.coalesce("customer_key", "account_key"))
    held = keyed.group_by("customer_key").agg(pl.col("account").sort())
    return sorted(held["account"].to_list())
