"""`next`: small shops by hand, hits counted again in plain Python, and what must hold for any shop."""

import random
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from custtier.errors import NOTHING, USAGE, CusttierError
from custtier.metrics.scope import Scope
from custtier.periods import day_number, day_of
from custtier.views.basis import basis_of
from custtier.views.next import hits
from custtier.views.next.answer import COLUMNS, next_purchases
from custtier.views.next.forecasts import by_rhythm, observed, windows_of
from custtier.views.view import View
from metrics.shops import Order, Shop, customer_id, facts_of, random_shop
from models.cdnow import rows

AS_OF = date(2026, 6, 30)


def shop_of(seed: int, *, customers: int = 120, regular: float = 4.0, leave: float = 0.25, days: int = 540) -> Shop:
    """Customers who buy with their own gap, and leave after any purchase with a chance."""
    draw = random.Random(seed)
    orders = []
    for number in range(customers):
        gap = draw.lognormvariate(3.3, 0.5)
        day = AS_OF - timedelta(days=draw.randrange(days))
        while day <= AS_OF:
            orders.append(Order(f"u{number:03}", day, draw.randrange(1000, 20000)))
            if draw.random() < leave:
                break
            day += timedelta(days=max(1, round(draw.gammavariate(regular, gap / regular))))
    return Shop(tuple(orders))


def told(view: View) -> dict[str, dict]:
    return {row["customer_id"]: row for row in view.tables["customers"].iter_rows(named=True)}


def notes_of(view: View) -> list[str]:
    return [note.code for note in view.notes]


@pytest.fixture(scope="module")
def view() -> View:
    return next_purchases(facts_of(shop_of(1)), as_of=AS_OF, everyone=True)


def test_a_shop_of_monthly_buyers_is_due_a_month_after_the_last_purchase() -> None:
    orders = [
        Order(f"u{number}", AS_OF - timedelta(days=30 * back + number % 20), 1000)
        for number in range(40)
        for back in range(6)
    ]
    found = told(next_purchases(facts_of(Shop(tuple(orders))), as_of=AS_OF, everyone=True))
    for number in range(40):
        row = found[f"c_u{number}"]
        due = AS_OF + timedelta(days=30 - number % 20)
        assert row["next_from"] <= due <= row["next_to"]
        assert (row["next_to"] - row["next_from"]).days == 6
        assert row["confidence"] > 0.9
        assert row["usual_gap_days"] == 30
        assert row["reason"] == f"buys every 30 days, {number % 20} days ago; reckoned with 30 days"


def test_the_columns_and_figures_are_those_promised(view: View) -> None:
    customers = view.tables["customers"]
    assert customers.columns == list(COLUMNS)
    dated = customers.filter(pl.col("next_from").is_not_null())
    assert view.summary["customers"] == customers.height == 120
    assert (view.summary["dated"], view.summary["undated"]) == (dated.height, 120 - dated.height)
    soon = dated.filter(pl.col("next_from") <= AS_OF + timedelta(days=14))
    assert view.summary["due"] == soon.height
    assert view.summary["expected_buyers"] == round(customers["due_chance"].sum())
    assert view.summary["expected_sales"] == customers["expected_sales"].sum()
    assert customers["expected_sales"].is_sorted(descending=True)


def test_no_date_stands_without_its_chance_and_none_under_a_half(view: View) -> None:
    customers = view.tables["customers"]
    is_dated = pl.col("next_from").is_not_null()
    assert customers.filter(is_dated).get_column("confidence").min() >= 0.5
    assert customers.filter(~is_dated).get_column("confidence").null_count() == customers.filter(~is_dated).height
    assert customers.filter(is_dated & (pl.col("next_from") <= AS_OF)).is_empty()
    assert customers.filter(is_dated & (pl.col("next_to") > AS_OF + timedelta(days=90))).is_empty()
    assert customers.filter(~is_dated).get_column("reason").str.contains("so no date").all()


def test_only_who_is_due_is_listed_unless_everyone_is_asked_for(view: View) -> None:
    due = next_purchases(facts_of(shop_of(1)), as_of=AS_OF, days=14)
    assert told(due).keys() == {
        key
        for key, row in told(view).items()
        if row["next_from"] is not None and row["next_from"] <= AS_OF + timedelta(days=14)
    }
    assert due.summary == view.summary


@pytest.mark.parametrize("seed", [2, 3])
def test_hits_are_those_of_plain_python(seed: int) -> None:
    shop = shop_of(seed)
    facts = facts_of(shop)
    view = next_purchases(facts, as_of=AS_OF, forecast="rhythm")
    bought: dict[str, list[int]] = {}
    for order in shop.orders:
        bought.setdefault(customer_id(order.account or ""), []).append(day_number(order.day))
    windows = hits = 0
    origins = 0
    for number in range(1, 5):
        origin = day_number(AS_OF) - 90 * number
        then = next_purchases(facts, as_of=day_of(origin), everyone=True, forecast="rhythm")
        if then.summary["forecast"] is None:
            break
        origins += 1
        for key, row in told(then).items():
            if row["next_from"] is None:
                continue
            windows += 1
            later = [day for day in bought[key] if day > origin]
            hits += bool(later) and day_number(row["next_from"]) <= min(later) <= day_number(row["next_to"])
    assert (view.summary["windows"], view.summary["hits"]) == (windows, hits)
    assert view.summary["hit_rate"] == hits / windows
    said = next(note for note in view.notes if note.code == "next_hits")
    assert said.values["origins"] == origins


def test_time_that_passes_without_a_purchase_rolls_the_window_on() -> None:
    facts = facts_of(shop_of(4))
    before = None
    for waited in range(0, 60, 10):
        row = told(next_purchases(facts, as_of=AS_OF + timedelta(days=waited), everyone=True, forecast="rhythm"))
        dated = [one for one in row.values() if one["next_from"] is not None]
        assert all(one["next_from"] > AS_OF + timedelta(days=waited) for one in dated)
        if before is not None:
            assert len(dated) <= before
        before = len(dated)


def test_two_orders_on_one_day_are_one_occasion() -> None:
    shop = shop_of(5)
    twice = Shop((*shop.orders, *(Order(order.account, order.day, 1) for order in shop.orders)))
    once, again = (told(next_purchases(facts_of(one), as_of=AS_OF, everyone=True)) for one in (shop, twice))
    for key, row in once.items():
        assert [again[key][name] for name in ("next_from", "next_to", "confidence", "due_chance")] == [
            row[name] for name in ("next_from", "next_to", "confidence", "due_chance")
        ]


def test_rows_in_another_order_change_nothing_and_neither_do_orders_after_the_day() -> None:
    shop = shop_of(6)
    plain = next_purchases(facts_of(shop), as_of=AS_OF, everyone=True)
    later = Shop((*shop.orders, *(Order(f"u{n:03}", AS_OF + timedelta(days=1 + n % 9), 900) for n in range(50))))
    for other in (facts_of(shop, seed=9), facts_of(later)):
        found = next_purchases(other, as_of=AS_OF, everyone=True)
        assert found.tables["customers"].equals(plain.tables["customers"])
        assert found.summary == plain.summary


def test_merged_accounts_are_one_buyer() -> None:
    shop = shop_of(7)
    names = {f"u{number:03}" for number in range(120)}
    split = Shop(
        tuple(
            Order(f"{order.account}{'b' if place % 2 else ''}", order.day, order.gross)
            for place, order in enumerate(shop.orders)
        ),
        merged={f"{name}b": name for name in names},
    )
    kept = {order.account for order in split.orders}
    assert any(name.endswith("b") for name in kept if name)
    one, two = (next_purchases(facts_of(part), as_of=AS_OF, everyone=True) for part in (shop, split))
    first, second = told(one), told(two)
    for key in first.keys() & second.keys():
        assert first[key]["next_from"] == second[key]["next_from"]
        assert first[key]["confidence"] == pytest.approx(second[key]["confidence"], abs=1e-9)


def test_chances_add_up_to_about_as_many_buyers_as_came() -> None:
    shop = shop_of(8, customers=800)
    seen = list(
        next_purchases(facts_of(shop), as_of=AS_OF, forecast="rhythm").tables["forecasts"].iter_rows(named=True)
    )
    for row in seen[:-1]:
        assert row["expected_buyers"] == pytest.approx(row["seen_buyers"], rel=0.2)
        assert row["hit_rate_low"] <= row["stated_chance"] <= row["hit_rate_high"]


def test_on_the_cdnow_sample_windows_hold_about_what_they_promise_and_buyers_come_in_the_number_told() -> None:
    """Real orders, 39 weeks of holdout: nearer than the last gap, and than calling every window sure."""
    known = rows().filter(pl.col("amount") > 0).select("sample_id", "date", "amount")
    shop = Shop(tuple(Order(who, day, round(amount * 100)) for who, day, amount in known.iter_rows()))
    view = next_purchases(facts_of(shop), as_of=date(1998, 6, 30), days=30, horizon=273, forecast="rhythm")
    rhythm, simple = view.tables["forecasts"].iter_rows(named=True)
    assert rhythm["windows"] > 300
    assert rhythm["hit_rate"] >= rhythm["stated_chance"] - 0.05
    assert rhythm["hit_rate"] > simple["hit_rate"]
    assert rhythm["expected_buyers"] == pytest.approx(rhythm["seen_buyers"], rel=0.05)


@pytest.mark.parametrize("customers", [1, 5, 12])
def test_a_shop_too_small_tells_no_dates_and_says_why(customers: int) -> None:
    orders = tuple(
        Order(f"u{n}", AS_OF - timedelta(days=7 * n + back), 1000) for n in range(customers) for back in (0, 3)
    )
    view = next_purchases(facts_of(Shop(orders)), as_of=AS_OF, everyone=True, lang="zh")
    assert view.summary["forecast"] is None and view.summary["dated"] == 0
    assert view.summary["expected_buyers"] is None and view.summary["hit_rate"] is None
    assert "next_too_few" in notes_of(view)
    assert view.tables["customers"].get_column("reason").str.contains("数据太少").all()
    assert view.tables["forecasts"].is_empty()


def test_a_shop_where_everybody_bought_once_tells_no_dates() -> None:
    view = next_purchases(facts_of(Shop(tuple(Order(f"u{n}", AS_OF, 100) for n in range(500)))), as_of=AS_OF)
    assert view.tables["customers"].is_empty()
    assert {"next_few_repeaters", "next_too_few"} <= set(notes_of(view))


def test_a_history_too_short_to_look_back_tells_dates_and_that_nobody_checked_them() -> None:
    view = next_purchases(facts_of(shop_of(11, days=60, leave=0.05)), as_of=AS_OF)
    assert view.summary["dated"] and view.summary["hit_rate"] is None
    assert "next_unchecked" in notes_of(view)


def test_who_forecasts_better_is_said_and_can_be_overruled() -> None:
    facts = facts_of(shop_of(12, customers=220))
    view = next_purchases(facts, as_of=AS_OF)
    compared = {"next_model_better", "next_rhythm_better", "next_no_difference"} & set(notes_of(view))
    assert len(compared) == 1
    assert view.summary["forecast"] == ("model" if compared == {"next_model_better"} else "rhythm")
    assert view.tables["forecasts"]["forecast"].to_list() == ["rhythm", "model", "last_gap"]
    other = "rhythm" if view.summary["forecast"] == "model" else "model"
    assert next_purchases(facts, as_of=AS_OF, forecast=other).summary["forecast"] == other


def test_a_model_that_cannot_be_had_gives_way_to_rhythm() -> None:
    view = next_purchases(facts_of(shop_of(13, customers=60)), as_of=AS_OF, forecast="model")
    assert view.summary["forecast"] == "rhythm"
    assert "next_few_repeaters" in notes_of(view)


def test_windows_are_taken_from_the_chances_of_each_day() -> None:
    basis = basis_of(facts_of(shop_of(14)), scope=Scope(), as_of=AS_OF)
    seen = observed(basis)
    rhythm = by_rhythm(seen)
    assert rhythm is not None
    count = seen.past.customers.height
    windows = windows_of(rhythm, customers=count, horizon=90)
    chances = np.concatenate([np.zeros((count, 1)), rhythm.chances(range(1, 91), np.arange(count))], axis=1)
    rows = np.flatnonzero(windows.first > 0)
    inside = chances[rows, windows.last[rows]] - chances[rows, windows.first[rows] - 1]
    assert windows.chance[rows] == pytest.approx(inside)
    assert (chances[windows.first == 0, 90] < 0.5).all()


def test_orders_up_to_a_day_are_told_as_of_that_day_and_a_note_says_so() -> None:
    shop, until = shop_of(15), AS_OF - timedelta(days=40)
    bounded = next_purchases(facts_of(shop), as_of=AS_OF, scope=Scope(until=until), everyone=True)
    then = next_purchases(facts_of(shop), as_of=until, everyone=True)
    assert bounded.tables["customers"].equals(then.tables["customers"])
    assert "next_until" in notes_of(bounded) and "next_until" not in notes_of(then)


@pytest.mark.parametrize("seed", range(12))
def test_odd_shops_are_answered(seed: int) -> None:
    shop = random_shop(seed)
    try:
        view = next_purchases(facts_of(shop), everyone=True)
    except CusttierError as problem:
        assert problem.exit_code == NOTHING
        return
    confident = view.tables["customers"].get_column("confidence").drop_nulls()
    assert (confident >= 0.5).all()


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"days": 0}, "bad-days"),
        ({"days": 400}, "bad-days"),
        ({"horizon": 10, "days": 30}, "bad-days"),
        ({"forecast": "stars"}, "unknown-forecast"),
    ],
)
def test_what_cannot_be_asked_is_told(asked: dict, code: str) -> None:
    with pytest.raises(CusttierError) as caught:
        next_purchases(facts_of(shop_of(1, customers=5)), as_of=AS_OF, **asked)
    assert (caught.value.code, caught.value.exit_code) == (code, USAGE)


def test_of_very_many_customers_some_are_looked_at_whatever_the_order_of_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = shop_of(21, customers=400)
    whole = next_purchases(facts_of(shop), as_of=AS_OF, forecast="rhythm")
    monkeypatch.setattr(hits, "_MOST_CUSTOMERS", 150)
    some, again = (next_purchases(facts_of(shop, seed=seed), as_of=AS_OF, forecast="rhythm") for seed in (0, 5))
    assert some.tables["forecasts"].equals(again.tables["forecasts"]) and some.summary == again.summary
    assert some.tables["customers"].equals(whole.tables["customers"])
    # buyers are counted among all of them, windows among those looked at
    counted = [view.tables["forecasts"].row(0, named=True) for view in (some, whole)]
    assert counted[0]["seen_buyers"] == counted[1]["seen_buyers"]
    assert 0 < counted[0]["windows"] < counted[1]["windows"]
    assert counted[0]["hit_rate"] == pytest.approx(counted[1]["hit_rate"], abs=0.2)
