"""Stable 64-bit keys of text ids: the same on every machine, run and version."""

from collections.abc import Iterable

import polars as pl
from xxhash import xxh3_64_intdigest

_SEPARATOR = "\x1f"
_SIGN = 1 << 63
_RANGE = 1 << 64


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
    names = list(columns)
    joined = frame.select(pl.concat_str(names, separator=_SEPARATOR).alias("key")).to_series()
    unique = joined.unique().drop_nulls()
    if unique.len() * 2 < joined.len():
        keys = pl.Series("key_of", [key_of(text) for text in unique.to_list()], dtype=pl.Int64)
        return joined.replace_strict(unique, keys, default=None, return_dtype=pl.Int64).alias("key")
    return pl.Series("key", [None if text is None else key_of(text) for text in joined.to_list()], dtype=pl.Int64)
