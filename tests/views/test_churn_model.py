"""`churn --method model`: against the formulas, at the bounds of the levels, and where no model is of use."""

import random
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import numpy as np
import polars as pl
import pytest

from custtier.errors import USAGE, CusttierError
from custtier.settings import ChurnLevels
from custtier.views.churn.answer import churn
from custtier.views.view import View
from metrics import plain
from metrics.shops import Order, Shop, facts_of

AS_OF = date(2026, 3, 31)


@cache
def leaving_shop(seed: int = 1, customers: int = 250) -> Shop:
    """People who buy at their own rates and at some time never again."""
    chance = random.Random(seed)
    orders: list[Order] = []
    for number in range(customers):
        rate = chance.gammavariate(1.5, 1 / 60)
        leaves = chance.betavariate(1, 3)
        day = AS_OF - timedelta(days=chance.randint(0, 700))
        amount = int(chance.gammavariate(4, 5000))
        while day <= AS_OF:
            orders.append(Order(f"u{number}", day, amount))
            if chance.random() < leaves:
                break
            day += timedelta(days=1 + int(chance.expovariate(rate)))
    return Shop(tuple(orders))


def table(view: View) -> pl.DataFrame:
    return view.tables["customers"]


@cache
def answer(days: int = 90, model: str | None = "mbg-nbd", lang: str = "en") -> View:
    facts = facts_of(leaving_shop())
    return churn(facts, as_of=AS_OF, method="model", model=model, days=days, everyone=True, lang=lang)


def test_chances_are_those_of_a_second_route_over_every_customer_alone() -> None:
    from custtier.models.btyd.fits import MODELS, fitted
    from custtier.models.btyd.future import order_chances
    from custtier.models.btyd.histories import Histories, histories_of

    people, _ = plain.people(leaving_shop(), AS_OF)
    rows = {
        who: (len(one.days) - 1, (one.days[-1] - one.days[0]).days, (AS_OF - one.days[0]).days)
        for who, one in people.items()
    }
    x, t_x, until = (np.array(column, dtype=np.float64) for column in zip(*rows.values(), strict=True))
    model = MODELS["mbg-nbd"]
    fit = fitted(model, histories_of(x, t_x, until)[0])
    found = dict(table(answer()).select("customer_id", "buy_chance").rows())
    for who, (x_one, t_x_one, until_one) in list(rows.items())[:60]:
        one = Histories(np.array([x_one]), np.array([float(t_x_one)]), np.array([float(until_one)]), np.array([1]))
        chances = order_chances(model, fit.at, one, horizon=90, most=3)
        assert found[f"c_{who}"] == pytest.approx(float(chances[0, 1:].sum()), abs=2e-4)


def test_levels_begin_below_their_chances_and_only_where_these_have_fallen_to_half() -> None:
    loose = churn(
        facts_of(leaving_shop()),
        as_of=AS_OF,
        method="model",
        model="mbg-nbd",
        everyone=True,
        settings=ChurnLevels(model=(0.9, 0.5, 0.2)),
    )
    for chance, level in table(loose).select("buy_chance", "churn_level").rows():
        by_chance = "lapsed" if chance < 0.2 else "warning" if chance < 0.5 else "watch" if chance < 0.9 else None
        assert level in (by_chance, None)
    today = table(loose).filter(pl.col("recency_days") == 0)
    assert today.height
    assert today.get_column("churn_level").null_count() == today.height


def test_nothing_is_at_stake_of_who_bought_today_and_more_the_longer_the_silence() -> None:
    rows = table(answer())
    assert rows.filter(pl.col("recency_days") == 0).get_column("value_at_stake").sum() == 0
    assert rows.get_column("value_at_stake").min() == 0
    later = churn(
        facts_of(leaving_shop()), as_of=AS_OF + timedelta(days=30), method="model", model="mbg-nbd", everyone=True
    )
    assert later.summary["lapsed_share"] > answer().summary["lapsed_share"]  # type: ignore[operator]


def test_the_summary_adds_up_to_the_table() -> None:
    view = answer()
    listed = table(view).filter(pl.col("churn_level").is_not_null())
    assert view.summary["value_at_stake"] == listed.get_column("value_at_stake").sum()
    assert view.summary["lapsed"] == (listed.get_column("churn_level") == "lapsed").sum()
    assert (view.summary["method"], view.summary["days"]) == ("model", 90)


def test_more_days_ahead_make_a_purchase_likelier() -> None:
    short, long = (
        table(answer(days=days)).select("customer_id", "buy_chance").sort("customer_id") for days in (90, 180)
    )
    assert (long.get_column("buy_chance") >= short.get_column("buy_chance") - 1e-12).all()


def test_the_order_of_the_orders_changes_nothing() -> None:
    turned = churn(
        facts_of(leaving_shop(), seed=7), as_of=AS_OF, method="model", model="mbg-nbd", days=90, everyone=True
    )
    assert table(turned).equals(table(answer()))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_reason_names_the_customer_s_own_numbers(lang: str) -> None:
    rows = table(answer(lang=lang)).filter(pl.col("churn_level").is_not_null())
    for reason, recency, chance in rows.select("reason", "recency_days", "buy_chance").rows():
        percent = "<1" if chance < 0.01 else str(int(chance * 100 + 1e-9))
        says = (
            f"已 {recency} 天；之后 90 天内再买的可能 {percent}%（低于 "
            if lang == "zh"
            else f"{recency} days ago; {percent}% likely to buy in the next 90 days (below "
        )
        assert says in reason


def test_a_shop_with_few_who_came_back_is_judged_by_fixed_days_and_says_why() -> None:
    small = Shop(tuple(order for order in leaving_shop().orders if int(order.account[1:]) < 50))  # type: ignore[index]
    view = churn(facts_of(small), as_of=AS_OF, method="model", days=60, everyone=True)
    fixed = churn(facts_of(small), as_of=AS_OF, days=60, everyone=True)
    assert table(view).equals(table(fixed))
    assert view.summary == fixed.summary
    assert [note.code for note in view.notes][:2] == ["churn_few_repeaters", "churn_simple_rule"]


def test_a_short_history_carries_no_model() -> None:
    first = AS_OF - timedelta(days=60)
    young = Shop(
        tuple(
            replace(order, day=first + timedelta(days=(order.day - date(2024, 1, 1)).days % 60))
            for order in leaving_shop().orders
        )
    )
    view = churn(facts_of(young), as_of=AS_OF, method="model")
    assert view.summary["method"] == "fixed"
    assert "churn_short_history" in {note.code for note in view.notes}


def test_a_shop_of_one_order_people_is_answered_by_fixed_days() -> None:
    once = Shop(tuple(Order(f"u{number}", AS_OF - timedelta(days=number % 200), 100) for number in range(500)))
    view = churn(facts_of(once), as_of=AS_OF, method="model")
    assert view.summary["method"] == "fixed"
    assert "churn_few_repeaters" in {note.code for note in view.notes}


def test_the_model_is_chosen_on_the_shop_s_own_past() -> None:
    view = answer(model=None)
    codes = [note.code for note in view.notes]
    assert codes[:2] == ["churn_model", "churn_held_out"]


def test_a_model_without_the_method_is_refused() -> None:
    with pytest.raises(CusttierError) as caught:
        churn(facts_of(leaving_shop()), model="mbg-nbd")
    assert (caught.value.code, caught.value.exit_code) == ("model-without-method", USAGE)
