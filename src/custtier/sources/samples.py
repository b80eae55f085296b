"""Whether a file still holds the sample rows of a template."""

from typing import Final

import polars as pl

from custtier.facts import Note
from custtier.sources.reading import Reading

_MARKS: Final = ("示例", "sample-", "sample ")
_FIRST: Final = 50
"""Sample rows stand at the head of a table."""

_TOLD_BY: Final = {
    "orders": "order_id",
    "contacts": "account",
    "messages": "account",
    "spend": "channel",
    "dates": "account",
    "costs": "product_id",
    "links": "person",
    "tags": "account",
    "referrals": "referred",
}


def sample_notes(reading: Reading) -> tuple[Note, ...]:
    """A note when sample rows came in; they are taken like any other row."""
    tables = {"orders": reading.orders, **reading.lists}
    count = sum(
        int(rows.head(_FIRST).select(_is_sample(_TOLD_BY[name]).sum()).item() or 0) for name, rows in tables.items()
    )
    return (Note("sample_rows", {"file": reading.path, "rows": count}),) if count else ()


def _is_sample(column: str) -> pl.Expr:
    lower = pl.col(column).cast(pl.String).str.to_lowercase()
    return pl.any_horizontal(lower.str.starts_with(mark) for mark in _MARKS)
