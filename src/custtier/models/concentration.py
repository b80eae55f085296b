"""How unequally sales are spread over customers: Gini coefficient, Lorenz curve, the few who make most."""

from fractions import Fraction

import polars as pl

_POINTS = 100
_BLOCK = 65_536


def gini(values: pl.Series) -> float | None:
    """The Gini coefficient of a population, 0 (all equal) to nearly 1; None without anything to share.

    No small-sample correction n / (n - 1). Exact up to the last division.

    Args:
        values: Int64, none negative.

    Examples:
        >>> gini(pl.Series([1, 1, 1, 1]))
        0.0
        >>> gini(pl.Series([0, 0, 0, 4]))
        0.75

    Source:
        Gini (1912); G = 2 Σ i·x_i / (n Σ x) - (n + 1) / n over ascending x.
    """
    count, total = values.len(), int(values.sum())
    if not count or not total:
        return None
    ranked = pl.select(
        (values.sort().cast(pl.Int128) * pl.int_range(1, count + 1, dtype=pl.Int64).cast(pl.Int128)).sum()
    ).item()
    return float(Fraction(2 * int(ranked), count * total) - Fraction(count + 1, count))


def effective_count(values: pl.Series) -> float | None:
    """How many equal ones would be as concentrated: the inverse of the Herfindahl index; None without anything.

    Between 1 (one has everything) and their number (all are equal).

    Args:
        values: Int64, none negative, in an order that depends on nothing but the values.

    Examples:
        >>> effective_count(pl.Series([5, 5, 5, 5])), effective_count(pl.Series([0, 0, 0, 4]))
        (4.0, 1.0)

    Source:
        Adelman (1969), the numbers equivalent of Herfindahl's index; (Σ x)² / Σ x².
    """
    squares = 0.0
    # in blocks that stay in the processor's cache: a copy of all as floats costs ten times as much
    for start in range(0, values.len(), _BLOCK):
        floats = values.slice(start, _BLOCK).cast(pl.Float64)
        squares += floats.dot(floats) or 0.0
    return None if not squares else float(values.sum()) ** 2 / squares


def lorenz(values: pl.Series) -> pl.DataFrame:
    """The Lorenz curve from the smallest to the largest, in at most 101 points from (0, 0) to (1, 1).

    Args:
        values: Int64, none negative, of a positive sum.

    Returns:
        `cumulative_customer_share`, `cumulative_sales_share` (Float64), ascending.

    Examples:
        >>> lorenz(pl.Series([3, 1])).rows()
        [(0.0, 0.0), (0.5, 0.25), (1.0, 1.0)]
    """
    count, total = values.len(), int(values.sum())
    running = values.sort().cum_sum()
    steps = sorted({count * point // _POINTS for point in range(_POINTS + 1)})
    sums = [0, *running.gather([step - 1 for step in steps[1:]]).to_list()]
    return pl.DataFrame(
        {
            "cumulative_customer_share": [step / count for step in steps],
            "cumulative_sales_share": [part / total for part in sums],
        },
        schema={"cumulative_customer_share": pl.Float64, "cumulative_sales_share": pl.Float64},
    )


def parts_of(whole: int, share: Fraction) -> int:
    """⌈whole · share⌉ without rounding errors, at least one and at most the whole.

    Examples:
        >>> parts_of(5, Fraction(20, 100)), parts_of(6, Fraction(20, 100)), parts_of(3, Fraction(1, 100))
        (1, 2, 1)
    """
    return min(whole, max(1, -(-whole * share.numerator // share.denominator)))


def lowest_of_best(descending: pl.Series, *, count: int) -> int:
    """The value of the last of the best `count`: all who reach it tie in.

    Args:
        descending: Sorted, largest first, not empty.
        count: How many, at least one; more than there are means all.

    Examples:
        >>> lowest_of_best(pl.Series([9, 5, 5, 1]), count=2)
        5
    """
    return int(descending[min(count, descending.len()) - 1])


def lowest_of_fewest(descending: pl.Series, *, share: Fraction) -> int:
    """The value of the last of the fewest who together make at least `share` of the sum.

    Args:
        descending: Sorted, largest first, not empty, of a positive sum.
        share: Above 0, at most 1.

    Examples:
        >>> lowest_of_fewest(pl.Series([50, 30, 20]), share=Fraction(80, 100))
        30
    """
    needed = -(-int(descending.sum()) * share.numerator // share.denominator)
    place = descending.cum_sum().search_sorted(needed, side="left")
    return int(descending[int(place)])
