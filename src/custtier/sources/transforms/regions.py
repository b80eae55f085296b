"""An address in one cell gives province and city, and in newer exports name and phone."""

from typing import Final

import polars as pl

_COMPOSITE: Final = r"^([^，]*)，\s*(?:86-)?(\+?\d[\d*\-]{4,})，\s*(.*?)，?$"
"""`姓名，86-手机号，省 市 区 详细地址，`"""


def parts_of(address: pl.Expr) -> pl.Expr:
    """The first part of the address, told apart by a space, the second, and what follows: a struct of three."""
    return address.map_batches(_place, return_dtype=pl.String).str.splitn(" ", 3)


def province_in(parts: pl.Expr) -> pl.Expr:
    """The first of the address's parts; null where it is no place."""
    return _a_place(parts.struct[0])


def city_in(parts: pl.Expr) -> pl.Expr:
    """The second of the address's parts, if more follows; null where it is no place."""
    return pl.when(parts.struct[2].is_not_null()).then(_a_place(parts.struct[1]))


def _a_place(part: pl.Expr) -> pl.Expr:
    """The part where it is a place's name: a few characters, none of them a digit, a star or a comma."""
    return pl.when(part.str.len_bytes().is_between(4, 36) & ~part.str.contains_any([*"0123456789*,，"])).then(part)


def name_in(address: pl.Expr) -> pl.Expr:
    """The receiver in a composite address; null in a plain one."""
    return address.str.extract(_COMPOSITE, 1).str.strip_chars()


def phone_in(address: pl.Expr) -> pl.Expr:
    """The phone in a composite address; null in a plain one."""
    return address.str.extract(_COMPOSITE, 2)


def _place(address: pl.Series) -> pl.Series:
    """Where the addresses are: composite ones, which are rare, without the person."""
    if not address.str.contains("，", literal=True).any():
        return address
    return address.str.extract(_COMPOSITE, 3).fill_null(address).str.strip_chars()
