"""Customers found by what somebody types: an id of today or of before, a phone, an account, an e-mail, a name."""

from typing import Final

import polars as pl

from custtier.phones import with_phones
from custtier.schema import CUSTOMERS, AccountKind, PhoneKind, Table, conform

FOUND: Final[Table] = {**CUSTOMERS, "found_by": pl.String}
"""Customers that a text means. `found_by` is the first of `customer_id, former_id, phone, account, email, name` that
does."""

_BY: Final = ("customer_id", "former_id", "phone", "account", "email", "name")


def with_customers(known: pl.LazyFrame, accounts: pl.LazyFrame) -> pl.LazyFrame:
    """`known` with the `customer_key` of each account.

    Args:
        known: `KNOWN`: every account of anybody.
        accounts: `schema.ACCOUNTS`.
    """
    return known.join(accounts, on="account_key", how="left").with_columns(
        pl.coalesce("customer_key", "account_key").alias("customer_key")
    )


def find(text: str, *, known: pl.LazyFrame, accounts: pl.LazyFrame, customers: pl.LazyFrame) -> pl.DataFrame:
    """The customers that a text means, as `FOUND`, sorted by id; no rows where it means nobody.

    An account's own id, which it had before it was merged with others, finds the customer that it belongs to now.
    What is a stronger key is looked at alone: an account that is somebody's name finds the account.

    Args:
        text: As typed.
        known: `KNOWN`: every account of anybody.
        accounts: `schema.ACCOUNTS`.
        customers: `schema.CUSTOMERS`.
    """
    typed = text.strip()
    if not typed:
        return conform(pl.DataFrame(schema={"customer_key": pl.Int64}), FOUND)
    placed = with_customers(known, accounts)
    reasons = [
        pl.when(condition.fill_null(value=False)).then(pl.lit(name)) for name, condition in _conditions(typed).items()
    ]
    matched = (
        placed.with_columns(pl.coalesce(*reasons).alias("found_by"))
        .filter(pl.col("found_by").is_not_null())
        .select("customer_key", "found_by")
        .unique()
        .join(customers, on="customer_key")
        .collect()
    )
    # an id that is the customer's own is no former one
    own = pl.col("found_by").is_in(["customer_id", "former_id"])
    is_present = pl.col("customer_id") == typed
    matched = matched.with_columns(
        pl.when(own)
        .then(pl.when(is_present).then(pl.lit("customer_id")).otherwise(pl.lit("former_id")))
        .otherwise("found_by")
        .alias("found_by")
    )
    rank = pl.col("found_by").replace_strict({name: place for place, name in enumerate(_BY)}, return_dtype=pl.Int8)
    best = matched.filter(rank == rank.min()).unique("customer_key")
    return conform(best, FOUND).sort("customer_id")


def _conditions(typed: str) -> dict[str, pl.Expr]:
    """What an account must fulfil to be meant, strongest first; `former_id` also holds for an id of today."""
    phone, kind = _phone(typed)
    account, account_kind = pl.col("account"), pl.col("account_kind")
    is_phone = account_kind == AccountKind.PHONE.value
    is_email = account_kind == AccountKind.EMAIL.value
    by_phone = (pl.col("usual_phone") == phone) | (is_phone & (account == phone))
    return {
        "former_id": pl.col("customer_id") == typed,
        "phone": by_phone if kind == PhoneKind.FULL.value else pl.lit(value=False),
        "account": (account == typed) & ~is_phone & ~is_email,
        "email": (is_email & (account == typed.lower())) | (pl.col("email") == typed.lower()),
        "name": _named(typed),
    }


def _named(typed: str) -> pl.Expr:
    """Whose name is meant. One with stars (张**) is shown of many, and written so in some exports: everybody whose name
    begins so is meant, so that they are listed and nobody is guessed.
    """
    begins, stars, _ = typed.replace("＊", "*").partition("*")
    if not stars:
        return pl.col("name") == typed
    return pl.col("name").str.starts_with(begins) if begins else pl.lit(value=False)


def _phone(typed: str) -> tuple[str | None, str | None]:
    frame = pl.DataFrame({"phone": [typed], "phone_kind": [None]}, schema={"phone": pl.String, "phone_kind": pl.String})
    phone, kind = with_phones(frame).row(0)
    return phone, kind
