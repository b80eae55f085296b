"""Channels: twenty contacts worked by hand, letters, comparisons, filters, errors."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from custtier.errors import CusttierError
from custtier.models.proportions import newcombe, wilson
from custtier.text import Catalogue, Lang
from custtier.text.names import names_of
from custtier.views.channels.answer import Asked, Part, channels
from custtier.views.channels.compared import SHARES, VERDICTS
from custtier.views.channels.funnel import STAGES
from custtier.views.channels.letters import LETTER_REASONS, letter_of
from custtier.views.channels.money import paid_back
from custtier.views.channels.table import MATURITIES
from custtier.views.leads.leads import leads_of
from metrics.shops import Order, Shop
from views.channel_shops import AS_OF, TWENTY, TWENTY_PAID, Payment, basis_with
from views.lead_shops import ZONE, Entry, LeadShop, Said, at


def asked_of(
    known: LeadShop,
    payments: Sequence[Payment] = (),
    asked: Asked | None = None,
    day: date = AS_OF,
    *,
    seed: int = 0,
) -> Part:
    basis = basis_with(known, payments, day, seed=seed)
    return channels(leads_of(basis, zone=ZONE), basis=basis, zone=ZONE, asked=asked)


def table(part: Part, name: str = "channels") -> dict[str | None, dict]:
    rows = part.tables[name]
    return {row[rows.columns[0]]: row for row in rows.iter_rows(named=True)}


def codes(part: Part) -> list[str]:
    return [note.code for note in part.notes]


@pytest.fixture(scope="module")
def twenty() -> Part:
    return asked_of(TWENTY, TWENTY_PAID)


BY_HAND = {
    "抖音": {
        "contacts": 9, "a": 3, "b": 1, "c": 1, "d": 2, "e": 1, "unknown": 1,
        "spend": 450_00, "cost_per_contact": 50_00, "cost_per_a": 150_00, "cost_per_b_plus": 112_50,
        "net_sales": 260_00, "return_on_spend": 260 / 450, "letter": None, "letter_reason": "too_few",
        "answered": 5, "b_plus": 4, "bought_before": 1,
        "median_days": None, "buyers_median_days": 0, "bought_7d": 1 / 8, "bought_30d": 1 / 4, "bought_90d": 1 / 4,
        "sales_per_contact": 28_89, "first_day_sales": 130_00, "sales_90d": 180_00,
        "matured_contacts": 8, "sales_90d_per_contact": 22_50, "refunded_share": 70 / 330, "paid_back_on": None,
        "impressions": 15_000, "clicks": 160,
    },
    "Live": {
        "contacts": 6, "a": 3, "b": 1, "c": 0, "d": 1, "e": 1, "unknown": 0,
        "spend": 200_00, "cost_per_contact": 33_33, "cost_per_a": 66_67, "cost_per_b_plus": 50_00,
        "net_sales": 360_00, "return_on_spend": 1.8, "letter": None, "letter_reason": "too_few",
        "answered": 5, "b_plus": 4, "bought_before": 0,
        "median_days": 100, "buyers_median_days": 30, "bought_7d": 1 / 6, "bought_30d": 4 / 9, "bought_90d": 4 / 9,
        "sales_per_contact": 60_00, "first_day_sales": 360_00, "sales_90d": 290_00,
        "matured_contacts": 3, "sales_90d_per_contact": 66_67, "refunded_share": 0.0,
        "paid_back_on": date(2026, 2, 1), "impressions": None, "clicks": None,
    },
    "线下": {
        "contacts": 4, "a": 2, "b": 0, "c": 0, "d": 1, "e": 0, "unknown": 1,
        "spend": 0, "cost_per_contact": 0, "cost_per_a": 0, "cost_per_b_plus": 0,
        "net_sales": 43_00, "return_on_spend": None, "letter": None, "letter_reason": "too_few",
        "answered": 2, "b_plus": 2, "bought_before": 0,
        "median_days": 90, "buyers_median_days": 90, "bought_7d": 0.0, "bought_30d": 0.0, "bought_90d": 1.0,
        "sales_per_contact": 10_75, "first_day_sales": 43_00, "sales_90d": 10_00,
        "matured_contacts": 2, "sales_90d_per_contact": 5_00, "refunded_share": 0.0, "paid_back_on": None,
    },
    "小红书": {
        "contacts": 0, "a": 0, "spend": 50_00, "cost_per_contact": None, "cost_per_a": None, "net_sales": 0,
        "return_on_spend": 0.0, "a_share": None, "a_share_low": None, "letter": None, "refunded_share": None,
        "bought_7d": None, "paid_back_on": None,
    },
    None: {
        "contacts": 1, "a": 0, "d": 1, "spend": 20_00, "cost_per_contact": None, "cost_per_a": None, "net_sales": 0,
        "return_on_spend": None, "letter": None, "letter_reason": None,
    },
}  # fmt: skip


@pytest.mark.parametrize("channel", BY_HAND)
def test_every_figure_of_twenty_contacts_is_that_worked_by_hand(twenty: Part, channel: str | None) -> None:
    found, expected = table(twenty)[channel], BY_HAND[channel]
    assert {name: found[name] for name in expected} == pytest.approx(expected)
    if expected["contacts"]:
        low, high = wilson(expected["a"], expected["contacts"]) or (0, 0)
        assert (found["a_share"], found["a_share_low"], found["a_share_high"]) == (
            expected["a"] / expected["contacts"], low, high,
        )  # fmt: skip


def test_channels_come_by_their_contacts_and_who_has_none_last(twenty: Part) -> None:
    assert twenty.tables["channels"]["channel"].to_list() == list(BY_HAND)


def test_figures_of_all_channels_add_up_to_those_of_everybody(twenty: Part) -> None:
    assert twenty.summary == pytest.approx(
        {
            "placed_contacts": 19,
            "unplaced_contacts": 1,
            "pooled_a_share": 8 / 19,
            "spend": 720_00,
            "contact_sales": 663_00,
            "return_on_spend": 663 / 720,
        }
    )


def test_what_is_left_out_or_belongs_to_nobody_is_said(twenty: Part) -> None:
    said = {note.code: note.values for note in twenty.notes}
    assert said["spend_in_another_currency"] == {"rows": 1, "currency": "USD"}
    assert said["spend_without_group"] == {"spend": "CNY 20.00"}
    assert said["spend_without_contacts"] == {"groups": 1}
    assert said["before_left_out_of_time"] == {"contacts": 1}
    assert said["placed_by_first_adding"] == {"contacts": 0}


def test_the_funnel_goes_from_added_to_bought(twenty: Part) -> None:
    assert twenty.tables["funnel"].rows() == [
        ("added", 20, 1.0, 1.0),
        ("answered", 12, 12 / 20, 12 / 20),
        ("considering", 10, 10 / 20, 10 / 12),
        ("bought", 8, 8 / 20, 8 / 10),
    ]


def test_where_all_are_too_few_no_chance_is_told(twenty: Part) -> None:
    said = {note.code: note.values for note in twenty.notes}
    assert said["no_group_letters"] == {"few": 4, "fewest": 30} and "group_letters" not in said
    assert "no_group_letters" not in codes(asked_of(together(many("a", 40, 4), many("b", 40, 20))))


def test_only_young_days_are_said_to_be_young() -> None:
    assert "young_groups" in codes(asked_of(TWENTY, asked=Asked(by="month")))
    old = Asked(by="month", added_until=date(2026, 3, 31))
    assert "young_groups" not in codes(asked_of(TWENTY, asked=old))


def test_without_chats_the_funnel_tells_of_buying_alone() -> None:
    known = replace(TWENTY, messages=())
    quiet = replace(known, shop=Shop(tuple(one for one in known.shop.orders if one.account != "d2")))
    stages = asked_of(quiet).tables["funnel"]["stage"].to_list()
    assert stages == ["added", "bought"]


def test_the_share_of_each_letter_has_its_interval(twenty: Part) -> None:
    shares = twenty.tables["letter_shares"].filter(pl.col("channel") == "抖音")
    assert shares["grade"].to_list() == ["A", "B", "C", "D", "E", "unknown"]
    assert shares["contacts"].to_list() == [3, 1, 1, 2, 1, 1]
    assert shares["share_low"].to_list() == [(wilson(count, 9) or (0, 0))[0] for count in (3, 1, 1, 2, 1, 1)]


def test_the_curve_says_how_many_are_still_watched(twenty: Part) -> None:
    curve = twenty.tables["time_to_a"].filter(pl.col("channel") == "Live")
    assert curve.select("days", "still_watched").rows() == [(7, 3), (30, 2), (90, 2)]


def test_months_have_their_own_spend_and_say_how_old_they_are() -> None:
    months = table(asked_of(TWENTY, TWENTY_PAID, Asked(by="month")), "months")
    assert list(months) == ["2026-06", "2026-05", "2026-04", "2026-03", "2026-02", "2026-01", None]
    assert months["2026-02"]["contacts"] == 4 and months["2026-02"]["spend"] == 270_00
    assert months["2026-02"]["cost_per_a"] == 90_00
    assert {name: row["maturity"] for name, row in months.items()} == {
        "2026-06": "under_7d", "2026-05": "under_90d", "2026-04": "under_90d", "2026-03": "mature",
        "2026-02": "mature", "2026-01": "mature", None: None,
    }  # fmt: skip
    # nobody of June has been watched for 30 days, so nobody knows who has bought by then
    assert (months["2026-06"]["bought_7d"], months["2026-06"]["bought_30d"]) == (0.0, None)


def test_a_day_with_spend_and_nobody_added_is_listed_and_a_week_begins_on_monday() -> None:
    days = table(asked_of(TWENTY, [Payment("抖音", date(2026, 6, 28), 10_00)], Asked(by="day")), "days")
    assert (days["2026-06-28"]["contacts"], days["2026-06-28"]["spend"]) == (0, 10_00)
    assert days["2026-06-28"]["maturity"] is None
    weeks = table(asked_of(TWENTY, TWENTY_PAID, Asked(by="week")), "weeks")
    assert "2026-06-22" in weeks and weeks["2026-06-22"]["contacts"] == 2


def test_only_who_was_added_in_a_time_counts_and_only_what_was_spent_in_it() -> None:
    asked = Asked(added_since=date(2026, 2, 1), added_until=date(2026, 2, 28))
    part = asked_of(TWENTY, TWENTY_PAID, asked)
    found = {name: (row["contacts"], row["spend"]) for name, row in table(part).items()}
    # of three spellings, each once, the first by its text
    assert found == {"LIVE": (3, 200_00), "抖音": (1, 0), "小红书": (0, 50_00), None: (0, 20_00)}
    assert table(part)["LIVE"]["net_sales"] == 270_00


def test_who_was_a_customer_before_can_be_left_out() -> None:
    found = table(asked_of(TWENTY, TWENTY_PAID, Asked(new_only=True)))
    assert (found["抖音"]["contacts"], found["抖音"]["a"], found["抖音"]["bought_before"]) == (8, 2, 0)


def test_a_refund_after_the_day_and_an_order_after_it_change_nothing() -> None:
    earlier = date(2026, 2, 15)
    found = table(asked_of(TWENTY, TWENTY_PAID, day=earlier))["抖音"]
    # d2's order stands until it is refunded on March 1, d4's ten yuan come back on February 20
    assert (found["a"], found["net_sales"], found["spend"]) == (4, 250_00, 300_00)
    assert found["refunded_share"] == 0.0


def test_names_of_spend_and_contacts_are_matched_without_spaces_and_capitals() -> None:
    assert table(asked_of(TWENTY, [Payment("  lIVE ", date(2026, 2, 1), 1)]))["Live"]["spend"] == 1


def test_without_spend_costs_are_not_known_rather_than_nothing() -> None:
    part = asked_of(TWENTY)
    assert "spend_unknown" in codes(part)
    row = table(part)["抖音"]
    assert (row["spend"], row["cost_per_contact"], row["return_on_spend"]) == (None, None, None)
    assert "paid_back_on" not in row and part.summary["spend"] is None


def many(name: str, contacts: int, bought: int, *, yuan: int = 10) -> LeadShop:
    entries = tuple(Entry(f"{name}{n}", "A", added=(at("2026-01-01"),), channel=name) for n in range(contacts))
    orders = tuple(Order(f"{name}{n}", date(2026, 1, 2), (yuan + n) * 100) for n in range(bought))
    return LeadShop(Shop(orders), entries)


def together(*shops: LeadShop) -> LeadShop:
    orders = tuple(order for one in shops for order in one.shop.orders)
    return LeadShop(Shop(orders), tuple(entry for one in shops for entry in one.entries))


def test_letters_follow_the_interval_against_the_share_of_all() -> None:
    # 80 of 400 bought: 20 %; by Wilson 40 of 100 is 31–50 %, 22 is 15–31 %, 16 is 10–24 %, 2 is 0.6–7 %
    known = together(many("a", 100, 40), many("b", 100, 22), many("c", 100, 16), many("e", 100, 2))
    found = table(asked_of(known))
    assert {name: row["letter"] for name, row in found.items()} == {"a": "A", "b": "B", "c": "C", "e": "E"}
    part = asked_of(known)
    said = {note.code: note.values for note in part.notes}["group_letters"]
    assert said == {"groups": 4, "few": 0, "fewest": 30, "share": "20%", "by_chance": "0.2"}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_code_has_a_name_and_every_name_a_code(lang: Lang) -> None:
    codes = {
        "letter_reason": LETTER_REASONS, "maturity": MATURITIES, "stage": STAGES, "comparison": VERDICTS,
        "compared_figure": (*SHARES, "sales_90d"),
    }  # fmt: skip
    for column, known in codes.items():
        assert set(names_of(column, Catalogue(lang))) == set(known)


def test_a_channel_clearly_below_but_not_below_half_is_a_d() -> None:
    assert letter_of(10, 100, pooled=0.2) == ("D", "below")
    assert letter_of(3, 100, pooled=0.2) == ("E", "below_half")


def test_thirty_contacts_are_enough_for_a_letter_and_twenty_nine_are_not() -> None:
    assert letter_of(30, 30, pooled=0.5) == ("A", "above")
    assert letter_of(29, 29, pooled=0.5) == (None, "too_few")
    assert letter_of(0, 0, pooled=0.5) == (None, "too_few")
    assert letter_of(0, 50, pooled=0.0) == (None, "nobody_bought")


def test_two_channels_differ_only_by_more_than_chance() -> None:
    known = together(many("a", 100, 40), many("b", 100, 22), many("c", 100, 36))
    part = asked_of(known, asked=Asked(compare=("A ", "b")))
    shares = table(part, "compared_shares")
    assert shares["a"]["difference"] == pytest.approx(0.18)
    assert (shares["a"]["difference_low"], shares["a"]["difference_high"]) == newcombe(40, 100, 22, 100)
    assert shares["a"]["comparison"] == "first_higher"
    assert shares["bought_in_90d"]["first_count"] == 40
    other = table(asked_of(known, asked=Asked(compare=("c", "a"))), "compared_shares")
    assert other["a"]["comparison"] == "by_chance"
    turned = table(asked_of(known, asked=Asked(compare=("b", "a"))), "compared_shares")
    assert turned["a"]["comparison"] == "second_higher"


def test_sales_per_contact_are_compared_with_welchs_interval() -> None:
    # 30 contacts each: five buy for 10 … 14 yuan, ten for 50 … 59
    known = together(many("a", 30, 10, yuan=50), many("b", 30, 5))
    row = asked_of(known, asked=Asked(compare=("a", "b"))).tables["compared_sales"].row(0, named=True)
    assert (row["first_mean_sales"], row["second_mean_sales"]) == (18_17, 2_00)
    # scipy.stats.ttest_ind(equal_var=False).confidence_interval()
    from scipy import stats

    first = [(50 + n) * 100 for n in range(10)] + [0] * 20
    second = [(10 + n) * 100 for n in range(5)] + [0] * 25
    interval = stats.ttest_ind(first, second, equal_var=False).confidence_interval()
    assert (row["sales_difference_low"], row["sales_difference_high"]) == (round(interval.low), round(interval.high))
    assert row["comparison"] == "first_higher"


def test_sales_of_few_buyers_are_not_compared() -> None:
    known = together(many("a", 30, 4, yuan=5000), many("b", 30, 10))
    row = asked_of(known, asked=Asked(compare=("a", "b"))).tables["compared_sales"].row(0, named=True)
    assert row["comparison"] == "too_few" and row["sales_difference_low"] is None


def test_sales_that_do_not_differ_within_either_channel_have_no_range() -> None:
    def alike(name: str, yuan: int) -> LeadShop:
        shop = many(name, 30, 30)
        return replace(shop, shop=Shop(tuple(replace(one, gross=yuan * 100) for one in shop.shop.orders)))

    known = together(alike("a", 20), alike("b", 15))
    row = asked_of(known, asked=Asked(compare=("a", "b"))).tables["compared_sales"].row(0, named=True)
    assert (row["sales_difference_low"], row["sales_difference_high"]) == (5_00, 5_00)
    assert row["comparison"] == "first_higher"


def test_a_campaign_whose_channel_nobody_names_has_a_day_since_which_it_has_paid() -> None:
    entry = Entry("w", "A", added=(at("2026-01-01"),), campaign="春")
    known = LeadShop(Shop((Order("w", date(2026, 1, 5), 90_00),)), (entry,))
    spent = [Payment(None, date(2026, 1, 1), 50_00, campaign="春"), Payment(None, date(2026, 1, 1), 1_00)]
    rows = asked_of(known, spent, Asked(by="campaign")).tables["campaigns"]
    found = {row["campaign"]: row["paid_back_on"] for row in rows.iter_rows(named=True)}
    assert found == {"春": date(2026, 1, 5), None: None}


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (Asked(compare=("抖音", "淘宝")), "unknown-group"),
        (Asked(compare=("抖音", " 抖音")), "same-group"),
        (Asked(by="colour"), "unknown-by"),
        (Asked(attribution="middle"), "unknown-attribution"),
        (Asked(added_since=date(2026, 3, 1), added_until=date(2026, 2, 1)), "bad-range"),
        (Asked(by="day", compare=("抖音", "Live")), "compare-by-period"),
    ],
)
def test_what_cannot_be_asked_is_refused(asked: Asked, code: str) -> None:
    with pytest.raises(CusttierError) as caught:
        asked_of(TWENTY, TWENTY_PAID, asked)
    assert caught.value.code == code


def test_without_any_order_sales_are_not_known_rather_than_nothing() -> None:
    part = asked_of(replace(TWENTY, shop=Shop(())), TWENTY_PAID)
    row = table(part)["抖音"]
    assert (row["contacts"], row["a"], row["spend"], row["cost_per_contact"]) == (9, 0, 450_00, 50_00)
    assert (row["net_sales"], row["return_on_spend"], row["bought_90d"], row["letter"]) == (None, None, None, None)
    assert (part.summary["contact_sales"], part.summary["return_on_spend"]) == (None, None)
    assert part.tables["time_to_a"].is_empty()


def test_clicks_tell_what_one_cost_and_how_many_became_contacts(twenty: Part) -> None:
    row = table(twenty)["抖音"]
    assert (row["cost_per_click"], row["contacts_per_click"]) == (2_81, 9 / 160)
    assert table(twenty)["Live"]["cost_per_click"] is None
    assert "clicks" not in asked_of(TWENTY).tables["channels"].columns


def test_a_letter_of_a_young_channel_is_named() -> None:
    young = many("new", 40, 4)
    young = replace(young, entries=tuple(replace(one, added=(at("2026-06-01"),)) for one in young.entries))
    known = together(young, many("old", 40, 20))
    said = {note.code: note.values for note in asked_of(known).notes}
    assert said["young_letters"] == {"count": 1, "names": "new"}
    assert "young_letters" not in codes(asked_of(together(many("a", 40, 4), many("old", 40, 20))))


SHARED = LeadShop(
    Shop((Order("x", date(2026, 3, 10), 100_00), Order("x", date(2026, 5, 10), 30_00))),
    (
        Entry("x", "老周", added=(at("2026-03-01"),), channel="抖音"),
        Entry("x", "小林", added=(at("2026-04-01"), at("2026-06-01")), channel="线下"),
        Entry("y", "小林", added=(at("2026-04-01"),), channel="线下"),
    ),
    (Said("y", at("2026-04-01"), "小林", "out"),),
)


def test_by_agent_each_list_counts_and_the_sales_of_a_person_count_once() -> None:
    part = asked_of(SHARED, asked=Asked(by="agent"))
    found = {name: (row["contacts"], row["a"], row["net_sales"]) for name, row in table(part, "agents").items()}
    assert found == {"小林": (2, 1, 0), "老周": (1, 1, 130_00)}
    said = {note.code: note.values for note in part.notes}
    assert said["placed_by_entry"] == {"contacts": 1}
    assert part.summary["contact_sales"] == 130_00
    part = asked_of(SHARED, asked=Asked(by="agent", attribution="last"))
    found = {name: (row["contacts"], row["net_sales"]) for name, row in table(part, "agents").items()}
    # the orders of April on: those that the later agent can have had to do with
    assert found == {"小林": (2, 30_00), "老周": (1, 0)} and "placed_by_latest_entry" in codes(part)


def test_spend_that_names_no_agent_does_not_make_agents_free() -> None:
    part = asked_of(SHARED, [Payment("抖音", date(2026, 3, 1), 50_00)], Asked(by="agent"))
    found = {name: (row["spend"], row["cost_per_contact"]) for name, row in table(part, "agents").items()}
    assert found == {"小林": (None, None), "老周": (None, None), None: (50_00, None)}
    assert part.summary["spend"] == 50_00 and "spend_without_group" in codes(part)
    part = asked_of(SHARED, [Payment("抖音", date(2026, 3, 1), 50_00, agent="老周")], Asked(by="agent"))
    assert {name: row["spend"] for name, row in table(part, "agents").items()} == {"小林": 0, "老周": 50_00}


def test_a_contact_counts_for_the_channel_of_the_first_adding() -> None:
    found = table(asked_of(SHARED))
    assert {name: (row["contacts"], row["a"]) for name, row in found.items()} == {"抖音": (1, 1), "线下": (1, 0)}


def test_one_channel_alone_takes_only_its_own_spend_and_agents_only_what_names_them() -> None:
    part = asked_of(TWENTY, TWENTY_PAID, Asked(channels=("抖音",)))
    assert part.summary["spend"] == 450_00
    part = asked_of(TWENTY, TWENTY_PAID, Asked(agents=("老周",)))
    assert part.summary["spend"] is None and "spend_of_no_agent" in codes(part)
    part = asked_of(TWENTY, [Payment("抖音", date(2026, 1, 5), 7_00, agent="老周")], Asked(agents=("老周",)))
    assert part.summary["spend"] == 7_00
    part = asked_of(TWENTY, TWENTY_PAID, Asked(is_tagged=True))
    assert part.summary["spend"] is None and "spend_of_no_tag" in codes(part) and "spend_unknown" not in codes(part)


def test_money_is_back_on_the_day_since_which_it_stayed_so() -> None:
    def rows(name: str, *pairs: tuple[int, int]) -> pl.DataFrame:
        return pl.DataFrame(
            {"g": ["x"] * len(pairs), "on_day": [date(2026, 1, day) for day, _ in pairs], name: [n for _, n in pairs]},
            schema={"g": pl.String, "on_day": pl.Date, name: pl.Int64},
        )

    def day(spent: pl.DataFrame, brought: pl.DataFrame) -> list[date]:
        return paid_back(spent, brought, keys=["g"])["paid_back_on"].to_list()

    spent = rows("spend", (1, 100), (10, 100))
    assert day(spent, rows("brought", (2, 100), (12, 100))) == [date(2026, 1, 12)]
    assert day(spent, rows("brought", (2, 100), (3, 150))) == [date(2026, 1, 2)]
    assert day(spent, rows("brought", (2, 100))) == []
    assert day(spent, rows("brought", (2, 100), (10, 100))) == [date(2026, 1, 2)]
    # what was sold before anything was spent had cost nothing yet
    assert day(rows("spend", (5, 10)), rows("brought", (1, 50))) == [date(2026, 1, 5)]
    assert day(rows("spend", (1, 0)), rows("brought", (2, 5))) == []
