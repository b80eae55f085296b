"""`value`: published figures on the CDNOW sample, sums, ranges, small and odd shops, and what each is told."""

import random
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from custtier.errors import USAGE, CusttierError
from custtier.facts import Facts
from custtier.models.btyd.contest import SIMPLE
from custtier.models.btyd.fits import MODELS, fitted
from custtier.models.btyd.future import expected_orders
from custtier.views.value.answer import COLUMNS, Asked, value
from custtier.views.value.spending import spending_of
from custtier.views.view import View
from metrics.shops import Order, Shop, facts_of
from models import cdnow

AS_OF = date(2026, 6, 30)


def cdnow_facts() -> Facts:
    orders = [
        Order(one["sample_id"], one["date"], max(round(one["amount"] * 100), 1)) for one in cdnow.rows().to_dicts()
    ]
    return facts_of(Shop(tuple(orders)))


def shop_of(
    customers: int,
    *,
    days: int = 700,
    leaves: float = 0.25,
    mean_gap: float = 30,
    k: int = 1,
    seed: int = 1,
    first_days: int | None = None,
) -> Shop:
    """Customers who come one after another, buy at a pace of their own and leave by a coin."""
    rng, orders = random.Random(seed), []
    for number in range(customers):
        day = float(rng.randint(0, first_days if first_days is not None else days))
        pace, usual = rng.gammavariate(3, mean_gap / 3), rng.choice([2_000, 5_000, 9_900])
        while day <= days:
            when = AS_OF - timedelta(days=days - int(day))
            orders.append(Order(f"u{number:04}", when, round(usual * rng.uniform(0.6, 1.6))))
            if rng.random() < leaves:
                break
            day += max(1.0, sum(rng.expovariate(k / pace) for _ in range(k)))
    return Shop(tuple(orders))


def codes(view: View) -> list[str]:
    return [note.code for note in view.notes]


def test_on_the_published_sample_the_expected_orders_are_those_of_the_published_parameters() -> None:
    """BG/NBD as of 1997-09-30, 39 weeks ahead: the total of the published parameters, whatever the unit of time."""
    view = value(cdnow_facts(), asked=Asked(horizon_days=273, model="bg-nbd"), as_of=cdnow.CALIBRATION_END)
    histories, index = cdnow.histories()
    fit = fitted(MODELS["bg-nbd"], histories)
    published = expected_orders(fit.model, fit.at, histories, horizon=39)[index].sum()
    assert view.summary["expected_orders"] == pytest.approx(float(published), rel=1e-4)
    parameters = dict(view.tables["parameters"].select("parameter", "estimate").rows())
    assert parameters["alpha"] == pytest.approx(4.4136 * 7, rel=1e-3)
    assert [parameters[name] for name in ("r", "a", "b")] == pytest.approx([0.2426, 0.7929, 2.426], rel=2e-3)
    assert "value_bought_once_alive" in codes(view)


@pytest.fixture(scope="module")
def sample() -> View:
    return value(cdnow_facts(), asked=Asked(horizon_days=365))


def test_the_model_that_was_nearest_is_used_and_its_figures_are_told(sample: View) -> None:
    forecasters = sample.tables["forecasters"]
    used = forecasters.filter("is_used").row(0, named=True)
    assert sample.summary["forecast_rule"] == used["forecast_rule"] != SIMPLE
    assert used["verdict"] == "better" and used["gain_low"] > 0
    assert set(forecasters["forecast_rule"]) == {"nbd", "bg-nbd", "mbg-nbd", "pareto-nbd", SIMPLE}
    simple = forecasters.filter(pl.col("forecast_rule") == SIMPLE).row(0, named=True)
    assert simple["gain"] is None and simple["verdict"] == "simplest"
    assert used["mean_error"] < simple["mean_error"]
    assert {"value_model_holdout", "value_held_out"} <= set(codes(sample))


def test_sums_are_those_of_the_table_and_ranges_hold_what_is_expected(sample: View) -> None:
    table, summary = sample.tables["customers"], sample.summary
    assert tuple(table.columns) == COLUMNS
    assert summary["expected_orders"] == pytest.approx(table["expected_orders"].sum())
    assert summary["expected_sales"] == pytest.approx(table["expected_sales"].sum(), abs=table.height)
    assert summary["sales_low"] < summary["expected_sales"] < summary["sales_high"]  # type: ignore[operator]
    assert (table["orders_low"] <= table["orders_high"]).all()
    for share in ("p_alive", "buy_chance"):
        assert table[share].is_between(0, 1).all()
    assert (table["buy_chance"] <= table["p_alive"] + 1e-9).all()
    spread = table.with_columns((pl.col("expected_orders") * pl.col("expected_spend")).alias("product"))
    assert spread["product"].to_numpy() == pytest.approx(spread["expected_sales"].to_numpy(), rel=0.02, abs=2)


def test_only_the_rows_to_be_shown_are_made_and_they_are_the_first(sample: View) -> None:
    few = value(cdnow_facts(), asked=Asked(horizon_days=365), rows=5)
    assert few.tables["customers"].equals(sample.tables["customers"].head(5))
    assert few.heights["customers"] == sample.tables["customers"].height
    assert few.summary == sample.summary


def test_the_order_of_rows_changes_nothing_and_orders_after_the_day_neither() -> None:
    shop = shop_of(300)
    as_of = AS_OF - timedelta(days=100)
    later = Shop((*shop.orders, Order("u0001", AS_OF, 10_000_000)))
    first, again = (
        value(facts_of(one, seed=seed), asked=Asked(), as_of=as_of) for one, seed in ((shop, 0), (later, 9))
    )
    assert first.tables["customers"].equals(again.tables["customers"]) and first.summary == again.summary


def test_forecasts_come_true_within_their_range_where_the_model_is_the_truth() -> None:
    """Nine in ten totals should lie within; of four shops at most one does not."""
    inside = 0
    for seed in range(4):
        shop = shop_of(300, seed=seed, days=700)
        origin = AS_OF - timedelta(days=180)
        view = value(facts_of(shop), asked=Asked(horizon_days=180, model="mbg-nbd"), as_of=origin)
        known = {order.account for order in shop.orders if order.day <= origin}
        came = sum(order.gross for order in shop.orders if order.day > origin and order.account in known)
        inside += view.summary["sales_low"] <= came <= view.summary["sales_high"]  # type: ignore[operator]
    assert inside >= 3


def test_money_worth_less_later_is_worth_less_and_none_lost_is_the_same() -> None:
    facts = facts_of(shop_of(250))
    plain, worth = (value(facts, asked=Asked(model="mbg-nbd", discount=rate)) for rate in (None, 0.2))
    assert "present_value" not in plain.tables["customers"].columns
    present, expected = worth.summary["present_value"], worth.summary["expected_sales"]
    assert 0.83 * expected < present < 0.97 * expected  # type: ignore[operator]
    same = value(facts, asked=Asked(model="mbg-nbd", discount=1e-12))
    assert same.summary["present_value"] == pytest.approx(same.summary["expected_sales"], rel=1e-6)


@pytest.mark.parametrize(
    ("shop", "code"),
    [
        (shop_of(5), "value_few_repeaters"),
        (shop_of(50), "value_few_repeaters"),
        (shop_of(900, leaves=1.0), "value_few_repeaters"),
        (shop_of(600, days=60, mean_gap=9), "value_short_history"),
    ],
    ids=["five customers", "fifty", "one order each", "two months"],
)
def test_a_shop_that_carries_no_model_gets_the_simple_rule_and_the_reason(shop: Shop, code: str) -> None:
    view = value(facts_of(shop), asked=Asked())
    assert {code, "value_simple_rule"} <= set(codes(view)) and view.summary["forecast_rule"] == SIMPLE
    table = view.tables["customers"]
    assert table["p_alive"].null_count() == table["orders_high"].null_count() == table.height
    assert list(view.tables) == ["customers"] and view.summary["sales_low"] is None


def test_a_simple_rule_that_looks_further_than_the_data_or_knows_no_return_says_so() -> None:
    young = value(facts_of(shop_of(200, days=60, mean_gap=8)), asked=Asked())
    assert {"value_short_history", "value_far"} <= set(codes(young))
    once = Shop(tuple(Order(f"u{number}", AS_OF - timedelta(days=number % 300), 5_000) for number in range(200)))
    view = value(facts_of(once), asked=Asked())
    assert "value_no_returns" in codes(view) and "value_far" not in codes(view)
    assert view.summary["expected_sales"] == 0


def test_the_range_of_all_stays_near_what_is_expected_where_customers_spend_alike() -> None:
    """How their amounts differ has no end then: draws of it reach anywhere, and the data says where they do not."""
    summary = value(facts_of(shop_of(500)), asked=Asked(model="mbg-nbd")).summary
    expected = float(summary["expected_sales"])  # type: ignore[arg-type]
    assert 0.6 * expected < summary["sales_low"] < summary["sales_high"] < 1.5 * expected  # type: ignore[operator]


def test_the_simple_rule_is_what_everybody_came_back_for_in_as_many_days() -> None:
    shop = Shop(
        (
            *(Order("u1", AS_OF - timedelta(days=ago), 1_000) for ago in (500, 300, 200, 100)),
            Order("u2", AS_OF - timedelta(days=40), 3_000),
            Order("u3", AS_OF, 500),
        )
    )
    view = value(facts_of(shop), asked=Asked(horizon_days=365))
    found = dict(view.tables["customers"].select("customer_id", "expected_sales").rows())
    assert found == {"c_u1": 3_000, "c_u2": 0, "c_u3": 0}
    # half a year ahead counts half a year back; three years ahead what there is, in proportion
    half = value(facts_of(shop), asked=Asked(horizon_days=250))
    assert half.summary["expected_orders"] == 2
    long = value(facts_of(shop), asked=Asked(horizon_days=1_000))
    assert long.summary["expected_orders"] == pytest.approx(3 * 2)


def test_who_never_leaves_makes_nbd_and_a_word_on_it() -> None:
    view = value(facts_of(shop_of(300, leaves=0.0, mean_gap=40)), asked=Asked())
    assert "value_nobody_leaves" in codes(view)


def test_regular_buyers_get_a_model_of_regular_buyers() -> None:
    view = value(facts_of(shop_of(300, k=4, leaves=0.1)), asked=Asked())
    assert "cnbd" in str(view.summary["forecast_rule"]) and "value_regular" in codes(view)


def test_a_cohort_of_one_day_ends_in_numbers() -> None:
    view = value(facts_of(shop_of(300, first_days=0)), asked=Asked())
    table = view.tables["customers"]
    assert np.isfinite(table["expected_orders"].to_numpy()).all() and table["expected_sales"].min() >= 0


def test_a_log_that_begins_in_the_middle_is_said() -> None:
    orders = [
        order for order in shop_of(2_500, days=2_000, leaves=0.04, seed=3).orders if order.day > date(2024, 10, 1)
    ]
    view = value(facts_of(Shop(tuple(orders))), asked=Asked(model="mbg-nbd"))
    assert {"value_cut", "value_cut_all"} & set(codes(view))


def test_money_that_goes_with_frequency_is_said() -> None:
    shop = shop_of(400, leaves=0.1)
    counts: dict[str | None, int] = {}
    for order in shop.orders:
        counts[order.account] = counts.get(order.account, 0) + 1
    tied = Shop(tuple(Order(one.account, one.day, 1_000 * counts[one.account]) for one in shop.orders))
    assert "value_tied_more" in codes(value(facts_of(tied), asked=Asked(model="mbg-nbd")))
    assert "value_tied_more" not in codes(value(facts_of(shop), asked=Asked(model="mbg-nbd")))


def test_what_a_purchase_day_brings_lies_between_a_customers_own_average_and_everybodys() -> None:
    rng = np.random.default_rng(3)
    days = rng.integers(1, 12, 600)
    means = np.array([rng.gamma(5, own / 5, n).mean() for own, n in zip(rng.gamma(4, 1_000, 600), days, strict=True)])
    customers = pl.DataFrame({"purchase_days": days, "net_sales": (means * days).round().astype(np.int64)})
    spending = spending_of(customers)
    assert spending.optimum is not None
    p, q, gamma = spending.optimum.at
    everybody, told = p * gamma / (q - 1), spending.expected()
    own = spending.mean
    assert ((told - own) * (everybody - told) >= -1e-6 * everybody**2).all()
    alike = spending_of(customers.with_columns(net_sales=pl.col("purchase_days") * 500))
    assert alike.optimum is None and (alike.expected() == 500).all()


def test_a_model_that_is_not_known_is_an_error_with_those_that_are() -> None:
    with pytest.raises(CusttierError) as problem:
        value(facts_of(shop_of(5)), asked=Asked(model="arima"))
    assert problem.value.code == "unknown-model" and problem.value.exit_code == USAGE
    assert "pareto-nbd" in str(problem.value.values["known"])


def test_who_is_first_seen_late_and_only_slow_does_not_stand_for_everybody() -> None:
    """Nobody comes and nobody leaves: fitted to those first seen late alone, far too little would be expected."""
    rng, orders = random.Random(4), []
    for number in range(900):
        pace, day = rng.gammavariate(1.0, 1 / 60), rng.expovariate(1 / 5)
        while (day := day + max(1.0, rng.expovariate(pace + 1e-4))) <= 700:
            orders.append(Order(f"u{number:04}", AS_OF - timedelta(days=700 - int(day)), 1_000))
    view = value(facts_of(Shop(tuple(orders))), asked=Asked())
    used = view.tables["forecasters"].filter("is_used").row(0, named=True)
    assert "value_cut" not in codes(view) and "value_nobody_leaves" in codes(view)
    assert used["expected_orders"] == pytest.approx(used["seen_orders"], rel=0.1)
