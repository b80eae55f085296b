"""How many digits the minor unit of a currency has."""

from collections.abc import Mapping
from typing import Final

BEYOND_AMOUNTS: Final = 10**12
"""No bound is as large, in a currency's main unit: sums of amounts stay within 64 bits."""

MINOR_DIGITS: Final[Mapping[str, int]] = {
    "JPY": 0,
    "KRW": 0,
    "VND": 0,
    "CLP": 0,
    "ISK": 0,
    "XAF": 0,
    "XOF": 0,
    "BHD": 3,
    "KWD": 3,
    "OMR": 3,
    "JOD": 3,
    "TND": 3,
}


def minor_digits(currency: str | None) -> int:
    """How many digits a currency's minor unit has (ISO 4217); 2 unless listed.

    Examples:
        >>> minor_digits("CNY"), minor_digits("JPY")
        (2, 0)
    """
    return MINOR_DIGITS.get(currency or "", 2)
