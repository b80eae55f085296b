"""`tiers`: by hand, against plain Python on 200 random shops, and what must never change it."""

import math
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from custtier.errors import NOTHING, USAGE, CusttierError
from custtier.tiering import TierCuts
from custtier.views.tiers.answer import COLUMNS, tiers
from custtier.views.tiers.standing import TierRules
from custtier.views.view import View
from metrics import plain
from metrics.shops import Order, Shop, customer_id, facts_of, of_amounts, paid, random_shop

TEN = of_amounts([40_000, 20_000, 10_000, 10_000, 5_000, 5_000, 4_000, 3_000, 2_000, 1_000])

ALL_CORE = TierCuts(tuple(replace(tier, customers="99.99%") if tier.kinds else tier for tier in TierCuts().tiers))


def top_of(view: View) -> set[str]:
    table = view.tables["customers"]
    return set(table.filter(table.get_column("in_top")).get_column("customer_id"))


def test_the_best_fifth_of_ten_are_two_and_make_60_of_100() -> None:
    view = tiers(facts_of(TEN))
    assert view.summary == {
        "customers": 10,
        "net_sales": 100_000,
        "top_customers": 2,
        "top_sales": 60_000,
        "top_sales_share": 0.6,
        "cutoff_sales": 20_000,
        "sales80_customers": 4,
        "sales80_share": 0.4,
        "gini": pytest.approx(2 * 815 / (10 * 100) - 11 / 10),
        "effective_customers": pytest.approx(100**2 / (40**2 + 20**2 + 10**2 * 2 + 5**2 * 2 + 4**2 + 3**2 + 2**2 + 1)),
        "top10_sales": 100_000,
        "top10_sales_share": 1.0,
        "unattributed_orders": 0,
        "unattributed_sales": 0,
    }
    assert view.parameters == {"top": "20%", "sales": None, "window": None}
    assert view.tables["customers"].columns == list(COLUMNS)
    assert view.as_of == date(2026, 3, 1)
    assert view.currency == "CNY"


def test_whoever_ties_with_the_last_of_the_top_is_in_it() -> None:
    assert tiers(facts_of(TEN), top="3").summary["top_customers"] == 4
    assert tiers(facts_of(of_amounts([5] * 7))).summary["top_customers"] == 7


def test_a_fifth_of_five_is_one_and_of_six_is_two() -> None:
    assert tiers(facts_of(of_amounts([5, 4, 3, 2, 1]))).summary["top_customers"] == 1
    assert tiers(facts_of(of_amounts([6, 5, 4, 3, 2, 1]))).summary["top_customers"] == 2


def test_more_than_there_are_means_all() -> None:
    assert tiers(facts_of(TEN), top="300").summary["top_customers"] == 10


def test_sales_asks_for_the_fewest_who_make_that_share() -> None:
    view = tiers(facts_of(TEN), sales="60%")
    assert (view.summary["top_customers"], view.summary["top_sales_share"]) == (2, 0.6)
    assert (view.summary["sales80_customers"], view.summary["sales80_share"]) == (4, 0.4)
    assert tiers(facts_of(TEN), sales="60.1%").summary["top_customers"] == 4
    assert view.parameters == {"top": None, "sales": "60%", "window": None}


def test_ties_have_the_same_cumulative_share_and_the_last_has_all() -> None:
    table = tiers(facts_of(TEN)).tables["customers"]
    shares = table.get_column("cumulative_sales_share").to_list()
    assert shares == [0.4, 0.6, 0.8, 0.8, 0.9, 0.9, 0.94, 0.97, 0.99, 1.0]


def test_named_tiers_end_at_5_20_and_50_percent_of_the_customers() -> None:
    table = tiers(facts_of(TEN)).tables["tiers"]
    assert table.rows() == [
        ("core", 1, 0.1, 40_000, 0.4, 40_000),
        ("important", 1, 0.1, 20_000, 0.2, 20_000),
        ("growing", 4, 0.4, 30_000, 0.3, 5_000),
        ("regular", 4, 0.4, 10_000, 0.1, 1_000),
    ]


def test_a_tier_without_customers_stands_with_nothing_in_it() -> None:
    table = tiers(facts_of(of_amounts([7])), rules=TierRules(ALL_CORE)).tables["tiers"]
    assert table.rows()[1:] == [(code, 0, 0.0, 0, 0.0, None) for code in ("important", "growing", "regular")]


def test_one_customer_is_the_top() -> None:
    view = tiers(facts_of(of_amounts([7])))
    assert (view.summary["top_customers"], view.summary["sales80_share"], view.summary["gini"]) == (1, 1.0, 0.0)


@pytest.mark.parametrize("seed", range(200))
def test_tiers_agree_with_counting_in_plain_python(seed: int) -> None:
    shop = random_shop(seed)
    as_of = plain.last_day(shop)
    found, nobody = plain.people(shop, as_of)
    if not found:
        with pytest.raises(CusttierError) as caught:
            tiers(facts_of(shop))
        assert caught.value.exit_code == NOTHING
        return
    amounts = [person.net for person in found.values()]
    cutoff = plain.best(amounts, max(1, math.ceil(Fraction(len(amounts) * 20, 100))))
    most = plain.fewest(amounts, Fraction(80, 100))
    view = tiers(facts_of(shop, seed=seed))
    assert view.summary == {
        "customers": len(amounts),
        "net_sales": sum(amounts),
        "top_customers": sum(1 for amount in amounts if amount >= cutoff),
        "top_sales": sum(amount for amount in amounts if amount >= cutoff),
        "top_sales_share": sum(amount for amount in amounts if amount >= cutoff) / sum(amounts),
        "cutoff_sales": cutoff,
        "sales80_customers": sum(1 for amount in amounts if amount >= most),
        "sales80_share": sum(1 for amount in amounts if amount >= most) / len(amounts),
        "gini": pytest.approx(plain.gini(amounts), abs=1e-15),
        "effective_customers": pytest.approx(float(1 / sum(Fraction(one, sum(amounts)) ** 2 for one in amounts))),
        "top10_sales": sum(sorted(amounts)[-10:]),
        "top10_sales_share": sum(sorted(amounts)[-10:]) / sum(amounts),
        "unattributed_orders": len(nobody),
        "unattributed_sales": sum(nobody),
    }
    rows = []
    for who, person in sorted(found.items(), key=lambda one: (-one[1].net, customer_id(one[0]))):
        reached = sum(amount for amount in amounts if amount >= person.net)
        shares = (person.net / sum(amounts), reached / sum(amounts))
        tier = plain.tier(person.net, amounts)
        rows.append(
            (customer_id(who), len(person.purchases), person.days[-1], person.net, *shares, tier, person.net >= cutoff)
        )
    table = view.tables["customers"].drop("name", "phone", "platforms")
    assert table.rows() == rows
    assert view.tables["tiers"].get_column("net_sales").sum() == sum(amounts)
    assert view.tables["tiers"].get_column("customers").sum() == len(amounts)


def test_top_and_sales_together_are_refused() -> None:
    with pytest.raises(CusttierError) as caught:
        tiers(facts_of(TEN), top="20%", sales="80%")
    assert (caught.value.code, caught.value.exit_code) == ("top-and-sales", USAGE)


@pytest.mark.parametrize("typed", ["0%", "101%", "abc", "0", "-3", "2.5", "nan%", "inf%", "", " ", "%", "1e3"])
def test_a_top_that_means_nothing_is_refused(typed: str) -> None:
    with pytest.raises(CusttierError) as caught:
        tiers(facts_of(TEN), top=typed)
    assert caught.value.exit_code == USAGE


def test_orders_of_one_day_and_unpaid_refunds_stay_apart() -> None:
    shop = Shop((paid("a", "2026-01-01", 10), paid("a", "2026-01-01", 10), Order("b", date(2026, 1, 2), 500)))
    table = tiers(facts_of(shop)).tables["customers"]
    assert table.select("customer_id", "order_count", "net_sales").rows() == [("c_a", 2, 2000), ("c_b", 1, 500)]
