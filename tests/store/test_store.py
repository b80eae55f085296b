"""Imports into a store: counts, what readers see, undo, locks, damage."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from custtier.errors import NOTHING, USAGE, CusttierError
from custtier.settings import Settings
from custtier.sources.reading import Reading
from custtier.store import Store, facts_of
from store.readings import ID_KEY, at, item, many, order, reading, refund

NOW = at("2026-06-01 08:00")
OLD, NEW = "2026-04-01", "2026-05-01"
FRAMES = ("purchases", "dated_refunds", "accounts", "customers")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return opened(tmp_path / "store")


def opened(folder: Path, **settings: object) -> Store:
    return Store(folder, settings=Settings(lock_wait_seconds=0.0, **settings), id_key=ID_KEY)  # type: ignore[arg-type]


def counts(store: Store, *readings: Reading) -> list[tuple[int, int, int]]:
    outcome = store.add(readings, imported_at=NOW)
    return [(file["new"], file["updated"], file["unchanged"]) for file in outcome.files]


def held(store: Store) -> dict[str, pl.DataFrame]:
    facts = store.facts()
    return {name: getattr(facts, name).collect() for name in FRAMES}


def assert_same(first: dict[str, pl.DataFrame], second: dict[str, pl.DataFrame]) -> None:
    for name in FRAMES:
        by = first[name].columns
        assert first[name].sort(by).equals(second[name].sort(by)), name


def test_the_same_file_twice_brings_nothing_new(store: Store) -> None:
    file = reading(
        [order("1"), order("2")], [item("1", "a"), item("1", "b")], [refund("r", "1", 100)], rejected=2, excluded=1
    )
    assert counts(store, file) == [(4, 0, 0)]
    before = held(store)
    assert counts(store, file) == [(0, 0, 4)]
    assert_same(held(store), before)
    assert store.imports()["import_id"].to_list() == [1, 2]


def test_a_later_export_brings_exactly_its_changes(store: Store) -> None:
    store.add(
        [reading([order("1"), order("2"), order("3", state="unpaid", paid_at=None)], instant=OLD)], imported_at=NOW
    )
    later = reading([order("1"), order("2", stated_refund=500), order("3"), order("4")], instant=NEW)
    assert counts(store, later) == [(1, 2, 1)]
    assert store.facts().extent.undated_refunds == 1


def test_an_older_export_changes_nothing_that_is_newer(store: Store) -> None:
    store.add([reading([order("1", gross=200)], instant=NEW)], imported_at=NOW)
    assert counts(store, reading([order("1", gross=100)], instant=OLD)) == [(0, 0, 1)]


def test_a_file_is_compared_with_the_files_before_it(store: Store) -> None:
    first = reading([order("1"), order("2")], instant=OLD)
    second = reading([order("1", gross=5), order("2"), order("3")], instant=NEW)
    assert counts(store, first, second, second) == [(2, 0, 0), (1, 1, 1), (0, 0, 3)]


def test_an_item_is_new_on_its_own(store: Store) -> None:
    store.add([reading([order("1")], [item("1", "a")])], imported_at=NOW)
    more = reading([order("1")], [item("1", "a"), item("1", "b"), item("1", "c")])
    assert counts(store, more) == [(2, 0, 1)]
    changed = reading([order("1")], [item("1", "a", quantity=2.0), item("1", "b")], instant=NEW)
    assert counts(store, changed) == [(0, 1, 1)]


def test_a_refund_is_new_once_and_updated_when_it_is_done(store: Store) -> None:
    store.add([reading([order("1")])], imported_at=NOW)
    asked = reading([], refunds=[refund("r", "1", 100, state="pending"), refund("s", None, 50)], instant=OLD)
    assert counts(store, asked) == [(2, 0, 0)]
    done = reading([], refunds=[refund("r", "1", 100), refund("s", None, 50)], instant=NEW)
    assert counts(store, done) == [(0, 1, 1)]
    assert store.facts().extent.undated_refunds == 1


def test_every_record_is_counted_once(store: Store) -> None:
    outcome = store.add([reading([order("1")], rejected=3, excluded=2)], imported_at=NOW)
    file = outcome.files[0]
    assert (file["rows_read"], file["new"], file["rejected"], file["excluded"]) == (6, 1, 3, 2)
    assert (file["reasons"], file["rejected_reasons"]) == ({"trailer": 2}, {"bad_amount": 3})


def test_the_store_answers_as_files_do(store: Store) -> None:
    files = [
        reading([order("1", phone="13800138001"), order("2", account="b", phone="13800138001")]),
        reading([order("3", account=None)], refunds=[refund("r", "1", 100, refunded_on=date(2026, 3, 9))]),
    ]
    store.add(files, imported_at=NOW)
    direct = facts_of(files, settings=Settings(), id_key=ID_KEY)
    assert_same(held(store), {name: getattr(direct, name).collect() for name in FRAMES})
    assert store.facts().extent == direct.extent


def test_purchases_are_sorted_by_account_and_day(store: Store) -> None:
    store.add([many(500, accounts=40)], imported_at=NOW)
    store.add([many(500, start=300, accounts=40)], imported_at=NOW)
    found = store.facts().purchases.collect()
    assert found.height == 800
    assert found.equals(found.sort("account_key", "order_day", "order_key"))


def test_the_rejected_rows_of_an_import_can_be_read_again(store: Store) -> None:
    store.add([reading([order("1")], rejected=2)], imported_at=NOW)
    store.add([reading([order("1")], rejected=1)], imported_at=NOW)
    assert store.rejects(1)["row"].to_list() == [2, 3]
    assert store.rejects(2)["import_id"].to_list() == [2]


def test_an_import_can_be_undone_in_any_order(store: Store, tmp_path: Path) -> None:
    files = [
        reading([order("1"), order("2")], instant=OLD),
        reading([order("1", state="refunded"), order("3")], instant=NEW),
        reading([order("1", stated_refund=10, gross=77)], instant="2026-06-01"),
    ]
    for file in files:
        store.add([file], imported_at=NOW)
    store.undo(2)
    rest = opened(tmp_path / "rest")
    for file in (files[0], files[2]):
        rest.add([file], imported_at=NOW)
    assert_same(held(store), held(rest))
    assert store.facts().extent == rest.facts().extent
    store.undo(3)
    store.undo(1)
    assert store.facts().extent.purchases == 0
    assert store.imports()["undone"].to_list() == [True, True, True]


def test_an_undone_import_can_be_made_again_under_a_new_id(store: Store) -> None:
    file = reading([order("1")])
    store.add([file], imported_at=NOW)
    store.undo(1)
    assert counts(store, file) == [(1, 0, 0)]
    assert store.imports()["import_id"].to_list() == [1, 2]


def test_only_imports_that_stand_can_be_undone(store: Store) -> None:
    with pytest.raises(CusttierError, match="unknown-import"):
        store.undo(1)
    assert not store.folder.exists()
    store.add([reading([order("1")])], imported_at=NOW)
    store.undo(1)
    with pytest.raises(CusttierError, match="already-undone") as caught:
        store.undo(1)
    assert caught.value.exit_code == USAGE


def test_a_bill_can_come_before_or_after_the_shops_orders_and_be_undone(store: Store) -> None:
    shop = reading([order("1", payment_id="p", account=None)])
    bill = reading(
        [order("w", platform="wechatpay", kind="payment", payment_id="p", account="o", account_kind="openid")],
        refunds=[refund("r", "w", 100, platform="wechatpay", payment_id="p", refunded_on=date(2026, 3, 9))],
    )
    store.add([bill], imported_at=NOW)
    assert store.facts().extent.purchases == 1
    store.add([shop], imported_at=NOW)
    both = held(store)
    assert both["purchases"].select("gross", "dated_refund", "source").rows() == [(10000, 100, "taobao-orders")]
    store.undo(1)
    assert store.facts().purchases.collect()["account_key"].to_list() == [None]
    store.add([bill], imported_at=NOW)
    assert_same(held(store), both)
    store.undo(2)
    assert store.facts().purchases.collect().select("gross", "dated_refund").rows() == [(10000, 100)]


def test_undoing_refunds_that_name_only_a_payment_gives_the_orders_their_money_back(store: Store) -> None:
    store.add([reading([order("1", payment_id="p")])], imported_at=NOW)
    before = held(store)
    store.add([reading([], refunds=[refund("r", None, 300, payment_id="p")])], imported_at=NOW)
    assert store.facts().purchases.collect()["undated_refund"].to_list() == [300]
    store.undo(2)
    assert_same(held(store), before)


def test_another_zone_in_the_settings_moves_every_day_at_the_next_import(tmp_path: Path) -> None:
    late = [order("1", paid_at=at("2026-02-28 17:00"))]
    opened(tmp_path / "s").add([reading(late)], imported_at=NOW)
    moved = opened(tmp_path / "s", zone="America/New_York")
    moved.add([reading([order("2")])], imported_at=NOW)
    assert moved.facts().purchases.collect()["ordered_on"].min() == date(2026, 2, 28)


def test_another_id_key_gives_every_customer_another_id_at_the_next_import(store: Store) -> None:
    store.add([reading([order("1")])], imported_at=NOW)
    before = held(store)["customers"]["customer_id"].to_list()
    other = Store(store.folder, settings=Settings(), id_key=b"x" * 32)
    other.add([reading([order("1")])], imported_at=NOW)
    assert held(other)["customers"]["customer_id"].to_list() != before


def test_there_is_no_store_before_the_first_import(store: Store) -> None:
    with pytest.raises(CusttierError, match="no-store") as caught:
        store.facts()
    assert caught.value.exit_code == NOTHING
    assert store.imports().is_empty()
    assert not store.folder.exists()


def test_an_order_without_an_amount_waits_for_nothing_unless_it_was_paid(store: Store) -> None:
    orders = [order(f"{state}", state=state, gross=None) for state in ("unpaid", "closed", "refunded", "paid")]
    outcome = store.add([reading([*orders, order("1")])], imported_at=NOW)
    assert [note.values for note in outcome.notes if note.code == "waiting_items"] == [{"orders": 1}]
    assert held(store)["purchases"].height == 1
