"""`tiers --near`: by hand, against plain Python, and by doing what it says: one minor unit less is not enough."""

import math
from dataclasses import replace
from fractions import Fraction

import pytest

from custtier.errors import USAGE, CusttierError
from custtier.tiering import Tier, TierCuts
from custtier.views.tiers.answer import tiers
from custtier.views.tiers.near import COLUMNS, Near
from custtier.views.tiers.standing import TierRules
from custtier.views.view import View
from metrics import plain
from metrics.shops import Order, Shop, customer_id, facts_of, of_amounts, paid, random_shop

BEST_FIRST = ("core", "important", "growing", "regular")
SEEDS = range(40)
ODD = (Tier("core", customers=0.1), Tier("important", customers=0.11), Tier("growing", customers=0.9), Tier("regular"))

TEN = of_amounts([40_000, 35_000, 10_000, 10_000, 8_700, 8_600, 4_000, 3_000, 2_000, 1_000])
"""Core begins at 400.00, important at 350.00, growing at 87.00."""


def rows_of(view: View, *columns: str) -> list[tuple[object, ...]]:
    return view.tables["near"].select(columns).rows()


def test_whoever_lacks_one_usual_order_or_15_percent_is_near() -> None:
    view = tiers(facts_of(TEN), listed=Near())
    assert view.tables["near"].columns == list(COLUMNS)
    assert rows_of(view, "customer_id", "tier", "next_tier", "needed_sales", "needed_orders", "average_order") == [
        ("c_u001", "important", "core", 5_000, 1, 35_000),
        ("c_u005", "regular", "growing", 100, 1, 8_600),
    ]
    assert view.summary["near_customers"] == 2
    assert list(view.tables) == ["near", "tiers"]
    assert (view.parameters["near"], view.parameters["within"]) == (True, None)


def test_many_small_orders_are_counted_in_orders_of_the_usual_size() -> None:
    small = [paid("amy", f"2026-02-{day:02}", 10) for day in range(1, 10)]
    table = tiers(facts_of(Shop((*small, paid("bob", "2026-03-01", 105.5)))), listed=Near())
    assert rows_of(table, "customer_id", "needed_sales", "needed_orders", "average_order") == [
        ("c_amy", 1_550, 2, 1_000),
    ]


@pytest.mark.parametrize(
    ("within", "near"), [("0.01", []), ("1", ["c_u005"]), ("50", ["c_u001", "c_u006", "c_u005"]), ("1.2%", ["c_u005"])]
)
def test_within_takes_the_place_of_both(within: str, near: list[str]) -> None:
    found = [str(who) for (who,) in rows_of(tiers(facts_of(TEN), listed=Near(within)), "customer_id")]
    assert sorted(found) == sorted(near)


def test_a_tier_that_ties_leave_to_nobody_is_nobodys_next_one() -> None:
    shop = of_amounts([500, 500, 450, 100, 100, 100])
    assert rows_of(tiers(facts_of(shop), listed=Near("50%")), "customer_id", "next_tier", "needed_sales") == [
        ("c_u002", "core", 50)
    ]


def test_the_best_have_nothing_above_them() -> None:
    view = tiers(facts_of(of_amounts([700] * 4)), listed=Near("100%"))
    assert (view.tables["near"].height, view.summary["near_customers"]) == (0, 0)


def test_only_the_rows_shown_are_made_and_all_are_counted() -> None:
    view = tiers(facts_of(TEN), listed=Near("100%"), rows=2)
    assert view.tables["near"].height == 2
    assert view.heights["near"] == view.summary["near_customers"] == 9
    whole = tiers(facts_of(TEN), listed=Near("100%"))
    assert view.tables["near"].equals(whole.tables["near"].head(2))


@pytest.mark.parametrize("typed", ["", "0", "0%", "101%", "-5", "1.234", "much", "1e3", "nan", "٣"])
def test_a_reach_that_means_nothing_is_refused(typed: str) -> None:
    with pytest.raises(CusttierError) as caught:
        tiers(facts_of(TEN), listed=Near(typed))
    assert caught.value.exit_code == USAGE
    assert caught.value.code in {"bad-within", "bad-share"}


def test_an_amount_in_yen_has_no_digits() -> None:
    shop = Shop(tuple(replace(order, currency="JPY") for order in TEN.orders))
    assert tiers(facts_of(shop), listed=Near("100")).summary["near_customers"] == 1
    with pytest.raises(CusttierError):
        tiers(facts_of(shop), listed=Near("100.5"))


@pytest.mark.parametrize("seed", SEEDS)
def test_near_agrees_with_trying_amounts_in_plain_python(seed: int) -> None:
    shop = random_shop(seed)
    found, _ = plain.people(shop, plain.last_day(shop))
    if not found:
        return
    amounts = {who: person.net for who, person in found.items()}
    expected = {}
    for who, person in found.items():
        tier = plain.tier(person.net, list(amounts.values()))
        candidates = sorted({amount for amount in amounts.values() if amount > person.net})
        rises = [
            (amount, risen)
            for amount in candidates
            for risen in [plain.tier(amount, list({**amounts, who: amount}.values()))]
            if risen != tier
        ]
        if not rises:
            continue
        bound, risen = rises[0]
        needed, usual = bound - person.net, Fraction(person.net, len(person.purchases))
        if needed <= usual or needed <= Fraction(15, 100) * bound:
            expected[customer_id(who)] = (tier, risen, needed, math.ceil(needed / usual), len(person.purchases))
    view = tiers(facts_of(shop, seed=seed), listed=Near())
    columns = ("tier", "next_tier", "needed_sales", "needed_orders", "order_count")
    assert {row[0]: row[1:] for row in rows_of(view, "customer_id", *columns)} == expected
    keys = [
        (BEST_FIRST.index(str(tier)), needed, who)
        for tier, needed, who in rows_of(view, "next_tier", "needed_sales", "customer_id")
    ]
    assert keys == sorted(keys)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("cuts", [TierCuts(), TierCuts(ODD)], ids=["usual", "odd"])
def test_what_is_needed_raises_and_one_minor_unit_less_does_not(seed: int, cuts: TierCuts) -> None:
    shop = random_shop(seed)
    as_of = plain.last_day(shop)
    if not plain.people(shop, as_of)[0]:
        return
    view = tiers(facts_of(shop), rules=TierRules(cuts), listed=Near("100%"))
    for who, tier, next_tier, needed in rows_of(view, "customer_id", "tier", "next_tier", "needed_sales")[:12]:
        assert isinstance(needed, int)
        for more, expected in ((needed, next_tier), (needed - 1, tier)):
            if more:
                added = Order(str(who).removeprefix("c_"), as_of, more)
                after = tiers(facts_of(replace(shop, orders=(*shop.orders, added))), rules=TierRules(cuts)).tables[
                    "customers"
                ]
                table = dict(after.select("customer_id", "tier").rows())
                assert table[who] == expected
