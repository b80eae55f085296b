"""One table of the store: its last version is told by the names of its log, and a broken log is noticed."""

from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable

from custtier.errors import CusttierError
from custtier.store.tables import StoredTable


@pytest.fixture
def table(tmp_path: Path) -> StoredTable:
    """A table of two versions beside the empty one."""
    made = StoredTable(tmp_path / "s" / "t", {"import_id": pl.Int64, "word": pl.String}, partitioned=False)
    made.create()
    for word in ("tea", "pot"):
        made.append(pl.DataFrame({"import_id": [1], "word": [word]}))
    return made


def test_the_last_version_is_known_without_reading_the_log(table: StoredTable, monkeypatch: pytest.MonkeyPatch) -> None:
    last = DeltaTable(str(table.folder)).version()
    monkeypatch.delattr("custtier.store.tables.DeltaTable")
    assert table.version() == table.restore(last) == last == 2


def test_a_shortened_log_tells_the_same(table: StoredTable) -> None:
    DeltaTable(str(table.folder)).create_checkpoint()
    (table.folder / "_delta_log" / f"{0:020}.json").unlink()
    assert table.version() == DeltaTable(str(table.folder)).version() == 2
    assert table.restore(2) == 2
    assert table.scan(2).collect()["word"].sort().to_list() == ["pot", "tea"]


def test_an_earlier_version_is_the_last_one_again(table: StoredTable) -> None:
    assert table.restore(1) == table.version() == 3
    assert table.scan(3).collect()["word"].to_list() == ["tea"]


@pytest.mark.parametrize("damage", ["an entry is gone", "all are gone"])
def test_a_broken_log_is_told_where_its_last_version_is_asked_for(table: StoredTable, damage: str) -> None:
    entries = sorted((table.folder / "_delta_log").glob("*.json"))
    for entry in entries[1:2] if damage == "an entry is gone" else entries:
        entry.unlink()
    with pytest.raises(CusttierError, match="store-damaged"):
        table.restore(2)
