"""Origins of a backtest: what was known and what came, recounted slowly; who is recommended; small shops."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from custtier.errors import NOTHING, USAGE, CusttierError
from custtier.facts import Facts
from custtier.metrics.scope import Scope
from custtier.models.judging import Measure
from custtier.periods import day_number
from custtier.views.backtest import models
from custtier.views.backtest.chances import learned
from custtier.views.backtest.churn import backtest_churn
from custtier.views.backtest.dates import by_last_gap
from custtier.views.backtest.next import backtest_next
from custtier.views.backtest.origins import Origin, origins_of, whose
from custtier.views.backtest.value import backtest_value
from custtier.views.backtest.verdicts import verdicts_of
from custtier.views.basis import basis_of
from metrics.shops import Order, Shop, account_key, facts_of
from views.trials import AS_OF, cdnow_facts, counts_by, leaving_shop, sales_between


def origins(facts: Facts, *, horizon: int = 60, as_of: date | None = None) -> list[Origin]:
    basis = basis_of(facts, scope=Scope(), as_of=as_of)
    first = facts.purchases.select(pl.col("order_day").min()).collect().item()
    return origins_of(basis, first_day=first, horizon=horizon)


@pytest.mark.parametrize("seed", range(3))
def test_an_origin_knows_what_was_dated_up_to_it_and_is_judged_by_all(seed: int) -> None:
    shop = leaving_shop(seed, customers=80)
    found = origins(facts_of(shop))
    assert len(found) == 3
    for number, origin in enumerate(found, start=1):
        day = AS_OF - timedelta(days=60 * number)
        assert origin.day == day_number(day)
        known = counts_by(shop, day=day)
        customers = origin.past.customers
        assert set(customers["customer_key"]) == {account_key(name) for name in known}
        by_key = {account_key(name): (name, days) for name, days in known.items()}
        came = sales_between(shop, after=day, until=day + timedelta(days=60), known_on=AS_OF)
        later = {
            name: {one for one in days if day < one <= day + timedelta(days=60)}
            for name, days in counts_by(shop, day=AS_OF).items()
        }
        for place, key in enumerate(customers["customer_key"]):
            name, days = by_key[key]
            assert customers["x"][place] == len(days) - 1
            assert origin.recency[place] == (day - max(days)).days
            assert origin.after.sales[place] == came.get(name, 0)
            after = later.get(name, set())
            assert origin.after.days[place] == len(after)
            assert origin.after.wait[place] == ((min(after) - day).days if after else float("inf"))


def test_the_time_before_an_origin_is_judged_by_what_was_known_on_it() -> None:
    shop = leaving_shop(1, customers=80)
    origin = origins(facts_of(shop))[0]
    assert origin.before is not None
    day, before = AS_OF - timedelta(days=60), AS_OF - timedelta(days=120)
    came = sales_between(shop, after=before, until=day, known_on=day)
    earlier = {account_key(name): name for name in counts_by(shop, day=before)}
    keys = origin.before.past.customers["customer_key"]
    assert list(origin.before.after.sales) == [came.get(earlier[key], 0) for key in keys]


def test_orders_after_the_last_day_change_nothing() -> None:
    shop = leaving_shop(2, customers=80)
    early = AS_OF - timedelta(days=40)
    later = Shop(tuple(order for order in shop.orders if order.day <= early), shop.merged)
    one = backtest_churn(facts_of(shop), as_of=early, days=60)
    other = backtest_churn(facts_of(later), as_of=early, days=60)
    kept = [
        Order(order.account, order.day, order.gross, refunds=tuple(r for r in order.refunds if r[0] <= early))
        for order in later.orders
    ]
    third = backtest_churn(facts_of(Shop(tuple(kept), shop.merged)), as_of=early, days=60)
    for table in one.tables:
        assert one.tables[table].equals(other.tables[table]), table
        assert one.tables[table].equals(third.tables[table]), table


def test_the_order_of_rows_changes_nothing() -> None:
    shop = leaving_shop(3, customers=60)
    one, other = (backtest_churn(facts_of(shop, seed=seed), days=60) for seed in (0, 9))
    assert one.summary == other.summary
    assert all(one.tables[name].equals(other.tables[name]) for name in one.tables)


def test_a_customer_is_one_over_all_origins() -> None:
    found = origins(facts_of(leaving_shop(4, customers=50)))
    numbers = whose(found)
    keys = np.concatenate([origin.past.customers["customer_key"].to_numpy() for origin in found])
    assert len(set(zip(keys, numbers, strict=True))) == len(set(keys)) == numbers.max() + 1


def test_the_published_sample_gives_the_figures_of_the_literature() -> None:
    """AUC of recency .771, BG/NBD .757, MBG/NBD .760 and Brier scores of .161, over 39 weeks."""
    view = backtest_churn(cdnow_facts(), days=273)
    table = view.tables["forecasters"]
    auc = dict(table.select("forecast_rule", "auc").iter_rows())
    brier = dict(table.select("forecast_rule", "brier").iter_rows())
    assert view.tables["origins"].row(0)[2:4] == (2357, 684)
    assert round(auc["recency"], 3) == 0.771
    assert round(auc["bg-nbd"], 3) == 0.757
    assert round(auc["mbg-nbd"], 3) == 0.760
    assert round(brier["bg-nbd"], 3) == round(brier["mbg-nbd"], 3) == 0.161
    # no time before it to learn chances from
    assert brier["recency"] is None
    assert view.summary["recommended_rule"] == "recency"
    assert "no_better_order" in [note.code for note in view.notes]


def test_another_seed_names_the_same_winner() -> None:
    winners = {backtest_churn(cdnow_facts(), days=273, seed=seed).summary["recommended_rule"] for seed in (1, 2)}
    assert winners == {"recency"}


def test_lists_hold_what_a_recount_finds() -> None:
    shop = leaving_shop(5, customers=90)
    facts = facts_of(shop)
    view = backtest_churn(facts, days=60, length=20)
    hits = 0.0
    for origin in origins(facts):
        ranked = sorted(zip(origin.recency, origin.after.bought, strict=True), key=lambda one: one[0])
        cut = ranked[19][0]
        sure = [came for days, came in ranked if days < cut]
        tied = [came for days, came in ranked if days == cut]
        hits += sum(sure) + sum(tied) * (20 - len(sure)) / len(tied)
    row = view.tables["list_results"].row(
        by_predicate=(pl.col("list_kind") == "buying") & (pl.col("forecast_rule") == "recency"), named=True
    )
    assert row["listed"] == 60
    assert row["precision"] == pytest.approx(hits / 60)


def test_chances_are_learned_from_customers_alike() -> None:
    scores = np.arange(40.0)
    happened = scores >= 20
    found = learned(scores, happened, np.array([-5.0, 3.0, 30.0, 99.0]))
    assert list(found) == [0.0, 0.0, 1.0, 1.0]
    assert list(learned(np.zeros(10), np.arange(10) < 3, np.array([0.0, 7.0]))) == [0.3, 0.3]


@pytest.mark.parametrize(
    ("shop", "code"),
    [
        (leaving_shop(0, customers=5), "too-few-buyers"),
        (leaving_shop(0, customers=50, days=60), "history-too-short"),
        (
            Shop(tuple(Order(f"k{n}", date(2025, 1, 1) + timedelta(days=n), 100) for n in range(300))),
            "nothing-to-tell-apart",
        ),
    ],
    ids=["five customers", "two months", "one order each"],
)
def test_a_shop_without_ground_for_a_comparison_is_told_so(shop: Shop, code: str) -> None:
    with pytest.raises(CusttierError) as raised:
        backtest_churn(facts_of(shop), days=90)
    assert raised.value.code == code
    assert raised.value.exit_code == NOTHING


def test_a_shop_of_few_repeaters_compares_rules_alone_and_says_so() -> None:
    view = backtest_churn(facts_of(leaving_shop(6, customers=50)), days=60)
    assert set(view.tables["forecasters"]["forecast_rule"]) == {"recency", "own-gap", "base-rate"}
    assert "no_models_few_repeaters" in [note.code for note in view.notes]


@pytest.mark.parametrize(("days", "length", "code"), [(0, 10, "bad-days"), (90, 0, "bad-list")])
def test_impossible_questions_are_refused(days: int, length: int, code: str) -> None:
    with pytest.raises(CusttierError) as raised:
        backtest_churn(facts_of(leaving_shop(0, customers=50)), days=days, length=length)
    assert (raised.value.code, raised.value.exit_code) == (code, USAGE)


def test_what_is_better_beyond_chance_is_recommended_and_nothing_else() -> None:
    rows = 1000
    noise = np.random.default_rng(0).normal(0, 1, rows) / rows
    flat = np.zeros(rows)
    measures = {
        "plain": Measure(0.70, flat),
        "sure": Measure(0.72, noise / 10),
        "surer": Measure(0.73, noise / 10),
        "lucky": Measure(0.75, noise * 10),
        "no choice": Measure(0.9, flat),
    }
    found = verdicts_of(
        measures,
        simple="plain",
        customers=np.arange(rows),
        seed=0,
        higher_is_better=True,
        no_choice=("no choice",),
    )
    assert [rule for rule, verdict in found.items() if verdict.is_recommended] == ["surer"]
    assert found["plain"].verdict == "simplest"
    assert found["lucky"].verdict == "no_difference"
    assert found["sure"].verdict == "better"
    turned = verdicts_of(
        measures, simple="plain", customers=np.arange(rows), seed=0, higher_is_better=False, no_choice=()
    )
    assert [rule for rule, verdict in turned.items() if verdict.is_recommended] == ["plain"]
    assert turned["sure"].verdict == "worse"


def test_the_published_sample_gives_the_errors_of_the_literature() -> None:
    """MAE of orders over 39 weeks: Pareto/NBD .755, MBG/NBD .765, BG/NBD .786 (.785 by days), rate times time 1.024."""
    view = backtest_value(cdnow_facts(), days=273)
    orders = {row["forecast_rule"]: row for row in view.tables["order_errors"].to_dicts()}
    assert round(orders["rate"]["mean_error"], 3) == 1.024
    assert round(orders["pareto-nbd"]["mean_error"], 3) == 0.755
    assert round(orders["mbg-nbd"]["mean_error"], 3) == 0.765
    assert orders["bg-nbd"]["mean_error"] == pytest.approx(0.786, abs=0.001)
    assert {row["seen_orders"] for row in orders.values()} == {1882}
    assert orders["rate"]["bias"] == pytest.approx(0.56, abs=0.005)
    assert orders["mbg-nbd"]["bias"] == pytest.approx(-0.16, abs=0.005)
    assert view.summary["recommended_rule"] == "pareto-nbd"
    assert 0.75 < view.summary["mean_error"] <= 0.786
    again = backtest_value(cdnow_facts(), days=273, seed=7)
    assert again.summary["recommended_rule"] == "pareto-nbd"
    assert again.tables["order_errors"].equals(view.tables["order_errors"])


def test_the_simplest_rule_of_value_expects_the_time_before_again() -> None:
    shop = leaving_shop(8, customers=60)
    facts = facts_of(shop)
    view = backtest_value(facts, days=60)
    expected = error = came_in_all = 0.0
    rows = 0
    for number in (1, 2, 3):
        day = AS_OF - timedelta(days=60 * number)
        known = counts_by(shop, day=day)
        if len(known) < 30:
            break
        sales = dict.fromkeys(known, 0) | sales_between(shop, after=date(2000, 1, 1), until=day, known_on=day)
        came = sales_between(shop, after=day, until=day + timedelta(days=60), known_on=AS_OF)
        for name, days in known.items():
            back = sum(day - timedelta(days=60) < one <= day for one in days if one != min(days))
            told = back * sales[name] / len(days)
            expected += told
            error += abs(told - came.get(name, 0))
            came_in_all += came.get(name, 0)
            rows += 1
    row = view.tables["forecasters"].row(by_predicate=pl.col("forecast_rule") == "last-period", named=True)
    assert row["expected_sales"] == round(expected)
    assert row["seen_sales"] == round(came_in_all)
    assert row["mean_error_sales"] == round(error / rows)


def test_a_history_too_short_for_a_year_is_looked_at_for_a_third_of_it() -> None:
    view = backtest_value(facts_of(leaving_shop(9, customers=120, days=300)))
    assert 90 <= view.summary["horizon_days"] <= 100
    assert "horizon_shortened" in [note.code for note in view.notes]


def test_amounts_twice_as_large_leave_the_verdicts_and_double_the_errors() -> None:
    shop = leaving_shop(10, customers=80)
    doubled = Shop(
        tuple(
            Order(one.account, one.day, one.gross * 2, refunds=tuple((on, amount * 2) for on, amount in one.refunds))
            for one in shop.orders
        ),
        shop.merged,
    )
    one, other = (backtest_value(facts_of(each), days=60).tables["forecasters"] for each in (shop, doubled))
    assert one["verdict"].equals(other["verdict"])
    assert other["mean_error_sales"].to_list() == pytest.approx((one["mean_error_sales"] * 2).to_list(), abs=2)


def test_windows_of_the_published_sample_hold_about_what_they_promise() -> None:
    view = backtest_next(cdnow_facts(), days=90)
    table = {row["forecast_rule"]: row for row in view.tables["forecasters"].to_dicts()}
    assert table["last-gap"]["concordance"] < 0.4, "worse than chance: whoever is overdue is mostly gone"
    assert table["recency"]["concordance"] == pytest.approx(0.78, abs=0.005)
    assert table["recency"]["windows"] == 0
    best = table[view.summary["recommended_rule"]]
    assert view.summary["recommended_rule"] not in ("last-gap", "recency")
    assert best["hit_rate"] == pytest.approx(best["stated_chance"], abs=0.08)
    assert best["stated_chance"] >= 0.5, "no window is told that holds the purchase less likely than not"


def test_the_window_of_the_usual_gap_lies_ahead_and_around_a_whole_number_of_gaps() -> None:
    origin = origins(facts_of(leaving_shop(11, customers=80)))[0]
    dates = by_last_gap(origin)
    rows = origin.past.customers
    for place in range(rows.height):
        if rows["x"][place] == 0 or not dates.first[place] or dates.last[place] == origin.horizon:
            continue
        gap = rows["t_x"][place] / rows["x"][place]
        away = origin.recency[place]
        assert 1 <= dates.first[place] <= dates.last[place]
        due = (away // gap + 1) * gap - away
        assert dates.last[place] == pytest.approx(due + max(gap / 4, 3), abs=0.51)


def test_models_of_many_customers_are_fitted_to_some_of_them_and_judged_on_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "MOST_FITTED", 1000)
    found = models.fits_of(origins(cdnow_facts(), horizon=90)[:1])
    fit = found.by_name["mbg-nbd"][0]
    assert (fit.customers, found.origins[0].customers) == (1000, 2357)
    again = models.fits_of(origins(cdnow_facts(), horizon=90)[:1])
    assert list(again.by_name["mbg-nbd"][0].at) == list(fit.at)
