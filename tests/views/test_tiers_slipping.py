"""`tiers --slipping`: by hand, and by doing what it says: time goes on, others overtake, one minor unit is missing."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from custtier.errors import USAGE, CusttierError
from custtier.tiering import Tier, TierCuts
from custtier.views.tiers.answer import tiers
from custtier.views.tiers.frozen import FrozenTiers
from custtier.views.tiers.slipping import BY_RANK, IN_WINDOW, Slipping
from custtier.views.tiers.standing import TierRules, standing
from custtier.views.view import View
from metrics import plain
from metrics.shops import Order, Shop, facts_of, of_amounts, paid, random_shop

WINDOW = 100
SPENDING = TierRules(TierCuts((Tier("top", spending=100), Tier("good", spending=40), Tier("rest"))))


def slipping(shop: Shop, asked: Slipping | None = None, **more: object) -> View:
    return tiers(facts_of(shop), listed=asked or Slipping(), **more)  # type: ignore[arg-type]  # options of tiers


def tier_of(shop: Shop, who: str, **more: object) -> str | None:
    table = tiers(facts_of(shop), **more).tables["customers"]  # type: ignore[arg-type]  # options of tiers
    return dict(table.select("customer_id", "tier").rows()).get(who)


def frozen(shop: Shop, *, window_days: int, rules: TierRules) -> TierRules:
    """The same tiers with the bounds of the shop's last day."""
    state = standing(facts_of(shop), as_of=None, scope=None, window_days=window_days, rules=rules)
    shares = tuple(0.0 for _ in state.codes)
    bounds = state.told.bounds
    as_of = state.everyone.basis.as_of
    return replace(rules, frozen=FrozenTiers(as_of, "CNY", window_days, state.codes, bounds, shares))


def test_who_falls_in_a_window_when_they_buy_nothing_by_hand() -> None:
    shop = Shop(
        (
            paid("amy", "2026-01-05", 70),
            paid("amy", "2026-03-01", 50),
            paid("bob", "2026-01-05", 30),
            paid("bob", "2026-01-09", 20),
            paid("cat", "2026-03-31", 500),
            paid("dan", "2026-01-20", 41),
        )
    )
    view = slipping(shop, window_days=90, rules=SPENDING)
    table = view.tables["slipping"]
    assert table.columns == list(IN_WINDOW)
    columns = ("customer_id", "tier", "falls_to", "falls_on", "holding_sales", "holding_orders", "net_sales")
    assert table.select(columns).rows() == [
        ("c_amy", "top", "good", date(2026, 4, 5), 5_000, 1, 12_000),
        ("c_bob", "good", None, date(2026, 4, 5), 4_000, 2, 5_000),
        ("c_dan", "good", None, date(2026, 4, 20), 4_000, 1, 4_100),
    ]
    assert view.summary["slipping_customers"] == 3
    assert view.notes[-1].values == {"until": date(2026, 4, 30)}
    soon = slipping(shop, Slipping(ahead_days=5), window_days=90, rules=SPENDING).tables["slipping"]
    assert soon.select("customer_id", "falls_to", "holding_sales").rows() == [
        ("c_amy", "good", 5_000),
        ("c_bob", "rest", 2_000),
    ]


@pytest.mark.parametrize("seed", range(16))
@pytest.mark.parametrize("ahead", [1, 30, WINDOW])
def test_time_goes_on_and_they_fall_on_the_day_and_what_holds_them_holds_them(seed: int, ahead: int) -> None:
    shop = random_shop(seed)
    as_of = plain.last_day(shop)
    recent = tuple(one for one in shop.orders if one.day > as_of - timedelta(days=WINDOW))
    if not plain.people(Shop(recent, shop.merged), as_of)[0]:
        return
    cuts = [TierRules(), SPENDING, TierRules(TierCuts((Tier("top", sales="40%"), Tier("rest"))))][seed % 3]
    listed = slipping(shop, Slipping(ahead_days=ahead), window_days=WINDOW, rules=cuts).tables["slipping"]
    rules, last = frozen(shop, window_days=WINDOW, rules=cuts), as_of + timedelta(days=ahead)
    # somebody buys a trifle, so that there is a customer on each of the days
    watcher = replace(shop, orders=(*shop.orders, Order("watcher", as_of + timedelta(days=1), 1)))

    def on(day: date, orders: Shop, who: str) -> str | None:
        return tier_of(orders, who, as_of=day, window_days=WINDOW, rules=rules)

    before = tiers(facts_of(shop), window_days=WINDOW, rules=cuts).tables["customers"]
    names = {row["customer_id"]: row for row in listed.rows(named=True)}
    later = tiers(facts_of(watcher), as_of=last, window_days=WINDOW, rules=rules).tables["customers"]
    after = dict(later.select("customer_id", "tier").rows())
    lowest = rules.cuts.codes[-1]
    known = before.select("customer_id", "tier").rows()
    fallen = {who for who, tier in known if after.get(who) != tier and tier != lowest}
    assert fallen == set(names)
    for who, row in list(names.items())[:4]:
        assert row["falls_to"] == after.get(who)
        held = [Order(who.removeprefix("c_"), row["falls_on"], row["holding_sales"])]
        short = [Order(who.removeprefix("c_"), row["falls_on"], row["holding_sales"] - 1)]
        assert on(row["falls_on"] - timedelta(days=1), watcher, who) == row["tier"]
        assert on(row["falls_on"], watcher, who) != row["tier"]
        for day in (row["falls_on"], last):
            assert on(day, replace(watcher, orders=(*watcher.orders, *held)), who) == row["tier"]
        assert on(last, replace(watcher, orders=(*watcher.orders, *short)), who) != row["tier"]


def test_who_is_little_above_a_bound_by_rank_by_hand() -> None:
    shop = of_amounts([40_000, 35_000, 11_000, 10_000, 9_000, 8_600, 4_000, 3_000, 2_000, 1_000])
    table = slipping(shop).tables["slipping"]
    assert table.columns == list(BY_RANK)
    columns = ("customer_id", "tier", "falls_to", "risers", "holding_sales")
    assert table.select(columns).rows() == [
        # the best has one place, and nobody sells more
        ("c_u000", "core", "important", 1, None),
        ("c_u001", "important", "growing", 1, 5_000),
        ("c_u004", "growing", "regular", 1, 1_000),
        ("c_u003", "growing", "regular", 2, 1_000),
    ]
    assert slipping(shop, Slipping(within="10")).summary["slipping_customers"] == 4


@pytest.mark.parametrize("seed", range(30))
def test_so_many_overtakers_push_them_out_and_what_holds_them_holds_them(seed: int) -> None:
    shop = random_shop(seed)
    as_of = plain.last_day(shop)
    found, _ = plain.people(shop, as_of)
    if len(found) < 2:
        return
    amounts = {f"c_{who}": person.net for who, person in found.items()}
    table = slipping(shop, Slipping(within="100%")).tables["slipping"]
    for row in table.head(5).rows(named=True):
        who, own = row["customer_id"], amounts[row["customer_id"]]
        overtakers = [other for other, amount in amounts.items() if other != who and amount <= own]
        assert len(overtakers) >= row["risers"] >= 1
        heights = {other: max(amounts.values()) + 7 for other in overtakers[: row["risers"]]}
        less = dict(list(heights.items())[1:])
        assert plain.tier(own, list({**amounts, **less}.values())) == row["tier"]
        assert plain.tier(own, list({**amounts, **heights}.values())) == row["falls_to"]
        if row["holding_sales"] is not None:
            for more, stays in ((row["holding_sales"], True), (row["holding_sales"] - 1, False)):
                after = {**amounts, **heights, who: own + more}
                assert (plain.tier(own + more, list(after.values())) == row["tier"]) == stays


@pytest.mark.parametrize(
    ("asked", "more", "code"),
    [
        (Slipping(), {"rules": SPENDING}, "slipping-needs-window"),
        (Slipping(), {"rules": TierRules(TierCuts((Tier("a", sales="5%"), Tier("b"))))}, "slipping-needs-window"),
        (Slipping(ahead_days=5), {}, "ahead-needs-window"),
        (Slipping(within="5%"), {"window_days": 90}, "within-with-window"),
        (Slipping(ahead_days=91), {"window_days": 90}, "bad-ahead"),
        (Slipping(within="-5"), {}, "bad-within"),
    ],
)
def test_what_has_no_answer_is_refused(asked: Slipping, more: dict[str, object], code: str) -> None:
    with pytest.raises(CusttierError) as caught:
        slipping(of_amounts([500, 400, 300]), asked, **more)
    assert (caught.value.exit_code, caught.value.code) == (USAGE, code)
