"""Every profile reads its case folders to the byte as they expect."""

import json
from collections.abc import Collection
from pathlib import Path

import polars as pl
import pytest

from custtier import schema
from custtier.errors import CusttierError
from custtier.settings import Settings
from custtier.sources import Reading, load_profiles, read_files

CASES = Path(__file__).parent.parent / "cases"
FOLDERS = sorted(path for path in CASES.glob("*/*") if path.is_dir())
EXPECTED = ("orders.csv", "items.csv", "refunds.csv", "rejects.csv", "records.csv", "reading.json", "error.txt")
UNWRITTEN = ("source", "file_instant", "import_id", "platform", "kind", "file")
OF_LISTS_UNWRITTEN = ("source", "file_instant", "import_id")


def input_of(folder: Path) -> Path:
    (found,) = (path for path in folder.iterdir() if path.is_file())
    return found


def as_text(frame: pl.DataFrame, *, unwritten: Collection[str] = UNWRITTEN) -> bytes:
    """The frame as CSV, without what is the same for the whole file and without empty columns."""
    kept = [name for name in frame.columns if name not in unwritten and frame[name].null_count() < frame.height]
    return frame.select(kept).write_csv().encode()


def outcome_of(folder: Path) -> dict[str, bytes]:
    """What reading the folder's input gives, as files."""
    source = input_of(folder)
    try:
        readings = read_files([source], settings=Settings())
    except CusttierError as problem:
        return {"error.txt": f"{str(problem).replace(str(source), source.name)}\n".encode()}
    written: dict[str, bytes] = {}
    for number, reading in enumerate(readings):
        prefix = f"{number + 1}-" if len(readings) > 1 else ""
        tables = {
            "orders": reading.orders,
            "items": reading.items,
            "refunds": reading.refunds,
            "rejects": reading.rejects,
            "records": reading.records,
        }
        for name, frame in tables.items():
            if not frame.is_empty():
                written[f"{prefix}{name}.csv"] = as_text(frame)
        for name, frame in reading.lists.items():
            written[f"{prefix}{name}.csv"] = as_text(frame, unwritten=OF_LISTS_UNWRITTEN)
        written[f"{prefix}reading.json"] = summary_of(reading, source)
    return written


def summary_of(reading: Reading, source: Path) -> bytes:
    summary = {
        "path": reading.path.replace(str(source), source.name),
        "profile": reading.profile,
        "encoding": reading.encoding,
        "header_row": reading.header_row,
        "rows_read": reading.rows_read,
        "file_instant": reading.file_instant.isoformat() if reading.file_instant else None,
        "notes": [note.code for note in reading.notes],
    }
    return (json.dumps(summary, ensure_ascii=False, indent=1) + "\n").encode()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_a_case_is_read_to_the_byte_as_expected(folder: Path, pytestconfig: pytest.Config) -> None:
    written = outcome_of(folder)
    expected = folder / "expected"
    if pytestconfig.getoption("--update-cases"):
        expected.mkdir(exist_ok=True)
        for path in expected.iterdir():
            path.unlink()
        for name, content in written.items():
            (expected / name).write_bytes(content)
    assert written == {path.name: path.read_bytes() for path in expected.iterdir()}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_a_case_is_recognised_as_its_own_profile(folder: Path) -> None:
    written = outcome_of(folder)
    if "error.txt" in written:
        assert f"`{folder.parent.name}`" in written["error.txt"].decode()
        return
    summaries = [json.loads(content) for name, content in written.items() if name.endswith("reading.json")]
    assert {summary["profile"] for summary in summaries} == {folder.parent.name}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_every_record_of_a_case_has_one_outcome(folder: Path) -> None:
    try:
        readings = read_files([input_of(folder)], settings=Settings())
    except CusttierError:
        return
    for reading in readings:
        records = reading.records
        assert records.height == reading.rows_read
        assert records.select("sheet", "row").is_unique().all()
        kept = records.filter(pl.col("outcome") == "kept")
        keyed = pl.any_horizontal(pl.col("order_key", "refund_key", "list_key").is_not_null())
        assert kept.select(keyed.all()).item() in {True, None}
        assert records.filter(pl.col("outcome") == "rejected").height == reading.rejects.height
        assert records.filter(pl.col("outcome") != "kept")["reason"].null_count() == 0
        assert set(reading.orders["order_key"]) <= set(kept["order_key"])
        assert set(reading.items["item_key"]) == set(kept["item_key"].drop_nulls())
        assert set(reading.refunds["refund_key"]) == set(kept["refund_key"].drop_nulls())
        assert reading.orders["order_key"].is_unique().all()
        assert reading.items["item_key"].is_unique().all()
        for name, rows in reading.lists.items():
            assert set(kept["list_key"]) <= set(rows[schema.LIST_KEYS[name]])
            shape = schema.HELD_MESSAGES if name == "messages" else schema.LISTS[name]
            assert rows.schema == pl.Schema(dict(shape))


def test_every_profile_has_a_case() -> None:
    assert {folder.parent.name for folder in FOLDERS} == set(load_profiles())
