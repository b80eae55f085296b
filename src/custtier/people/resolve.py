"""Who is who: accounts grouped into customers by the phones that they usually use."""

from dataclasses import dataclass

import polars as pl

from custtier.people.buyers import buyers_of, is_plain, payers_of
from custtier.people.identity import KIND_RANK
from custtier.schema import ACCOUNTS, CUSTOMERS, AccountKind, conform, empty


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

    Args:
        current: Orders of any state: `account_key`, `account`, `account_kind`, `platform`, `phone`, `phone_kind`,
            `name`, `ordered_at`, `paid_at`; optional `account_space` and `shop_account_key` (the account that the
            shop itself names, where a payment bill gave the order a stronger one).
        id_key: Secret of `customer_id`.
        shared_phone_accounts: A phone usual to more accounts of one platform merges nobody.
    """
    buyers = buyers_of(current.lazy(), id_key=id_key)
    return people_of(buyers, payers_of(current.lazy()), shared_phone_accounts=shared_phone_accounts)


def people_of(buyers: pl.DataFrame, payers: pl.DataFrame, *, shared_phone_accounts: int) -> People:
    """Customers of all accounts.

    Every account has at most one usual phone, and the account of a phone itself stands for that phone. So the groups
    that share a phone cannot overlap: they are the connected components already, and one group-by finds them.

    Args:
        buyers: `BUYERS`, every account.
        payers: `PAYERS`.
        shared_phone_accounts: A phone usual to more accounts of one platform merges nobody.
    """
    if buyers.is_empty():
        return People(empty(ACCOUNTS), empty(CUSTOMERS))
    shared = _shared_phones(buyers, limit=shared_phone_accounts)
    alone, several = _grouped(buyers, shared, _payer_links(buyers, payers, limit=shared_phone_accounts))
    merged = several.filter(pl.col("account_key") != pl.col("customer_key"))
    return People(
        accounts=conform(merged, ACCOUNTS).sort("account_key"),
        customers=_customers(alone, several),
        shared_phones=shared.len(),
    )


def _shared_phones(buyers: pl.DataFrame, *, limit: int) -> pl.Series:
    """Phones that are usual to more than `limit` accounts of one platform; a phone's own account does not count."""
    held = buyers.lazy().filter(
        pl.col("usual_phone").is_not_null() & (pl.col("account_kind") != AccountKind.PHONE.value)
    )
    crowded = held.select("usual_phone", "platforms").collect()
    crowded = crowded.filter(crowded["usual_phone"].is_duplicated()).filter(pl.len().over("usual_phone") > limit)
    return (
        crowded.select("usual_phone", pl.col("platforms").str.split(",").alias("platform"))
        .explode("platform")
        .group_by("usual_phone", "platform")
        .agg(pl.len().alias("held"))
        .filter(pl.col("held") > limit)
        .get_column("usual_phone")
        .unique()
    )


def _payer_links(buyers: pl.DataFrame, payers: pl.DataFrame, *, limit: int) -> pl.DataFrame:
    """`account_key` → `payer_key`: a shop's account without a phone follows the account that usually pays for it.

    A payment bill completes only some of a buyer's orders. Without this link the others would stay with the shop's
    account and one buyer would be two; with a phone, the phone itself joins them. An account that pays for many
    others of one platform links nobody. A payer is never linked on, so links do not chain.
    """
    if payers.is_empty():
        return pl.DataFrame(schema={"account_key": pl.Int64, "payer_key": pl.Int64})
    phoneless = buyers.filter(pl.col("usual_phone").is_null() & (pl.col("account_kind") == AccountKind.ACCOUNT.value))
    usual = (
        payers.join(buyers.select("account_key", "account"), on="account_key")
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


def _grouped(buyers: pl.DataFrame, shared: pl.Series, links: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Accounts that share nothing, and the others with `customer_key`: their group's strongest, then smallest key.

    The others come sorted by group, the strongest first.
    """
    joins = pl.col("usual_phone").is_not_null()
    if shared.len():
        joins &= ~pl.col("usual_phone").is_in(shared.implode())
    placed = buyers.with_columns(
        pl.when(joins)
        .then(pl.lit("p") + pl.col("usual_phone"))
        .otherwise(pl.lit("a") + pl.col("account_key").cast(pl.String))
        .alias("group")
    )
    if not links.is_empty():
        followed = links.join(placed.select(payer_key="account_key", payer_group="group"), on="payer_key", how="left")
        placed = (
            placed.join(followed.select("account_key", "payer_group"), on="account_key", how="left")
            .with_columns(pl.coalesce("payer_group", "group").alias("group"))
            .drop("payer_group")
        )
    is_alone = placed["group"].is_unique()
    rank = pl.col("account_kind").replace_strict(KIND_RANK, return_dtype=pl.Int8)
    first = placed.filter(~is_alone).sort("group", rank, "account", "account_space")
    heads = first.unique("group", keep="first", maintain_order=True).select("group", customer_key="account_key")
    return placed.filter(is_alone), first.join(heads, on="group", maintain_order="left")


def _customers(alone: pl.DataFrame, several: pl.DataFrame) -> pl.DataFrame:
    single = alone.with_columns(
        pl.col("account_key").alias("customer_key"), pl.coalesce("usual_phone", "weak_phone").alias("phone")
    )
    heads = pl.concat([single, _merged(several).select(single.columns)]) if several.height else single
    return conform(heads, CUSTOMERS).sort("customer_key")


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
