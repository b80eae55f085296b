"""`forget` from its words to what it prints: whom it means, when it asks, and what it will not do."""

import json
import shutil
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from cli.conftest import Ended
from custtier.cli.main import run
from custtier.errors import STORE, USAGE
from custtier.store import Store

Custtier = Callable[..., Ended]

ORDERS = """订单号,日期,金额,客户,手机号,姓名,状态
A001,2026-01-05,120.00,amy_2019,13700236001,林美美,已付款
A002,2026-02-05,80.00,amy_2019,13700236001,林美美,已付款
A003,2026-03-05,1999.90,bob_77,13900236002,张三,已付款
A004,2026-03-06,35.50,cat_55,13900236003,张三,已付款
"""


@pytest.fixture(scope="session")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that holds the export, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("forgetting")
    (folder / "订单.csv").write_text(ORDERS, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("CUSTTIER_SETTINGS", str(folder / "settings"))
        patch.setenv("CUSTTIER_ID_KEY", "a key for tests")
        assert run(["import", "订单.csv", "--quiet", "--store", str(folder / "store")]) == 0
    return folder


@pytest.fixture
def shop(home: Path, imported: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The store, and the export in the working directory."""
    monkeypatch.chdir(home)
    shutil.copytree(imported / "store", home / "store")
    shutil.copy(imported / "订单.csv", home)
    return Path("订单.csv")


@pytest.mark.parametrize("lang", ["en", "zh"])
class TestSnapshots:
    """What it prints."""

    def test_forget(self, custtier: Custtier, shop: Path, snapshot: Callable, lang: str) -> None:
        snapshot(f"forget-{lang}", custtier("forget", "13700236001", "--yes", "--lang", lang))

    def test_several(self, custtier: Custtier, shop: Path, snapshot: Callable, lang: str) -> None:
        snapshot(f"forget-several-{lang}", custtier("forget", "张三", "--yes", "--lang", lang))

    def test_unknown(self, custtier: Custtier, shop: Path, snapshot: Callable, lang: str) -> None:
        snapshot(f"forget-unknown-{lang}", custtier("forget", "13900000000", "--yes", "--lang", lang))

    def test_not_confirmed(self, custtier: Custtier, shop: Path, snapshot: Callable, lang: str) -> None:
        snapshot(f"forget-not-confirmed-{lang}", custtier("forget", "bob_77", "--lang", lang))

    def test_later_import(self, custtier: Custtier, shop: Path, snapshot: Callable, lang: str) -> None:
        custtier("forget", "amy_2019", "--yes")
        snapshot(f"forget-import-{lang}", custtier("import", shop, "--lang", lang))


@pytest.mark.parametrize("words", [("amy_2019",), ("137-0023-6001",), ("林美美",)])
def test_an_account_a_phone_or_a_name_means_the_customer(custtier: Custtier, shop: Path, words: tuple[str]) -> None:
    answer = json.loads(custtier("forget", *words, "--yes", "--format", "json").out)
    assert (answer["summary"]["orders"], answer["summary"]["files_with_traces"]) == (2, 0)
    assert len(json.loads(custtier("rfm", "--format", "json").out)["tables"]["customers"]) == 2


def test_the_text_that_was_typed_is_in_no_error(custtier: Custtier, shop: Path) -> None:
    ended = custtier("forget", "13900000000", "--yes")
    assert ended.code == USAGE
    assert "13900000000" not in ended.err


def test_kept_totals_stay_beside_the_customers(custtier: Custtier, shop: Path) -> None:
    custtier("forget", "amy_2019", "--yes", "--keep-totals")
    summary = json.loads(custtier("tiers", "--format", "json").out)["summary"]
    assert (summary["unattributed_orders"], summary["unattributed_sales"]) == (2, 200.0)


def test_who_was_forgotten_comes_in_again_when_included(custtier: Custtier, shop: Path) -> None:
    custtier("forget", "amy_2019", "--yes")
    summary = json.loads(custtier("import", shop, "--include", "forgotten", "--format", "json").out)["summary"]
    assert (summary["new"], summary["excluded"]) == (2, 0)


@pytest.mark.parametrize(("typed", "left"), [("yes", 2), ("no", 3), ("", 3)])
def test_on_a_terminal_it_asks(
    custtier: Custtier, shop: Path, monkeypatch: pytest.MonkeyPatch, typed: str, left: int
) -> None:
    monkeypatch.setattr("custtier.cli.forget.can_ask", lambda: True)
    monkeypatch.setattr("typer.prompt", lambda *_, **__: typed)
    ended = custtier("forget", "amy_2019", "--lang", "en")
    assert ended.code == (0 if typed == "yes" else 1)
    assert all(shown in ended.err for shown in ("林**", "137****6001", "200.00", "CNY"))
    assert "13700236001" not in ended.err
    assert len(json.loads(custtier("rfm", "--format", "json").out)["tables"]["customers"]) == left
    assert sys.stdin is not None


def test_a_file_that_goes_while_it_is_read_is_told(
    custtier: Custtier, shop: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opening = Store.facts

    def gone(store: Store, *, as_known_on: date | None = None) -> object:
        facts = opening(store, as_known_on=as_known_on)
        store.forget(facts.purchases.collect()["account_key"][0], keep_totals=False, at=facts.extent.last_on)  # type: ignore[arg-type]  # any day does
        return facts

    monkeypatch.setattr(Store, "facts", gone)
    ended = custtier("rfm")
    assert (ended.code, ended.err.split(":")[0]) == (STORE, "error[store-changed]")
