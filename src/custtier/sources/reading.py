"""What reading one input file gives: orders, items, refunds, and what became of every record."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol, overload

import polars as pl

from custtier.facts import Note

RECORDS: Final[Mapping[str, "pl.DataType | type[pl.DataType]"]] = {
    "sheet": pl.String,
    "row": pl.Int32,
    "outcome": pl.String,
    "reason": pl.String,
    "order_key": pl.Int64,
    "item_key": pl.Int64,
    "refund_key": pl.Int64,
    "list_key": pl.Int64,
}
"""One row per non-blank record under the header. `outcome` is `kept`, `excluded` or `rejected`; `reason` says why for
the last two. A kept record has an `order_key` or a `refund_key`, and an `item_key` when it carries an item;
one of a list (contacts, messages, …) has a `list_key`."""

HELD_RECORDS: Final = {name: pl.Categorical() if dtype == pl.String else dtype for name, dtype in RECORDS.items()}
"""`RECORDS` of a long list, each text held once."""


@dataclass(frozen=True)
class Reading:
    """One input file after conversion: all its sheets, or one member of a ZIP.

    Args:
        path: As given; `orders.zip/inner.csv` for a member; `-` for standard input.
        profile: Name of the profile that read it.
        encoding: `utf-8`, `utf-8-sig`, `gb18030`, `cp1252`, `cp932`, `utf-16`, `xlsx`, `xls`, `html` or `xml`.
        header_row: 1-based row of the header, as the file shows it (of the first sheet that was read).
        rows_read: Non-blank records under the header.
        file_instant: Latest instant that stands in the file, UTC; None when it holds none.
        orders: `schema.ORDERS`, one row per order; `import_id` is null.
        items: `schema.ITEMS`, `import_id` is null.
        refunds: `schema.REFUNDS`, `import_id` is null.
        records: `RECORDS`; of messages `HELD_RECORDS`.
        rejects: `schema.REJECTS`, `import_id` is null.
        notes: Remarks on this file.
        lists: For a file of contacts, messages, spend, dates, costs, links, tags or referrals: that name → its rows, as
            `schema.LISTS`, `import_id` null; then there are no orders, items and refunds.
    """

    path: str
    profile: str
    encoding: str
    header_row: int
    rows_read: int
    file_instant: datetime | None
    orders: pl.DataFrame
    items: pl.DataFrame
    refunds: pl.DataFrame
    records: pl.DataFrame
    rejects: pl.DataFrame
    notes: tuple[Note, ...] = ()
    lists: Mapping[str, pl.DataFrame] = field(default_factory=dict)


@dataclass(frozen=True)
class Readings(Sequence[Reading]):
    """The readings of one import, in order, and which files were skipped.

    Args:
        readings: One a file, or one a profile where a workbook's sheets are of several.
        skipped: Notes `skipped_file` with `file` and `problem` (the error's code).
        passed_over: Notes `folders_inside` with `folder` and `folders`: what lies in a named folder and is not read.
    """

    readings: tuple[Reading, ...] = ()
    skipped: tuple[Note, ...] = ()
    passed_over: tuple[Note, ...] = ()

    def __len__(self) -> int:
        return len(self.readings)

    def __iter__(self) -> Iterator[Reading]:
        return iter(self.readings)

    @overload
    def __getitem__(self, index: int) -> Reading: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Reading, ...]: ...
    def __getitem__(self, index: int | slice) -> Reading | tuple[Reading, ...]:
        return self.readings[index]


class Progress(Protocol):
    """Told how far the reading of a file is."""

    def advance(self, path: str, done: int, total: int) -> None:
        """`done` of the `total` bytes of `path` have been read."""
