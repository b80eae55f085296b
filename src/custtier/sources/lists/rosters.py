"""Lists of contacts that somebody says are complete: whose lists they are, and as of when."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from custtier.errors import usage_error
from custtier.facts import Note
from custtier.schema import ROSTERS, conform
from custtier.sources.lists.keys import text_key
from custtier.sources.reading import Reading

_CONTACTS: Final = "contacts"
_OF: Final = ("platform", "agent")


def with_rosters(readings: Sequence[Reading], *, on: date, zone: str) -> list[Reading]:
    """The files, each list of contacts among them saying that it was complete at the end of a day.

    Args:
        readings: The files of one import.
        on: The day.
        zone: The shop's.

    Raises:
        CusttierError: `no-contact-list` where none of them is a list of contacts; `empty-list` where one shows nobody;
            `list-after-its-day` where one shows somebody who was added later.
    """
    listed_at = datetime.combine(on, time(23, 59, 59), tzinfo=ZoneInfo(zone)).astimezone(UTC)
    told = [
        _with_roster(one, listed_at=listed_at, on=on) if one.lists.get(_CONTACTS) is not None else one
        for one in readings
    ]
    if not any("rosters" in one.lists for one in told):
        raise usage_error(
            "no-contact-list",
            "--complete-list is about lists of contacts, and none of the files is one",
            hint="import the list by itself: custtier import CONTACTS --complete-list {day}",
            day=on,
        )
    return told


def _with_roster(reading: Reading, *, listed_at: datetime, on: date) -> Reading:
    contacts = reading.lists[_CONTACTS]
    if contacts.is_empty():
        raise usage_error(
            "empty-list",
            "{file} shows no contact that could be read, so nobody knows whose complete list it is",
            hint="look whether the export was cut off; without --complete-list the file goes in as it is",
            file=reading.path,
        )
    last = contacts["added_at"].max()
    if isinstance(last, datetime) and last > listed_at:
        raise usage_error(
            "list-after-its-day",
            "{file} shows somebody who was added after {day}, so it is no list of that day",
            hint="give --complete-list the day on which the list was exported",
            file=reading.path,
            day=on,
        )
    rows = contacts.select(_OF).unique().sort(_OF, nulls_last=True)
    rows = rows.with_columns(
        pl.lit(listed_at, dtype=pl.Datetime("us", "UTC")).alias("listed_at"),
        pl.lit(reading.profile).alias("source"),
        pl.lit(reading.file_instant, dtype=pl.Datetime("us", "UTC")).alias("file_instant"),
        pl.lit(1, dtype=pl.Int32).alias("row"),
    )
    keys = text_key(rows, [*(pl.col(name) for name in _OF), pl.col("listed_at").dt.epoch("us")])
    roster = conform(rows.with_columns(keys.alias("roster_key")), ROSTERS)
    said = Note("complete_list_of", {"day": on.isoformat()})
    return replace(reading, lists={**reading.lists, "rosters": roster}, notes=(*reading.notes, said))
