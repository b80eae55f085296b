"""Whose row of a list it is: the same account, in the same form and with the same key, as in the orders."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

import polars as pl

from custtier.people.identity import account_keys, with_identity
from custtier.phones import MOBILE
from custtier.schema import AccountKind
from custtier.sources.formats.profile import Profile, load_profiles
from custtier.sources.lists.words import platforms_of

_TEXTS: Final = ("account", "account_kind", "account_platform", "platform", "phone", "email")
_PLAIN: Final = "generic"
"""The platform of plain tables."""

_BY_WORD: Final = (AccountKind.ACCOUNT.value, AccountKind.WECHAT.value, AccountKind.OPENID.value)
"""Kinds of account that a word for a platform settles."""

_SEVERAL_PHONES: Final = rf"{MOBILE}\D+(?:\+?86[- ]?)?{MOBILE}"
_FIRST_PHONE: Final = rf"({MOBILE})"


def with_persons(table: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """`table` with `platform`, `account`, `account_kind`, `account_key`, `phone`, `phone_kind`, `email` settled.

    `own_account` says whether the row itself has an account, so that it is not its phone that stands in. Rows of one
    person are many in some lists, so each combination of texts is looked at once.
    """
    if not any(name in table.columns for name in _TEXTS):
        table = table.with_columns(pl.lit(None, dtype=pl.String).alias("phone"))
    told, settled = persons_told(table, profile)
    both = pl.concat([told, settled.select(pl.all().name.prefix("settled_"))], how="horizontal")
    joined = table.join(both, on=told.columns, how="left", nulls_equal=True, maintain_order="left")
    return joined.drop(told.columns).rename(lambda name: name.removeprefix("settled_"))


def persons_told(table: pl.DataFrame, profile: Profile) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The texts by which the rows of a list name somebody, each combination once; and in the same order what they say.

    Args:
        table: Its texts, or categories of them.
        profile: The format.

    Returns:
        Some columns of `table`, at least one; and what `with_persons` settles of each.
    """
    told = table.select(name for name in _TEXTS if name in table.columns).unique(maintain_order=True)
    return told, _settled(told.cast(pl.String), profile)


def _settled(told: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    missing = [pl.lit(None, dtype=pl.String).alias(name) for name in _TEXTS if name not in told.columns]
    rows = told.with_columns(missing).with_columns(phone=_first_phone(pl.col("phone")))
    rows = rows.with_columns(platforms_of(rows["platform"]).alias("platform"))
    # a header such as 微信号 says more than the row's word for a platform, one such as 客户编号 less
    header = pl.col("account_platform")
    open_to_word = (header.is_null() | (header == _PLAIN)) & pl.col("platform").is_not_null()
    by_word = open_to_word & pl.col("account_kind").is_in(_BY_WORD)
    rows = rows.with_columns(
        account_kind=pl.when(by_word).then(_kind_on_platform()).otherwise("account_kind"),
        platform=pl.when(open_to_word).then("platform").otherwise(pl.coalesce(header, pl.lit(profile.platform))),
        phone_kind=pl.lit(None, dtype=pl.String),
        own_account=pl.col("account").is_not_null(),
    )
    rows = with_identity(rows.drop("account_platform"))
    return rows.with_columns(account_keys(rows))


def _first_phone(text: pl.Expr) -> pl.Expr:
    """The first mobile of a cell that holds several; another text as it stands."""
    several = text.str.contains(_SEVERAL_PHONES)
    return pl.when(several).then(text.str.extract(_FIRST_PHONE, 1)).otherwise(text)


def _kind_on_platform() -> pl.Expr:
    """What kind of key an account is on the platform that its row names."""
    account = pl.col("account")
    looks = {
        AccountKind.EMAIL.value: account.str.contains(r"^[^@\s]+@[^@\s]+$"),
        AccountKind.PHONE.value: account.str.contains(rf"^(?:\+?86)?[- ]?{MOBILE}$"),
    }
    kind = pl.col("account_kind")
    for platform, kinds in _kinds_by_platform().items():
        first = next((one for one in kinds if one not in looks), AccountKind.ACCOUNT.value)
        told = pl.lit(first)
        for one, is_so in looks.items():
            if one in kinds:
                told = pl.when(is_so).then(pl.lit(one)).otherwise(told)
        kind = pl.when(pl.col("platform") == platform).then(told).otherwise(kind)
    return kind


@cache
def _kinds_by_platform() -> Mapping[str, Sequence[str]]:
    """Platform → the kinds of account that its formats know their people by."""
    found: dict[str, list[str]] = {}
    for profile in load_profiles().values():
        for account in profile.accounts:
            if profile.platform == _PLAIN and not account.platform:
                continue
            kinds = found.setdefault(account.platform or profile.platform, [])
            kinds += [account.kind] if account.kind not in kinds else []
    return found
