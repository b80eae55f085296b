"""What was known once: facts as of the imports of a day are those that the store gave on that day."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custtier.errors import CusttierError
from custtier.facts import TABLES, Facts
from custtier.sources.reading import Reading
from custtier.store import Store
from store.empty import empty_store
from store.readings import link, listing, order, reading, refund
from store.test_list_replay import files as list_files
from store.test_replay import files as order_files
from store.test_store import FRAMES, opened

FIRST = datetime(2026, 7, 1, 4, 0, tzinfo=UTC)

Collected = dict[str, pl.DataFrame]


def collected(facts: Facts) -> Collected:
    """Every frame and table, in an order of its own rows."""
    frames = {name: getattr(facts, name).collect() for name in FRAMES}
    tables = {name: facts.table(name).collect() for name in TABLES}
    return {name: rows.sort(rows.columns) for name, rows in {**tables, **frames}.items()}


def day(number: int) -> date:
    return (FIRST + timedelta(days=number)).date()


def differing(before: Collected, after: Collected) -> list[str]:
    return [name for name in before if not before[name].equals(after[name])]


STEPS = st.lists(
    st.one_of(st.lists(st.one_of(order_files(), list_files()), min_size=1, max_size=2), st.integers(1, 5)),
    min_size=2,
    max_size=7,
)


def replay(steps: list[list[Reading] | int], folder: Path) -> None:
    """Each step on a day of its own; then every day is asked for."""
    store = empty_store(folder)
    told: list[tuple[date, Collected, object]] = []
    standing: set[int] = set()
    for number, step in enumerate(steps):
        moment = FIRST + timedelta(days=number)
        if not isinstance(step, int):
            standing.add(store.add(step, imported_at=moment).import_id)
        elif step in standing:
            store.undo(step, at=moment)
            standing.remove(step)
        if standing:
            facts = store.facts()
            told.append((day(number), collected(facts), facts.extent))
    for known_on, before, extent in told:
        facts = store.facts(as_known_on=known_on)
        assert differing(before, collected(facts)) == []
        assert facts.extent == extent


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(STEPS)
def test_what_was_known_on_any_day_is_what_the_store_said_that_day(steps: list[Any]) -> None:
    with TemporaryDirectory() as folder:
        replay(steps, Path(folder) / "s")


@pytest.mark.slow
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_what_was_known_on_any_day_of_many_histories_is_what_the_store_said_that_day(steps: list[Any]) -> None:
    with TemporaryDirectory() as folder:
        replay(steps, Path(folder) / "s")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = empty_store(tmp_path / "store")
    made.add([reading([order("1", account="a"), order("2", account="b", state="unpaid")])], imported_at=FIRST)
    return made


def later(store: Store, number: int, *readings: Reading) -> int:
    return store.add(readings, imported_at=FIRST + timedelta(days=number)).import_id


def net(facts: Facts) -> int:
    spent = pl.col("gross") - pl.col("undated_refund") - pl.col("dated_refund")
    total: int = facts.purchases.select(spent.sum()).collect().item()
    return total


def test_a_refund_that_came_in_later_was_not_known(store: Store) -> None:
    later(store, 5, reading(refunds=[refund("r", "1", 2500, refunded_on=date(2026, 3, 2))]))
    assert net(store.facts()) == 7500
    assert net(store.facts(as_known_on=day(4))) == 10000
    assert net(store.facts(as_known_on=day(5))) == 7500


def test_an_undo_does_not_reach_the_days_before_it(store: Store) -> None:
    made = later(store, 2, reading([order("3", account="c")]))
    store.undo(made, at=FIRST + timedelta(days=4))
    assert [net(store.facts(as_known_on=day(number))) for number in (1, 2, 3, 4)] == [10000, 20000, 20000, 10000]


def test_two_who_became_one_later_were_two(store: Store) -> None:
    later(store, 1, reading([order("4", account="d")]))
    later(store, 3, listing(None, links=[link("x", "a"), link("x", "d")]))
    people = [
        facts.customers.collect().height for facts in (store.facts(as_known_on=day(2)), store.facts(as_known_on=day(3)))
    ]
    assert people == [3, 2]


def test_a_day_ends_where_the_shop_is(tmp_path: Path) -> None:
    store = opened(tmp_path / "store")
    # in Shanghai it is 1 July at 16:30 UTC of 30 June
    store.add([reading([order("1")])], imported_at=datetime(2026, 6, 30, 16, 30, tzinfo=UTC))
    with pytest.raises(CusttierError) as problem:
        store.facts(as_known_on=date(2026, 6, 30))
    assert (problem.value.code, problem.value.exit_code) == ("nothing-known-yet", 4)
    assert problem.value.values == {"day": "2026-06-30", "first": "2026-07-01"}
    assert net(store.facts(as_known_on=date(2026, 7, 1))) == 10000


def test_who_was_forgotten_since_is_not_in_what_was_known(store: Store) -> None:
    later(store, 1, reading([order("5", account="e")]))
    later(store, 3, reading([order("6", account="f")]))
    known = store.facts().table("known").collect()
    key = known.filter(pl.col("account") == "e")["account_key"].item()
    store.forget(key, keep_totals=False, at=FIRST + timedelta(days=4))
    assert net(store.facts(as_known_on=day(2))) == 10000
    assert store.facts(as_known_on=day(2)).customers.collect().height == 2


def test_asking_what_was_known_writes_nothing(store: Store) -> None:
    later(store, 2, reading([order("3", account="c")]))
    before = {path: path.stat().st_mtime_ns for path in store.folder.rglob("*")}
    collected(store.facts(as_known_on=day(1)))
    assert {path: path.stat().st_mtime_ns for path in store.folder.rglob("*")} == before


def test_a_day_after_the_last_import_is_today(store: Store) -> None:
    assert differing(collected(store.facts()), collected(store.facts(as_known_on=date(2030, 1, 1)))) == []
