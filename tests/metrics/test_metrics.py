"""Purchases as of a day, totals and rhythm: by hand, and by two routes on random shops."""

from datetime import date, timedelta

import narwhals.stable.v2 as nw
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from custtier.facts import Facts
from custtier.metrics import runs
from custtier.metrics.frames import polars_behind
from custtier.metrics.runs import Ledger, run_rhythm, run_totals
from custtier.metrics.sales import purchases_as_of
from custtier.metrics.scope import Scope, in_scope
from custtier.metrics.totals import customer_totals, remarkable_orders
from custtier.periods import day_number
from metrics import plain, portable
from metrics.shops import Order, Shop, account_key, facts_of, random_shop

DAY = date(2026, 3, 31)


def purchases_on(facts: Facts, as_of: date, *, with_refunds: bool = True) -> nw.LazyFrame:
    orders = in_scope(nw.from_native(facts.purchases), scope=Scope(), as_of=as_of)
    refunds = nw.from_native(facts.dated_refunds) if with_refunds else None
    return purchases_as_of(orders, as_of=as_of, dated_refunds=refunds)


def sales_on(order: Order, as_of: date) -> list[int]:
    found = polars_behind(purchases_on(facts_of(Shop((order,))), as_of)).collect()
    return found.get_column("net_sales").to_list()


def test_a_refund_after_the_day_does_not_change_the_day() -> None:
    order = Order("a", DAY, 1000, refunds=((DAY + timedelta(days=1), 1000),))
    assert sales_on(order, DAY) == [1000]
    assert sales_on(order, DAY + timedelta(days=1)) == []


def test_an_order_after_the_day_does_not_exist() -> None:
    assert sales_on(Order("a", DAY, 1000), DAY - timedelta(days=1)) == []


def test_an_undated_refund_counts_with_its_order() -> None:
    assert sales_on(Order("a", DAY, 1000, undated=300), DAY) == [700]
    assert sales_on(Order("a", DAY, 1000, undated=1000), DAY) == []


def test_several_refunds_of_one_order_add_up() -> None:
    order = Order("a", DAY, 1000, undated=100, refunds=((DAY, 200), (DAY, 300), (DAY + timedelta(days=9), 50)))
    assert sales_on(order, DAY) == [400]


def test_closed_orders_and_orders_without_money_are_no_purchases_and_are_counted() -> None:
    shop = Shop((Order("a", DAY, 1000, closed=True), Order("a", DAY, 0), Order("a", DAY, 10, undated=3)))
    orders = in_scope(nw.from_native(facts_of(shop).purchases), scope=Scope(), as_of=DAY)
    assert polars_behind(remarkable_orders(orders)).collect().row(0, named=True) == {
        "undated_refunds": 1,
        "closed_paid_orders": 1,
        "orders_without_money": 1,
    }
    assert polars_behind(purchases_as_of(orders, as_of=DAY)).collect().get_column("net_sales").to_list() == [7]


@pytest.mark.parametrize("seed", range(40))
def test_the_sum_of_dated_refunds_says_the_same_as_the_refunds_themselves(seed: int) -> None:
    facts = facts_of(random_shop(seed))
    assert facts.extent.last_on is not None
    by_rows = polars_behind(purchases_on(facts, facts.extent.last_on)).collect()
    by_sums = polars_behind(purchases_on(facts, facts.extent.last_on, with_refunds=False)).collect()
    assert_frame_equal(by_rows, by_sums, check_row_order=False)


@pytest.mark.parametrize("seed", range(40))
def test_totals_and_rhythm_are_the_same_by_groups_by_runs_and_in_plain_python(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "_BLOCK_ROWS", 1 + seed)
    shop = random_shop(seed)
    facts = facts_of(shop, seed=seed)
    as_of = plain.last_day(shop) - timedelta(days=seed)
    purchases = purchases_on(facts, as_of)
    accounts = nw.from_native(facts.accounts)
    totals = polars_behind(customer_totals(purchases, accounts=accounts)).collect()
    ledger = Ledger(polars_behind(purchases), facts.accounts, is_sorted=False)
    assert_frame_equal(run_totals(ledger), totals, check_row_order=False, check_column_order=False)

    found = run_rhythm(ledger, as_of_day=day_number(as_of), with_gaps=True)
    of_customers = portable.owned(purchases, accounts=accounts)
    expected = polars_behind(portable.rhythm(of_customers, as_of_day=day_number(as_of))).collect()
    assert_frame_equal(found.customers, expected, check_row_order=False, check_column_order=False)
    assert found.gaps is not None
    assert_frame_equal(found.gaps, polars_behind(portable.gaps(of_customers)).collect(), check_row_order=False)

    people, _ = plain.people(shop, as_of)
    by_hand = {
        account_key(who): (len(person.purchases), person.net, len(person.days), plain.at_stake(person))
        for who, person in people.items()
    }
    columns = ("customer_key", "order_count", "net_sales", "purchase_days", "last_year_sales")
    attributed = found.customers.filter(pl.col("customer_key").is_not_null()).select(columns)
    assert {row[0]: row[1:] for row in attributed.rows()} == by_hand


@given(st.lists(st.tuples(st.integers(0, 3) | st.none(), st.integers(0, 900), st.integers(1, 99)), max_size=40))
@settings(max_examples=60, deadline=None)
def test_runs_cut_anywhere_give_the_same(rows: list[tuple[int | None, int, int]]) -> None:
    schema = {"account_key": pl.Int64, "order_day": pl.Int32, "net_sales": pl.Int64}
    purchases = pl.DataFrame(rows, schema=schema, orient="row").sort("account_key", "order_day")
    batches = [purchases.slice(start, 3) for start in range(0, purchases.height, 3)]
    blocks = list(runs._whole_runs(batch.rename({"account_key": "customer_key"}) for batch in batches))
    assert pl.concat(blocks).rows() == purchases.rows()
    owners = [set(block.get_column("customer_key")) for block in blocks]
    assert sum(len(some) for some in owners) == purchases.get_column("account_key").n_unique()


def test_a_ledger_without_purchases_has_no_customers() -> None:
    facts = facts_of(Shop((Order("a", DAY, 10, undated=10), Order("b", DAY, 10, undated=10)), {"b": "a"}))
    ledger = Ledger(polars_behind(purchases_on(facts, DAY)), facts.accounts, is_sorted=True)
    found = run_rhythm(ledger, as_of_day=day_number(DAY), with_gaps=True)
    assert found.customers.is_empty()
    assert found.gaps is not None
    assert found.gaps.is_empty()
    assert run_totals(ledger).is_empty()


def test_column_names_differ_by_more_than_case() -> None:
    facts = facts_of(random_shop(3))
    assert facts.extent.last_on is not None
    names = polars_behind(customer_totals(purchases_on(facts, facts.extent.last_on))).collect_schema().names()
    assert len({name.lower() for name in names}) == len(names)
