"""Who buys in the same months every year: by hand, against plain Python, and waited for instead of warned of."""

import random
from datetime import date, timedelta

import polars as pl
import pytest

from custtier.metrics.scope import Scope
from custtier.views.basis import basis_of, totals_in
from custtier.views.churn.answer import churn
from custtier.views.churn.seasons import with_seasons
from metrics import plain
from metrics.shops import Order, Shop, facts_of


def bought(account: str, *days: str) -> tuple[Order, ...]:
    return tuple(Order(account, date.fromisoformat(day), 1000) for day in days)


def seasons(shop: Shop, as_of: date, *, names: tuple[str, str] = ("season", "season_until")) -> dict:
    """Customer → months and the last day that is waited for."""
    basis = basis_of(facts_of(shop), scope=Scope(), as_of=as_of)
    people, _ = plain.people(shop, as_of)
    days = pl.DataFrame(
        {"customer_id": [f"c_{who}" for who in people], "purchase_days": [len(one.days) for one in people.values()]},
        schema={"customer_id": pl.String, "purchase_days": pl.Int64},
    )
    totals = totals_in(basis).join(
        basis.facts.customers.select("customer_key", "customer_id").collect(), "customer_key"
    )
    table = with_seasons(totals.join(days, on="customer_id"), basis).filter(pl.col(names[0]).is_not_null())
    return {
        who[2:]: (months, date(1970, 1, 1) + timedelta(days=until))
        for who, months, until in table.select("customer_id", *names).rows()
    }


def test_three_autumns_in_a_row_are_a_season_and_two_are_not() -> None:
    shop = Shop(
        bought("three", "2023-09-10", "2024-09-20", "2025-10-01")
        + bought("two", "2024-09-10", "2025-09-20", "2025-10-01")
        + bought("missed", "2022-09-10", "2023-09-20", "2025-09-01")
        + bought("spread", "2023-09-10", "2024-09-20", "2025-12-01")
        + bought("often", "2023-09-10", "2024-03-01", "2024-09-20", "2025-10-01")
    )
    found = seasons(shop, date(2026, 3, 31))
    assert list(found) == ["three"]
    months, until = found["three"]
    assert months == "9–10"
    # until thirty days after the first of October of the next year
    assert abs((until - date(2026, 10, 31)).days) <= 1


def test_a_season_may_span_new_year_and_have_several_purchase_days() -> None:
    shop = Shop(bought("winter", "2022-12-20", "2023-01-15", "2023-12-28", "2025-01-10", "2025-01-12"))
    found = seasons(shop, date(2025, 6, 1))
    assert found["winter"][0] == "12–1"
    assert abs((found["winter"][1] - date(2026, 2, 14)).days) <= 1


def test_a_season_of_one_month_is_one_number() -> None:
    shop = Shop(bought("moon", "2023-09-10", "2024-09-12", "2025-09-20"))
    assert seasons(shop, date(2025, 12, 1))["moon"][0] == "9"


@pytest.mark.parametrize("seed", range(30))
def test_seasons_agree_with_trying_every_start(seed: int) -> None:
    chance = random.Random(seed)
    orders: list[Order] = []
    for number in range(30):
        start = date(2021, 1, 1) + timedelta(days=chance.randint(0, 365))
        width = chance.choice((20, 60, 70, 120))
        orders += [
            Order(f"u{number}", start + timedelta(days=round(year * 365.25) + chance.randint(0, width)), 1000)
            for year in range(chance.randint(1, 4))
            for _ in range(chance.randint(1, 2))
            if chance.random() < 0.9
        ]
    shop = Shop(tuple(orders), merged={"u1": "u2"})
    as_of = date(2025, 12, 31)
    people, _ = plain.people(shop, as_of)
    expected = {who: until for who, one in people.items() if (until := plain.season_until(one.days)) is not None}
    assert {who: until for who, (_, until) in seasons(shop, as_of).items()} == expected
    twice = {who: until for who, one in people.items() if (until := plain.season_until(one.days, least=2)) is not None}
    told = seasons(shop, as_of, names=("season_twice", "twice_until"))
    assert {who: until for who, (_, until) in told.items()} == {
        who: until for who, until in twice.items() if who not in expected
    }
    # the same where the pass over all orders has told who can be one
    listed = churn(facts_of(shop, seed=seed), as_of=as_of, method="shop", everyone=True).tables["customers"]
    marked = listed.filter(pl.col("season").is_not_null()).get_column("customer_id").to_list()
    assert sorted(marked) == sorted(f"c_{who}" for who in expected)


def autumn_shop() -> Shop:
    regulars = [
        order
        for number in range(5)
        for order in bought(f"r{number}", "2026-01-01", "2026-01-31", "2026-03-01", "2026-03-30")
    ]
    return Shop(
        tuple(regulars)
        + bought("autumn", "2023-09-10", "2024-09-20", "2025-10-01")
        + bought("old", "2023-09-10", "2024-04-01")
    )


@pytest.mark.parametrize("method", ["own", "shop"])
def test_a_seasonal_buyer_is_marked_and_not_warned_of_until_the_season_is_missed(method: str) -> None:
    facts = facts_of(autumn_shop())
    for as_of, level in ((date(2026, 3, 31), None), (date(2026, 10, 30), None), (date(2026, 11, 2), "lapsed")):
        view = churn(facts, as_of=as_of, method=method, everyone=True)
        row = view.tables["customers"].filter(pl.col("customer_id") == "c_autumn").row(0, named=True)
        assert row["season"] == "9–10"
        if method == "own":
            # their own gap is a year: nothing to wait for yet
            assert row["churn_level"] is None
            continue
        assert row["churn_level"] == level
        if level is None:
            assert row["reason"] == f"buys every year in months 9–10, {row['recency_days']} days ago"
            assert view.summary["seasonal"] == 1
            assert "seasonal" in {note.code for note in view.notes}


def test_typed_days_stay_what_was_typed_and_the_season_stands_beside() -> None:
    view = churn(facts_of(autumn_shop()), as_of=date(2026, 3, 31))
    rows = {row["customer_id"]: row for row in view.tables["customers"].rows(named=True)}
    assert (rows["c_autumn"]["churn_level"], rows["c_autumn"]["season"]) == ("lapsed", "9–10")
    assert rows["c_old"]["season"] is None
    assert view.summary["seasonal"] == 1
    assert "seasonal_by_days" in {note.code for note in view.notes}


def test_the_reason_of_a_seasonal_buyer_in_chinese() -> None:
    view = churn(facts_of(autumn_shop()), as_of=date(2026, 3, 31), method="shop", everyone=True, lang="zh")
    row = view.tables["customers"].filter(pl.col("customer_id") == "c_autumn").row(0, named=True)
    assert row["reason"] == "每年 9–10 月买, 已 181 天"


@pytest.mark.parametrize("method", ["fixed", "shop"])
def test_two_autumns_are_said_and_change_no_level(method: str) -> None:
    twice = bought("twice", "2024-09-12", "2025-09-20")
    other = bought("twice", "2024-06-01", "2025-09-20")
    regulars = autumn_shop().orders
    said = {}
    for name, orders in (("twice", twice), ("other", other)):
        facts = facts_of(Shop((*regulars, *orders)))
        table = churn(facts, as_of=date(2026, 3, 31), method=method, everyone=True).tables["customers"]
        said[name] = table.filter(pl.col("customer_id") == "c_twice").row(0, named=True)
    assert said["twice"]["reason"].endswith("; only in months 9 of both years")
    assert said["twice"]["season"] is None
    assert {said["twice"]["churn_level"], said["other"]["churn_level"]} <= {"warning", "lapsed"}
    assert "both years" not in said["other"]["reason"]


def test_two_autumns_are_said_no_more_once_the_third_is_missed() -> None:
    facts = facts_of(Shop((*autumn_shop().orders, *bought("twice", "2024-09-12", "2025-09-20"))))
    for as_of, is_said in ((date(2026, 10, 19), True), (date(2026, 10, 22), False)):
        table = churn(facts, as_of=as_of, everyone=True, lang="zh").tables["customers"]
        reason = table.filter(pl.col("customer_id") == "c_twice").row(0, named=True)["reason"]
        assert ("两年都只在 9 月买" in reason) == is_said


def test_most_who_look_seasonal_after_two_years_may_do_so_by_chance() -> None:
    """Why two seasons change no level: without any season in a shop, one in twenty who came again looks so."""
    chance = random.Random(7)
    orders = []
    for number in range(3000):
        rate = chance.gammavariate(0.6, 3.3)
        orders += [
            Order(f"n{number}", date(2024, 7, 1) + timedelta(days=chance.randrange(730)), 100)
            for _ in range(min(12, int(rate + chance.random())))
        ]
    shop = Shop(tuple(orders))
    people, _ = plain.people(shop, date(2026, 6, 30))
    again = sum(len(one.days) > 1 for one in people.values())
    found = seasons(shop, date(2026, 6, 30), names=("season_twice", "twice_until"))
    assert 0.03 < len(found) / again < 0.12
