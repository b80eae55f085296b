"""The tables that only some questions ask for: the same from a store as from files, and as the fold says."""

from pathlib import Path

import polars as pl
import pytest

from custtier.facts import TABLES, Facts
from custtier.settings import Settings
from custtier.sources.reading import Reading
from custtier.store import Store, facts_of
from store.empty import empty_store
from store.readings import ID_KEY, at, item, order, reading, refund
from store.test_store import NEW, NOW, OLD


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return empty_store(tmp_path / "store")


def direct(*files: Reading) -> Facts:
    return facts_of(files, settings=Settings(), id_key=ID_KEY)


def table(facts: Facts, name: str) -> pl.DataFrame:
    found = facts.table(name).collect()
    assert dict(found.schema) == {column: pl.Schema({column: dtype})[column] for column, dtype in TABLES[name].items()}
    return found.sort(found.columns)


FILES = [
    reading(
        [
            order("1", phone="+86 13700236001", address="一路 1 号", city="杭州市", agent="小王"),
            order("2", account=None, phone="137****6001", email="A@b.cn", gross=None, state=None),
            order("3", account="other", gross=None),
        ],
        [item("1", "a", amount=600), item("2", "a", amount=300, state="paid"), item("2", "b", amount=200)],
        [refund("r", "1", 100), refund("s", "nobody", 50), refund("t", None, 20, payment_id="p")],
        instant=OLD,
    ),
    reading(
        [order("1", phone="137****6001", address="二路 2 号", payment_id="p", gross=9000), order("4", state="unpaid")],
        [item("1", "a", amount=600, quantity=2.0)],
        instant=NEW,
    ),
]


@pytest.mark.parametrize("name", ["details", "waiting", "items", "refunds"])
def test_a_store_opens_the_same_tables_as_files(store: Store, name: str) -> None:
    for file in FILES:
        store.add([file], imported_at=NOW)
    found = table(store.facts(), name)
    assert found.height > 0
    assert found.equals(table(direct(*FILES), name))


def test_details_hold_what_all_records_of_an_order_say(store: Store) -> None:
    for file in FILES:
        store.add([file], imported_at=NOW)
    rows = {row["order_id"]: row for row in store.facts().table("details").collect().iter_rows(named=True)}
    first = rows["1"]
    assert (first["phone"], first["phone_kind"], first["gross"]) == ("13700236001", "full", 9000)
    assert (first["address"], first["city"], first["agent"]) == ("二路 2 号", "杭州市", "小王")
    assert (rows["2"]["gross"], rows["2"]["state"], rows["2"]["email"]) == (500, "paid", "a@b.cn")
    assert rows["2"]["account_key"] is None
    assert rows["4"]["state"] == "unpaid"


def test_an_undone_import_is_in_no_table(store: Store) -> None:
    for file in FILES:
        store.add([file], imported_at=NOW)
    store.undo(1)
    alone = direct(FILES[1])
    for name in ("details", "waiting", "items", "refunds"):
        assert table(store.facts(), name).equals(table(alone, name)), name


def test_only_the_columns_that_are_asked_for_come(store: Store) -> None:
    store.add(FILES, imported_at=NOW)
    found = store.facts().table("details", columns=["phone", "address"]).collect()
    assert (found.columns, found.height) == (["phone", "address"], 4)
    assert store.facts().table("details", columns=["order_key", "state"]).collect().width == 2


def test_an_address_that_comes_later_is_no_update(store: Store) -> None:
    store.add([reading([order("1")], instant=OLD)], imported_at=NOW)
    later = store.add([reading([order("1", address="路")], instant=NEW)], imported_at=NOW).files[0]
    assert (later["new"], later["updated"], later["unchanged"]) == (0, 0, 1)
    assert store.facts().table("details", columns=["address"]).collect().item() == "路"


def test_refunds_without_their_order_are_marked(store: Store) -> None:
    store.add(FILES, imported_at=NOW)
    refunds = store.facts().table("refunds").collect()
    assert dict(refunds.select("amount", "is_unmatched").iter_rows()) == {100: False, 50: True, 20: False}


def test_orders_that_wait_for_their_money_are_listed(store: Store) -> None:
    store.add([reading([order("1", gross=None), order("2", paid_at=at("2026-03-02"))])], imported_at=NOW)
    assert store.facts().table("waiting", columns=["order_id"]).collect()["order_id"].to_list() == ["1"]
