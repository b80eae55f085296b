"""Amounts and shares as a sentence says them, and sentences with texts of many rows in them."""

from collections.abc import Mapping
from decimal import Decimal
from string import Formatter

import polars as pl

from custtier.currencies import minor_digits


def spoken_money(minor: int, currency: str | None) -> str:
    """An amount as a sentence says it.

    Examples:
        >>> spoken_money(129990, "CNY"), spoken_money(-1200, "JPY"), spoken_money(0, None)
        ('CNY 1,299.90', 'JPY -1,200', '0.00')
    """
    digits = minor_digits(currency)
    return f"{currency or ''} {Decimal(minor).scaleb(-digits):,f}".strip()


def spoken_number(number: float) -> str:
    """A figure with no more digits than it deserves.

    Examples:
        >>> spoken_number(43.21), spoken_number(2.5), spoken_number(1200.0)
        ('43', '2.5', '1,200')
    """
    return f"{number:.1f}".removesuffix(".0") if number < 10 else f"{number:,.0f}"


def spoken_share(share: float) -> str:
    """A share in per cent, one digit where it is not zero.

    Examples:
        >>> spoken_share(0.1), spoken_share(0.125)
        ('10%', '12.5%')
    """
    return f"{share:.1%}".replace(".0%", "%")


def filled(template: str, places: Mapping[str, pl.Expr]) -> pl.Expr:
    """A template such as `{days} days ago` with a text of each row in each place; null where one of them is.

    Examples:
        >>> rows = pl.DataFrame({"days": [3, None]})
        >>> rows.select(filled("{days} days ago", {"days": pl.col("days").cast(pl.String)})).to_series().to_list()
        ['3 days ago', None]
    """
    parts: list[pl.Expr] = []
    for text, place, _, _ in Formatter().parse(template):
        if text:
            parts.append(pl.lit(text))
        if place:
            parts.append(places[place])
    return pl.concat_str(parts)
