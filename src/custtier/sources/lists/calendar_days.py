"""Days of the year as people write them: 1990-05-01, 5月1日, 农历八月十五; with or without the year."""

from collections.abc import Sequence
from typing import Final

import polars as pl

_DIGITS: Final = "〇一二三四五六七八九"
_ONES: Final = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十")
_MONTHS: Final = {
    **{name: number for number, name in enumerate((*_ONES, "十一", "十二"), 1)},
    "正": 1,
    "冬": 11,
    "腊": 12,
}
_DAYS: Final = {
    **{f"初{name}": number for number, name in enumerate(_ONES, 1)},
    **{name: number for number, name in enumerate(_ONES, 1)},
    **{f"十{name}": number for number, name in enumerate(_ONES[:9], 11)},
    **{f"{tens}{name}": number for tens in ("廿", "二十") for number, name in enumerate(_ONES[:9], 21)},
    "二十": 20,
    "廿": 20,
    "三十": 30,
    "三十一": 31,
}
_LUNAR_WORDS: Final = ("农历", "阴历", "旧历", "初", "廿", "正月", "腊月", "冬月", "闰", "lunar")
_WORDS: Final = r"(?i)农历|阴历|旧历|公历|阳历|新历|lunar|solar|[\s,，()（）:：]"
_TIME: Final = r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*$"
_DAYS_OF_MONTH: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_EPOCH_SERIAL: Final = 25_569
_PATTERNS: Final = (
    r"^(?P<year>\d{4})[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})[日号]?$",
    r"^(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})$",
    r"^(?:--)?(?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})[日号]?$",
)
_NUMERALS: Final = (
    r"^(?:(?P<year>[〇零○\d一二三四五六七八九]{4})年)?(?P<leap>闰)?"
    r"(?P<month>十[一二]|[正一二三四五六七八九十冬腊])月(?P<day>[初一二三四五六七八九十廿]{1,3})[日号]?$"
)


def calendar_days(text: pl.Series, *, day_first: bool | None = None) -> pl.DataFrame:
    """`year`, `month`, `day` (Int32) and `is_lunar` of each text; `day` is null where the text is no day.

    Args:
        text: Clean text.
        day_first: How to read `01/02/1990`, which reads both ways; None to take neither.
    """
    bare = text.str.replace(_TIME, "").str.replace_all(_WORDS, "")
    told = pl.DataFrame({"text": text, "bare": bare, "serial": _serial_days(bare)})
    told = told.with_columns(bare=pl.coalesce("serial", "bare"))
    ways = [*(_by_digits(pattern) for pattern in _PATTERNS), _by_numerals(), *_year_last(bare, day_first)]
    found = told.select(
        "text",
        *(pl.coalesce([way[place] for way in ways]).alias(name) for place, name in enumerate(("year", "month", "day"))),
    )
    month = pl.col("month").abs()
    longest = month.replace_strict(dict(enumerate(_DAYS_OF_MONTH, 1)), default=0, return_dtype=pl.Int32)
    lunar = pl.col("text").str.to_lowercase().str.contains_any(list(_LUNAR_WORDS)).fill_null(value=False)
    is_day = (pl.col("day") >= 1) & (pl.col("day") <= pl.when(lunar).then(30).otherwise(longest))
    is_real = is_day & (month >= 1) & (month <= 12) & (lunar | _stands_in_calendar())
    kept = [pl.when(is_real.fill_null(value=False)).then(pl.col(name)).alias(name) for name in ("year", "month", "day")]
    return found.select(*kept, is_lunar=lunar)


def _stands_in_calendar() -> pl.Expr:
    """Whether a whole date exists: 29 February only in leap years."""
    year = pl.col("year")
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    return year.is_null() | leap | ~((pl.col("month") == 2) & (pl.col("day") == 29))


def _serial_days(bare: pl.Series) -> pl.Series:
    """A spreadsheet's day number as a date."""
    number = bare.str.extract(r"^([1-7]\d{4})(?:\.0+)?$", 1).cast(pl.Int64, strict=False)
    return (number - _EPOCH_SERIAL).cast(pl.Int32).cast(pl.Date).dt.to_string("%Y-%m-%d")


def _by_digits(pattern: str) -> Sequence[pl.Expr]:
    groups = pl.col("bare").str.extract_groups(pattern)
    year = groups.struct.field("year") if "<year>" in pattern else pl.lit(None, dtype=pl.String)
    parts = (year, groups.struct.field("month"), groups.struct.field("day"))
    return [part.cast(pl.Int32, strict=False) for part in parts]


def _by_numerals() -> Sequence[pl.Expr]:
    groups = pl.col("bare").str.extract_groups(_NUMERALS)
    digits = {name: str(number) for number, name in enumerate(_DIGITS)} | {"零": "0", "○": "0"}
    year = groups.struct.field("year").str.replace_many(digits).cast(pl.Int32, strict=False)
    month = groups.struct.field("month").replace_strict(_MONTHS, default=None, return_dtype=pl.Int32)
    signed = pl.when(groups.struct.field("leap").is_not_null()).then(-month).otherwise(month)
    day = groups.struct.field("day").replace_strict(_DAYS, default=None, return_dtype=pl.Int32)
    return [year, signed, day]


def _year_last(bare: pl.Series, day_first: bool | None) -> list[Sequence[pl.Expr]]:
    """`13/05/1990` and `05/13/1990`: which comes first is told by any of them that can only be read one way."""
    parts = bare.str.extract_groups(r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$").struct.unnest()
    first, second, year = (parts[name].cast(pl.Int32, strict=False) for name in parts.columns)
    day_is_first, day_is_second = bool((first > 12).any()), bool((second > 12).any())
    settled = day_is_first if day_is_first != day_is_second else None if day_is_first else day_first
    if settled is None:
        return []
    day, month = (first, second) if settled else (second, first)
    return [[pl.lit(year), pl.lit(month), pl.lit(day)]]
