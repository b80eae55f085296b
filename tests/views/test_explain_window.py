"""What an explanation of a window says is so: orders are added, days pass, and the commands are asked again."""

import random
from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest

from custtier.errors import CusttierError
from custtier.metrics.scope import Scope
from custtier.text import Catalogue
from custtier.views.explain.answer import explained
from custtier.views.explain.one_customer import measured
from custtier.views.explain.scores import Explained
from custtier.views.explain.words import Speaker
from custtier.views.rfm.answer import Asked, rfm
from custtier.views.rfm.cuts import FrozenCuts
from custtier.views.tiers.answer import tiers
from custtier.views.tiers.frozen import FrozenTiers
from custtier.views.tiers.standing import TierRules, standing
from custtier.views.tiers.top_group import top_group
from metrics import plain
from metrics.shops import Order, Shop, account_key, customer_id, facts_of, paid, random_shop

WINDOW = 200
ASKED = Explained(group=top_group(None, None))


def explained_of(shop: Shop, who: str) -> dict[str, pl.DataFrame]:
    facts, key = facts_of(shop), account_key(who)
    seen = measured(facts, key, as_of=None, scope=Scope(), with_gaps=True, window_days=WINDOW)
    return explained(seen, ASKED, speaker=Speaker(Catalogue("en"), "CNY"))


def mine(table: pl.DataFrame, who: str, column: str) -> str | None:
    found = table.filter(pl.col("customer_id") == customer_id(who)).get_column(column).cast(pl.String).to_list()
    return found[0] if found else None


def said(shop: Shop, who: str, score: str, *, days: int | None = None) -> str | None:
    """What the commands say; after so many days by the cuts of the last day of the shop."""
    facts, last = facts_of(shop), plain.last_day(shop)
    as_of = None if days is None else last + timedelta(days=days)
    if score in {"tier", "top"}:
        rules = TierRules()
        if days is not None:
            told = standing(facts, as_of=None, scope=None, window_days=WINDOW, rules=rules).told
            rules = TierRules(frozen=FrozenTiers(last, "CNY", WINDOW, rules.cuts.codes, told.bounds, (0.0,) * 4))
        try:
            table = tiers(facts, as_of=as_of, window_days=WINDOW, rules=rules).tables["customers"]
        except CusttierError as error:
            assert error.code == "no-purchases"
            return None
        value = mine(table, who, "tier" if score == "tier" else "in_top")
        return {"true": "yes", "false": "no"}.get(str(value), value)
    cuts = {}
    if days is not None:
        view = rfm(facts, asked=Asked(freeze=True, window_days=WINDOW))
        cuts = {"cuts": "frozen", "frozen": FrozenCuts(last, "CNY", WINDOW, view.summary["cuts"], view.summary["high"])}
    scheme = "chinese8" if score.endswith("_score") else score
    asked = Asked(scheme=scheme, window_days=WINDOW, **cuts)
    try:
        table = rfm(facts, as_of=as_of, asked=asked).tables["customers"]
    except CusttierError as error:
        assert error.code == "no-purchases"
        return "nobody"
    return mine(table, who, score if score.endswith("_score") else "segment")


def more(shop: Shop, who: str, amounts: list[int]) -> Shop:
    day = plain.last_day(shop)
    return replace(shop, orders=(*shop.orders, *(Order(who, day, amount) for amount in amounts)))


@pytest.mark.parametrize("seed", range(8))
def test_what_would_change_a_score_does_and_the_smallest_bit_less_does_not(seed: int) -> None:
    shop, rng = random_shop(seed + 4), random.Random(seed)
    who = rng.choice(sorted(plain.people(shop, plain.last_day(shop))[0]))
    try:
        found = explained_of(shop, who)
    except CusttierError as error:
        assert error.code == "no-purchases"
        return
    now = {score: value for score, value in found["scores"].select("score", "value").rows() if "churn" not in score}
    assert now == {score: said(shop, who, score) for score in now}
    seen = measured(facts_of(shop), account_key(who), as_of=None, scope=Scope(), window_days=WINDOW)
    count, sales = seen.mine.select("window_orders", "window_sales").row(0)
    rows = [row for row in found["outlook"].iter_rows(named=True) if "churn" not in row["score"]]
    for place in rng.sample(range(len(rows)), min(9, len(rows))):
        row, score = rows[place], rows[place]["score"]
        same = [one for one in rows[:place] if (one["score"], one["change"]) == (score, row["change"])]
        before = same[-1]["value"] if same else now[score]
        if row["change"] == "one_order":
            amounts = [[row["needed_sales"]], [row["needed_sales"] - 1] if row["needed_sales"] > 1 else []]
            told = [said(more(shop, who, some), who, score) for some in amounts]
        elif row["change"] == "usual_orders":
            numbers = (row["needed_orders"], row["needed_orders"] - 1)
            amounts = [[some * sales // count - some + 1, *[1] * (some - 1)] if some else [] for some in numbers]
            told = [said(more(shop, who, some), who, score) for some in amounts]
        elif score == "top":
            continue  # measured by the cutoff of the day, which no command keeps
        else:
            told = [said(shop, who, score, days=row["needed_days"] - less) for less in (0, 1)]
            if "nobody" in told:
                continue  # nobody bought anything in the window any more
        assert told == [row["value"], before], row


def test_purchases_leave_the_window_one_after_the_other() -> None:
    shop = Shop(
        (
            *(paid(f"a{number:02}", "2026-06-20", 100 + 10 * number) for number in range(10)),
            paid("b", "2026-01-01", 500),
            paid("b", "2026-06-01", 100),
        )
    )
    found = explained_of(shop, "b")
    is_tier = (pl.col("score") == "tier") & (pl.col("change") == "wait")
    # 600 is the most; 200 days from January 1 end on July 19, from June 1 on December 17
    assert found["outlook"].filter(is_tier).select("value", "reached_on").rows() == [
        ("regular", date(2026, 7, 20)),
        (None, date(2026, 12, 18)),
    ]


def test_whoever_bought_nothing_in_the_window_is_told_so() -> None:
    shop = Shop((paid("old", "2024-01-01", 90), *(paid(f"a{one:02}", "2026-03-01", 100 + one) for one in range(11))))
    found = explained_of(shop, "old")
    row = found["scores"].row(by_predicate=pl.col("score") == "tier", named=True)
    assert (row["value"], row["because"]) == (None, "no purchase in the window")
    one_order = found["outlook"].filter(pl.col("score") == "tier", pl.col("change") == "one_order")
    assert one_order.select("value", "needed_sales").row(0) == ("regular", 1)
    assert found["outlook"].filter(pl.col("change") == "usual_orders").is_empty()
