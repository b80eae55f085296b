"""The shop's days of many instants, by whole numbers: asking a zone's rules for each would take most of the time."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

_SECOND: Final = 1_000_000
_DAY: Final = 86_400 * _SECOND
_ONE_DAY: Final = timedelta(days=1)


def day_numbers(instants: pl.Series, *, zone: str) -> pl.Series:
    """The number of the shop's day of each instant: days since 1970-01-01 (Int64).

    Args:
        instants: In UTC, to the microsecond; null stays null.
        zone: The shop's.
    """
    low, high = instants.min(), instants.max()
    micros = instants.to_physical()
    if not isinstance(low, datetime) or not isinstance(high, datetime):
        return micros.cast(pl.Int64)
    begins, ahead = _offsets(zone, low.year, high.year)
    if len(begins) > 1:
        # of a year's changes of the clock few lie among these instants
        first, last = (begins.search_sorted(_micros(end), side="right") - 1 for end in (low, high))
        begins, ahead = begins[first : last + 1], ahead[first : last + 1]
    if len(begins) > 1:
        placed = begins.search_sorted(micros.fill_null(_micros(low)), side="right")
        ahead = ahead.gather(placed.cast(pl.Int64) - 1)
    else:
        ahead = ahead.new_from_index(0, len(micros))
    return ((micros + ahead) // _DAY).cast(pl.Int64)


def dates(instants: pl.Series, *, zone: str) -> pl.Series:
    """The shop's day of each instant (Date); null stays null."""
    return day_numbers(instants, zone=zone).cast(pl.Int32).cast(pl.Date).alias(instants.name)


@cache
def _offsets(zone: str, first_year: int, last_year: int) -> tuple[pl.Series, pl.Series]:
    """Since when, and how much, the zone is ahead of UTC (both microseconds), from before the first year on."""
    rules = ZoneInfo(zone)

    def ahead(instant: datetime) -> timedelta:
        return instant.astimezone(rules).utcoffset() or timedelta()

    day, end = datetime(first_year, 1, 1, tzinfo=UTC) - _ONE_DAY, datetime(last_year + 1, 1, 2, tzinfo=UTC)
    found = [(_micros(day), ahead(day))]
    while day < end:
        after = day + _ONE_DAY
        if ahead(after) != found[-1][1]:
            low, high = day, after
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) // 2
                low, high = (middle, high) if ahead(middle) == found[-1][1] else (low, middle)
            change = high.replace(microsecond=0)
            found.append((_micros(change), ahead(after)))
        day = after
    begins = pl.Series([begin for begin, _ in found], dtype=pl.Int64)
    return begins, pl.Series([offset // timedelta(microseconds=1) for _, offset in found], dtype=pl.Int64)


def _micros(instant: datetime) -> int:
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
