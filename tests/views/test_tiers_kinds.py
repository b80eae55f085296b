"""Tiers by share of sales and by spending: by hand, against plain Python, and by doing what `--near` says."""

import math
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from custtier.tiering import Tier, TierCuts
from custtier.views.tiers.answer import tiers
from custtier.views.tiers.near import Near
from custtier.views.tiers.standing import TierRules
from metrics import plain
from metrics.shops import Order, Shop, customer_id, facts_of, of_amounts, random_shop

BY_SALES = TierCuts((Tier("top", sales="50%"), Tier("good", sales="80%"), Tier("fair", sales=0.95), Tier("rest")))
ODD_SALES = TierCuts((Tier("top", sales="0.01%"), Tier("good", sales="33.3%"), Tier("rest")))
BY_SPENDING = TierCuts((Tier("top", spending=900), Tier("good", spending=123.45), Tier("rest")))
BY_CUSTOMERS = TierCuts((Tier("top", customers="7%"), Tier("good", customers="33%"), Tier("rest")))
KINDS = [BY_SALES, ODD_SALES, BY_SPENDING, BY_CUSTOMERS]
NAMES = ["sales", "odd sales", "spending", "customers"]


def plain_tier(amount: int, amounts: list[int], cuts: TierCuts) -> str:
    """The tier by counting, from the rules: the best one whose bound is reached."""
    for tier in cuts.tiers[:-1]:
        if tier.spending is not None:
            bound = Fraction(str(tier.spending)) * 100
        elif tier.sales:
            bound = Fraction(plain.fewest(amounts, part(tier.sales)))
        else:
            bound = Fraction(plain.best(amounts, math.ceil(part(tier.customers) * len(amounts))))
        if amount >= bound:
            return tier.code
    return cuts.codes[-1]


def part(written: str | float) -> Fraction:
    text = str(written)
    return Fraction(text.removesuffix("%")) / (100 if text.endswith("%") else 1)


def test_tiers_by_sales_are_the_fewest_who_make_each_share() -> None:
    shop = of_amounts([50_000, 20_000, 10_000, 10_000, 6_000, 4_000])
    view = tiers(facts_of(shop), rules=TierRules(BY_SALES))
    assert view.tables["tiers"].select("tier", "customers", "lowest_sales").rows() == [
        ("top", 1, 50_000),
        ("good", 3, 10_000),
        ("fair", 1, 6_000),
        ("rest", 1, 4_000),
    ]


def test_who_lacks_a_share_of_the_sales_needs_less_than_the_amount_above_because_the_sum_grows_too() -> None:
    # 60 are not less than half of 120, so the second has to tie with the first
    shop = of_amounts([6_000, 4_000])
    cuts = TierCuts((Tier("top", sales="50%"), Tier("rest")))
    (row,) = tiers(facts_of(shop), rules=TierRules(cuts), listed=Near("100%")).tables["near"].rows(named=True)
    assert (row["customer_id"], row["next_tier"], row["needed_sales"]) == ("c_u001", "top", 2_000)
    cuts = TierCuts((Tier("top", sales="70%"), Tier("rest")))
    shop = of_amounts([6_000, 1_000, 1_000])
    # 60 are less than 70 % of 85.72 in all, and not of 85.71
    found = tiers(facts_of(shop), rules=TierRules(cuts), listed=Near("100%")).tables["near"]
    assert found.select("customer_id", "needed_sales").rows() == [("c_u001", 572), ("c_u002", 572)]


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("cuts", KINDS, ids=NAMES)
def test_tiers_of_each_kind_agree_with_plain_python(seed: int, cuts: TierCuts) -> None:
    shop = random_shop(seed)
    found, _ = plain.people(shop, plain.last_day(shop))
    if not found:
        return
    amounts = [person.net for person in found.values()]
    expected = {customer_id(who): plain_tier(person.net, amounts, cuts) for who, person in found.items()}
    table = tiers(facts_of(shop, seed=seed), rules=TierRules(cuts)).tables["customers"]
    assert dict(table.select("customer_id", "tier").rows()) == expected


@pytest.mark.parametrize("seed", range(14))
@pytest.mark.parametrize("cuts", KINDS, ids=NAMES)
def test_what_is_needed_raises_and_one_minor_unit_less_does_not_with_cuts_of_each_kind(
    seed: int, cuts: TierCuts
) -> None:
    shop = random_shop(seed)
    found, _ = plain.people(shop, plain.last_day(shop))
    if not found:
        return
    amounts = {who: person.net for who, person in found.items()}
    view = tiers(facts_of(shop), rules=TierRules(cuts), listed=Near("100%"))
    near = {row["customer_id"]: row for row in view.tables["near"].rows(named=True)}
    for who, amount in amounts.items():
        if plain_tier(amount, list(amounts.values()), cuts) == cuts.codes[0]:
            assert customer_id(who) not in near
            continue
        row = near[customer_id(who)]
        for more, expected in ((row["needed_sales"], row["next_tier"]), (row["needed_sales"] - 1, row["tier"])):
            others = {**amounts, who: amount + more}
            assert plain_tier(amount + more, list(others.values()), cuts) == expected


def test_the_command_says_so_too_once_it_is_bought() -> None:
    shop = random_shop(5)
    as_of = plain.last_day(shop)
    for cuts in KINDS:
        rules = TierRules(cuts)
        near = tiers(facts_of(shop), rules=rules, listed=Near("100%")).tables["near"]
        for row in near.head(3).rows(named=True):
            for more, expected in ((row["needed_sales"], row["next_tier"]), (row["needed_sales"] - 1, row["tier"])):
                bought = Order(row["customer_id"].removeprefix("c_"), as_of, more)
                after = tiers(facts_of(replace(shop, orders=(*shop.orders, bought))), rules=rules)
                table = dict(after.tables["customers"].select("customer_id", "tier").rows())
                assert table[row["customer_id"]] == expected


def test_spending_has_the_digits_of_the_currency() -> None:
    yen = [Order(f"u{place}", date(2026, 3, 1), amount, currency="JPY") for place, amount in enumerate([900, 899, 124])]
    table = tiers(facts_of(Shop(tuple(yen))), rules=TierRules(BY_SPENDING)).tables["customers"]
    assert table.get_column("tier").to_list() == ["top", "good", "good"]
