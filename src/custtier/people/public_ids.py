"""The ids of customers that the world may see."""

from hashlib import blake2b
from struct import unpack
from typing import Final

import polars as pl

ID_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz234567"
_ID_CHARACTERS: Final = 12
_SEPARATOR: Final = "\x1f"


def customer_ids(accounts: pl.DataFrame, *, id_key: bytes) -> pl.Series:
    """The public id of each account's key: `c_` and twelve characters of its keyed hash.

    Args:
        accounts: Uses `account_kind`, `account_space`, `account`.
        id_key: The secret: without it, a hash of a phone can be guessed.
    """
    texts = accounts.select(pl.concat_str("account_kind", "account_space", "account", separator=_SEPARATOR)).to_series()
    keyed = blake2b(key=id_key, digest_size=8)
    digests = []
    for text in texts.to_list():
        hashed = keyed.copy()
        hashed.update(text.encode())
        digests.append(hashed.digest())
    numbers = pl.Series("number", unpack(f">{len(digests)}Q", b"".join(digests)), dtype=pl.UInt64)
    return spelled(numbers, prefix="c_", characters=_ID_CHARACTERS).alias("customer_id")


def spelled(numbers: pl.Series, *, prefix: str, characters: int) -> pl.Series:
    """Each number as `prefix` and so many letters of the alphabet, its last bits first.

    Args:
        numbers: UInt64.
        prefix: Stands before the letters.
        characters: Each tells five bits.
    """
    letters = pl.Series("letter", list(ID_ALPHABET), dtype=pl.String)
    drawn = numbers
    places = []
    for place in range(characters):
        places.append(letters.gather((drawn % 32).cast(pl.UInt32)).alias(f"letter_{place}"))
        drawn = drawn // 32
    return pl.DataFrame(places).select(pl.lit(prefix) + pl.concat_str(pl.all())).to_series()
