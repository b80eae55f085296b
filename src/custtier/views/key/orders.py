"""Who received each purchase, and who is said to have brought its buyer: one look at the orders' details for both."""

import polars as pl

from custtier.metrics.frames import polars_behind
from custtier.schema import PhoneKind
from custtier.views.basis import Basis
from custtier.views.columns.orders import whose


def shown_orders(basis: Basis) -> pl.DataFrame:
    """One row per customer's purchase that shows a receiver or a referrer.

    Returns:
        `customer_key`, `account` (the key of the account that bought), `receiver` and `receiver_phone` (UInt64, hashes;
        both null unless the order shows a name and a phone that is not lent to it), `referrer` (as written, without
        blanks at its ends), `ordered_at`.
    """
    name, referrer = (pl.col(column).str.strip_chars().replace("", None) for column in ("name", "referrer"))
    is_own_phone = pl.col("phone_kind").is_in([PhoneKind.FULL.value, PhoneKind.MASKED.value])
    tells = (is_own_phone & pl.col("phone").is_not_null() & name.is_not_null()).fill_null(value=False)
    bought = polars_behind(basis.purchases_with("order_key")).with_columns(account=pl.col("account_key"))
    return (
        basis.facts.table("details", columns=["order_key", "name", "phone", "phone_kind", "referrer", "ordered_at"])
        .select(
            "order_key",
            pl.when(tells).then(name.hash()).alias("receiver"),
            pl.when(tells).then(pl.col("phone").hash()).alias("receiver_phone"),
            referrer.alias("referrer"),
            "ordered_at",
        )
        .filter(pl.col("receiver").is_not_null() | pl.col("referrer").is_not_null())
        .join(whose(bought, basis), on="order_key")
        .select("customer_key", "account", "receiver", "receiver_phone", "referrer", "ordered_at")
        .collect(engine="streaming")
    )
