"""Random shops: whoever is forgotten, nobody else's orders, sales or id change, and with kept totals no sum does."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from custtier.store import Store
from store import test_list_replay, test_replay
from store.readings import at, contact, listing
from store.test_store import NOW, opened


class Shop(list[Any]):
    """The imports of a shop; hypothesis need not print them."""

    def __repr__(self) -> str:
        """How many imports."""
        return f"Shop of {len(self)}"


SHOPS = st.lists(
    st.lists(st.one_of(test_replay.files(), test_list_replay.files()), min_size=1, max_size=2), min_size=1, max_size=4
).map(Shop)


def bought(store: Store) -> pl.DataFrame:
    """What every customer bought, by the id that the world sees."""
    facts = store.facts()
    placed = facts.purchases.join(facts.accounts, on="account_key", how="left").with_columns(
        pl.coalesce("customer_key", "account_key").alias("customer_key")
    )
    people = facts.customers.select("customer_key", "customer_id")
    return placed.join(people, on="customer_key", how="left").drop("customer_key").sort("order_key").collect()


def check(shop: list[list[Any]], number: int, undone: int, *, keep_totals: bool, folder: Path) -> None:
    store = opened(folder / "s")
    ids = [store.add(files, imported_at=NOW).import_id for files in shop]
    if len(ids) > 1:
        store.undo(ids[undone % len(ids)])
    customers = store.facts().customers.sort("customer_key").collect()
    assume(customers.height > 0)
    key, customer_id = customers.select("customer_key", "customer_id").row(number % customers.height)
    before = bought(store)
    done = store.forget(key, keep_totals=keep_totals, at=at("2026-07-01"))
    assert done.searched.found == ()
    after = bought(store)
    others = before.filter(pl.col("customer_id").ne_missing(customer_id))
    left = after.join(others.select("order_key"), on="order_key", how="semi")
    # a bill that shows nobody goes with the order that it paid
    assert left.equals(others.join(left.select("order_key"), on="order_key", how="semi"))
    assert others.filter(pl.col("account_key").is_not_null()).height == left["account_key"].drop_nulls().len()
    assert customer_id not in store.facts().customers.collect()["customer_id"].to_list()
    kept = set(customers["customer_id"].to_list()) - {customer_id}
    assert set(store.facts().customers.collect()["customer_id"].to_list()) == kept
    if keep_totals:
        sums = ["gross", "undated_refund", "dated_refund"]
        assert before.select(sums).sum().equals(after.select(sums).sum())
        assert before.height == after.height


@settings(
    max_examples=3, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, phases=[Phase.generate]
)
@given(SHOPS, st.integers(0, 5), st.integers(0, 3), st.booleans())
def test_nobody_elses_sales_change(shop: list[Any], number: int, undone: int, keep_totals: bool) -> None:
    with TemporaryDirectory() as folder:
        check(shop, number, undone, keep_totals=keep_totals, folder=Path(folder))


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(SHOPS, st.integers(0, 5), st.integers(0, 3), st.booleans())
def test_nobody_elses_sales_change_in_many_shops(shop: list[Any], number: int, undone: int, keep_totals: bool) -> None:
    with TemporaryDirectory() as folder:
        check(shop, number, undone, keep_totals=keep_totals, folder=Path(folder))


def test_a_contact_known_by_a_union_id_alone_is_forgotten_with_whoever_has_it(tmp_path: Path) -> None:
    store = opened(tmp_path / "s")
    whole = contact("wx_lin", phone="13700236001", union_id="union-lin-1")
    store.add([listing(contacts=[whole, contact(None, "小李", union_id="union-lin-1")])], imported_at=NOW)
    key = store.facts().customers.collect()["customer_key"].item()
    assert store.forget(key, keep_totals=False, at=at("2026-07-01")).searched.found == ()
    assert store.facts().table("contacts").collect().is_empty()
