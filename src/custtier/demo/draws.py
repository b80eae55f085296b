"""Random numbers from a counter: every draw is a hash of a seed, a row's key and the draw's name.

No stream is consumed, so neither the order of rows nor the size of a slice nor the version of a library changes what is
drawn; and Polars draws whole columns at once.
"""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Final

import polars as pl

_MULTIPLY_1: Final = 0xBF58476D1CE4E5B9
_MULTIPLY_2: Final = 0x94D049BB133111EB
_GOLDEN: Final = 0x9E3779B97F4A7C15


def _u64(number: int) -> pl.Expr:
    return pl.lit(number, dtype=pl.UInt64)


def _mixed(value: pl.Expr) -> pl.Expr:
    """The finaliser of SplitMix64 (Steele, Lea, Flood 2014); products wrap at 64 bits."""
    value = (value ^ (value // (1 << 30))) * _u64(_MULTIPLY_1)
    value = (value ^ (value // (1 << 27))) * _u64(_MULTIPLY_2)
    return value ^ (value // (1 << 31))


def number_of(text: str) -> int:
    """A fixed unsigned 64-bit number of a text."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def base(seed: int, *keys: str) -> pl.Expr:
    """A well-mixed UInt64 per row from its integer key columns; what `below` and its kin draw from."""
    value = _u64(number_of(f"custtier demo {seed}"))
    for key in keys:
        value = _mixed(value ^ ((pl.col(key).cast(pl.UInt64) + 1) * _u64(_GOLDEN)))
    return value


def below(row: pl.Expr, name: str, limit: int | pl.Expr) -> pl.Expr:
    """An Int64 from 0 to below `limit` (under 2^31), as good as evenly spread.

    Args:
        row: What `base` gave, or a column of it.
        name: The draw's name: two names are independent.
        limit: A number, or a positive integer expression.
    """
    bits = _mixed(row + _u64(number_of(name))) // (1 << 33)
    edge = pl.lit(limit, dtype=pl.Int64) if isinstance(limit, int) else limit.cast(pl.Int64)
    return bits.cast(pl.Int64) * edge // (1 << 31)


def happens(row: pl.Expr, name: str, *, per_mille: int) -> pl.Expr:
    """True in `per_mille` of 1,000 rows."""
    return below(row, name, 1000) < per_mille


def taken(words: Sequence[str | None], index: pl.Expr) -> pl.Expr:
    """The word at `index`, per row."""
    return pl.lit(pl.Series(list(words), dtype=pl.String)).gather(index)


def chosen(row: pl.Expr, name: str, words: Sequence[str | None]) -> pl.Expr:
    """One of `words`, evenly."""
    return taken(words, below(row, name, len(words)))


def weighted(row: pl.Expr, name: str, weights: Mapping[int, int]) -> pl.Expr:
    """One of the integer keys of `weights`, as often as its whole-number weight says (Int64)."""
    spread = [value for value, weight in weights.items() for _ in range(weight)]
    return pl.lit(pl.Series(spread, dtype=pl.Int64)).gather(below(row, name, len(spread)))
