"""What must never change an answer, and what every answer adds up to, on random shops."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from custtier.facts import Facts
from custtier.views.churn.answer import churn
from custtier.views.rfm.answer import Asked, rfm
from custtier.views.tiers.answer import tiers
from custtier.views.view import View
from metrics import plain
from metrics.shops import Order, Shop, facts_of, random_shop

Ask = Callable[..., View]
ASKS: dict[str, Ask] = {
    "tiers": tiers,
    "tiers-window": lambda facts, **more: tiers(facts, window_days=36_500, **more),
    "tiers-sales": lambda facts, **more: tiers(facts, sales="55.5%", **more),
    "rfm": rfm,
    "grid10": lambda facts, **more: rfm(facts, asked=Asked(scheme="grid10"), **more),
    "rfm-window": lambda facts, **more: rfm(
        facts, asked=Asked(window_days=400, with_matrix=True, by="channel"), **more
    ),
    "churn": churn,
    "churn-own": lambda facts, **more: churn(facts, method="own", everyone=True, **more),
    "churn-shop": lambda facts, **more: churn(facts, method="shop", lang="zh", **more),
}
SHOPS = [seed for seed in range(60) if plain.people(random_shop(seed), plain.last_day(random_shop(seed)))[0]][:6]

every_ask = pytest.mark.parametrize("ask", ASKS.values(), ids=ASKS)
every_shop = pytest.mark.parametrize("seed", SHOPS)


def same(one: View, other: View) -> None:
    assert one.summary == other.summary
    assert one.notes == other.notes
    for name, table in one.tables.items():
        assert_frame_equal(table, other.tables[name])


@every_ask
@every_shop
def test_the_order_of_rows_changes_nothing(ask: Ask, seed: int) -> None:
    shop = random_shop(seed)
    orders = list(shop.orders)
    random.Random(seed).shuffle(orders)
    same(ask(facts_of(shop)), ask(facts_of(replace(shop, orders=tuple(orders)), seed=seed)))


@every_ask
@every_shop
def test_other_names_give_the_same_to_the_same_people(ask: Ask, seed: int) -> None:
    shop = random_shop(seed)
    names = sorted({order.account for order in shop.orders if order.account})
    others = dict(zip(names, random.Random(seed).sample(names, len(names)), strict=True))
    renamed = Shop(
        tuple(replace(order, account=others[order.account] if order.account else None) for order in shop.orders),
        {others[account]: others[person] for account, person in shop.merged.items() if account in others},
    )
    one, other = ask(facts_of(shop)), ask(facts_of(renamed))
    assert one.summary == other.summary
    old_ids = {f"c_{new}": f"c_{old}" for old, new in others.items()}
    table = other.tables["customers"].with_columns(pl.col("customer_id").replace(old_ids))
    assert_frame_equal(one.tables["customers"].drop("name").sort("customer_id"), table.drop("name").sort("customer_id"))


@every_ask
@every_shop
def test_orders_and_refunds_after_the_day_change_nothing(ask: Ask, seed: int) -> None:
    shop = random_shop(seed)
    as_of = plain.last_day(shop)
    later = as_of + timedelta(days=1)
    more = tuple(
        replace(order, day=later + timedelta(days=number % 40), refunds=(), undated=0)
        for number, order in enumerate(shop.orders)
    )
    refunded = tuple(
        replace(order, refunds=(*order.refunds, (later, 1))) if plain.net_on(order, as_of) > 1 else order
        for order in shop.orders
    )
    before = ask(facts_of(shop), as_of=as_of)
    after = ask(facts_of(replace(shop, orders=(*refunded, *more))), as_of=as_of)
    same(before, replace(after, notes=before.notes))


@every_shop
def test_doubled_amounts_keep_tiers_scores_and_segments(seed: int) -> None:
    shop = random_shop(seed)
    doubled = tuple(
        replace(
            order,
            gross=order.gross * 2,
            undated=order.undated * 2,
            refunds=tuple((day, amount * 2) for day, amount in order.refunds),
        )
        for order in shop.orders
    )
    one, other = facts_of(shop), facts_of(replace(shop, orders=doubled))
    kept = {tiers: ("customer_id", "tier", "in_top", "sales_share"), rfm: ("customer_id", "rfm", "segment", "tier")}
    for ask, columns in kept.items():
        assert_frame_equal(ask(one).tables["customers"].select(columns), ask(other).tables["customers"].select(columns))
    assert tiers(one).summary["gini"] == tiers(other).summary["gini"]


@every_shop
def test_sums_reconcile_with_the_orders(seed: int) -> None:
    shop = random_shop(seed)
    as_of = plain.last_day(shop)
    nets = [plain.net_on(order, as_of) for order in shop.orders]
    view = rfm(facts_of(shop))
    whole, orders = view.summary["net_sales"], view.summary["orders"]
    assert isinstance(whole, int)
    assert isinstance(orders, int)
    assert whole + int(str(view.summary["unattributed_sales"])) == sum(net for net in nets if net > 0)
    assert orders + int(str(view.summary["unattributed_orders"])) == sum(1 for net in nets if net > 0)
    assert whole == view.tables["customers"].get_column("net_sales").sum()
    assert whole == tiers(facts_of(shop)).summary["net_sales"]


@every_ask
@every_shop
def test_a_few_rows_are_the_first_of_all(ask: Ask, seed: int) -> None:
    facts = facts_of(random_shop(seed))
    whole = ask(facts)
    for rows in (0, 1, 7, 1000):
        few = ask(facts, rows=rows)
        assert few.heights == {"customers": whole.tables["customers"].height}
        assert_frame_equal(few.tables["customers"], whole.tables["customers"].head(rows))
        same(replace(whole, tables={}), replace(few, tables={}))


@every_ask
def test_a_whole_scope_and_a_known_extent_say_the_same(ask: Ask) -> None:
    facts = facts_of(random_shop(5))
    counted = {"closed_paid_orders": 0, "orders_without_money": 0, "undated_refunds": 0}
    counted |= {note.code: int(str(note.values["count"])) for note in ask(facts).notes if note.code in counted}
    known = replace(facts, extent=replace(facts.extent, **counted))
    same(ask(facts), ask(known))


def test_the_answer_of_a_day_is_the_same_whether_refunds_are_joined_or_summed() -> None:
    facts: Facts = facts_of(Shop((Order("a", date(2026, 1, 1), 900, refunds=((date(2026, 2, 1), 400),)),)))
    assert tiers(facts, as_of=date(2026, 1, 31)).summary["net_sales"] == 900
    assert tiers(facts, as_of=date(2026, 2, 1)).summary["net_sales"] == 500
    assert tiers(facts).summary["net_sales"] == 500
