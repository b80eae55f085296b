"""What is in each order, what it cost, and how it stands at the end of a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import polars as pl

from custtier.demo import draws
from custtier.demo.words import PRODUCTS, SHELF_SIZE
from custtier.demo.world import DAY_SECONDS, Fate, Platform

MOST_LINES: Final = 4
EXPIRES_S: Final = 3 * DAY_SECONDS
"""How long an order waits for its payment."""

_HOUR: Final = 3600

_LINES: Final = {1: 62, 2: 24, 3: 10, 4: 4}
_PIECES: Final = {1: 78, 2: 14, 3: 5, 6: 3}
_DISCOUNTS: Final = {0: 66, 5: 14, 10: 14, 20: 6}
_SHELVES: Final = {0: 34, 1: 33, 2: 21, 3: 9, 4: 3}
_SHIPPING: Final[Mapping[Platform, tuple[int, int]]] = {
    Platform.TAOBAO: (800, 4_900),
    Platform.JD: (600, 9_900),
    Platform.YOUZAN: (800, 6_900),
    Platform.SHOPIFY: (1_200, 19_900),
}
"""Shipping in fen, and the goods in fen from which it is free."""


class Stage(IntEnum):
    """How an order stands at the end of a day."""

    UNPAID = 0
    EXPIRED = 1
    """Closed without payment."""
    PAID = 2
    SHIPPED = 3
    DONE = 4
    RETURNED = 5
    """Refunded in full."""


@dataclass(frozen=True)
class Baskets:
    """Orders and their lines as they stand at the end of a day. Money in fen.

    Args:
        orders: What was given, and `row` (for draws), `position`, `line_count`, `pieces`, `goods` (at list price),
            `discount` (percent), `saved`, `shipping`, `gross` (what the buyer pays), `paid_s`, `shipped_s`, `done_s`
            (seconds, null while not so), `stage`, `refund` (so far), `titles`.
        items: One row a line, in the order of `orders`: `position`, `person`, `seq`, `line`, `product`, `pieces`,
            `price`, `listed` (price × pieces), `due` (after discount, without shipping), `refund` (so far).
    """

    orders: pl.DataFrame
    items: pl.DataFrame


def baskets(orders: pl.DataFrame, *, seed: int, end_s: int) -> Baskets:
    """`orders` (none placed after `end_s`) with what is in them, as they stand at `end_s`."""
    row = pl.col("row")
    full = (
        orders.with_row_index("position")
        .with_columns(row=draws.base(seed, "person", "seq"), whose=draws.base(seed, "person"))
        .with_columns(
            line_count=draws.weighted(row, "lines", _LINES),
            discount=draws.weighted(row, "discount", _DISCOUNTS),
            shelf=_shelf(row),
            start=draws.below(row, "start", SHELF_SIZE),
            step=1 + draws.below(row, "step", SHELF_SIZE - 1),
        )
        .with_columns(_line_columns(row))
        .with_columns(_line_sums())
        .with_columns(shipping=_shipping(), saved=pl.col("goods") - pl.col("due"))
        .with_columns(gross=pl.col("due") + pl.col("shipping"))
        .with_columns(_moments(row, end_s=end_s))
        .with_columns(_refund_so_far(row))
        .with_columns(stage=_stage(end_s))
    )
    return Baskets(orders=full.drop("whose", "shelf", "start", "step", "due"), items=_items(full))


def _shelf(row: pl.Expr) -> pl.Expr:
    """A person's own price level, and every sixth order from any."""
    own = draws.weighted(pl.col("whose"), "shelf", _SHELVES)
    return (
        pl.when(draws.happens(row, "other shelf", per_mille=160))
        .then(draws.weighted(row, "shelf", _SHELVES))
        .otherwise(own)
    )


def _line_columns(row: pl.Expr) -> list[pl.Expr]:
    prices = pl.Series("price", [product.price for product in PRODUCTS], dtype=pl.Int64)
    columns = []
    for line in range(MOST_LINES):
        product = pl.col("shelf") * SHELF_SIZE + (pl.col("start") + line * pl.col("step")) % SHELF_SIZE
        pieces = draws.weighted(row, f"pieces {line}", _PIECES)
        price = pl.lit(prices).gather(product)
        there = pl.col("line_count") > line
        due = price * (100 - pl.col("discount")) // 100 * pieces
        columns += [
            pl.when(there).then(product).alias(f"product_{line}"),
            pl.when(there).then(pieces).alias(f"pieces_{line}"),
            pl.when(there).then(price).alias(f"price_{line}"),
            pl.when(there).then(due).alias(f"due_{line}"),
        ]
    return columns


def _line_sums() -> list[pl.Expr]:
    lines = range(MOST_LINES)
    titles = [product.title for product in PRODUCTS]
    return [
        pl.sum_horizontal(f"pieces_{line}" for line in lines).alias("pieces"),
        pl.sum_horizontal(pl.col(f"price_{line}") * pl.col(f"pieces_{line}") for line in lines).alias("goods"),
        pl.sum_horizontal(f"due_{line}" for line in lines).alias("due"),
        pl.concat_list(draws.taken(titles, pl.col(f"product_{line}")) for line in lines)
        .list.drop_nulls()
        .alias("titles"),
    ]


def _shipping() -> pl.Expr:
    shipping = pl.lit(0, dtype=pl.Int64)
    for platform, (fee, free_from) in _SHIPPING.items():
        here = (pl.col("platform") == platform) & (pl.col("goods") < free_from)
        shipping = pl.when(here).then(fee).otherwise(shipping)
    return shipping


def _moments(row: pl.Expr, *, end_s: int) -> list[pl.Expr]:
    """When each step happened; null where it has not by `end_s`. Payment falls on the day of the order."""
    paid = pl.when(pl.col("fate") != Fate.ABANDONED).then(pl.col("ordered_s") + 5 + draws.below(row, "pays", 290))
    shipped = paid + 2 * _HOUR + draws.below(row, "ships", 44 * _HOUR)
    done = shipped + 3 * DAY_SECONDS + draws.below(row, "arrives", 9 * DAY_SECONDS)
    returned = pl.col("fate") == Fate.RETURNED
    # half of what comes back is called off before it is sent, so a refund in full may come at any time
    called_off = returned & draws.happens(row, "called off", per_mille=400)
    refunded = (
        pl.when(called_off)
        .then(paid + 300 + draws.below(row, "refund", 90 * 60))
        .when(returned)
        .then(shipped + 2 * DAY_SECONDS + draws.below(row, "refund", 22 * DAY_SECONDS))
        .when(pl.col("fate") == Fate.PARTIAL)
        .then(done + draws.below(row, "refund", 30 * DAY_SECONDS))
    )
    sent = pl.when(~called_off).then(shipped)
    arrived = pl.when(~returned | (refunded > done)).then(done)
    steps = {"paid_s": paid, "shipped_s": sent, "done_s": arrived, "refunded_s": refunded}
    return [pl.when(moment <= end_s).then(moment).alias(name) for name, moment in steps.items()]


def _refund_so_far(row: pl.Expr) -> list[pl.Expr]:
    """The whole order, or a part of its first line that leaves something paid."""
    share = draws.weighted(row, "refund share", {20: 1, 50: 2, 100: 2})
    share = pl.when(pl.col("line_count") == 1).then(pl.min_horizontal(share, pl.lit(50))).otherwise(share)
    part = pl.max_horizontal(pl.col("due_0") * share // 100, pl.lit(1, dtype=pl.Int64))
    happened = pl.col("refunded_s").is_not_null()
    is_all = pl.col("fate") == Fate.RETURNED
    nothing = pl.lit(0, dtype=pl.Int64)
    return [
        pl.when(~happened).then(nothing).when(is_all).then("gross").otherwise(part).alias("refund"),
        *(
            pl.when(~happened)
            .then(nothing)
            .when(is_all)
            .then(f"due_{line}")
            .otherwise(part if line == 0 else nothing)
            .alias(f"refund_{line}")
            for line in range(MOST_LINES)
        ),
    ]


def _stage(end_s: int) -> pl.Expr:
    expired = pl.col("ordered_s") + EXPIRES_S <= end_s
    return (
        pl.when(pl.col("paid_s").is_null())
        .then(pl.when(expired).then(int(Stage.EXPIRED)).otherwise(int(Stage.UNPAID)))
        .when((pl.col("fate") == Fate.RETURNED) & pl.col("refunded_s").is_not_null())
        .then(int(Stage.RETURNED))
        .when(pl.col("done_s").is_not_null())
        .then(int(Stage.DONE))
        .when(pl.col("shipped_s").is_not_null())
        .then(int(Stage.SHIPPED))
        .otherwise(int(Stage.PAID))
        .cast(pl.UInt8)
    )


def _items(full: pl.DataFrame) -> pl.DataFrame:
    lines = [
        full.filter(pl.col("line_count") > line).select(
            "position",
            "person",
            "seq",
            pl.lit(line, dtype=pl.Int64).alias("line"),
            product=f"product_{line}",
            pieces=f"pieces_{line}",
            price=f"price_{line}",
            listed=pl.col(f"price_{line}") * pl.col(f"pieces_{line}"),
            due=f"due_{line}",
            refund=f"refund_{line}",
        )
        for line in range(MOST_LINES)
    ]
    return pl.concat(lines).sort("position", "line")
