"""Chats in the store, part by part: whatever the size of the parts, the store holds the same."""

from pathlib import Path

import polars as pl
import pytest

from custtier import keys
from custtier.sources.reading import Reading
from custtier.store import list_tables, touched
from custtier.store import messages as stored
from custtier.store.messages import MESSAGE_ORDER, messages_of
from store.readings import contact, listing, message
from store.test_lists import assert_alike, direct
from store.test_store import NEW, counts, opened

EARLY: Reading = listing(messages=[message(name, f"2026-01-0{day}") for name in "abcdefg" for day in (3, 1, 2)])
LATE: Reading = listing(
    NEW,
    messages=[message(name, f"2026-01-0{day}") for name in "cghi" for day in (4, 2)]
    + [message("c", "2026-01-04", number=2)],
)


@pytest.fixture(params=[2, 5, 3_000_000])
def in_parts(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "_ROWS_AT_ONCE", request.param)
    monkeypatch.setattr(keys, "_KEYS_AT_ONCE", request.param)
    monkeypatch.setattr(touched, "_FEW_KEYS", min(request.param, 5))
    monkeypatch.setattr(list_tables, "_MANY_MESSAGES", request.param)


@pytest.mark.usefixtures("in_parts")
def test_overlapping_logs_bring_each_message_once(tmp_path: Path) -> None:
    store = opened(tmp_path / "store")
    assert counts(store, listing(contacts=[contact("a")]), EARLY) == [(1, 0, 0), (21, 0, 0)]
    assert counts(store, LATE) == [(7, 0, 2)]
    assert counts(store, EARLY, LATE) == [(0, 0, 21), (0, 0, 9)]
    found = store.facts().table("messages").collect()
    assert found.height == 28
    assert found.select(MESSAGE_ORDER).equals(found.select(MESSAGE_ORDER).sort(MESSAGE_ORDER))
    store.undo(1)
    store.undo(3)
    assert_alike(store.facts(), direct(LATE))


@pytest.mark.usefixtures("in_parts")
def test_several_logs_in_one_import_are_counted_one_after_the_other(tmp_path: Path) -> None:
    store = opened(tmp_path / "store")
    assert counts(store, EARLY, LATE, EARLY) == [(21, 0, 0), (7, 0, 2), (0, 0, 21)]
    assert_alike(store.facts(), direct(EARLY, LATE))


def test_a_part_gives_the_columns_rows_and_order_that_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    records = pl.concat([EARLY.lists["messages"], LATE.lists["messages"]]).with_columns(
        account_key=pl.col("account").rank("dense").cast(pl.Int64)
    )
    whole = messages_of(records)
    monkeypatch.setattr(stored, "_ROWS_AT_ONCE", 4)
    parts = messages_of(records)
    assert parts.collect().equals(whole.collect())
    few = [frame.filter(pl.col("account_key") > 3).select("sent_at").head(5) for frame in (parts, whole)]
    assert few[0].collect().equals(few[1].collect())
