"""Classes noted by hand: each change once, with the instant of the first file that shows it."""

import itertools
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from custtier.settings import Settings
from custtier.sources import read_files
from custtier.store import Store, facts_of

HEADER = "微信号,昵称,添加时间,员工,意向\n"
FILES = {
    "march": "w1,甲,2026-03-01 10:00:00,A,有希望\nw2,乙,2026-03-31 10:00:00,A,\n",
    "april": "w1,甲,2026-03-01 10:00:00,A,有希望\nw2,乙,2026-03-31 10:00:00,A,一般\nw3,丙,2026-04-30 10:00:00,A,\n",
    "may": "w1,甲,2026-03-01 10:00:00,A,无意向\nw2,乙,2026-03-31 10:00:00,A,\nw4,丁,2026-05-31 10:00:00,A,A\n",
    "june": "w1,甲,2026-03-01 10:00:00,A,有希望\nw5,戊,2026-06-30 10:00:00,A,\n",
}
CHANGES = [
    ("甲", "有希望", "2026-03-31"),
    ("甲", "无意向", "2026-05-31"),
    ("甲", "有希望", "2026-06-30"),
    ("乙", "一般", "2026-04-30"),
    ("丁", "A", "2026-05-31"),
]


def written(folder: Path, name: str) -> Path:
    path = folder / f"{name}.csv"
    path.write_text(HEADER + FILES[name], encoding="utf-8")
    return path


def changes(facts) -> list[tuple[str, str, str]]:
    names = facts.table("contacts", columns=["contact_key", "name"])
    noted = facts.table("noted_classes").join(names, on="contact_key").collect()
    rows = noted.select("name", "lead_class", pl.col("noted_at").dt.date().cast(pl.String)).rows()
    return sorted(rows, key=lambda row: ("甲乙丁".index(row[0]), row[2]))


@pytest.mark.parametrize("order", [("march", "april", "may", "june"), ("june", "april", "may", "march")])
def test_every_change_is_told_once_whatever_the_order_of_imports(tmp_path: Path, order: tuple[str, ...]) -> None:
    store = Store(tmp_path / "store", settings=Settings())
    for name in order:
        readings = list(read_files([written(tmp_path, name)], settings=Settings()))
        store.add(readings, imported_at=datetime(2026, 7, 1, tzinfo=UTC))
    assert changes(store.facts()) == CHANGES
    store.undo(1 + order.index("may"))
    assert changes(store.facts()) == [CHANGES[0], CHANGES[3]]


def test_files_say_the_same_as_a_store(tmp_path: Path) -> None:
    for names in itertools.permutations(("march", "may")):
        readings = list(read_files([written(tmp_path, name) for name in names], settings=Settings()))
        told = changes(facts_of(readings, settings=Settings(), id_key=b"key"))
        assert told == [CHANGES[0], CHANGES[1], CHANGES[4]]
