"""Tiers that hold still: by hand, against plain Python over random runs, and never a tier that neither rule gives."""

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction

import polars as pl
import pytest

from custtier.tiering import Tier, TierCuts, TierHysteresis
from custtier.views.tiers.answer import tiers
from custtier.views.tiers.held import LastRun, hold
from custtier.views.tiers.named import codes_by
from custtier.views.tiers.near import Near
from custtier.views.tiers.slipping import Slipping
from custtier.views.tiers.standing import Standing, TierRules, standing
from metrics import plain
from metrics.shops import Order, facts_of, random_shop

CODES = ("core", "important", "growing", "regular")
BOUNDS = (1_000, 500, 100)
RULES = [
    TierHysteresis(fall_after_runs=2),
    TierHysteresis(fall_after_runs=3),
    TierHysteresis(margin="10%"),
    TierHysteresis(fall_after_runs=2, margin=0.25),
]

Kept = Mapping[int, tuple[str, int]]


def run(sales: Mapping[int, int], kept: Kept, rules: TierHysteresis) -> dict[int, tuple[str, str, int]]:
    """Customer → tier shown, tier now, runs below."""
    frame = pl.DataFrame({"customer_key": list(sales), "net_sales": list(sales.values())})
    named = frame.with_columns(codes_by(BOUNDS, codes=CODES).alias("tier"))
    last = pl.DataFrame(
        [{"customer_key": who, "kept_tier": tier, "runs_before": runs} for who, (tier, runs) in kept.items()],
        schema={"customer_key": pl.Int64, "kept_tier": pl.String, "runs_before": pl.Int64},
    )
    held = hold(named, last=LastRun(date(2026, 5, 31), last), bounds=BOUNDS, codes=CODES, rules=rules)
    assert held.get_column("customer_key").to_list() == list(sales)
    return {who: tuple(row) for who, *row in held.select("customer_key", "tier", "tier_now", "runs_below").rows()}


def plainly(amount: int, before: tuple[str, int] | None, rules: TierHysteresis) -> tuple[str, str, int]:
    """The same for one customer, sentence by sentence."""
    now = next((code for code, bound in zip(CODES, BOUNDS, strict=False) if amount >= bound), CODES[-1])
    if before is None or before[0] not in CODES or CODES.index(now) <= CODES.index(before[0]):
        return now, now, 0
    shown, runs = before[0], before[1] + 1
    if rules.fall_after_runs and runs >= rules.fall_after_runs:
        return now, now, 0
    least = BOUNDS[CODES.index(shown)]
    if rules.share and Fraction(amount) < least * (1 - rules.share):
        return now, now, 0
    return shown, now, runs


def test_who_rises_rises_at_once() -> None:
    assert run({1: 1_000}, {1: ("regular", 0)}, RULES[0])[1] == ("core", "core", 0)


def test_who_falls_is_held_for_one_run_and_falls_with_the_second() -> None:
    assert run({1: 999}, {1: ("core", 0)}, RULES[0])[1] == ("core", "important", 1)
    assert run({1: 999}, {1: ("core", 1)}, RULES[0])[1] == ("important", "important", 0)


def test_within_the_margin_they_are_held_and_one_minor_unit_below_they_fall() -> None:
    assert run({1: 900}, {1: ("core", 7)}, RULES[2])[1] == ("core", "important", 8)
    assert run({1: 899}, {1: ("core", 0)}, RULES[2])[1] == ("important", "important", 0)


def test_with_both_rules_either_lets_them_fall() -> None:
    assert run({1: 750}, {1: ("core", 0)}, RULES[3])[1] == ("core", "important", 1)
    assert run({1: 749}, {1: ("core", 0)}, RULES[3])[1] == ("important", "important", 0)
    assert run({1: 750}, {1: ("core", 1)}, RULES[3])[1] == ("important", "important", 0)


def test_who_falls_lands_where_today_puts_them_and_not_between() -> None:
    assert run({1: 5}, {1: ("core", 1)}, RULES[0])[1] == ("regular", "regular", 0)


def test_who_was_not_there_and_who_was_in_a_tier_that_is_gone_are_where_today_puts_them() -> None:
    assert run({1: 5, 2: 600}, {2: ("gold", 0)}, RULES[0]) == {
        1: ("regular", "regular", 0),
        2: ("important", "important", 0),
    }


@pytest.mark.parametrize("rules", RULES, ids=["two runs", "three runs", "margin", "both"])
@pytest.mark.parametrize("seed", range(12))
def test_runs_agree_with_plain_python_and_show_only_tiers_that_a_rule_gives(rules: TierHysteresis, seed: int) -> None:
    rng = random.Random(seed)
    people = range(40)
    kept: dict[int, tuple[str, int]] = {}
    same: dict[int, int] = {}
    for _ in range(8):
        sales = {who: rng.choice([rng.randrange(1, 1_300), 899, 900, 999, 1_000, 499, 500, 450, 449]) for who in people}
        sales = {who: amount for who, amount in sales.items() if rng.random() < 0.9}
        found = run(sales, kept, rules)
        for who, (shown, now, runs) in found.items():
            assert (shown, now, runs) == plainly(sales[who], kept.get(who), rules)
            before = kept[who][0] if who in kept else now
            assert shown in {now, before}
            assert CODES.index(shown) <= CODES.index(now)
            same[who] = same.get(who, 0) + 1 if shown != now and who in kept else 0
            assert not rules.fall_after_runs or same[who] < rules.fall_after_runs
        kept = {who: (shown, runs) for who, (shown, _, runs) in found.items()}


def lower(state: Standing, seed: int) -> pl.DataFrame:
    """A run in which some were one tier better than today."""
    rng = random.Random(seed)
    codes, named = state.codes, state.told.named
    rows = []
    for who, tier in named.select("customer_key", pl.col("tier").cast(pl.String)).rows():
        place = codes.index(tier)
        rows.append({"customer_key": who, "kept_tier": codes[max(0, place - rng.randrange(3))], "runs_before": 0})
    return pl.DataFrame(rows, schema={"customer_key": pl.Int64, "kept_tier": pl.String, "runs_before": pl.Int64})


@pytest.mark.parametrize("seed", range(14))
@pytest.mark.parametrize("hysteresis", [RULES[1], RULES[2]], ids=["runs", "margin"])
def test_near_and_slipping_speak_of_the_tier_that_is_shown(hysteresis: TierHysteresis, seed: int) -> None:
    shop = random_shop(seed)
    as_of = plain.last_day(shop)
    if not plain.people(shop, as_of)[0]:
        return
    now = standing(facts_of(shop), as_of=None, scope=None, window_days=None, rules=TierRules())
    run_before = LastRun(date(2024, 1, 1), lower(now, seed))
    rules = TierRules(hysteresis=hysteresis, last_run=lambda _: run_before)
    table = tiers(facts_of(shop), rules=rules).tables["customers"]
    shown = dict(table.select("customer_id", "tier").rows())
    held = dict(table.filter(pl.col("tier") != pl.col("tier_now")).select("customer_id", "tier_now").rows())
    near = tiers(facts_of(shop), rules=rules, listed=Near("100%")).tables["near"]
    assert {row["customer_id"]: row["tier"] for row in near.rows(named=True)} == {
        who: tier for who, tier in shown.items() if tier != "core"
    }
    for row in near.head(6).rows(named=True):
        for more, expected in ((row["needed_sales"], row["next_tier"]), (row["needed_sales"] - 1, row["tier"])):
            bought = Order(row["customer_id"].removeprefix("c_"), as_of, more)
            after = tiers(facts_of(replace(shop, orders=(*shop.orders, bought))), rules=rules).tables["customers"]
            assert dict(after.select("customer_id", "tier").rows())[row["customer_id"]] == expected
    slipping = tiers(facts_of(shop), rules=rules, listed=Slipping(within="100%")).tables["slipping"]
    told = {row["customer_id"]: row for row in slipping.rows(named=True)}
    for who, tier in held.items():
        assert (told[who]["tier"], told[who]["falls_to"], told[who]["risers"]) == (shown[who], tier, 0)
        bought = Order(who.removeprefix("c_"), as_of, told[who]["holding_sales"])
        after = tiers(facts_of(replace(shop, orders=(*shop.orders, bought)))).tables["customers"]
        # where ties leave their tier to nobody, its bound brings them into a better one
        assert CODES.index(dict(after.select("customer_id", "tier").rows())[who]) <= CODES.index(shown[who])


BY_SALES = TierCuts((Tier("core", sales="40%"), Tier("important", sales="75%"), Tier("regular")))


@pytest.mark.parametrize("seed", range(14))
@pytest.mark.parametrize("cuts", [TierCuts(), BY_SALES], ids=["customers", "sales"])
def test_who_falls_by_the_margin_alone_lacks_what_brings_them_within_it(cuts: TierCuts, seed: int) -> None:
    shop = random_shop(seed)
    as_of = plain.last_day(shop)
    if not plain.people(shop, as_of)[0]:
        return
    now = standing(facts_of(shop), as_of=None, scope=None, window_days=None, rules=TierRules(cuts))
    best = now.told.named.select("customer_key", pl.lit("core").alias("kept_tier"), pl.lit(0).alias("runs_before"))
    run_before = LastRun(date(2024, 1, 1), best)
    rules = TierRules(cuts, hysteresis=TierHysteresis(margin="40%"), last_run=lambda _: run_before)
    near = tiers(facts_of(shop), rules=rules, listed=Near("100%")).tables["near"]
    for row in near.head(10).rows(named=True):
        for more, expected in ((row["needed_sales"], row["next_tier"]), (row["needed_sales"] - 1, row["tier"])):
            bought = Order(row["customer_id"].removeprefix("c_"), as_of, more)
            after = tiers(facts_of(replace(shop, orders=(*shop.orders, bought))), rules=rules).tables["customers"]
            assert dict(after.select("customer_id", "tier").rows())[row["customer_id"]] == expected
