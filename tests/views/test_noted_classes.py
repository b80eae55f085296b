"""Noted classes judged ahead: who had not bought when the class was shown, worked by hand; and whether they tell."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from custtier.facts import TABLES, Facts
from custtier.metrics.scope import Scope
from custtier.views.basis import basis_of
from custtier.views.grade.classes import WORDS, class_codes, rankings
from custtier.views.grade.noted import noted
from custtier.views.leads.leads import leads_of
from metrics.shops import Shop, account_key, paid
from views.lead_shops import ZONE, Entry, LeadShop, at, facts_of_leads

DAY = date(2026, 6, 30)


def with_notes(facts: Facts, notes: list[tuple[str, str, str]]) -> Facts:
    """The facts with account, class and day of every change."""
    rows = [
        {"contact_key": account_key(who), "account_key": account_key(who), "lead_class": text, "noted_at": at(day)}
        for who, text, day in notes
    ]
    table = pl.DataFrame(
        [{c: row.get(c) for c in TABLES["noted_classes"]} for row in rows], schema=dict(TABLES["noted_classes"])
    )

    def opened(name: str, columns: list[str]) -> pl.LazyFrame:
        return table.lazy().select(columns) if name == "noted_classes" else facts.opener(name, columns)

    return replace(facts, opener=opened)


def answered(known: LeadShop, notes: list[tuple[str, str, str]]) -> tuple[dict[str, pl.DataFrame], list[str]]:
    basis = basis_of(with_notes(facts_of_leads(known), notes), scope=Scope(), as_of=DAY)
    tables, said = noted(leads_of(basis, zone=ZONE).people, basis=basis, zone=ZONE)
    return tables, [note.code for note in said]


def entry(who: str, text: str | None) -> Entry:
    return Entry(who, "A", added=(at("2026-01-01"),), lead_class=text)


def test_a_purchase_before_the_note_is_no_hit_of_the_note() -> None:
    known = LeadShop(
        Shop((paid("early", "2026-02-01", 1), paid("late", "2026-05-01", 1), paid("same", "2026-04-01", 1))),
        (
            entry("early", "hot"),
            entry("late", "hot"),
            entry("same", "hot"),
            entry("never", "hot"),
            entry("cold", "无意向"),
        ),
    )
    notes = [(who, "hot", "2026-04-01") for who in ("early", "late", "same", "never")]
    notes += [("cold", "hot", "2026-03-01"), ("cold", "无意向", "2026-05-01"), ("never", "一般", "2026-07-30")]
    tables, said = answered(known, notes)
    hot, cold = tables["classes"].rows(named=True)
    assert (hot["noted_class"], hot["contacts"], hot["became_a"]) == ("hot", 4, 3)
    # who bought by the day of the note had bought already; the change of July is none yet in June
    assert (hot["open_when_noted"], hot["bought_after"], hot["after_share"]) == (2, 1, 0.5)
    assert (cold["noted_class"], cold["open_when_noted"], cold["bought_after"]) == ("none", 1, 0)
    assert tables["class_changes"].rows() == [("hot", "none", 1)]
    assert said == ["classes_as_imported"]


def shop_of(good: int, bad: int, *, backwards: bool = False) -> tuple[LeadShop, list[tuple[str, str, str]]]:
    """So many noted hot who all but one buy after it, and so many noted cold of whom one does."""
    words = ("无意向", "很有希望") if backwards else ("很有希望", "无意向")
    people = [(f"g{place}", words[0], place > 0) for place in range(good)]
    people += [(f"b{place}", words[1], place == 0) for place in range(bad)]
    orders = tuple(paid(who, "2026-05-01", 1) for who, _, buys in people if buys)
    notes = [(who, text, "2026-04-01") for who, text, _ in people]
    return LeadShop(Shop(orders), tuple(entry(who, text) for who, text, _ in people)), notes


@pytest.mark.parametrize(
    ("good", "backwards", "code"),
    [(20, False, "classes_rank_better"), (20, True, "classes_rank_worse"), (8, False, None)],
)
def test_notes_are_said_to_tell_only_where_they_do(good: int, backwards: bool, code: str | None) -> None:
    _, said = answered(*shop_of(good, good, backwards=backwards))
    assert said == (["classes_ahead", code] if code else ["classes_as_imported"])


def test_the_chance_is_that_of_a_buyer_having_the_better_class() -> None:
    codes = ["hot"] * 12 + ["fair"] * 12
    bought = [date(2026, 5, 1)] * 9 + [None] * 3 + [date(2026, 5, 1)] * 3 + [None] * 9
    people = pl.DataFrame({"lead_code": codes, "on": bought})
    (one,) = rankings(people, bought="on")
    place = {"hot": 1, "fair": 0}
    pairs = [
        (place[mine], place[other])
        for mine, on in zip(codes, bought, strict=True)
        for other, off in zip(codes, bought, strict=True)
        if on and not off
    ]
    better = sum(1 if mine > other else 0.5 if mine == other else 0 for mine, other in pairs)
    assert one.chance == pytest.approx(better / len(pairs)) and one.low < one.chance < one.high
    assert one.verdict == "better" and one.contacts == 24


def test_what_staff_write_becomes_codes() -> None:
    written = pl.Series(
        "lead_class", ["很有希望", " 有希望 ", "一般", "无意向", "a", "B级", "Very  Likely", "看看再说", " ", None]
    )
    assert class_codes(written).to_list() == [
        *WORDS[:2], "fair", "none", "staff_a", "staff_b", "hot", "other", None, None,
    ]  # fmt: skip
