"""The class of each customer by a scheme of the user's own."""

from collections.abc import Mapping

import polars as pl

from custtier.schemes import LETTERS, LEVELS, SCORES, Scheme


def own_classes(scheme: Scheme, *, is_high: Mapping[str, pl.Expr]) -> pl.Expr:
    """The class of each customer: an Enum of the scheme's codes.

    Args:
        scheme: Checked by `schemes.schemes_faults`: every cell lies in exactly one class. Uses the columns `r_score`,
            `f_score`, `m_score` of the letters that it tells by scores.
        is_high: For each letter whether a customer is high; used of the letters that it tells by high and low.
    """
    # a column of zeros: a scheme may tell nobody from anybody
    place = pl.col("r_score").cast(pl.Int64) * 0
    for letter in LETTERS:
        values = scheme.values(letter)
        if values == SCORES:
            place = place * len(SCORES) + pl.col(f"{letter}_score").cast(pl.Int64) - 1
        elif values == LEVELS:
            # high stands first
            place = place * len(LEVELS) + (~is_high[letter]).cast(pl.Int64)
    cells = [scheme.codes.index(codes[0]) for codes in scheme.cells().values()]
    return pl.lit(pl.Series(cells, dtype=pl.UInt32)).gather(place).cast(pl.UInt32).cat.to(pl.Enum(list(scheme.codes)))
