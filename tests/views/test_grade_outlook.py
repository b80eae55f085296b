"""What would make a letter another one, tried out: with one message or day less it does not."""

import random
from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest

from custtier.grading import GradeCuts
from custtier.metrics.scope import Scope
from custtier.views.grade.outlook import Outlook, outlook
from custtier.views.leads.leads import leads_of
from custtier.workflows.one_lead import OneLead, as_score, one_lead
from custtier.workflows.question import Question
from metrics.shops import Order, Shop, account_key
from views.lead_shops import ZONE, Entry, LeadShop, Said, at, basis_at, facts_of_leads, letters

DAY = date(2026, 3, 31)
CUTS = (GradeCuts(), GradeCuts(b_messages=4, b_days=3, b_messages_alone=5, silent_days=2))


def talking(rng: random.Random) -> LeadShop:
    """Somebody who wrote a few times, or never."""
    times = [
        Said("w", at(DAY - timedelta(days=rng.choice([0, 1, 2, 3, 14, 15])), rng.randrange(24)), "A")
        for _ in range(rng.randrange(7))
    ]
    return LeadShop(
        entries=(Entry("w", "A", added=(at("2026-03-01"),)),), messages=(Said("w", at(DAY), "A", "out"), *times)
    )


def letter(known: LeadShop, day: date, cuts: GradeCuts) -> str | None:
    return letters(known, day, cuts)["w", "A"].grade


def outlook_of(known: LeadShop, cuts: GradeCuts) -> Outlook:
    person = leads_of(basis_at(known, DAY), zone=ZONE, cuts=cuts).people.row(0, named=True)
    assert person["grade"] == letter(known, DAY, cuts)
    return outlook(person, cuts=cuts, as_of=DAY)


def writing(known: LeadShop, count: int) -> LeadShop:
    return replace(known, messages=(*known.messages, *(Said("w", at(DAY, 20, place), "A") for place in range(count))))


@pytest.mark.parametrize("cuts", CUTS)
def test_so_many_messages_and_days_of_silence_change_a_letter_and_one_less_does_not(cuts: GradeCuts) -> None:
    seen = set()
    for seed in range(60):
        known = talking(random.Random(seed))
        now, told = letter(known, DAY, cuts), outlook_of(known, cuts)
        seen.add(now)
        assert told.by_order == "A"
        if told.messages:
            assert letter(writing(known, told.messages), DAY, cuts) == told.by_messages != now
            assert letter(writing(known, told.messages - 1), DAY, cuts) == now
        if told.silent_on:
            assert letter(known, told.silent_on, cuts) == told.by_silence != now
            assert letter(known, told.silent_on - timedelta(days=1), cuts) == now
        assert bool(told.messages) != bool(told.silent_on)
    assert seen == {"B", "C", "D"}


def test_a_letter_by_an_order_that_came_to_nothing_changes_by_silence_and_not_by_messages() -> None:
    ordered = Order("w", DAY - timedelta(days=6), 5000, undated=5000)
    known = LeadShop(Shop((ordered,)), (Entry("w", "A", added=(at("2026-03-01"),)),))
    told = outlook_of(known, CUTS[0])
    assert told == Outlook(silent_on=DAY + timedelta(days=9), by_silence="C", by_order="A", is_by_orders=True)
    score = as_score(OneLead("B", "", told), as_of=DAY)
    assert score is not None
    assert [(change.change, change.needed_days) for change in score.changes] == [("one_order", None), ("wait", 9)]
    assert letter(known, told.silent_on - timedelta(days=1), CUTS[0]) == "B"
    assert letter(known, told.silent_on, CUTS[0]) == "C"
    stale = replace(known, shop=Shop((replace(ordered, day=DAY - timedelta(days=20)),)))
    assert outlook_of(stale, CUTS[0]) == Outlook(by_order="A", is_by_orders=True)


def test_who_was_added_later_has_no_letter_yet_whatever_they_had_bought() -> None:
    bought = Shop((Order("w", DAY - timedelta(days=60), 5000),))
    facts = facts_of_leads(LeadShop(bought, (Entry("w", "A", added=(at("2026-03-01"),)),)))

    def lead(day: date) -> OneLead | None:
        accounts = pl.Series([account_key("w")])
        return one_lead(facts, accounts, Question(), as_of=day, scope=Scope(), lang="en")

    assert lead(date(2026, 2, 28)) is None
    known = lead(date(2026, 3, 1))
    assert known is not None and known.grade == "A"


def test_who_bought_has_nothing_before_them_and_who_left_only_an_order() -> None:
    assert outlook({"grade": "A"}, cuts=CUTS[0], as_of=DAY) == Outlook()
    gone = LeadShop(entries=(Entry("w", "A", added=(at("2026-03-01"),), deleted=(at("2026-03-02"),)),))
    assert outlook_of(gone, CUTS[0]) == Outlook(by_order="A")
