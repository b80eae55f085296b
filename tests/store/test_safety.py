"""What must never harm a store: other writers, kills, damage, strangers, a full disk."""

import json
import os
import shutil
import subprocess
import sys
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from filelock import FileLock

from custtier.errors import STORE, USAGE, CusttierError
from custtier.sources.reading import Reading
from custtier.store import Store
from custtier.store.layout import Layout
from custtier.store.lock import HOLDER_NAME
from custtier.store.tables import StoredTable
from store.readings import item, many, order, reading, refund
from store.test_store import NEW, NOW, OLD, assert_same, counts, held, opened


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return opened(tmp_path / "store")


def test_files_are_for_their_owner_alone(store: Store) -> None:
    store.add([reading([order("1")], rejected=1)], imported_at=NOW)
    assert store.folder.stat().st_mode & 0o777 == 0o700
    for path in store.folder.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_folder_with_other_files_is_not_taken_for_a_store(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(CusttierError, match="not-a-store") as caught:
        opened(tmp_path).add([reading([order("1")])], imported_at=NOW)
    assert caught.value.exit_code == USAGE
    assert sorted(path.name for path in tmp_path.iterdir() if not path.name.startswith(".")) == ["letter.txt"]


def test_a_newer_store_is_refused(store: Store) -> None:
    store.add([reading([order("1")])], imported_at=NOW)
    (store.folder / "store.json").write_text(json.dumps({"format": 99}))
    for ask in (store.facts, store.imports, lambda: store.add([], imported_at=NOW), lambda: store.undo(1)):
        with pytest.raises(CusttierError, match="store-newer") as caught:
            ask()
        assert caught.value.exit_code == STORE


def test_an_older_store_is_refused(store: Store) -> None:
    store.add([reading([order("1")])], imported_at=NOW)
    (store.folder / "store.json").write_text(json.dumps({"format": 1}))
    for ask in (store.facts, store.imports, lambda: store.add([], imported_at=NOW), lambda: store.undo(1)):
        with pytest.raises(CusttierError, match="store-older") as caught:
            ask()
        assert caught.value.exit_code == STORE


@pytest.mark.parametrize("what", ["file", "cut", "log", "table", "imports", "mark", "no mark"])
def test_a_damaged_store_says_so(store: Store, what: str) -> None:
    store.add([reading([order("1")])], imported_at=NOW)
    parquet = next((store.folder / "purchases").glob("*.parquet"))
    if what == "file":
        parquet.unlink()
    elif what == "cut":
        parquet.write_bytes(parquet.read_bytes()[:-10])
    elif what == "log":
        for path in (store.folder / "purchases" / "_delta_log").iterdir():
            path.write_text("{cut")
    elif what == "mark":
        (store.folder / "store.json").write_text("{")
    elif what == "no mark":
        (store.folder / "store.json").unlink()
    else:
        name = "imports" if what == "imports" else "purchases"
        (store.folder / name).rename(store.folder.parent / "elsewhere")
    with pytest.raises(CusttierError, match="store-damaged") as caught:
        opened(store.folder).facts()
    assert caught.value.exit_code == STORE


def test_a_locked_store_names_who_holds_it(store: Store) -> None:
    store.add([reading([order("1")])], imported_at=NOW)
    (store.folder / ".writer.json").write_text(json.dumps({"pid": 4242}))
    with FileLock(store.folder / ".lock"):
        with pytest.raises(CusttierError, match="4242") as caught:
            store.undo(1)
        assert (caught.value.code, caught.value.exit_code) == ("store-locked", STORE)
        # readers do not wait
        assert store.facts().purchases.collect().height == 1


def test_a_reader_keeps_what_it_opened_while_a_writer_goes_on(store: Store) -> None:
    store.add([reading([order("1")])], imported_at=NOW)
    before = store.facts()
    store.add([reading([order("1", gross=5), order("2")], instant=NEW)], imported_at=NOW)
    store.undo(1)
    assert before.purchases.collect()["gross"].to_list() == [10000]
    assert before.customers.collect().height == 1


class StoppedError(Exception):
    """Stands for a kill."""


def two_files() -> tuple[Reading, Reading]:
    """After both no table of the store is empty."""
    sold = [order("1", phone="13800138001", payment_id="p"), order("2", account="other", phone="13800138001")]
    paid = order("w", kind="payment", platform="wechatpay", account="o", account_kind="openid", payment_id="p")
    returned = refund("r", "1", 9, refunded_on=date(2026, 3, 5))
    first = reading([*sold, paid], [item("1", "a")], [returned], instant=OLD, rejected=1)
    second = reading(
        [order("1", gross=50), order("3")], [item("3", "a")], [refund("s", "2", 9)], instant=NEW, rejected=1
    )
    return first, second


@cache
def made() -> TemporaryDirectory[str]:
    """Stores `first`, with one of the files, and `both`, made once: tests take copies."""
    folder = TemporaryDirectory()
    place = Path(folder.name)
    first, second = two_files()
    opened(place / "first").add([first], imported_at=NOW)
    shutil.copytree(place / "first", place / "both")
    opened(place / "both").add([second], imported_at=NOW)
    return folder


@pytest.mark.parametrize(
    ("step", "moment"), [(step, moment) for step in range(12) for moment in ("before", "after")][::3]
)
def test_an_import_that_stops_half_way_leaves_no_trace(
    store: Store, monkeypatch: pytest.MonkeyPatch, step: int, moment: str
) -> None:
    second = two_files()[1]
    shutil.copytree(Path(made().name) / "first", store.folder)
    before = held(store)
    committing = StoredTable._commit
    seen = []

    def stopping(table: StoredTable, actions: list[Any], *, mode: str) -> int:
        seen.append(table.folder.name)
        stops = len(seen) == step + 1
        if stops and moment == "before":
            raise StoppedError
        version = committing(table, actions, mode=mode)
        if stops and table.folder.name != "imports":
            raise StoppedError
        return version

    monkeypatch.setattr(StoredTable, "_commit", stopping)
    with pytest.raises(StoppedError):
        store.add([second], imported_at=NOW)
    monkeypatch.undo()
    assert len(seen) == step + 1
    assert_same(held(store), before)
    assert store.imports()["import_id"].to_list() == [1]
    assert counts(store, second) == [(2, 1, 0)]
    assert_same(held(store), held(opened(Path(made().name) / "both")))
    assert store.rejects(2).height == 1
    store.undo(2)
    assert_same(held(store), before)


def test_a_first_import_that_stops_leaves_no_store(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopping(*_: object, **__: object) -> None:
        raise StoppedError

    monkeypatch.setattr(StoredTable, "_commit", stopping)
    with pytest.raises(StoppedError):
        store.add([reading([order("1")])], imported_at=NOW)
    monkeypatch.undo()
    with pytest.raises(CusttierError, match="no-store"):
        store.facts()
    assert counts(store, reading([order("1")])) == [(1, 0, 0)]


def test_a_store_that_was_half_made_is_made_whole(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    making = StoredTable.create
    made = []

    def stopping(table: StoredTable) -> None:
        made.append(table)
        if len(made) == 3:
            raise StoppedError
        making(table)

    monkeypatch.setattr(StoredTable, "create", stopping)
    with pytest.raises(StoppedError):
        store.add([reading([order("1")])], imported_at=NOW)
    monkeypatch.undo()
    assert counts(store, reading([order("1")])) == [(1, 0, 0)]


KILLED = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from custtier.settings import Settings
from custtier.store import Store
from custtier.store.tables import StoredTable
from store.readings import ID_KEY, at, many

committing = StoredTable._commit
left = int(sys.argv[2])

def killing(table, actions, *, mode):
    global left
    version = committing(table, actions, mode=mode)
    left -= 1
    if not left:
        os.kill(os.getpid(), 9)
    return version

StoredTable._commit = killing
Store(Path(sys.argv[1]), settings=Settings(), id_key=ID_KEY).add([many(50)], imported_at=at("2026-06-01"))
"""


@pytest.mark.parametrize("steps", [1, 4])
def test_a_killed_process_holds_no_lock_and_its_rows_are_swept(store: Store, steps: int) -> None:
    store.add([many(10, accounts=7)], imported_at=NOW)
    tests = str(Path(__file__).parent.parent)
    done = subprocess.run([sys.executable, "-c", KILLED, str(store.folder), str(steps), tests], check=False)
    assert done.returncode == -9
    assert store.facts().extent.purchases == 10
    assert counts(store, many(20, start=5, accounts=7)) == [(15, 0, 5)]
    assert store.facts().extent.purchases == 25
    assert not (store.folder / ".writer.json").exists()


def test_many_commits_are_cleaned_up_and_stay_readable(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("custtier.store.store.MAINTAIN_EVERY", 3)
    for number in range(7):
        store.add([reading([order(str(number))])], imported_at=NOW)
    assert store.facts().extent.purchases == 7
    assert store.imports().height == 7
    assert len(list((store.folder / "imports").glob("*.parquet"))) >= 1
    assert any((store.folder / "purchases" / "_delta_log").glob("*.checkpoint.parquet"))
    store.undo(4)
    assert store.facts().extent.purchases == 6


def test_an_empty_import_still_gets_an_id(store: Store) -> None:
    outcome = store.add([reading([], rejected=1)], imported_at=NOW)
    assert outcome.import_id == 1
    assert store.facts().extent.purchases == 0
    assert Layout(store.folder).is_store()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="permissions do not bind this user")
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(CusttierError, match="bad-store-folder"):
        opened(tmp_path / "s").add([reading([order("1")])], imported_at=NOW)


@pytest.mark.parametrize("told", [OSError(28, "No space left"), pl.exceptions.ComputeError("No space left")])
def test_a_full_disk_is_told_and_leaves_the_store_as_it_was(
    store: Store, monkeypatch: pytest.MonkeyPatch, told: Exception
) -> None:
    store.add([reading([order("1")])], imported_at=NOW)

    def full(*_: object, **__: object) -> None:
        raise told

    monkeypatch.setattr(pl.LazyFrame, "sink_parquet", full)
    with pytest.raises(CusttierError, match="store-not-written") as caught:
        store.add([reading([order("2")])], imported_at=NOW)
    assert caught.value.exit_code == STORE
    assert store.facts().extent.purchases == 1


def test_a_disk_too_full_for_a_new_store_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("custtier.store.tables.DeltaTable.create", full)
    with pytest.raises(CusttierError, match="store-not-written"):
        opened(tmp_path / "s").add([reading([order("1")])], imported_at=NOW)


def test_a_store_may_lie_in_any_folder(tmp_path: Path) -> None:
    odd = opened(tmp_path / "year=2024" / "a [x] *é 中" / "s")
    odd.add([reading([order("1")], rejected=1)], imported_at=NOW)
    odd.add([reading([order("1", gross=5)], instant=NEW)], imported_at=NOW)
    odd.undo(2)
    assert odd.facts().purchases.collect()["gross"].to_list() == [10000]
    assert odd.rejects(1).height == 1


def test_a_disk_too_full_to_say_who_writes_is_told_by_what_is_written(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.add([many(10)], imported_at=NOW)
    written = Path.write_text

    def full(path: Path, *given: Any, **named: Any) -> int:
        if path.name == HOLDER_NAME:
            raise OSError(28, "No space left on device")
        return written(path, *given, **named)

    monkeypatch.setattr(Path, "write_text", full)
    assert store.add([many(10, start=10)], imported_at=NOW).files[0]["new"] == 10


def test_a_disk_too_full_to_send_readers_to_new_tables_is_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.add([many(10)], imported_at=NOW)
    before = held(store)
    key = store.facts().customers.collect()["customer_key"][0]

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched, pytest.raises(CusttierError) as told:
        patched.setattr(Layout, "_write_mark", full)
        store.forget(key, keep_totals=False, at=NOW)
    assert told.value.code == "store-not-written"
    assert_same(held(opened(store.folder)), before)
