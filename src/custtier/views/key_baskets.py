"""What each customer bought and for whom: different products, different receivers."""

import polars as pl

from custtier.metrics.frames import polars_behind
from custtier.schema import PhoneKind
from custtier.views.basis import Basis
from custtier.views.columns_of_items import bought_items
from custtier.views.columns_of_orders import whose


def with_baskets(customers: pl.DataFrame, *, basis: Basis) -> pl.DataFrame:
    """`customers` with `product_count` and `receiver_count` (Int64), null where nothing is known.

    Args:
        customers: One row per `customer_key`.
        basis: The orders used.
    """
    return (
        customers.lazy()
        .join(_products(basis).lazy(), on="customer_key", how="left", maintain_order="left")
        .join(_receivers(basis).lazy(), on="customer_key", how="left", maintain_order="left")
        .collect()
    )


def _products(basis: Basis) -> pl.DataFrame:
    """How many different products each customer bought."""
    which = pl.coalesce("product_id", "product")
    return (
        bought_items(basis, "product_id", "product")
        .select("customer_key", which.hash().alias("which"), is_known=which.is_not_null())
        .filter("is_known")
        .group_by("customer_key")
        .agg(pl.col("which").n_unique().cast(pl.Int64).alias("product_count"))
        .collect(engine="streaming")
    )


def _receivers(basis: Basis) -> pl.DataFrame:
    """To how many different people each customer's orders go.

    Of the names and the phones that the orders of one account show, whichever are fewer: one person writes their name
    in two ways, or has two phones. Numbers lent to one order tell nothing. Of several accounts the one with most.
    """
    asked = ["order_key", "name", "phone", "phone_kind"]
    name = pl.col("name").str.strip_chars()
    tells = pl.col("phone_kind").is_in([PhoneKind.FULL.value, PhoneKind.MASKED.value])
    bought = polars_behind(basis.purchases_with("order_key")).with_columns(account=pl.col("account_key"))
    return (
        basis.facts.table("details", columns=asked)
        .filter(tells & pl.col("phone").is_not_null() & (name != ""))
        .select("order_key", name.hash().alias("name"), pl.col("phone").hash())
        .join(whose(bought, basis), on="order_key")
        .group_by("customer_key", "account")
        .agg(pl.col("name").n_unique(), pl.col("phone").n_unique())
        .group_by("customer_key")
        .agg(pl.min_horizontal("name", "phone").max().cast(pl.Int64).alias("receiver_count"))
        .collect(engine="streaming")
    )
