"""What each customer's items say: how many pieces and products, which most, and at what prices."""

from typing import Final

import polars as pl

from custtier.metrics.exclusions import PAID_ITEM
from custtier.views.basis import Basis
from custtier.views.columns.orders import bought_by, most_often

LEAST_SOLD: Final = 5
"""Items of a product that make its usual price."""
LEAST_COMPARED: Final = 3
"""Items of a customer with a usual price that say whether they wait for bargains."""
BARGAIN: Final = 0.9
"""A price up to this part of the product's usual one is a bargain."""
OFTEN, SELDOM = 0.5, 0.1
"""Shares of bargains from which, and up to which, price sensitivity is high or low."""

PRICE_SENSITIVITIES: Final = ("high", "medium", "low")


def bought_items(basis: Basis, *columns: str, of_orders: tuple[str, ...] = ()) -> pl.LazyFrame:
    """Paid items of customers' purchases: `customer_key`, `order_day`, columns of the orders, then of the items."""
    items = basis.facts.table("items", columns=["order_key", "state", *columns]).filter(PAID_ITEM).drop("state")
    orders = bought_by(basis, "order_key", *of_orders).select("customer_key", "order_key", "order_day", *of_orders)
    return orders.join(items, on="order_key", how="inner")


def item_columns(basis: Basis) -> pl.DataFrame:
    """The family `items`, one row per `customer_key` of whose purchases any item is known.

    Returns:
        `pieces` (Float64; null where no item says how many), `product_count`, `category_count` (Int64, different ones),
        `main_product`, `main_category` (in most items; of equal ones the latest bought).
    """
    items = (
        bought_items(basis, "product_id", "product", "category", "quantity")
        .select(
            "customer_key",
            "order_day",
            "quantity",
            pl.coalesce("product_id", "product").alias("which"),
            pl.coalesce("product", "product_id").alias("main_product"),
            pl.col("category").alias("main_category"),
        )
        .collect(engine="streaming")
    )
    quantity = pl.col("quantity")
    table = (
        items.lazy()
        .group_by("customer_key")
        .agg(pl.when(quantity.count() > 0).then(quantity.sum()).alias("pieces"))
        .collect(engine="streaming")
    )
    others = [
        most_often(items, "which").select("customer_key", pl.col("different").alias("product_count")),
        most_often(items, "main_product").drop("different"),
        most_often(items, "main_category").rename({"different": "category_count"}),
    ]
    for other in others:
        table = table.join(other, on="customer_key", how="left")
    return table.with_columns(pl.col("product_count", "category_count").fill_null(0))


def price_columns(basis: Basis) -> pl.DataFrame:
    """The family `prices`, one row per `customer_key` with enough items that can be compared.

    An item's price is what was paid for one piece of it. It is compared with the median price of its product and
    specification, in its currency, over all items that customers bought up to the day observed, when there are at least
    `LEAST_SOLD`. No source tells discounts by themselves: who buys below the usual price bought at a reduction, for
    whatever reason.

    Returns:
        `bargain_share` (Float64: items at `BARGAIN` of the usual price or less, of those compared; null when fewer than
        `LEAST_COMPARED` are), `price_sensitivity` (one of `PRICE_SENSITIVITIES`).
    """
    which = pl.coalesce("product_id", "product")
    priced = (
        bought_items(basis, "product_id", "product", "specification", "quantity", "amount", of_orders=("currency",))
        .filter((pl.col("amount") > 0) & (pl.col("quantity") > 0) & which.is_not_null())
        .select(
            "customer_key",
            "currency",
            which.alias("which"),
            "specification",
            (pl.col("amount") / pl.col("quantity")).alias("price"),
        )
        .collect(engine="streaming")
    )
    goods = ["currency", "which", "specification"]
    usual = priced.group_by(goods).agg(pl.col("price").median().alias("usual"), pl.len().alias("sold"))
    compared = priced.join(usual.filter(pl.col("sold") >= LEAST_SOLD), on=goods, nulls_equal=True)
    share = pl.col("bargain_share")
    return (
        compared.group_by("customer_key")
        .agg((pl.col("price") <= pl.col("usual") * BARGAIN).mean().alias("bargain_share"), pl.len().alias("items"))
        .filter(pl.col("items") >= LEAST_COMPARED)
        .with_columns(
            pl.when(share >= OFTEN)
            .then(pl.lit("high"))
            .when(share <= SELDOM)
            .then(pl.lit("low"))
            .otherwise(pl.lit("medium"))
            .alias("price_sensitivity")
        )
    )
