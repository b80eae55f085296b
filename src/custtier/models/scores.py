"""Scores by rank where equal values get equal scores, and the cuts between them."""

from collections.abc import Sequence

import polars as pl


def rank_cuts(ascending: pl.Series, *, bins: int) -> list[int | None]:
    """The lowest value of the second, third, … bin when a value's bin is ⌊bins · (values strictly below) / N⌋.

    Args:
        ascending: Int64 or Int32, sorted, not empty, no nulls.
        bins: How many.

    Returns:
        `bins` - 1 values, ascending; None where ties leave a bin and all above it empty.

    Examples:
        >>> rank_cuts(pl.Series([1, 2, 3, 4, 5, 6]), bins=3)
        [3, 5]
        >>> rank_cuts(pl.Series([1, 1, 1, 1, 1, 2]), bins=3)
        [2, 2]
        >>> rank_cuts(pl.Series([7, 7, 7]), bins=3)
        [None, None]
    """
    count = ascending.len()
    cuts: list[int | None] = []
    for place in range(1, bins):
        needed = -(-place * count // bins)
        value = ascending[needed]
        if int(ascending.search_sorted(value, side="left")) < needed:
            above = int(ascending.search_sorted(value, side="right"))
            value = ascending[above] if above < count else None
        cuts.append(None if value is None else int(value))
    return cuts


def score(value: pl.Expr, *, cuts: Sequence[int | None], step: int = 1) -> pl.Expr:
    """1, and `step` more for every cut that a value reaches: Int8.

    Examples:
        >>> frame = pl.DataFrame({"orders": [1, 2, 5, 6]})
        >>> frame.select(score(pl.col("orders"), cuts=[2, 3, 4, 6])).to_series().to_list()
        [1, 2, 4, 5]
    """
    reached = [(value >= cut).cast(pl.Int8) for cut in cuts if cut is not None]
    return (pl.sum_horizontal(reached) * step + 1).cast(pl.Int8) if reached else pl.lit(1, dtype=pl.Int8)


def least_at_median(ascending: pl.Series) -> int:
    """The least whole number at or above the median; of an even number of values that is the mean of the middle two.

    Examples:
        >>> least_at_median(pl.Series([1, 1, 2, 5])), least_at_median(pl.Series([1, 2, 4]))
        (2, 2)
    """
    count = ascending.len()
    twice = int(ascending[(count - 1) // 2]) + int(ascending[count // 2])
    return -(-twice // 2)
