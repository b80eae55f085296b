"""Stable 64-bit keys of text ids: the same on every machine, run and version."""

from collections.abc import Iterable, Iterator
from typing import Final

import polars as pl
from xxhash import xxh3_64_intdigest

_SEPARATOR = "\x1f"
_SIGN = 1 << 63
_RANGE = 1 << 64
_KEYS_AT_ONCE: Final = 1 << 22
"""Keys that are told apart together: twenty million at once would take gigabytes."""
_ROWS_AT_ONCE: Final = 1 << 16
"""Texts that leave Polars together: few enough that they stay in the processor's cache."""


def key_of(text: str) -> int:
    r"""The signed 64-bit XXH3 of a text.

    Examples:
        >>> key_of("taobao\x1f201809000000000001")
        -8332496950484747480
    """
    digest = xxh3_64_intdigest(text.encode())
    return digest - _RANGE if digest >= _SIGN else digest


def key_column(frame: pl.DataFrame, columns: Iterable[str]) -> pl.Series:
    """One key per row from several text columns; null where any of them is null.

    Args:
        frame: Holds `columns`, all text.
        columns: Their order is part of the key.

    Returns:
        Int64, the length of `frame`.
    """
    joined = pl.concat_str(list(columns), separator=_SEPARATOR).cast(pl.Binary)
    texts = frame.select(joined.fill_null(b"").alias("text"), joined.is_not_null().alias("told"))
    digests = pl.Series("key", dtype=pl.UInt64)
    for part in texts["text"].to_frame().iter_slices(_ROWS_AT_ONCE):
        digests.append(pl.Series(list(map(xxh3_64_intdigest, part.to_series().to_list())), dtype=pl.UInt64))
    keys = digests.reinterpret(signed=True)
    return texts.select(key=pl.when("told").then(keys)).to_series()


def are_repeated(keys: pl.Series) -> pl.Series:
    """Whether each key stands more than once (Boolean).

    Args:
        keys: Int64 and well mixed, none of them null.
    """
    if len(keys) <= _KEYS_AT_ONCE:
        return keys.is_duplicated()
    found = [places.filter(part.is_duplicated()) for places, part in _parts(keys)]
    return _at(pl.concat(found), len(keys))


def are_first(keys: pl.Series) -> pl.Series:
    """Whether each key stands there for the first time (Boolean).

    Args:
        keys: Int64 and well mixed, none of them null.
    """
    if len(keys) <= _KEYS_AT_ONCE:
        return keys.is_first_distinct()
    found = [places.filter(part.is_first_distinct()) for places, part in _parts(keys)]
    return _at(pl.concat(found), len(keys))


def are_among(keys: pl.Series, known: pl.Series) -> pl.Series:
    """Whether each key is among the known ones (Boolean).

    Args:
        keys: Int64 and well mixed, none of them null.
        known: The same; any may stand several times.
    """
    if known.is_empty() or keys.is_empty():
        return pl.repeat(value=False, n=len(keys), dtype=pl.Boolean, eager=True)
    if max(len(keys), len(known)) <= _KEYS_AT_ONCE:
        return keys.is_in(known.implode())
    of_known = (part for _, part in _parts(known, count=_count(keys, known)))
    found = [
        places.filter(part.is_in(others.implode()))
        for (places, part), others in zip(_parts(keys, count=_count(keys, known)), of_known, strict=True)
    ]
    return _at(pl.concat(found), len(keys))


def _count(*several: pl.Series) -> int:
    return -(-max(map(len, several)) // _KEYS_AT_ONCE)


def _parts(keys: pl.Series, *, count: int | None = None) -> Iterator[tuple[pl.Series, pl.Series]]:
    """Places and keys of each part: equal keys are in one part."""
    count = _count(keys) if count is None else count
    of_part = keys.reinterpret(signed=False) % count
    for number in range(count):
        is_inside = of_part == number
        yield is_inside.arg_true(), keys.filter(is_inside)


def _at(places: pl.Series, length: int) -> pl.Series:
    """True at these places."""
    return pl.repeat(value=False, n=length, dtype=pl.Boolean, eager=True).scatter(places, True)
