"""An explanation over a store says what the commands say of everybody, held in their tier or not."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from custtier.demo import write_shop
from custtier.settings import Settings
from custtier.tiering import TierHysteresis
from custtier.views.view import View
from custtier.workflows.churn import churn
from custtier.workflows.explain import explain
from custtier.workflows.importing import import_files
from custtier.workflows.question import Question
from custtier.workflows.rfm import rfm
from custtier.workflows.show import show
from custtier.workflows.tiers import tiers

NOW = datetime(2026, 8, 1, tzinfo=UTC)
HOLDING = Settings(tier_hysteresis=TierHysteresis(fall_after_runs=3))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the invented shop, and a kept run of its tiers of half a year ago."""
    folder = tmp_path_factory.mktemp("shop")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CUSTTIER_SETTINGS", str(folder / "settings"))
        patch.setenv("CUSTTIER_ID_KEY", "a key for tests")
        write_shop(folder / "files", customers=120, seed=11)
        files = [folder / "files" / "orders", folder / "files" / "contacts.csv"]
        import_files(files, store=folder / "store", settings=Settings(), imported_at=NOW)
        tiers(Question(store=folder / "store", as_of=date(2026, 1, 31), settings=HOLDING), keep_at=NOW)
    return folder / "store"


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUSTTIER_SETTINGS", str(tmp_path / "settings"))
    monkeypatch.setenv("CUSTTIER_ID_KEY", "a key for tests")


def rows_of(view: View) -> dict[str, dict[str, object]]:
    return {row["customer_id"]: row for row in view.tables["customers"].iter_rows(named=True)}


@pytest.mark.parametrize("settings", [Settings(), HOLDING], ids=["plain", "held"])
def test_everything_is_as_the_commands_say_it(shop: Path, settings: Settings) -> None:
    question = Question(store=shop, settings=settings)
    in_tiers, scored, levels = (
        rows_of(view) for view in (tiers(question), rfm(question), churn(question, everyone=True))
    )
    held = [who for who, row in in_tiers.items() if row.get("tier_now") not in {None, row["tier"]}]
    assert bool(held) == (settings is HOLDING)
    for who in [*held[:3], *list(in_tiers)[:: len(in_tiers) // 4]]:
        found = explain(who, question, lang="zh")
        card = show(who, question, lang="zh")
        assert isinstance(found, View)
        assert isinstance(card, View)
        values = dict(found.tables["scores"].select("score", "value").rows())
        assert values["tier"] == in_tiers[who]["tier"] == card.tables["customer"]["tier"].item()
        assert values["top"] == ("yes" if in_tiers[who]["in_top"] else "no")
        assert values["chinese8"] == scored[who]["segment"]
        assert "".join(str(values[f"{letter}_score"]) for letter in "rfm") == scored[who]["rfm"]
        assert values["churn_fixed"] == levels[who]["churn_level"]
    because = (
        dict(explain(held[0], question, lang="zh").tables["scores"].select("score", "because").rows()) if held else {}
    )
    assert not held or "暂时保留" in because["tier"]
