"""What an explanation says is so: the order is added, the days pass, and the commands are asked again."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl
import pytest

from custtier.facts import Facts
from custtier.metrics.scope import Scope
from custtier.schemes import Scheme, SchemeClass
from custtier.text import Catalogue
from custtier.tiering import Tier, TierCuts, TierHysteresis
from custtier.views.churn.answer import churn
from custtier.views.explain.answer import explained
from custtier.views.explain.one_customer import measured
from custtier.views.explain.scores import Explained
from custtier.views.explain.words import Speaker
from custtier.views.rfm.answer import Asked, rfm
from custtier.views.rfm.cuts import FrozenCuts
from custtier.views.tiers.answer import tiers
from custtier.views.tiers.frozen import FrozenTiers
from custtier.views.tiers.held import LastRun
from custtier.views.tiers.standing import TierRules
from custtier.views.tiers.top_group import top_group
from metrics import plain
from metrics.shops import Order, Shop, account_key, customer_id, facts_of, of_amounts, random_shop

OWN = Scheme(
    "mine",
    (
        SchemeClass("rich_often", m="4-5", f="high"),
        SchemeClass("rich_once", m="4-5", f="low"),
        SchemeClass("poor_fresh", m="1-3", r="high"),
        SchemeClass("poor_stale", m="1-3", r="low"),
    ),
)
SPENDING = TierCuts((Tier("gold", spending=500), Tier("silver", spending=99.9), Tier("rest")))
SALES = TierCuts((Tier("half", sales="50%"), Tier("most", sales="80%"), Tier("rest")))
KEPT = FrozenTiers(date(2025, 1, 1), "CNY", None, TierCuts().codes, (60_000, 9_900, 1_990), (0.05, 0.15, 0.3, 0.5))
ASKED = (
    Explained(group=top_group(None, None), schemes=(OWN,)),
    Explained(group=top_group("3", None), rules=TierRules(SPENDING), days=60),
    Explained(group=top_group(None, None), rules=TierRules(frozen=KEPT)),
    Explained(group=top_group(None, "80%"), rules=TierRules(SALES), schemes=(OWN,)),
)
SPEAKER = Speaker(Catalogue("en"), "CNY", (OWN,))


def explained_of(shop: Shop, who: str, asked: Explained = ASKED[0]) -> dict[str, pl.DataFrame]:
    seen = measured(facts_of(shop), account_key(who), as_of=None, scope=Scope(), with_gaps=True)
    return explained(seen, asked, speaker=SPEAKER)


@dataclass(frozen=True)
class Said:
    """What the commands say of one customer of a shop."""

    shop: Shop
    who: str
    asked: Explained
    as_of: date | None = None
    frozen: FrozenCuts | None = None

    def _mine(self, table: pl.DataFrame, column: str) -> str | None:
        found = table.filter(pl.col("customer_id") == customer_id(self.who)).get_column(column).cast(pl.String)
        return found.item()

    def value(self, score: str) -> str | None:
        facts: Facts = facts_of(self.shop)
        if score == "top":
            group = self.asked.group
            sales = None if group.sales is None else "80%"
            table = tiers(facts, as_of=self.as_of, top=group.typed_top, sales=sales).tables["customers"]
            return {"true": "yes", "false": "no"}[str(self._mine(table, "in_top"))]
        if score == "tier":
            return self._mine(tiers(facts, as_of=self.as_of, rules=self.asked.rules).tables["customers"], "tier")
        if score.startswith("churn_"):
            method = score.removeprefix("churn_")
            days = self.asked.days if method == "fixed" else None
            view = churn(facts, as_of=self.as_of, method=method, days=days, everyone=True)
            return self._mine(view.tables["customers"], "churn_level")
        scheme = "chinese8" if score.endswith("_score") else score
        cuts = {"cuts": "frozen", "frozen": self.frozen} if self.frozen else {}
        asked = Asked(scheme=scheme, own_schemes=self.asked.schemes, **cuts)
        table = rfm(facts, as_of=self.as_of, asked=asked).tables["customers"]
        return self._mine(table, score if score.endswith("_score") else "segment")

    def with_orders(self, *amounts: int) -> "Said":
        day = plain.last_day(self.shop)
        more = tuple(Order(self.who, day, amount) for amount in amounts)
        return replace(self, shop=replace(self.shop, orders=(*self.shop.orders, *more)))

    def after(self, days: int, *, is_kept: bool) -> "Said":
        day = plain.last_day(self.shop)
        frozen = None
        if is_kept:
            view = rfm(facts_of(self.shop), asked=Asked(freeze=True))
            frozen = FrozenCuts(day, "CNY", None, view.summary["cuts"], view.summary["high"])
        return replace(self, as_of=day + timedelta(days=days), frozen=frozen)


def usual(shop: Shop, who: str, orders: int) -> list[int]:
    """So many orders that bring together what so many of somebody's orders bring, cut off at the minor unit."""
    person = plain.people(shop, plain.last_day(shop))[0][who]
    together = orders * person.net // len(person.purchases)
    each = together // orders if orders else 0
    return [each] * (orders - 1) + [together - each * (orders - 1)] if orders else []


def done(before: Said, row: dict) -> Iterator[tuple[str | None, str | None]]:
    """What the commands say where a change is reached, and with the smallest bit less."""
    score, change = row["score"], row["change"]
    if change == "one_order":
        less = row["needed_sales"] - 1
        places = [before.with_orders(row["needed_sales"]), before.with_orders(less) if less else before]
    elif change == "usual_orders":
        number = row["needed_orders"]
        places = [before.with_orders(*usual(before.shop, before.who, some)) for some in (number, number - 1)]
    else:
        is_kept = not score.startswith("churn_")
        places = [before.after(row["needed_days"] - some, is_kept=is_kept) for some in (0, 1)]
    return (place.value(score) for place in places)


@pytest.mark.parametrize("seed", range(10))
def test_what_would_change_a_score_does_and_the_smallest_bit_less_does_not(seed: int) -> None:
    shop, rng = random_shop(seed), random.Random(seed)
    people = sorted(plain.people(shop, plain.last_day(shop))[0])
    for who in rng.sample(people, min(2, len(people))):
        asked = rng.choice(ASKED)
        found, before = explained_of(shop, who, asked), Said(shop, who, asked)
        now = dict(found["scores"].select("score", "value").rows())
        assert now == {score: before.value(score) for score in now}
        rows = list(found["outlook"].iter_rows(named=True))
        for place in rng.sample(range(len(rows)), min(9, len(rows))):
            row = rows[place]
            same = [one for one in rows[:place] if (one["score"], one["change"]) == (row["score"], row["change"])]
            expected = same[-1]["value"] if same else now[row["score"]]
            assert tuple(done(before, row)) == (row["value"], expected), row


TEN = of_amounts([40_000, 35_000, 10_000, 10_000, 8_700, 8_600, 4_000, 3_000, 2_000, 1_000])
"""One order each on one day. Core begins at 400.00, important at 350.00, growing at 87.00, much is 86.50."""


def changes_of(found: dict[str, pl.DataFrame], score: str, change: str) -> list[tuple[str | None, int]]:
    needed = {"one_order": "needed_sales", "usual_orders": "needed_orders", "wait": "needed_days"}[change]
    is_meant = (pl.col("score") == score) & (pl.col("change") == change)
    return found["outlook"].filter(is_meant).select("value", needed).rows()


def test_changes_worked_by_hand() -> None:
    found = explained_of(TEN, "u005")
    assert changes_of(found, "tier", "one_order") == [("growing", 100), ("important", 26_400), ("core", 31_400)]
    assert changes_of(found, "tier", "usual_orders") == [("growing", 1), ("core", 4)]
    assert changes_of(found, "chinese8", "one_order") == [("general_value", 1), ("key_value", 100)]
    assert changes_of(found, "chinese8", "usual_orders") == [("key_value", 1)]
    assert changes_of(found, "chinese8", "wait") == [("general_rescue", 1)]
    assert changes_of(found, "churn_fixed", "wait") == [("watch", 60), ("warning", 75), ("lapsed", 90)]
    assert changes_of(found, "churn_own", "wait") == []
    rows = {row["score"]: row for row in found["scores"].iter_rows(named=True)}
    assert rows["tier"]["because"] == ("net sales CNY 86.00, place 6 of 10; regular is below CNY 87.00")
    assert rows["tier"]["would_change"] == "CNY 1.00 more, or one more order as usual → growing"
    assert rows["chinese8"]["value"] == "general_develop"
    assert (rows["tier"]["raw"], rows["tier"]["cut_low"], rows["tier"]["cut_high"]) == (86.0, None, 87.0)
    assert (rows["churn_fixed"]["down_days"], rows["churn_fixed"]["down_on"]) == (60, date(2026, 4, 30))


def test_whoever_is_held_in_a_tier_is_told_so_and_what_lifts_them_further() -> None:
    key = account_key("u005")
    last = LastRun(
        date(2026, 2, 1), pl.DataFrame({"customer_key": [key], "kept_tier": ["growing"], "runs_before": [1]})
    )
    rules = TierRules(hysteresis=TierHysteresis(fall_after_runs=3), last_run=lambda _: last)
    found = explained_of(TEN, "u005", replace(ASKED[0], rules=rules))
    row = found["scores"].row(by_predicate=pl.col("score") == "tier", named=True)
    assert row["value"] == "growing"
    assert "held in growing" in row["because"]
    assert changes_of(found, "tier", "one_order") == [("important", 26_400), ("core", 31_400)]


@pytest.mark.parametrize("seed", range(4))
def test_a_first_order_makes_of_a_stranger_what_is_said(seed: int) -> None:
    shop, asked = random_shop(seed), replace(ASKED[0], is_contact=True)
    found = explained_of(shop, "new", asked)
    assert found["scores"].row(by_predicate=pl.col("score") == "tier", named=True)["value"] == "prospect"
    for row in found["outlook"].filter(pl.col("change") == "one_order").sample(4, seed=seed).iter_rows(named=True):
        assert Said(shop, "new", asked).with_orders(row["needed_sales"]).value(row["score"]) == row["value"]


def test_few_customers_have_no_scores_and_it_is_said() -> None:
    found = explained_of(of_amounts([500, 400, 300]), "u001")
    row = found["scores"].row(by_predicate=pl.col("score") == "r_score", named=True)
    assert (row["value"], row["because"]) == (None, "nobody is scored among 3 customers; 10 are needed")
    assert changes_of(found, "tier", "one_order") == [("core", 100)]


def test_shuffled_rows_change_nothing() -> None:
    shop = random_shop(5)
    who = sorted(plain.people(shop, plain.last_day(shop))[0])[0]
    shuffled = replace(shop, orders=tuple(random.Random(1).sample(shop.orders, len(shop.orders))))
    for name, table in explained_of(shop, who, ASKED[3]).items():
        assert explained_of(shuffled, who, ASKED[3])[name].equals(table)
