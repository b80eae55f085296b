"""What customers' purchases left after the goods were paid for, and which share of sales, as far as costs are known."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from custtier.views.basis import Basis
from custtier.views.columns.items import bought_items
from custtier.views.columns.orders import bought_by

if TYPE_CHECKING:
    from custtier.models.credibility import Shares

LEAST_KNOWN: Final = 0.5
"""Margins count from this share of sales on whose costs are known; below they would say more of gaps than of people."""

_AT_ONCE: Final = 1_000_000
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
        rows: `customer_key`, `window_margin` (Int64, minor units, below 0 where goods cost more than was paid), or what
            the function says; None where too little is known to count.
        known_share: Of the net sales, the share of orders whose costs are known; None where there are no costs at all.
    """

    rows: pl.DataFrame | None
    known_share: float | None


def margins_of(basis: Basis, *, since_day: int) -> Margins:
    """Net sales less the cost of the goods, of every customer's purchases from a day on: `margins_of_orders`, added up.

    Args:
        basis: The orders used; costs in another currency do not count.
        since_day: Number of the first day.
    """
    found = margins_of_orders(basis, since_day=since_day)
    if found.rows is None:
        return found
    rows = found.rows.group_by("customer_key").agg(pl.col("margin").sum().cast(pl.Int64).alias("window_margin"))
    return Margins(rows, found.known_share)


def margins_of_orders(basis: Basis, *, since_day: int) -> Margins:
    """Net sales less the cost of the goods, of every purchase of a customer from a day on.

    An order's costs are known when that of every paid item is. Of the others the margin is taken to be the share of net
    sales that it is among the known ones.

    Args:
        basis: The orders used; costs in another currency do not count.
        since_day: Number of the first day.

    Returns:
        `rows` with `customer_key`, `order_key`, `order_day`, `net_sales`, `margin` (Int64, minor units).
    """
    costs = _costs(basis)
    if costs.is_empty():
        return Margins(None, None)
    placed = _placed(basis, costs, since_day=since_day)
    known, share = _known(placed)
    if share < LEAST_KNOWN:
        return Margins(None, share)
    # halves up, as amounts are rounded everywhere; a sale times all sales may not fit into 64 bits
    sales = pl.col("net_sales").cast(pl.Int128)
    taken = (2 * sales * (known[0] - known[1]) + known[0]) // (2 * known[0])
    margin = pl.when("is_known").then(pl.col("net_sales") - pl.col("cost")).otherwise(taken)
    columns = ("customer_key", "order_key", "order_day", "net_sales")
    return Margins(placed.select(*columns, margin.cast(pl.Int64).alias("margin")), share)


@dataclass(frozen=True)
class MarginShares:
    """Which share of their net sales customers leave as margin.

    Args:
        shares: One of each customer asked for; None where too little is known to count.
        known_share: See `Margins`.
    """

    shares: "Shares | None"
    known_share: float | None


def margin_shares(basis: Basis, customers: pl.DataFrame) -> MarginShares:
    """The share of net sales that each customer's purchases left, drawn towards that of the whole shop.

    The less is known of a customer's purchases, and the less customers differ, the nearer it is to the shop's; who is
    known by none has the shop's. When the differences are measured, an order that lost more than it brought in counts
    as one that lost as much.

    Args:
        basis: The orders used, all of them up to its day.
        customers: Uses `customer_key`; the order of the shares.
    """
    from custtier.models.credibility import Seen, shares_of

    costs = _costs(basis)
    if costs.is_empty():
        return MarginShares(None, None)
    placed = _placed(basis, costs, since_day=None)
    share = _known(placed)[1]
    if share < LEAST_KNOWN:
        return MarginShares(None, share)
    margin, sales = pl.col("net_sales") - pl.col("cost"), pl.col("net_sales")
    bounded = pl.max_horizontal(margin, -sales)
    # thousandths as whole numbers: their sum does not depend on the order of rows
    square = (bounded.cast(pl.Float64) ** 2 / sales * 1000).round().cast(pl.Int64)
    by_customer = (
        placed.filter(pl.col("is_known") & (sales > 0))
        .group_by("customer_key")
        .agg(
            pl.len().cast(pl.Int64).alias("orders"),
            sales.sum(),
            margin.sum().alias("margin"),
            bounded.sum().alias("measured"),
            square.sum().alias("squares"),
        )
    )
    table = customers.select("customer_key").join(by_customer, on="customer_key", how="left", maintain_order="left")
    orders, volume, part, measured, squares = (
        table.get_column(name).fill_null(0).cast(pl.Float64).to_numpy()
        for name in ("orders", "net_sales", "margin", "measured", "squares")
    )
    return MarginShares(shares_of(Seen(orders.astype("int64"), volume, part, measured, squares / 1000)), share)


def _placed(basis: Basis, costs: pl.DataFrame, *, since_day: int | None) -> pl.DataFrame:
    """Customers' orders of the time: `customer_key`, `order_key`, `order_day`, `net_sales`, `cost`, `is_known`."""
    is_inside = pl.lit(value=True) if since_day is None else pl.col("order_day") >= since_day
    columns = ("customer_key", "order_key", "order_day", "net_sales")
    orders = bought_by(basis, "order_key").filter(is_inside).select(columns).collect()
    items = bought_items(basis, *_GOODS, "quantity", "amount").filter(is_inside).collect()
    items = _with_amounts_of_orders(items, orders)
    # what looking up takes in memory is that of one part of the items
    parts = [with_costs(part, costs).select("order_key", "cost") for part in items.iter_slices(_AT_ONCE)]
    by_order = (
        pl.concat(parts or [items.select("order_key", pl.lit(None, dtype=pl.Int64).alias("cost"))])
        .group_by("order_key")
        .agg(
            pl.col("cost").is_not_null().all().alias("is_known"),
            pl.col("cost").sum(),
        )
    )
    placed = orders.join(by_order, on="order_key", how="left")
    return placed.with_columns(pl.col("is_known").fill_null(value=False))


def _with_amounts_of_orders(items: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """`items` in which an order's only paid item, where it tells no amount, has what the order came to."""
    if not items["amount"].has_nulls():
        return items
    untold = items.filter(pl.col("amount").is_null()).select("order_key")
    sole = items.join(untold, on="order_key", how="semi").group_by("order_key").len().filter(pl.col("len") == 1)
    sales = orders.join(sole, on="order_key", how="semi").select("order_key", of_order="net_sales")
    return (
        items.join(sales, on="order_key", how="left", maintain_order="left")
        .with_columns(pl.coalesce("amount", "of_order").alias("amount"))
        .drop("of_order")
    )


def _known(placed: pl.DataFrame) -> tuple[tuple[int, int], float]:
    """Net sales and cost of the orders whose costs are known, and the share of net sales that these are."""
    known = placed.filter("is_known").select(pl.col("net_sales").sum(), pl.col("cost").sum()).row(0)
    sales = int(placed["net_sales"].sum())
    return known, known[0] / sales if sales else 0.0


def with_costs(items: pl.DataFrame, costs: pl.DataFrame) -> pl.DataFrame:
    """`items` with `cost` (Int64, minor units): what the goods cost on their day; null where it is not known.

    Args:
        items: `order_day`, the columns that name goods, `quantity` (one where it is not told), `amount`.
        costs: `_costs`.
    """
    found = items.with_row_index("place").sort("order_day")
    levels = []
    for level, names in enumerate(_LEVELS):
        told = _told_by(costs, names)
        if told.is_empty():
            continue
        levels.append(level)
        told = told.rename({"unit_cost": f"unit_{level}", "margin_share": f"share_{level}"})
        found = found.join_asof(
            told, left_on="order_day", right_on="from_day", by=list(names), check_sortedness=False
        ).drop("from_day", strict=False)
    quantity = pl.col("quantity").fill_null(1.0)
    choices: list[pl.Expr] = [pl.lit(None, dtype=pl.Float64)]
    for level in levels:
        choices += [pl.col(f"unit_{level}") * quantity, pl.col("amount") * (1 - pl.col(f"share_{level}"))]
    rounded = (pl.coalesce(choices) + 0.5).floor().cast(pl.Int64)
    return found.with_columns(rounded.alias("cost")).sort("place").select(*items.columns, "cost")


def _costs(basis: Basis) -> pl.DataFrame:
    """The costs in the answer's currency, with `from_day`: the first day from which they hold."""
    costs = basis.facts.table("costs", columns=[*_GOODS, "unit_cost", "margin_share", "valid_from", "currency"])
    return (
        costs.filter(pl.col("currency").is_null() | (pl.col("currency") == pl.lit(basis.currency, dtype=pl.String)))
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
