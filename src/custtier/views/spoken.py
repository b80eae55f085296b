"""Amounts and shares as a sentence says them."""

from decimal import Decimal

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
