"""Rows of tags that name a customer by our own id: the account that gives that id stands in its place."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import polars as pl

from custtier.facts import Note
from custtier.people import named_by_id, with_accounts_of_ids
from custtier.sources.reading import Reading

TAGS = "tags"


def settled_ids(readings: Sequence[Reading], *, known_there: Callable[[], pl.DataFrame]) -> list[Reading]:
    """The readings, whose tags name accounts; a note counts the rows of ids that nobody has.

    Args:
        readings: The files of one import.
        known_there: Gives `schema.KNOWN`: asked only where some row names an id.
    """
    asking = [TAGS in reading.lists and bool(named_by_id(reading.lists[TAGS]).any()) for reading in readings]
    if not any(asking):
        return list(readings)
    known = known_there()
    return [
        _settled(reading, known) if is_asking else reading for reading, is_asking in zip(readings, asking, strict=True)
    ]


def _settled(reading: Reading, known: pl.DataFrame) -> Reading:
    before = reading.lists[TAGS]
    after = with_accounts_of_ids(before, known)
    keys = pl.DataFrame({"list_key": before["tag_key"], "fresh": after["tag_key"]}).unique("list_key")
    records = reading.records.join(keys, on="list_key", how="left", maintain_order="left").with_columns(
        pl.coalesce("fresh", "list_key").alias("list_key")
    )
    unknown = after.filter(named_by_id(after)).height
    notes = (Note("unknown_customer_ids", {"file": reading.path, "rows": unknown}),) if unknown else ()
    return replace(
        reading,
        lists={**reading.lists, TAGS: after},
        records=records.drop("fresh"),
        notes=(*reading.notes, *notes),
    )
