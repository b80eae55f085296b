"""`tiers` compared with an earlier day, against plain Python on random shops."""

from datetime import timedelta

import pytest

from custtier.views.tiers.answer import tiers
from custtier.views.tiers.risen import Risen
from custtier.views.tiers.standing import TierRules, standing
from metrics import plain
from metrics.shops import Shop, customer_id, facts_of, random_shop

BEST_FIRST = ("core", "important", "growing", "regular")


def tiers_on(shop: Shop, days_before: int) -> dict[str, tuple[str, int]]:
    as_of = plain.last_day(shop) - timedelta(days=days_before)
    found, _ = plain.people(shop, as_of)
    amounts = [person.net for person in found.values()]
    return {customer_id(who): (plain.tier(person.net, amounts), person.net) for who, person in found.items()}


@pytest.mark.parametrize("seed", range(60))
def test_who_rose_and_who_fell_agree_with_plain_python(seed: int) -> None:
    shop, days = random_shop(seed), 60 + 5 * seed
    now, then = tiers_on(shop, 0), tiers_on(shop, days)
    if not now or not then:
        return
    day = plain.last_day(shop) - timedelta(days=days)
    facts = facts_of(shop, seed=seed)
    before = standing(facts, as_of=day, scope=None, window_days=None, rules=TierRules())
    view = tiers(facts, listed=Risen(before))
    rose, fell = {}, {}
    for who in {*now, *then}:
        (tier, sales), (tier_then, sales_then) = now.get(who, (None, None)), then.get(who, (None, None))
        place = None if tier is None else BEST_FIRST.index(tier)
        place_then = None if tier_then is None else BEST_FIRST.index(tier_then)
        row = (tier_then, tier, sales_then, sales)
        if place is None or (place_then is not None and place > place_then):
            fell[who] = row
        elif (place_then is None and tier != "regular") or (place_then is not None and place < place_then):
            rose[who] = row
    columns = ("customer_id", "tier_then", "tier", "net_sales_then", "net_sales")
    for name, expected in (("risen", rose), ("fallen", fell)):
        assert {who: tuple(row) for who, *row in view.tables[name].select(columns).rows()} == expected
    assert view.summary["risen_customers"] == len(rose)
    assert view.summary["fallen_customers"] == len(fell)
    assert view.summary["new_customers"] == len(now.keys() - then.keys())
    assert view.summary["gone_customers"] == len(then.keys() - now.keys())
    places = [BEST_FIRST.index(tier) for tier in view.tables["risen"].get_column("tier")]
    assert places == sorted(places)
