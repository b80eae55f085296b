"""Where amounts are parted into fifths, equal ones always together."""

from typing import Final

import polars as pl

FIFTHS: Final = 5


def fifth_bounds(values: pl.Series) -> tuple[int, ...]:
    """The lowest amounts of the second to the fifth fifth; fewer where one amount fills several fifths.

    Args:
        values: Whole numbers; null ones are in no fifth.

    Examples:
        >>> fifth_bounds(pl.Series([9, 1, 2, 3, 4, 5, 6, 7, 8, 10]))
        (3, 5, 7, 9)
        >>> fifth_bounds(pl.Series([1, 1, 1, 1, 2]))
        (2,)
    """
    ordered = values.drop_nulls().sort()
    if ordered.is_empty():
        return ()
    places = (ordered.len() * number // FIFTHS for number in range(1, FIFTHS))
    return tuple(sorted({int(ordered.item(place)) for place in places} - {int(ordered.item(0))}))
