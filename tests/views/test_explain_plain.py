"""Changes against plain Python that tries every amount, every number of orders and every day, one after the other."""

import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest

from custtier.metrics.scope import Scope
from custtier.text import Catalogue
from custtier.views.explain.answer import explained
from custtier.views.explain.one_customer import measured
from custtier.views.explain.scores import Explained
from custtier.views.explain.words import Speaker
from custtier.views.tiers.top_group import top_group
from metrics import plain
from metrics.shops import Order, Shop, account_key, facts_of

LAST = date(2026, 3, 1)
MOST_AMOUNT, MOST_ORDERS, MOST_DAYS = 140, 60, 220

Values = dict[str, str | None]
Steps = list[tuple[str | None, int]]


def small_shop(seed: int) -> Shop:
    """A few customers with amounts so small that every one can be tried; ties everywhere."""
    rng = random.Random(seed)
    orders = [
        Order(f"a{number:02}", LAST - timedelta(days=rng.choice([0, 1, 7, 30, 61, 90])), rng.randrange(1, 16))
        for number in range(rng.choice([2, 9, 10, 11, 14, 50]))
        for _ in range(rng.choice([1, 1, 2, 3, 5]))
    ]
    return Shop((*orders, Order("a00", LAST, 7)))


def values_of(shop: Shop, who: str) -> Values:
    """Scores, class and tier as plain Python says them."""
    found, _ = plain.people(shop, LAST)
    everyone, amounts = list(found.values()), [person.net for person in found.values()]
    scores = plain.scores(found[who], everyone, LAST) or (None, None, None)
    named = {f"{letter}_score": None if one is None else str(one) for letter, one in zip("rfm", scores, strict=True)}
    top = plain.best(amounts, -(-len(amounts) * 20 // 100))
    return {
        **named,
        "chinese8": plain.segment(found[who], everyone, LAST),
        "tier": plain.tier(found[who].net, amounts),
        "top": "yes" if found[who].net >= top else "no",
    }


def changes(at: Callable[[int], Values], numbers: Iterable[int]) -> dict[str, Steps]:
    """Score → every number at which it becomes another one."""
    now, found = at(0), {score: [] for score in at(0)}
    for number in numbers:
        for score, value in at(number).items():
            if value != now[score]:
                found[score].append((value, number))
            now[score] = value
    return found


def more(shop: Shop, who: str, amounts: Iterable[int]) -> Shop:
    return replace(shop, orders=(*shop.orders, *(Order(who, LAST, amount) for amount in amounts)))


def said(found: pl.DataFrame, change: str, needed: str) -> dict[str, Steps]:
    rows = found.filter(pl.col("change") == change).select("score", "value", needed).rows()
    steps: dict[str, Steps] = {}
    for score, value, number in rows:
        steps.setdefault(score, []).append((value, number))
    return steps


def outlook(shop: Shop, who: str) -> pl.DataFrame:
    seen = measured(facts_of(shop), account_key(who), as_of=None, scope=Scope(), with_gaps=True)
    asked = Explained(group=top_group(None, None))
    return explained(seen, asked, speaker=Speaker(Catalogue("en"), "CNY"))["outlook"]


@pytest.mark.parametrize("seed", range(8))
def test_every_amount_tried_one_after_the_other_changes_what_is_said(seed: int) -> None:
    shop = small_shop(seed)
    who = random.Random(seed).choice(sorted(plain.people(shop, LAST)[0]))
    found, person = outlook(shop, who), plain.people(shop, LAST)[0][who]

    def together(orders: int) -> Shop:
        total = orders * person.net // len(person.purchases)
        return more(shop, who, [total - orders + 1, *[1] * (orders - 1)] if orders else [])

    by_amount = changes(lambda amount: values_of(more(shop, who, [amount] if amount else []), who), range(MOST_AMOUNT))
    by_number = changes(lambda orders: values_of(together(orders), who), range(MOST_ORDERS))
    for change, needed, tried in (
        ("one_order", "needed_sales", by_amount),
        ("usual_orders", "needed_orders", by_number),
    ):
        told = said(found, change, needed)
        assert {score: told.get(score, []) for score in tried} == tried


@pytest.mark.parametrize("seed", range(8))
def test_every_day_tried_one_after_the_other_changes_what_is_said(seed: int) -> None:
    shop = small_shop(seed)
    everybody, _ = plain.people(shop, LAST)
    who = random.Random(seed).choice(sorted(everybody))
    usual = plain.usual_gaps(everybody)
    pooled = [gap for person in everybody.values() for gap in person.gaps]
    once = plain.once_starts(everybody, LAST)
    told = said(outlook(shop, who), "wait", "needed_days")
    for method in ("fixed", "own", "shop"):
        score = f"churn_{method}"

        def level(days: int, method: str = method, score: str = score) -> Values:
            day = LAST + timedelta(days=days)
            return {score: plain.level(method, everybody[who], usual[who], pooled, day, 90, once)}

        tried = changes(level, range(MOST_DAYS))[score]
        assert [step for step in told.get(score, []) if step[1] < MOST_DAYS] == tried


def test_the_levels_of_a_seasonal_buyer_begin_when_their_season_is_missed() -> None:
    spring = [Order("a00", date.fromisoformat(day), 7) for day in ("2023-04-10", "2024-04-20", "2025-05-01")]
    regulars = [Order(f"b{number}", LAST - timedelta(days=ago), 5) for number in range(4) for ago in (0, 9, 20, 45)]
    shop = Shop((*spring, *regulars))
    everybody, _ = plain.people(shop, LAST)
    usual = plain.usual_gaps(everybody)
    pooled = [gap for person in everybody.values() for gap in person.gaps]
    told = said(outlook(shop, "a00"), "wait", "needed_days")
    for method in ("own", "shop"):
        score = f"churn_{method}"

        def level(days: int, method: str = method, score: str = score) -> Values:
            day = LAST + timedelta(days=days)
            return {score: plain.level(method, everybody["a00"], usual["a00"], pooled, day, 90, [])}

        tried = changes(level, range(MOST_DAYS))[score]
        assert [step for step in told.get(score, []) if step[1] < MOST_DAYS] == tried
    assert told["churn_shop"] == [("lapsed", (date(2026, 6, 1) - LAST).days)]
