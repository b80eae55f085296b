"""Accounts of an import that are a forgotten person's although no list names them: they share a strong key."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import polars as pl

from custtier.keys import key_column
from custtier.people import account_keys, all_known, buyers_of, contacted_of, people_of, with_contacts, with_owner
from custtier.people.identity import account_space
from custtier.phones import with_phones
from custtier.schema import BUYERS, KNOWN, PAYERS, AccountKind, PhoneKind, conform, empty
from custtier.sources.reading import Reading
from custtier.store.forgotten import ForgottenList, account_text, plain_text
from custtier.store.lists import lists_of

_ASKED = ("platform", "account", "account_kind", "phone", "phone_kind", "email", "name", "ordered_at", "paid_at")
_JOINING = ("contacts", "links")


def returning_accounts(
    readings: Sequence[Reading],
    *,
    forgotten: ForgottenList,
    known_there: Callable[[], pl.DataFrame],
    id_key: bytes,
    limit: int,
) -> pl.Series:
    """Keys of the accounts that rules R16 to R18 would merge with somebody forgotten.

    An account that the store knows already is the person that it was before; only fresh ones are looked at, with what
    these files say of them.

    Args:
        readings: The files of one import.
        forgotten: Who was forgotten.
        known_there: Gives `KNOWN` of the store; not asked where no key of theirs is shown.
        id_key: Secret of customer ids.
        limit: A phone usual to more accounts of one platform merges nobody.
    """
    lists = [
        replace(reading, lists={name: reading.lists[name] for name in _JOINING if name in reading.lists})
        for reading in readings
    ]
    listed = lists_of(lists, import_id=0)
    phones, emails = _held_phones(readings, forgotten), _held_emails(listed.get("contacts"), forgotten)
    if not phones.len() and not emails.len() and not listed:
        return pl.Series("account_key", [], dtype=pl.Int64)
    known = known_there()
    fresh = _fresh(readings, listed.get("contacts"), known=known, id_key=id_key)
    gone = pl.concat(
        [
            _stand_ins(phones, AccountKind.PHONE, known),
            _stand_ins(emails, AccountKind.EMAIL, known),
            _linked(listed.get("links"), forgotten),
        ]
    ).unique("account_key")
    everybody = pl.concat([gone, fresh]).unique("account_key", keep="last")
    people = people_of(
        empty(BUYERS),
        empty(PAYERS),
        contacted=everybody,
        links=listed.get("links"),
        shared_phone_accounts=limit,
    )
    placed = everybody.join(people.accounts, on="account_key", how="left").select(
        "account_key", pl.coalesce("customer_key", "account_key").alias("customer_key")
    )
    named = everybody.select("account_kind", "account_space", "account")
    held = forgotten.held(everybody["account_key"], [account_text(*row) for row in named.iter_rows()])
    theirs = placed.filter(pl.col("account_key").is_in(pl.concat([held, gone["account_key"]]).implode()))
    theirs = placed.join(theirs.select("customer_key").unique(), on="customer_key", how="semi")
    is_shown = theirs["account_key"].is_in(fresh["account_key"].implode())
    theirs = theirs.join(theirs.filter(is_shown).select("customer_key").unique(), on="customer_key", how="semi")
    met = everybody.join(theirs, on="account_key", how="semi").select("account_kind", "account_space", "account")
    forgotten.meet(account_text(*row) for row in met.iter_rows())
    return theirs["account_key"]


def _held_phones(readings: Sequence[Reading], forgotten: ForgottenList) -> pl.Series:
    """The full phones of orders and contacts that were a forgotten person's."""
    frames = [frame for reading in readings for frame in (reading.orders, reading.lists.get("contacts"))]
    shown = [frame.select("phone", "phone_kind").drop_nulls("phone").unique() for frame in frames if frame is not None]
    phones = with_phones(pl.concat(shown).unique())
    full = phones.filter(pl.col("phone_kind") == PhoneKind.FULL.value)["phone"].unique()
    return forgotten.held(full, [plain_text(text) for text in full.to_list()])


def _held_emails(contacts: pl.DataFrame | None, forgotten: ForgottenList) -> pl.Series:
    if contacts is None:
        return pl.Series("email", [], dtype=pl.String)
    emails = contacts["email"].drop_nulls().str.strip_chars().str.to_lowercase().unique()
    return forgotten.held(emails, [plain_text(text) for text in emails.to_list()])


def _fresh(
    readings: Sequence[Reading], contacts: pl.DataFrame | None, *, known: pl.DataFrame, id_key: bytes
) -> pl.DataFrame:
    """`KNOWN` of the accounts that the store does not know, without keys that its customers have."""
    shown = pl.concat([reading.orders.select(_ASKED) for reading in readings])
    orders = with_owner(with_contacts(shown))
    orders = orders.with_columns(account_keys(orders).alias("account_key"))
    orders = orders.join(known.select("account_key"), on="account_key", how="anti")
    listed = empty(KNOWN) if contacts is None else contacted_of(contacts, id_key=id_key)
    told = all_known(buyers_of(orders.lazy(), id_key=id_key), listed)
    told = told.join(known.select("account_key"), on="account_key", how="anti")
    for column in ("usual_phone", "email", "union_id"):
        taken = known[column].drop_nulls()
        told = told.with_columns(pl.when(~pl.col(column).is_in(taken.implode())).then(pl.col(column)).alias(column))
    return told


def _stand_ins(texts: pl.Series, kind: AccountKind, known: pl.DataFrame) -> pl.DataFrame:
    """A row of `KNOWN` for each forgotten phone or e-mail: the account that it would be."""
    where = known.filter(pl.col("account_kind") == kind.value)["platforms"].drop_nulls().unique().sort()
    rows = (
        texts.alias("account")
        .to_frame()
        .with_columns(
            account_kind=pl.lit(kind.value),
            account_space=pl.lit(""),
            platforms=pl.lit(",".join(where.to_list()) or None, dtype=pl.String),
            usual_phone="account" if kind == AccountKind.PHONE else pl.lit(None, dtype=pl.String),
        )
    )
    return conform(
        rows.with_columns(key_column(rows, ["account_kind", "account_space", "account"]).alias("account_key")), KNOWN
    )


def _linked(links: pl.DataFrame | None, forgotten: ForgottenList) -> pl.DataFrame:
    """A row of `KNOWN` for each account of somebody forgotten that a link names."""
    if links is None:
        return empty(KNOWN)
    named = links.drop_nulls("account_key").unique("account_key")
    named = named.with_columns(account_space(named.columns).alias("account_space"))
    texts = [account_text(*row) for row in named.select("account_kind", "account_space", "account").iter_rows()]
    held = forgotten.held(named["account_key"], texts)
    return conform(named.filter(pl.col("account_key").is_in(held.implode())), KNOWN)
