"""Tags that were given by hand or by a file, as they hold for customers."""

import polars as pl

from custtier.keys import key_column
from custtier.people.finding import with_customers
from custtier.people.public_ids import ID_ALPHABET
from custtier.schema import AccountKind

_ID_PATTERN = rf"^c_[{ID_ALPHABET}]{{12}}$"
_ACCOUNT = ("account_key", "account", "account_kind", "platform")


def tags_of_customers(tags: pl.LazyFrame, *, known: pl.LazyFrame, accounts: pl.LazyFrame) -> pl.LazyFrame:
    """The tags that each customer has: `customer_key`, `tag`, `noted_on`, each tag once.

    What was said last of any account of a customer decides: the later import, in one import the later day, then the
    removal. So a tag that one account got is taken away by a removal from another account of the same person. A phone
    means whoever usually has it, unless these are several.

    Args:
        tags: `facts.TABLES["tags"]`.
        known: `schema.KNOWN`: uses `account_key`, `usual_phone`.
        accounts: `schema.ACCOUNTS`.
    """
    phones = tags.filter(pl.col("account_kind") == AccountKind.PHONE.value).select(usual_phone="account").unique()
    having = with_customers(known.join(phones, on="usual_phone", how="semi"), accounts)
    owners = (
        having.group_by(account="usual_phone")
        .agg(pl.col("customer_key").unique().alias("owners"))
        .filter(pl.col("owners").list.len() == 1)
        .select("account", pl.lit(AccountKind.PHONE.value).alias("account_kind"), phone_owner=pl.col("owners").list[0])
    )
    owned = (
        tags.filter(pl.col("account_key").is_not_null())
        .join(accounts, on="account_key", how="left")
        .join(owners, on=["account", "account_kind"], how="left")
    )
    return (
        owned.with_columns(pl.coalesce("customer_key", "phone_owner", "account_key").alias("customer_key"))
        .sort("import_id", "noted_on", "decision", nulls_last=False)
        .unique(["customer_key", "tag"], keep="last", maintain_order=True)
        .filter(pl.col("decision") == "add")
        .select("customer_key", "tag", "noted_on")
    )


def named_by_id(rows: pl.DataFrame) -> pl.Series:
    """Whether each row of a list names a customer by our own id instead of an account."""
    return rows.select(pl.col("account").str.contains(_ID_PATTERN).fill_null(value=False)).to_series()


def with_accounts_of_ids(tags: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """`tags` in which the account that gives an id stands in the place of the id; an unknown id stays as it is.

    Args:
        tags: `schema.TAGS`, keys made.
        known: `schema.KNOWN`.
    """
    is_id = named_by_id(tags)
    if not is_id.any():
        return tags
    owners = known.select(
        account="customer_id",
        owner_account_key="account_key",
        owner_account="account",
        owner_account_kind="account_kind",
        owner_platform="account_space",
    ).unique("account")
    told = tags.with_columns(is_id.alias("is_id")).join(owners, on="account", how="left", maintain_order="left")
    is_found = pl.col("is_id") & pl.col("owner_account_key").is_not_null()
    told = told.with_columns(
        pl.when(is_found).then(pl.col(f"owner_{name}")).otherwise(pl.col(name)).alias(name) for name in _ACCOUNT
    )
    return told.with_columns(tag_keys(told)).select(tags.columns)


def tag_keys(rows: pl.DataFrame) -> pl.Series:
    """`tag_key` of rows: the same account and tag have the same.

    Args:
        rows: Uses `account_key`, `tag`.
    """
    told = rows.select(
        kind=pl.lit("tag"),
        account=pl.col("account_key").cast(pl.String).fill_null(""),
        tag=pl.col("tag").fill_null(""),
    )
    return key_column(told, ["kind", "account", "tag"]).alias("tag_key")
