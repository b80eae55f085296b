"""Means of whole numbers, and how sure they are, from exact sums: the order of rows changes nothing."""

from math import sqrt

import polars as pl


def mean_of(values: pl.Series) -> float:
    """The mean of whole numbers.

    Args:
        values: At least one.
    """
    return int(values.sum()) / len(values)


def error_of_mean(values: pl.Series) -> float:
    """The standard error of the mean of a sample.

    Args:
        values: At least two whole numbers; their squares may take more than 64 bits.

    Examples:
        >>> error_of_mean(pl.Series([1, 2, 3, 4])) ** 2  # 5 ÷ 3 among four
        0.41666666666666663
        >>> error_of_mean(pl.Series([10**12, 10**12]))
        0.0
    """
    count, total = len(values), int(values.sum())
    squares = int((values.cast(pl.Int128) ** 2).sum())
    return sqrt(max(squares * count - total * total, 0) / (count * count * (count - 1)))
