"""`key`: points by hand, against plain Python on random shops, who is held, who is picked by hand, and properties."""

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from custtier.errors import NOTHING, USAGE, CusttierError
from custtier.picks import PARTS, KeyPicks, KeyWeights
from custtier.views.key.answer import COLUMNS, SWAPS, Given, KeptPicks, key
from custtier.views.view import View
from metrics import plain
from metrics.shops import Order, Shop, account_key, customer_id
from views.key_shops import Basket, Contact, KeyShop, Message, at, facts_of_key, judged, plain_picks, random_key_shop

AS_OF = date(2026, 3, 31)
SEEDS = [
    seed
    for seed in range(300)
    if plain.people(random_key_shop(seed).shop, plain.last_day(random_key_shop(seed).shop))[0]
]


def bought(account: str, *days_ago: int, net: int = 1000, agent: str | None = None) -> tuple[Order, ...]:
    return tuple(Order(account, AS_OF - timedelta(days=ago), net, agent=agent) for ago in days_ago)


def shop_of(*orders: tuple[Order, ...]) -> Shop:
    return Shop(tuple(order for some in orders for order in some))


def ids(view: View, table: str = "customers") -> list[str]:
    return view.tables[table]["customer_id"].to_list()


def row_of(view: View, who: str) -> dict:
    for name in ("customers", "next"):
        for row in view.tables[name].iter_rows(named=True):
            if row["customer_id"] == customer_id(who):
                return row
    raise AssertionError(who)


def codes(view: View) -> list[str]:
    return [note.code for note in view.notes]


def test_repurchase_is_full_up_to_one_usual_gap_and_nothing_from_three_on() -> None:
    # a gap of 10 days, two purchase days: two thirds at most
    shop = shop_of(*(bought(f"u{ago:02}", ago, ago + 10) for ago in (0, 10, 11, 20, 29, 30, 31)))
    view = key(facts_of_key(KeyShop(shop)), as_of=AS_OF, pick=7).view
    points = {who: row_of(view, who)["repurchase_score"] for who in ("u00", "u10", "u11", "u20", "u29", "u30", "u31")}
    assert points == {"u00": 66.6, "u10": 66.6, "u11": 63.3, "u20": 33.3, "u29": 3.3, "u30": 0.0, "u31": 0.0}


def test_more_purchase_days_prove_more_and_one_day_is_one_however_many_orders() -> None:
    shop = shop_of(bought("once", 0), bought("twice_a_day", 0, 0), bought("ten", *range(0, 100, 10)))
    view = key(facts_of_key(KeyShop(shop)), as_of=AS_OF, pick=3).view
    found = {who: row_of(view, who)["repurchase_score"] for who in ("once", "twice_a_day", "ten")}
    assert found == {"once": 50.0, "twice_a_day": 50.0, "ten": 90.9}


def test_without_any_rhythm_a_month_stands_for_the_usual_gap() -> None:
    shop = shop_of(*(bought(f"u{ago}", ago) for ago in (30, 60, 90)))
    view = key(facts_of_key(KeyShop(shop)), as_of=AS_OF, pick=3).view
    assert [row_of(view, who)["repurchase_score"] for who in ("u30", "u60", "u90")] == [50.0, 25.0, 0.0]
    assert row_of(view, "u30")["usual_gap_days"] is None


def test_value_is_the_share_of_sales_that_is_left_without_those_above() -> None:
    shop = shop_of(
        bought("a", 1, net=5000), bought("b", 364, net=3000), bought("c", 5, net=1500), bought("d", 6, net=500),
        bought("e", 7, net=500), bought("old", 365, net=90_000),
    )  # fmt: skip
    view = key(facts_of_key(KeyShop(shop)), as_of=AS_OF, pick=6).view
    rows = {who: row_of(view, who) for who in ("a", "b", "c", "d", "e", "old")}
    # 10,500 in the year: above b stand 5,000, above c 8,000, above d and e 9,500
    assert [row["value_score"] for row in rows.values()] == [100.0, 52.3, 23.8, 9.5, 9.5, 0.0]
    assert rows["b"]["value_above_share"] == 5000 / 10_500
    assert (rows["old"]["year_sales"], rows["old"]["net_sales"]) == (0, 90_000)
    assert view.summary["picked_sales"] == 10_500
    assert view.summary["picked_sales_share"] == 1.0


def test_influence_counts_products_and_people_bought_for() -> None:
    shop = shop_of(bought("a", 3, 2, 1), bought("b", 1), bought("c", 1), bought("lent", 2, 1))
    mine = Basket(("tea",), "x", "13900000001", "full")
    other = Basket(("tea", "cup"), "y", "13900000002", "full")
    same = Basket(("tea", "pot", "jar"), "X.", "13900000002", "full")
    lent = [Basket((), name, f"1390000000{n}", "virtual") for n, name in enumerate("yz")]
    view = key(
        facts_of_key(KeyShop(shop, (mine, other, same, mine, Basket(), *lent))), as_of=AS_OF, pick=4
    ).view  # fmt: skip
    rows = {who: row_of(view, who) for who in ("a", "b", "c", "lent")}
    # a: four products, and two phones under three names
    assert [(row["product_count"], row["receiver_count"]) for row in rows.values()] == [
        (4, 2), (1, 1), (None, None), (None, None),
    ]  # fmt: skip
    assert [row["influence_score"] for row in rows.values()] == [62.5, 0.0, None, None]


def test_a_tag_of_influence_gives_all_points_even_where_nothing_else_is_known() -> None:
    shop = shop_of(bought("a", 3), bought("b", 1))
    given = Given(influencers={account_key("a")})
    view = key(facts_of_key(KeyShop(shop)), as_of=AS_OF, pick=2, given=given).view
    assert (row_of(view, "a")["influence_score"], row_of(view, "b")["influence_score"]) == (100.0, None)
    assert "tagged as influential" in row_of(view, "a")["picked_because"]


def test_referrals_count_who_was_brought_first_by_whom_and_what_they_bought() -> None:
    shop = shop_of(bought("a", 50), bought("b", 40), bought("friend", 30, 20, net=700), bought("self", 10))
    baskets = (Basket(), Basket(), Basket(referrer="a"), Basket(referrer="b"), Basket(referrer="self"))
    contacts = (
        Contact("w1", referrer="name of a", added=(at(AS_OF),)),
        Contact("w2", referrer="name of a", added=(at(AS_OF + timedelta(days=1)),)),
        Contact("w3", referrer="somebody", added=(at(AS_OF),)),
    )
    view = key(facts_of_key(KeyShop(shop, baskets, contacts)), as_of=AS_OF, pick=4).view
    counted = ("referred_count", "referred_buyers", "referred_sales", "referral_score")
    # one buyer and one contact: three halves, so three fifths
    assert [row_of(view, "a")[name] for name in counted] == [2, 1, 1400, 60.0]
    assert [row_of(view, "b")[name] for name in counted] == [0, 0, 0, 0.0]
    assert row_of(view, "self")["referred_count"] == 0
    unknown = next(note for note in view.notes if note.code == "key_unknown_referrers")
    assert unknown.values == {"texts": 1}


def test_a_referrer_s_name_that_two_people_have_means_nobody() -> None:
    shop = shop_of(bought("a", 5), bought("b", 4), bought("c", 3))
    contacts = (Contact("a", remark="Li"), Contact("b", remark="Li"), Contact("c", referrer="Li"))
    view = key(facts_of_key(KeyShop(shop, contacts=contacts)), as_of=AS_OF, pick=3).view
    assert row_of(view, "a")["referral_score"] is None
    assert {"no_key_referral", "key_unknown_referrers"} <= set(codes(view))


def test_reachability_is_a_contact_an_answer_a_phone_and_an_agent() -> None:
    day = at(AS_OF - timedelta(days=200))
    shop = shop_of(
        bought("all", 1), bought("silent", 1), bought("gone", 1), bought("back", 1), bought("none", 1, agent="B")
    )
    later, last = at(AS_OF - timedelta(days=9)), at(AS_OF - timedelta(days=2))
    contacts = (
        Contact("all", "A", added=(day,)),
        Contact("silent", None, added=(day,), deleted=(at(AS_OF + timedelta(days=1)),)),
        Contact("gone", "A", added=(day,), deleted=(later,)),
        Contact("back", "A", added=(day, last), deleted=(later,)),
    )
    messages = (
        Message("all", at(AS_OF - timedelta(days=89), 0)),
        Message("all", at(AS_OF, 23)),
        Message("silent", at(AS_OF - timedelta(days=90), 23)),
        Message("silent", at(AS_OF), "out"),
        Message("silent", at(AS_OF), "in", "greeting"),
        Message("silent", at(AS_OF + timedelta(days=1), 0)),
    )
    phones = {"all": "13900000001", "silent": "139****0001", "gone": "13900000002"}
    view = key(
        facts_of_key(KeyShop(shop, contacts=contacts, messages=messages, phones=phones)), as_of=AS_OF, pick=5
    ).view
    rows = {who: row_of(view, who) for who in ("all", "silent", "gone", "back", "none")}
    assert [row["reachability_score"] for row in rows.values()] == [100.0, 40.0, 20.0, 50.0, 10.0]
    assert [row["contact_state"] for row in rows.values()] == ["contact", "contact", "deleted", "contact", None]
    assert [row["answer_count"] for row in rows.values()] == [2, 0, 0, 0, 0]
    assert [row["agent"] for row in rows.values()] == ["A", None, None, "A", "B"]


def test_what_the_shop_knows_nothing_of_has_no_weight_and_is_said() -> None:
    view = key(facts_of_key(KeyShop(shop_of(bought("a", 1), bought("b", 2)))), as_of=AS_OF, pick=1).view
    assert {"no_key_influence", "no_key_referral", "no_key_is_contact", "no_key_answers"} <= set(codes(view))
    parts = {row["part"]: row["weight_share"] for row in view.tables["parts"].iter_rows(named=True)}
    assert parts == {"repurchase": 0.5, "value": 0.5, "influence": 0.0, "referral": 0.0, "reachability": 0.0}
    row = row_of(view, "a")
    assert row["key_score"] == (row["repurchase_score"] + row["value_score"]) / 2
    assert [row[f"{part}_score"] for part in ("influence", "referral", "reachability")] == [None, None, None]


def test_a_part_of_which_nothing_is_known_of_somebody_gives_them_nothing() -> None:
    shop = shop_of(bought("shown", 1), bought("hidden", 1))
    view = key(facts_of_key(KeyShop(shop, (Basket(("a", "b")), Basket()))), as_of=AS_OF, pick=2).view
    shown, hidden = row_of(view, "shown"), row_of(view, "hidden")
    assert (shown["influence_score"], hidden["influence_score"]) == (50.0, None)
    assert shown["key_score"] - hidden["key_score"] == pytest.approx(50 * 1 / 7)
    assert "unknown" in hidden["picked_because"]


def test_weights_on_nothing_that_is_known_are_refused() -> None:
    only = KeyWeights(repurchase=0, value=0, influence=0, referral=2, reachability=0)
    with pytest.raises(CusttierError) as raised:
        key(facts_of_key(KeyShop(shop_of(bought("a", 1)))), as_of=AS_OF, given=Given(weights=only))
    assert (raised.value.code, raised.value.exit_code) == ("no-key-parts", NOTHING)


@pytest.mark.parametrize("pick", [0, -1, 10_001])
def test_a_pick_of_none_or_of_ten_thousands_is_refused(pick: int) -> None:
    with pytest.raises(CusttierError) as raised:
        key(facts_of_key(KeyShop(shop_of(bought("a", 1)))), as_of=AS_OF, pick=pick)
    assert (raised.value.code, raised.value.exit_code) == ("bad-pick", USAGE)


def test_a_pick_is_exactly_so_many_and_tells_of_ties() -> None:
    shop = shop_of(*(bought(f"u{n}", 3, net=100) for n in range(5)), bought("rich_before", 3, net=100))
    rich = replace(shop, orders=(*shop.orders, Order("rich_before", AS_OF - timedelta(days=3), 0)))
    view = key(facts_of_key(KeyShop(rich)), as_of=AS_OF, pick=2).view
    assert ids(view) == ["c_rich_before", "c_u0"]
    assert ids(view, "next") == ["c_u1", "c_u2"]
    assert view.summary["tied"] == 4
    assert "pick_ties" in codes(view)


def test_fewer_customers_than_asked_for_are_all_picked_and_it_is_said() -> None:
    view = key(facts_of_key(KeyShop(shop_of(bought("a", 1), bought("b", 2)))), as_of=AS_OF).view
    assert (view.summary["picked"], view.tables["next"].height, view.summary["tied"]) == (2, 0, 0)
    assert "fewer_than_pick" in codes(view)


ONLY_VALUE = KeyWeights(repurchase=0, value=1, influence=0, referral=0, reachability=0)


def ranked_shop(*nets: int) -> KeyShop:
    """Customers a, b, c … of these sales, of a total of 1,000."""
    assert sum(nets) == 1000
    return KeyShop(shop_of(*(bought(chr(97 + place), 5, net=net) for place, net in enumerate(nets))))


def kept(*people: str, margin: float = 0.1, always: tuple[str, ...] = (), never: tuple[str, ...] = ()) -> Given:
    return Given(
        weights=ONLY_VALUE,
        picks=KeyPicks(stay_margin=margin),
        always={account_key(who) for who in always},
        never={account_key(who) for who in never},
        kept=KeptPicks(AS_OF - timedelta(days=30), [account_key(who) for who in people]),
    )


def test_who_was_picked_stays_until_somebody_has_more_than_the_margin_above() -> None:
    # a 100 points; b 60, c 34: none of the others comes within a tenth of them
    shop = ranked_shop(400, 260, 240, 100)
    facts = facts_of_key(shop)
    points = {who: row_of(key(facts, as_of=AS_OF, pick=4, given=kept()).view, who)["key_score"] for who in "abcd"}
    assert points == {"a": 100.0, "b": 60.0, "c": 34.0, "d": 10.0}
    held = key(facts, as_of=AS_OF, pick=2, given=kept("a", "c", margin=0.77)).view
    assert ids(held) == ["c_a", "c_c"]
    assert (held.summary["stayed"], held.summary["came"], held.summary["went"]) == (2, 0, 0)
    # 34 × 1.764… = 60: a margin of 76 % does not hold c any more
    swapped = key(facts, as_of=AS_OF, pick=2, given=kept("a", "c", margin=0.76)).view
    assert ids(swapped) == ["c_a", "c_b"]
    table = swapped.tables["swaps"]
    assert table.columns == list(SWAPS)
    assert table.select("swap", "customer_id", "swap_cause").rows() == [
        ("in", "c_b", "higher"),
        ("out", "c_c", "outscored"),
    ]
    assert [row_of(swapped, who)["pick_kind"] for who in "ab"] == ["stays", "new"]


def test_a_free_place_is_filled_and_fewer_places_are_left_by_the_last() -> None:
    facts = facts_of_key(ranked_shop(400, 260, 240, 100))
    more = key(facts, as_of=AS_OF, pick=3, given=kept("a", "b")).view.tables["swaps"]
    assert more.select("swap", "customer_id", "swap_cause").rows() == [("in", "c_c", "free_place")]
    fewer = key(facts, as_of=AS_OF, pick=1, given=kept("a", "b")).view.tables["swaps"]
    assert fewer.select("swap", "customer_id", "swap_cause").rows() == [("out", "c_b", "fewer_places")]


def test_who_has_no_purchase_any_more_goes_and_it_is_said() -> None:
    facts = facts_of_key(ranked_shop(400, 260, 240, 100))
    view = key(facts, as_of=AS_OF, pick=2, given=kept("a", "gone")).view
    assert view.tables["swaps"].select("swap", "swap_cause").rows() == [("in", "free_place"), ("out", "no_purchase")]
    assert (view.summary["stayed"], view.summary["came"], view.summary["went"]) == (1, 1, 1)


def test_by_hand_comes_before_points_and_never_before_always() -> None:
    facts = facts_of_key(ranked_shop(400, 260, 240, 100))
    view = key(facts, as_of=AS_OF, pick=2, given=kept("a", always=("d", "c"), never=("a", "c"))).view
    assert ids(view) == ["c_b", "c_d"]
    assert [row_of(view, who)["pick_kind"] for who in "bd"] == ["new", "by_hand"]
    assert ids(view, "next") == []
    assert view.tables["swaps"].select("swap", "customer_id", "swap_cause").rows() == [
        ("in", "c_b", "free_place"),
        ("in", "c_d", "by_hand"),
        ("out", "c_a", "by_hand"),
    ]


def test_without_a_margin_nobody_is_held_and_changes_are_still_told() -> None:
    facts = facts_of_key(ranked_shop(400, 260, 240, 100))
    view = key(facts, as_of=AS_OF, pick=2, given=kept("c", "d", margin=0)).view
    assert ids(view) == ["c_a", "c_b"]
    assert view.summary["went"] == 2
    assert "pick_compared" in codes(view)


def test_what_speaks_for_a_customer_is_said_in_words() -> None:
    shop = shop_of(bought("a", 4, 35, 66, net=280_000), bought("b", 1, net=20_000))
    contacts = (Contact("a", "A", added=(at(AS_OF),)), Contact("b", referrer="a"))
    known = KeyShop(shop, (Basket(("tea", "cup")),) * 4, contacts, (Message("a", at(AS_OF)),), {"a": "13900000001"})
    english = row_of(key(facts_of_key(known), as_of=AS_OF, pick=2).view, "a")["picked_because"]
    assert english == (
        "bought on 3 days, every 31 days, last 4 days ago; CNY 8,400.00 in a year, nobody buys more; products: 2; "
        "brought people: 1, of whom bought: 1, for CNY 200.00; a contact; messages in 90 days: 1"
    )
    chinese = row_of(key(facts_of_key(known), as_of=AS_OF, pick=2, lang="zh").view, "b")["picked_because"]
    assert chinese == (
        "只在一天买过，已 1 天；近一年 CNY 200.00，比他买得多的人共占销售额 97.7%；买过 2 种商品；是好友；"
        "近 90 天没回复；没有完整手机号"
    )


@pytest.mark.parametrize("seed", SEEDS[:80])
def test_points_and_picks_are_those_of_plain_python(seed: int) -> None:
    rng, known = random.Random(seed), random_key_shop(seed)
    as_of = plain.last_day(known.shop) - timedelta(days=rng.choice([0, 0, 100]))
    influencers = frozenset(who for who in known.shop.people() if rng.random() < 0.05)
    found = judged(known, as_of, influencers=influencers)
    if not found:
        return
    people = sorted(found)
    before = frozenset(rng.sample(people, min(len(people), 5)))
    always, never = (frozenset(rng.sample(people, min(len(people), rng.randrange(3)))) for _ in range(2))
    margin, count = rng.choice([0, 100, 500]), rng.choice([1, 3, 10])
    given = Given(
        picks=KeyPicks(stay_margin=margin / 1000),
        always={account_key(who) for who in always},
        never={account_key(who) for who in never},
        influencers={account_key(who) for who in influencers},
        kept=KeptPicks(as_of, [account_key(who) for who in before]),
    )
    view = key(facts_of_key(known, seed=seed), as_of=as_of, pick=count, given=given).view
    taken = plain_picks(found, count=count, kept=before, margin=margin, always=always - never, never=never)
    assert ids(view) == [customer_id(who) for who in taken]
    for name in ("customers", "next"):
        for row in view.tables[name].iter_rows(named=True):
            own = found[row["customer_id"].removeprefix("c_")]
            shown = {part: row[f"{part}_score"] for part in PARTS}
            assert shown == {part: None if own.parts[part] is None else own.parts[part] / 10 for part in PARTS}
    swaps = view.tables["swaps"]
    assert set(swaps.filter(swap="in")["customer_id"]) == {customer_id(who) for who in set(taken) - before}
    assert set(swaps.filter(swap="out")["customer_id"]) == {customer_id(who) for who in before - set(taken)}
    assert view.tables["customers"].columns == list(COLUMNS)


@pytest.mark.parametrize("seed", SEEDS[:10])
def test_the_order_of_rows_changes_nothing(seed: int) -> None:
    known = random_key_shop(seed)
    places = list(range(len(known.shop.orders)))
    random.Random(seed).shuffle(places)
    shuffled = replace(
        known,
        shop=replace(known.shop, orders=tuple(known.shop.orders[place] for place in places)),
        baskets=tuple(known.baskets[place] for place in places),
        contacts=tuple(reversed(known.contacts)),
        messages=tuple(reversed(known.messages)),
    )
    one, other = (key(facts_of_key(shop, seed=seed), pick=7).view for shop in (known, shuffled))
    assert one.summary == other.summary
    for name, table in one.tables.items():
        assert_frame_equal(table, other.tables[name])


@given(st.sampled_from(SEEDS), st.integers(1, 12), st.sampled_from([0.0, 0.1, 0.5]))
@settings(max_examples=15, deadline=None)
def test_a_list_that_was_kept_is_the_list_of_the_next_run(seed: int, count: int, margin: float) -> None:
    known, picks = random_key_shop(seed), KeyPicks(stay_margin=margin)
    facts, rng = facts_of_key(known), random.Random(count)
    before = KeptPicks(AS_OF, [account_key(who) for who in known.shop.people() if rng.random() < 0.2])
    first = key(facts, pick=count, given=Given(picks=picks, kept=before))
    now = first.listed.filter("is_picked")["customer_key"].to_list()
    again = key(facts, pick=count, given=Given(picks=picks, kept=KeptPicks(AS_OF, now))).view
    assert set(ids(again)) == set(ids(first.view))
    assert (again.summary["came"], again.summary["went"]) == (0, 0)


@given(st.sampled_from(SEEDS), st.integers(1, 12))
@settings(max_examples=15, deadline=None)
def test_without_a_margin_the_list_is_the_plain_top(seed: int, count: int) -> None:
    facts = facts_of_key(random_key_shop(seed))
    before = KeptPicks(AS_OF, [account_key(who) for who in random_key_shop(seed).shop.people()[::3]])
    held = key(facts, pick=count, given=Given(picks=KeyPicks(stay_margin=0), kept=before)).view
    assert ids(held) == ids(key(facts, pick=count).view)


@given(st.sampled_from(SEEDS), st.sampled_from(PARTS), st.sampled_from([0.5, 2.0, 50.0]), st.data())
@settings(max_examples=20, deadline=None)
def test_more_weight_on_what_one_leads_in_never_lowers_them(
    seed: int, part: str, more: float, data: st.DataObject
) -> None:
    facts, count = facts_of_key(random_key_shop(seed)), 10_000
    before = key(facts, pick=count).view.tables["customers"]
    best = before[f"{part}_score"].max()
    if best is None:
        return
    leader = data.draw(st.sampled_from(sorted(before.filter(before[f"{part}_score"] == best)["customer_id"])))
    weights = replace(KeyWeights(), **{part: getattr(KeyWeights(), part) + more})
    after = key(facts, pick=count, given=Given(weights=weights)).view.tables["customers"]
    places = [table["customer_id"].to_list().index(leader) for table in (before, after)]
    assert places[1] <= places[0]


@given(st.sampled_from(SEEDS), st.integers(0, 10_000), st.integers(1, 1_000_000))
@settings(max_examples=20, deadline=None)
def test_more_sales_never_lower_the_worth(seed: int, place: int, more: int) -> None:
    known = random_key_shop(seed)
    last = plain.last_day(known.shop)
    mine = [order for order in known.shop.orders if order.account and plain.net_on(order, last) > 0]
    order = mine[place % len(mine)]
    dearer = tuple(replace(one, gross=one.gross + more) if one is order else one for one in known.shop.orders)
    who = customer_id(known.shop.person(order.account or ""))
    scores = []
    for shop in (known.shop, replace(known.shop, orders=dearer)):
        table = key(facts_of_key(replace(known, shop=shop)), as_of=last, pick=10_000).view.tables["customers"]
        scores.append(table.filter(customer_id=who)["value_score"].item() or 0.0)
    assert scores[1] >= scores[0]


@pytest.mark.parametrize("seed", SEEDS[:10])
def test_what_comes_after_the_day_observed_changes_nothing(seed: int) -> None:
    known = random_key_shop(seed)
    day = plain.last_day(known.shop)
    later = day + timedelta(days=20)
    more = replace(
        known,
        shop=replace(known.shop, orders=(*known.shop.orders, Order("a000", later, 99_999, agent="Z"))),
        baskets=(*known.baskets, Basket(("new",), "n", "13900000077", "full", "a001")),
        contacts=(*known.contacts, Contact("a000", "Z", "a001", added=(at(later),))),
        messages=(*known.messages, Message("a000", at(later))),
    )
    one, other = (key(facts_of_key(shop), as_of=day, pick=5).view for shop in (known, more))
    for name, table in one.tables.items():
        assert_frame_equal(table, other.tables[name])
