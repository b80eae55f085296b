"""What a row of the file is: an order or an item, whose amount it carries, and what its words of state mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from custtier.sources.drafting.place import Placement
from custtier.sources.formats.profile import Grain
from custtier.sources.sheets.sheet import column_name
from custtier.sources.transforms.text import cleaned

_PRODUCTS: Final = ("product_id", "product", "specification")
_SAME: Final = 0.95
_ENOUGH: Final = 3
"""Orders of several rows that it takes to be sure whose amount a row carries."""


@dataclass(frozen=True)
class Rows:
    """What a row is.

    Args:
        grain: As in a profile.
        money: `gross` or `amount`: whether the amount is the order's or the item's.
        refund: `refund` or `item_refund`: the same of the refunded amount; empty to leave it as its header says.
        is_open: Whether too few orders of several rows tell it.
        several: Orders of several rows among those looked at.
    """

    grain: Grain
    money: str
    refund: str
    is_open: bool = False
    several: int = 0


def rows_of(sample: pl.DataFrame, fields: Mapping[str, Placement]) -> Rows:
    """What the rows show.

    Args:
        sample: `row` and every column of the first rows, as the file writes them.
        fields: Field → its column.
    """
    has_products = any(name in fields for name in _PRODUCTS)
    money = "gross" if "gross" in fields else "amount"
    if "order_id" not in fields:
        return Rows("order", "gross", "refund")
    time = "created_at" if "created_at" in fields else "paid_at"
    ids = _cells(sample, fields["order_id"])
    continued = ids.is_null() & _cells(sample, fields[money]).is_null() if has_products else ids.is_null()
    blank = has_products and float(continued.sum()) >= 0.02 * len(ids)
    table = pl.DataFrame({"id": ids.fill_null(strategy="forward") if blank else ids})
    table = table.with_columns(
        **{name: _cells(sample, fields[name]) for name in (money, time, "refund", "item_refund") if name in fields}
    ).drop_nulls("id")
    several = int(table.group_by("id").len().filter(pl.col("len") > 1).height)
    if blank:
        return Rows("item_blank", "gross", "refund", several=several)
    if not several:
        return Rows("auto", money, "") if has_products else Rows("order", "gross", "refund")
    if _is_on_first_only(table, money):
        # where only the amount is blank below, the other cells of the order stand on each of its rows
        grain: Grain = "item_blank" if _is_on_first_only(table, time) else "item_repeated"
        return Rows(grain, "gross", "refund", several=several)
    is_same = _is_same(table, money)
    refund = "refund" if "refund" not in fields and "item_refund" not in fields else _refund_level(table)
    if is_same:
        return Rows("item_repeated", "gross", refund, is_open=several < _ENOUGH, several=several)
    return Rows("item", "amount", "item_refund", several=several)


def _cells(sample: pl.DataFrame, placement: Placement) -> pl.Series:
    return cleaned(sample[column_name(placement.column.index)].rename("cell"))


def _is_same(table: pl.DataFrame, column: str) -> bool:
    """Whether nearly every order of several rows shows one value in all of them."""
    orders = table.group_by("id").agg(pl.len().alias("rows"), pl.col(column).n_unique().alias("values"))
    several = orders.filter(pl.col("rows") > 1)
    return float((several["values"] == 1).sum()) >= _SAME * several.height


def _is_on_first_only(table: pl.DataFrame, column: str) -> bool:
    """Whether nearly every order of several rows shows its value on the first of them alone."""
    orders = table.group_by("id").agg(
        pl.len().alias("rows"), pl.col(column).count().alias("filled"), pl.col(column).first().alias("first")
    )
    several = orders.filter(pl.col("rows") > 1)
    first_only = several.filter((pl.col("filled") == 1) & pl.col("first").is_not_null())
    return first_only.height >= _SAME * several.height


def _refund_level(table: pl.DataFrame) -> str:
    column = next(name for name in ("refund", "item_refund") if name in table.columns)
    return "refund" if _is_same(table, column) else "item_refund"


@dataclass(frozen=True)
class Word:
    """A word of a column of states.

    Args:
        field: `status` or `refund_status`.
        word: As the file writes it.
        rows: Rows that carry it.
        state: What it means; empty when nobody knows.
        asked: Whether somebody was asked.
    """

    field: str
    word: str
    rows: int
    state: str = ""
    asked: bool = False


def words_of(texts: pl.Series, *, field: str, known: Mapping[str, str]) -> list[Word]:
    """The words of a column, the most frequent first, with the meaning that is known of them."""
    from custtier.sources.transforms.statuses import plain_word

    counted = (
        cleaned(texts.rename("word")).drop_nulls().value_counts().sort(["count", "word"], descending=[True, False])
    )
    return [Word(field, word, count, known.get(plain_word(word), "")) for word, count in counted.iter_rows()]
