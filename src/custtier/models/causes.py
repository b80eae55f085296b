"""How an outcome that needs several changes is shared out among them, whatever order they came in."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import factorial

import polars as pl


def subsets(changes: Sequence[str]) -> list[frozenset[str]]:
    """Every choice among the changes, from none to all.

    Examples:
        >>> [sorted(one) for one in subsets(["a", "b"])]
        [[], ['a'], ['b'], ['a', 'b']]
    """
    return [frozenset(chosen) for count in range(len(changes) + 1) for chosen in combinations(changes, count)]


def fair_parts(reached: Mapping[frozenset[str], pl.Series], *, changes: Sequence[str]) -> pl.DataFrame:
    """What each change has done for an outcome, in parts of `whole(changes)`.

    A change's part is what it adds when it comes in, taken over every order in which the changes might have come. The
    parts of a row add up to the whole where all changes together reach the outcome and none at all does not. A change
    that never makes a difference has no part, two that always make the same difference have the same.

    Args:
        reached: For each of `subsets(changes)` whether it alone reaches the outcome (Boolean, one row each).
        changes: Their names, at least one.

    Returns:
        A column for each change (Int32), negative where it stood in the way.

    Examples:
        >>> alone = {frozenset(): [False], frozenset("a"): [True], frozenset("b"): [False], frozenset("ab"): [True]}
        >>> fair_parts({some: pl.Series(one) for some, one in alone.items()}, changes=["a", "b"]).row(0)
        (2, 0)

    Source:
        Shapley (1953), A value for n-person games.
    """
    count = len(changes)
    frame = pl.DataFrame([one.cast(pl.Int32).alias(_name(some)) for some, one in reached.items()])
    return frame.select(
        pl.sum_horizontal(
            (pl.col(_name(some | {change})) - pl.col(_name(some)))
            * (factorial(len(some)) * factorial(count - len(some) - 1))
            for some in reached
            if change not in some
        )
        .cast(pl.Int32)
        .alias(change)
        for change in changes
    )


def whole(changes: Sequence[str]) -> int:
    """What the parts of an outcome add up to: the number of orders in which the changes may come."""
    return factorial(len(changes))


def greatest(parts: pl.DataFrame) -> pl.DataFrame:
    """The change with the greatest part in each row, of equals the one whose column stands first, and that part.

    Args:
        parts: Of `fair_parts`.

    Returns:
        `change` (UInt8, the number of its column), `part` (Int32).

    Examples:
        >>> greatest(pl.DataFrame({"a": [1, 3], "b": [1, 3], "c": [4, 0]})).rows()
        [(2, 4), (0, 3)]
    """
    most = pl.max_horizontal(parts.columns)
    found = pl.lit(len(parts.columns) - 1, dtype=pl.UInt8)
    for place in range(len(parts.columns) - 2, -1, -1):
        found = pl.when(pl.col(parts.columns[place]) == most).then(pl.lit(place, dtype=pl.UInt8)).otherwise(found)
    return parts.select(found.alias("change"), most.alias("part"))


def _name(some: frozenset[str]) -> str:
    return "+".join(sorted(some)) or "+"
