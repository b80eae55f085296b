"""`churn --method model` from a store: the model that won the shop's backtest is the one that is asked."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from custtier.demo import write_shop
from custtier.settings import Settings
from custtier.workflows.churn import churn, moments
from custtier.workflows.importing import import_files
from custtier.workflows.question import Question
from custtier.workflows.winners import Winner, keep_winner

NOW = datetime(2026, 8, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CUSTTIER_SETTINGS", str(folder / "settings"))
        patch.setenv("CUSTTIER_ID_KEY", "a key for tests")
        write_shop(folder / "files", customers=450, seed=3)
        import_files([folder / "files" / "orders"], store=folder / "store", settings=Settings(), imported_at=NOW)
    return folder / "store"


@pytest.fixture(autouse=True)
def _settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUSTTIER_SETTINGS", str(tmp_path / "settings"))
    monkeypatch.setenv("CUSTTIER_ID_KEY", "a key for tests")


def question(store: Path) -> Question:
    return Question(store=store, settings=Settings(), rows=5)


def test_the_model_that_won_the_backtest_is_taken(store: Path) -> None:
    keep_winner("churn", Winner("nbd", "recency", date(2026, 6, 30), 90, 3, 500, "auc", 0.8), store=store)
    notes = {note.code: note.values for note in churn(question(store), method="model").notes}
    assert notes["churn_model"]["models"] == "nbd"
    assert notes["churn_winner"]["day"] == date(2026, 6, 30)


def test_a_model_that_is_named_is_taken_whatever_won(store: Path) -> None:
    keep_winner("churn", Winner("nbd", "recency", date(2026, 6, 30), 90, 3, 500, "auc", 0.8), store=store)
    notes = {note.code: note.values for note in churn(question(store), method="model", model="mbg-nbd").notes}
    assert notes["churn_model"]["models"] == "mbg-nbd"
    assert "churn_winner" not in notes


def test_where_the_simple_rule_won_it_is_said(store: Path) -> None:
    keep_winner("churn", Winner("recency", "recency", date(2026, 6, 30), 90, 3, 500, "auc", 0.8), store=store)
    view = churn(question(store), method="model")
    assert view.summary["method"] == "model"
    assert "churn_winner_simple" in {note.code for note in view.notes}


def test_moments_of_a_store_show_channels_from_thirty_customers_on(store: Path) -> None:
    tables = moments(question(store)).tables
    assert list(tables)[:2] == ["by_number", "by_month"]
    assert "by_channel" in tables
    assert all((table.get_column("customers") >= 30).all() for table in tables.values())
