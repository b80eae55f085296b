"""`--tag` on random shops: what is left is the shop of these customers alone; with and without make up everybody."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from custtier.errors import CusttierError
from custtier.facts import TABLES, Facts
from custtier.settings import Settings
from custtier.views.churn.answer import churn
from custtier.views.rfm.answer import rfm
from custtier.views.tiers.answer import tiers
from custtier.workflows.question import Question
from custtier.workflows.tagging import with_tags
from metrics import plain
from metrics.shops import Shop, account_key, customer_id, facts_of, random_shop

RULES = (
    "often when order_count >= 2",
    "rich when net_sales >= 300",
    "late when recency_days > 90 and not largest_order < 20",
    "first when tier in (core, important) or shop = second",
)
NAMES = ("often", "rich", "late", "first")
SETTINGS = Settings(tags=RULES)
SEEDS = [seed for seed in range(0, 90, 3) if plain.people(random_shop(seed), plain.last_day(random_shop(seed)))[0]][:8]


def facts_with_tables(shop: Shop, **tables: Sequence[dict]) -> Facts:
    def opened(name: str, columns: Sequence[str]) -> pl.LazyFrame:
        return pl.DataFrame(list(tables.get(name, ())), schema=dict(TABLES[name])).lazy().select(columns)

    return replace(facts_of(shop), opener=opened)


def left(facts: Facts, *tags: str, as_of=None) -> Facts:
    return with_tags(facts, Question(tags=tags, settings=SETTINGS, as_of=as_of))


def people_of(facts: Facts, as_of=None) -> set[str]:
    try:
        return set(tiers(facts, as_of=as_of).tables["customers"]["customer_id"])
    except CusttierError as error:
        assert error.code in {"no-purchases", "no-customers", "no-tagged"}
        return set()


def asked(facts: Facts, *tags: str, as_of=None) -> set[str]:
    try:
        return people_of(left(facts, *tags, as_of=as_of), as_of)
    except CusttierError as error:
        assert error.code == "no-tagged"
        return set()


@pytest.mark.parametrize("seed", SEEDS)
def test_with_and_without_a_tag_make_up_everybody(seed: int) -> None:
    shop = random_shop(seed)
    facts = facts_with_tables(shop)
    for as_of in (None, plain.last_day(shop) - timedelta(days=60)):
        everybody = people_of(facts, as_of)
        if not everybody:
            continue
        for name in NAMES:
            yes, no = asked(facts, name, as_of=as_of), asked(facts, f"!{name}", as_of=as_of)
            assert (yes | no, yes & no) == (everybody, set())
        both = asked(facts, "often", "!rich", as_of=as_of)
        assert both == asked(facts, "often", as_of=as_of) - asked(facts, "rich", as_of=as_of)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_left_is_the_shop_of_these_customers_alone(seed: int) -> None:
    shop = random_shop(seed)
    facts = facts_with_tables(shop)
    as_of = plain.last_day(shop)
    for name in NAMES:
        theirs = asked(facts, name)
        if not theirs:
            continue
        mine = [one for one in shop.orders if one.account and customer_id(shop.person(one.account)) in theirs]
        alone = facts_of(replace(shop, orders=tuple(mine)))
        tagged = left(facts, name)
        assert tagged.purchases.collect()["account_key"].is_sorted()
        for view in (tiers, rfm, lambda facts, as_of: churn(facts, as_of=as_of, everyone=True)):
            one, other = view(tagged, as_of=as_of), view(alone, as_of=as_of)
            for table in ("customers", "tiers", "segments"):
                if table in one.tables:
                    assert_frame_equal(one.tables[table], other.tables[table])
            assert one.summary == other.summary


def test_all_accounts_of_a_person_stay_and_a_tag_of_one_account_is_the_persons() -> None:
    seeds = (seed for seed in range(200) if len(random_shop(seed).merged) >= 2)
    shop = random_shop(next(seeds))
    account, person = next((account, person) for account, person in shop.merged.items() if account != person)
    tags = [
        {"tag_key": 1, "account_key": account_key(account), "tag": "VIP", "decision": "add", "import_id": 1},
        {"tag_key": 2, "account_key": account_key(person), "tag": "old", "decision": "add", "import_id": 1},
        {"tag_key": 2, "account_key": account_key(account), "tag": "old", "decision": "remove", "import_id": 2},
    ]
    facts = facts_with_tables(shop, tags=tags)
    bought = {one.account for one in shop.orders if one.account and shop.person(one.account) == person}
    kept = left(facts, "vip").purchases.collect()["account_key"].unique().to_list()
    assert set(kept) == {account_key(one) for one in bought}
    with pytest.raises(CusttierError) as unknown:
        left(facts, "old")
    assert unknown.value.code == "unknown-tag"


def test_a_tag_noted_later_does_not_count_yet() -> None:
    shop = random_shop(5)
    last = plain.last_day(shop)
    person = shop.people()[0]
    tags = [
        {
            "tag_key": 1,
            "account_key": account_key(person),
            "tag": "VIP",
            "decision": "add",
            "import_id": 1,
            "noted_on": last,
        }
    ]
    facts = facts_with_tables(shop, tags=tags)
    assert asked(facts, "VIP") == {customer_id(person)}
    with pytest.raises(CusttierError) as unknown:
        left(facts, "VIP", as_of=last - timedelta(days=1))
    assert unknown.value.code == "unknown-tag"


FACTS = facts_with_tables(random_shop(5))
WORDS = [
    "tier",
    "province",
    "：",
    ":",
    "!",
    "核心",
    "广东",
    "bought",
    "name",
    "city",
    "often",
    "rich",
    "a",
    " ",
    "lifecycle",
    "new",
    "tags",
]


@given(st.one_of(st.text(max_size=20), st.lists(st.sampled_from(WORDS), max_size=5).map("".join)))
@settings(max_examples=100, deadline=None)
def test_any_text_is_a_tag_or_one_clear_error(text: str) -> None:
    try:
        left(FACTS, text)
    except CusttierError as error:
        assert error.code in {"unknown-tag", "no-tagged"}
        assert str(error)
