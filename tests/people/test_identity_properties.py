"""What holds for any shop and any links: sums stay, order never matters, an undo is exact, ids stay."""

import random
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custtier.keys import key_of
from custtier.people import People
from custtier.people.joins import apart_pairs
from custtier.schema import LINKS, conform
from custtier.settings import Settings
from custtier.sources.reading import RECORDS, Reading
from custtier.store import Store
from people.somebody import Row, contact, groups, known, link, links_of, orders_of, people
from store.empty import empty_store
from store.readings import ID_KEY, at, order, reading

NOW = at("2026-06-01 08:00")
PHONES = [None, "13800138001", "13800138002", "13800138003", "138****8001"]
ACCOUNTS = [(platform, f"{platform}{place}") for platform in ("taobao", "jd") for place in range(4)]


@st.composite
def some_orders(draw: st.DrawFn) -> list[Row]:
    count = draw(st.integers(1, 14))
    rows = []
    for place in range(count):
        platform, account = draw(st.sampled_from(ACCOUNTS))
        phone = draw(st.sampled_from(PHONES))
        gross = draw(st.integers(0, 3)) * 100
        name = draw(st.sampled_from(["张三", "李四", "张*"]))
        rows.append(order(f"{place}", platform=platform, account=account, phone=phone, gross=gross, name=name))
    return rows


@st.composite
def some_contacts(draw: st.DrawFn) -> list[Row]:
    unions, phones = st.sampled_from([None, "u1", "u2"]), st.sampled_from(PHONES)
    return [
        contact(f"wm{place}", union_id=draw(unions), phone=draw(phones)) for place in range(draw(st.integers(0, 4)))
    ]


@st.composite
def some_links(draw: st.DrawFn) -> list[Row]:
    lines = []
    for label in range(draw(st.integers(0, 4))):
        decision = draw(st.sampled_from(["same", "same", "apart"]))
        for platform, account in draw(st.lists(st.sampled_from(ACCOUNTS), min_size=2, max_size=3, unique=True)):
            lines.append(link(f"x{label}", account, decision, platform=platform, import_id=label))
    return lines


def sales(orders: Sequence[Row], found: People) -> tuple[int, int, int]:
    """Orders and sums over customers, read as views read them; customers that do not stand in the list are lost."""
    placed = orders_of(orders).join(found.accounts, on="account_key", how="left")
    owned = placed.with_columns(pl.coalesce("customer_key", "account_key").alias("customer_key")).join(
        found.customers.select("customer_key"), on="customer_key"
    )
    return owned.height, owned["gross"].sum(), owned["order_key"].n_unique()


@given(some_orders(), some_contacts(), some_links())
@settings(max_examples=30, deadline=None)
def test_sums_are_equal_before_and_after_merging(orders: list[Row], contacts: list[Row], links: list[Row]) -> None:
    alone, merged = people(orders), people(orders, contacts, links)
    assert sales(orders, alone) == sales(orders, merged)
    assert merged.customers["customer_id"].is_unique().all()
    everybody = known(orders, contacts)
    assert merged.customers.height + merged.accounts.height == everybody.height
    assert not merged.accounts["account_key"].is_in(merged.customers["customer_key"].implode()).any()


@given(some_orders(), some_contacts(), some_links(), st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None)
def test_the_order_of_rows_never_matters(
    orders: list[Row], contacts: list[Row], links: list[Row], chance: random.Random
) -> None:
    expected = people(orders, contacts, links)
    mixed = [list(rows) for rows in (orders, contacts, links)]
    for rows in mixed:
        chance.shuffle(rows)
    found = people(*mixed)
    assert found.accounts.equals(expected.accounts)
    assert found.customers.equals(expected.customers)


@given(some_orders(), some_contacts(), some_links())
@settings(max_examples=30, deadline=None)
def test_whoever_is_apart_is_never_together(orders: list[Row], contacts: list[Row], links: list[Row]) -> None:
    found = people(orders, contacts, links)
    everybody = known(orders, contacts)
    texts = dict(everybody.select("account_key", "account").iter_rows())
    for one, other in apart_pairs(links_of(links)).rows():
        pair = {texts.get(one, "nobody"), texts.get(other, "no one")}
        assert not any(pair <= set(group) for group in groups(found, everybody))


@given(some_orders(), some_orders())
@settings(max_examples=20, deadline=None)
def test_more_orders_of_the_same_accounts_change_no_id_but_by_a_merge(first: list[Row], more: list[Row]) -> None:
    """New orders may move an account's usual phone; an id changes only where a group of accounts does."""
    accounts = {row["account"] for row in first}
    later = [{**row, "order_id": f"n{row['order_id']}", "phone": None} for row in more if row["account"] in accounts]
    for row in later:
        row["order_key"] = key_of(row["order_id"])
    before, after = people(first), people([*first, *later])
    assert groups(before, known(first)) == groups(after, known(first))
    assert before.customers["customer_id"].equals(after.customers["customer_id"])


@pytest.mark.slow
@given(
    some_orders(),
    st.lists(some_links(), min_size=1, max_size=3),
    st.lists(st.integers(0, 3), max_size=3, unique=True),
)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_undoing_imports_of_links_in_any_order_is_as_if_they_had_never_been(
    tmp_path_factory: pytest.TempPathFactory, orders: list[Row], lists: list[list[Row]], undone: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("links")
    empty_store(folder / "bought").add([reading(orders, instant=None)], imported_at=NOW)
    kept = _linked(shutil.copytree(folder / "bought", folder / "kept"), lists)
    left = [number for number in undone if number < len(lists)]
    for number in left:
        kept.undo(number + 2)
    others = [rows for place, rows in enumerate(lists) if place not in left]
    fresh = _linked(shutil.copytree(folder / "bought", folder / "fresh"), others)
    for name in ("accounts", "customers", "purchases"):
        assert getattr(kept.facts(), name).collect().equals(getattr(fresh.facts(), name).collect())


def _linked(folder: Path, lists: list[list[Row]]) -> Store:
    store = Store(folder, settings=Settings(), id_key=ID_KEY)
    for rows in lists:
        store.add([links_reading(rows)], imported_at=NOW)
    return store


def links_reading(rows: list[Row]) -> Reading:
    """A link file of these lines."""
    stated = links_of([{**row, "import_id": None} for row in rows])
    empty = reading([], instant=None, profile="generic-links", path="links.csv")
    records = conform(stated.select(list_key="link_key").with_columns(outcome=pl.lit("kept")), RECORDS)
    return replace(empty, rows_read=records.height, records=records, lists={"links": conform(stated, LINKS)})
