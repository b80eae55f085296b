"""What won a backtest is kept by store and task."""

from datetime import date
from pathlib import Path

import pytest

from custtier.errors import CusttierError
from custtier.workflows.winners import Winner, keep_winner, kept_winner, winners_file

WON = Winner("mbg-nbd", "recency", date(2026, 1, 31), 90, 3, 500, "auc", 0.8)


@pytest.fixture(autouse=True)
def _settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUSTTIER_SETTINGS", str(tmp_path / "settings"))


def test_what_won_is_found_again_for_its_store_and_task_alone(tmp_path: Path) -> None:
    assert kept_winner("churn", store=tmp_path / "a") is None
    keep_winner("churn", WON, store=tmp_path / "a")
    assert kept_winner("churn", store=tmp_path / "a") == WON
    assert kept_winner("next", store=tmp_path / "a") is None
    assert kept_winner("churn", store=tmp_path / "b") is None


def test_what_wins_later_takes_the_place_of_what_won_before(tmp_path: Path) -> None:
    later = Winner("recency", "recency", date(2026, 2, 28), 90, 3, 510, "auc", 0.7)
    keep_winner("churn", WON, store=tmp_path)
    keep_winner("value", WON, store=tmp_path)
    keep_winner("churn", later, store=tmp_path)
    assert kept_winner("churn", store=tmp_path) == later
    assert later.is_simple
    assert kept_winner("value", store=tmp_path) == WON


@pytest.mark.parametrize("text", ["{", "[]", '{"x": 1}'])
def test_a_spoiled_file_is_an_error_that_says_which(tmp_path: Path, text: str) -> None:
    winners_file().parent.mkdir(parents=True)
    winners_file().write_text(text, encoding="utf-8")
    with pytest.raises(CusttierError, match="holds no winners") as raised:
        kept_winner("churn", store=tmp_path)
    assert raised.value.code == "bad-winners"


def test_a_winner_without_its_figures_is_an_error(tmp_path: Path) -> None:
    keep_winner("churn", WON, store=tmp_path)
    path = winners_file()
    path.write_text(path.read_text(encoding="utf-8").replace('"rule"', '"role"'), encoding="utf-8")
    with pytest.raises(CusttierError) as raised:
        kept_winner("churn", store=tmp_path)
    assert raised.value.code == "bad-winners"
