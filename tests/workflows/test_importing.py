"""Importing, listing, showing, undoing, and where a question's facts come from."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from custtier.errors import DATA, NOTHING, USAGE, CusttierError
from custtier.facts import Note
from custtier.settings import Settings
from custtier.sources.reading import Reading, Readings
from custtier.workflows.dataset import open_facts
from custtier.workflows.importing import ImportAnswer, import_files, list_imports, show_import, undo_import
from custtier.workflows.question import Question
from store.readings import at, order, reading, refund

NOW = at("2026-06-01 08:00")
SETTINGS = Settings()
Import = Callable[..., ImportAnswer]


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUSTTIER_SETTINGS", str(tmp_path / "settings"))
    monkeypatch.delenv("CUSTTIER_STORE", raising=False)
    monkeypatch.delenv("CUSTTIER_ID_KEY", raising=False)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Callable[[Sequence[Reading]], None]:
    """What reading gives from now on."""

    def gives(readings: Sequence[Reading]) -> None:
        monkeypatch.setattr("custtier.sources.read_files", lambda *_, **__: Readings(tuple(readings)))

    return gives


@pytest.fixture
def imported(tmp_path: Path, read: Callable[[Sequence[Reading]], None]) -> Import:
    def run(*readings: Reading, **options: Any) -> ImportAnswer:
        read(readings)
        return import_files([Path("x.csv")], store=tmp_path / "store", settings=SETTINGS, imported_at=NOW, **options)

    return run


def failing(code: str, exit_code: int, ask: Callable[[], object]) -> CusttierError:
    with pytest.raises(CusttierError) as caught:
        ask()
    assert (caught.value.code, caught.value.exit_code) == (code, exit_code)
    return caught.value


def test_an_import_tells_its_sums_and_its_files(imported: Import) -> None:
    notes = (Note("no_buyer_key", {"rows": 3}),)
    first = reading([order("1"), order("2")], rejected=1, excluded=2, path="a.csv", notes=notes)
    answer = imported(first, reading([order("2"), order("3")], path="b.csv"))
    view = answer.view
    assert view.command == "import"
    assert dict(view.summary) == {
        "import_id": 1,
        "files": 2,
        "rows_read": 7,
        "new": 3,
        "updated": 0,
        "unchanged": 1,
        "excluded": 2,
        "rejected": 1,
    }
    sums = ["rows_read", "new", "updated", "unchanged", "excluded", "rejected"]
    assert list(view.tables) == ["files"]
    assert view.tables["files"].columns == ["path", "profile", "encoding", "header_row", *sums]
    assert view.tables["files"]["path"].to_list() == ["a.csv", "b.csv"]
    assert view.excluded == (("trailer", 2),)
    assert view.notes == (
        Note("kept_rejects", {"rejected": 1, "reasons": "bad_amount 1", "import_id": 1}),
        Note("no_buyer_key", {"rows": 3, "file": "a.csv"}),
    )
    assert view.data_through == date(2026, 3, 1)
    assert answer.rejects.select("import_id", "file", "row").rows() == [(1, "a.csv", 2)]


def test_strict_takes_nothing_in_when_a_row_cannot_be_read(imported: Import, tmp_path: Path) -> None:
    problem = failing("rejected-rows", DATA, lambda: imported(reading([order("1")], rejected=2), strict=True))
    assert "bad_amount 2" in str(problem)
    assert not (tmp_path / "store").exists()
    imported(reading([order("1")]), strict=True)


def test_an_import_warns_of_what_waits_and_what_belongs_to_nobody(imported: Import) -> None:
    waiting = order("1", gross=None, state=None, ordered_at=None, paid_at=None)
    view = imported(reading([waiting, order("2", account=None)], refunds=[refund("r", "9", 5)])).view
    assert {note.code: note.values for note in view.notes} == {
        "waiting_items": {"orders": 1},
        "unmatched_refunds": {"refunds": 1},
        "unattributed_orders": {"count": 1},
    }


def test_what_was_given_back_or_closed_is_no_purchase_of_nobody(imported: Import) -> None:
    refunded = order("1", account=None, state="refunded", stated_refund=10000)
    given_back = order("2", account=None, stated_refund=10000)
    closed = order("3", account=None, state="closed")
    assert imported(reading([refunded, given_back, closed])).view.notes == ()


def test_an_import_warns_of_a_bill_beside_the_orders_that_it_paid(imported: Import) -> None:
    imported(reading([order("1", paid_at=at("2026-03-01")), order("2", paid_at=at("2026-03-30"))]))
    payment = order("w", kind="payment", platform="wechatpay", payment_id="p", paid_at=at("2026-03-09"))
    view = imported(reading([payment], profile="wechatpay-merchant")).view
    assert [(note.code, note.values["profile"]) for note in view.notes] == [
        ("bill_overlaps_orders", "wechatpay-merchant")
    ]


def test_imports_are_listed_shown_and_undone(imported: Import, tmp_path: Path) -> None:
    store = tmp_path / "store"
    imported(reading([order("1")], rejected=1, path="a.csv"))
    imported(reading([order("2")], path="b.csv"))
    listed = list_imports(store, SETTINGS).tables["imports"]
    assert listed.select("import_id", "imported_at", "files", "new", "undone").rows() == [
        (1, NOW, 1, 1, False),
        (2, NOW, 1, 1, False),
    ]
    shown = show_import(store, SETTINGS, 1)
    assert list(shown.tables) == ["files", "rejects"]
    assert (shown.summary["import_id"], shown.summary["rejected"], shown.summary["undone"]) == (1, 1, False)
    assert list(show_import(store, SETTINGS, 1, rejected=True).tables) == ["rejects", "files"]
    undone = undo_import(store, SETTINGS, 1, at("2026-06-02"))
    assert dict(undone.summary) == {"import_id": 1, "undone": True, "files": 1}
    assert undone.tables["imports"]["undone"].to_list() == [True, False]
    failing("unknown-import", USAGE, lambda: show_import(store, SETTINGS, 9))
    failing("already-undone", USAGE, lambda: undo_import(store, SETTINGS, 1, NOW))


def test_without_a_store_there_is_nothing_to_show(tmp_path: Path) -> None:
    store = tmp_path / "none"
    failing("no-store", NOTHING, lambda: list_imports(store, SETTINGS))
    failing("no-store", NOTHING, lambda: show_import(store, SETTINGS, 1))
    failing("no-store", NOTHING, lambda: undo_import(store, SETTINGS, 1, NOW))
    failing("no-store", NOTHING, lambda: open_facts(Question(store=store)))
    assert not store.exists()


def test_files_and_the_store_give_the_same_facts(
    imported: Import, tmp_path: Path, read: Callable[[Sequence[Reading]], None]
) -> None:
    file = reading([order("1"), order("2", account="b", stated_refund=5)], notes=(Note("weak_account"),), path="a.csv")
    imported(file)
    stored = open_facts(Question(store=tmp_path / "store"))
    direct = open_facts(Question(files=(Path("a.csv"),)))
    for name in ("purchases", "customers"):
        assert getattr(stored, name).collect().equals(getattr(direct, name).collect())
    assert stored.extent == direct.extent
    assert direct.notes == (Note("weak_account", {"file": "a.csv"}),)


def test_nothing_bought_by_anyone_known_is_nothing_to_analyse(
    imported: Import, tmp_path: Path, read: Callable[[Sequence[Reading]], None]
) -> None:
    files = Question(files=(Path("a.csv"),))
    read([reading([order("1", state="unpaid", paid_at=None)])])
    failing("no-purchases", NOTHING, lambda: open_facts(files))
    read([reading([], refunds=[refund("r", "1", 5)])])
    problem = failing("no-purchases", NOTHING, lambda: open_facts(files))
    assert "1 refunds" in str(problem)
    read([reading([order("1", account=None, phone="138****8000")])])
    failing("no-customers", NOTHING, lambda: open_facts(files))
    imported(reading([order("1", account=None)]))
    store = Question(store=tmp_path / "store")
    failing("no-customers", NOTHING, lambda: open_facts(store))
    imported(reading([order("2")]))
    assert open_facts(store).extent.purchases == 2
    undo_import(tmp_path / "store", SETTINGS, 1, NOW)
    undo_import(tmp_path / "store", SETTINGS, 2, NOW)
    failing("no-purchases", NOTHING, lambda: open_facts(store))


def test_skipped_files_are_told_and_nothing_readable_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    skipped = Note("skipped_file", {"file": "b.csv", "problem": "unknown-format"})
    found = [Readings((reading([order("1")]),), (skipped,)), Readings((), (skipped,))]
    monkeypatch.setattr("custtier.sources.read_files", lambda *_, **__: found.pop(0))

    def run() -> ImportAnswer:
        return import_files(
            [Path("x")], store=tmp_path / "store", settings=SETTINGS, imported_at=NOW, skip_bad_files=True
        )

    assert run().view.notes == (skipped,)
    failing("no-readable-file", DATA, run)
