"""What reading files left out is said beside the answer from them."""

from pathlib import Path

import pytest

from custtier.errors import NOTHING, CusttierError
from custtier.workflows.question import Question
from custtier.workflows.tiers import tiers

HEADER = "order id,date,customer,amount,status\n"
GOOD = "1,2026-01-01,ann,10.00,paid\n"
BAD = "2,2026-01-02,bob,ten,paid\n3,2026-13-02,cat,1,paid\n"


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUSTTIER_SETTINGS", str(tmp_path / "settings"))
    monkeypatch.setenv("CUSTTIER_ID_KEY", "left out")


def asked(folder: Path, text: str) -> Question:
    path = folder / "orders.csv"
    path.write_text(text, encoding="utf-8")
    return Question(files=(path,))


def test_rows_that_cannot_be_read_are_told_beside_an_answer_from_files(tmp_path: Path) -> None:
    view = tiers(asked(tmp_path, HEADER + GOOD + BAD))
    notes = {note.code: note.values for note in view.notes}
    assert notes["rejected_rows"] == {"rejected": 2, "rows": 3, "reasons": "bad_amount 1, bad_date 1"}
    assert view.summary["customers"] == 1


def test_files_of_which_no_row_can_be_read_say_so(tmp_path: Path) -> None:
    with pytest.raises(CusttierError, match=r"2 of their 2 rows cannot be read \(bad_amount 1, bad_date 1\)") as caught:
        tiers(asked(tmp_path, HEADER + BAD))
    assert caught.value.exit_code == NOTHING


def test_rows_that_are_no_orders_are_counted_beside_an_answer_from_files(tmp_path: Path) -> None:
    assert tiers(asked(tmp_path, HEADER + GOOD + GOOD)).excluded == (("duplicate_row", 1),)
