"""Moments that are told by more than a place or a thing: how large the first purchase was, and refunds."""

import polars as pl

from custtier.metrics.frames import polars_behind
from custtier.views.basis import Basis
from custtier.views.columns.orders import bought_by, whose
from custtier.views.fifths import fifth_bounds
from custtier.views.spoken import spoken_money

REFUNDED_PART, REFUNDED_FULL, NOT_REFUNDED = REFUND_MOMENTS = ("refunded_part", "refunded_full", "not_refunded")

_OWNER, _DAY = pl.col("customer_key"), pl.col("order_day")


def first_baskets(basis: Basis, occasions: pl.DataFrame) -> pl.DataFrame:
    """Each customer's first purchase day in a fifth by its net sales, with what is usual after a first one.

    Args:
        basis: The orders used.
        occasions: Purchase days that are judged: uses `customer_key`, `order_day`, `number`, `has_left`.

    Returns:
        One row per customer whose first purchase day is judged: `moment` (the amounts that the fifth goes from and to),
        `place` (0 for the lowest), `has_left`, `expected`. Equal amounts lie in one fifth.
    """
    first = occasions.filter(pl.col("number") == 1).select("customer_key", "order_day", "has_left")
    sales = (
        bought_by(basis)
        .join(first.lazy().select("customer_key", "order_day"), on=["customer_key", "order_day"], how="semi")
        .group_by("customer_key", "order_day")
        .agg(pl.col("net_sales").sum().cast(pl.Int64))
        .collect(engine="streaming")
    )
    rows = first.join(sales, on=["customer_key", "order_day"])
    bounds = fifth_bounds(rows.get_column("net_sales"))
    place = pl.sum_horizontal(pl.lit(0), *((pl.col("net_sales") >= bound).cast(pl.Int64) for bound in bounds))
    names = dict(enumerate(_ranges(bounds, basis.currency)))
    return rows.with_columns(place.cast(pl.Int64).alias("place")).select(
        pl.col("place").replace_strict(names, return_dtype=pl.String).alias("moment"),
        "place",
        "has_left",
        pl.col("has_left").mean().alias("expected"),
    )


def refunds(basis: Basis, occasions: pl.DataFrame, *, days: int, last_judged: int) -> pl.DataFrame:
    """Each customer's first purchase day with and without a refund, and their first order refunded in full.

    A refund counts that was made within `days` days of the order, or whose day is not known. Somebody whose order was
    refunded in full had bought before; they are compared with people who had as many purchase days.

    Args:
        basis: The orders used.
        occasions: Purchase days that are judged, sorted by customer and day: uses `customer_key`, `order_day`,
            `number`, `next_day` (null without another one), `has_left`.
        days: Who bought nothing in so many days has left.
        last_judged: Number of the last day from which so many days are known.

    Returns:
        At most one row per customer and moment: `moment` (one of `REFUND_MOMENTS`), `number`, `has_left`; none at all
        where nothing was refunded.
    """
    refunded = _refunded_days(basis, days=days).filter(last_judged >= _DAY)
    if refunded.is_empty():
        return occasions.clear().select(pl.lit("").alias("moment"), "number", "has_left")
    keys = ["customer_key", "order_day"]
    in_part = occasions.join(refunded, on=keys, how="semi").with_columns(pl.lit(REFUNDED_PART).alias("moment"))
    without = occasions.join(refunded, on=keys, how="anti").with_columns(pl.lit(NOT_REFUNDED).alias("moment"))
    in_full = (
        refunded.join(occasions, on=keys, how="anti")
        .sort(keys)
        .join_asof(
            occasions.select(*keys, "number", "next_day").sort(keys),
            on="order_day",
            by="customer_key",
            strategy="backward",
            check_sortedness=False,
        )
        .filter(pl.col("number").is_not_null())
        .with_columns(
            (pl.col("next_day").is_null() | (pl.col("next_day") - _DAY > days)).alias("has_left"),
            pl.lit(REFUNDED_FULL).alias("moment"),
        )
    )
    columns = [*keys, "moment", "number", "has_left"]
    every = pl.concat([part.select(columns) for part in (in_part, in_full, without)])
    return (
        every.sort("customer_key", "order_day")
        .unique(["customer_key", "moment"], keep="first", maintain_order=True)
        .select("moment", "number", "has_left")
    )


def _refunded_days(basis: Basis, *, days: int) -> pl.DataFrame:
    """`customer_key`, `order_day` of orders of which money went back in time; cancelled ones are no refunds."""
    orders = polars_behind(basis.orders).filter(~pl.col("is_closed") & (pl.col("gross") > 0))
    undated = orders.filter(pl.col("undated_refund") > 0).select("account_key", "order_day")
    found = [undated]
    if basis.facts.extent.dated_refunds:
        made = basis.facts.dated_refunds.filter(
            (pl.col("amount") > 0) & (pl.col("refund_day") <= basis.as_of_day)
        ).select("order_key", "refund_day")
        dated = made.join(orders.select("order_key", "account_key", "order_day"), on="order_key", how="inner")
        found.append(dated.filter(pl.col("refund_day") - _DAY <= days).select("account_key", "order_day"))
    return whose(pl.concat(found), basis).select(_OWNER, _DAY).unique().collect(engine="streaming")


def _ranges(bounds: tuple[int, ...], currency: str | None) -> list[str]:
    """What the parts between amounts are called."""
    if not bounds:
        return ["…"]
    prefix = f"{currency} " if currency else ""
    plain = [spoken_money(bound, currency) for bound in bounds]
    below = [spoken_money(bound - 1, currency).removeprefix(prefix) for bound in bounds]
    middle = [f"{low}–{high}" for low, high in zip(plain[:-1], below[1:], strict=True)]
    return [f"≤ {prefix}{below[0]}", *middle, f"≥ {plain[-1]}"]
