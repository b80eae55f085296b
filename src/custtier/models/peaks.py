"""Whether the values of a column lie in heaps apart from each other, and where the valleys between them are."""

from typing import Any, Final

import numpy as np

Values = np.ndarray[Any, np.dtype[np.float64]]

VALLEY: Final = 0.4
"""How much lower than the smaller of its two peaks a valley of a column's density must be to part the column."""

SIDE: Final = 0.05
"""Share of the rows that must lie on each side of such a valley: fewer are outliers."""

MOST_COUNTED: Final = 1000
"""Rows above which the kernel gets no narrower: with millions every price would be a peak."""

_GRID: Final = 512


def usual_width(column: Values) -> float:
    """The width of the normal kernel by Silverman's rule; 0 for values that are all the same.

    Source:
        Silverman (1986), Density Estimation for Statistics and Data Analysis, 3.31.
    """
    spread = float(column.std())
    low, high = np.quantile(column, [0.25, 0.75], method="linear")
    core = min(spread, float(high - low) / 1.349) or spread
    return float(0.9 * core * min(len(column), MOST_COUNTED) ** -0.2)


def valleys(column: Values, *, width: float) -> list[float]:
    """Where two peaks of a column's density are told apart: the lowest place of each valley, ascending.

    Args:
        column: Not all the same.
        width: Of the normal kernel, above 0.

    Examples:
        >>> column = np.array([0.0] * 50 + [1.0] * 50)
        >>> [round(valley, 1) for valley in valleys(column, width=0.1)]
        [0.5]
        >>> valleys(column, width=1.0)
        []
    """
    low, high = float(column.min()) - 3 * width, float(column.max()) + 3 * width
    counts, edges = np.histogram(column, bins=_GRID, range=(low, high))
    step = float(edges[1] - edges[0])
    reach = min(int(np.ceil(4 * width / step)), _GRID)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * step / width) ** 2)
    density = np.convolve(counts, kernel)[reach : reach + _GRID]
    lower_peak = np.minimum(np.maximum.accumulate(density), np.maximum.accumulate(density[::-1])[::-1])
    before = counts.cumsum() / len(column)
    is_valley = (density < (1 - VALLEY) * lower_peak) & (before >= SIDE) & (before <= 1 - SIDE)
    borders = np.flatnonzero(np.diff(np.concatenate([[0], is_valley.astype(np.int8), [0]])))
    found = []
    for start, end in borders.reshape(-1, 2):
        lowest = np.flatnonzero(density[start:end] == density[start:end].min())
        place = start + int(lowest[len(lowest) // 2])
        found.append(float(edges[place] + edges[place + 1]) / 2)
    return found


def heaps(column: Values, *, width: float) -> list[Values]:
    """The values between the valleys, those heaps that hold a share of `SIDE` or more.

    Args:
        column: Ascending, not all the same.
        width: Of the normal kernel, above 0.
    """
    cuts = np.searchsorted(column, valleys(column, width=width))
    return [heap for heap in np.split(column, cuts) if len(heap) >= SIDE * len(column)]
