"""What later imports changed of a period: the difference of two answers, told by the few orders that they speak of."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custtier.facts import Facts
from custtier.sources.reading import Reading
from custtier.store import Store
from store.empty import empty_store
from store.readings import at, order, reading, refund
from store.test_replay import files

FIRST = datetime(2026, 3, 5, 4, 0, tzinfo=UTC)
AS_OF = date(2026, 3, 3)
Sums = dict[int, int]


def day(number: int) -> date:
    return (FIRST + timedelta(days=number)).date()


def nets(facts: Facts, as_of: date) -> Sums:
    """Order → net sales as of a day, of the purchases up to it; the slow way."""
    sums: Sums = {}
    for row in facts.purchases.collect().iter_rows(named=True):
        if row["ordered_on"] <= as_of:
            sums[row["order_key"]] = row["gross"] - row["undated_refund"]
    for row in facts.dated_refunds.collect().iter_rows(named=True):
        if row["order_key"] in sums and row["refunded_on"] <= as_of:
            sums[row["order_key"]] -= row["amount"]
    return {key: net for key, net in sums.items() if net > 0}


def differing(before: Sums, after: Sums) -> set[tuple[int, int]]:
    keys = before.keys() | after.keys()
    return {(key, after.get(key, 0) - before.get(key, 0)) for key in keys if before.get(key, 0) != after.get(key, 0)}


def told(rows: pl.DataFrame) -> Sums:
    return {key: net for key, net in rows.select("order_key", "net").iter_rows() if net > 0}


STEPS = st.lists(
    st.one_of(st.lists(files(), min_size=1, max_size=2), st.lists(files(), min_size=1, max_size=2), st.integers(1, 4)),
    min_size=2,
    max_size=6,
)


def replay(steps: list[list[Reading] | int], folder: Path) -> None:
    store = empty_store(folder)
    standing: set[int] = set()
    for number, step in enumerate(steps):
        moment = FIRST + timedelta(days=number)
        if not isinstance(step, int):
            standing.add(store.add(step, imported_at=moment).import_id)
        elif step in standing:
            store.undo(step, at=moment)
            standing.remove(step)
    if not standing:
        return

    @cache
    def known(on: date) -> Sums:
        return nets(store.facts(as_known_on=on), AS_OF)

    for number in range(len(steps)):
        known_on = day(number)
        late = store.late_changes(AS_OF, as_known_on=known_on)
        if late is not None:
            before, now = known(late.known_on), known(known_on)
            assert differing(told(late.before), told(late.after)) == differing(before, now)


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(STEPS)
def test_what_changed_is_the_difference_of_the_two_answers(steps: list[Any]) -> None:
    with TemporaryDirectory() as folder:
        replay(steps, Path(folder) / "s")


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_what_changed_in_many_histories_is_the_difference_of_the_two_answers(steps: list[Any]) -> None:
    with TemporaryDirectory() as folder:
        replay(steps, Path(folder) / "s")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = empty_store(tmp_path / "store")
    made.add([reading([order("1"), order("2", ordered_at=at("2026-03-02"), paid_at=None)])], imported_at=FIRST)
    return made


def changes(store: Store, as_of: date = AS_OF) -> tuple[date, list[int]] | None:
    late = store.late_changes(as_of)
    if late is None:
        return None
    return late.known_on, sorted(net for _, net in differing(told(late.before), told(late.after)))


def test_nothing_is_late_where_nothing_was_imported_after_the_period(store: Store) -> None:
    assert store.late_changes(date(2026, 3, 5)) is None
    assert store.late_changes(AS_OF) is None


def test_a_refund_that_is_told_later_lowers_the_period_where_it_has_no_day(store: Store) -> None:
    rows = [refund("r", "1", 2500), refund("s", "2", 700, refunded_on=date(2026, 3, 9))]
    store.add([reading(refunds=rows)], imported_at=FIRST + timedelta(days=5))
    assert changes(store) == (day(0), [-2500])


def test_an_order_of_the_period_that_is_told_later_raises_it(store: Store) -> None:
    later = [order("3", gross=4200), order("4", paid_at=at("2026-03-20"), ordered_at=at("2026-03-20"))]
    store.add([reading(later)], imported_at=FIRST + timedelta(days=9))
    assert changes(store) == (day(0), [4200])


def test_the_last_day_that_brought_the_end_of_the_period_closes_it(store: Store) -> None:
    shown_later = [order("3", paid_at=at("2026-03-03"), ordered_at=at("2026-03-03"))]
    store.add([reading(shown_later)], imported_at=FIRST + timedelta(days=2))
    store.add([reading([order("1", state="closed", gross=None)])], imported_at=FIRST + timedelta(days=3))
    store.add([reading([order("5", paid_at=at("2026-03-30"))])], imported_at=FIRST + timedelta(days=30))
    found = store.late_changes(AS_OF)
    assert found is not None
    assert found.known_on == day(2)


def test_where_every_import_went_further_the_first_that_did_closes_the_period(store: Store) -> None:
    late = store.late_changes(date(2026, 2, 28))
    assert late is None
    store.add([reading([order("3", paid_at=at("2026-02-20"))])], imported_at=FIRST + timedelta(days=3))
    assert changes(store, date(2026, 2, 28)) == (day(0), [10000])


def test_an_undo_after_the_period_is_a_change_of_it(store: Store) -> None:
    made = store.add([reading([order("3", gross=800)])], imported_at=FIRST).import_id
    store.undo(made, at=FIRST + timedelta(days=4))
    assert changes(store) == (day(0), [-800])
