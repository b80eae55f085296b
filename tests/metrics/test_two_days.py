"""What customers had bought by two days: by hand, and against plain Python on random shops."""

from collections import defaultdict
from datetime import date, timedelta

import polars as pl
import pytest

from custtier.metrics.two_days import Days, late_refunds, two_day_totals
from custtier.periods import day_number
from metrics import plain
from metrics.shops import Order, Shop, account_key, facts_of, paid, random_shop

FROM, TO = date(2026, 3, 1), date(2026, 3, 31)
SEEDS = range(60)


def totals(shop: Shop, first: date, second: date, *, window_days: int | None = None, seed: int = 0) -> pl.DataFrame:
    facts = facts_of(shop, seed=seed)
    days = Days(day_number(first), day_number(second), window_days)
    late = late_refunds(facts.dated_refunds, days=days)
    orders = facts.purchases.filter(pl.col("order_day") <= days.second)
    return two_day_totals(
        orders,
        accounts=facts.accounts if facts.extent.merged_accounts else None,
        days=days,
        late=late,
        has_dated_refunds=facts.extent.dated_refunds > 0,
    )


SHOP = Shop(
    (
        paid("amy", "2026-02-01", 10),
        Order("amy", date(2026, 3, 1), 2000, refunds=((date(2026, 3, 5), 500), (date(2026, 4, 1), 100))),
        paid("amy", "2026-03-02", 40),
        Order("bob", FROM, 1000, refunds=((TO, 1000),)),
        Order("cat", TO, 700, refunds=((date(2026, 4, 1), 700),)),
        paid("dan", "2026-04-01", 99),
    )
)


def test_what_was_refunded_in_between_and_what_was_bought_in_between_stand_apart() -> None:
    found = {row["customer_key"]: row for row in totals(SHOP, FROM, TO).to_dicts()}
    assert set(found) == {account_key(who) for who in ("amy", "bob", "cat")}
    first, last = day_number(date(2026, 3, 1)), day_number(date(2026, 3, 2))
    assert found[account_key("amy")] == {
        "customer_key": account_key("amy"),
        **{"old_orders": 2, "old_sales": 3000, "old_last": first},
        **{"kept_orders": 2, "kept_sales": 2500, "kept_last": first},
        **{"new_orders": 1, "new_sales": 4000, "new_last": last},
    }
    bob, cat = found[account_key("bob")], found[account_key("cat")]
    assert (bob["old_orders"], bob["kept_orders"], bob["kept_sales"], bob["kept_last"]) == (1, 0, 0, None)
    assert (cat["old_orders"], cat["new_sales"], cat["new_last"]) == (0, 700, day_number(TO))


def test_each_day_has_a_window_of_its_own() -> None:
    amy = totals(SHOP, FROM, TO, window_days=30).filter(pl.col("customer_key") == account_key("amy")).to_dicts()[0]
    assert (amy["old_orders"], amy["old_sales"]) == (2, 3000)
    assert (amy["old_orders_aged"], amy["new_orders_aged"], amy["new_sales_aged"]) == (0, 1, 4000)
    assert amy["old_last"] == day_number(FROM)


@pytest.mark.parametrize("seed", SEEDS)
def test_two_days_agree_with_plain_python(seed: int) -> None:
    shop = random_shop(seed)
    end = plain.last_day(shop)
    second = end - timedelta(days=seed * 7 % 200)
    first = second - timedelta(days=seed * 13 % 300)
    window = None if seed % 3 else 1 + seed * 5
    expected: dict[str | None, dict[str, int | None]] = defaultdict(dict)
    starts = {"": first, "_aged": second} if window else {"": None}
    for order in sorted(shop.orders, key=lambda order: order.day):
        who = order.account and shop.person(order.account)
        for part, as_of in (("old", first), ("kept", second), ("new", second)):
            net = plain.net_on(order, as_of)
            if net <= 0 or (order.day > first) != (part == "new"):
                continue
            expected[who][f"{part}_last"] = day_number(order.day)
            for ending, day in starts.items():
                if day is None or order.day > day - timedelta(days=window or 0):
                    for kind, amount in (("orders", 1), ("sales", net)):
                        name = f"{part}_{kind}{ending}"
                        expected[who][name] = (expected[who].get(name) or 0) + amount
    if not any(first < day <= second and amount for order in shop.orders for day, amount in order.refunds):
        expected = {who: {k: v for k, v in one.items() if not k.startswith("kept")} for who, one in expected.items()}
    found = {
        row.pop("customer_key"): {name: value for name, value in row.items() if value}
        for row in totals(shop, first, second, window_days=window, seed=seed).to_dicts()
    }
    assert found == {None if who is None else account_key(who): figures for who, figures in expected.items()}


def test_a_refund_of_an_order_that_was_closed_gives_nothing_back() -> None:
    closed = Order("eve", date(2026, 2, 1), 900, refunds=((date(2026, 3, 9), 900), (date(2026, 4, 9), 1)), closed=True)
    shop = Shop((*SHOP.orders, closed))
    assert totals(shop, FROM, TO).sort("customer_key").equals(totals(SHOP, FROM, TO).sort("customer_key"))


def test_an_order_refunded_in_full_later_counts_until_then() -> None:
    shop = Shop((Order("amy", date(2026, 2, 1), 900, refunds=((date(2026, 4, 9), 900),)), paid("amy", "2026-01-01", 1)))
    found = totals(shop, FROM, TO).to_dicts()[0]
    assert (found["old_orders"], found["old_sales"], found["old_last"]) == (2, 1000, day_number(date(2026, 2, 1)))


@pytest.mark.parametrize("orders", [1, 2, 5])
@pytest.mark.parametrize("window", [None, 20])
def test_one_customer_alone_is_summed_like_any_other(orders: int, window: int | None) -> None:
    shop = Shop(tuple(paid("amy", f"2026-03-{day:02}", 10) for day in range(1, orders + 1)))
    found = totals(shop, FROM, TO, window_days=window).to_dicts()
    assert [(one["old_orders"], one["new_orders"], one["new_sales"]) for one in found] == [
        (1, orders - 1, 1000 * (orders - 1))
    ]
    assert totals(shop, date(2026, 1, 1), TO, window_days=window).get_column("old_orders").to_list() == [0]
