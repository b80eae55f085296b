"""Places as one name each: 广东, 广东省 and Guangdong are one province; what is in no table stays unknown."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import polars as pl

TABLE: Final = Path(__file__).parent / "china.toml"
"""The places, by GB/T 2260 at the levels of province and prefecture."""

AREAS: Final = ("north", "northeast", "east", "central", "south", "southwest", "northwest", "beyond")
"""Parts of the country: the customary seven, and Hong Kong, Macau and Taiwan."""

_WRITTEN: Final = ("province", "city", "address")
_LED_BY: Final = r"^[\s,，\[【(（]*(?:中国|中國|china)?[\s,，\-]*"
_STREET: Final = (
    r"(?:[东南西北中一二三四五六]{0,2}(?:路|街|大道|大街|巷|弄|胡同)"
    r"|\s+(?:(?:east|west|north|south|middle)\s+)?(?:road|rd|street|st|avenue|ave|lane)\b)?"
)
_PROVINCE_WORDS: Final = r"(?:省|市|特别行政区|特別行政區|(?:壮族|维吾尔|回族)?自治区|\s+province)?"


@dataclass(frozen=True)
class Places:
    """The table of places, ready to look up.

    Args:
        provinces: Every name of a province, in small letters → its short name.
        areas: Province → part of the country.
        cities: City → its provinces; two where the name of a prefecture is used twice.
        alone: Provinces that are their own city.
        spellings: Every name of a city, in small letters → the city.
    """

    provinces: Mapping[str, str]
    areas: Mapping[str, str]
    cities: Mapping[str, tuple[str, ...]]
    alone: tuple[str, ...]
    spellings: Mapping[str, str]


@cache
def places() -> Places:
    """The table of places, read once."""
    with TABLE.open("rb") as file:
        rows = tomllib.load(file)["province"]
    cities: dict[str, tuple[str, ...]] = {}
    for row in rows:
        for city in row["cities"].split():
            cities[city] = (*cities.get(city, ()), row["name"])
    latin = (pair.split("=") for row in rows for pair in row.get("spellings", "").split())
    return Places(
        provinces={name.lower(): row["name"] for row in rows for name in (row["name"], *row["also"])},
        areas={row["name"]: row["area"] for row in rows},
        cities=cities,
        alone=tuple(row["name"] for row in rows if not row["cities"]),
        spellings={**{city: city for city in cities}, **{name.lower(): city for name, city in latin}},
    )


def with_places(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with `province`, `city` and `region` by the table of places, in place of what was written.

    What a cell of its own says comes before what the address says. A city in no province of the table, or not in the
    province that is named, is unknown; where only the city is known, it tells the province.

    Args:
        rows: Uses `province`, `city`, `address` (text, any of them null).

    Returns:
        The rows in their order: `province`, `city` short Chinese names, `region` one of `AREAS`; null where unknown.
    """
    found = places()
    cells = rows.select("province", "city").unique()
    cells = cells.with_columns(
        _province(_plain("province")).alias("by_province"),
        _province(_plain("city")).alias("by_city"),
        pl.coalesce(_city(_plain("city")), _city(_plain("province"))).alias("place"),
    )
    told = rows.join(cells, on=["province", "city"], how="left", nulls_equal=True, maintain_order="left")
    # where the cells of their own say both, and they mostly do, the address need not be read
    is_told = pl.col("by_province").is_not_null() & (
        pl.col("place").is_not_null() | pl.col("by_province").is_in(list(found.alone))
    )
    told = told.with_columns(pl.when(~is_told).then("address").alias("address_read"))
    read = told.select("address_read").unique().drop_nulls()
    read = read.with_columns(
        _province(_plain("address_read")).alias("by_address"),
        _city(_below_province(_plain("address_read"))).alias("place_read"),
    )
    told = told.join(read, on="address_read", how="left", maintain_order="left")
    once = {city: of[0] for city, of in found.cities.items() if len(of) == 1}
    pairs = [f"{province}/{city}" for city, of in found.cities.items() for province in of]
    place = pl.coalesce("place", "place_read")
    by_place = place.replace_strict(once, default=None, return_dtype=pl.String)
    return (
        told.with_columns(
            pl.coalesce("by_province", "by_address", "by_city", by_place).alias("province"), place.alias("place")
        )
        .with_columns(
            pl.when(pl.col("province").is_in(list(found.alone)))
            .then(pl.col("province"))
            .when(pl.concat_str("province", pl.lit("/"), "place").is_in(pairs))
            .then(pl.col("place"))
            .alias("city"),
            pl.col("province").replace_strict(found.areas, default=None, return_dtype=pl.String).alias("region"),
        )
        .drop("by_province", "by_city", "by_address", "place", "place_read", "address_read")
    )


def _plain(column: str) -> pl.Expr:
    return pl.col(column).str.normalize("NFKC").str.to_lowercase().str.strip_chars()


def _province(text: pl.Expr) -> pl.Expr:
    """The province that a text begins with."""
    known = places().provinces
    return _begun_with(text, known).replace_strict(known, default=None, return_dtype=pl.String)


def _below_province(address: pl.Expr) -> pl.Expr:
    """What follows the province that an address begins with, if it begins with one."""
    return address.str.replace(rf"{_LED_BY}(?:{_either(places().provinces)}){_PROVINCE_WORDS}[\s,，]*", "")


def _city(text: pl.Expr) -> pl.Expr:
    """The city that a text begins with."""
    known = places().spellings
    return _begun_with(text, known).replace_strict(known, default=None, return_dtype=pl.String)


def _begun_with(text: pl.Expr, names: Iterable[str]) -> pl.Expr:
    """The name that a text begins with; null where it is that of a street (南京路, 北京东路)."""
    found = text.str.extract_groups(f"{_LED_BY}({_either(names)})({_STREET})")
    return pl.when(found.struct[1] == "").then(found.struct[0])


def _either(names: Iterable[str]) -> str:
    """A pattern of any of the names, longer ones before those that they begin with."""
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    # Latin letters end where the word does; Chinese ones do not tell
    return "|".join(rf"{name}\b" if name.isascii() else name for name in longest_first)


def one_name(text: str, level: str) -> str:
    """The one name of a province or city that a text names; the text itself when it names none.

    Args:
        text: As typed.
        level: `province` or `city`.

    Examples:
        >>> one_name("广东省", "province"), one_name("Guangdong", "province"), one_name("深圳市", "city")
        ('广东', '广东', '深圳')
    """
    row = pl.DataFrame(
        {"province": [None], "city": [None], "address": [None]}, schema=dict.fromkeys(_WRITTEN, pl.String)
    )
    row = row.with_columns(pl.lit(text).alias(level))
    found = with_places(row)[level].item()
    return text if found is None else str(found)
