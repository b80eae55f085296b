"""The fold, clause by clause, worked by hand: R2, R3, R4, and what becomes a purchase."""

import random
from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl
import pytest

from custtier.facts import Facts
from custtier.settings import Settings
from custtier.sources.reading import Reading
from custtier.store import facts_of
from store.readings import ID_KEY, at, item, order, reading, refund

SETTINGS = Settings()


def facts(*readings: Reading, settings: Settings = SETTINGS) -> Facts:
    return facts_of(readings, settings=settings, id_key=ID_KEY)


def purchases(*readings: Reading, settings: Settings = SETTINGS) -> list[dict[str, Any]]:
    return facts(*readings, settings=settings).purchases.sort("order_day", "gross").collect().to_dicts()


def only(*readings: Reading) -> dict[str, Any]:
    found = purchases(*readings)
    assert len(found) == 1
    return found[0]


def dated(*readings: Reading) -> list[tuple[date, int]]:
    found = facts(*readings).dated_refunds.sort("refunded_on", "amount").collect()
    return list(found.select("refunded_on", "amount").iter_rows())


OLD, NEW = "2026-04-01", "2026-05-01"


def test_the_file_with_the_later_instant_wins_whatever_the_order_of_files() -> None:
    old = reading([order("1", gross=100, shop="old", channel="a")], instant=OLD)
    new = reading([order("1", gross=200, shop="new", channel=None)], instant=NEW)
    for files in ([old, new], [new, old]):
        found = only(*files)
        assert (found["gross"], found["shop"], found["channel"]) == (200, "new", "a")


def test_a_masked_value_never_replaces_a_full_one() -> None:
    old = reading([order("1", account="buyer", name="张三", phone="13800138001")], instant=OLD)
    new = reading([order("1", account="b***r", name="张*", phone="138****8000")], instant=NEW)
    found = facts(old, new)
    customer = found.customers.collect().to_dicts()[0]
    assert (customer["name"], customer["phone"]) == ("张三", "13800138001")
    assert found.purchases.collect()["account_key"].to_list() == facts(old).purchases.collect()["account_key"].to_list()


def test_a_later_name_replaces_an_earlier_one_of_the_same_fullness() -> None:
    old = reading([order("1", name="张三")], instant=OLD)
    new = reading([order("1", name="李四")], instant=NEW)
    assert facts(new, old).customers.collect()["name"].to_list() == ["李四"]


@pytest.mark.parametrize(
    ("first", "then", "settled"),
    [
        ("unpaid", "paid", "paid"),
        ("paid", "unpaid", "paid"),
        ("refunded", "paid", "refunded"),
        ("closed", "unpaid", "closed"),
        ("refunded", "closed", "closed"),
        ("closed", "refunded", "refunded"),
        ("paid", None, "paid"),
    ],
)
def test_a_state_never_goes_back(first: str, then: str | None, settled: str) -> None:
    found = only(
        reading([order("1", state=first)], instant=OLD), reading([order("1", state=then, gross=10001)], instant=NEW)
    )
    expected = {"paid": (0, False), "refunded": (10001, False), "closed": (10001, True)}
    assert (found["undated_refund"], found["is_closed"]) == expected[settled]


def test_in_one_file_the_further_state_and_the_larger_refund_win_whatever_the_order_of_rows() -> None:
    rows = [
        order("1", state="paid", stated_refund=500),
        order("1", state="paid", stated_refund=900),
        order("1", state="unpaid", stated_refund=100),
    ]
    for shuffled in (rows, rows[::-1]):
        assert only(reading(shuffled))["undated_refund"] == 900


def test_a_stated_refund_falls_only_by_a_newer_file() -> None:
    high = [order("1", stated_refund=900)]
    low = [order("1", stated_refund=300)]
    assert only(reading(high, instant=OLD), reading(low, instant=NEW))["undated_refund"] == 300
    assert only(reading(high, instant=NEW), reading(low, instant=OLD))["undated_refund"] == 900
    assert only(reading(low, instant=OLD), reading(high, instant=OLD))["undated_refund"] == 900
    silent = [order("1", stated_refund=None)]
    assert only(reading(high, instant=OLD), reading(silent, instant=NEW))["undated_refund"] == 900


def test_shuffled_rows_change_nothing() -> None:
    rows = [
        order(str(number % 7), name=f"n{number}", gross=100 + number, state=state, phone=f"1380013800{number % 10}")
        for number, state in enumerate(["paid", "unpaid", "refunded", "closed", "paid"] * 8)
    ]
    expected = facts(reading(rows))
    for seed in range(5):
        mixed = list(rows)
        random.Random(seed).shuffle(mixed)
        found = facts(reading(mixed))
        for name in ("purchases", "customers", "accounts", "dated_refunds"):
            assert getattr(found, name).collect().equals(getattr(expected, name).collect())


def test_order_money_stands_before_money_summed_from_items() -> None:
    items = reading(
        [order("1", gross=None, state=None)],
        [item("1", "a", amount=6000, state="paid"), item("1", "b", amount=3000, state="paid")],
        instant=NEW,
    )
    assert only(items)["gross"] == 9000
    assert only(items, reading([order("1", gross=8500)], instant=OLD))["gross"] == 8500


@pytest.mark.parametrize(
    ("states", "state", "gross"),
    [
        (("paid", "refunded", "closed"), "paid", 100),
        (("refunded", "closed", "unpaid"), "refunded", 0),
        (("unpaid", "closed"), "unpaid", None),
        (("closed", "closed"), "closed", None),
    ],
)
def test_items_roll_up_to_their_order(states: Sequence[str], state: str, gross: int | None) -> None:
    lines = [
        item("1", f"p{place}", amount=100 * (place + 1), stated_refund=0, state=each)
        for place, each in enumerate(states)
    ]
    found = purchases(reading([order("1", gross=None, state=None, paid_at=None)], lines))
    assert [row["gross"] for row in found] == ([] if gross is None else [gross]), state


def test_items_of_an_unknown_order_wait_for_it() -> None:
    waiting = reading(
        [order("1", gross=None, state=None, ordered_at=None, paid_at=None)], [item("1", "a", amount=None)], instant=NEW
    )
    assert purchases(waiting) == []
    assert only(waiting, reading([order("1")], instant=OLD))["gross"] == 10000


def test_refund_rows_net_their_order_on_their_day() -> None:
    day = date(2026, 3, 20)
    file = reading([order("1")], refunds=[refund("r", "1", 2500, refunded_on=day)])
    assert only(file)["undated_refund"] == 0
    assert only(file)["dated_refund"] == 2500
    assert dated(file) == [(day, 2500)]


def test_refund_rows_replace_the_stated_refund_once_they_reach_it() -> None:
    day = date(2026, 3, 20)
    part = reading([order("1", stated_refund=3000)], refunds=[refund("r", "1", 1000, refunded_on=day)])
    assert (only(part)["undated_refund"], dated(part)) == (2000, [(day, 1000)])
    rest = reading([], refunds=[refund("s", "1", 2000, refunded_on=day)])
    assert (only(part, rest)["undated_refund"], dated(part, rest)) == (0, [(day, 1000), (day, 2000)])
    more = reading([], refunds=[refund("t", "1", 4000, refunded_on=day)])
    assert only(part, rest, more)["dated_refund"] == 7000


def test_pending_and_failed_refunds_net_nothing_and_done_is_never_pending_again() -> None:
    rows = [refund("r", "1", 100, state="pending"), refund("s", "1", 200, state="failed"), refund("t", "1", 400)]
    assert only(reading([order("1")], refunds=rows))["undated_refund"] == 400
    later = reading([], refunds=[refund("t", "1", 400, state="pending")], instant=NEW)
    assert only(reading([order("1")], refunds=rows), later)["undated_refund"] == 400
    undone = reading([], refunds=[refund("t", "1", 400, state="failed")], instant=NEW)
    assert only(reading([order("1")], refunds=rows), undone)["undated_refund"] == 0


def test_refunds_never_exceed_what_the_order_cost() -> None:
    days = [date(2026, 3, 20), date(2026, 3, 25)]
    rows = [refund("r", "1", 7000, refunded_on=days[0]), refund("s", "1", 7000, refunded_on=days[1])]
    file = reading([order("1", stated_refund=99999)], refunds=[*rows, refund("t", "1", 5000)])
    assert dated(file) == [(days[1], 3000), (days[0], 7000)] or dated(file) == [(days[0], 7000), (days[1], 3000)]
    assert (only(file)["undated_refund"], only(file)["dated_refund"]) == (0, 10000)


def test_a_refunded_order_without_rows_is_refunded_whole_without_a_day() -> None:
    assert only(reading([order("1", state="refunded")]))["undated_refund"] == 10000
    day = date(2026, 3, 20)
    part = reading(
        [order("1", state="refunded", stated_refund=10000)], refunds=[refund("r", "1", 4000, refunded_on=day)]
    )
    assert (only(part)["undated_refund"], only(part)["dated_refund"]) == (6000, 4000)


def test_rows_say_how_much_of_a_refunded_order_was_refunded_where_it_does_not_say_itself() -> None:
    day = date(2026, 3, 20)
    part = reading([order("1", state="refunded")], refunds=[refund("r", "1", 4000, refunded_on=day)])
    assert (only(part)["undated_refund"], only(part)["dated_refund"]) == (0, 4000)


def test_a_refund_of_an_unknown_order_waits_for_it() -> None:
    alone = reading([], refunds=[refund("r", "1", 4000, refunded_on=date(2026, 3, 20))])
    assert purchases(alone) == []
    assert only(alone, reading([order("1")]))["dated_refund"] == 4000


def test_an_order_closed_after_payment_and_not_refunded_is_kept_apart() -> None:
    closed = only(reading([order("1", state="closed", stated_refund=2000)]))
    assert (closed["is_closed"], closed["undated_refund"]) == (True, 10000)
    returned = only(reading([order("1", state="closed", stated_refund=10000)]))
    assert (returned["is_closed"], returned["undated_refund"]) == (False, 10000)
    assert purchases(reading([order("1", state="closed", paid_at=None)])) == []


def test_unpaid_orders_and_orders_without_a_day_are_no_purchases() -> None:
    assert purchases(reading([order("1", state="unpaid", paid_at=None)])) == []
    assert purchases(reading([order("1", ordered_at=None, paid_at=None)])) == []


def test_the_day_is_the_payment_day_in_the_shops_zone() -> None:
    late = reading([order("1", ordered_at=at("2026-02-28 10:00"), paid_at=at("2026-02-28 17:00"))])
    assert only(late)["ordered_on"] == date(2026, 3, 1)
    assert purchases(late, settings=Settings(zone="America/New_York"))[0]["ordered_on"] == date(2026, 2, 28)
    created = reading([order("1", ordered_at=at("2026-02-27 10:00"), paid_at=None)])
    assert only(created)["ordered_on"] == date(2026, 2, 27)


def test_the_extent_tells_days_currencies_and_undated_refunds() -> None:
    file = reading(
        [
            order("1", stated_refund=100),
            order("2", currency="USD", paid_at=at("2026-03-02")),
            order("3", state="unpaid", paid_at=None, ordered_at=at("2026-03-09")),
            order("4", state="closed", paid_at=at("2026-03-08")),
        ],
        refunds=[refund("r", "2", 100, refunded_on=date(2026, 3, 6))],
    )
    extent = facts(file).extent
    assert (extent.last_on, extent.data_through) == (date(2026, 3, 6), date(2026, 3, 9))
    assert (extent.currencies, extent.purchases, extent.dated_refunds) == (("CNY", "USD"), 3, 1)
    assert extent.undated_refunds == 1


def test_a_report_of_items_does_not_take_an_order_away_from_its_order_report() -> None:
    report = reading([order("1")], instant=OLD)
    lines = reading([order("1", gross=None, state=None)], [item("1", "a", amount=10000, state="paid")], instant=NEW)
    lines = Reading(**{**vars(lines), "orders": lines.orders.with_columns(source=pl.lit("taobao-items"))})
    assert only(report, lines)["source"] == "taobao-orders"
