"""Shares, exactly: as people type them (`20%`, `300`), and of a whole column."""

from decimal import Decimal, InvalidOperation
from fractions import Fraction

import polars as pl

from custtier.errors import usage_error


def parse_share(text: str, *, option: str) -> Fraction:
    """The part of the whole that `20%` means, above 0 and at most 1, without a rounding error.

    Raises:
        CusttierError: `bad-share` for anything else.

    Examples:
        >>> parse_share("12.5%", option="--sales")
        Fraction(1, 8)
    """
    cleaned = text.strip().replace("％", "%")
    if cleaned.endswith("%"):
        try:
            percent = Decimal(cleaned[:-1].strip())
        except InvalidOperation:
            percent = Decimal(0)
        if percent.is_finite() and 0 < percent <= 100:
            return Fraction(percent) / 100
    raise usage_error(
        "bad-share",
        "{option} was given {text!r}, a share above 0% and up to 100% is expected",
        hint="write it as 80%",
        option=option,
        text=text,
    )


def parse_top(text: str) -> Fraction | int:
    """What `--top` means: a share of the customers (`20%`) or a number of them (`300`).

    Raises:
        CusttierError: `bad-top` for what is neither, `bad-share` for a share out of bounds.

    Examples:
        >>> parse_top("20%"), parse_top("300")
        (Fraction(1, 5), 300)
    """
    cleaned = text.strip()
    if cleaned.endswith(("%", "％")):
        return parse_share(cleaned, option="--top")
    if cleaned.isascii() and cleaned.isdigit() and int(cleaned) > 0:
        return int(cleaned)
    raise usage_error(
        "bad-top",
        "--top was given {text!r}, a share of the customers or a number of them is expected",
        hint="write it as 20% or as 300",
        text=text,
    )


def exact(share: float) -> Fraction:
    """The fraction that a float stands for: 0.2 is a fifth and 5 / 6 is five sixths, not a hair more.

    Examples:
        >>> exact(0.2), exact(5 / 6)
        (Fraction(1, 5), Fraction(5, 6))
    """
    return Fraction(share).limit_denominator(1_000_000)


def divided(part: pl.Expr, by: pl.Expr | int) -> pl.Expr:
    """A quotient rounded once: Float64, null over null and over 0 of a number (nobody has no shares).

    Polars divides a column by one number (or by a column that it knows to be all the same) through the reciprocal,
    which rounds twice: 49 / 49 would be a hair less than 1. By a column it divides.

    Examples:
        >>> pl.DataFrame({"part": [49, 7]}).select(divided(pl.col("part"), 49)).to_series().to_list()
        [1.0, 0.14285714285714285]
        >>> pl.DataFrame({"part": [0]}).select(divided(pl.col("part"), 0)).to_series().to_list()
        [None]
    """
    if isinstance(by, int) and not by:
        by = pl.lit(None, dtype=pl.Int64)
    return part.cast(pl.Float64) / (part * 0 + by).cast(pl.Float64)
