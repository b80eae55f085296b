"""What the orders of each account say of the buyer: one row per account, made without sorting the orders."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from custtier.people.identity import account_space
from custtier.people.public_ids import customer_ids
from custtier.schema import BUYERS, PAYERS, AccountKind, PhoneKind, conform, empty

_WEAK: Final = (PhoneKind.MASKED.value, PhoneKind.VIRTUAL.value, PhoneKind.ODD.value)


def buyers_of(current: pl.LazyFrame, *, id_key: bytes) -> pl.DataFrame:
    """`BUYERS` of current orders of any state.

    Args:
        current: `account_key`, `account`, `account_kind`, `platform`, `phone`, `phone_kind`, `name`, `ordered_at`,
            `paid_at`; optional `account_space`. Orders without an account are passed over.
        id_key: Secret of `customer_id`.
    """
    orders = _attributed(current).collect()
    if orders.is_empty():
        return empty(BUYERS)
    told = _told(orders, ["full_phone", "name", "platform"])
    accounts = told.select(
        "account_key",
        *(orders[name].gather(told["first"]) for name in ("account_kind", "account_space", "account")),
        *_latest(orders, told, "name"),
        platforms=_platforms(orders, told),
        usual_phone=_usual_phones(orders, told),
    ).with_columns(
        pl.when(pl.col("account_kind") == AccountKind.PHONE.value)
        .then(pl.col("account"))
        .otherwise("usual_phone")
        .alias("usual_phone")
    )
    accounts = accounts.with_columns(customer_ids(accounts, id_key=id_key))
    return conform(accounts.join(_weak_phones(orders, accounts), on="account_key", how="left"), BUYERS)


def payers_of(current: pl.LazyFrame) -> pl.DataFrame:
    """`PAYERS` of current orders.

    Args:
        current: As for `buyers_of`; optional `shop_account_key`.
    """
    if "shop_account_key" not in current.collect_schema():
        return empty(PAYERS)
    links = current.filter(pl.col("shop_account_key").is_not_null() & pl.col("account_key").is_not_null())
    return conform(
        links.group_by("platform", "shop_account_key", "account_key")
        .agg(pl.len().alias("times"), pl.coalesce("paid_at", "ordered_at").max().alias("at"))
        .collect(),
        PAYERS,
    )


def is_plain(column: str) -> pl.Expr:
    """Whether a text shows no mask."""
    return ~pl.col(column).str.contains("*", literal=True)


def _attributed(current: pl.LazyFrame) -> pl.LazyFrame:
    """What is looked at: as narrow as can be, for there may be many orders."""
    phone, kind = pl.col("phone"), pl.col("phone_kind")
    is_full = (kind == PhoneKind.FULL.value) & (pl.col("account_kind") != AccountKind.PHONE.value)
    return current.filter(pl.col("account_key").is_not_null()).select(
        "account_key",
        "account_kind",
        account_space(current.collect_schema().names()).alias("account_space"),
        "account",
        "platform",
        "name",
        pl.coalesce("paid_at", "ordered_at").alias("at"),
        pl.when(is_full).then(phone).alias("full_phone"),
        pl.when(kind.is_in(_WEAK)).then(phone).alias("weak_phone"),
    )


def _told(orders: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Per account the number of its `first` order, and of each column what its orders with a value come to.

    That is the number of the first of them (`row_…`), the latest instant (`at_…`), and whether they do not all say the
    same (`is_torn_…`), which their hashes tell.
    """
    row = pl.int_range(pl.len(), dtype=pl.UInt32)
    filled: list[pl.Expr] = []
    found: list[pl.Expr] = []
    for name in columns:
        has_value = pl.col(name).is_not_null()
        filled += [
            pl.when(has_value).then(row).alias(f"row_{name}"),
            pl.when(has_value).then(pl.col("at")).alias(f"at_{name}"),
            pl.when(has_value).then(pl.col(name).hash()).alias(f"hash_{name}"),
        ]
        differs = pl.col(f"hash_{name}").min() != pl.col(f"hash_{name}").max()
        found += [
            pl.col(f"row_{name}").min(),
            pl.col(f"at_{name}").max(),
            differs.fill_null(value=False).alias(f"is_torn_{name}"),
        ]
    return (
        orders.lazy()
        .select("account_key", row.alias("first"), *filled)
        .group_by("account_key")
        .agg(pl.col("first").min(), *found)
        .collect()
    )


def _of_torn(orders: pl.DataFrame, told: pl.DataFrame, column: str) -> pl.LazyFrame:
    """The orders with a value of `column` of those accounts whose orders do not all say the same."""
    torn = told.lazy().filter(f"is_torn_{column}").select("account_key")
    with_value = orders.lazy().select("account_key", "at", column).filter(pl.col(column).is_not_null())
    return with_value.join(torn, on="account_key", how="semi")


def _chosen(told: pl.DataFrame, several: pl.LazyFrame) -> pl.DataFrame:
    """`several` (one row per torn account) laid beside `told`; null for the other accounts."""
    return told.select("account_key").join(several.collect(), on="account_key", how="left", maintain_order="left")


def _usual_phones(orders: pl.DataFrame, told: pl.DataFrame) -> pl.Series:
    """The phone of each row of `told`: in most orders of any state, then the latest, then the smallest text."""
    only = orders["full_phone"].gather(told["row_full_phone"])
    if not told["is_torn_full_phone"].any():
        return only
    several = (
        _of_torn(orders, told, "full_phone")
        .group_by("account_key", "full_phone")
        .agg(pl.len().alias("times"), pl.col("at").max())
        .sort(
            ["account_key", "times", "at", "full_phone"],
            descending=[False, True, True, False],
            nulls_last=[False, False, True, False],
        )
        .unique("account_key", keep="first", maintain_order=True)
    )
    return _chosen(told, several).select(pl.coalesce("full_phone", only)).to_series()


def _latest(orders: pl.DataFrame, told: pl.DataFrame, column: str) -> tuple[pl.Series, pl.Series]:
    """The latest text and its instant for each row of `told`: one without a mask first; ties end in the text."""
    only, at = orders[column].gather(told[f"row_{column}"]), told[f"at_{column}"].alias(f"{column}_at")
    if told[f"is_torn_{column}"].any():
        several = (
            _of_torn(orders, told, column)
            .with_columns(is_plain(column).alias("is_plain"))
            .filter(_is_largest("is_plain"))
            .filter(_is_largest("at"))
            .group_by("account_key")
            .agg(pl.col("at").first(), pl.col(column).max())
        )
        chosen = _chosen(told, several)
        is_torn = told[f"is_torn_{column}"]
        only, at = only.zip_with(~is_torn, chosen[column]), at.zip_with(~is_torn, chosen["at"])
    return only, at


def _is_largest(column: str) -> pl.Expr:
    """Whether a value is the largest of its account; null is the smallest."""
    return pl.col(column).eq_missing(pl.col(column).max().over("account_key"))


def _platforms(orders: pl.DataFrame, told: pl.DataFrame) -> pl.Series:
    only = orders["platform"].gather(told["row_platform"])
    if not told["is_torn_platform"].any():
        return only
    several = (
        _of_torn(orders, told, "platform")
        .select("account_key", "platform")
        .unique()
        .sort("account_key", "platform")
        .group_by("account_key", maintain_order=True)
        .agg(pl.col("platform").str.join(","))
    )
    return _chosen(told, several).select(pl.coalesce("platform", only)).to_series()


def _weak_phones(orders: pl.DataFrame, accounts: pl.DataFrame) -> pl.DataFrame:
    """`account_key`, `weak_phone`, `weak_phone_at` of the accounts without a usual phone."""
    phoneless = accounts.lazy().filter(pl.col("usual_phone").is_null()).select("account_key")
    shown = (
        orders.lazy()
        .select("account_key", "at", "weak_phone")
        .filter(pl.col("weak_phone").is_not_null())
        .join(phoneless, on="account_key", how="semi")
        .collect()
    )
    told = _told(shown, ["weak_phone"])
    return told.select("account_key", *_latest(shown, told, "weak_phone"))
