"""Whether a spreadsheet has turned phones into rounded numbers: they look like phones to whoever made the table."""

from typing import Final

import polars as pl

from custtier.facts import Note
from custtier.phones import damaged_phone
from custtier.schema import AccountKind
from custtier.sources.reading import Reading

_LISTS: Final = ("contacts", "messages", "dates", "links", "tags")
"""Lists of people."""


def damaged_phone_notes(reading: Reading) -> tuple[Note, ...]:
    """A note when phones have lost digits; the rows come in, and the phone names nobody."""
    tables = [reading.orders, *(rows for name, rows in reading.lists.items() if name in _LISTS)]
    count = sum(_damaged_count(rows) for rows in tables)
    return (Note("damaged_phones", {"file": reading.path, "phones": count}),) if count else ()


def _damaged_count(rows: pl.DataFrame) -> int:
    told = [damaged_phone(pl.col("phone"))] if "phone" in rows.columns else []
    if "account_kind" in rows.columns:
        is_phone = pl.col("account_kind") == AccountKind.PHONE.value
        # messages have no other phones, and are many
        rows = rows if told else rows.filter(is_phone)
        told.append(is_phone & damaged_phone(pl.col("account").cast(pl.String)))
    is_damaged = pl.any_horizontal(pl.lit(value=False), *(one.fill_null(value=False) for one in told))
    return int(rows.select(is_damaged.sum()).item() or 0)
