"""Answers from a store say of which formats what buyers paid is not known."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from custtier.settings import Settings
from custtier.sources import read_files
from custtier.store import Store

CASES = Path(__file__).parents[1] / "cases"
GOODS = CASES / "woocommerce-orders" / "old-layout" / "orders.csv"
SHOP = CASES / "alipay-trade-orders" / "totals-at-the-end" / "交易订单.xlsx"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store", settings=Settings())


def take(store: Store, *paths: Path, day: int = 1) -> int:
    readings = read_files(paths, settings=Settings())
    return store.add(readings, imported_at=datetime(2026, 7, day, tzinfo=UTC)).import_id


def said(store: Store, **asked: date) -> list[tuple[str, object]]:
    return [(note.code, note.values["profile"]) for note in store.facts(**asked).notes]


def test_each_format_is_named_once_however_many_files_it_came_in(store: Store) -> None:
    take(store, GOODS)
    take(store, GOODS, SHOP, day=2)
    assert said(store) == [("goods_prices", "woocommerce-orders"), ("shop_receipts", "alipay-trade-orders")]


def test_an_import_that_was_undone_is_not_spoken_of(store: Store) -> None:
    take(store, GOODS)
    store.undo(take(store, SHOP, day=2))
    assert said(store) == [("goods_prices", "woocommerce-orders")]


def test_an_earlier_day_speaks_of_what_was_known_then(store: Store) -> None:
    take(store, GOODS)
    take(store, SHOP, day=3)
    assert said(store, as_known_on=date(2026, 7, 2)) == [("goods_prices", "woocommerce-orders")]
