"""What each customer bought and for whom: different products, different receivers."""

import polars as pl

from custtier.views.basis import Basis
from custtier.views.columns.items import bought_items


def with_baskets(customers: pl.DataFrame, *, basis: Basis, orders: pl.DataFrame) -> pl.DataFrame:
    """`customers` with `product_count` and `receiver_count` (Int64), null where nothing is known.

    Args:
        customers: One row per `customer_key`.
        basis: The orders used.
        orders: `key.orders.shown_orders`.
    """
    return (
        customers.lazy()
        .join(_products(basis).lazy(), on="customer_key", how="left", maintain_order="left")
        .join(_receivers(orders).lazy(), on="customer_key", how="left", maintain_order="left")
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


def _receivers(orders: pl.DataFrame) -> pl.DataFrame:
    """To how many different people each customer's orders go.

    Of the names and the phones that the orders of one account show, whichever are fewer: one person writes their name
    in two ways, or has two phones. Of several accounts the one with most.
    """
    return (
        orders.lazy()
        .filter(pl.col("receiver").is_not_null())
        .group_by("customer_key", "account")
        .agg(pl.col("receiver").n_unique(), pl.col("receiver_phone").n_unique())
        .group_by("customer_key")
        .agg(pl.min_horizontal("receiver", "receiver_phone").max().cast(pl.Int64).alias("receiver_count"))
        .collect()
    )
