"""Which orders a question is about: days, filters, currencies; and shops with nothing to say."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from custtier.errors import NOTHING, USAGE, CusttierError
from custtier.facts import Extent, Note
from custtier.metrics.scope import Scope
from custtier.views.churn.answer import churn
from custtier.views.rfm.answer import rfm
from custtier.views.tiers.answer import tiers
from custtier.views.view import View
from metrics.shops import Order, Shop, facts_of

D = date(2026, 1, 10)
SHOP = Shop(
    (
        Order("a", date(2026, 1, 1), 100, shop="first", source="taobao-orders", channel="ad", agent="wang"),
        Order("a", date(2026, 1, 5), 200, shop="second", source="youzan-orders", channel="live", agent="li"),
        Order("b", date(2026, 1, 9), 400, shop="second", source="youzan-orders", currency="USD"),
        Order(None, date(2026, 1, 9), 7, shop="third"),
    )
)
CNY = Scope(currency="CNY")
every_view = pytest.mark.parametrize("ask", [tiers, rfm, churn])


def failure(ask: Callable[[], View]) -> CusttierError:
    with pytest.raises(CusttierError) as caught:
        ask()
    return caught.value


@pytest.mark.parametrize(
    ("scope", "sales"),
    [
        (CNY, 300),
        (replace(CNY, since=date(2026, 1, 1)), 300),
        (replace(CNY, since=date(2026, 1, 2)), 200),
        (replace(CNY, until=date(2026, 1, 4)), 100),
        (replace(CNY, shops=("second",)), 200),
        (replace(CNY, sources=("taobao-orders",)), 100),
        (replace(CNY, sources=("taobao-orders", "youzan-orders")), 300),
        (replace(CNY, channels=("ad",)), 100),
        (replace(CNY, agents=("li",)), 200),
        (Scope(currency="USD"), 400),
        (Scope(until=date(2026, 1, 8)), 300),
        (Scope(agents=("li",)), 200),
    ],
)
def test_filters_leave_the_orders_they_name(scope: Scope, sales: int) -> None:
    assert tiers(facts_of(SHOP), scope=scope).summary["net_sales"] == sales


def test_since_and_until_bound_the_orders_and_not_the_recency() -> None:
    view = rfm(facts_of(SHOP), scope=replace(CNY, until=date(2026, 1, 4)))
    assert view.as_of == date(2026, 1, 9)
    assert view.tables["customers"].get_column("recency_days").to_list() == [8]


@every_view
def test_several_currencies_need_one_to_be_chosen(ask: Callable[..., View]) -> None:
    error = failure(lambda: ask(facts_of(SHOP)))
    assert (error.code, error.exit_code, error.values["currencies"]) == ("mixed-currency", USAGE, "CNY, USD")


def test_currencies_outside_the_question_are_not_mixed() -> None:
    view = tiers(facts_of(SHOP), as_of=date(2026, 1, 8))
    assert (view.currency, view.summary["net_sales"]) == ("CNY", 300)


@pytest.mark.parametrize(
    ("scope", "code", "known"),
    [
        (Scope(shops=("fourth",)), "unknown-shop", "first, second, third"),
        (Scope(sources=("jd-orders",)), "unknown-source", "generic, taobao-orders, youzan-orders"),
        (Scope(channels=("ad", "tv")), "unknown-channel", "ad, live"),
        (Scope(agents=("zhao",)), "unknown-agent", "li, wang"),
        (Scope(currency="EUR"), "unknown-currency", "CNY, USD"),
    ],
)
def test_a_filter_that_no_order_has_is_refused_and_lists_what_there_is(scope: Scope, code: str, known: str) -> None:
    error = failure(lambda: tiers(facts_of(SHOP), scope=scope))
    assert (error.code, error.exit_code, error.values["known"]) == (code, USAGE, known)


def test_a_long_list_of_what_there_is_is_cut() -> None:
    shop = Shop(tuple(Order("a", D, 1, shop=f"s{number:02}") for number in range(13)))
    error = failure(lambda: tiers(facts_of(shop), scope=Scope(shops=("x",))))
    assert str(error.values["known"]).endswith("s09, … (+3)")


def test_since_after_until_is_refused() -> None:
    error = failure(lambda: tiers(facts_of(SHOP), scope=Scope(since=D, until=date(2026, 1, 1))))
    assert (error.code, error.exit_code) == ("bad-range", USAGE)


@every_view
@pytest.mark.parametrize(
    ("shop", "as_of", "code"),
    [
        (Shop(()), None, "no-purchases"),
        (Shop((Order("a", D, 10, undated=10),)), None, "no-purchases"),
        (Shop((Order("a", D, 10, refunds=((D, 10),)),)), None, "no-purchases"),
        (Shop((Order("a", D, 10, closed=True),)), None, "no-purchases"),
        (Shop((Order("a", D, 0),)), None, "no-purchases"),
        (Shop((Order("a", D, 10),)), date(2026, 1, 9), "no-purchases"),
        (Shop((Order(None, D, 10),)), None, "no-customers"),
    ],
    ids=["nothing", "undated", "refunded", "closed", "no money", "too early", "nobody"],
)
def test_a_shop_with_nothing_to_say_says_so(
    ask: Callable[..., View], shop: Shop, as_of: date | None, code: str
) -> None:
    error = failure(lambda: ask(facts_of(shop), as_of=as_of))
    assert (error.code, error.exit_code) == (code, NOTHING)
    assert error.hint


@every_view
def test_one_customer_with_one_order_is_answered(ask: Callable[..., View]) -> None:
    view = ask(facts_of(Shop((Order("a", D, 10),))))
    assert view.summary["customers"] == 1
    assert (view.as_of, view.data_through, view.currency) == (D, D, "CNY")


def test_the_notes_count_what_the_orders_call_for() -> None:
    orders = (
        Order("a", D, 10),
        Order("a", D, 10, undated=3),
        Order("b", D, 10, closed=True),
        Order("b", D, 0),
        Order(None, D, 5),
    )
    facts = replace(facts_of(Shop(orders)), notes=(Note("from_the_facts"),))
    view = tiers(facts, as_of=date(2026, 1, 12))
    assert [(note.code, note.values.get("count")) for note in view.notes] == [
        ("from_the_facts", None),
        ("undated_refunds", 1),
        ("closed_paid_orders", 1),
        ("orders_without_money", 1),
        ("unattributed_orders", 1),
        ("as_of_after_data", None),
    ]
    assert (view.summary["unattributed_orders"], view.summary["unattributed_sales"]) == (1, 5)


def test_a_store_without_a_paid_order_has_no_day_to_observe() -> None:
    facts = replace(facts_of(Shop(())), extent=Extent(data_through=D))
    assert failure(lambda: tiers(facts)).code == "no-purchases"
