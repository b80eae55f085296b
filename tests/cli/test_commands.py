"""Every command from its words to what it prints, in both languages, and the exit codes."""

import csv
import json
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Ended
from custtier.cli.main import run
from custtier.errors import DATA, FAIL_ON, INTERRUPTED, NOTHING, USAGE

Custtier = Callable[..., Ended]

ORDERS = """订单号,日期,金额,客户,手机号,姓名,状态
A001,2026-01-05,120.00,amy,13800000001,张三,已付款
A002,2026-02-05,80.00,amy,13800000001,张三,已付款
A003,2026-03-05,1999.90,bob,13800000002,John Smith,已付款
A004,2026-03-06,35.50,cat,13800000003,欧阳小明,已付款
A005,2026-03-07,60,dan,,=1+1,已付款
A006,2026-03-08,十元,eve,13800000005,王小明,已付款
A007,2026-05-01,20,fay,13800000006,娜,已付款
A008,2026-06-01,15,gus,13800000007,Li Lei,已付款
A009,2026-06-02,500,amy,13800000001,张三,未付款
"""


@pytest.fixture
def orders(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small export in the working directory, so that its path is short."""
    monkeypatch.chdir(home)
    (home / "订单.csv").write_text(ORDERS, encoding="utf-8")
    return Path("订单.csv")


@pytest.fixture(scope="session")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that holds the export, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("imported")
    (folder / "订单.csv").write_text(ORDERS, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("CUSTTIER_SETTINGS", str(folder / "settings"))
        patch.setenv("CUSTTIER_ID_KEY", "a key for tests")
        assert run(["import", "订单.csv", "--quiet", "--store", str(folder / "store")]) == 0
    return folder / "store"


@pytest.fixture
def shop(orders: Path, home: Path, imported: Path) -> Path:
    """The same, imported."""
    shutil.copytree(imported, home / "store")
    return orders


@pytest.mark.parametrize("lang", ["en", "zh"])
class TestSnapshots:
    """What each command prints."""

    def test_import(self, custtier: Custtier, orders: Path, snapshot: Callable, lang: str) -> None:
        snapshot(f"import-{lang}", custtier("import", orders, "--lang", lang))

    def test_imports(self, custtier: Custtier, shop: Path, snapshot: Callable, lang: str) -> None:
        snapshot(f"imports-{lang}", custtier("imports", "--lang", lang))

    def test_imports_show(self, custtier: Custtier, shop: Path, snapshot: Callable, lang: str) -> None:
        snapshot(f"imports-show-{lang}", custtier("imports", "show", 1, "--rejected", "--lang", lang))

    def test_imports_undo(self, custtier: Custtier, shop: Path, snapshot: Callable, lang: str) -> None:
        snapshot(f"imports-undo-{lang}", custtier("imports", "undo", 1, "--lang", lang))

    def test_tiers(self, custtier: Custtier, shop: Path, snapshot: Callable, lang: str) -> None:
        snapshot(f"tiers-{lang}", custtier("tiers", "--lang", lang))

    def test_tiers_at_80_columns(
        self, custtier: Custtier, shop: Path, snapshot: Callable, lang: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("COLUMNS", "80")
        snapshot(f"tiers-80-{lang}", custtier("tiers", "--lang", lang))

    def test_tiers_in_markdown(self, custtier: Custtier, shop: Path, snapshot: Callable, lang: str) -> None:
        snapshot(f"tiers-md-{lang}", custtier("tiers", "--format", "md", "--table", "tiers", "--lang", lang))

    def test_rfm(self, custtier: Custtier, shop: Path, snapshot: Callable, lang: str) -> None:
        snapshot(f"rfm-{lang}", custtier("rfm", "--lang", lang))

    def test_churn(self, custtier: Custtier, shop: Path, snapshot: Callable, lang: str) -> None:
        snapshot(f"churn-{lang}", custtier("churn", "--days", 60, "--lang", lang))

    def test_churn_at_80_columns(
        self, custtier: Custtier, shop: Path, snapshot: Callable, lang: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("COLUMNS", "80")
        snapshot(f"churn-80-{lang}", custtier("churn", "--method", "own", "--all", "--lang", lang))

    def test_imports_at_80_columns(
        self, custtier: Custtier, shop: Path, snapshot: Callable, lang: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("COLUMNS", "80")
        snapshot(f"imports-80-{lang}", custtier("imports", "--lang", lang))

    def test_churn_as_csv(self, custtier: Custtier, shop: Path, snapshot: Callable, lang: str) -> None:
        snapshot(f"churn-csv-{lang}", custtier("churn", "--format", "csv", "--lang", lang))

    def test_demo(
        self, custtier: Custtier, home: Path, snapshot: Callable, lang: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(home)
        snapshot(f"demo-{lang}", custtier("demo", "shop", "--customers", 20, "--lang", lang))

    def test_help(self, custtier: Custtier, snapshot: Callable, lang: str) -> None:
        snapshot(f"help-{lang}", custtier("--help", "--lang", lang))

    def test_no_store(self, custtier: Custtier, snapshot: Callable, lang: str) -> None:
        snapshot(f"no-store-{lang}", custtier("tiers", "--lang", lang))

    def test_a_file_that_is_no_table(self, custtier: Custtier, orders: Path, snapshot: Callable, lang: str) -> None:
        orders.write_text("hello,world\n1,2\n")
        snapshot(f"unknown-format-{lang}", custtier("tiers", orders, "--lang", lang))

    def test_an_unknown_option(self, custtier: Custtier, snapshot: Callable, lang: str) -> None:
        snapshot(f"unknown-option-{lang}", custtier("tiers", "--tpo", "20%", "--lang", lang))

    def test_a_condition_that_holds(self, custtier: Custtier, shop: Path, snapshot: Callable, lang: str) -> None:
        words = ["churn", "--days", 60, "--fail-on", "lapsed_share>=30%", "--quiet", "--limit", 1, "--lang", lang]
        snapshot(f"fail-on-{lang}", custtier(*words))


@pytest.mark.parametrize("command", ["tiers", "rfm", "churn"])
def test_the_same_numbers_from_the_store_and_from_the_file(custtier: Custtier, shop: Path, command: str) -> None:
    stored = json.loads(custtier(command, "--format", "json").out)
    direct = json.loads(custtier(command, shop, "--format", "json").out)
    assert stored["summary"] == direct["summary"]
    assert stored["tables"] == direct["tables"]


def test_standard_input_is_a_file_too(custtier: Custtier, shop: Path, process: Callable) -> None:
    with shop.open("rb") as file:
        done = process("tiers", "-", "--format", "json", stdin=file)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["summary"]["customers"] == 6


def test_data_stand_on_stdout_and_notes_on_stderr(custtier: Custtier, shop: Path) -> None:
    ended = custtier("rfm", "--format", "csv")
    rows = list(csv.DictReader(ended.out.splitlines()))
    assert len(rows) == 6
    assert all(line.startswith(("counted: ", "note: ", "left out")) for line in ended.err.splitlines())
    assert ended.err
    assert custtier("rfm", "--format", "csv", "--quiet").err == ""
    assert custtier("rfm", "--format", "json").err == custtier("rfm").err == ""


@pytest.mark.parametrize("form", ["csv", "json", "md", "xlsx", "parquet", "txt"])
def test_output_goes_to_a_file_of_its_owner(custtier: Custtier, shop: Path, home: Path, form: str) -> None:
    ended = custtier("tiers", "--output", home / f"客户.{form}", "--quiet")
    assert (ended.code, ended.out, ended.err) == (0, "", "")
    written = home / f"客户.{form}"
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    assert b"13800000001" not in written.read_bytes()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["tiers", "--output", "missing/a.csv"], "cannot-write"),
        (["tiers", "--output", "a.docx"], "unknown-ending"),
        (["tiers", "--output", "a.csv", "--format", "json"], "format-conflict"),
        (["tiers", "--table", "nothing"], "unknown-table"),
        (["tiers", "--format", "docx"], "usage"),
        (["tiers", "--limit", "-1"], "usage"),
        (["tiers", "--limit", "many"], "usage"),
        (["tiers", "--as-of", "soon"], "bad-day"),
        (["tiers", "--as-of", "9999-12-30"], "bad-day"),
        (["tiers", "--fail-on", "x"], "bad-condition"),
        (["tiers", "--fail-on", "no_such_figure>0"], "unknown-figure"),
        (["import", "订单.csv", "--rejects", "-"], "rejects-to-stdout"),
        (["churn", "--method", "own", "--days", "90"], "days-without-fixed"),
        (["churn", "--days", "9" * 30], "bad-days"),
        (["churn", "--model", "mbg-nbd"], "model-without-method"),
        (["churn", "--moments", "--all"], "moments-alone"),
        (["churn", "--method", "model", "--model", "guess"], "unknown-model"),
        (["tiers", "--top"], "usage"),
        (["tiers", "--tag", "x"], "unknown-tag"),
        (["imports", "show"], "usage"),
        (["imports", "show", "x"], "usage"),
        (["imports", "shwo", "1"], "unknown-command"),
        (["churn", "--method", "guess"], "usage"),
        (["import"], "usage"),
        (["--lang", "de", "tiers"], "usage"),
        (["no-such-command"], "unknown-command"),
    ],
)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_wrong_option_ends_with_2_and_a_hint(
    custtier: Custtier, shop: Path, words: list[str], code: str, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUSTTIER_LANG", lang)
    ended = custtier(*words)
    assert ended.code == USAGE
    first, second = ended.err.splitlines()
    assert first.startswith(f"error[{code}]: ")
    assert second.startswith({"en": "hint: ", "zh": "提示："}[lang])


def test_a_wrong_condition_stops_an_import_before_anything_goes_in(custtier: Custtier, orders: Path) -> None:
    assert custtier("import", orders, "--fail-on", "rejectd>0").code == USAGE
    assert custtier("imports").code == NOTHING


@pytest.mark.parametrize("option", ["--rejects", "--output"])
def test_a_place_that_cannot_be_written_stops_an_import_before_anything_goes_in(
    custtier: Custtier, orders: Path, option: str
) -> None:
    ended = custtier("import", orders, option, "missing/bad.csv")
    assert (ended.code, ended.err.partition("]")[0]) == (USAGE, "error[cannot-write")
    assert custtier("imports").code == NOTHING


@pytest.mark.parametrize(
    "words",
    [
        ["tiers"],
        ["rfm"],
        ["churn"],
        ["churn", "--method", "own"],
        ["imports"],
        ["imports", "show", 1],
        ["import", "订单.csv"],
        ["imports", "undo", 1],
    ],
)
def test_a_condition_may_name_every_number_of_the_summary_and_nothing_else(
    custtier: Custtier, shop: Path, words: list[object]
) -> None:
    refused = custtier(*words, "--fail-on", "nothing>0")
    assert (refused.code, refused.out) == (USAGE, "")
    summary = json.loads(custtier(*words, "--format", "json").out)["summary"]
    numbers = [name for name, value in summary.items() if value is None or type(value) in (int, float)]
    assert refused.err.splitlines()[0].rpartition("it holds ")[2].split(", ") == numbers


@pytest.mark.parametrize("command", ["tiers", "rfm", "churn"])
def test_a_limit_beyond_every_list_shows_all(custtier: Custtier, shop: Path, command: str) -> None:
    everyone = custtier(command, "--limit", 0)
    assert everyone.code == 0
    assert custtier(command, "--limit", "9" * 30) == everyone


def test_a_condition_is_judged_after_the_import(custtier: Custtier, orders: Path) -> None:
    ended = custtier("import", orders, "--fail-on", "rejected>0")
    assert ended.code == FAIL_ON
    assert "error[fail-on]: rejected>0 holds: rejected is 1" in ended.err
    assert custtier("imports").code == 0


def test_strict_takes_nothing_in(custtier: Custtier, orders: Path) -> None:
    ended = custtier("import", orders, "--strict")
    assert (ended.code, ended.err.splitlines()[0][:21]) == (DATA, "error[rejected-rows]:")
    assert custtier("imports").code == NOTHING


def test_rejected_rows_are_written_masked_unless_revealed(custtier: Custtier, orders: Path, home: Path) -> None:
    assert custtier("import", orders, "--rejects", "bad.csv").code == 0
    text = (home / "bad.csv").read_text()
    assert "bad_amount" in text
    assert "王小明" not in text and "13800000005" not in text
    assert "A006" in text and "十元" in text and "2026-03-08" in text
    assert custtier("import", orders, "--rejects", "bad.csv", "--reveal").code == 0
    assert "王小明" in (home / "bad.csv").read_text()


@pytest.mark.parametrize("form", ["text", "csv", "json", "md"])
def test_no_personal_field_is_shown_unless_revealed(custtier: Custtier, shop: Path, form: str) -> None:
    for command in (["tiers"], ["rfm"], ["churn", "--all"], ["imports", "show", "1", "--rejected"]):
        hidden = custtier(*command, "--format", form).out
        assert [text for text in ("张三", "John", "1380000", "王小明") if text in hidden] == []
    assert "13800000001" in custtier("tiers", "--format", form, "--reveal").out


def test_a_bug_is_one_line_and_a_traceback_only_on_request(
    custtier: Custtier, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("13800000001")

    monkeypatch.setattr("custtier.workflows.tiers.tiers", broken)
    ended = custtier("tiers")
    assert ended.code == DATA
    assert [line.partition(":")[0] for line in ended.err.splitlines()] == ["error[internal]", "hint"]
    assert "13800000001" not in ended.err
    assert "Traceback" in custtier("tiers", "--debug").err


def test_an_interrupted_run_ends_with_130(custtier: Custtier, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("custtier.workflows.tiers.tiers", stopped)
    ended = custtier("tiers")
    assert (ended.code, ended.err) == (INTERRUPTED, "error[interrupted]: stopped before the end\n")


def test_a_pipe_closed_early_is_no_error(custtier: Custtier, shop: Path) -> None:
    import os
    import subprocess
    import sys

    with subprocess.Popen(
        [sys.executable, "-m", "custtier", "tiers", "--format", "csv"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(os.environ),
    ) as running:
        assert running.stdout is not None and running.stderr is not None
        running.stdout.close()
        err = running.stderr.read().decode()
        assert running.wait(timeout=60) == 0
    assert "Traceback" not in err and "Exception ignored" not in err
