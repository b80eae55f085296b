"""Snapshots as an import or an undo would leave them, without writing any: readers who ask what was known once."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path

import polars as pl

from custtier.store.tables import Part, StoredTable


class UnwrittenTable(StoredTable):
    """A stored table whose further versions are kept in memory, unread until somebody asks.

    Args:
        stored: The table; nothing is written to it.
        version: The version that is there.
    """

    def __init__(self, stored: StoredTable, *, version: int) -> None:
        super().__init__(stored.folder, stored.columns, partitioned=stored.partitioned)
        self._stored_version = version
        self._put: dict[Path, pl.LazyFrame] = {}
        self._held: dict[int, pl.LazyFrame] = {}

    def put(self, rows: pl.DataFrame | pl.LazyFrame, *, import_id: int | None = None) -> Part:
        """These rows, held; they count as some, for nobody has counted them."""
        place = Path(f"unwritten-{len(self._put)}")
        self._put[place] = self.as_stored(rows)
        return Part(path=place, height=1, import_id=import_id)

    def add(self, part: Part) -> int:
        """The version that holds the rows of a part beside those that are stored."""
        return self._hold(pl.concat([super().scan(self._stored_version), self._put[part.path]]))

    def replace(self, part: Part) -> int:
        """The version that holds the rows of a part alone."""
        return self._hold(self._put[part.path])

    def scan(self, version: int, *, import_ids: Sequence[int] | None = None) -> pl.LazyFrame:
        """The rows of a version, lazily."""
        return self._held[version] if version in self._held else super().scan(version, import_ids=import_ids)

    def _hold(self, rows: pl.LazyFrame) -> int:
        # a stored version is never below zero
        version = -1 - len(self._held)
        self._held[version] = rows
        return version


def unwritten(tables: Mapping[str, StoredTable], versions: Mapping[str, int]) -> dict[str, StoredTable]:
    """The same tables, whose further versions are written nowhere."""
    return {name: UnwrittenTable(table, version=versions[name]) for name, table in tables.items()}


def held(table: StoredTable, rows: pl.DataFrame | pl.LazyFrame, *, import_id: int | None = None) -> "Future[Part]":
    """What `behind.Put` gives: the part, at once."""
    done: Future[Part] = Future()
    done.set_result(table.put(rows, import_id=import_id))
    return done
