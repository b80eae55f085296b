"""Stable 64-bit keys of text ids: the same on every machine, run and version."""

from collections.abc import Iterable
from typing import Final

import polars as pl
from xxhash import xxh3_64_intdigest

_SEPARATOR = "\x1f"
_SIGN = 1 << 63
_RANGE = 1 << 64
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
