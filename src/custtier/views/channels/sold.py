"""What contacts bought from the day they were added: on their first day, in three months, in all, and what it left."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from custtier.views.basis import Basis
from custtier.views.columns.orders import bought_by, paid_and_back
from custtier.views.margins import margins_of_orders

FIRST_DAYS: Final = 90
"""Sales of so many days from the adding on are told apart: channels of other ages are compared by them."""

FIGURES: Final = ("net_sales", "first_day_sales", "sales_90d", "gross", "back", "margin")


@dataclass(frozen=True)
class Sold:
    """What contacts bought from the day they were added.

    Args:
        of_contact: One row per `place` with any order: `buyer_orders` (Int64), `net_sales`, `first_day_sales` (of the
            first day on which they bought), `sales_90d` (of the day of adding and the 90 after it), `gross`, `back`
            (what was paid and what of it went back), `margin` (null where margins do not count); Int64, minor units.
        by_day: One row per `place` and `on_day` (Date) with any purchase: `brought` (Int64, minor units: the margin
            where it counts, else net sales).
        margin_known: Of net sales the share whose costs are known, where margins count; else None.
    """

    of_contact: pl.DataFrame
    by_day: pl.DataFrame
    margin_known: float | None


def sold_to(contacts: pl.DataFrame, *, basis: Basis) -> Sold:
    """What was sold to contacts, each purchase once.

    Args:
        contacts: Uses `place` (whose sales they are), `customer_key` (not null, each once), `added_on` (null: every
            purchase counts, none of them as one of the first 90 days).
        basis: The orders used.
    """
    whose = contacts.select("place", "customer_key", pl.col("added_on").cast(pl.Int32).alias("added_day"))
    since_day = whose.get_column("added_day").fill_null(0).min()
    margins = margins_of_orders(basis, since_day=int(str(since_day or 0)))
    if margins.rows is None:
        orders = bought_by(basis).with_columns(pl.lit(None, dtype=pl.Int64).alias("margin"))
    else:
        orders = margins.rows.lazy().select("customer_key", "order_day", "net_sales", "margin")
    bought = _since_added(orders, whose).collect(engine="streaming")
    paid = _since_added(paid_and_back(basis), whose).group_by("place").agg(pl.col("gross", "back").sum())
    brought = pl.col("net_sales" if margins.rows is None else "margin")
    by_day = bought.group_by("place", pl.col("order_day").cast(pl.Date).alias("on_day")).agg(
        brought.sum().alias("brought"), pl.col("net_sales").sum()
    )
    first_day = by_day.sort("on_day").unique("place", keep="first", maintain_order=True)
    by_day = by_day.drop("net_sales")
    is_first_months = (pl.col("order_day") - pl.col("added_day") <= FIRST_DAYS).fill_null(value=False)
    of_contact = (
        bought.lazy()
        .with_columns(pl.when(is_first_months).then("net_sales").otherwise(0).alias("sales_90d"))
        .group_by("place")
        .agg(
            pl.len().cast(pl.Int64).alias("buyer_orders"),
            pl.col("net_sales", "sales_90d").sum(),
            pl.col("margin").sum() if margins.rows is not None else pl.col("margin").first(),
        )
        .join(first_day.lazy().select("place", pl.col("net_sales").alias("first_day_sales")), on="place", how="left")
        .join(paid, on="place", how="full", coalesce=True)
        .collect(engine="streaming")
    )
    return Sold(of_contact, by_day, None if margins.rows is None else margins.known_share)


def _since_added(orders: pl.LazyFrame, whose: pl.DataFrame) -> pl.LazyFrame:
    """The orders of contacts from the day of adding on, with `place` and `added_day`."""
    is_since = (pl.col("order_day") >= pl.col("added_day")).fill_null(value=True)
    return orders.join(whose.lazy(), on="customer_key", how="inner").filter(is_since)
