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
from custtier.tiering import Tier, TierCuts
from custtier.views.churn import churn
from custtier.views.explain import Explained, explained
from custtier.views.explain_words import Speaker
from custtier.views.one_customer import measured
from custtier.views.rfm import Asked, rfm
from custtier.views.rfm_cuts import FrozenCuts
from custtier.views.tier_standing import TierRules
from custtier.views.tiers import tiers
from custtier.views.top_group import top_group
from metrics import plain
from metrics.shops import Order, Shop, account_key, customer_id, facts_of, of_amounts, paid, random_shop

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
ASKED = (
    Explained(group=top_group(None, None), schemes=(OWN,)),
    Explained(group=top_group("3", None), tiers=SPENDING, days=60),
    Explained(group=top_group(None, "80%"), tiers=SALES, schemes=(OWN,)),
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
            return self._mine(
                tiers(facts, as_of=self.as_of, rules=TierRules(cuts=self.asked.tiers)).tables["customers"], "tier"
            )
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


@pytest.mark.parametrize("seed", range(14))
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
