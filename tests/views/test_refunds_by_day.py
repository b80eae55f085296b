"""Refunds that count by their own day: by hand, against plain Python, and periods that add up."""

from datetime import date, timedelta

import pytest

from custtier.errors import NOTHING, CusttierError
from custtier.metrics.scope import Scope
from custtier.views.rfm.answer import Asked, rfm
from custtier.views.tiers.answer import tiers
from metrics.shops import Order, Shop, customer_id, facts_of, paid, random_shop

JANUARY = Scope(since=date(2026, 1, 1), until=date(2026, 1, 31), by_refund_day=True)
FEBRUARY = Scope(since=date(2026, 2, 1), until=date(2026, 2, 28), by_refund_day=True)
BACK = Order("amy", date(2026, 1, 10), 10000, refunds=((date(2026, 2, 5), 10000),))
PART = Order("bob", date(2026, 1, 20), 5000, refunds=((date(2026, 1, 25), 500), (date(2026, 2, 2), 1000)))
SHOP = Shop((BACK, PART, paid("bob", "2026-02-10", 30), paid("cat", "2026-02-11", 7), paid(None, "2026-01-05", 9)))


def sold(scope: Scope) -> dict[str, int]:
    table = tiers(facts_of(SHOP), scope=scope).tables["customers"]
    return dict(table.select("customer_id", "net_sales").iter_rows())


def test_a_refund_lowers_the_month_in_which_it_was_made() -> None:
    assert sold(JANUARY) == {"c_amy": 10000, "c_bob": 4500}
    assert sold(FEBRUARY) == {"c_bob": 2000, "c_cat": 700}


def test_who_was_refunded_more_than_they_bought_stands_in_the_summary_alone() -> None:
    summary = tiers(facts_of(SHOP), scope=FEBRUARY).summary
    assert (summary["customers"], summary["net_sales"]) == (2, 2700)
    assert (summary["refunded_customers"], summary["refunded_sales"]) == (1, -10000)
    assert tiers(facts_of(SHOP), scope=JANUARY).summary["refunded_customers"] == 0


def test_by_the_orders_day_the_same_months_are_other_sums() -> None:
    january = Scope(since=date(2026, 1, 1), until=date(2026, 1, 31))
    assert sold(january) == {"c_bob": 3500}


def test_a_refund_after_the_day_observed_does_not_count() -> None:
    view = tiers(facts_of(SHOP), scope=Scope(by_refund_day=True), as_of=date(2026, 2, 1))
    assert dict(view.tables["customers"].select("customer_id", "net_sales").iter_rows()) == {
        "c_amy": 10000,
        "c_bob": 4500,
    }


def test_the_figures_say_that_refunds_count_by_their_day() -> None:
    assert "by_refund_day" in [note.code for note in tiers(facts_of(SHOP), scope=FEBRUARY).notes]


def test_a_period_of_refunds_alone_has_nothing_to_rank() -> None:
    shop = Shop((BACK, paid("bob", "2026-01-02", 3)))
    with pytest.raises(CusttierError, match="no purchase") as caught:
        tiers(facts_of(shop), scope=FEBRUARY)
    assert caught.value.exit_code == NOTHING
    assert caught.value.values == {"customers": 1, "sales": "CNY -100.00"}


def plain_sales(shop: Shop, first: date, last: date) -> tuple[dict[str, int], int]:
    """Customer id → what they bought less what was refunded in these days; and the same of nobody."""
    sums: dict[str | None, int] = {}
    for order in shop.orders:
        person = None if order.account is None else customer_id(shop.person(order.account))
        kept = order.gross - order.undated
        if order.closed or kept <= 0:
            continue
        if first <= order.day <= last:
            sums[person] = sums.get(person, 0) + kept
        for day, amount in order.refunds:
            if first <= day <= last and order.day <= last:
                sums[person] = sums.get(person, 0) - amount
    return {person: total for person, total in sums.items() if person is not None}, sums.get(None, 0)


@pytest.mark.parametrize("seed", range(0, 120, 3))
def test_it_equals_plain_python(seed: int) -> None:
    shop = random_shop(seed)
    days = sorted(order.day for order in shop.orders)
    first, last = days[len(days) // 4], days[-len(days) // 4] + timedelta(days=20)
    each, nobodys = plain_sales(shop, first, last)
    scope = Scope(since=first, until=last, by_refund_day=True)
    positive = {person: total for person, total in each.items() if total > 0}
    facts = facts_of(shop, seed=seed)
    if not positive:
        with pytest.raises(CusttierError):
            tiers(facts, scope=scope, as_of=last)
        return
    for view in (tiers(facts, scope=scope, as_of=last), rfm(facts, scope=scope, as_of=last)):
        table = view.tables["customers"].select("customer_id", "net_sales")
        assert dict(table.iter_rows()) == positive
        assert view.summary["unattributed_sales"] == nobodys
        assert view.summary["refunded_sales"] == sum(total for total in each.values() if total <= 0)


@pytest.mark.parametrize("seed", range(1, 60, 3))
def test_the_months_of_a_shop_add_up_to_all_that_it_kept(seed: int) -> None:
    shop = random_shop(seed)
    facts = facts_of(shop)
    first, last = min(order.day for order in shop.orders), facts.extent.last_on
    assert last is not None
    middle = first + (last - first) // 2
    total = 0
    for since, until in ((first, middle), (middle + timedelta(days=1), last)):
        try:
            summary = tiers(facts, scope=Scope(since=since, until=until, by_refund_day=True)).summary
        except CusttierError:
            each, nobodys = plain_sales(shop, since, until)
            total += sum(each.values()) + nobodys
            continue
        total += sum(int(str(summary[name])) for name in ("net_sales", "refunded_sales", "unattributed_sales"))
    each, nobodys = plain_sales(shop, first, last)
    assert total == sum(each.values()) + nobodys


def test_a_window_of_rfm_takes_off_the_refunds_made_in_it() -> None:
    view = rfm(facts_of(SHOP), scope=Scope(by_refund_day=True), as_of=date(2026, 2, 28), asked=Asked(window_days=28))
    table = view.tables["customers"].select("customer_id", "order_count", "net_sales")
    assert sorted(table.rows()) == [("c_bob", 1, 2000), ("c_cat", 1, 700)]


@pytest.mark.parametrize("by", ["channel", "agent", "source", "category"])
def test_what_each_channel_comes_to_adds_up_to_the_customers(by: str) -> None:
    for seed in range(0, 30, 5):
        shop = random_shop(seed)
        facts = facts_of(shop)
        last = facts.extent.last_on
        assert last is not None
        scope = Scope(since=last - timedelta(days=200), by_refund_day=True)
        view = rfm(facts, scope=scope, asked=Asked(by=by))
        assert view.tables["by"]["net_sales"].sum() == view.summary["net_sales"]
        if by != "category":
            assert view.tables["by"]["orders"].sum() == view.summary["orders"]
