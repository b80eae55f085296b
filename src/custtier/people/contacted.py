"""The accounts that contact lists show, beside those of the orders: one row per account of anybody known."""

import polars as pl

from custtier.keys import key_column
from custtier.people.buyers import buyers_of, is_plain
from custtier.people.identity import KIND_RANK
from custtier.people.public_ids import customer_ids
from custtier.schema import BUYERS, KNOWN, AccountKind, conform, empty


def contacted_of(contacts: pl.DataFrame, *, id_key: bytes) -> pl.DataFrame:
    """`KNOWN` of all accounts, union ids and other names of accounts that contact lists show.

    Args:
        contacts: `schema.CONTACTS`, phones and accounts in comparable form. Uses `account_key`, `account`,
            `account_kind`, `platform`, `union_id`, `alias`, `name`, `phone`, `phone_kind`, `email`, `added_at`.
        id_key: Secret of `customer_id`.
    """
    listed = contacts.filter(pl.col("account_key").is_not_null())
    if listed.is_empty():
        return empty(KNOWN)
    dated = listed.lazy().with_columns(
        pl.lit(None, dtype=pl.Datetime("us", "UTC")).alias("paid_at"), pl.col("added_at").alias("ordered_at")
    )
    # what a contact is called in a list is often a nickname: any name that an order shows stands before it
    accounts = buyers_of(dated, id_key=id_key).with_columns(pl.lit(None, dtype=BUYERS["name_at"]).alias("name_at"))
    plain_email = pl.col("email").str.strip_chars().str.to_lowercase()
    keys = (
        listed.lazy()
        .with_columns(plain_email.alias("email"))
        .with_columns(pl.when(pl.col("email").str.contains(r"^[^@*\s]+@[^@*\s]+$")).then("email").alias("email"))
        .sort("account_key", "added_at", "email", nulls_last=False)
        .group_by("account_key", maintain_order=True)
        .agg(
            pl.col("union_id").drop_nulls().min(),
            pl.col("email").drop_nulls().last(),
            pl.col("alias").drop_nulls().last(),
        )
        .collect()
    )
    accounts = accounts.join(keys, on="account_key", how="left")
    aliases = _aliases(accounts, id_key=id_key)
    with_keys = conform(
        accounts.join(
            aliases.select("of_key", alias_key="account_key"), left_on="account_key", right_on="of_key", how="left"
        ),
        KNOWN,
    )
    others = [_unions(keys, id_key=id_key), conform(aliases, KNOWN)]
    return pl.concat([with_keys, *others]).unique("account_key", keep="first", maintain_order=True)


def all_known(buyers: pl.DataFrame, contacted: pl.DataFrame) -> pl.DataFrame:
    """`KNOWN` of everybody: what orders say of an account stands before what contact lists say.

    Args:
        buyers: `BUYERS`.
        contacted: `KNOWN`.
    """
    listed = contacted.select("account_key")
    in_both = buyers.join(listed, on="account_key", how="semi")
    if in_both.is_empty():
        return pl.concat([conform(part, KNOWN) for part in (buyers, contacted)])
    other = contacted.select(
        "account_key",
        "union_id",
        "alias_key",
        "email",
        listed_phone="usual_phone",
        listed_weak="weak_phone",
        listed_weak_at="weak_phone_at",
        listed_name="name",
        listed_platforms="platforms",
    )
    better_name = pl.col("name").is_null() | (~is_plain("name") & is_plain("listed_name"))
    # few accounts both bought and stand in a list: only these are put together text by text
    both = (
        in_both.join(other, on="account_key", how="left")
        .with_columns(
            pl.coalesce("usual_phone", "listed_phone").alias("usual_phone"),
            pl.coalesce("weak_phone", "listed_weak").alias("weak_phone"),
            pl.coalesce("weak_phone_at", "listed_weak_at").alias("weak_phone_at"),
            pl.when(better_name.fill_null(value=False))
            .then(pl.coalesce("listed_name", "name"))
            .otherwise("name")
            .alias("name"),
            pl.concat_str("platforms", "listed_platforms", separator=",", ignore_nulls=True)
            .str.split(",")
            .list.unique()
            .list.sort()
            .list.join(",")
            .alias("platforms"),
        )
        .with_columns(pl.when(pl.col("platforms") != "").then("platforms").alias("platforms"))
    )
    only_bought = buyers.join(listed, on="account_key", how="anti")
    only_listed = contacted.join(in_both.select("account_key"), on="account_key", how="anti")
    return pl.concat([conform(part, KNOWN) for part in (only_bought, both, only_listed)])


def account_order() -> list[pl.Expr]:
    """What sorts accounts by rule R16 and R18: the strongest kind, then the smallest text."""
    return [
        pl.col("account_kind").replace_strict(KIND_RANK, default=len(KIND_RANK), return_dtype=pl.Int8),
        pl.col("account"),
        pl.col("account_space"),
    ]


def _unions(keys: pl.DataFrame, *, id_key: bytes) -> pl.DataFrame:
    """The union ids as accounts of their own."""
    unions = keys.select("union_id").drop_nulls().unique()
    if unions.is_empty():
        return empty(KNOWN)
    placed = unions.select(
        "union_id",
        account="union_id",
        account_kind=pl.lit(AccountKind.OPENID.value),
        account_space=pl.lit(""),
    )
    return conform(
        placed.with_columns(
            key_column(placed, ["account_kind", "account_space", "account"]).alias("account_key"),
            customer_ids(placed, id_key=id_key),
        ),
        KNOWN,
    )


def _aliases(accounts: pl.DataFrame, *, id_key: bytes) -> pl.DataFrame:
    """The other names of accounts as accounts of their own; `of_key` is the account that has the name."""
    told = accounts.filter(
        pl.col("alias").is_not_null() & is_plain("alias") & (pl.col("alias") != pl.col("account"))
    ).select("account_kind", "account_space", of_key="account_key", account="alias")
    if told.is_empty():
        return told.with_columns(account_key=pl.lit(None, dtype=pl.Int64))
    return told.with_columns(
        key_column(told, ["account_kind", "account_space", "account"]).alias("account_key"),
        customer_ids(told, id_key=id_key),
    )
