"""`next --by product`: each product as a shop of its own, hits counted again in plain Python, shops without items."""

import random
from datetime import date, timedelta
from itertools import pairwise

import polars as pl
import pytest

from custtier.errors import NOTHING, CusttierError
from custtier.facts import Facts
from custtier.periods import day_number, day_of
from custtier.views.next.answer import next_purchases
from custtier.views.next.products import next_products
from custtier.views.view import View
from metrics.shops import Order, Shop, customer_id
from views.key_shops import Basket, KeyShop, facts_of_key

AS_OF = date(2026, 6, 30)
GAPS = {"tea": 25, "pot": 80, "cup": 40}


def shop_of(seed: int, *, customers: int = 60) -> list[tuple[Order, str]]:
    """Everybody buys tea, some cups and pots too, each in its own rhythm until they leave."""
    draw = random.Random(seed)
    found = []
    for number in range(customers):
        for product, gap in GAPS.items():
            if product != "tea" and draw.random() < 0.5:
                continue
            day = AS_OF - timedelta(days=draw.randrange(500))
            while day <= AS_OF:
                found.append((Order(f"u{number:02}", day, draw.randrange(1000, 9000)), product))
                if draw.random() < 0.2:
                    break
                day += timedelta(days=max(1, round(draw.gammavariate(6, gap / 6))))
    return found


def facts_with(bought: list[tuple[Order, str]], *, seed: int = 0) -> Facts:
    orders = tuple(order for order, _ in bought)
    return facts_of_key(KeyShop(Shop(orders), baskets=tuple(Basket((product,)) for _, product in bought)), seed=seed)


def asked(facts: Facts, *, as_of: date = AS_OF, everyone: bool = True) -> View:
    return next_products(
        facts,
        by="product",
        as_of=as_of,
        scope=None,
        days=14,
        horizon=90,
        everyone=everyone,
        lang="en",
        rows=None,
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_each_product_is_told_as_if_nothing_else_were_sold(seed: int) -> None:
    bought = shop_of(seed)
    told = asked(facts_with(bought)).tables["customers"]
    names = ["last_order_on", "purchase_days", "next_from", "next_to", "confidence", "due_chance"]
    for product in GAPS:
        alone = facts_with([one for one in bought if one[1] == product])
        found = next_purchases(alone, as_of=AS_OF, everyone=True, forecast="rhythm")
        expected = found.tables["customers"].sort("customer_id").select("customer_id", *names)
        own = told.filter(pl.col("product") == product).sort("customer_id").select("customer_id", *names)
        assert own.drop("confidence", "due_chance").equals(expected.drop("confidence", "due_chance"))
        for name in ("confidence", "due_chance"):
            assert own[name].fill_null(-1).to_list() == pytest.approx(expected[name].fill_null(-1).to_list())


def test_a_products_gap_is_the_median_of_those_of_its_buyers() -> None:
    bought = shop_of(3)
    products = asked(facts_with(bought)).tables["products"]
    for product, told, returns in products.select("product", "product_gap_days", "returns").iter_rows():
        gaps = []
        for person in {order.account for order, _ in bought}:
            days = sorted({order.day for order, what in bought if what == product and order.account == person})
            gaps += [(after - before).days for before, after in pairwise(days)]
        gaps.sort()
        middle = len(gaps) // 2
        assert told == (gaps[middle] if len(gaps) % 2 else (gaps[middle - 1] + gaps[middle]) / 2)
        assert returns == len(gaps)
        assert abs(told - GAPS[product]) < 0.25 * GAPS[product]


def test_hits_of_products_are_those_of_plain_python() -> None:
    bought = shop_of(4)
    view = asked(facts_with(bought))
    days: dict[tuple[str, str], list[int]] = {}
    for order, product in bought:
        days.setdefault((customer_id(order.account or ""), product), []).append(day_number(order.day))
    origin = day_number(AS_OF) - 90
    then = asked(facts_with(bought), as_of=day_of(origin)).tables["customers"]
    windows = hits = 0
    for row in then.filter(pl.col("next_from").is_not_null()).iter_rows(named=True):
        later = [day for day in days[row["customer_id"], row["product"]] if day > origin]
        windows += 1
        hits += bool(later) and day_number(row["next_from"]) <= min(later) <= day_number(row["next_to"])
    assert (view.summary["windows"], view.summary["hits"]) == (windows, hits)
    products = view.tables["products"]
    assert (products["windows"].sum(), products["hits"].sum()) == (windows, hits)


def test_only_who_is_due_is_listed_the_likeliest_first_and_rows_in_another_order_change_nothing() -> None:
    bought = shop_of(5)
    everyone, due = asked(facts_with(bought)), asked(facts_with(bought), everyone=False)
    assert due.summary == everyone.summary
    assert due.tables["customers"].height == due.summary["due"]
    assert (due.tables["customers"]["next_from"] <= AS_OF + timedelta(days=14)).all()
    assert due.tables["customers"]["due_chance"].is_sorted(descending=True)
    again = asked(facts_with(bought, seed=8))
    assert again.tables["customers"].equals(everyone.tables["customers"])
    assert again.tables["products"].equals(everyone.tables["products"])


def test_products_seldom_bought_again_have_no_dates() -> None:
    view = asked(facts_with(shop_of(6, customers=5)))
    assert view.tables["customers"].is_empty() and view.tables["products"].is_empty()
    assert [note.code for note in view.notes if note.code.startswith("next")] == ["next_goods_without"]
    assert view.summary["rhythm_products"] == 0 and view.summary["hit_rate"] is None


def test_a_shop_without_items_is_told_so() -> None:
    facts = facts_of_key(KeyShop(Shop(tuple(order for order, _ in shop_of(7)))))
    with pytest.raises(CusttierError) as caught:
        asked(facts)
    assert (caught.value.code, caught.value.exit_code) == ("no-items", NOTHING)
