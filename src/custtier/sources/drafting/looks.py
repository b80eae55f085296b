"""How the values of a column look: dates, money, phones, ids, words, and how sure that is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from custtier.phones import MOBILE
from custtier.sources.transforms.instants import instants
from custtier.sources.transforms.money import minor_units
from custtier.sources.transforms.text import cleaned

_SLASHED: Final = r"^\d{1,2}[/.-]\d{1,2}[/.-]\d{4}\b"
_DATE_SHAPE: Final = (
    r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}|^\d{1,2}[-/. ](\d{1,2}|[A-Za-z]{3})[-/. ,]+\d{2,4}|^20\d{6}\b"
    r"|^[A-Za-z]{3,9}[-. ]+\d{1,2}[-, ]+\d{2,4}\b"
)
_WAYS: Final = (
    "%b %d, %Y %I:%M:%S %p", "%b %d, %Y %H:%M", "%B %d, %Y", "%d %B %Y", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p",
    "%m/%d/%y", "%d/%m/%y", "%Y年%m月%d日 %H时%M分", "%Y年%m月%d日 %H:%M", "%d-%b-%Y %H:%M",
)  # fmt: skip
"""Ways of writing dates that are not tried by default, because they are rare."""
_SERIAL: Final = r"^4\d{4}(\.\d+)?$"
_PHONE: Final = rf"^(\+?86[- ]?|0086)?{MOBILE}([-转,]\d+)?$|^\+\d{{7,15}}$"
_MASKED_PHONE: Final = r"^\+?\d{2,7}\*{3,}\d{0,6}$"
_EMAIL: Final = r"^[^@\s]+@[^@\s]+\.[A-Za-z]{2,}$"
_ID: Final = r"^[=\"'`]*[A-Za-z]{0,8}[-_]?\d[A-Za-z0-9_-]*[\"'`]*$"
_SMALL: Final = r"^\d{1,4}(\.0+)?$"
_CURRENCIES: Final = ("CNY", "RMB", "USD", "EUR", "GBP", "JPY", "HKD", "TWD", "人民币", "MYR", "SGD", "THB", "KRW")
_SYMBOL: Final = re.compile(r"[¥￥$€£]|HK\$|US\$")
MOST_WORDS: Final = 40
"""Different words that a column of states may have."""


@dataclass(frozen=True)
class Look:
    """What the filled cells of a column are, as shares from 0 to 1.

    Args:
        rows: Rows looked at.
        filled: Rows that hold something.
        distinct: Different values.
        dates: Cells that read as dates, whichever comes first of day and month.
        serials: Cells that are the numbers of days that spreadsheets write for dates.
        date_format: How the dates are written, where that is none of the usual ways.
        two_ways: Whether `01/02/2026` reads both ways in the whole column.
        money: Cells that read as amounts.
        decimals: Cells with a decimal point.
        whole: Cells that are small whole numbers.
        negative: Whether an amount is negative.
        symbol: Sign of a currency that stands in front of amounts; empty when there is none, or several.
        phones: Cells that are full phone numbers.
        masked_phones: Cells that are phone numbers with stars.
        emails: Cells that are e-mail addresses.
        ids: Cells that look like numbers of documents.
        currencies: Cells that are codes of currencies.
        length: Characters of a usual cell.
    """

    rows: int
    filled: int
    distinct: int
    dates: float
    serials: float
    date_format: str
    two_ways: bool
    money: float
    decimals: float
    whole: float
    negative: bool
    symbol: str
    phones: float
    masked_phones: float
    emails: float
    ids: float
    currencies: float
    length: float

    @property
    def is_unique(self) -> bool:
        """Whether no two rows share a value."""
        return self.filled > 0 and self.distinct == self.filled

    @property
    def is_words(self) -> bool:
        """Whether a few words come again and again."""
        few = self.distinct <= min(MOST_WORDS, max(2, self.filled // 2))
        return self.filled > 0 and few and self.dates < 0.5 and self.money < 0.5 and self.length <= 30


def look_of(texts: pl.Series, *, zone: str, date_formats: Sequence[str] = ()) -> Look:
    """How a column looks.

    Args:
        texts: Its cells as the file writes them.
        zone: Of times without an offset.
        date_formats: Ways of writing dates that are tried where the usual ones fail.
    """
    column = cleaned(texts.rename("text"))
    filled = column.drop_nulls()
    count = filled.len()
    if not count:
        return Look(texts.len(), 0, 0, 0, 0, "", False, 0, 0, 0, False, "", 0, 0, 0, 0, 0, 0)
    money = minor_units(filled, digits=2)
    bare = filled.str.strip_chars("'`\"=")
    shaped = filled.str.contains(_DATE_SHAPE)
    dated, two_ways = _dates(filled.filter(shaped), zone=zone)
    way = ""
    if shaped.any() and dated < 0.5 * int(shaped.sum()):
        way = _way(filled.filter(shaped), zone=zone, date_formats=date_formats)
        dated = int(shaped.sum()) if way else dated
    length = filled.str.len_chars().median()
    return Look(
        rows=texts.len(),
        filled=count,
        distinct=filled.n_unique(),
        dates=dated / count,
        serials=_share(bare, _SERIAL, count),
        date_format=way,
        two_ways=two_ways,
        money=float((money.is_not_null() & ~shaped).sum()) / count,
        decimals=_share(bare, r"^[^\d]*[\d,]+\.\d{1,2}\b", count),
        whole=_share(bare, _SMALL, count),
        negative=bool((money < 0).any()),
        symbol=_symbol(filled),
        phones=_share(bare, _PHONE, count),
        masked_phones=_share(bare, _MASKED_PHONE, count),
        emails=_share(bare, _EMAIL, count),
        ids=_share(bare, _ID, count),
        currencies=float(bare.str.to_uppercase().is_in(_CURRENCIES).sum()) / count,
        length=float(length) if isinstance(length, int | float) else 0,
    )


def _share(texts: pl.Series, pattern: str, count: int) -> float:
    return float(texts.str.contains(pattern).sum()) / count


def _dates(texts: pl.Series, *, zone: str) -> tuple[int, bool]:
    """How many are dates, and whether the order of day and month is open in the whole column."""
    if texts.is_empty():
        return 0, False
    told = int(instants(texts, zone=zone).is_not_null().sum())
    guessed = int(instants(texts, zone=zone, day_first=True).is_not_null().sum())
    open_cells = int(texts.str.contains(_SLASHED).sum())
    return max(told, guessed), guessed > told and open_cells > 0


def _way(texts: pl.Series, *, zone: str, date_formats: Sequence[str]) -> str:
    """The first way in which nearly all of them are dates; empty when there is none."""
    for way in (*date_formats, *_WAYS):
        if float(instants(texts, zone=zone, formats=(way,)).is_not_null().mean() or 0) >= 0.95:  # type: ignore[arg-type]  # a share
            return way
    return ""


def _symbol(texts: pl.Series) -> str:
    signs = {sign for text in texts.head(200).to_list() for sign in _SYMBOL.findall(text)}
    return signs.pop() if len(signs) == 1 else ""
