"""`referrals`: a tree of fifteen people worked by hand, plain Python beside it, and what must not change anything."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import polars as pl
import pytest

from custtier.errors import CusttierError
from custtier.metrics.scope import Scope
from custtier.referring import ReferralWords
from custtier.views.basis import basis_of
from custtier.views.columns.customers import customer_columns
from custtier.views.referrals.answer import Known, known_of, reach, referrals, tree_of
from custtier.views.referrals.reach import Assumed, checked
from custtier.views.referrals.statements import Told
from metrics.shops import Order, Shop, account_key, customer_id, paid
from views.referral_shops import (
    TWINS,
    ReferralShop,
    Saying,
    facts_of_referrals,
    plainly,
    random_referral_shop,
)

DAY = date(2026, 3, 31)


def pair(who: str, by: str, day: str | None = "2026-02-01", *, origin: str = "referral_file") -> Saying:
    return Saying(origin, who, by, None if day is None else date.fromisoformat(day))


FIFTEEN = ReferralShop(
    Shop(
        (
            paid("a01", "2026-01-01", 100),
            paid("a02", "2026-01-02", 120),
            paid("a02", "2026-03-02", 80),
            paid("a04", "2026-02-01", 50),
            paid("a06", "2026-02-02", 30),
            paid("a07", "2026-02-03", 20),
            paid("a08", "2026-03-31", 10),
            paid("a09", "2026-02-05", 400),
            paid("b10", "2026-01-05", 60),
            paid("b12", "2026-02-06", 70),
            Order("b13", date(2026, 2, 7), 80_00, refunds=((date(2026, 3, 1), 40_00),)),
            paid("c14", "2026-02-08", 5),
            paid("c15", "2026-02-09", 6),
            paid(None, "2026-02-09", 1000),
        )
    ),
    sayings=(
        pair("a02", "a01"),
        pair("a03", "c_a01", origin="contact_list"),
        pair("a04", "name of a02", origin="order_row"),
        pair("a05", "a02", None),
        pair("a06", "a02", origin="customer_tag"),
        pair("a07", "a04"),
        pair("a08", "a07"),
        pair("a09", "a03"),
        pair("b11", "b10"),
        pair("b12", "b10"),
        pair("b13", "b12"),
        pair("c14", "c15", "2026-03-01"),
        pair("c15", "c14", "2026-03-05"),
        pair("a01", "a01"),
        pair("b10", "nobody here"),
    ),
    strangers=("a03", "a05", "b11"),
)
"""a01 brought a02 and a03; a02 brought a04, a05 and a06; a04 brought a07, a07 brought a08; a03, who never bought,
brought a09; b10 brought b11 and b12, b12 brought b13; c14 and c15 are said to have brought each other."""

BY_HAND = {
    # brought, of them bought, their sales, all below, of them bought, their sales, generations, own sales
    "a01": (2, 1, 200_00, 8, 6, 710_00, 4, 100_00),
    "a02": (3, 2, 80_00, 5, 4, 110_00, 3, 200_00),
    "a03": (1, 1, 400_00, 1, 1, 400_00, 1, 0),
    "a04": (1, 1, 20_00, 2, 2, 30_00, 2, 50_00),
    "a07": (1, 1, 10_00, 1, 1, 10_00, 1, 20_00),
    "b10": (2, 1, 70_00, 3, 2, 110_00, 2, 60_00),
    "b12": (1, 1, 40_00, 1, 1, 40_00, 1, 70_00),
    "c15": (1, 1, 5_00, 1, 1, 5_00, 1, 6_00),
}


def known_in(shop: ReferralShop, *, as_of: date | None = DAY, scope: Scope | None = None, seed: int = 0) -> Known:
    return known_of(facts_of_referrals(shop, seed=seed), as_of=as_of, scope=scope, told=Told())


def rows_of(table: pl.DataFrame) -> dict[str, dict[str, Any]]:
    return {row["customer_id"].removeprefix("c_"): row for row in table.iter_rows(named=True)}


def test_the_tree_of_fifteen_is_as_worked_by_hand() -> None:
    view = referrals(known_in(FIFTEEN))
    found = rows_of(view.tables["referrers"])
    names = ("referred_count", "referred_buyers", "referred_sales", "below_count", "below_buyers", "below_sales")
    names = (*names, "generations_below", "net_sales")
    assert {who: tuple(row[name] for name in names) for who, row in found.items()} == BY_HAND
    assert list(found) == ["a03", "a01", "a02", "b10", "b12", "a04", "a07", "c15"]
    assert (found["a01"]["value_with_referred"], found["a01"]["value_with_below"]) == (300_00, 810_00)
    summary = view.summary
    assert (summary["customers"], summary["referrers"], summary["bringer_share"]) == (12, 8, 7 / 12)
    assert (summary["referred_count"], summary["referred_buyers"], summary["referred_sales"]) == (12, 9, 825_00)
    # 400 + 200 + 80 of 825 are the first 80 %
    assert (summary["referrers80"], summary["trees"], summary["generations_below"]) == (3, 3, 4)
    # (2·(5·1 + 10·2 + 20·3 + 40·4 + 70·5 + 80·6 + 200·7 + 400·8)) / (8·825) - 9/8
    assert summary["gini"] == pytest.approx(2 * 5675 / (8 * 825) - 9 / 8)
    assert summary["unattributed_sales"] == 1000_00


def test_generations_of_the_fifteen_are_as_worked_by_hand() -> None:
    table = referrals(known_in(FIFTEEN)).tables["generations"]
    assert table.rows() == [
        (1, 5, 3, 275_00, 5, 1.0),  # a02, a03, b11, b12 and c14 brought a04, a05, a06, a09 and b13
        (2, 5, 4, 520_00, 1, 1 / 5),
        (3, 1, 1, 20_00, 1, 1.0),
        (4, 1, 1, 10_00, 0, 0.0),
    ]


def test_what_is_left_out_of_the_fifteen_is_listed() -> None:
    view = referrals(known_in(FIFTEEN))
    refused = view.tables["refused"].select("referral_refusal", "ring", "customer_id", "referrer_id", "is_left_out")
    assert refused.rows() == [
        ("self", None, "c_a01", "c_a01", True),
        ("ring", 1, "c_c14", "c_c15", False),
        ("ring", 1, "c_c15", "c_c14", True),
    ]
    assert view.tables["unmatched"].rows() == [("nobody here", "referrer", "referral_file", "nobody", 0, 1)]
    codes = {note.code for note in view.notes}
    assert {"referral_rings", "referrals_of_self", "referrals_unmatched", "referrals_too_few"} <= codes


def test_one_tree_is_drawn_with_its_branches() -> None:
    view = tree_of(known_in(FIFTEEN), account_key("a02"))
    plain_blanks = pl.col("tree").str.replace_all("\u00a0", " ")
    drawn = view.tables["tree"].select(plain_blanks, "customer_id", "tree_level").rows()
    assert drawn == [
        ("", "c_a02", 0),
        ("├─", "c_a04", 1),
        ("│ └─", "c_a07", 2),
        ("│   └─", "c_a08", 3),
        ("├─", "c_a06", 1),
        ("└─", "c_a05", 1),
    ]
    assert view.tables["above"].select("tree_level", "customer_id").rows() == [(-1, "c_a01")]
    assert view.summary["below_sales"] == 110_00


def test_a_tree_is_cut_where_it_is_asked_to_be() -> None:
    tree = tree_of(known_in(FIFTEEN), account_key("a01"), depth=1).tables["tree"]
    assert tree["customer_id"].to_list() == ["c_a01", "c_a03", "c_a02"]
    assert tree["below_count"].to_list() == [8, 1, 5]


def test_who_neither_brought_anybody_nor_was_brought_has_no_tree() -> None:
    alone = replace(FIFTEEN, strangers=(*FIFTEEN.strangers, "d16"))
    with pytest.raises(CusttierError) as raised:
        tree_of(known_in(alone), account_key("d16"))
    assert raised.value.code == "no-referrals"


def test_a_shop_where_nothing_is_said_has_no_answer() -> None:
    with pytest.raises(CusttierError) as raised:
        referrals(known_in(replace(FIFTEEN, sayings=())))
    assert (raised.value.code, raised.value.exit_code) == ("no-referrals", 4)


def test_a_very_long_line_is_followed_to_its_end() -> None:
    count = 3000
    people = [f"p{number:04}" for number in range(count)]
    line = ReferralShop(
        Shop(tuple(paid(who, "2026-01-01", 1) for who in people)),
        tuple(pair(who, by) for by, who in pairwise(people)),
    )
    known = known_in(line)
    first = rows_of(referrals(known).tables["referrers"])["p0000"]
    assert (first["below_count"], first["below_sales"]) == (count - 1, 100 * (count - 1))
    assert first["generations_below"] == count - 1
    tree = tree_of(known, account_key(people[-1]))
    assert tree.tables["above"].height == count - 1
    deep = tree_of(known, account_key("p0000")).tables["tree"]
    assert deep["tree_level"].to_list() == list(range(count)) and deep["tree"][30] == "…"


# what counts before what


def test_a_file_counts_before_a_contact_and_that_before_an_order_and_that_before_a_tag() -> None:
    shop = Shop(tuple(paid(who, "2026-01-01", 1) for who in "abcde"))
    said = [
        pair("a", "b", "2026-03-04"),
        pair("a", "c", "2026-03-03", origin="contact_list"),
        pair("a", "d", "2026-03-02", origin="order_row"),
        pair("a", "e", "2026-03-01", origin="customer_tag"),
    ]
    for first in range(4):
        view = referrals(known_in(ReferralShop(shop, tuple(said[first:]))))
        assert view.tables["referred"]["referrer_id"].to_list() == [f"c_{'bcde'[first]}"]
        assert any(note.code == "referrals_contradicted" for note in view.notes) == (first < 3)


def test_the_earliest_of_one_kind_counts_and_one_without_a_day_last() -> None:
    shop = Shop(tuple(paid(who, "2026-01-01", 1) for who in "abcd"))
    said = (pair("a", "b", None), pair("a", "c", "2026-03-03"), pair("a", "d", "2026-03-02"))
    (row,) = referrals(known_in(ReferralShop(shop, said))).tables["referred"].iter_rows(named=True)
    assert (row["referrer_id"], row["referred_on"]) == ("c_d", date(2026, 3, 2))


def test_a_name_of_two_people_is_listed_and_what_is_less_sure_counts() -> None:
    shop = Shop(tuple(paid(who, "2026-01-01", 1) for who in "abcd"))
    said = (pair("a", TWINS), pair("a", "d", origin="customer_tag"))
    view = referrals(known_in(ReferralShop(shop, said, twins=frozenset("bc"))))
    assert view.tables["referred"]["referrer_id"].to_list() == ["c_d"]
    assert view.tables["unmatched"].rows() == [(TWINS, "referrer", "referral_file", "several", 2, 1)]


def test_a_referral_does_not_count_before_its_day() -> None:
    shop = Shop(tuple(paid(who, "2026-01-01", 1) for who in "ab"))
    known = ReferralShop(shop, (pair("a", "b", "2026-02-02"),))
    assert referrals(known_in(known, as_of=date(2026, 2, 2))).summary["referred_count"] == 1
    with pytest.raises(CusttierError):
        referrals(known_in(known, as_of=date(2026, 2, 1)))


def test_a_tag_says_it_only_in_the_words_of_the_settings() -> None:
    shop = Shop(tuple(paid(who, "2026-01-01", 1) for who in "ab"))
    facts = facts_of_referrals(ReferralShop(shop, (pair("a", "b", origin="customer_tag"),)))
    for words, count in ((("推荐人",), 1), (("老带新",), 0), ((), 0)):
        told = Told(words=ReferralWords(words=words))
        known = known_of(facts, as_of=DAY, scope=None, told=told)
        assert known.edges.rows.height == count


def test_a_part_of_the_orders_changes_the_sales_and_not_who_brought_whom() -> None:
    whole, part = (referrals(known_in(FIFTEEN, scope=scope)) for scope in (None, Scope(since=date(2026, 3, 1))))
    assert whole.tables["referred"]["customer_id"].sort().to_list() == (
        part.tables["referred"]["customer_id"].sort().to_list()
    )
    assert part.summary["referred_sales"] == 80_00 + 10_00


# reach


def test_fifty_of_two_hundred_who_bring_ten_each_are_five_hundred_and_fifty() -> None:
    view = reach(known_in(FIFTEEN), Assumed())
    table = {row["reach_figure"]: row for row in view.tables["reach"].iter_rows(named=True)}
    assert (table["newcomers"]["assumed"], table["reached"]["assumed"]) == (500, 550)
    assert view.summary["people_reached"] == 550
    # 7 of 12 customers brought 2 + 3 + 1 + 1 + 2 + 1 + 1 = 11
    assert view.summary["bringer_share"] == 7 / 12
    assert view.summary["brought_each"] == pytest.approx(11 / 7)
    assert table["reached"]["seen_here"] == pytest.approx(200 * 7 / 12 * (1 + 11 / 7))
    assert table["mobilised_percent"]["reach_verdict"] == "below"
    assert table["each"]["reach_verdict"] == "above"
    # Wilson of 7 in 12, worked elsewhere
    assert table["mobilised_percent"]["seen_low"] == pytest.approx(31.95, abs=0.01)
    assert table["mobilised_percent"]["seen_high"] == pytest.approx(80.67, abs=0.01)
    assert table["onward"]["seen_here"] == pytest.approx(7 / 12)
    assert [note.code for note in view.notes if note.code.startswith("reach")] == [
        "reach_share_below", "reach_each_unseen", "reach_own_history",
    ]  # fmt: skip


def test_an_estimate_without_any_referral_says_so() -> None:
    view = reach(known_in(replace(FIFTEEN, sayings=())), checked(10, 0, 3))
    assert view.summary["own_people_reached"] is None
    assert [note.code for note in view.notes if note.code.startswith("reach")] == ["reach_unseen"]


@pytest.mark.parametrize("figures", [(0, 0, 1), (10, 11, 1), (10, -1, 1), (10, 1, -1), (10, 1, float("nan"))])
def test_an_assumption_that_cannot_hold_is_refused(figures: tuple[int, int, float]) -> None:
    with pytest.raises(CusttierError) as raised:
        checked(*figures)
    assert raised.value.code == "bad-reach"


# brought, and not


def shop_of_two_kinds(*, again: int) -> ReferralShop:
    """Forty who were brought and eighty others; of the first `again` come back for 50, of the others a quarter."""
    orders, said, first = [], [], date(2025, 1, 1)
    for number in range(120):
        who, is_brought = f"p{number:03}", number < 40
        orders.append(Order(who, first + timedelta(days=number % 20), 100_00 + number % 7))
        if (is_brought and number < again) or (not is_brought and number % 4 == 0):
            orders.append(Order(who, first + timedelta(days=100), 50_00))
        if is_brought:
            said.append(pair(who, f"p{40 + number:03}", "2025-06-01"))
    return ReferralShop(Shop((*orders, paid("late", "2026-03-31", 1))), tuple(said))


def test_those_who_were_brought_come_back_more_often_when_that_is_more_than_chance() -> None:
    view = referrals(known_in(shop_of_two_kinds(again=32)))
    assert view.summary["compared_days"] == 365
    mine, others = view.tables["compared"].iter_rows(named=True)
    assert (mine["customers"], mine["returned_customers"], mine["returned_share"]) == (40, 32, 0.8)
    assert (others["customers"], others["returned_customers"]) == (80, 20)
    assert mine["returned_share_low"] == pytest.approx(0.6524, abs=0.001)
    codes = [note.code for note in view.notes if note.code.startswith("referred_")]
    assert codes == ["referred_more_returns", "referred_more_sales"]


def test_a_difference_that_may_be_chance_is_called_none() -> None:
    view = referrals(known_in(shop_of_two_kinds(again=12)))
    assert [n.code for n in view.notes if n.code.startswith("referred_")] == [
        "referred_same_returns", "referred_same_sales",
    ]  # fmt: skip


def test_too_few_are_not_compared() -> None:
    few = shop_of_two_kinds(again=12)
    view = referrals(known_in(replace(few, sayings=few.sayings[:29])))
    assert "compared" not in view.tables and view.summary["compared_days"] is None
    assert "referrals_too_few" in {note.code for note in view.notes}


# the slow route


@pytest.mark.parametrize("seed", range(60))
def test_random_shops_agree_with_plain_python(seed: int) -> None:
    shop = random_referral_shop(seed)
    if not shop.shop.orders:
        return
    last = max(order.day for order in shop.shop.orders)
    for as_of in (last, last - timedelta(days=100)):
        expected = plainly(shop, as_of)
        if not expected.net:
            continue
        try:
            view = referrals(known_in(shop, as_of=as_of, seed=seed))
        except CusttierError as error:
            assert error.code in ("no-referrals", "no-customers", "no-purchases")
            assert not expected.above and not expected.unmatched
            continue
        check(view, expected)


def check(view: Any, expected: Any) -> None:
    referred = rows_of(view.tables["referred"])
    assert {
        who: (row["referrer_id"].removeprefix("c_"), row["referral_origin"], row["referred_on"])
        for who, row in referred.items()
    } == expected.above
    assert all(row["generation"] == expected.generation(who) for who, row in referred.items())
    for who, row in rows_of(view.tables["referrers"]).items():
        mine, below = expected.brought(who), expected.below(who)
        assert (row["referred_count"], row["referred_sales"]) == (len(mine), expected.sales(mine))
        assert row["referred_buyers"] == len(mine & set(expected.net))
        assert (row["below_count"], row["below_sales"]) == (len(below), expected.sales(below))
        assert row["below_buyers"] == len(below & set(expected.net))
        assert row["generations_below"] == expected.height(who)
        assert row["value_with_below"] == expected.net.get(who, 0) + expected.sales(below)
    assert set(rows_of(view.tables["referrers"])) == {by for by, _, _ in expected.above.values()}
    if "refused" in view.tables:
        rings = view.tables["refused"].filter(pl.col("referral_refusal") == "ring")
        found = {
            frozenset(one.removeprefix("c_") for one in ids)
            for _, ids in rings.group_by("ring").agg("customer_id").iter_rows()
        }
        assert found == expected.rings
        assert (rings.group_by("ring").agg(pl.col("is_left_out").sum())["is_left_out"] == 1).all()
    unmatched = view.tables.get("unmatched", pl.DataFrame())
    assert {
        (row["named_as"], row["referral_side"], row["referral_origin"]): row["named_times"]
        for row in unmatched.iter_rows(named=True)
    } == expected.unmatched


# what must not change anything


@pytest.mark.parametrize("seed", range(12))
def test_the_order_of_rows_changes_nothing(seed: int) -> None:
    shop = random_referral_shop(seed + 100)
    if not any(order.account for order in shop.shop.orders) or not shop.sayings:
        return
    try:
        one, other = (referrals(known_in(shop, as_of=None, seed=place)) for place in (1, 2))
    except CusttierError as error:
        assert error.code in ("no-referrals", "no-purchases", "no-customers")
        return
    assert one.summary == other.summary
    assert all(one.tables[name].equals(other.tables[name]) for name in one.tables)


@pytest.mark.parametrize("seed", range(12))
def test_the_trees_hold_everybody_once_and_all_that_was_brought(seed: int) -> None:
    shop = random_referral_shop(seed + 200)
    try:
        known = known_in(shop, as_of=None)
        view = referrals(known)
    except CusttierError:
        return
    people = known.forest.people
    roots = people.filter(pl.col("generation") == 0)
    assert roots["below_count"].sum() == view.summary["referred_count"] == people["referred_count"].sum()
    assert roots["below_sales"].sum() == view.summary["referred_sales"] == people["referred_sales"].sum()
    assert roots["value_with_below"].sum() == people["net_sales"].sum()
    assert known.edges.rows["customer_key"].is_unique().all()


def test_doubled_amounts_double_every_sum_and_change_no_order() -> None:
    doubled = tuple(
        replace(order, gross=2 * order.gross, refunds=tuple((day, 2 * amount) for day, amount in order.refunds))
        for order in FIFTEEN.shop.orders
    )
    before, after = (referrals(known_in(one)) for one in (FIFTEEN, replace(FIFTEEN, shop=Shop(doubled))))
    sums = ["referred_sales", "below_sales", "net_sales", "value_with_below"]
    rows = before.tables["referrers"].with_columns(pl.col(sums) * 2)
    columns = ["customer_id", "referred_count", "below_count", "cumulative_referred_share", *sums]
    assert rows.select(columns).equals(after.tables["referrers"].select(columns))
    assert before.summary["gini"] == after.summary["gini"]


def test_an_order_of_somebody_else_changes_nobodys_figures() -> None:
    more = replace(FIFTEEN, shop=Shop((*FIFTEEN.shop.orders, paid("z99", "2026-03-30", 77))))
    before, after = (referrals(known_in(shop)).tables["referrers"] for shop in (FIFTEEN, more))
    assert before.equals(after)


def test_an_order_or_a_pair_after_the_day_changes_nothing() -> None:
    later = replace(
        FIFTEEN,
        shop=Shop((*FIFTEEN.shop.orders, paid("a02", "2026-04-01", 999))),
        sayings=(*FIFTEEN.sayings, pair("b10", "a01", "2026-04-01")),
    )
    before, after = (referrals(known_in(shop)) for shop in (FIFTEEN, later))
    assert before.summary == after.summary
    assert all(before.tables[name].equals(after.tables[name]) for name in before.tables)


def test_ids_are_those_of_the_customers() -> None:
    assert customer_id("a01") in referrals(known_in(FIFTEEN)).tables["referrers"]["customer_id"].to_list()


# as fields of tag rules


def test_fields_of_customers_say_what_the_answer_says() -> None:
    names = ("referred_count", "referred_sales", "is_referred")
    basis = basis_of(facts_of_referrals(FIFTEEN), scope=Scope(), as_of=DAY)
    found = customer_columns(basis, names)
    told = {key: row for key, *row in found.iter_rows()}
    assert told[account_key("a02")] == [3, 80_00, True]
    assert told[account_key("b10")] == [2, 70_00, False]
    assert told[account_key("a09")] == [0, 0, True]
    nothing = basis_of(facts_of_referrals(replace(FIFTEEN, sayings=())), scope=Scope(), as_of=DAY)
    assert customer_columns(nothing, names)["referred_count"].null_count() == found.height
