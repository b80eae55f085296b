"""The rows of a file become items: what was bought, and for how much where the row says so."""

from typing import Final

import polars as pl

from custtier.keys import key_column
from custtier.schema import ITEMS, STATE_RANK, State
from custtier.sources.no_records import SECTION
from custtier.sources.orders.values import Layout
from custtier.sources.records import ORDER
from custtier.sources.transforms.text import is_damaged_id
from custtier.sources.twins import numbers_among_twins

_ORDER_PARTS: Final = ("key_platform", "key_shop", "key_order")
_PRODUCT: Final = ("product_id", "product")
_SAME: Final = ("sheet_number", SECTION, "order_key", "key_product", "key_specification")
_FIRST: Final = ("amount", "quantity", "item_refund", "state")
"""What tells items apart that have the same product, before all else that the row holds."""

_BY_LINE: Final = "\x1eline"
"""In place of a product: the item is known by its line number."""

_NO_LINE: Final = r"^0*$"


def item_rows(table: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """`schema.ITEMS` and `at` (the row's place in `table`): one row per kept row that tells a product or an amount.

    An item with a line number is known by it, another by its product, specification and its number among identical
    ones, which comes from what it holds, never from its place. A line that stands on several rows has one key.
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
        carried = state.is_in([State.PAID.value, State.REFUNDED.value])
        made["stated_refund"] = pl.when(carried).then(made["stated_refund"])
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


def once_each(items: pl.DataFrame) -> pl.DataFrame:
    """One row per item: of the rows of one line the furthest state, then the larger refund, then the larger amount.

    Args:
        items: As `item_rows` gives them.
    """
    if items["item_key"].n_unique() == items.height:
        return items
    several = items["item_key"].is_duplicated()
    rank = pl.col("state").replace_strict(STATE_RANK, default=-1, return_dtype=pl.Int8)
    values = [name for name in ITEMS if name not in {"item_key", "row"}]
    by = [rank, *(pl.col(name) for name in ("stated_refund", "amount", *values))]
    ordered = items.filter(several).sort(by, descending=True, nulls_last=True)
    folded = ordered.group_by("item_key").agg(
        pl.col("row", "at").min(), *(pl.col(name).drop_nulls().first() for name in values)
    )
    return pl.concat([items.filter(~several), folded.select(items.columns)]).sort("at")


def _with_item_keys(rows: pl.DataFrame) -> pl.DataFrame:
    named = [pl.col(name) for name in _PRODUCT if name in rows.columns]
    specification = pl.col("specification").fill_null("") if "specification" in rows.columns else pl.lit("")
    rows = rows.with_columns(
        key_product=pl.coalesce(*named, pl.lit("")) if named else pl.lit(""), key_specification=specification
    )
    number = numbers_among_twins(rows, same=_SAME, first=_FIRST).cast(pl.String)
    rows = rows.with_columns(number.alias("key_number"))
    if "line_id" in rows.columns:
        tells = _tells_a_line(rows)
        rows = rows.with_columns(
            pl.when(tells).then(told).otherwise(name).alias(name)
            for name, told in (
                ("key_product", pl.lit(_BY_LINE)),
                ("key_specification", pl.col("line_id")),
                ("key_number", pl.lit("")),
            )
        )
    parts = [*_ORDER_PARTS, "key_product", "key_specification", "key_number"]
    return rows.with_columns(key_column(rows, parts).alias("item_key"))


def key_of_line(rows: pl.DataFrame) -> pl.Series:
    """`item_key` of the line that each row names, as an item with that line number has it; null where it names none.

    Args:
        rows: The parts of the order's key, `line_id`.
    """
    named = ~pl.col("line_id").str.contains(_NO_LINE) & ~is_damaged_id(pl.col("line_id"))
    parts = rows.select(
        *_ORDER_PARTS,
        key_product=pl.lit(_BY_LINE),
        key_specification=pl.when(named).then("line_id"),
        key_number=pl.lit(""),
    )
    return key_column(parts, parts.columns)


def _tells_a_line(rows: pl.DataFrame) -> pl.Series:
    """Whether each row's line number is one: whole, not only zeros, and of one product of its order."""
    line = pl.col("line_id")
    is_one = (~line.str.contains(_NO_LINE) & ~is_damaged_id(line)).fill_null(value=False)
    of_line = ["order_key", "line_id"]
    repeated = rows.select(of_line).is_duplicated()
    if repeated.any():
        products = rows.filter(repeated).select(*of_line, "key_product", "key_specification").unique()
        torn = products.filter(products.select(of_line).is_duplicated()).select(of_line).unique()
        marked = rows.select(of_line).join(
            torn.with_columns(is_torn=pl.lit(value=True)), on=of_line, how="left", maintain_order="left"
        )
        is_one = is_one & marked["is_torn"].is_null()
    return rows.select(is_one.alias("tells")).to_series()
