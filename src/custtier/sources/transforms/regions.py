"""An address in one cell gives province and city, and in newer exports name and phone."""

from typing import Final

import polars as pl

_COMPOSITE: Final = r"^([^，]*)，\s*(?:86-)?(\+?\d[\d*\-]{4,})，\s*(.*?)，?$"
"""`姓名，86-手机号，省 市 区 详细地址，`"""


def places(address: pl.Series) -> pl.DataFrame:
    """`province` and `city`: the first two of the address's space-separated parts; null where a part is no place."""
    place = address
    if address.str.contains("，", literal=True).any():
        place = pl.DataFrame({"address": address}).select(_place(pl.col("address"))).to_series()
    parts = place.str.splitn(" ", 3).struct.unnest()
    return parts.select(
        _a_place(pl.col("field_0"), pl.lit(value=True)).alias("province"),
        _a_place(pl.col("field_1"), pl.col("field_2").is_not_null()).alias("city"),
    )


def _a_place(part: pl.Expr, is_told: pl.Expr) -> pl.Expr:
    """The part where it is a place's name: a few characters, none of them a digit, a star or a comma."""
    is_name = part.str.len_bytes().is_between(4, 36) & ~part.str.contains_any([*"0123456789*,，"])
    return pl.when(is_name & is_told).then(part)


def name_in(address: pl.Expr) -> pl.Expr:
    """The receiver in a composite address; null in a plain one."""
    return address.str.extract(_COMPOSITE, 1).str.strip_chars()


def phone_in(address: pl.Expr) -> pl.Expr:
    """The phone in a composite address; null in a plain one."""
    return address.str.extract(_COMPOSITE, 2)


def _place(address: pl.Expr) -> pl.Expr:
    return pl.coalesce(address.str.extract(_COMPOSITE, 3), address).str.strip_chars()
