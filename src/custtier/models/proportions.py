"""How sure a share is that was counted among so many, and the difference of two."""

from math import sqrt
from typing import Final

NORMAL: Final = 1.959963984540054
"""95 % of a normal variable lie within so many standard deviations of its mean."""


def wilson(count: int, total: int) -> tuple[float, float] | None:
    """The 95 % interval of a share (Wilson 1927); None of nothing.

    Examples:
        >>> [round(end, 4) for end in wilson(15, 30)]
        [0.3315, 0.6685]
    """
    if not total:
        return None
    share, square = count / total, NORMAL**2
    middle = (share + square / (2 * total)) / (1 + square / total)
    half = NORMAL * sqrt(share * (1 - share) / total + square / (4 * total**2)) / (1 + square / total)
    # an end that is 0 or 1 is so exactly, whatever rounding leaves
    return max(middle - half, 0.0) if count else 0.0, min(middle + half, 1.0) if count < total else 1.0


def newcombe(count_1: int, total_1: int, count_2: int, total_2: int) -> tuple[float, float] | None:
    """The 95 % interval of the first share less the second, of people told apart; None where either is of nobody.

    Each end takes the end of both Wilson intervals that is furthest from it (Newcombe, Statistics in Medicine 17,
    1998, method 10): it holds for few people and for shares near 0 or 1, and never leaves −1 to 1.

    Args:
        count_1: Those of the first to whom it happened.
        total_1: All of the first.
        count_2: Those of the second to whom it happened.
        total_2: All of the second.

    Examples:
        >>> [round(end, 4) for end in newcombe(56, 70, 48, 80)]
        [0.0524, 0.3339]
    """
    first, second = wilson(count_1, total_1), wilson(count_2, total_2)
    if first is None or second is None:
        return None
    share_1, share_2 = count_1 / total_1, count_2 / total_2
    less = sqrt((share_1 - first[0]) ** 2 + (second[1] - share_2) ** 2)
    more = sqrt((first[1] - share_1) ** 2 + (share_2 - second[0]) ** 2)
    difference = share_1 - share_2
    return max(difference - less, -1.0), min(difference + more, 1.0)
