"""Letters of contacts: a second route in plain Python, the day observed, the order of rows."""

from collections import Counter
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from custtier.views.columns.customers import customer_columns
from custtier.views.leads.leads import COLUMNS, Leads, leads_of
from custtier.views.leads.letters import LETTERS, REASONS
from metrics.shops import Order, Shop, account_key
from views.lead_shops import (
    ZONE,
    Entry,
    LeadShop,
    Letter,
    OpenOrder,
    Said,
    at,
    basis_at,
    letters,
    random_lead_shop,
)  # fmt: skip

SEEDS = range(40)


def leads_at(known: LeadShop, day: date, *, seed: int = 0) -> Leads:
    return leads_of(basis_at(known, day, seed=seed), zone=ZONE)


def days_of(known: LeadShop) -> list[date]:
    instants = [when for one in known.entries for when in (*one.added, *one.deleted)] or [at("2025-01-01")]
    last = max(instants).date()
    return [last, last - timedelta(days=14), last - timedelta(days=200)]


def told(leads: Leads, known: LeadShop) -> dict[tuple, Letter]:
    people = [known.shop.person(one.account) for one in known.entries if one.account]
    names = {account_key(one): one for one in people}
    return {
        (names.get(row["customer_key"], row["contact_key"] - 1000), row["agent"]): Letter(
            row["grade"],
            row["grade_reason"],
            row["incoming_count"],
            row["is_deleted"],
        )
        for row in leads.entries.iter_rows(named=True)
    }


def test_two_routes_give_everybody_the_same_letter() -> None:
    reasons: Counter[str] = Counter()
    for seed in SEEDS[:30]:
        known = random_lead_shop(seed)
        for day in days_of(known):
            expected = letters(known, day)
            if expected:
                assert told(leads_at(known, day, seed=seed), known) == expected, (seed, day)
                reasons.update(one.reason for one in expected.values())
    assert set(reasons) == set(REASONS)


@pytest.mark.parametrize("seed", SEEDS[:12])
def test_everybody_has_exactly_one_letter_or_a_reason_why_not(seed: int) -> None:
    known = random_lead_shop(seed)
    found = leads_at(known, days_of(known)[0])
    for table in (found.entries, found.people):
        assert table["grade_reason"].is_in(REASONS).all()
        letter = table["grade_reason"].replace_strict(LETTERS, default=None, return_dtype=pl.String)
        assert table["grade"].eq_missing(letter).all()
    keyed = found.people.filter(pl.col("customer_key").is_not_null())
    assert not keyed["customer_key"].is_duplicated().any()
    assert (
        not found.entries.filter(pl.col("customer_key").is_not_null())
        .select("customer_key", "agent")
        .is_duplicated()
        .any()
    )
    assert found.people["entry_count"].sum() == found.entries.height


@pytest.mark.parametrize("seed", SEEDS[:12])
def test_the_letter_of_a_day_is_that_of_the_exports_of_that_day(seed: int) -> None:
    known = random_lead_shop(seed)
    for day in days_of(known):
        whole, cut = leads_at(known, day), leads_at(known.until(day), day)
        by = ["customer_key", "agent", "grade_reason", "added_on", "channel"]
        columns = [name for name in COLUMNS if name not in {"contact_key"}]
        for one, other in ((whole.entries, cut.entries), (whole.people, cut.people)):
            assert_frame_equal(one.select(columns).sort(by), other.select(columns).sort(by))


@pytest.mark.parametrize("seed", SEEDS[:12])
def test_the_order_of_rows_decides_nothing(seed: int) -> None:
    known = random_lead_shop(seed)
    day = days_of(known)[0]
    one, other = leads_at(known, day, seed=1), leads_at(known, day, seed=2)
    assert_frame_equal(one.entries, other.entries)
    assert_frame_equal(one.people, other.people)
    assert one.notes == other.notes


@pytest.mark.parametrize("seed", SEEDS[:12])
def test_a_person_has_the_best_letter_of_their_entries_and_e_only_if_all_are_e(seed: int) -> None:
    known = random_lead_shop(seed)
    found = leads_at(known, days_of(known)[0])
    keyed = found.entries.filter(pl.col("customer_key").is_not_null())
    several = {key: list(rows["grade"]) for (key,), rows in keyed.group_by("customer_key")}
    people = found.people.filter(pl.col("customer_key").is_not_null())
    for key, grade in people.select("customer_key", "grade").iter_rows():
        best = min((one for one in several[key] if one and one != "E"), default=None)
        if best is None and grade in {"B", "C", "D"}:
            # only chats with agents in whose lists they do not stand tell anything of them
            assert None in several[key]
        elif best is None:
            assert (grade == "E") == all(one == "E" for one in several[key])
        else:
            assert grade == best


@pytest.mark.parametrize("seed", SEEDS[:4])
def test_the_field_of_tag_rules_says_the_same_letter(seed: int) -> None:
    known = random_lead_shop(seed)
    basis = basis_at(known, days_of(known)[0])
    people = leads_of(basis, zone=ZONE).people.filter(pl.col("customer_key").is_not_null())
    found = customer_columns(basis, ["grade"], others=people["customer_key"])
    told = found.filter(pl.col("grade").is_not_null()).sort("customer_key")
    expected = people.select("customer_key", pl.col("grade").fill_null("unknown")).sort("customer_key")
    assert_frame_equal(told, expected)


ACCOUNTS, AGENTS = ("a", "b", "merged with a"), ("A", "B", None)
INSTANTS = st.builds(
    lambda days, hour: at(date(2026, 3, 1) + timedelta(days=days), hour),
    st.integers(0, 30),
    st.sampled_from([0, 12, 23]),
)


@st.composite
def histories(draw: st.DrawFn) -> LeadShop:
    """Whatever may happen between a few people and agents in a month."""
    entries = draw(
        st.lists(
            st.builds(
                Entry,
                st.sampled_from([*ACCOUNTS, None]),
                st.sampled_from(AGENTS),
                added=st.lists(INSTANTS, max_size=2).map(tuple),
                deleted=st.lists(INSTANTS, max_size=2).map(tuple),
            ),
            min_size=1,
            max_size=5,
        )
    )
    kinds = st.sampled_from(["text", "text", "greeting", "system", "deleted_us", None])
    said = st.builds(
        Said,
        st.sampled_from(ACCOUNTS),
        INSTANTS,
        st.sampled_from(AGENTS),
        st.sampled_from(["in", "in", "out", None]),
        kinds,
    )
    days = st.integers(0, 30).map(lambda day: date(2026, 3, 1) + timedelta(days=day))
    order = st.builds(
        lambda who, day, back: Order(who, day, 100, refunds=((day + timedelta(days=back), 100),) if back < 20 else ()),
        st.sampled_from(ACCOUNTS),
        days,
        st.integers(0, 40),
    )
    open_order = st.builds(OpenOrder, st.sampled_from(ACCOUNTS), days, st.sampled_from(["unpaid", "closed"]))
    orders = tuple(draw(st.lists(order, max_size=4)))
    return LeadShop(
        Shop(orders, {"merged with a": "a"}),
        tuple(entries),
        tuple(draw(st.lists(said, max_size=12))),
        tuple(draw(st.lists(open_order, max_size=2))),
    )


@given(histories(), st.integers(0, 45))
@settings(max_examples=60, deadline=None)
def test_any_history_gives_everybody_the_letter_of_the_rules(known: LeadShop, days: int) -> None:
    day = date(2026, 3, 1) + timedelta(days=days)
    expected = letters(known, day)
    found = leads_at(known, day)
    assert (
        found.entries["grade"].is_not_null() | found.entries["grade_reason"].is_in(["no_chat", "no_chats", "no_key"])
    ).all()
    if expected:
        assert told(found, known) == expected


def talk_of(account: str, *days: str, agent: str | None = None) -> tuple[Said, ...]:
    return tuple(Said(account, at(day), agent) for day in days)


def remarks(known: LeadShop, day: str) -> dict[str, dict]:
    return {note.code: dict(note.values) for note in leads_at(known, date.fromisoformat(day)).notes}


def test_chats_that_end_before_the_day_observed_are_said_with_what_that_does() -> None:
    known = LeadShop(
        entries=(Entry("a", added=(at("2026-05-01"),)), Entry("b", added=(at("2026-05-01"),))),
        messages=(
            *talk_of("a", "2026-06-15", "2026-06-16", "2026-06-17"),
            *talk_of("b", "2026-05-03", "2026-05-04", "2026-05-05"),
            Said("b", at("2026-06-20"), direction="out"),
        ),
    )
    assert remarks(known, "2026-07-15")["chats_end"] == {"until": date(2026, 6, 20), "days": 25, "count": 1}
    assert "chats_end" not in remarks(known, "2026-06-22")
    assert remarks(known, "2026-06-27")["chats_end"]["count"] == 0


def test_chats_of_one_agent_that_end_before_those_of_others_are_said() -> None:
    known = LeadShop(
        entries=(
            Entry("a", "老周", added=(at("2026-05-01"),)),
            Entry("b", "阿敏", added=(at("2026-05-01"),)),
        ),
        messages=(
            *talk_of("a", "2026-06-01", "2026-06-02", "2026-06-03", agent="老周"),
            *talk_of("b", "2026-07-01", "2026-07-02", "2026-07-03", agent="阿敏"),
        ),
    )
    said = remarks(known, "2026-07-04")
    assert said["chats_of_agents_end"] == {"agents": 1, "names": "老周 (2026-06-03)", "count": 1}
    assert "chats_end" not in said
    assert "chats_of_agents_end" not in remarks(known, "2026-06-10")


def test_the_channel_is_that_of_the_first_adding_that_names_one_whoever_s_list_it_is() -> None:
    known = LeadShop(
        Shop((), {"second account": "a"}),
        entries=(
            Entry("a", "老周", added=(at("2026-01-01"),)),
            Entry("a", "阿敏", added=(at("2026-02-01", 9),), channel="朋友圈", campaign="乙"),
            Entry("second account", "老周", added=(at("2026-02-01", 15),), channel="抖音", campaign="甲"),
        ),
    )
    found = leads_at(known, date(2026, 3, 1)).people
    assert found.select("added_on", "channel", "campaign").rows() == [(date(2026, 1, 1), "朋友圈", "乙")]


def test_somebody_who_answered_one_agent_and_talks_with_another_answered_when_they_first_wrote() -> None:
    known = LeadShop(
        entries=(
            Entry("a", "老周", added=(at("2026-01-01"),)),
            Entry("a", "阿敏", added=(at("2026-02-20"),)),
        ),
        messages=(
            *talk_of("a", "2026-01-02", agent="老周"),
            *talk_of("a", "2026-02-21", "2026-02-22", "2026-02-23", agent="阿敏"),
        ),
    )
    found = leads_at(known, date(2026, 3, 1)).people
    told = found.select("agent", "grade", "incoming_count", "first_incoming_on").rows()
    assert told == [("阿敏", "B", 3, date(2026, 1, 2))]
