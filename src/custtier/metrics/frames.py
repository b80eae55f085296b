"""The lazy frame that metrics take and give, and the Polars frame behind it."""

from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

Lazy = nw.LazyFrame[Any]
"""A lazy Narwhals frame of any engine."""


def polars_behind(frame: Lazy) -> pl.LazyFrame:
    """The Polars frame behind a Narwhals one."""
    native = nw.to_native(frame)
    assert isinstance(native, pl.LazyFrame)
    return native
