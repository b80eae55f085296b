"""How sure a share is that was counted among so many."""

from math import sqrt
from typing import Final

_NORMAL: Final = 1.959963984540054


def wilson(count: int, total: int) -> tuple[float, float] | None:
    """The 95 % interval of a share (Wilson 1927); None of nothing.

    Examples:
        >>> [round(end, 4) for end in wilson(15, 30)]
        [0.3315, 0.6685]
    """
    if not total:
        return None
    share, square = count / total, _NORMAL**2
    middle = (share + square / (2 * total)) / (1 + square / total)
    half = _NORMAL * sqrt(share * (1 - share) / total + square / (4 * total**2)) / (1 + square / total)
    return max(middle - half, 0.0), min(middle + half, 1.0)
