"""Who received each purchase."""

import polars as pl

from custtier.metrics.frames import polars_behind
from custtier.schema import PhoneKind
from custtier.views.basis import Basis
from custtier.views.columns.orders import whose


def shown_orders(basis: Basis) -> pl.DataFrame:
    """One row per customer's purchase that shows a receiver.

    Returns:
        `customer_key`, `account` (the key of the account that bought), `receiver` and `receiver_phone` (UInt64, hashes
        of a name, and of a phone that is not lent to the order alone).
    """
    name = pl.col("name").str.strip_chars().replace("", None)
    is_own_phone = pl.col("phone_kind").is_in([PhoneKind.FULL.value, PhoneKind.MASKED.value])
    tells = (is_own_phone & pl.col("phone").is_not_null() & name.is_not_null()).fill_null(value=False)
    bought = polars_behind(basis.purchases_with("order_key")).with_columns(account=pl.col("account_key"))
    return (
        basis.facts.table("details", columns=["order_key", "name", "phone", "phone_kind"])
        .filter(tells)
        .select("order_key", name.hash().alias("receiver"), pl.col("phone").hash().alias("receiver_phone"))
        .join(whose(bought, basis), on="order_key")
        .select("customer_key", "account", "receiver", "receiver_phone")
        .collect(engine="streaming")
    )
