"""Who is who: accounts grouped into customers by the phones that they usually use."""

from dataclasses import dataclass
from hashlib import blake2b
from struct import unpack
from typing import Final

import polars as pl

from custtier.people.identity import KIND_RANK, account_spaces
from custtier.schema import ACCOUNTS, CUSTOMERS, AccountKind, PhoneKind, conform, empty

ID_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz234567"
_ID_CHARACTERS: Final = 12
_SEPARATOR: Final = "\x1f"


@dataclass(frozen=True)
class People:
    """Who the buyers are.

    Args:
        accounts: `schema.ACCOUNTS`, merged accounts only.
        customers: `schema.CUSTOMERS`.
        shared_phones: Phones that merged nobody because too many accounts of one platform use them.
    """

    accounts: pl.DataFrame
    customers: pl.DataFrame
    shared_phones: int = 0


def resolve(current: pl.DataFrame, *, id_key: bytes, shared_phone_accounts: int) -> People:
    """Customers of all current orders, by rules R16 to R18.

    Every account has at most one usual phone, and the account of a phone itself stands for that phone. So the groups
    that share a phone cannot overlap: they are the connected components already, and one group-by finds them.

    Args:
        current: Orders of any state: `account_key`, `account`, `account_kind`, `platform`, `phone`, `phone_kind`,
            `name`, `ordered_at`, `paid_at`; optional `account_space` and `shop_account_key` (the account that the
            shop itself names, where a payment bill gave the order a stronger one).
        id_key: Secret of `customer_id`.
        shared_phone_accounts: A phone usual to more accounts of one platform merges nobody.
    """
    orders = _attributed(current)
    if orders.is_empty():
        return People(empty(ACCOUNTS), empty(CUSTOMERS))
    accounts = _accounts(orders)
    phones = _usual_phones(orders, accounts)
    accounts = accounts.join(phones, on="account_key", how="left")
    shared = _shared_phones(orders, accounts, limit=shared_phone_accounts)
    grouped = _grouped(accounts, shared, _payer_links(orders, accounts, limit=shared_phone_accounts))
    merged = grouped.filter(pl.col("account_key") != pl.col("customer_key"))
    return People(
        accounts=conform(merged, ACCOUNTS).sort("account_key"),
        customers=_customers(orders, grouped, id_key=id_key),
        shared_phones=shared.len(),
    )


def _attributed(current: pl.DataFrame) -> pl.DataFrame:
    return (
        current.filter(pl.col("account_key").is_not_null())
        .with_columns(account_spaces(current.filter(pl.col("account_key").is_not_null())))
        .with_columns(
            pl.coalesce("paid_at", "ordered_at").alias("at"),
            pl.when(pl.col("phone_kind") == PhoneKind.FULL.value).then(pl.col("phone")).alias("full_phone"),
        )
    )


def _accounts(orders: pl.DataFrame) -> pl.DataFrame:
    """One row per account: `account_key`, `account_kind`, `account_space`, `account`."""
    first = orders["account_key"].is_first_distinct()
    return orders.select("account_key", "account_kind", "account_space", "account").filter(first)


def _usual_phones(orders: pl.DataFrame, accounts: pl.DataFrame) -> pl.DataFrame:
    """`account_key`, `usual_phone`: in most orders of any state, then the latest, then the smallest text."""
    own = accounts.filter(pl.col("account_kind") == AccountKind.PHONE.value).select(
        "account_key", usual_phone="account"
    )
    seen = orders.filter(
        pl.col("full_phone").is_not_null() & (pl.col("account_kind") != AccountKind.PHONE.value)
    ).select("account_key", "at", usual_phone="full_phone")
    # nearly every account has one phone: comparing hashes finds the others without grouping by text
    told = (
        seen.with_columns(pl.col("usual_phone").hash().alias("hash"))
        .group_by("account_key")
        .agg(pl.col("usual_phone").first(), (pl.col("hash").min() == pl.col("hash").max()).alias("is_only"))
    )
    several = (
        seen.join(told.filter(~pl.col("is_only")), on="account_key", how="semi")
        .group_by("account_key", "usual_phone")
        .agg(pl.len().alias("times"), pl.col("at").max())
        .sort(
            ["account_key", "times", "at", "usual_phone"],
            descending=[False, True, True, False],
            nulls_last=[False, False, True, False],
        )
        .unique("account_key", keep="first", maintain_order=True)
    )
    columns = ["account_key", "usual_phone"]
    return pl.concat([own, told.filter("is_only").select(columns), several.select(columns)])


def _shared_phones(orders: pl.DataFrame, accounts: pl.DataFrame, *, limit: int) -> pl.Series:
    """Phones that are usual to more than `limit` accounts of one platform; a phone's own account does not count."""
    held = accounts.filter(
        pl.col("usual_phone").is_not_null() & (pl.col("account_kind") != AccountKind.PHONE.value)
    ).select("account_key", "usual_phone")
    crowded = held.filter(pl.len().over("usual_phone") > limit)
    if crowded.is_empty():
        return pl.Series("usual_phone", [], dtype=pl.String)
    return (
        orders.select("account_key", "platform")
        .unique()
        .join(crowded, on="account_key")
        .group_by("usual_phone", "platform")
        .agg(pl.len().alias("held"))
        .filter(pl.col("held") > limit)
        .get_column("usual_phone")
        .unique()
    )


def _payer_links(orders: pl.DataFrame, accounts: pl.DataFrame, *, limit: int) -> pl.DataFrame:
    """`account_key` → `payer_key`: a shop's account without a phone follows the account that usually pays for it.

    A payment bill completes only some of a buyer's orders. Without this link the others would stay with the shop's
    account and one buyer would be two; with a phone, the phone itself joins them. An account that pays for many
    others of one platform links nobody. A payer is never linked on, so links do not chain.
    """
    nothing = pl.DataFrame(schema={"account_key": pl.Int64, "payer_key": pl.Int64})
    if "shop_account_key" not in orders.columns:
        return nothing
    links = orders.filter(pl.col("shop_account_key").is_not_null())
    if links.is_empty():
        return nothing
    phoneless = accounts.filter(pl.col("usual_phone").is_null() & (pl.col("account_kind") == AccountKind.ACCOUNT.value))
    usual = (
        links.group_by("platform", "shop_account_key", "account_key")
        .agg(pl.len().alias("times"), pl.col("at").max())
        .join(accounts.select("account_key", "account"), on="account_key")
        .sort(
            ["shop_account_key", "times", "at", "account", "platform"],
            descending=[False, True, True, False, False],
            nulls_last=[False, False, True, False, False],
        )
        .unique("shop_account_key", keep="first", maintain_order=True)
    )
    return (
        usual.filter(pl.len().over("platform", "account_key") <= limit)
        .select(payer_key="account_key", account_key="shop_account_key")
        .select("account_key", "payer_key")
        .join(phoneless.select("account_key"), on="account_key", how="semi")
    )


def _grouped(accounts: pl.DataFrame, shared: pl.Series, links: pl.DataFrame) -> pl.DataFrame:
    """`accounts` with `customer_key`: the account of the group's strongest, then smallest key."""
    placed = accounts.with_columns(
        pl.when(~pl.col("usual_phone").is_in(shared.implode()))
        .then(pl.lit("p") + pl.col("usual_phone"))
        .alias("group"),
        pl.col("account_kind").replace_strict(KIND_RANK, return_dtype=pl.Int8).alias("kind_rank"),
    ).with_columns(pl.coalesce("group", pl.lit("a") + pl.col("account_key").cast(pl.String)).alias("group"))
    if not links.is_empty():
        followed = links.join(placed.select(payer_key="account_key", payer_group="group"), on="payer_key", how="left")
        placed = (
            placed.join(followed.select("account_key", "payer_group"), on="account_key", how="left")
            .with_columns(pl.coalesce("payer_group", "group").alias("group"))
            .drop("payer_group")
        )
    is_alone = ~pl.col("group").is_duplicated()
    alone = placed.filter(is_alone).with_columns(pl.col("account_key").alias("customer_key"))
    first = placed.filter(~is_alone).sort("group", "kind_rank", "account", "account_space")
    several = first.join(
        first.unique("group", keep="first", maintain_order=True).select("group", customer_key="account_key"), on="group"
    )
    return pl.concat([alone, several])


def _customers(orders: pl.DataFrame, grouped: pl.DataFrame, *, id_key: bytes) -> pl.DataFrame:
    heads = grouped.filter(pl.col("account_key") == pl.col("customer_key"))
    ids = heads.select("customer_key", customer_id=customer_ids(heads, id_key=id_key))
    merged = grouped.filter(pl.col("account_key") != pl.col("customer_key")).select("account_key", "customer_key")
    seen = orders.select("account_key", "name", "phone", "phone_kind", "platform", "at")
    if merged.is_empty():
        seen = seen.with_columns(pl.col("account_key").alias("customer_key"))
    else:
        seen = seen.join(merged, on="account_key", how="left").with_columns(
            pl.coalesce("customer_key", "account_key").alias("customer_key")
        )
    shown = ids.join(_names(seen), on="customer_key", how="left").join(_platforms(seen), on="customer_key", how="left")
    usual = (
        grouped.filter(pl.col("usual_phone").is_not_null())
        .sort("customer_key", "kind_rank", "account", "account_space")
        .unique("customer_key", keep="first", maintain_order=True)
        .select("customer_key", "usual_phone")
    )
    shown = shown.join(usual, on="customer_key", how="left").join(_weak_phones(seen), on="customer_key", how="left")
    return conform(shown.with_columns(pl.coalesce("usual_phone", "weak_phone").alias("phone")), CUSTOMERS).sort(
        "customer_key"
    )


def _latest(seen: pl.DataFrame, column: str, *, alias: str) -> pl.DataFrame:
    """The latest value of a text per customer, one without a mask before one with; ties end in the text itself."""
    filled = seen.filter(pl.col(column).is_not_null()).select("customer_key", "at", column)
    is_only = ~pl.col("customer_key").is_duplicated()
    several = (
        filled.filter(~is_only)
        .with_columns((~pl.col(column).str.contains("*", literal=True)).alias("is_plain"))
        .sort("customer_key", "is_plain", "at", column, nulls_last=False)
        .unique("customer_key", keep="last", maintain_order=True)
    )
    return pl.concat(
        [part.select("customer_key", pl.col(column).alias(alias)) for part in (filled.filter(is_only), several)]
    )


def _names(seen: pl.DataFrame) -> pl.DataFrame:
    return _latest(seen, "name", alias="name")


def _weak_phones(seen: pl.DataFrame) -> pl.DataFrame:
    shown = [PhoneKind.MASKED.value, PhoneKind.VIRTUAL.value, PhoneKind.ODD.value]
    return _latest(seen.filter(pl.col("phone_kind").is_in(shown)), "phone", alias="weak_phone")


def _platforms(seen: pl.DataFrame) -> pl.DataFrame:
    used = seen.select("customer_key", "platform").unique().filter(pl.col("platform").is_not_null())
    is_only = ~pl.col("customer_key").is_duplicated()
    several = (
        used.filter(~is_only)
        .sort("customer_key", "platform")
        .group_by("customer_key", maintain_order=True)
        .agg(pl.col("platform").str.join(","))
    )
    return pl.concat([used.filter(is_only), several]).rename({"platform": "platforms"})


def customer_ids(accounts: pl.DataFrame, *, id_key: bytes) -> pl.Series:
    """The public id of each account's key: `c_` and twelve characters of its keyed hash.

    Args:
        accounts: Uses `account_kind`, `account_space`, `account`.
        id_key: The secret: without it, a hash of a phone can be guessed.
    """
    texts = accounts.select(pl.concat_str("account_kind", "account_space", "account", separator=_SEPARATOR)).to_series()
    keyed = blake2b(key=id_key, digest_size=8)
    digests = []
    for text in texts.to_list():
        hashed = keyed.copy()
        hashed.update(text.encode())
        digests.append(hashed.digest())
    numbers = unpack(f">{len(digests)}Q", b"".join(digests))
    letters = pl.Series("letter", list(ID_ALPHABET), dtype=pl.String)
    drawn = pl.Series("number", numbers, dtype=pl.UInt64)
    places = []
    for place in range(_ID_CHARACTERS):
        places.append(letters.gather((drawn % 32).cast(pl.UInt32)).alias(f"letter_{place}"))
        drawn = drawn // 32
    spelled = pl.DataFrame(places).select(pl.lit("c_") + pl.concat_str(pl.all()))
    return spelled.to_series().alias("customer_id")
