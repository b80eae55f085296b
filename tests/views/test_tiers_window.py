"""`tiers` with a window: by hand, against plain Python, and what an order before the window never changes."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from polars.testing import assert_frame_equal

from custtier.errors import NOTHING, CusttierError
from custtier.metrics.scope import Scope
from custtier.views.tiers.answer import tiers
from metrics import plain
from metrics.shops import Order, Shop, customer_id, facts_of, paid, random_shop

AS_OF = date(2026, 3, 31)
SEEDS = range(0, 200, 5)

FOUR = Shop(
    (
        paid("amy", "2026-03-31", 10),
        paid("amy", "2026-03-22", 20),
        paid("amy", "2026-03-21", 4000),
        paid("bob", "2025-01-01", 5000),
        paid("cat", "2026-03-25", 70),
        paid(None, "2026-03-30", 7),
        paid(None, "2026-01-30", 9),
    )
)


def test_only_orders_in_the_window_count_and_who_has_none_is_no_customer() -> None:
    view = tiers(facts_of(FOUR), window_days=10)
    table = view.tables["customers"].select("customer_id", "order_count", "net_sales", "tier", "in_top")
    assert table.rows() == [("c_cat", 1, 7000, "core", True), ("c_amy", 2, 3000, "regular", False)]
    assert (view.summary["unattributed_orders"], view.summary["unattributed_sales"]) == (1, 700)
    assert view.parameters == {"top": "20%", "sales": None, "window": 10}
    note = next(note for note in view.notes if note.code == "only_window")
    assert note.values == {"days": 10, "since": date(2026, 3, 22), "as_of": AS_OF}


def test_the_window_ends_on_the_day_observed() -> None:
    assert tiers(facts_of(FOUR), as_of=date(2026, 3, 21), window_days=1).summary["net_sales"] == 400_000


def test_a_later_since_narrows_the_window_and_an_earlier_one_does_not_widen_it() -> None:
    facts = facts_of(FOUR)
    assert tiers(facts, window_days=10, scope=Scope(since=date(2026, 3, 26))).summary["net_sales"] == 1000
    assert tiers(facts, window_days=10, scope=Scope(since=date(2024, 1, 1))).summary["net_sales"] == 10_000


@pytest.mark.parametrize(
    ("as_of", "scope"), [(date(2027, 3, 31), Scope()), (AS_OF, Scope(until=date(2026, 2, 1)))], ids=["late", "until"]
)
def test_a_window_without_a_purchase_is_nothing_to_answer(as_of: date, scope: Scope) -> None:
    with pytest.raises(CusttierError) as caught:
        tiers(facts_of(FOUR), as_of=as_of, scope=scope, window_days=10)
    assert (caught.value.exit_code, caught.value.values["days"]) == (NOTHING, 10)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_window_agrees_with_plain_python_on_its_orders_alone(seed: int) -> None:
    shop, days = random_shop(seed), 1 + seed * 7
    as_of = plain.last_day(shop)
    inside = Shop(tuple(one for one in shop.orders if one.day > as_of - timedelta(days=days)), shop.merged)
    found, _ = plain.people(inside, as_of)
    if not found:
        return
    amounts = [person.net for person in found.values()]
    expected = {customer_id(who): (person.net, plain.tier(person.net, amounts)) for who, person in found.items()}
    table = tiers(facts_of(shop, seed=seed), window_days=days).tables["customers"]
    assert {who: (net, tier) for who, net, tier in table.select("customer_id", "net_sales", "tier").rows()} == expected


@pytest.mark.parametrize("seed", SEEDS)
def test_an_order_before_the_window_changes_nothing(seed: int) -> None:
    shop, days = random_shop(seed), 400
    as_of = plain.last_day(shop)
    if not plain.people(
        Shop(tuple(one for one in shop.orders if one.day > as_of - timedelta(days=days)), shop.merged), as_of
    )[0]:
        return
    earlier = Order(shop.orders[0].account, as_of - timedelta(days=days), 77_777)
    more = replace(shop, orders=(*shop.orders, earlier))
    one, other = (tiers(facts_of(some), as_of=as_of, window_days=days) for some in (shop, more))
    assert one.summary == other.summary
    assert_frame_equal(one.tables["customers"], other.tables["customers"])
