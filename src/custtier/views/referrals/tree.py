"""One person's tree: everybody below them, drawn with branches, and the chain of those above."""

from typing import Final

import numpy as np
import polars as pl

from custtier.models.forests import NONE, generations, preorder, tops
from custtier.views.referrals.forest import Forest

COLUMNS: Final = (
    "tree",
    "customer_id",
    "name",
    "phone",
    "tree_level",
    "referred_count",
    "below_count",
    "order_count",
    "net_sales",
    "below_sales",
    "said_on",
    "origin",
)
MOST_DRAWN: Final = 24
"""Levels whose branches are drawn; deeper ones stand under a mark, for nobody follows so many lines."""
_LINE, _NOTHING, _BRANCH, _LAST, _DEEP = "│\u00a0", "\u00a0\u00a0", "├─", "└─", "…"
"""Blanks that no page and no Markdown joins into one."""


def place_of(forest: Forest, customer_key: int) -> int | None:
    """The place of a person in the forest; None when they neither brought anybody nor were brought."""
    found = (forest.people.get_column("customer_key") == customer_key).arg_true()
    return int(found[0]) if found.len() else None


def tree_below(forest: Forest, place: int, *, depth: int | None) -> pl.DataFrame:
    """A person and all below them, each followed by those whom they brought, who bring most first.

    Args:
        forest: Everybody.
        place: The person's.
        depth: How many levels below are listed; None for all.

    Returns:
        The columns of `forest.people`, `tree_level` (Int64, 0 of the person) and `tree`, the branches.
    """
    parents = forest.parents.copy()
    parents[place] = NONE
    own = np.flatnonzero(tops(parents) == place)
    lowered = np.searchsorted(own, parents[own]).astype(np.int64)
    lowered[own == place] = NONE
    # below_sales first, then the place: people stand in the order of their ids
    rows = forest.people[own].with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias("node"))
    worth = (pl.col("net_sales") + pl.col("below_sales")).alias("worth")
    order = rows.select("node", worth).sort("worth", "node", descending=[True, False])["node"].to_numpy()
    placed = rows.with_columns(
        pl.Series("place", preorder(lowered, order), dtype=pl.Int64),
        pl.Series("tree_level", generations(lowered), dtype=pl.Int64),
        pl.Series("parent", lowered, dtype=pl.Int64),
    ).sort("place")
    drawn = _drawn(placed)
    return drawn if depth is None else drawn.filter(pl.col("tree_level") <= depth)


def _drawn(placed: pl.DataFrame) -> pl.DataFrame:
    """`placed` with `tree`: level by level, each row's branches are its parent's and one more."""
    is_last = (pl.col("place") == pl.col("place").max().over("parent")).alias("is_last")
    marked = placed.with_columns(is_last)
    level = marked.filter(pl.col("tree_level") == 0).select("node", pl.lit("").alias("stem"), pl.lit("").alias("tree"))
    levels = [level.select("node", "tree")]
    for number in range(1, MOST_DRAWN + 1):
        here = marked.filter(pl.col("tree_level") == number)
        if here.is_empty():
            break
        level = here.join(level.select(parent="node", above="stem"), on="parent").select(
            "node",
            (pl.col("above") + pl.when("is_last").then(pl.lit(_NOTHING)).otherwise(pl.lit(_LINE))).alias("stem"),
            (pl.col("above") + pl.when("is_last").then(pl.lit(_LAST)).otherwise(pl.lit(_BRANCH))).alias("tree"),
        )
        levels.append(level.select("node", "tree"))
    return (
        placed.join(pl.concat(levels), on="node", how="left", maintain_order="left")
        .with_columns(pl.col("tree").fill_null(_DEEP))
        .drop("node", "place", "parent")
    )


def chain_above(forest: Forest, place: int) -> pl.DataFrame:
    """Those above a person, from the top down to the one who brought them, with `tree_level` (below 0)."""
    above = []
    at = int(forest.parents[place])
    while at != NONE:
        above.append(at)
        at = int(forest.parents[at])
    levels = pl.Series("tree_level", range(-len(above), 0), dtype=pl.Int64)
    return forest.people[above[::-1]].with_columns(levels)
