"""A later Taobao export that overlaps the shop's files: changed states, refunds that came since, new orders."""

from datetime import date, timedelta
from pathlib import Path
from typing import Final

import polars as pl

from custtier.demo import taobao
from custtier.demo.baskets import baskets
from custtier.demo.cells import header
from custtier.demo.files import TextFile
from custtier.demo.shop import (
    UNTIL,
    ShopWritten,
    WrittenFile,
    check_request,
    file_truth,
    made_with,
    make_folders,
    orders_of,
    slices,
    write_truth,
)
from custtier.demo.truth import Tally, state, state_counts
from custtier.demo.world import LATER_DAYS, Platform, World, end_of, make_world

LATER_FILE: Final = "taobao_orders_later.csv"
OVERLAP_DAYS: Final = 61


def write_later_export(folder: Path, *, customers: int, seed: int, until: date = UNTIL) -> ShopWritten:
    """Write the Taobao order report of the same shop, downloaded a month after `write_shop`'s files.

    It shows the orders of the two months before `until` as they stand now, and those since. The truth beside it is
    that of all files together, and how many orders this export adds, changes and repeats.

    Args:
        folder: Made when missing.
        customers: As given to `write_shop`.
        seed: As given to `write_shop`.
        until: As given to `write_shop`.

    Raises:
        CusttierError: `bad-customers`, `folder-in-use` or `cannot-write`.
    """
    check_request(folder, customers=customers, paths=(LATER_FILE,))
    make_folders((folder,))
    world = make_world(customers=customers, seed=seed, until=until)
    later_s = end_of(until + timedelta(days=LATER_DAYS))
    since_s = end_of(until - timedelta(days=OVERLAP_DAYS))
    shown = world.orders.filter(
        (pl.col("platform") == Platform.TAOBAO) & pl.col("ordered_s").is_between(since_s, later_s)
    )
    tally = Tally(seed)
    _count_the_rest(world, tally, since_s=since_s)
    stages: list[pl.DataFrame] = []
    changes = dict.fromkeys(("new", "updated", "unchanged"), 0)
    with TextFile(folder / LATER_FILE, columns=header(taobao.HEADER), encoding="gb18030") as text:
        for found in slices(shown, seed=seed, end_s=later_s):
            text.append(taobao.order_rows(found, seed=seed, guarded=True))
            tally.add(found.orders)
            stages.append(found.orders.select("stage"))
            for name, count in _changes(found.orders, world).items():
                changes[name] += count
    file = WrittenFile(LATER_FILE, "taobao-orders", "gb18030", text.rows, state_counts(stages))
    truth = {**made_with(world), "files": [file_truth(file) | changes], **tally.summary()}
    write_truth(folder, truth=truth, tally=tally)
    return ShopWritten(folder=folder, files=(file,), truth=truth)


def _count_the_rest(world: World, tally: Tally, *, since_s: int) -> None:
    """Count every order that the later export does not show, as the shop's files have it."""
    for platform in Platform:
        orders = orders_of(world, platform)
        if platform == Platform.TAOBAO:
            orders = orders.filter(pl.col("ordered_s") < since_s)
        for found in slices(orders, seed=world.seed, end_s=world.until_s):
            tally.add(found.orders)


def _changes(now: pl.DataFrame, world: World) -> dict[str, int]:
    """How many of these orders are new since the shop's files, stand otherwise now, or just as they stood."""
    known = now.filter(pl.col("ordered_s") <= world.until_s)
    then = baskets(known.select(world.orders.columns), seed=world.seed, end_s=world.until_s).orders
    moved = known.select(state=state(), refund="refund").with_columns(
        before=then.select(state()).to_series(), refund_before=then["refund"]
    )
    updated = moved.filter((pl.col("state") != pl.col("before")) | (pl.col("refund") != pl.col("refund_before"))).height
    return {"new": now.height - known.height, "updated": updated, "unchanged": known.height - updated}
