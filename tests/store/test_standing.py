"""A later import writes only what it changes of the current orders, and puts only its accounts in order again."""

from pathlib import Path

import polars as pl
import pytest

from custtier.schema import PURCHASES, conform
from custtier.store import standing
from custtier.store.current import sorted_purchases, with_purchases
from custtier.store.standing import STANDING, standing_orders
from custtier.store.tables import StoredTable
from store.readings import order, reading
from store.test_store import NEW, NOW, OLD, assert_same, held, opened


def rows(*told: tuple[int, int, str, bool]) -> pl.LazyFrame:
    named = ["order_key", "generation", "name", "is_gone"]
    return conform(pl.DataFrame(list(told), schema=named, orient="row"), STANDING).lazy()


def names(found: pl.LazyFrame) -> dict[int, str]:
    return dict(found.select("order_key", "name").collect().iter_rows())


def test_of_several_rows_of_an_order_the_latest_holds() -> None:
    told = rows((1, 4, "a", False), (2, 4, "b", False), (1, 6, "c", False), (3, 7, "d", False), (1, 7, "e", False))
    assert names(standing_orders(told)) == {1: "e", 2: "b", 3: "d"}


def test_an_order_that_is_gone_stays_gone_until_it_comes_back() -> None:
    gone = [(1, 4, "a", False), (2, 4, "b", False), (1, 5, "", True)]
    assert names(standing_orders(rows(*gone))) == {2: "b"}
    assert names(standing_orders(rows(*gone, (1, 6, "c", False)))) == {1: "c", 2: "b"}


def test_nothing_stands_where_all_is_gone() -> None:
    assert names(standing_orders(rows((1, 4, "", True)))) == {}
    assert names(standing_orders(rows())) == {}


def purchases(*told: tuple[int, int | None, int]) -> pl.LazyFrame:
    named = ["order_key", "account_key", "order_day"]
    return conform(pl.DataFrame(list(told), schema=named, orient="row"), PURCHASES).lazy()


@pytest.mark.parametrize("nobody", [None, 5])
def test_purchases_are_in_order_after_some_were_replaced(nobody: int | None) -> None:
    kept = [(1, None, 9), (2, None, 3), (3, -4, 1), (4, -4, 8), (5, 0, 2), (6, 7, 1), (7, 7, 1), (8, 9, 0)]
    fresh = purchases((4, 7, 2), (9, -4, 0), (10, nobody, 4), (11, 8, 1))
    before = sorted_purchases(purchases(*kept).collect())
    found = with_purchases(before.lazy(), fresh, replaced=pl.Series([4, 9, 10, 11, 6])).collect()
    left = [told for told in kept if told[0] not in {4, 6}]
    expected = sorted_purchases(pl.concat([purchases(*left), fresh]).collect())
    assert found.equals(expected)


@pytest.mark.parametrize("least", [0, 1000])
def test_a_base_that_is_made_anew_answers_as_one_that_is_added_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, least: int
) -> None:
    monkeypatch.setattr(standing, "_LEAST", least)
    files = [
        reading([order("1"), order("2", account="b", phone="13800138001")], instant=OLD),
        reading([order("2", state="closed", paid_at=None), order("3", phone="13800138001")], instant=NEW),
        reading([order("4", account="b", gross=500)], instant=NEW),
    ]
    store, fresh = opened(tmp_path / "s"), opened(tmp_path / "f")
    for file in files:
        store.add([file], imported_at=NOW)
    store.undo(2)
    for file in (files[0], files[2]):
        fresh.add([file], imported_at=NOW)
    assert_same(held(store), held(fresh))
    generations = _generations(store.folder)
    assert (generations == 1) == (least == 0)


def _generations(folder: Path) -> int:
    table = StoredTable(folder / "current_orders", STANDING, partitioned=False)
    return table.scan(table.version()).select(pl.col("generation").n_unique()).collect().item()
