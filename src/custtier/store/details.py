"""Orders, items and refunds in full: what only some questions ask for, folded when they ask."""

from collections.abc import Callable, Sequence
from typing import Final

import polars as pl

from custtier.facts import DETAILS, TABLES
from custtier.schema import conform
from custtier.settings import Settings
from custtier.store.current import Folded, Records, fold, is_waiting
from custtier.store.fold import fold_items, fold_orders, fold_refunds
from custtier.store.netting import unmatched
from custtier.store.standing import STANDING
from custtier.store.touched import RawRecords

_KEYS_AT_ONCE: Final = 1_000_000
"""So many keys with several records are folded at a time: their records are read whole."""

_STANDING: Final = tuple(name for name in DETAILS if name in STANDING)
_MONEY: Final = ("gross", "stated_refund")


def opened_records(
    name: str, columns: Sequence[str], *, raw: RawRecords, standing: pl.LazyFrame, settings: Settings
) -> pl.LazyFrame:
    """`details`, `waiting`, `items` or `refunds` of a store, as `facts.TABLES`.

    Args:
        name: Which of them.
        columns: What is asked for.
        raw: The records of the visible imports.
        standing: The current orders, as far as they are kept.
        settings: Uses `zone` and `currency`.
    """
    if name == "details":
        return _details(raw, standing, settings=settings, columns=columns)
    if name == "waiting":
        asked = list(dict.fromkeys([*columns, "gross", "state", "ordered_on", "is_absorbed"]))
        return _details(raw, standing, settings=settings, columns=asked).filter(is_waiting()).select(columns)
    if name == "items":
        return _folded(raw.scan("items"), key="item_key", fold_several=fold_items, columns=columns)
    refunds = fold_refunds(raw.scan("refunds").collect())
    if refunds["payment_id"].null_count() == refunds.height:
        orders = standing.select("order_key", payment_id=pl.lit(None, dtype=pl.String))
    else:
        orders = _details(raw, standing, settings=settings, columns=["order_key", "payment_id"])
    return refund_table(refunds, orders).lazy().select(columns)


def refund_table(refunds: pl.DataFrame, orders: pl.LazyFrame) -> pl.DataFrame:
    """Folded refunds with `is_unmatched`.

    Args:
        refunds: As `fold_refunds` gives them.
        orders: Every current order: `order_key`, `payment_id`.
    """
    lost = refunds.clear() if refunds.is_empty() else unmatched(refunds, orders.collect())
    is_lost = pl.col("refund_key").is_in(lost["refund_key"].implode())
    return conform(refunds.with_columns(is_unmatched=is_lost), TABLES["refunds"])


def details_in_memory(records: Records, folded: Folded) -> pl.DataFrame:
    """`facts.DETAILS` of files that were folded just now.

    Args:
        records: All records of the files.
        folded: What they come to.
    """
    current = folded.current.drop("address", strict=False)
    return conform(current.join(_addresses(records.orders), on="order_key", how="left"), DETAILS)


def _details(raw: RawRecords, standing: pl.LazyFrame, *, settings: Settings, columns: Sequence[str]) -> pl.LazyFrame:
    """Who, when and what state stand in the snapshot; the rest is looked up in the raw records."""
    said = [name for name in columns if name not in _STANDING]
    if not said:
        return standing.select(columns)
    fields = list(dict.fromkeys(["order_key", *said, *(_MONEY if set(_MONEY) & set(said) else ())]))
    orders = _folded(raw.scan("orders"), key="order_key", fold_several=_orders_with_addresses, columns=fields)
    if "gross" in fields:
        orders = _with_money_of_items(orders, raw, settings=settings)
    if "currency" in fields:
        orders = orders.with_columns(pl.col("currency").fill_null(settings.currency))
    kept = list(dict.fromkeys(["order_key", *(name for name in columns if name in _STANDING)]))
    return standing.select(kept).join(orders, on="order_key", how="left").select(columns)


def _folded(
    rows: pl.LazyFrame, *, key: str, fold_several: Callable[[pl.DataFrame], pl.DataFrame], columns: Sequence[str]
) -> pl.LazyFrame:
    """One row per key. Keys with one record are only passed on: of the others alone all columns are read."""
    keys = rows.select(key).collect().to_series()
    repeated = keys.filter(keys.is_duplicated()).unique().to_frame()
    if repeated.is_empty():
        return rows.select(columns)
    parts = [rows.join(repeated.lazy(), on=key, how="anti").select(columns)]
    for some in repeated.iter_slices(_KEYS_AT_ONCE):
        several = rows.join(some.lazy(), on=key, how="semi").collect()
        parts.append(fold_several(several).select(columns).lazy())
    return pl.concat(parts)


def _orders_with_addresses(records: pl.DataFrame) -> pl.DataFrame:
    folded = fold_orders(records).drop("address", strict=False)
    return folded.join(_addresses(records), on="order_key", how="left")


def _addresses(orders: pl.DataFrame) -> pl.DataFrame:
    """`order_key`, `address`: the newest that any record of the order shows; ties end in the text."""
    return (
        orders.filter(pl.col("address").is_not_null())
        .sort("file_instant", "import_id", "address", nulls_last=False)
        .unique("order_key", keep="last", maintain_order=True)
        .select("order_key", "address")
    )


def _with_money_of_items(orders: pl.LazyFrame, raw: RawRecords, *, settings: Settings) -> pl.LazyFrame:
    """`orders` whose missing money is that of their items."""
    bare = orders.filter(pl.col("gross").is_null()).select("order_key")
    wanting = raw.scan("items").select("order_key").unique().join(bare, on="order_key", how="semi").collect()
    if wanting.is_empty():
        return orders
    summed = pl.concat(
        fold(raw.of_orders(some), settings=settings).current.select(
            "order_key", item_gross="gross", item_refund="stated_refund"
        )
        for some in wanting.iter_slices(_KEYS_AT_ONCE)
    )
    return orders.join(summed.lazy(), on="order_key", how="left").with_columns(
        stated_refund=pl.when(pl.col("gross").is_null())
        .then(pl.coalesce("item_refund", "stated_refund"))
        .otherwise("stated_refund"),
        gross=pl.coalesce("gross", "item_gross"),
    )
