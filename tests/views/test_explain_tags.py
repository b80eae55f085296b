"""What an explanation says of tags is so: the order is added, the days pass, and the rule is asked again."""

import random
from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest

from custtier.metrics.scope import Scope
from custtier.settings import Settings
from custtier.text import Catalogue
from custtier.views.basis import basis_of
from custtier.views.explain.answer import explained
from custtier.views.explain.one_customer import measured
from custtier.views.explain.scores import Explained
from custtier.views.explain.words import Speaker
from custtier.views.tags.tagged import TagSources, tagged_customers
from custtier.views.tiers.top_group import top_group
from metrics import plain
from metrics.shops import Order, Shop, account_key, facts_of, of_amounts, random_shop

RULES = (
    "often: order_count >= 4 and recency_days <= 60",
    "big: net_sales >= 600.50 or tier = core",
    "exact: order_count = 3 or order_count in (5, 7)",
    "not_small: not net_sales < 300",
    "usual: average_order > 150 and purchase_days >= 2",
    "late: overdue_ratio >= 2 or recency_days > 400",
    "slept: churn_level in (warning, lapsed)",
    "rhythm: usual_gap_days < 120",
    "early: first_order_on < 2025-01-01 and last_order_on > 2026-01-01",
    "class: segment in (key_value, general_value) and m_score >= 3",
    "told_by_two: net_sales > average_order",
)
SETTINGS = Settings(tags=RULES)


def sources_of(shop: Shop, as_of: date | None = None) -> TagSources:
    return TagSources(basis_of(facts_of(shop), scope=Scope(), as_of=as_of), SETTINGS)


def tables_of(shop: Shop, who: str) -> dict[str, pl.DataFrame]:
    seen = measured(facts_of(shop), account_key(who), as_of=None, scope=Scope(), with_gaps=True)
    asked = Explained(group=top_group(None, None), tags=sources_of(shop))
    found = explained(seen, asked, speaker=Speaker(Catalogue("en"), "CNY"))
    return {name: table.filter(pl.col("score").str.starts_with("tag:")) for name, table in found.items()}


def has(shop: Shop, who: str, score: str, as_of: date | None = None) -> str:
    keys = tagged_customers(sources_of(shop, as_of), [score.removeprefix("tag:")])
    return "yes" if account_key(who) in keys.to_list() else "no"


def bought(shop: Shop, who: str, orders: int, together: int) -> Shop:
    day = plain.last_day(shop)
    amounts = [together - orders + 1, *[1] * (orders - 1)] if orders else []
    return replace(shop, orders=(*shop.orders, *(Order(who, day, amount) for amount in amounts)))


@pytest.mark.parametrize("seed", range(6))
def test_what_would_change_a_tag_does_and_the_smallest_bit_less_does_not(seed: int) -> None:
    shop, rng = random_shop(seed + 3), random.Random(seed)
    everybody = plain.people(shop, plain.last_day(shop))[0]
    who = rng.choice(sorted(everybody))
    net, count = everybody[who].net, len(everybody[who].purchases)
    found, last = tables_of(shop, who), plain.last_day(shop)
    now = dict(found["scores"].select("score", "value").rows())
    assert now == {score: has(shop, who, score) for score in now}
    rows = list(found["outlook"].iter_rows(named=True))
    assert {row["score"] for row in rows} <= {f"tag:{rule.partition(':')[0]}" for rule in RULES[:-1]}
    for place in rng.sample(range(len(rows)), min(10, len(rows))):
        row, score = rows[place], rows[place]["score"]
        same = [one for one in rows[:place] if (one["score"], one["change"]) == (score, row["change"])]
        before = same[-1]["value"] if same else now[score]
        if row["change"] == "wait":
            if score == "tag:class":
                continue  # by the cuts of the day, which no tag is told by
            days = row["needed_days"]
            told = [has(shop, who, score, last + timedelta(days=some)) for some in (days, days - 1)]
        elif row["change"] == "one_order":
            amount = row["needed_sales"]
            told = [has(bought(shop, who, 1 if some else 0, some), who, score) for some in (amount, amount - 1)]
        else:
            number = row["needed_orders"]
            told = [has(bought(shop, who, some, some * net // count), who, score) for some in (number, number - 1)]
        assert told == [row["value"], before], row


def test_a_tag_worked_by_hand() -> None:
    shop = of_amounts([10_000, 59_949, 30_000])
    found = tables_of(shop, "u001")
    is_big, is_often = pl.col("score") == "tag:big", pl.col("score") == "tag:often"
    row = found["scores"].row(by_predicate=is_often, named=True)
    assert row["because"] == "order_count >= 4: not met (Orders 1); recency_days <= 60: met (Days since 0)"
    assert row["would_change"] == "3 more orders → has the tag"
    # the best of three is in the core whatever they sell
    assert found["scores"].row(by_predicate=is_big, named=True)["value"] == "yes"
    other = tables_of(shop, "u002")["outlook"].filter(is_big, pl.col("change") == "one_order")
    assert other.select("value", "needed_sales").rows() == [("yes", 29_949)]


def test_a_rule_by_goods_is_explained_without_what_would_change_it() -> None:
    shop = of_amounts([10_000, 20_000])
    settings = Settings(tags=("tea: bought 茶 and order_count >= 2",))
    seen = measured(facts_of(shop), account_key("u001"), as_of=None, scope=Scope(), with_gaps=True)
    sources = TagSources(basis_of(facts_of(shop), scope=Scope(), as_of=None), settings)
    asked = Explained(group=top_group(None, None), tags=sources)
    found = explained(seen, asked, speaker=Speaker(Catalogue("en"), "CNY"))
    row = found["scores"].row(by_predicate=pl.col("score") == "tag:tea", named=True)
    assert (row["value"], row["would_change"]) == ("no", None)
    assert row["because"] == "bought 茶: not met; order_count >= 2: not met (Orders 1)"
