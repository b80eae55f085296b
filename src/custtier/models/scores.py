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


def reaches_median(value: pl.Expr, *, ascending: pl.Series) -> pl.Expr:
    """Whether a value is the median or more; of an even number the median is the mean of the middle two, exactly.

    Examples:
        >>> pl.DataFrame({"sales": [1, 2, 5]}).select(
        ...     reaches_median(pl.col("sales"), ascending=pl.Series([1, 1, 2, 5]))
        ... ).to_series().to_list()
        [False, True, True]
    """
    count = ascending.len()
    twice = int(ascending[(count - 1) // 2]) + int(ascending[count // 2])
    # value >= twice / 2, in whole numbers
    return value >= -(-twice // 2)
