"""The rows of a file become items: what was bought, and for how much where the row says so."""

from typing import Final

import polars as pl

from custtier.keys import key_column
from custtier.schema import ITEMS, State
from custtier.sources.records import ORDER
from custtier.sources.values import Layout

_PRODUCT: Final = ("product_id", "product")
_SORTED_BY: Final = ("line_id", "amount", "quantity", "item_refund", "state", "row")


def item_rows(table: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """`schema.ITEMS` and `at` (the row's place in `table`): one row per kept row that tells a product or an amount.

    The number of an item among identical ones comes from its line id and what it holds, never from its place.
    """
    telling = [name for name in (*_PRODUCT, "amount") if name in table.columns]
    if layout.profile.items and telling:
        rows = table.filter(
            (pl.col("role") == ORDER)
            & pl.col("reason").is_null()
            & pl.col("left_out").is_null()
            & pl.any_horizontal(pl.col(name).is_not_null() for name in telling)
        )
    else:
        rows = table.clear()
    rows = _with_item_keys(rows)
    state = _state_of_item(rows)
    made: dict[str, pl.Expr] = {
        "stated_refund": pl.col("item_refund").abs() if "item_refund" in rows.columns else pl.lit(None),
        "state": state if layout.item_money else pl.lit(None),
        "amount": pl.col("amount") if "amount" in rows.columns else pl.lit(None),
        "source": pl.lit(layout.profile.name),
        "file_instant": pl.lit(None),
        "import_id": pl.lit(None),
    }
    if layout.item_money:
        made["stated_refund"] = pl.when(state == State.PAID).then(made["stated_refund"])
    return rows.select(
        *(
            made.get(name, pl.col(name) if name in rows.columns else pl.lit(None)).cast(dtype).alias(name)
            for name, dtype in ITEMS.items()
        ),
        "at",
    )


def _state_of_item(rows: pl.DataFrame) -> pl.Expr:
    """The item's own state: a closed one whose refund is its whole amount is refunded.

    Items that are refunded, closed or unpaid carry no money, so no refund of theirs nets anything.
    """
    if not {"amount", "item_refund"} <= set(rows.columns):
        return pl.col("state")
    in_full = (pl.col("item_refund").abs() >= pl.col("amount")) & (pl.col("amount") > 0)
    closed = pl.col("state") == State.CLOSED
    return pl.when(closed & in_full).then(pl.lit(State.REFUNDED)).otherwise("state")


def _with_item_keys(rows: pl.DataFrame) -> pl.DataFrame:
    named = [pl.col(name) for name in _PRODUCT if name in rows.columns]
    specification = pl.col("specification").fill_null("") if "specification" in rows.columns else pl.lit("")
    rows = rows.with_columns(
        key_product=pl.coalesce(*named, pl.lit("")) if named else pl.lit(""), key_specification=specification
    )
    same = ["order_key", "key_product", "key_specification"]
    if not rows.is_empty() and rows.select(same).is_duplicated().any():
        by = [name for name in _SORTED_BY if name in rows.columns]
        ordered = rows.sort(by, nulls_last=True).with_columns(key_number=pl.int_range(pl.len()).over(same))
        rows = ordered.sort("at")
    else:
        rows = rows.with_columns(key_number=pl.lit(0, dtype=pl.Int64))
    rows = rows.with_columns(pl.col("key_number").cast(pl.String))
    parts = ["key_platform", "key_shop", "key_order", "key_product", "key_specification", "key_number"]
    return rows.with_columns(key_column(rows, parts).alias("item_key"))
