"""`grade --moves`: one of each move by hand, letters of both days in plain Python, sums, what comes later."""

import random
from collections import Counter
from datetime import date, timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from custtier.text.titles import CLASS_COLUMN
from custtier.views.leads.leads import Leads, leads_of
from custtier.views.leads.moves import COLUMNS, NO_CONTACT, WAYS, lead_moves
from custtier.views.view import View
from metrics.shops import Order, Shop, customer_id
from views.lead_shops import ZONE, Entry, LeadShop, Said, at, basis_at, letters, random_lead_shop

FIRST, SECOND = date(2026, 5, 31), date(2026, 6, 30)


def leads_at(known: LeadShop, day: date, *, seed: int = 0) -> Leads:
    return leads_of(basis_at(known, day, seed=seed), zone=ZONE)


def moved(known: LeadShop, first: date = FIRST, second: date = SECOND, *, seed: int = 0, **options) -> View:
    basis = basis_at(known, second, seed=seed)
    then = leads_of(basis_at(known, first, seed=seed), zone=ZONE)
    return lead_moves(basis, leads_of(basis, zone=ZONE), then, first=first, **options)


def talk(account: str, *days: str, agent: str | None = "A") -> tuple[Said, ...]:
    return tuple(Said(account, at(day), agent) for day in days)


def one_of_each() -> LeadShop:
    """Somebody for every way to move, and somebody who stays."""
    early = ("buys", "slips", "wakes", "leaves", "refunded", "returns", "writes", "stays", "silent")
    entries = [Entry(name, "A", added=(at("2026-05-01"),)) for name in early if name not in {"leaves", "returns"}]
    entries.append(Entry("leaves", "A", added=(at("2026-05-01"),), deleted=(at("2026-06-10"),)))
    entries.append(Entry("returns", "A", added=(at("2026-04-01"), at("2026-06-02")), deleted=(at("2026-05-02"),)))
    entries.append(Entry("new", "A", added=(at("2026-06-01", 0),)))
    considers = ("2026-05-25", "2026-05-26", "2026-05-27")
    messages = (
        *talk("buys", *considers),
        *talk("slips", *considers),
        *talk("wakes", "2026-05-05", "2026-06-28", "2026-06-29"),
        *talk("leaves", *considers),
        *talk("refunded", "2026-05-05"),
        *talk("returns", "2026-04-05"),
        *talk("writes", "2026-06-05"),
        *talk("stays", "2026-05-05"),
        Said("silent", at("2026-05-02"), "A", "out"),
        *talk("new", "2026-06-02"),
    )
    orders = (
        Order("buys", date(2026, 6, 3), 100),
        Order("refunded", date(2026, 5, 20), 100, refunds=((date(2026, 6, 5), 100),)),
    )
    return LeadShop(Shop(orders), tuple(entries), messages)


def test_one_of_each_move() -> None:
    view = moved(one_of_each())
    found = {
        row["customer_id"]: (row["moved_from"], row["moved_to"], row["lead_move"])
        for row in view.tables["contacts"].iter_rows(named=True)
    }
    assert found == {
        customer_id(name): move
        for name, move in {
            "buys": ("B", "A", "bought"),
            "slips": ("B", "C", "cooled"),
            "wakes": ("C", "B", "warmed"),
            "leaves": ("B", "E", "deleted_us"),
            "refunded": ("A", "C", "undone"),
            "returns": ("E", "C", "returned"),
            "writes": ("unknown", "C", "told"),
            "new": (NO_CONTACT, "C", "came"),
        }.items()
    }
    assert view.summary == {
        "contacts_then": 9,
        "contacts": 10,
        "movers": 7,
        "new_since": 1,
        "to_a": 1,
        "b_then": 3,
        "b_to_a": 1,
        "b_to_c": 1,
        "c_then": 2,
        "c_to_b": 1,
        "deleted_since": 1,
    }
    ways = view.tables["contacts"]["lead_move"].to_list()
    assert ways == sorted(ways, key=WAYS.index)
    assert view.tables["by_agent"].row(0, named=True) == {
        "agent": "A",
        **{k: v for k, v in view.summary.items() if k != "movers"},
    }


def test_reasons_of_both_days_are_told_with_their_numbers() -> None:
    row = (
        moved(one_of_each()).tables["contacts"].filter(pl.col("customer_id") == customer_id("slips")).row(0, named=True)
    )
    assert row["reason_then"] == "messages: 3, on days: 3, last 4 days ago"
    assert row["reason"] == "messages: 3, on days: 3, silent for 34 days"
    chinese = moved(one_of_each(), lang="zh").tables["contacts"]["reason"].to_list()
    assert "2026-06-03 购买，添加后 33 天" in chinese


def test_only_the_letters_asked_for_are_listed() -> None:
    view = moved(one_of_each(), letters=("A", "E"))
    assert set(view.tables["contacts"]["moved_to"]) == {"A", "E"}
    assert view.summary["movers"] == 7


def test_one_person_moves_once_and_in_each_list() -> None:
    known = LeadShop(
        Shop((Order("x", date(2026, 6, 3), 100),)),
        tuple(Entry("x", agent, added=(at("2026-05-01"),)) for agent in "AB"),
        talk("x", "2026-05-25"),
    )
    view = moved(known)
    assert view.tables["contacts"].height == 1
    assert view.tables["by_agent"].select("agent", "to_a").rows() == [("A", 1), ("B", 1)]


SEEDS = range(14)


def days_of(known: LeadShop) -> tuple[date, date]:
    instants = sorted(when for one in known.entries for when in one.added)
    if not instants:
        return FIRST, SECOND
    return instants[len(instants) // 3].date(), instants[-1].date() + timedelta(days=3)


def busy_shop(seed: int) -> LeadShop:
    """Thirty people in up to two lists who talk, buy, send back, leave and come again within three months."""
    rng = random.Random(seed)

    def day() -> date:
        return date(2026, 4, 10) + timedelta(days=rng.randrange(90))

    names = [f"x{number}" for number in range(30)]
    entries = tuple(
        Entry(
            name,
            agent,
            added=tuple(at(day()) for _ in range(rng.randrange(1, 3))),
            deleted=(at(day(), 13),) if rng.random() < 0.2 else (),
        )
        for name in names
        for agent in rng.sample(["A", "B"], rng.randrange(1, 3))
    )
    messages = tuple(
        Said(name, at(day()), rng.choice(["A", "B", None]), rng.choice(["in", "in", "in", "out"]))
        for name in names
        for _ in range(rng.choice([0, 1, 4, 8]))
    )
    orders = tuple(
        Order(name, (on := day()), 100, refunds=((on + timedelta(days=9), 100),) if rng.random() < 0.3 else ())
        for name in names
        if rng.random() < 0.4
    )
    return LeadShop(Shop(orders), entries, messages)


def test_letters_of_both_days_are_those_of_each_day() -> None:
    """By entries: plain Python tells the letter of each on both days."""
    seen: Counter[str] = Counter()
    for seed in range(8):
        known, first, second = busy_shop(seed), FIRST, SECOND
        then, now = letters(known, first), letters(known, second)
        if not now or not then:
            continue
        pairs = Counter()
        for key, letter in now.items():
            came_from = then[key].grade or "unknown" if key in then else NO_CONTACT
            pairs[came_from, letter.grade or "unknown"] += 1
        agents = moved(known, first, second, seed=seed).tables["by_agent"]
        assert agents["contacts"].sum() == len(now), seed
        assert agents["contacts_then"].sum() == len(then), seed
        assert agents["new_since"].sum() == len(now) - len(then)
        for name, pair in (("b_to_a", ("B", "A")), ("b_to_c", ("B", "C")), ("c_to_b", ("C", "B"))):
            assert agents[name].sum() == pairs[pair], (seed, name)
            seen[name] += pairs[pair]
        left = sum(count for (one, other), count in pairs.items() if other == "E" and one not in {"E", NO_CONTACT})
        assert agents["deleted_since"].sum() == left
    assert min(seen.values()) > 0


@pytest.mark.parametrize("seed", SEEDS)
def test_the_matrix_adds_up_to_the_letters_of_each_day(seed: int) -> None:
    known = random_lead_shop(seed)
    first, second = days_of(known)
    view = moved(known, first, second, seed=seed)
    matrix, pairs = view.tables["matrix"], view.tables["letter_pairs"]
    now = Counter(leads_at(known, second).people["grade"].fill_null("unknown"))
    then = Counter(leads_at(known, first).people["grade"].fill_null("unknown"))
    columns = [name for name in matrix.columns if name.startswith(CLASS_COLUMN)]
    assert {name.removeprefix(CLASS_COLUMN): matrix[name].sum() for name in columns if matrix[name].sum()} == dict(now)
    rows = {row[0]: sum(row[1:]) for row in matrix.iter_rows() if sum(row[1:])}
    assert {name: count for name, count in rows.items() if name != NO_CONTACT} == dict(then)
    assert pairs["contacts"].sum() == view.summary["contacts"] == sum(now.values())
    off = pairs.filter(pl.col("moved_from") != pl.col("moved_to"))["contacts"].sum()
    assert view.tables["contacts"].height == off
    assert tuple(view.tables["contacts"].columns) == COLUMNS
    shares = pairs.group_by("moved_from").agg(pl.col("share").sum())["share"]
    assert all(share == pytest.approx(1) for share in shares)


@pytest.mark.parametrize("seed", SEEDS[:6])
def test_what_comes_later_and_the_order_of_rows_change_nothing(seed: int) -> None:
    known = random_lead_shop(seed)
    first, second = days_of(known)
    second -= timedelta(days=20)
    if second < first or not known.until(second).shop.orders:
        return
    whole, cut = moved(known, first, second, seed=1), moved(known.until(second), first, second, seed=2)
    for table in whole.tables:
        assert_frame_equal(_keyed(whole.tables[table]), _keyed(cut.tables[table]))


def _keyed(table: pl.DataFrame) -> pl.DataFrame:
    """Entries without a key are called otherwise in a shop of which the end is cut off."""
    return table.filter(pl.col("customer_id").is_not_null()) if "customer_id" in table.columns else table


def test_nothing_moves_in_no_time() -> None:
    view = moved(random_lead_shop(3), SECOND, SECOND)
    assert (view.summary["movers"], view.tables["contacts"].height) == (0, 0)
