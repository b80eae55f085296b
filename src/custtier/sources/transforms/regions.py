"""An address in one cell gives province and city, and in newer exports name and phone."""

from typing import Final

import polars as pl

_COMPOSITE: Final = r"^([^，]*)，\s*(?:86-)?(\+?\d[\d*\-]{4,})，\s*(.*?)，?$"
"""`姓名，86-手机号，省 市 区 详细地址，`"""


def province_of(address: pl.Expr) -> pl.Expr:
    """The first of the address's space-separated parts, when it begins with one that is no number or star."""
    return _place(address).str.extract(r"^([^\s\d*,，]{2,12})(?:\s|$)")


def city_of(address: pl.Expr) -> pl.Expr:
    """The second of the address's space-separated parts."""
    return _place(address).str.extract(r"^[^\s\d*,，]{2,12}\s+([^\s\d*,，]{2,12})\s")


def name_in(address: pl.Expr) -> pl.Expr:
    """The receiver in a composite address; null in a plain one."""
    return address.str.extract(_COMPOSITE, 1).str.strip_chars()


def phone_in(address: pl.Expr) -> pl.Expr:
    """The phone in a composite address; null in a plain one."""
    return address.str.extract(_COMPOSITE, 2)


def _place(address: pl.Expr) -> pl.Expr:
    return pl.coalesce(address.str.extract(_COMPOSITE, 3), address).str.strip_chars()
