"""`value` with margins: a case by hand, sums and ranges, the simple rule, losses, and what is refused."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import numpy as np
import pytest

from custtier.errors import NOTHING, CusttierError
from custtier.facts import Facts
from custtier.metrics.scope import Scope
from custtier.models.btyd.contest import SIMPLE
from custtier.views.basis import basis_of
from custtier.views.histories import past_of
from custtier.views.margins import margin_shares
from custtier.views.value.answer import COLUMNS, Asked, value
from custtier.views.value.margin import MARGIN_COLUMNS
from custtier.views.view import View
from metrics.shops import Order, Shop
from views.key_shops import Basket, KeyShop, facts_of_key
from views.trials import AS_OF, leaving_shop

PRICES = {"tea": 0.4, "cup": 0.1, "pot": 0.7}
COSTS = tuple({"product": name, "margin_share": share} for name, share in PRICES.items())
WITH_MARGIN = Asked(model="mbg-nbd", with_margin=True)


def shop_with_goods(seed: int = 4, *, customers: int = 260, costs: tuple[dict, ...] = COSTS) -> KeyShop:
    """Customers with a favourite that they buy 3 times in 4."""
    shop, draw = leaving_shop(seed, customers=customers), Random(seed)
    favourite = {order.account: draw.choice(list(PRICES)) for order in shop.orders}
    baskets = tuple(
        Basket((favourite[order.account] if draw.random() < 0.75 else draw.choice(list(PRICES)),), amount=order.gross)
        for order in shop.orders
    )
    return KeyShop(shop, baskets, costs=costs)


@pytest.fixture(scope="module")
def facts() -> Facts:
    return facts_of_key(shop_with_goods())


@pytest.fixture(scope="module")
def answer(facts: Facts) -> View:
    return value(facts, asked=WITH_MARGIN)


def small(*orders: tuple[str, int, str | None], costs: tuple[dict, ...]) -> Facts:
    day = AS_OF - timedelta(days=3)
    shop = Shop(tuple(Order(who, day, net) for who, net, _ in orders))
    return facts_of_key(KeyShop(shop, tuple(Basket((name,) if name else ()) for *_, name in orders), costs=costs))


def test_expected_margin_is_expected_sales_times_the_share(answer: View) -> None:
    table, summary = answer.tables["customers"], answer.summary
    assert tuple(table.columns) == (*COLUMNS[:15], *MARGIN_COLUMNS, *COLUMNS[15:])
    product = (table["expected_sales"] * table["margin_share"]).to_numpy()
    assert table["expected_margin"].to_numpy() == pytest.approx(product, abs=1.0)
    assert table["expected_margin"].is_sorted(descending=True)
    assert summary["expected_margin"] == pytest.approx(table["expected_margin"].sum(), abs=table.height)
    assert summary["costs_known_share"] == pytest.approx(1.0, abs=0.01)
    assert summary["margin_low"] < summary["expected_margin"] < summary["margin_high"]  # type: ignore[operator]
    assert (table["margin_low"] <= table["margin_high"]).all()
    assert "value_margin" in {note.code for note in answer.notes}


def test_what_is_said_of_sales_is_the_same_with_margins(facts: Facts, answer: View) -> None:
    plain = value(facts, asked=Asked(model="mbg-nbd"))
    assert not set(MARGIN_COLUMNS) & set(plain.tables["customers"].columns)
    assert {name: answer.summary[name] for name in plain.summary} == plain.summary
    together = answer.tables["customers"].select(plain.tables["customers"].columns).sort("customer_id")
    assert together.equals(plain.tables["customers"].sort("customer_id"))


def test_shares_lie_between_a_customers_own_and_the_shops_nearer_to_the_own_the_more_is_known(facts: Facts) -> None:
    basis = basis_of(facts, scope=Scope(), as_of=AS_OF)
    past = past_of(basis)
    shares = margin_shares(basis, past.customers).shares
    assert shares is not None and shares.weights.any()
    assert ((shares.own >= 0.1 - 1e-9) & (shares.own <= 0.7 + 1e-9)).all()
    sales = past.customers["net_sales"].to_numpy()
    assert (np.diff(shares.weights[np.argsort(sales)]) >= -1e-12).all()


def test_money_worth_less_later_is_that_of_the_margin(facts: Facts, answer: View) -> None:
    later = value(facts, asked=replace(WITH_MARGIN, discount=0.0))
    assert later.summary["present_value"] == pytest.approx(answer.summary["expected_margin"], rel=1e-6)


def test_the_order_of_rows_changes_nothing(answer: View) -> None:
    again = value(facts_of_key(shop_with_goods(), seed=8), asked=WITH_MARGIN)
    assert again.tables["customers"].equals(answer.tables["customers"]) and again.summary == answer.summary


def test_margins_come_true_within_their_range_where_the_model_is_the_truth() -> None:
    """Of six shops whose last 120 days are seen afterwards, at most two fall out of the nine tenths of cases."""
    inside = 0
    for seed in range(6):
        known = shop_with_goods(seed + 20, customers=300)
        then = AS_OF - timedelta(days=120)
        view = value(facts_of_key(known), asked=replace(WITH_MARGIN, horizon_days=120), as_of=then)
        # only those who were customers then, by what each order of theirs really left
        first: dict[str, date] = {}
        for order in known.shop.orders:
            if order.account is not None:
                person = known.shop.person(order.account)
                first[person] = min(first.get(person, order.day), order.day)
        came = sum(
            order.gross * PRICES[basket.products[0]]
            for order, basket in zip(known.shop.orders, known.baskets, strict=True)
            if order.account and order.day > then >= first[known.shop.person(order.account)] and not order.refunds
        )
        inside += view.summary["margin_low"] <= came <= view.summary["margin_high"]  # type: ignore[operator]
    assert inside >= 4


def test_the_simple_rule_takes_the_shops_share_where_customers_cannot_be_told_apart() -> None:
    """Sales 10,000 of which 9,000 have costs: 6,000 at 20 % and 3,000 at 50 % leave 2,700, so 30 %."""
    costs = ({"product": "tea", "unit_cost": 4800}, {"product": "cup", "unit_cost": 1500})
    facts = small(("a", 6000, "tea"), ("b", 3000, "cup"), ("c", 1000, None), costs=costs)
    view = value(facts, asked=replace(WITH_MARGIN, model=SIMPLE))
    assert view.tables["customers"]["margin_share"].to_list() == pytest.approx([0.3] * 3)
    assert view.summary["costs_known_share"] == pytest.approx(0.9)
    assert view.summary["margin_low"] is None
    assert "value_margin_alike" in {note.code for note in view.notes}


def test_who_costs_more_than_they_bring_is_expected_to_go_on_with_it() -> None:
    shop = leaving_shop(5, customers=200)
    costs = ({"product": "dear", "margin_share": 0.5}, {"product": "cheap", "unit_cost": 30_000})
    baskets = tuple(
        Basket(("cheap" if order.account in {f"k{n}" for n in range(0, 200, 9)} else "dear",), amount=order.gross)
        for order in shop.orders
    )
    view = value(facts_of_key(KeyShop(shop, baskets, costs=costs)), asked=WITH_MARGIN)
    table = view.tables["customers"]
    losing = table.filter(table["expected_margin"] < 0)
    assert losing.height and (losing["margin_low"] <= losing["margin_high"]).all()
    assert (losing["margin_share"] < 0).all()


@pytest.mark.parametrize(("costs", "code"), [((), "no-costs"), (({"product": "cup", "unit_cost": 100},), "few-costs")])
def test_without_the_costs_of_half_the_sales_there_is_no_margin(costs: tuple[dict, ...], code: str) -> None:
    facts = small(("a", 6000, "tea"), ("b", 3000, "cup"), costs=costs)
    with pytest.raises(CusttierError) as caught:
        value(facts, asked=WITH_MARGIN)
    assert (caught.value.code, caught.value.exit_code) == (code, NOTHING)
