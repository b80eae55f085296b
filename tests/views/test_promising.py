"""`grade --promising`: signs and chances by hand and in plain Python, planted signals found, none where none is."""

import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from custtier.models.nested_shares import nested_shares
from custtier.views.columns.orders import bought_by
from custtier.views.leads.leads import leads_of
from custtier.views.leads.promising import COLUMNS, Wanted, promising
from custtier.views.leads.signals import SIGNALS, candidates, with_outcome
from custtier.views.leads.trial import FEWEST_BUYERS, Learnt, learnt, origins
from custtier.views.view import View
from metrics.shops import Order, Shop, customer_id
from views.lead_shops import ZONE, Entry, LeadShop, Said, at, basis_at

LAST = date(2026, 6, 30)


def past_of(known: LeadShop, day: date = LAST, *, seed: int = 0, length: int | None = None) -> Learnt:
    basis = basis_at(known, day, seed=seed)
    return learnt(
        lambda before: leads_of(basis_at(known, before, seed=seed), zone=ZONE).people,
        bought_by(basis).select("customer_key", "order_day").collect(),
        until=day,
        length=length,
    )


def listed(
    known: LeadShop,
    day: date = LAST,
    *,
    seed: int = 0,
    wanted: Wanted | None = None,
    past: Learnt | None = None,
    **options,
) -> View:
    basis = basis_at(known, day, seed=seed)
    past = past or past_of(known, day, seed=seed)
    return promising(basis, leads_of(basis, zone=ZONE), past, wanted=wanted or Wanted(), **options)


def codes(view: View) -> list[str]:
    return [note.code for note in view.notes]


def drawn(seed: int, *, by_channel: bool, people: int = 700) -> LeadShop:
    """People who write on one to five days and then fall silent; some buy soon after, of one channel more of them.

    With `by_channel` those of `live` buy six times as often as those of `ads` and nothing else matters: whoever buys
    does so within two months after the last message, on any day of them alike.
    """
    rng = random.Random(seed)
    entries, messages, orders = [], [], []
    for number in range(people):
        name, channel = f"p{number:04}", rng.choice(["ads", "live"])
        added = date(2025, 9, 1) + timedelta(days=rng.randrange(290))
        entries.append(Entry(name, rng.choice(["A", "B"]), added=(at(added, 8),), channel=channel))
        days = sorted(rng.sample(range(12), rng.randrange(1, 6)))
        messages += [Said(name, at(added + timedelta(days=day)), entries[-1].agent) for day in days]
        share = {"ads": 0.1, "live": 0.6}[channel] if by_channel else 0.3
        if rng.random() < share:
            orders.append(Order(name, added + timedelta(days=days[-1] + 1 + rng.randrange(60)), 100))
    kept = tuple(order for order in orders if order.day <= LAST)
    # a day on which orders are known to the end
    kept = (*kept, Order("other", LAST, 100))
    return LeadShop(
        Shop(kept), tuple(entries), tuple(one for one in messages if one.when < at(LAST + timedelta(days=1), 0))
    )


@pytest.fixture(scope="module")
def by_channel() -> LeadShop:
    return drawn(1, by_channel=True)


@pytest.fixture(scope="module")
def past(by_channel: LeadShop) -> Learnt:
    return past_of(by_channel)


@pytest.fixture(scope="module")
def by_nothing() -> LeadShop:
    return drawn(2, by_channel=False)


def test_signs_of_a_day() -> None:
    known = LeadShop(
        Shop((Order("buyer", date(2026, 5, 1), 100),)),
        (
            Entry("c", "A", added=(at("2026-06-01"),), channel="ads"),
            Entry("b", "A", added=(at("2026-01-01"),)),
            Entry("mute", "A", added=(at("2026-06-01"),)),
            Entry("gone", "A", added=(at("2026-06-01"),), deleted=(at("2026-06-20"),)),
            Entry("buyer", "A", added=(at("2026-05-01"),)),
        ),
        tuple(
            Said(who, at(day), "A")
            for who, days in {
                "c": ["2026-06-15"],
                "b": ["2026-06-25", "2026-06-26", "2026-06-27"],
                "gone": ["2026-06-19"],
                "buyer": ["2026-06-29"],
            }.items()
            for day in days
        ),
    )
    found = candidates(leads_of(basis_at(known, LAST), zone=ZONE).people, as_of=LAST)
    assert sorted(found.select("silent_days", *SIGNALS).rows()) == [(3, "B", 0, 2, 3, None), (15, "C", 3, 1, 1, "ads")]


def test_days_of_the_past_are_a_month_apart_and_have_their_outcome() -> None:
    days = origins(LAST)
    assert days[0] == LAST - timedelta(days=30)
    assert len(days) == 8
    assert {one - other for one, other in pairwise(days)} == {timedelta(days=30)}


def test_the_past_is_looked_at_as_far_as_there_are_contacts(by_channel: LeadShop, past: Learnt) -> None:
    first = min(when for one in by_channel.entries for when in one.added).date()
    assert past.days == tuple(day for day in origins(LAST) if day >= first)


def test_only_purchases_after_the_day_and_within_thirty_count(by_channel: LeadShop) -> None:
    day = date(2026, 3, 1)
    held = candidates(leads_of(basis_at(by_channel, day), zone=ZONE).people, as_of=day)
    bought = bought_by(basis_at(by_channel, LAST)).select("customer_key", "order_day").collect()
    told = with_outcome(held, bought, as_of=day, days=30)
    buyers = {order.account for order in by_channel.shop.orders if day < order.day <= day + timedelta(days=30)}
    names = {customer_id(name) for name in buyers}
    keys = basis_at(by_channel, LAST).facts.customers.collect()
    ids = dict(keys.select("customer_key", "customer_id").iter_rows())
    assert {ids[key] for key in told.filter("did")["customer_key"]} == names & {
        ids[key] for key in held["customer_key"]
    }


def test_shares_are_those_of_plain_counting(by_channel: LeadShop, past: Learnt) -> None:
    assert past.shares is not None
    counted: dict[tuple, list[int]] = defaultdict(lambda: [0, 0])
    for row in past.cases.select(*SIGNALS, "did").iter_rows():
        counted[row[:-1]][0] += 1
        counted[row[:-1]][1] += row[-1]
    again = nested_shares({kind: (count, hits) for kind, (count, hits) in counted.items()})
    for kind in counted:
        assert past.shares.share(kind) == pytest.approx(again.share(kind))


def test_a_planted_channel_is_found_and_orders_the_list(by_channel: LeadShop, past: Learnt) -> None:
    view = listed(by_channel, past=past)
    assert "promising_by_alike" in codes(view)
    assert view.summary["word_order"] == "alike"
    table = view.tables["contacts"]
    means = dict(table.group_by("channel").agg(pl.col("lead_chance").mean()).iter_rows())
    assert means["live"] > 2 * means["ads"]
    top = table.head(30)["channel"].to_list()
    assert top.count("live") >= 27
    assert table["lead_chance"].is_sorted(descending=True)


def test_where_nothing_tells_buyers_apart_who_wrote_last_comes_first(by_nothing: LeadShop) -> None:
    view = listed(by_nothing)
    assert "promising_by_recency" in codes(view)
    assert view.summary["word_order"] == "recency"
    days = view.tables["contacts"]["last_incoming_on"]
    assert days.is_sorted(descending=True)
    orders = view.tables["word_orders"]
    assert orders.filter("is_order_used")["word_order"].to_list() == ["recency"]


def test_chances_are_about_what_came(by_channel: LeadShop) -> None:
    day = LAST - timedelta(days=30)
    view = listed(by_channel.until(day), day)
    bought = {
        customer_id(order.account) for order in by_channel.shop.orders if order.account and day < order.day <= LAST
    }
    table = view.tables["contacts"]
    came = table["customer_id"].is_in(list(bought)).sum()
    assert came > FEWEST_BUYERS
    assert table["lead_chance"].sum() == pytest.approx(came, rel=0.5)


def test_an_earlier_day_knows_nothing_of_what_came_later(by_channel: LeadShop) -> None:
    day = date(2026, 5, 3)
    whole, cut = listed(by_channel, day, seed=1), listed(by_channel.until(day), day, seed=2)
    for table in whole.tables:
        assert_frame_equal(whole.tables[table], cut.tables[table])
    assert whole.summary == cut.summary


def test_buyers_and_who_deleted_us_are_never_listed(by_channel: LeadShop, past: Learnt) -> None:
    view = listed(by_channel, past=past)
    listed_ids = set(view.tables["contacts"]["customer_id"])
    assert not listed_ids & {customer_id(order.account) for order in by_channel.shop.orders if order.account}
    assert set(view.tables["contacts"]["grade"]) <= {"B", "C"}
    assert tuple(view.tables["contacts"].columns) == COLUMNS


def test_each_agent_has_a_list_of_the_length_they_can_work(by_channel: LeadShop, past: Learnt) -> None:
    whole, short = listed(by_channel, past=past), listed(by_channel, past=past, wanted=Wanted(capacity=5))
    assert dict(short.tables["contacts"]["agent"].value_counts().iter_rows()) == {"A": 5, "B": 5}
    first = whole.tables["contacts"].filter(pl.col("agent_place") <= 5)
    assert_frame_equal(short.tables["contacts"], first)
    one = listed(by_channel, past=past, wanted=Wanted(agents=("B",), capacity=5))
    assert (
        one.tables["contacts"]["customer_id"].to_list() == first.filter(pl.col("agent") == "B")["customer_id"].to_list()
    )


def test_those_alike_are_counted_in_as_many_signs_as_there_are_examples(by_channel: LeadShop, past: Learnt) -> None:
    cases: Sequence[tuple] = past.cases.select(*SIGNALS, "did").rows()
    people = leads_of(basis_at(by_channel, LAST), zone=ZONE).people
    kinds = {row["contact_key"]: row for row in candidates(people, as_of=LAST).iter_rows(named=True)}
    ids = dict(basis_at(by_channel, LAST).facts.customers.select("customer_key", "customer_id").collect().iter_rows())
    by_id = {ids[row["customer_key"]]: tuple(row[name] for name in SIGNALS) for row in kinds.values()}
    for row in listed(by_channel, past=past).tables["contacts"].head(40).iter_rows(named=True):
        kind = by_id[row["customer_id"]]
        for depth in range(len(kind), 0, -1):
            alike = [case for case in cases if case[:depth] == kind[:depth]]
            says_something = past.shares is not None and past.shares.strengths[depth - 1] < float("inf")
            if (len(alike) >= 10 and says_something) or depth == 1:
                assert (row["alike_count"], row["alike_bought"]) == (len(alike), sum(case[-1] for case in alike))
                break


def test_with_little_past_nothing_is_claimed() -> None:
    known = LeadShop(
        entries=(Entry("a", "A", added=(at("2026-06-01"),)), Entry("b", "A", added=(at("2026-06-01"),))),
        messages=(Said("a", at("2026-06-20"), "A"), Said("b", at("2026-06-25"), "A")),
    )
    view = listed(known)
    assert view.tables["contacts"]["customer_id"].to_list() == [customer_id("b"), customer_id("a")]
    assert view.tables["contacts"]["lead_chance"].null_count() == 2
    assert view.summary["expected_buyers"] is None
    assert "promising_too_few" in codes(view)
    assert view.tables["contacts"]["reason"].to_list()[0] == "messages: 1, on days: 1, last 5 days ago"


def test_nobody_to_write_to_is_an_empty_list() -> None:
    view = listed(LeadShop(entries=(Entry("a", "A", added=(at("2026-06-01"),)),)))
    assert (view.summary["candidates"], view.tables["contacts"].height) == (0, 0)
