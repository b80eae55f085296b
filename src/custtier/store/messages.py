"""Messages as the store keeps them: each once, sorted by account and instant, however many there are."""

from collections.abc import Iterator
from typing import Final

import polars as pl
from polars.io.plugins import register_io_source

from custtier.facts import TABLES
from custtier.keys import are_first
from custtier.schema import LIST_KEYS
from custtier.store.lists import MESSAGES

MESSAGE_ORDER: Final = ("account_key", "sent_at")
_ACCOUNT: Final = pl.col("account_key")
_ROWS_AT_ONCE: Final = 3_000_000
"""Messages that are sorted together: a sort holds them twice, and what it needs for itself."""
_LOOKED_AT: Final = 4096


def messages_of(records: pl.DataFrame) -> pl.LazyFrame:
    """Each message once, as `facts.TABLES` keeps it, sorted by account and instant.

    Of many messages some accounts are sorted after the other, each part when it is asked for.

    Args:
        records: `schema.MESSAGES`, its texts as such or as categories.
    """
    shape = TABLES[MESSAGES]
    held = records.select(LIST_KEYS[MESSAGES], *shape)
    found = _parts(held) if held.height > _ROWS_AT_ONCE else _sorted(held).lazy()
    return found.select(pl.col(name).cast(dtype) for name, dtype in shape.items())


def _sorted(held: pl.DataFrame) -> pl.DataFrame:
    once = held.filter(are_first(held[LIST_KEYS[MESSAGES]])).drop(LIST_KEYS[MESSAGES])
    return once.sort(list(MESSAGE_ORDER), nulls_last=True)


def _parts(held: pl.DataFrame) -> pl.LazyFrame:
    """The same as `_sorted`; equal messages are of one account, so that they are in one part."""
    cuts = _cuts(held["account_key"])

    def parts(
        with_columns: list[str] | None, predicate: pl.Expr | None, row_count: int | None, batch_size: int | None
    ) -> Iterator[pl.DataFrame]:
        del batch_size
        for is_inside in _ranges(cuts):
            rows = _sorted(held.filter(is_inside))
            rows = rows.filter(predicate) if predicate is not None else rows
            rows = rows.head(row_count) if row_count is not None else rows
            row_count = None if row_count is None else row_count - rows.height
            yield rows.select(with_columns) if with_columns is not None else rows

    schema = {name: dtype for name, dtype in held.schema.items() if name != LIST_KEYS[MESSAGES]}
    return register_io_source(parts, schema=schema, is_pure=True)


def _cuts(keys: pl.Series) -> list[int]:
    """Keys that part the accounts so that about as many messages lie between each and the next."""
    some = keys.gather_every(-(-len(keys) // _LOOKED_AT)).drop_nulls().sort()
    count = -(-len(keys) // _ROWS_AT_ONCE)
    return some.gather([some.len() * number // count for number in range(1, count)]).unique().sort().to_list()


def _ranges(cuts: list[int]) -> Iterator[pl.Expr]:
    """Conditions that part all accounts in their order; nobody's messages come last."""
    for low, high in zip([None, *cuts], [*cuts, None], strict=True):
        above = pl.lit(value=True) if low is None else low <= _ACCOUNT
        below = pl.lit(value=True) if high is None else high > _ACCOUNT
        yield (above & below).fill_null(value=high is None)
