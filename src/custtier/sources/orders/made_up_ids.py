"""Ids of orders that a format gives none: person, instant, amount, and a number among twins (rule R2)."""

from typing import Final

import polars as pl

from custtier.phones import with_phones
from custtier.schema import AccountKind, PhoneKind
from custtier.sources.no_records import SECTION
from custtier.sources.records import REFUND
from custtier.sources.twins import numbers_among_twins

_FIRST: Final = ("state", "product_id", "product", "specification", "channel")
_MARK: Final = "\x1e"
"""Between the parts of a made-up id, and before them: no file's own id has it."""


def with_made_up_ids(table: pl.DataFrame, *, keyed: pl.Expr) -> pl.DataFrame:
    """The table with `key_order`, the order's id as text; null where `keyed` does not hold.

    Rows that are rejected or left out count as nobody's twins. The first instant that stands is taken, so that an
    order has the same id before and after it is paid.

    Args:
        table: Values of the rows, `role`, `at` and `key_shop`.
        keyed: Whether a row is an order's or a refund's that is taken.
    """
    rows = table.filter(keyed)
    times = [pl.col(name) for name in ("created_at", "paid_at", "refunded_at") if name in rows.columns]
    money = [pl.col(name) for name in ("gross", "amount", "refund_amount") if name in rows.columns]
    told = pl.concat_str(
        pl.when(pl.col("role") == REFUND).then(pl.lit(REFUND)).otherwise(pl.lit("")),
        _person(rows).fill_null(""),
        (pl.coalesce(times).cast(pl.String) if times else pl.lit(None)).fill_null(""),
        (pl.coalesce(money).cast(pl.String) if money else pl.lit(None)).fill_null(""),
        separator=_MARK,
    )
    rows = rows.with_columns(key_told=told)
    number = numbers_among_twins(rows, same=[SECTION, "key_shop", "key_told"], first=_FIRST).cast(pl.String)
    ids = rows.select("at", key_order=pl.concat_str(pl.lit(""), pl.col("key_told"), number, separator=_MARK))
    return table.join(ids, on="at", how="left", maintain_order="left")


def _person(rows: pl.DataFrame) -> pl.Series:
    """The strongest key of each row's person alone, in comparable form: weaker ones are masked or left out later."""
    texts = {
        name: pl.col(name) if name in rows.columns else pl.lit(None, dtype=pl.String)
        for name in ("account", "account_kind", "phone", "email", "name", "phone_expiry")
    }
    is_phone = texts["account_kind"].eq_missing(AccountKind.PHONE.value)
    is_email = texts["account_kind"].eq_missing(AccountKind.EMAIL.value)
    rented = texts["phone_expiry"].is_not_null() & ~is_phone
    told = with_phones(
        rows.select(
            texts["name"].alias("name"),
            account=pl.when(~is_phone & ~is_email).then(texts["account"]),
            phone=pl.when(is_phone).then(texts["account"]).otherwise(texts["phone"]),
            email=pl.when(is_email).then(texts["account"]).otherwise(texts["email"]).str.to_lowercase(),
            phone_kind=pl.when(rented).then(pl.lit(PhoneKind.VIRTUAL.value)),
        )
    )
    full_phone = pl.when(pl.col("phone_kind") == PhoneKind.FULL.value).then("phone")
    # a phone that is no key still tells nameless people apart
    return told.select(person=pl.coalesce("account", full_phone, "email", "name", "phone")).to_series()
