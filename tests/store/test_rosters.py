"""Complete lists of contacts: who is missing from one has left, whatever the order of imports, and an undo is exact."""

import itertools
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from custtier import schema
from custtier.errors import CusttierError
from custtier.settings import Settings
from custtier.sources import read_files
from custtier.sources.lists.rosters import with_rosters
from custtier.store import Store
from custtier.store.rosters import with_absences

ZONE = "Asia/Shanghai"
MADE = datetime(2026, 6, 1, tzinfo=UTC)
HEADER = "微信号,昵称,添加时间,员工,删除时间\n"


def lists(folder: Path, name: str, rows: list[tuple[str, str, str, str]]) -> Path:
    """A file of account, day of adding, agent, day of deletion."""
    path = folder / name
    lines = (
        f"{who},昵称{who},{added} 10:00:00,{agent},{gone and gone + ' 10:00:00'}\n" for who, added, agent, gone in rows
    )
    path.write_text(HEADER + "".join(lines), encoding="utf-8")
    return path


def add(store: Store, path: Path, on: str | None = None, *, days: int = 0) -> None:
    told = list(read_files([path], settings=Settings()))
    if on is not None:
        told = with_rosters(told, on=date.fromisoformat(on), zone=ZONE)
    store.add(told, imported_at=MADE + timedelta(days=days))


def left(store: Store, known_on: date | None = None) -> dict[tuple[str, str], str]:
    """Account and agent → the day on which they left, of who has left."""
    gone = store.facts(as_known_on=known_on).table("contacts").filter(pl.col("deleted_at").is_not_null()).collect()
    day = pl.col("deleted_at").dt.convert_time_zone(ZONE).dt.date().cast(pl.String)
    return {(who, agent): on for who, agent, on in gone.select("account", "agent", day).iter_rows()}


MARCH = [("w1", "2026-03-01", "A", ""), ("w2", "2026-03-02", "A", ""), ("w3", "2026-03-03", "B", "")]
APRIL = [("w1", "2026-03-01", "A", ""), ("w4", "2026-04-04", "A", "")]
MAY = [("w4", "2026-04-04", "A", ""), ("w2", "2026-05-02", "A", "")]
FILES = {"march": (MARCH, "2026-03-31"), "april": (APRIL, "2026-04-30"), "may": (MAY, "2026-05-31")}


@pytest.mark.parametrize("order", list(itertools.permutations(FILES)))
def test_who_is_missing_has_left_whatever_the_order_of_imports(tmp_path: Path, order: tuple[str, ...]) -> None:
    store = Store(tmp_path / "store", settings=Settings())
    for name in order:
        rows, day = FILES[name]
        add(store, lists(tmp_path, f"{name}.csv", rows), day)
    # w2 left in April and was added again in May; w3 is of another agent, whose list nobody gave again
    assert left(store) == {("w1", "A"): "2026-05-31"}
    events = store.facts().table("contact_events").filter(pl.col("event") == "deleted").collect()
    days = events["at"].dt.convert_time_zone(ZONE).dt.date().cast(pl.String)
    assert sorted(days) == ["2026-04-30", "2026-05-31"]
    store.undo(1 + order.index("may"))
    assert left(store) == {("w2", "A"): "2026-04-30"}
    store.undo(1 + order.index("april"))
    assert left(store) == {}


def test_a_list_that_is_not_complete_says_nothing_of_others_and_a_later_one_proves_it_wrong(tmp_path: Path) -> None:
    store = Store(tmp_path / "store", settings=Settings())
    add(store, lists(tmp_path, "march.csv", MARCH))
    add(store, lists(tmp_path, "april.csv", APRIL))
    assert left(store) == {}
    add(store, lists(tmp_path, "complete.csv", APRIL), "2026-04-30")
    assert left(store) == {("w2", "A"): "2026-04-30"}
    # shows w2 in May, never added anew: they were there all the time
    add(store, lists(tmp_path, "later.csv", [MARCH[1], ("w9", "2026-05-09", "A", "")]))
    assert left(store) == {}


def test_what_was_known_once_knows_only_the_lists_of_then(tmp_path: Path) -> None:
    store = Store(tmp_path / "store", settings=Settings())
    for place, (name, (rows, day)) in enumerate(FILES.items()):
        add(store, lists(tmp_path, f"{name}.csv", rows), day, days=place)
    known = [left(store, date(2026, 6, 1) + timedelta(days=place)) for place in range(3)]
    assert known == [{}, {("w2", "A"): "2026-04-30"}, {("w1", "A"): "2026-05-31"}]


def test_a_deletion_that_is_known_keeps_its_day(tmp_path: Path) -> None:
    store = Store(tmp_path / "store", settings=Settings())
    add(store, lists(tmp_path, "march.csv", [("w1", "2026-03-01", "A", ""), ("w2", "2026-03-02", "A", "2026-04-02")]))
    add(store, lists(tmp_path, "april.csv", [("w1", "2026-03-01", "A", "")]), "2026-04-30")
    assert left(store) == {("w2", "A"): "2026-04-02"}


def test_what_a_list_cannot_say_is_refused(tmp_path: Path) -> None:
    orders = tmp_path / "orders.csv"
    orders.write_text("订单编号,下单时间,客户编号,实付金额,状态\n1,2026-03-01 10:00:00,b,1,已完成\n", encoding="utf-8")
    refused = (
        (orders, "no-contact-list"),
        (lists(tmp_path, "nobody.csv", []), "empty-list"),
        (lists(tmp_path, "may.csv", MAY), "list-after-its-day"),
    )
    for path, code in refused:
        with pytest.raises(CusttierError) as raised:
            with_rosters(list(read_files([path], settings=Settings())), on=date(2026, 4, 30), zone=ZONE)
        assert raised.value.code == code


# --- who is missing, told again in plain Python


def instant(day: int) -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day)


def slowly(records: list[dict], rosters: list[dict]) -> set[tuple[int, datetime]]:
    """Contact and instant of every leaving that only lists tell."""
    found = set()
    days = {(one["agent"], one["listed_at"]) for one in rosters}
    complete = {(one["agent"], one["import_id"]): one["listed_at"] for one in rosters}
    for key in {one["contact_key"] for one in records}:
        own = [one for one in records if one["contact_key"] == key]
        since_seen = set()
        for agent, at in sorted(days, key=lambda one: one[1]):
            if own[0]["agent"] != agent:
                continue
            here = {
                place
                for one in records
                if (one["agent"], one["import_id"]) in complete and complete[one["agent"], one["import_id"]] == at
                for place in (one["contact_key"], one["account_key"])
                if one["agent"] == agent
            }
            added = [one["added_at"] for one in own if one["added_at"] and one["added_at"] <= at]
            gone = [one["deleted_at"] for one in own if one["deleted_at"] and one["deleted_at"] <= at]
            since = max(added, default=None)
            known = bool(added) or any(not one["added_at"] and shown(one, complete) <= at for one in own)
            later = any(
                shown(one, complete) > at
                and (not one["added_at"] or one["added_at"] <= at)
                and (not one["deleted_at"] or one["deleted_at"] > at)
                for one in own
            )
            has_left = bool(gone) and (since is None or max(gone) >= since)
            if (
                known
                and not later
                and not has_left
                and not here & {key, own[0]["account_key"]}
                and since not in since_seen
            ):
                since_seen.add(since)
                found.add((key, at))
    return found


def shown(record: dict, complete: dict) -> datetime:
    listed = complete.get((record["agent"], record["import_id"]))
    return max(one for one in (record["file_instant"], listed) if one)


@pytest.mark.parametrize("seed", range(30))
def test_two_routes_find_the_same_people_missing(seed: int) -> None:
    rng = random.Random(seed)
    records = []
    for import_id in range(1, 6):
        for key in rng.sample(range(12), rng.randrange(12)):
            added = rng.choice([None, rng.randrange(90), rng.randrange(90)])
            records.append(
                {
                    "contact_key": key,
                    "account_key": 100 + key // 2 * 2,
                    "platform": "wechat",
                    "agent": "AB"[key % 2],
                    "added_at": added and instant(added),
                    "deleted_at": instant(rng.randrange(90)) if rng.random() < 0.15 else None,
                    "file_instant": instant(rng.randrange(90)),
                    "import_id": import_id,
                    "row": key,
                }
            )
    rosters = [
        {"platform": "wechat", "agent": agent, "listed_at": instant(rng.randrange(100)), "import_id": import_id}
        for import_id in range(1, 6)
        for agent in "AB"
        if rng.random() < 0.5
    ]
    told = [pl.DataFrame(rows, schema_overrides={}) for rows in (records, rosters)]
    frames = [
        schema.conform(frame, shape) if frame.height else schema.empty(shape)
        for frame, shape in zip(told, (schema.CONTACTS, schema.ROSTERS), strict=True)
    ]
    more = with_absences(*frames)[frames[0].height :]
    assert set(more.select("contact_key", "deleted_at").iter_rows()) == slowly(records, rosters)
    assert more["added_at"].null_count() == more.height
