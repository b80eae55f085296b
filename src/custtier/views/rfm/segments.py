"""The segments of customers: eight classes by recency, frequency and money, and a grid of ten by two scores."""

from typing import Final

import polars as pl

from custtier.schema import SEGMENTS
from custtier.views.shares import divided

GRID10: Final = (
    "champions",
    "loyal",
    "potential_loyalist",
    "new",
    "promising",
    "need_attention",
    "about_to_sleep",
    "at_risk",
    "cannot_lose",
    "hibernating",
)
"""The ten segments of the grid, best first."""

_ROWS: Final = {
    5: ("new", "potential_loyalist", "potential_loyalist", "champions", "champions"),
    4: ("promising", "potential_loyalist", "potential_loyalist", "loyal", "loyal"),
    3: ("about_to_sleep", "about_to_sleep", "need_attention", "loyal", "loyal"),
    2: ("hibernating", "hibernating", "at_risk", "at_risk", "cannot_lose"),
    1: ("hibernating", "hibernating", "at_risk", "at_risk", "cannot_lose"),
}
"""`r_score` → the segments of `f_score` 1 … 5."""


def eight_classes(*, is_recent: pl.Expr, is_frequent: pl.Expr, is_rich: pl.Expr) -> pl.Expr:
    """The class of each customer from three yes-or-no answers: an Enum of `schema.SEGMENTS`.

    | | bought lately, often | lately, rarely | long ago, often | long ago, rarely |
    |---|---|---|---|---|
    | much | key_value | key_develop | key_keep | key_rescue |
    | little | general_value | general_develop | general_keep | general_rescue |

    Args:
        is_recent: Recency at the median or nearer.
        is_frequent: Two orders or more.
        is_rich: Net sales at the median or above.
    """
    place = (~is_rich).cast(pl.UInt8) * 4 + (~is_recent).cast(pl.UInt8) * 2 + (~is_frequent).cast(pl.UInt8)
    return place.cat.to(pl.Enum(list(SEGMENTS)))


def grid_of_ten() -> pl.Expr:
    """The grid's segment of each customer from `r_score` and `f_score`: an Enum of `GRID10`.

    Every pair of scores lies in exactly one segment. The table is custtier's own; its names are those in common use:

    | r, f | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | 5 | new | potential_loyalist | potential_loyalist | champions | champions |
    | 4 | promising | potential_loyalist | potential_loyalist | loyal | loyal |
    | 3 | about_to_sleep | about_to_sleep | need_attention | loyal | loyal |
    | 2, 1 | hibernating | hibernating | at_risk | at_risk | cannot_lose |

    With three bins the scores are 1, 3 and 5, and `promising` is nobody.
    """
    cells = [GRID10.index(segment) for r_score in (1, 2, 3, 4, 5) for segment in _ROWS[r_score]]
    place = (pl.col("r_score").cast(pl.Int64) - 1) * 5 + pl.col("f_score") - 1
    return pl.lit(pl.Series(cells, dtype=pl.UInt8)).gather(place).cat.to(pl.Enum(list(GRID10)))


def segment_table(customers: pl.DataFrame, *, codes: tuple[str, ...]) -> pl.DataFrame:
    """One row per segment in the order of `codes`, those without a customer too.

    Args:
        customers: Uses `segment`, `net_sales`.
        codes: All segments of the scheme.

    Returns:
        `segment` (text), `customers` (Int64), `net_sales` (Int64), `share` (Float64, of the customers), `sales_share`
        (Float64).
    """
    found = (
        customers.group_by("segment")
        .agg(pl.len().cast(pl.Int64).alias("customers"), pl.col("net_sales").sum())
        .with_columns(pl.col("segment").cast(pl.String))
    )
    total = int(customers.get_column("net_sales").sum())
    return (
        pl.DataFrame({"segment": list(codes)}, schema={"segment": pl.String})
        .join(found, on="segment", how="left", maintain_order="left")
        .with_columns(pl.col("customers", "net_sales").fill_null(0))
        .with_columns(
            divided(pl.col("customers"), customers.height).alias("share"),
            divided(pl.col("net_sales"), total).alias("sales_share"),
        )
    )
