"""Addresses made comparable: two ways of writing one door come to the same text."""

from typing import Final

import polars as pl

_REGIONS: Final = (
    r"^(?:中国|中华人民共和国)",
    r"^\p{Han}{2,7}?(?:特别行政区|自治区|省)",
    r"^\p{Han}{2,10}?(?:自治州|地区|盟|市)",
    r"^\p{Han}{0,6}?[\p{Han}--[小社园校厂景库]](?:自治县|市|区|县|旗)",
    r"^\p{Han}{1,7}?(?:街道办事处|街道|镇|乡)",
)
"""What stands before the street, from the country down; each is cut once, where it stands."""

_NO_REGIONS: Final = (("市场", "集"), ("超市", "超"), ("水乡", "水"))
"""Words that look as if they ended a region."""

_SAME: Final = (
    ("幢", "栋"),
    ("号楼", "栋"),
    ("座", "栋"),
    ("室", ""),
    ("房", ""),
    ("号", "-"),
    ("栋", "-"),
    ("单元", "-"),
)
"""Words that are left out or written in another way for the same door."""

_LEAST_CHARACTERS: Final = 5


def door(address: pl.Expr) -> pl.Expr:
    """The street and the numbers of an address, without regions, blanks, brackets and the words between numbers.

    Null where it cannot tell one door from another: masked, short, or without a number.

    Examples:
        >>> frame = pl.DataFrame({"a": ["浙江省 杭州市 西湖区 文三路 88号 3幢 502室", "文三路88号3栋502", "杭州市"]})
        >>> frame.select(door(pl.col("a")))["a"].to_list()
        ['文三路88-3-502', '文三路88-3-502', None]
    """
    text = address.str.normalize("NFKC").str.to_lowercase()
    text = text.str.replace_all(r"\([^)]*\)|\[[^\]]*\]|【[^】]*】", "").str.replace_all(r"[\s,，。.、;:/#]+", "")
    for word, same in _NO_REGIONS:
        text = text.str.replace_all(word, same, literal=True)
    for region in _REGIONS:
        text = text.str.replace(region, "")
    for word, same in _SAME:
        text = text.str.replace_all(word, same, literal=True)
    text = text.str.replace_all(r"[-_]+", "-").str.strip_chars("-")
    tells = ~address.str.contains(r"[*＊]") & text.str.contains(r"\d") & (text.str.len_chars() >= _LEAST_CHARACTERS)
    return pl.when(tells).then(text)


def city_name(city: pl.Expr, province: pl.Expr) -> pl.Expr:
    """The city without the word for it; the province where no city stands (a municipality is its own city)."""
    cut = r"(?:市|地区|盟|省|自治州|特别行政区)$"
    named, above = (each.str.strip_chars().str.replace(cut, "") for each in (city, province))
    is_blank = named.is_null() | (named == "") | named.is_in(["市辖区", "市辖", "县"])
    return pl.when(is_blank).then(above).otherwise(named)
