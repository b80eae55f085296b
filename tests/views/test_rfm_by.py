"""`rfm --by`: by hand, against plain Python on random shops, and what the table always adds up to."""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import polars as pl
import pytest

from custtier.errors import USAGE, CusttierError
from custtier.facts import TABLES, Facts
from custtier.views.rfm.answer import Asked, rfm
from custtier.views.view import View
from metrics import plain
from metrics.shops import Order, Shop, facts_of, random_shop

AS_OF = date(2026, 3, 31)
SEEDS = [seed for seed in range(0, 200, 5) if plain.people(random_shop(seed), plain.last_day(random_shop(seed)))[0]]

Item = tuple[int, str | None, int | None, int | None, str | None]
"""Order key, category, amount, refund stated, state."""


def with_items(facts: Facts, items: Sequence[Item]) -> Facts:
    names = ("order_key", "category", "amount", "stated_refund", "state")
    table = pl.DataFrame(items, schema={name: TABLES["items"][name] for name in names}, orient="row")
    return replace(facts, opener=lambda _, columns: table.lazy().select(columns))


def by_of(view: View) -> dict[object, tuple[int, int, int]]:
    return {row[0]: (row[1], row[2], row[3]) for row in view.tables["by"].rows()}


def keys_of(shop: Shop, *, seed: int) -> dict[int, Order]:
    """The order behind each key of `facts_of`."""
    orders = list(shop.orders)
    random.Random(seed).shuffle(orders)
    return dict(enumerate(orders))


def test_a_customer_counts_under_each_channel_they_bought_by() -> None:
    shop = Shop(
        (
            Order("amy", AS_OF, 100, channel="ad"),
            Order("amy", AS_OF, 200, channel="ad"),
            Order("amy", AS_OF, 400, channel="live"),
            Order("bob", AS_OF, 800, channel="live"),
            Order("bob", AS_OF, 1600),
            Order(None, AS_OF, 9999, channel="ad"),
            Order("cat", AS_OF, 50, channel="gone", undated=50),
        )
    )
    view = rfm(facts_of(shop), asked=Asked(by="channel"))
    table = view.tables["by"]
    assert table.columns == ["channel", "customers", "orders", "net_sales", "sales_share"]
    assert table.rows() == [
        (None, 1, 1, 1600, 1600 / 3100),
        ("live", 2, 2, 1200, 1200 / 3100),
        ("ad", 1, 2, 300, 300 / 3100),
    ]
    assert [note.values for note in view.notes if note.code == "by_no_channel"] == [{"orders": 1}]


def test_merged_accounts_count_as_one_customer_of_a_source() -> None:
    shop = Shop(
        (Order("a", AS_OF, 100, source="jd-orders"), Order("b", AS_OF, 100, source="jd-orders")), merged={"b": "a"}
    )
    view = rfm(facts_of(shop), asked=Asked(by="source"))
    assert view.tables["by"].columns[0] == "profile"
    assert by_of(view) == {"jd-orders": (1, 2, 200)}


def test_an_orders_money_is_shared_out_by_what_its_paid_items_cost() -> None:
    shop = Shop((Order("amy", AS_OF, 1000, undated=1),))
    items: list[Item] = [
        (0, "tea", 600, None, "paid"),
        (0, "cup", 300, 100, "paid"),
        (0, "cup", 200, None, "refunded"),
        (0, "gift", 0, None, None),
        (0, "box", 5000, None, "closed"),
    ]
    view = rfm(with_items(facts_of(shop), items), asked=Asked(by="category"))
    # 999 fen by 200 : 0 : 600
    assert by_of(view) == {"tea": (1, 1, 750), "cup": (1, 1, 249), "gift": (1, 1, 0)}


def test_items_without_amounts_share_equally_and_an_order_without_items_has_no_category() -> None:
    shop = Shop((Order("amy", AS_OF, 100),))
    items: list[Item] = [(0, "a", None, None, None), (0, "b", None, None, None), (0, None, None, None, None)]
    parts = by_of(rfm(with_items(facts_of(shop), items), asked=Asked(by="category")))
    assert sum(net for _, _, net in parts.values()) == 100
    assert {net for _, _, net in parts.values()} <= {33, 34}
    bare = rfm(facts_of(shop), asked=Asked(by="category"))
    assert by_of(bare) == {None: (1, 1, 100)}
    assert [note.code for note in bare.notes] == ["few_customers", "by_no_category"]


def test_the_largest_amounts_are_shared_out_to_the_fen() -> None:
    huge = 9_007_199_254_740_993
    shop = Shop((Order("amy", AS_OF, huge),))
    items: list[Item] = [(0, "a", huge // 3, None, None), (0, "b", huge - huge // 3, None, None)]
    parts = by_of(rfm(with_items(facts_of(shop), items), asked=Asked(by="category")))
    assert parts["a"][2] == huge // 3
    assert parts["a"][2] + parts["b"][2] == huge


@pytest.mark.parametrize("days", [None, 200])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_table_agrees_with_counting_in_plain_python(seed: int, days: int | None) -> None:
    rng = random.Random(seed)
    drawn = random_shop(seed)
    channels = [None, "ad", "live", "friend"]
    shop = replace(drawn, orders=tuple(replace(order, channel=rng.choice(channels)) for order in drawn.orders))
    as_of = plain.last_day(shop)
    first = as_of - timedelta(days=days - 1) if days else date.min
    people, orders, sales = defaultdict(set), defaultdict(int), defaultdict(int)
    for order in shop.orders:
        net = plain.net_on(order, as_of)
        if net > 0 and order.account is not None and order.day >= first:
            people[order.channel].add(shop.person(order.account))
            orders[order.channel] += 1
            sales[order.channel] += net
    if not orders:
        return
    view = rfm(facts_of(shop, seed=seed), asked=Asked(by="channel", window_days=days))
    assert by_of(view) == {value: (len(people[value]), orders[value], sales[value]) for value in orders}
    assert view.tables["by"].get_column("net_sales").sum() == view.summary["net_sales"]
    segments = dict(view.tables["customers"].select("customer_id", "segment").iter_rows())
    for row in view.tables["by"].iter_rows(named=True):
        found = [segments[f"c_{who}"] for who in people[row["channel"]]]
        for code in view.tables["segments"].get_column("segment"):
            assert row[f"segment.{code}"] == found.count(code)


@pytest.mark.parametrize("seed", SEEDS)
def test_categories_agree_with_sharing_out_in_plain_python(seed: int) -> None:
    rng = random.Random(seed)
    shop = random_shop(seed)
    as_of = plain.last_day(shop)
    items: list[Item] = []
    expected: dict[str | None, int] = defaultdict(int)
    orders: dict[str | None, int] = defaultdict(int)
    for key, order in keys_of(shop, seed=seed).items():
        own: list[Item] = [
            (key, rng.choice(["tea", "cup", "box"]), rng.randrange(5000), None, rng.choice([None, "paid", "closed"]))
            for _ in range(rng.randrange(4))
        ]
        items += own
        net = plain.net_on(order, as_of)
        if net <= 0 or order.account is None:
            continue
        cost: dict[str | None, int] = defaultdict(int)
        for _, category, amount, _, state in own:
            if state != "closed":
                cost[category] += amount or 0
        assert not cost or sum(cost.values()), "amounts of nothing are worked by hand above"
        reached = 0
        for category in sorted(cost, key=str) or [None]:
            before = reached
            reached += cost[category] if cost else 1
            whole = sum(cost.values()) or 1
            expected[category] += int(Fraction(net * reached, whole)) - int(Fraction(net * before, whole))
            orders[category] += 1
    view = rfm(with_items(facts_of(shop, seed=seed), items), asked=Asked(by="category"))
    found = by_of(view)
    assert {value: net for value, (_, _, net) in found.items()} == expected
    assert {value: count for value, (_, count, _) in found.items()} == orders
    assert sum(expected.values()) == view.summary["net_sales"]


def test_an_unknown_dimension_is_refused() -> None:
    with pytest.raises(CusttierError) as caught:
        rfm(facts_of(random_shop(0)), asked=Asked(by="moon"))
    assert (caught.value.code, caught.value.exit_code) == ("unknown-by", USAGE)
