"""Items that several sources show of one order: those of one source, so that no two lists of the same goods add up."""

import polars as pl

from custtier.schema import State

_VIEW = ["order_key", "source"]


def of_one_source(items: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """The item records that orders without money of their own are summed from, each order's of one source.

    Two sources, such as a platform and the program that ships its orders, may know one item by different numbers. Of
    the sources that tell amounts, or that an item was cancelled, which often has none, the one with the newest file
    counts, then the one with more items, then the first by name.

    Args:
        items: `schema.ITEMS` of any number of imports.
        orders: Folded: `order_key`, `gross`; only those without `gross` are looked at.
    """
    if items["source"].n_unique() < 2:
        return items
    wanting = orders.filter(pl.col("gross").is_null()).select("order_key")
    if wanting.is_empty():
        return items
    ended = pl.col("state").is_in([State.CLOSED.value, State.REFUNDED.value]).fill_null(value=False)
    views = (
        items.join(wanting, on="order_key", how="semi")
        .group_by(_VIEW)
        .agg(
            (pl.col("amount").is_not_null() | ended).any().alias("is_priced"),
            pl.col("file_instant").max().alias("instant"),
            pl.col("item_key").n_unique().alias("items"),
        )
    )
    several = views.filter(pl.col("order_key").is_duplicated())
    if several.is_empty():
        return items
    best = several.sort(
        "order_key",
        "is_priced",
        "instant",
        "items",
        "source",
        descending=[False, True, True, True, False],
        nulls_last=True,
    ).unique("order_key", keep="first", maintain_order=True)
    others = several.join(best, on=_VIEW, how="anti")
    return items.join(others, on=_VIEW, how="anti")
