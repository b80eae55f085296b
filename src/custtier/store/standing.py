"""The stored current orders: a base, and what later imports changed of it, so that a small import writes little."""

from typing import Final

import polars as pl

from custtier.schema import Table
from custtier.store.current import CURRENT

STANDING: Final[Table] = {
    **{
        name: CURRENT[name]
        for name in (
            "order_key",
            "kind",
            "source",
            "platform",
            "account_key",
            "account",
            "account_kind",
            "account_space",
            "shop_account_key",
            "name",
            "phone",
            "phone_kind",
            "state",
            "ordered_at",
            "paid_at",
            "ordered_on",
            "is_absorbed",
        )
    },
    "generation": pl.Int64,
    "is_gone": pl.Boolean,
}
"""What is kept of `CURRENT`: what finding people, bills and overlaps asks for.

Of several rows of one order the one of the latest generation holds; when it is gone, there is no such order any more.
Rows of the first generation in the table are the base.
"""

_LEAST: Final = 10_000
_SHARE: Final = 8
"""The base is made anew when the later rows are more than this part of it, and more than the least."""


def standing_orders(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The current orders, one row each, without the two columns of the table itself.

    Args:
        rows: `STANDING`, all of a version.
    """
    own = pl.exclude("generation", "is_gone")
    base = rows.select(pl.col("generation").min()).collect().item()
    later = rows.filter(pl.col("generation") > (base or 0)).collect()
    if base is None or later.is_empty():
        return rows.filter(~pl.col("is_gone")).select(own)
    last = later.sort("generation").unique("order_key", keep="last", maintain_order=True)
    untouched = rows.filter(pl.col("generation") == base).join(
        last.lazy().select("order_key"), on="order_key", how="anti"
    )
    return pl.concat([untouched, last.lazy()]).filter(~pl.col("is_gone")).select(own)


def stood_by(current: pl.LazyFrame, *, generation: int) -> pl.LazyFrame:
    """Rows of `STANDING` that say what these orders are now.

    Args:
        current: Uses the columns that are kept of `CURRENT`.
        generation: Grows with every commit.
    """
    return current.with_columns(
        pl.lit(generation, dtype=pl.Int64).alias("generation"), pl.lit(value=False).alias("is_gone")
    ).select(list(STANDING))


def gone(order_keys: pl.Series, *, generation: int) -> pl.LazyFrame:
    """Rows of `STANDING` that say that there are no such orders any more."""
    rows = order_keys.to_frame("order_key").with_columns(
        pl.lit(generation, dtype=pl.Int64).alias("generation"), pl.lit(value=True).alias("is_gone")
    )
    return rows.lazy().select(
        pl.col(name) if name in rows.columns else pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in STANDING.items()
    )


def needs_new_base(rows: pl.LazyFrame, *, more: int) -> bool:
    """Whether the base should be made anew when so many rows more come in."""
    base = pl.col("generation") == pl.col("generation").min()
    held, later = rows.select(base.sum(), (~base).sum().alias("later")).collect().row(0)
    return bool(later + more > max(_LEAST, held // _SHARE))
