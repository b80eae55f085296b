"""Text becomes instants in UTC: the dates of exports, spreadsheets and web shops."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from custtier.schema import INSTANT

_USUAL: Final = "%Y-%m-%d %H:%M:%S"
_NAIVE: Final = (
    _USUAL,
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
    "%Y%m%d %H:%M:%S",
    "%b-%d-%y",
    "%b-%d-%Y",
    "%d %b %Y %H:%M:%S",
    "%d %b %Y %H:%M",
    "%d %b %Y",
    "%b %d, %Y",
)
_DAY_FIRST: Final = ("%d-%m-%Y %H:%M:%S", "%d-%m-%Y %H:%M", "%d-%m-%Y")
_MONTH_FIRST: Final = ("%m-%d-%Y %H:%M:%S", "%m-%d-%Y %H:%M", "%m-%d-%Y")
_NO_DAY: Final = r"^(0000|0001-|1970-01-01|1900-01-00)"
_OFFSET: Final = r"\d:?\d\d(\.\d+)?\s*(Z|UTC|[+-]\d\d:?\d\d)$"
_SERIAL_DAYS: Final = r"^[2-7]\d{4}(\.\d+)?$"
_FIRST, _END = datetime(1990, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def is_zone(name: str) -> bool:
    """Whether there is a time zone of this IANA name.

    Examples:
        >>> is_zone("Asia/Shanghai"), is_zone("Pacific Time (US & Canada)")
        (True, False)
    """
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def is_no_day(text: pl.Series) -> pl.Series:
    """Whether the text is the zero date that databases write for "never"."""
    return text.str.contains(_NO_DAY)


def instants(text: pl.Series, *, zone: str, formats: Sequence[str] = (), day_first: bool | None = None) -> pl.Series:
    """The instant in UTC; null where the text is no date.

    Args:
        text: Clean text; null stays null.
        zone: Of texts without an offset (IANA name).
        formats: Tried first, as `strptime` writes them.
        day_first: How to read `01/02/2026` where the whole column reads both ways; None to take neither.

    Examples:
        >>> found = instants(pl.Series(["2026-01-01 08:00:00", "2016/5/23 22:02", "x"]), zone="Asia/Shanghai")
        >>> found.dt.to_string("%F %T").to_list()
        ['2026-01-01 00:00:00', '2016-05-23 14:02:00', None]
    """
    return _first_reading(text, _attempts(zone, formats, day_first))


def _first_reading(text: pl.Series, attempts: Sequence[Callable[[pl.Series], pl.Series]]) -> pl.Series:
    result = no_instants(text)
    for attempt in attempts:
        left = text.is_not_null() & result.is_null()
        if not left.any():
            break
        result = result.scatter(left.arg_true(), attempt(text.filter(left)))
    return _of_our_time(result)


def instants_alone(text: pl.Series, *, zone: str, formats: Sequence[str] = ()) -> pl.Series:
    """What `instants` gives where a text needs no other to be read; null where the whole column must tell its form."""
    return _first_reading(text, _attempts(zone, formats, None)[:-1])


def no_instants(text: pl.Series) -> pl.Series:
    """No instant for any of the texts."""
    return pl.repeat(None, len(text), dtype=INSTANT, eager=True).alias(text.name)


def usual_instants(text: pl.Series, *, zone: str) -> pl.Series:
    """The instant in UTC where the text is written as most exports write it; else null."""
    return _of_our_time(_localised(text.str.to_datetime(_USUAL, time_unit="us", strict=False, cache=False), zone))


def _of_our_time(found: pl.Series) -> pl.Series:
    known = (found >= _FIRST) & (found < _END)
    return pl.select(pl.when(known).then(found)).to_series().alias(found.name)


def _attempts(zone: str, formats: Sequence[str], day_first: bool | None) -> list[Callable[[pl.Series], pl.Series]]:
    def naive(way: str) -> Callable[[pl.Series], pl.Series]:
        return lambda text: _localised(text.str.to_datetime(way, time_unit="us", strict=False, cache=False), zone)

    def normal(way: str) -> Callable[[pl.Series], pl.Series]:
        return lambda text: _localised(_normal(text).str.to_datetime(way, time_unit="us", strict=False), zone)

    # only the last one looks at the whole column
    return [
        *(naive(way) for way in formats),
        naive(_USUAL),
        _with_offset,
        *(normal(way) for way in _NAIVE),
        lambda text: _localised(_digits(text), zone),
        lambda text: _localised(_serial(text), zone),
        _since_epoch,
        lambda text: _localised(_day_or_month_first(_normal(text), day_first), zone),
    ]


def _normal(text: pl.Series) -> pl.Series:
    """The usual separators in place of all others, no fractions of a second."""
    return (
        text.str.replace_all(r"[年月/]", "-")
        .str.replace_all(r"[日T]\s*", " ")
        .str.replace_all("：", ":")
        .str.replace(r"^(\d{4})\.(\d{1,2})\.(\d{1,2})", "${1}-${2}-${3}")
        .str.replace(r"(:\d\d)\.\d+$", "${1}")
        .str.replace_all(r"\s+", " ")
        .str.strip_chars()
    )


def _localised(naive: pl.Series, zone: str) -> pl.Series:
    """Local time as an instant; a time that a clock change skips is an hour later, one that comes twice the first."""
    ahead = _steady_offset(naive, zone)
    if ahead is not None:
        return (naive - ahead).dt.replace_time_zone("UTC")
    local = _placed(naive, zone)
    skipped = naive.is_not_null() & local.is_null()
    if skipped.any():
        local = local.scatter(skipped.arg_true(), _placed(naive.filter(skipped).dt.offset_by("1h"), zone))
    return local.dt.convert_time_zone("UTC")


def _placed(naive: pl.Series, zone: str) -> pl.Series:
    return naive.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")


def _steady_offset(naive: pl.Series, zone: str) -> timedelta | None:
    """What the zone is ahead of UTC, where that is the same at both ends of every day of these times, else None.

    Between two ends that agree no zone has changed its clocks and changed them back. One subtraction is so much cheaper
    than asking the zone's rules for each time.
    """
    starts = naive.dt.date().unique().drop_nulls().cast(pl.Datetime("us"))
    ends = starts.append(starts.dt.offset_by("1d") - timedelta(microseconds=1))
    offsets = (ends - _placed(ends, zone).dt.convert_time_zone("UTC").dt.replace_time_zone(None)).unique()
    steady = offsets.item() if len(offsets) == 1 else None
    return steady if isinstance(steady, timedelta) else None


def _with_offset(text: pl.Series) -> pl.Series:
    zoned = pl.select(pl.when(text.str.contains(_OFFSET)).then(text)).to_series()
    bare = (
        zoned.str.replace("T", " ", literal=True)
        .str.replace(r"\s*(Z|UTC)$", "+0000")
        .str.replace(r"(\d)\s*([+-]\d\d):?(\d\d)$", "${1}${2}${3}")
        .str.replace(r"\.\d+([+-]\d{4})$", "${1}")
    )
    seconds = bare.str.to_datetime("%Y-%m-%d %H:%M:%S%z", time_unit="us", strict=False)
    minutes = bare.str.to_datetime("%Y-%m-%d %H:%M%z", time_unit="us", strict=False)
    return seconds.fill_null(minutes)


def _digits(text: pl.Series) -> pl.Series:
    """`20260131` and `20260131120000`."""
    days = pl.select(pl.when(text.str.contains(r"^(19|20)\d{6}$")).then(text)).to_series()
    seconds = pl.select(pl.when(text.str.contains(r"^(19|20)\d{12}$")).then(text)).to_series()
    return days.str.to_datetime("%Y%m%d", time_unit="us", strict=False).fill_null(
        seconds.str.to_datetime("%Y%m%d%H%M%S", time_unit="us", strict=False)
    )


def _serial(text: pl.Series) -> pl.Series:
    """A spreadsheet's days since 1899-12-30, to the second."""
    days = pl.select(pl.when(text.str.contains(_SERIAL_DAYS)).then(text)).to_series().cast(pl.Float64, strict=False)
    microseconds = (days * 86_400 - 25_569 * 86_400.0).round() * 1_000_000
    return microseconds.cast(pl.Int64, strict=False).cast(pl.Datetime("us"))


def _since_epoch(text: pl.Series) -> pl.Series:
    """Seconds or milliseconds since 1970."""
    number = pl.select(pl.when(text.str.contains(r"^1\d{9}(\d{3})?$")).then(text)).to_series()
    value = number.cast(pl.Int64, strict=False)
    scale = pl.select(pl.when(number.str.len_chars() == 13).then(1_000).otherwise(1_000_000)).to_series()
    return (value * scale).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")


def _day_or_month_first(text: pl.Series, day_first: bool | None) -> pl.Series:
    """`13-01-2026` or `01-13-2026`: whichever reads more of them; where both do, what the profile says."""
    ways = [_any_of(text, ways) for ways in (_DAY_FIRST, _MONTH_FIRST)]
    complete = [found.null_count() for found in ways]
    if complete[0] != complete[1]:
        return ways[0] if complete[0] < complete[1] else ways[1]
    return ways[0].clear(len(text)) if day_first is None else ways[0 if day_first else 1]


def _any_of(text: pl.Series, ways: Sequence[str]) -> pl.Series:
    found = text.str.to_datetime(ways[0], time_unit="us", strict=False)
    for way in ways[1:]:
        found = found.fill_null(text.str.to_datetime(way, time_unit="us", strict=False))
    return found
