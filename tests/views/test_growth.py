"""`growth`: worked by hand, a second route in plain Python, who is not counted yet, what does not matter."""

from datetime import date, timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from custtier.goals import GoalOf, Goals
from custtier.views.growth.answer import Asked, growth
from custtier.views.growth.months import MONTH_COLUMNS
from custtier.views.growth.newcomers import GOAL_COLUMNS, Daily, bounds, standing
from custtier.views.growth.rates import RATE_COLUMNS
from custtier.views.leads.leads import leads_of
from custtier.views.view import View
from metrics import plain
from metrics.shops import Order, Shop
from views.lead_shops import SHANGHAI, ZONE, Entry, LeadShop, Said, at, basis_at, random_lead_shop

AS_OF = date(2026, 6, 18)
GOALS = Goals(new_contacts_per_day=2, new_contacts_per_month=40, first_reply_share=0.5, first_order_share=0.1)


def asked(goals: Goals = GOALS, by: str | None = None) -> Asked:
    return Asked(goals, goals.targets, by)


def seen(known: LeadShop, *, day: date = AS_OF, goals: Goals = GOALS, by: str | None = None, seed: int = 0) -> View:
    basis = basis_at(known, day, seed=seed)
    return growth(basis, leads_of(basis, zone=ZONE), asked=asked(goals, by), zone=ZONE)


def row(view: View, table: str, **where: object) -> dict:
    rows = view.tables[table].filter(*(pl.col(name) == value for name, value in where.items()))
    assert rows.height == 1
    return rows.row(0, named=True)


def codes(view: View) -> list[str]:
    return [note.code for note in view.notes]


def steady(*, per_day: int = 1, days: int = 120, last: date = AS_OF) -> tuple[Entry, ...]:
    """So many people added each day up to the last."""
    return tuple(
        Entry(f"s{ago}_{n}", "A", added=(at(last - timedelta(days=ago), 9),))
        for ago in range(days)
        for n in range(per_day)
    )


def test_a_day_a_week_and_a_month_are_counted_from_their_first_day() -> None:
    # Thursday 18 June: the week began on the 15th
    days = ["2026-06-18", "2026-06-18", "2026-06-15", "2026-06-14", "2026-06-01", "2026-05-31"]
    entries = tuple(Entry(f"w{n}", added=(at(day, 0, 30),)) for n, day in enumerate(days))
    late = Entry("late", added=(at("2026-06-18", 23, 59),))
    tomorrow = Entry("tomorrow", added=(at("2026-06-19", 0),))
    view = seen(LeadShop(entries=(*entries, late, tomorrow)))
    found = {one["goal_period"]: one for one in view.tables["goals"].iter_rows(named=True)}
    assert [found[period]["new_contacts"] for period in ("day", "week", "month")] == [3, 4, 6]
    assert [found[period]["goal"] for period in ("day", "week", "month")] == [2, 14, 40]
    assert [found[period]["days_left"] for period in ("day", "week", "month")] == [0, 3, 12]
    assert found["day"]["goal_standing"] == "met"
    assert found["week"]["needed_per_day"] == 10 / 3
    assert found["month"]["needed_per_day"] == 34 / 12
    assert found["month"]["run_rate"] == 6 / 18 * 30
    assert found["month"]["done_share"] == 6 / 40
    assert found["month"]["pace_share"] == 6 / (40 * 18 / 30)
    assert found["week"]["period_from"] == date(2026, 6, 15)
    assert found["month"]["period_to"] == date(2026, 6, 30)
    # nineteen days are too few to say what the month comes to
    assert found["month"]["expected_contacts"] is None
    assert "growth_too_short" in codes(view)
    assert found["month"]["goal_standing"] == "open"


def test_one_a_day_comes_to_one_a_day() -> None:
    month = row(seen(LeadShop(entries=steady())), "goals", goal_period="month")
    assert (month["new_contacts"], month["expected_contacts"]) == (18, 30)
    assert month["contacts_low"] <= 30 <= month["contacts_high"]
    assert month["contacts_low"] >= 18
    assert month["goal_standing"] == "unlikely"
    assert 0 < month["meet_chance"] < 0.2


@pytest.mark.parametrize(("per_month", "how"), [(18, "met"), (22, "likely"), (30, "open"), (60, "unlikely")])
def test_a_goal_stands_by_its_chance(per_month: int, how: str) -> None:
    view = seen(LeadShop(entries=steady()), goals=Goals(new_contacts_per_month=per_month))
    assert row(view, "goals", goal_period="month")["goal_standing"] == how
    assert row(view, "goals", goal_period="day")["goal_standing"] is None


def test_on_the_last_day_of_a_month_a_goal_is_met_or_missed() -> None:
    for per_month, how, chance in ((30, "met", 1.0), (31, "missed", 0.0)):
        view = seen(
            LeadShop(entries=steady(last=date(2026, 6, 30))),
            day=date(2026, 6, 30),
            goals=Goals(new_contacts_per_month=per_month),
        )
        month = row(view, "goals", goal_period="month")
        assert (month["goal_standing"], month["meet_chance"], month["needed_per_day"]) == (how, chance, None)


def test_without_goals_the_figures_are_shown_and_a_note_says_how_to_set_them() -> None:
    view = seen(LeadShop(entries=steady()), goals=Goals())
    assert view.tables["goals"]["goal"].null_count() == 3
    assert view.tables["goals"]["goal_standing"].null_count() == 3
    assert view.summary["new_contacts_month"] == 18
    assert "growth_no_goals" in codes(view)


def test_who_has_not_had_the_days_is_no_failure() -> None:
    # chats are known up to the day observed: replies are told of who was added by the 11th
    entries = tuple(
        Entry(name, "A", added=(at(day),))
        for name, day in (("early", "2026-06-11"), ("mute", "2026-06-10"), ("young", "2026-06-12"), ("new", AS_OF))
    )
    messages = (
        Said("early", at("2026-06-18"), "A"),
        Said("mute", at("2026-06-18", 13), "A"),
        Said("young", at("2026-06-12"), "A"),
    )
    reply = row(seen(LeadShop(entries=entries, messages=messages)), "rates", growth_rate="first_reply")
    # early wrote on the seventh day, mute on the eighth; young has answered, but others like her have not had the time
    assert (reply["people"], reply["reached"], reply["not_yet"], reply["without_chats"]) == (2, 1, 2, 0)
    assert reply["period_to"] == date(2026, 6, 11)
    assert reply["goal_standing"] == "open"


def test_who_has_no_chat_is_told_apart() -> None:
    entries = tuple(Entry(name, "A", added=(at("2026-06-01"),)) for name in ("a", "b", "c"))
    messages = (Said("a", at("2026-06-02"), "A"), Said("b", at("2026-06-01"), "A", "out", "greeting"))
    view = seen(LeadShop(entries=entries, messages=(*messages, Said("a", at("2026-06-18"), "A"))))
    reply = row(view, "rates", growth_rate="first_reply")
    assert (reply["people"], reply["reached"], reply["without_chats"]) == (2, 1, 1)


def test_replies_are_told_as_far_as_chats_go() -> None:
    entries = tuple(Entry(name, "A", added=(at(day),)) for name, day in (("a", "2026-06-01"), ("b", "2026-06-04")))
    view = seen(
        LeadShop(entries=entries, messages=(Said("a", at("2026-06-10"), "A"), Said("b", at("2026-06-04"), "A")))
    )
    reply = row(view, "rates", growth_rate="first_reply")
    assert (reply["people"], reply["reached"], reply["not_yet"]) == (1, 0, 1)
    assert "growth_chats_until" in codes(view)


def test_first_orders_leave_out_who_had_bought_before() -> None:
    entries = tuple(Entry(name, added=(at("2026-05-10"),)) for name in ("before", "soon", "late", "never"))
    orders = (
        Order("before", date(2026, 5, 9), 100),
        Order("before", date(2026, 5, 12), 100),
        Order("soon", date(2026, 6, 9), 100),
        Order("late", date(2026, 6, 10), 100),
        Order("else", AS_OF, 100),
    )
    view = seen(LeadShop(Shop(orders), entries))
    first = row(view, "rates", growth_rate="first_order")
    assert (first["people"], first["reached"]) == (3, 1)
    became = row(view, "rates", growth_rate="conversion")
    assert (became["people"], became["reached"]) == (3, 2)


def test_retention_follows_the_buyers_of_thirty_days_into_the_next() -> None:
    # the last 30 days begin on 20 May, those before on 20 April
    days = {
        "a": ["2026-04-20", "2026-05-20"],
        "b": ["2026-05-19"],
        "c": ["2026-04-19", "2026-06-18"],
        "d": ["2026-05-01", "2026-05-02"],
    }
    orders = tuple(Order(who, date.fromisoformat(day), 100) for who, found in days.items() for day in found)
    kept = row(seen(LeadShop(Shop(orders), steady(days=2))), "rates", growth_rate="retention")
    assert (kept["people"], kept["reached"], kept["period_from"], kept["period_to"]) == (
        3, 1, date(2026, 4, 20), date(2026, 5, 19),
    )  # fmt: skip
    # of the two buyers of April one bought in May
    months = seen(LeadShop(Shop(orders), steady(days=60))).tables["months"]
    assert dict(months.select("month", "retention_share").iter_rows())["2026-05"] == 1 / 2
    assert months["retention_share"].to_list()[-1] is None


def test_months_before_say_what_was_to_be_expected_on_the_same_day() -> None:
    view = seen(LeadShop(entries=steady(days=200)))
    months = {one["month"]: one for one in view.tables["months"].iter_rows(named=True)}
    assert list(months)[-1] == "2026-06"
    assert len(months) == 7
    assert months["2026-04"]["expected_then"] == 30
    assert months["2026-04"]["new_contacts"] == 30
    assert months["2026-06"]["expected_then"] == row(view, "goals", goal_period="month")["expected_contacts"]
    checked = next(note for note in view.notes if note.code == "growth_checked")
    assert (checked.values["held"], checked.values["off"]) == (checked.values["months"], 0)


def test_each_agent_and_channel_has_the_goals_written_for_it() -> None:
    goals = Goals(
        new_contacts_per_day=9,
        of=(GoalOf(agent=" lin ", new_contacts_per_day=1), GoalOf(channel="ads", conversion_share=0.5)),
    )
    entries = (
        Entry("a", "Lin", added=(at(AS_OF),), channel="ads"),
        Entry("a", "Wang", added=(at("2026-06-17"),), channel="live"),
        Entry("b", None, added=(at(AS_OF),)),
    )
    by_agent = seen(LeadShop(entries=entries), goals=goals, by="agent")
    days = by_agent.tables["goals"].filter(pl.col("goal_period") == "day").select("agent", "new_contacts", "goal")
    assert days.rows() == [("Lin", 1, 1), ("Wang", 0, None), (None, 1, None)]
    by_channel = seen(LeadShop(entries=entries), goals=goals, by="channel")
    # one person in two lists came once, through the channel of the first day
    assert by_channel.tables["goals"].filter(pl.col("goal_period") == "month").select(
        "channel", "new_contacts"
    ).rows() == [("live", 1), (None, 1)]
    assert by_agent.summary["new_contacts_month"] == by_channel.summary["new_contacts_month"] == 2
    assert by_agent.summary["goal"] == 270


def test_a_list_that_ends_early_is_pointed_out() -> None:
    view = seen(LeadShop(entries=steady(per_day=3, last=AS_OF - timedelta(days=4))))
    note = next(note for note in view.notes if note.code == "growth_silent")
    assert note.values == {"last_on": AS_OF - timedelta(days=4), "days": 4}


def test_contacts_without_a_day_count_in_no_period() -> None:
    view = seen(LeadShop(entries=(*steady(days=40), Entry("x"), Entry("y"))))
    assert view.summary["new_contacts_month"] == 18
    assert next(note for note in view.notes if note.code == "growth_undated").values == {"count": 2}


def test_orders_alone_tell_retention_and_nothing_else() -> None:
    orders = (Order("a", date(2026, 5, 1), 100), Order("a", date(2026, 6, 1), 100))
    view = seen(LeadShop(Shop(orders)))
    # nobody knows when anybody was added: that is not nobody
    assert view.summary["new_contacts_month"] is None
    assert view.tables["goals"]["goal_standing"].null_count() == 3
    assert view.tables["months"]["new_contacts"].null_count() == view.tables["months"].height
    assert view.summary["retention_share"] == 1
    assert "growth_no_days" in codes(view)


SEEDS = [3, 5, 8, 13, 21, 34]


@pytest.mark.parametrize("seed", SEEDS)
def test_two_routes_count_alike(seed: int) -> None:
    known = random_lead_shop(seed)
    added = [min(one.added) for one in known.entries if one.added]
    if not added:
        return
    day = max(added).astimezone(SHANGHAI).date() - timedelta(days=10 * (seed % 3))
    view = seen(known, day=day)
    assert {
        one["goal_period"]: one["new_contacts"] for one in view.tables["goals"].iter_rows(named=True)
    } == _plain_counts(known, day)
    first = row(view, "rates", growth_rate="first_order")
    assert (first["people"], first["reached"]) == _plain_first_orders(known, day)
    became = row(view, "rates", growth_rate="conversion")
    assert (became["people"], became["reached"]) == _plain_conversion(known, day)
    kept = row(view, "rates", growth_rate="retention")
    assert (kept["people"], kept["reached"]) == _plain_retention(known, day)
    for table, columns in (("goals", GOAL_COLUMNS), ("rates", RATE_COLUMNS), ("months", MONTH_COLUMNS)):
        assert view.tables[table].schema == pl.Schema(columns)


def _first_added(known: LeadShop, day: date) -> dict[object, date | None]:
    found: dict[object, date | None] = {}
    for number, one in enumerate(known.entries):
        who = number if one.account is None else known.shop.person(one.account)
        first = min(one.added).astimezone(SHANGHAI).date() if one.added else None
        if first is not None and first > day:
            continue
        if found.get(who) is None or (first is not None and first < found[who]):
            found[who] = first
    return found


def _plain_counts(known: LeadShop, day: date) -> dict[str, int]:
    days = [one for one in _first_added(known, day).values() if one]
    return {period: sum(bounds(period, day)[0] <= one <= day for one in days) for period in ("day", "week", "month")}


def _strangers(known: LeadShop, day: date):
    bought = {who: one.days for who, one in plain.people(known.shop, day)[0].items()}
    for who, first in _first_added(known, day).items():
        mine = bought.get(who, []) if isinstance(who, str) else []
        if first is not None and not any(one < first for one in mine):
            yield first, [one for one in mine if one >= first]


def _orders_end(known: LeadShop, day: date) -> date:
    return min(day, plain.last_day(known.shop))


def _plain_first_orders(known: LeadShop, day: date) -> tuple[int, int]:
    ripe = _orders_end(known, day) - timedelta(days=30)
    cohort = [(first, mine) for first, mine in _strangers(known, day) if ripe - timedelta(days=29) <= first <= ripe]
    return len(cohort), sum(any((one - first).days <= 30 for one in mine) for first, mine in cohort)


def _plain_conversion(known: LeadShop, day: date) -> tuple[int, int]:
    end = _orders_end(known, day)
    cohort = [mine for first, mine in _strangers(known, day) if first <= end - timedelta(days=30)]
    return len(cohort), sum(any(one <= end for one in mine) for mine in cohort)


def _plain_retention(known: LeadShop, day: date) -> tuple[int, int]:
    end = _orders_end(known, day)
    were = are = 0
    for one in plain.people(known.shop, day)[0].values():
        ages = [(end - bought).days for bought in one.days]
        if any(30 <= age < 60 for age in ages):
            were += 1
            are += any(0 <= age < 30 for age in ages)
    return were, are


@pytest.mark.parametrize("seed", SEEDS)
def test_months_are_those_of_plain_counting(seed: int) -> None:
    known = random_lead_shop(seed)
    added = [min(one.added) for one in known.entries if one.added]
    if not added:
        return
    day = max(added).astimezone(SHANGHAI).date() - timedelta(days=15)
    people = list(leads_of(basis_at(known, day), zone=ZONE).people.iter_rows(named=True))
    orders_end = _orders_end(known, day)
    said = [one.when.astimezone(SHANGHAI).date() for one in known.messages]
    chats_end = max((one for one in said if one <= day), default=None)
    months = seen(known, day=day).tables["months"]
    for one in months.iter_rows(named=True):
        first = date.fromisoformat(f"{one['month']}-01")
        last = min(bounds("month", first)[1], day)
        mine = [row for row in people if row["added_on"] and first <= row["added_on"] <= last]
        assert one["new_contacts"] == len(mine)
        strangers = [row for row in mine if row["bought_before_on"] is None]
        ripe = [row for row in strangers if row["added_on"] + timedelta(days=30) <= orders_end]
        assert one["orders_not_yet"] in {len(strangers) - len(ripe), None}
        assert one["first_order_share"] == _part(
            [
                row["first_order_on"] is not None and row["first_order_on"] <= row["added_on"] + timedelta(days=30)
                for row in ripe
            ]
        )
        end = min(last, orders_end)
        stock = [
            row
            for row in people
            if row["added_on"] and row["bought_before_on"] is None and row["added_on"] + timedelta(days=30) <= end
        ]
        assert one["conversion_share"] == _part(
            [row["first_order_on"] is not None and row["first_order_on"] <= end for row in stock]
        )
        if chats_end is not None:
            told = [row for row in mine if row["has_chat"] and row["added_on"] + timedelta(days=7) <= chats_end]
            assert one["first_reply_share"] == _part(
                [
                    row["first_incoming_on"] is not None
                    and row["first_incoming_on"] <= row["added_on"] + timedelta(days=7)
                    for row in told
                ]
            )


def _part(held: list[bool]) -> float | None:
    return sum(held) / len(held) if held else None


@pytest.mark.parametrize("seed", SEEDS)
def test_what_comes_later_and_the_order_of_rows_change_nothing(seed: int) -> None:
    known = random_lead_shop(seed)
    added = sorted(min(one.added) for one in known.entries if one.added)
    if not added:
        return
    day = added[len(added) // 2].astimezone(SHANGHAI).date()
    cut = known.until(day)
    if not cut.shop.orders:
        return
    for by in (None, "agent", "channel"):
        one, other = seen(cut, day=day, by=by, seed=1), seen(cut, day=day, by=by, seed=2)
        for table in one.tables:
            assert_frame_equal(one.tables[table], other.tables[table])
    whole = seen(known, day=day)
    assert_frame_equal(seen(cut, day=day).tables["goals"], whole.tables["goals"])


def test_channels_add_up_to_all() -> None:
    known = random_lead_shop(5)
    day = max(min(one.added) for one in known.entries if one.added).astimezone(SHANGHAI).date()
    by_channel = seen(known, day=day, by="channel").tables["months"]
    together = seen(known, day=day).tables["months"]
    sums = by_channel.group_by("month").agg(pl.col("new_contacts").sum()).sort("month")
    assert_frame_equal(sums, together.select("month", "new_contacts"))


def test_a_day_before_the_first_counts_nobody() -> None:
    import numpy as np

    daily = Daily(date(2026, 6, 1), np.array([3, 0, 2]))
    assert daily.between(date(2026, 5, 1), date(2026, 5, 31)) == 0
    assert daily.between(date(2026, 5, 1), date(2026, 6, 2)) == 3
    assert daily.until(date(2026, 5, 1)).counts.tolist() == []


def test_a_day_without_a_goal_has_no_standing() -> None:
    from custtier.views.growth.newcomers import outlook

    assert standing(outlook(None, period="month", as_of=AS_OF), goal=None) is None
    assert standing(outlook(None, period="day", as_of=AS_OF), goal=1) == "missed"


def test_an_agent_whose_chats_end_early_is_told_as_far_as_they_go() -> None:
    entries = (
        Entry("a", "A", added=(at("2026-06-05"),)),
        Entry("b", "B", added=(at("2026-06-05"),)),
        Entry("c", "B", added=(at("2026-05-30"),)),
    )
    messages = (
        Said("a", at("2026-06-18"), "A", "out"),
        # B's chats were exported on the 8th: nobody knows whether b has answered since
        Said("b", at("2026-06-05"), "B", "out"),
        Said("c", at("2026-06-08"), "B", "out"),
    )
    view = seen(LeadShop(entries=entries, messages=messages), by="agent")
    told = view.tables["rates"].filter(pl.col("growth_rate") == "first_reply")
    assert told.select("agent", "people", "reached", "not_yet").sort("agent").rows() == [("A", 1, 0, 0), ("B", 1, 0, 1)]
