"""One fit for every command: what `value`, `next` and `churn --method model` keep of a store, and use again."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Ended
from cli.test_backtest import export
from cli.test_value import mixed_shop
from custtier.errors import USAGE
from custtier.workflows.kept_models import models_file
from views.trials import leaving_shop

Custtier = Callable[..., Ended]
ASKED = {
    "value": ("value",),
    "next": ("next", "--all"),
    "churn": ("churn", "--method", "model", "--all"),
}


@pytest.fixture
def store(custtier: Custtier, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(home)
    (home / "订单.csv").write_text(export(mixed_shop()), encoding="utf-8")
    assert custtier("import", "订单.csv").code == 0
    return home / "store"


def answered(custtier: Custtier, name: str, *words: object) -> dict:
    ended = custtier(*ASKED[name], *words, "--limit", 0, "--format", "json", "--lang", "en")
    assert ended.code == 0, ended.err
    return json.loads(ended.out)


def kept() -> dict:
    return json.loads(models_file().read_text(encoding="utf-8"))


def test_whoever_asks_first_keeps_the_model_and_the_others_answer_as_they_would_alone(
    custtier: Custtier, store: Path
) -> None:
    alone, models = {}, {}
    for name in ASKED:
        models_file().unlink(missing_ok=True)
        alone[name], models[name] = answered(custtier, name), kept()
    assert len(models["value"]) == 1 and models["value"] == models["next"] == models["churn"]
    # what was kept by the last of them answers all, and nothing changes at a second or a third time
    for name, first in alone.items():
        assert answered(custtier, name) == first and kept() == models["churn"]


@pytest.mark.parametrize("name", ASKED)
def test_a_kept_model_of_another_day_is_used_and_told_and_fitted_anew_when_asked(
    custtier: Custtier, store: Path, name: str
) -> None:
    answered(custtier, name)
    before = kept()
    later = answered(custtier, name, "--as-of", "2026-07-10")
    assert "value_kept" in {note["code"] for note in later["notes"]} and kept() == before
    again = answered(custtier, name, "--as-of", "2026-07-10", "--refit")
    assert "value_kept" not in {note["code"] for note in again["notes"]} and kept() != before


def test_other_amounts_of_the_same_purchases_are_other_data(custtier: Custtier, store: Path, home: Path) -> None:
    answered(custtier, "value")
    later = export(mixed_shop()).splitlines()
    later[1] = later[1].replace(later[1].split(",")[2], "99999.00")
    more = home / "更正.csv"
    more.write_text("\n".join(later), encoding="utf-8")
    assert custtier("import", more).code == 0
    assert "value_kept" in {note["code"] for note in answered(custtier, "value")["notes"]}


def test_files_keep_nothing(custtier: Custtier, home: Path) -> None:
    orders = home / "orders.csv"
    orders.write_text(export(leaving_shop(6, customers=300)), encoding="utf-8")
    for words in ASKED.values():
        ended = custtier(*words, orders, "--lang", "en")
        assert ended.code == 0 and "fitted on" not in ended.out
    assert not models_file().exists()


@pytest.mark.parametrize(
    ("words", "code"),
    [(("--refit",), "refit-without-model"), (("--moments", "--refit"), "moments-alone")],
)
def test_fitting_anew_has_no_meaning_where_no_model_is_fitted(
    custtier: Custtier, store: Path, words: tuple[str, ...], code: str
) -> None:
    ended = custtier("churn", *words, "--lang", "en")
    assert ended.code == USAGE and f"error[{code}]" in ended.err
