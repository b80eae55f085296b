"""What each customer's purchases of a time left after the goods were paid for, as far as costs are known."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from custtier.views.basis import Basis
from custtier.views.columns.items import bought_items
from custtier.views.columns.orders import bought_by

LEAST_KNOWN: Final = 0.5
"""Margins count from this share of sales on whose costs are known; below they would say more of gaps than of people."""

_LEVELS: Final = (
    ("product_id", "specification"),
    ("product_id",),
    ("product", "specification"),
    ("product",),
    ("category",),
)
"""By what an item's cost is looked up, the most exact first."""
_GOODS: Final = ("product_id", "product", "specification", "category")


@dataclass(frozen=True)
class Margins:
    """What is known of margins.

    Args:
        rows: `customer_key`, `window_margin` (Int64, minor units, below 0 where goods cost more than was paid); None
            where too little is known to count.
        known_share: Of the net sales, the share of orders whose costs are known; None where there are no costs at all.
    """

    rows: pl.DataFrame | None
    known_share: float | None


def margins_of(basis: Basis, *, since_day: int) -> Margins:
    """Net sales less the cost of the goods, of every customer's purchases from a day on.

    An order's costs are known when that of every paid item is. Of the others the margin is taken to be the share of net
    sales that it is among the known ones.

    Args:
        basis: The orders used; costs in another currency do not count.
        since_day: Number of the first day.
    """
    costs = _costs(basis)
    if costs.is_empty():
        return Margins(None, None)
    is_inside = pl.col("order_day") >= since_day
    orders = bought_by(basis, "order_key").filter(is_inside).select("customer_key", "order_key", "net_sales").collect()
    items = bought_items(basis, *_GOODS, "quantity", "amount").filter(is_inside).collect()
    by_order = (
        with_costs(items, costs)
        .group_by("order_key")
        .agg(
            pl.col("cost").is_not_null().all().alias("is_known"),
            pl.col("cost").sum(),
        )
    )
    placed = orders.join(by_order, on="order_key", how="left").with_columns(pl.col("is_known").fill_null(value=False))
    known = placed.filter("is_known").select(pl.col("net_sales").sum(), pl.col("cost").sum()).row(0)
    sales = int(placed["net_sales"].sum())
    share = known[0] / sales if sales else 0.0
    if share < LEAST_KNOWN:
        return Margins(None, share)
    # halves up, as amounts are rounded everywhere
    taken = (2 * pl.col("net_sales") * (known[0] - known[1]) + known[0]) // (2 * known[0])
    margin = pl.when("is_known").then(pl.col("net_sales") - pl.col("cost")).otherwise(taken)
    rows = placed.group_by("customer_key").agg(margin.sum().cast(pl.Int64).alias("window_margin"))
    return Margins(rows, share)


def with_costs(items: pl.DataFrame, costs: pl.DataFrame) -> pl.DataFrame:
    """`items` with `cost` (Int64, minor units): what the goods cost on their day; null where it is not known.

    Args:
        items: `order_day`, the columns that name goods, `quantity` (one where it is not told), `amount`.
        costs: `_costs`.
    """
    found = items.with_row_index("place").sort("order_day")
    for level, names in enumerate(_LEVELS):
        told = _told_by(costs, names).rename({"unit_cost": f"unit_{level}", "margin_share": f"share_{level}"})
        found = found.join_asof(
            told, left_on="order_day", right_on="from_day", by=list(names), check_sortedness=False
        ).drop("from_day", strict=False)
    quantity = pl.col("quantity").fill_null(1.0)
    choices = []
    for level in range(len(_LEVELS)):
        choices += [pl.col(f"unit_{level}") * quantity, pl.col("amount") * (1 - pl.col(f"share_{level}"))]
    rounded = (pl.coalesce(choices) + 0.5).floor().cast(pl.Int64)
    return found.with_columns(rounded.alias("cost")).sort("place").select(*items.columns, "cost")


def _costs(basis: Basis) -> pl.DataFrame:
    """The costs in the answer's currency, with `from_day`: the first day from which they hold."""
    costs = basis.facts.table("costs", columns=[*_GOODS, "unit_cost", "margin_share", "valid_from", "currency"])
    return (
        costs.filter((pl.col("currency") == basis.currency) | pl.col("currency").is_null())
        .with_columns(pl.col("valid_from").cast(pl.Int32).fill_null(-(2**31)).alias("from_day"))
        .collect()
    )


def _told_by(costs: pl.DataFrame, names: tuple[str, ...]) -> pl.DataFrame:
    """The costs that are told by just these columns, one row each day, the day ascending."""
    is_told = pl.all_horizontal(pl.col(name).is_not_null() for name in names)
    if "specification" not in names:
        is_told &= pl.col("specification").is_null()
    if names == ("category",):
        is_told &= pl.col("product_id").is_null() & pl.col("product").is_null()
    return (
        costs.filter(is_told)
        .sort("from_day", "unit_cost", "margin_share", nulls_last=True)
        .unique([*names, "from_day"], keep="first", maintain_order=True)
        .select(*names, "from_day", "unit_cost", "margin_share")
    )
