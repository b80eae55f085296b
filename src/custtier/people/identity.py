"""Whose order it is: the account that an order shows, made comparable, and the key of that account."""

from collections.abc import Collection
from typing import Final

import polars as pl

from custtier.keys import key_column
from custtier.phones import with_phones
from custtier.schema import AccountKind, PhoneKind

KIND_RANK: Final = {
    AccountKind.OPENID: 0,
    AccountKind.WECHAT: 1,
    AccountKind.ACCOUNT: 1,
    AccountKind.PHONE: 2,
    AccountKind.EMAIL: 3,
}
"""Kinds of account by strength, strongest first."""

_EVERYWHERE: Final = (AccountKind.OPENID.value, AccountKind.WECHAT.value, AccountKind.PHONE.value)

RELAY: Final = r"@(?:marketplace\.amazon\.|members\.ebay\.)"
"""Addresses that a marketplace lends to a buyer: one buyer has another one elsewhere."""


def with_contacts(orders: pl.DataFrame) -> pl.DataFrame:
    """`orders` with phone, account and e-mail in comparable form and every kind filled; nothing is guessed.

    A masked account keeps its text: it is no key, but it tells two files' records apart from an empty one.

    Args:
        orders: Uses `phone`, `phone_kind`, `account`, `account_kind`, `email`.
    """
    account, email = pl.col("account"), pl.col("email")
    prepared = (
        orders.lazy()
        .with_columns(account.str.strip_chars(), email.str.strip_chars().str.to_lowercase())
        .with_columns(pl.when(account != "").then(account), pl.when(email != "").then(email))
        .collect()
    )
    prepared = with_phones(prepared)
    kinds = set(prepared["account_kind"].unique().to_list())
    if AccountKind.EMAIL in kinds:
        is_email = pl.col("account_kind") == AccountKind.EMAIL.value
        prepared = prepared.with_columns(
            pl.when(is_email).then(pl.col("account").str.to_lowercase()).otherwise("account").alias("account")
        )
    if AccountKind.PHONE in kinds:
        prepared = _phone_accounts(prepared)
    kind = pl.when(pl.col("account").is_not_null()).then(pl.col("account_kind").fill_null(AccountKind.ACCOUNT.value))
    # "email" without an account still says that this shop knows its buyers by e-mail
    hint = pl.when(pl.col("account_kind") == AccountKind.EMAIL.value).then(pl.col("account_kind"))
    return prepared.with_columns(pl.coalesce(kind, hint).alias("account_kind"))


def _phone_accounts(orders: pl.DataFrame) -> pl.DataFrame:
    """`orders` whose accounts of kind phone are comparable; one that is no full phone is no account."""
    found = with_phones(
        orders.select(phone_account="account", worth=pl.lit(None, dtype=pl.String)), phone="phone_account", kind="worth"
    )
    is_phone = pl.col("account_kind") == AccountKind.PHONE.value
    usable = pl.when(pl.col("worth") == PhoneKind.FULL.value).then(pl.col("phone_account"))
    return (
        orders.hstack(found)
        .with_columns(pl.when(is_phone).then(usable).otherwise("account").alias("account"))
        .drop("phone_account", "worth")
    )


def with_identity(orders: pl.DataFrame) -> pl.DataFrame:
    """`orders` with the account that each belongs to: its own, else its full phone, else its e-mail.

    Args:
        orders: Uses `account`, `account_kind`, `phone`, `phone_kind`, `email`.

    Returns:
        The same rows; `account` is null for an order that belongs to nobody (no strong key). The e-mail stands in
        only where `account_kind` says that the shop knows its buyers by it.
    """
    return with_owner(with_contacts(orders))


def with_owner(orders: pl.DataFrame) -> pl.DataFrame:
    """`with_identity` for orders whose phones and accounts are in comparable form already (`with_contacts`)."""
    account = pl.col("account")
    is_key = account.is_not_null() & ~account.str.contains("*", literal=True) & ~account.str.contains(r"^(?:##|\$\$)")
    email = pl.col("email")
    own = pl.when(is_key).then(account)
    phone = pl.when(pl.col("phone_kind") == PhoneKind.FULL.value).then(pl.col("phone"))
    by_email = (pl.col("account_kind") == AccountKind.EMAIL.value) & ~email.str.contains("*", literal=True)
    # lazily, for then what several expressions share is worked out once
    settled = orders.lazy().with_columns(
        pl.coalesce(own, phone, pl.when(by_email).then(email)).alias("account"),
        pl.when(own.is_not_null())
        .then(pl.col("account_kind"))
        .when(phone.is_not_null())
        .then(pl.lit(AccountKind.PHONE.value))
        .when(by_email & email.is_not_null())
        .then(pl.lit(AccountKind.EMAIL.value))
        .alias("account_kind"),
    )
    return settled.collect()


def account_space(columns: Collection[str]) -> pl.Expr:
    """Within what an account's text is unique: its platform, or everywhere (the empty text).

    Everywhere are phones, e-mails, and WeChat ids, and what WeChat draws at random for a person: openid, unionid,
    external_userid. A seller's own table holds these without a word of where they come from.

    Uses `account`, `account_kind`, `platform`; and `account_space` where it is among the columns: settled already. It
    is null where the order has no account.
    """
    kind = pl.col("account_kind")
    everywhere = kind.is_in(_EVERYWHERE) | ((kind == AccountKind.EMAIL.value) & ~pl.col("account").str.contains(RELAY))
    space = pl.when(everywhere).then(pl.lit("")).otherwise(pl.col("platform").fill_null(""))
    settled = [pl.col("account_space")] if "account_space" in columns else []
    return pl.when(pl.col("account").is_not_null()).then(pl.coalesce(*settled, space))


def account_keys(orders: pl.DataFrame) -> pl.Series:
    """The key of each order's account; null for an order that belongs to nobody.

    Args:
        orders: As `with_identity` gives it.

    Returns:
        Int64, stable over files, imports and machines.
    """
    parts = ["account_kind", "account_space", "account"]
    placed = orders.select("account_kind", account_space(orders.columns).alias("account_space"), "account")
    # the texts of one account are told by a hash as wide as the key itself, so that each account is written out once
    told = placed.select(pl.concat_str(parts, separator="\x1f").hash()).to_series()
    first = told.is_first_distinct()
    if first.sum() * 2 > told.len():
        return key_column(placed, parts).alias("account_key")
    keys = pl.DataFrame({"told": told.filter(first), "account_key": key_column(placed.filter(first), parts)})
    return told.to_frame("told").join(keys, on="told", how="left", maintain_order="left")["account_key"]
