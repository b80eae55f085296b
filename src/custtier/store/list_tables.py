"""The snapshots of lists: what the records of each list come to, made anew where touched."""

from collections.abc import Collection, Mapping
from concurrent.futures import Future
from typing import Final

import polars as pl

from custtier.facts import TABLES
from custtier.keys import are_among
from custtier.schema import HELD_MESSAGES, LIST_KEYS, LISTS, conform, empty
from custtier.store.behind import Put
from custtier.store.layout import LIST_SNAPSHOTS
from custtier.store.lists import FOLDED, MESSAGES, ListRecords, events_of, fold_list
from custtier.store.messages import MESSAGE_ORDER, messages_of
from custtier.store.noted import noted_classes
from custtier.store.rosters import CONTACTS, ROSTERS, with_absences
from custtier.store.tables import Part, StoredTable
from custtier.store.touched import RawRecords

_MANY_MESSAGES: Final = 2_000_000

Parts = dict[str, "Future[Part]"]
"""Snapshot → its rows, being written."""


class ListTables:
    """The snapshots of lists at the versions of the last commit.

    Args:
        tables: The snapshot tables by name.
        versions: What the last commit names.
    """

    def __init__(self, tables: Mapping[str, StoredTable], *, versions: Mapping[str, int]) -> None:
        self._tables = tables
        self._versions = versions
        self.contacts: pl.DataFrame | None = None
        self.links: pl.DataFrame | None = None

    def scan(self, name: str) -> pl.LazyFrame:
        """One of `facts.TABLES` that is a snapshot of lists."""
        snapshot = LIST_SNAPSHOTS[name]
        return self._tables[snapshot].scan(self._versions[snapshot])

    def publish(self, names: Collection[str], *, raw: RawRecords, incoming: ListRecords, put: Put) -> Parts:
        """New snapshots of these lists after an import.

        Args:
            names: Lists that an import says more of.
            raw: The records of the imports that stood before.
            incoming: The records of the import.
            put: Writes files behind.
        """
        parts: Parts = {}
        rosters = _rosters(raw, incoming)
        # who is still in a list contradicts that they have left, even where the list says nothing new of them
        again = {CONTACTS} if not rosters.is_empty() and {CONTACTS, ROSTERS} & incoming.keys() else set()
        for name in FOLDED:
            if name in names or name in again:
                fresh = incoming.get(name, empty(LISTS[name]))
                self._fold(name, pl.concat([raw.scan(name).collect(), fresh]), parts, put, rosters=rosters)
        if MESSAGES in names and MESSAGES in incoming:
            fresh = _without_known(incoming[MESSAGES], raw)
            merged = self.scan(MESSAGES).merge_sorted(messages_of(fresh), key=MESSAGE_ORDER)
            self._write(
                MESSAGES, merged if self._versions[LIST_SNAPSHOTS[MESSAGES]] else messages_of(fresh), parts, put
            )
        return parts

    def without(self, gone: ListRecords, *, raw: RawRecords, put: Put) -> Parts:
        """New snapshots after an undo.

        Args:
            gone: The records of the import that is undone.
            raw: The records of the imports that stay.
            put: Writes files behind.
        """
        parts: Parts = {}
        for name in FOLDED:
            if not gone[name].is_empty():
                self._fold(name, raw.scan(name).collect(), parts, put, rosters=raw.scan(ROSTERS).collect())
        if not gone[MESSAGES].is_empty():
            self._write(MESSAGES, self._messages_without(gone[MESSAGES], raw), parts, put)
        return parts

    def without_person(self, account_keys: pl.Series, *, names: Collection[str], raw: RawRecords, put: Put) -> Parts:
        """New snapshots after somebody was forgotten.

        Args:
            account_keys: The person's.
            names: Lists that lost a row or a text.
            raw: The records that are left.
            put: Writes files behind.
        """
        parts: Parts = {}
        for name in FOLDED:
            if name in names:
                self._fold(name, raw.scan(name).collect(), parts, put, rosters=raw.scan(ROSTERS).collect())
        if MESSAGES in names:
            is_theirs = pl.col("account_key").is_in(account_keys.implode()).fill_null(value=False)
            self._write(MESSAGES, self.scan(MESSAGES).filter(~is_theirs), parts, put)
        return parts

    def made_anew(self, *, raw: RawRecords, incoming: ListRecords, put: Put) -> Parts:
        """New snapshots of all lists, from all records."""
        parts: Parts = {}
        for name in LISTS:
            shape = HELD_MESSAGES if name == MESSAGES else LISTS[name]
            fresh = conform(incoming.get(name, empty(shape)), shape)
            # nothing is looked at in an empty store: it would wait behind the files that are being written
            records = fresh if raw.is_empty() else pl.concat([_all_of(raw, name), fresh])
            if records.is_empty() and not self._versions[LIST_SNAPSHOTS[name]]:
                continue
            if name == MESSAGES:
                self._write(MESSAGES, messages_of(records), parts, put)
            else:
                self._fold(name, records, parts, put, rosters=_rosters(raw, incoming))
        return parts

    def _fold(self, name: str, records: pl.DataFrame, parts: Parts, put: Put, *, rosters: pl.DataFrame) -> None:
        if name == CONTACTS:
            records = with_absences(records, rosters)
        folded = fold_list(name, records)
        self._write(name, folded.lazy(), parts, put)
        if name == CONTACTS:
            self._write("contact_events", events_of(records, folded).lazy(), parts, put)
            self._write("noted_classes", noted_classes(records, folded).lazy(), parts, put)
            self.contacts = folded
        elif name == "links":
            self.links = folded

    def _messages_without(self, gone: pl.DataFrame, raw: RawRecords) -> pl.LazyFrame:
        """The stored messages without those that no other import shows.

        A stored message has no key. So all that look like a lost one are taken out, and of these those put back that
        the other imports show: they may be several, told apart by a number that is part of their key.
        """
        narrow = list(TABLES[MESSAGES])
        lost = _without_known(gone, raw)
        if lost.height > _MANY_MESSAGES:
            # looking for so many costs more than making the rest anew
            return messages_of(_all_of(raw, MESSAGES))
        alike = (
            lost.select(narrow)
            .unique()
            .lazy()
            .select(pl.col(name).cast(dtype) for name, dtype in TABLES[MESSAGES].items())
        )
        left = self.scan(MESSAGES).join(alike, on=narrow, how="anti", nulls_equal=True, maintain_order="left")
        shown = raw.scan(MESSAGES).join(alike, on=narrow, how="semi", nulls_equal=True).collect()
        return left.merge_sorted(messages_of(shown), key=MESSAGE_ORDER)

    def _write(self, name: str, rows: pl.LazyFrame, parts: Parts, put: Put) -> None:
        snapshot = LIST_SNAPSHOTS[name]
        parts[snapshot] = put(self._tables[snapshot], rows)


def _rosters(raw: RawRecords, incoming: ListRecords) -> pl.DataFrame:
    """What is said of complete lists, by the imports that stood before and by one that comes in."""
    fresh = incoming.get(ROSTERS, empty(LISTS[ROSTERS]))
    return fresh if raw.is_empty() else pl.concat([raw.scan(ROSTERS).collect(), fresh])


def known_lists(raw: RawRecords, incoming: ListRecords) -> dict[str, pl.DataFrame]:
    """The stored records of the keys that an import shows; of messages only their keys."""
    return {name: raw.of_list(name, rows.select(LIST_KEYS[name])) for name, rows in incoming.items()}


def _without_known(messages: pl.DataFrame, raw: RawRecords) -> pl.DataFrame:
    """The messages that no stored import shows."""
    key = LIST_KEYS[MESSAGES]
    known = raw.of_list(MESSAGES, messages)
    return messages.filter(~are_among(messages[key], known[key])) if known.height else messages


def _all_of(raw: RawRecords, name: str) -> pl.DataFrame:
    """All stored records of a list; of messages, which may be many, each text once."""
    if name != MESSAGES:
        return raw.scan(name).collect()
    held = [pl.col(column).cast(dtype) for column, dtype in HELD_MESSAGES.items()]
    return raw.scan(name).select(held).collect(engine="streaming")
