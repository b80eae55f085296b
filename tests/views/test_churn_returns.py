"""How soon customers come back: against counting in fractions, by hand, and in the levels of who bought once."""

import random
from datetime import date, timedelta
from fractions import Fraction

import polars as pl
import pytest

from custtier.views.churn.answer import churn
from custtier.views.churn.returns import Returns, returns_of
from custtier.views.view import View
from metrics import plain
from metrics.shops import Order, Shop, facts_of

AS_OF = date(2026, 3, 31)


def bought(account: str, *days_ago: int, net: int = 1000) -> tuple[Order, ...]:
    return tuple(Order(account, AS_OF - timedelta(days=ago), net) for ago in days_ago)


def counted(days: list[int]) -> pl.DataFrame:
    return (
        pl.DataFrame({"days": days}, schema={"days": pl.Int32})
        .group_by("days")
        .agg(pl.len().cast(pl.Int64).alias("count"))
    )


def once_shop() -> Shop:
    """Forty came back after 10 days, 45 after 40, fifteen after 90; one hundred never."""
    back = [(f"r{number}", 200, 200 - (10 if number < 40 else 40 if number < 85 else 90)) for number in range(100)]
    orders = [order for name, *ago in back for order in bought(name, *ago)]
    orders += [order for number in range(100) for order in bought(f"n{number}", 200)]
    return Shop(tuple(orders))


def levels(view: View) -> dict[str, str | None]:
    return dict(view.tables["customers"].select("customer_id", "churn_level").rows())


@pytest.mark.parametrize("seed", range(20))
def test_the_curve_agrees_with_counting_in_fractions(seed: int) -> None:
    chance = random.Random(seed)
    came = [chance.randint(1, 40) for _ in range(chance.randint(30, 120))]
    waits = [chance.randint(0, 60) for _ in range(chance.randint(0, 200))]
    expected = plain.back_by(came, waits)
    found = returns_of(counted(came), counted(waits))
    if not expected:
        assert found is None
        return
    assert found is not None
    assert found.days == tuple(expected)
    assert found.shares == pytest.approx([float(share) for share in expected.values()], abs=1e-12)
    for share in (Fraction(1, 2), Fraction(4, 5), Fraction(9, 10), Fraction(1)):
        assert found.day(share) == plain.back_at(expected, share)


def test_with_everybody_back_the_curve_is_that_of_the_gaps() -> None:
    found = returns_of(counted([*range(1, 101)]), counted([]))
    assert found is not None
    # the last 29 are too few to be waited for
    assert (found.days[-1], found.day(Fraction(1, 2))) == (71, 36)


def test_who_is_still_waited_for_makes_the_others_slower() -> None:
    came = [10] * 50 + [60] * 50
    alone = returns_of(counted(came), counted([]))
    waited = returns_of(counted(came), counted([30] * 100))
    assert alone is not None
    assert waited is not None
    assert alone.shares == pytest.approx([0.5, 1.0])
    # of 200, 50 came after ten days; of the 50 left after thirty all came
    assert waited.shares == pytest.approx([0.25, 1.0])


def test_fewer_than_thirty_returns_say_nothing() -> None:
    assert returns_of(counted([5] * 29), counted([100] * 500)) is None
    assert returns_of(counted([5] * 30), counted([100] * 500)) is not None


def test_percents_are_cut_off_and_end_at_a_hundred() -> None:
    found = Returns(days=(2, 4), shares=(0.1999, 0.3), returns=40)
    assert found.percents() == [0, 0, 66, 66, 100]


@pytest.mark.parametrize("method", ["own", "shop"])
def test_who_bought_once_is_judged_by_those_who_came_back_after_their_first_day(method: str) -> None:
    shop = Shop(once_shop().orders + tuple(o for ago in (39, 40, 90) for o in bought(f"u{ago}", ago)))
    view = churn(facts_of(shop), as_of=AS_OF, method=method, everyone=True)
    found = levels(view)
    # 40 in a hundred by day 10, 85 by day 40, all by day 90: half and four fifths by day 40
    assert (found["c_u39"], found["c_u40"], found["c_u90"], found["c_n5"]) == (None, "warning", "lapsed", "lapsed")


def test_the_reason_of_who_bought_once_says_how_many_had_come_back_by_then() -> None:
    shop = Shop(once_shop().orders + bought("u41", 41))
    for lang, said in (
        ("en", "bought on one day, 41 days ago; 84% of those who come back had by then (≥ 40 days)"),
        ("zh", "只在一天买过，已 41 天；会回头的人到这时 84% 已经回来（≥ 40 天）"),
    ):
        table = churn(facts_of(shop), as_of=AS_OF, method="own", lang=lang).tables["customers"]
        assert table.filter(pl.col("customer_id") == "c_u41").get_column("reason").item() == said


def test_fixed_days_stay_what_was_typed_whoever_bought_once() -> None:
    shop = Shop(once_shop().orders + bought("u59", 59) + bought("u60", 60))
    found = levels(churn(facts_of(shop), as_of=AS_OF, everyone=True))
    assert (found["c_u59"], found["c_u60"]) == (None, "watch")


def test_days_are_suggested_by_which_nine_in_ten_are_back() -> None:
    view = churn(facts_of(once_shop()), as_of=AS_OF)
    assert view.summary["suggested_days"] == 90
    assert dict(view.notes[-1].values) == {"half": 40, "days": 90}


def test_no_days_are_suggested_to_a_shop_where_few_came_back() -> None:
    view = churn(facts_of(Shop(bought("a", 100, 120) + bought("b", 3))), as_of=AS_OF)
    assert view.summary["suggested_days"] is None
    assert "suggested_days" not in {note.code for note in view.notes}


@pytest.mark.parametrize("seed", range(10))
def test_suggested_days_agree_with_plain_python(seed: int) -> None:
    chance = random.Random(seed)
    orders: list[Order] = []
    for number in range(120):
        day = AS_OF - timedelta(days=chance.randint(0, 400))
        while day <= AS_OF:
            orders.append(Order(f"u{number}", day, 1000))
            if chance.random() < 0.4:
                break
            day += timedelta(days=chance.randint(0, 90))
    shop = Shop(tuple(orders), merged={"u1": "u2", "u3": "u4"})
    people, _ = plain.people(shop, AS_OF)
    came = [gap for person in people.values() for gap in person.gaps]
    curve = plain.back_by(came, [(AS_OF - person.days[-1]).days for person in people.values()])
    view = churn(facts_of(shop, seed=seed), as_of=AS_OF)
    assert view.summary["suggested_days"] == plain.back_at(curve, Fraction(9, 10))
