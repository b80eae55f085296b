"""`prospects` on an export: what it prints in both languages at two widths, what machines get, and its errors."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Ended
from custtier.errors import FAIL_ON, NOTHING, USAGE
from metrics.shops import Shop
from views.starting import starting_shop

Custtier = Callable[..., Ended]


def export(shop: Shop) -> str:
    rows = ["订单号,日期,金额,客户,状态,渠道,商品"]
    rows += [
        f"A{place:05},{order.day},{order.gross / 100:.2f},{order.account},已付款,{('抖音', '朋友介绍')[place % 2]},"
        f"{'礼盒' if order.gross > 9000 else '茶包'}"
        for place, order in enumerate(shop.orders)
    ]
    return "\n".join(rows)


@pytest.fixture(scope="module")
def tables() -> dict[str, str]:
    """A shop in which who comes again soon becomes one of the best, one in which nothing tells, and a small one."""
    return {
        "开局.csv": export(starting_shop(1, customers=900, second=0.9)),
        "无别.csv": export(starting_shop(101, customers=700)),
        "很小.csv": export(starting_shop(1, customers=40)),
    }


@pytest.fixture
def orders(tables: dict[str, str], home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The export in the working directory, so that its path is short."""
    monkeypatch.chdir(home)
    for name, text in tables.items():
        (home / name).write_text(text, encoding="utf-8")
    return Path("开局.csv")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [80, 140])
def test_what_prospects_prints(
    custtier: Custtier, orders: Path, snapshot: Callable, monkeypatch: pytest.MonkeyPatch, width: int, lang: str
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    snapshot(f"prospects-{width}-{lang}", custtier("prospects", orders, "--limit", 5, "--lang", lang))


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", ["无别", "很小"])
def test_what_is_printed_where_nothing_can_be_told(
    custtier: Custtier, orders: Path, snapshot: Callable, name: str, lang: str
) -> None:
    ended = custtier("prospects", f"{name}.csv", "--limit", 4, "--lang", lang)
    snapshot(f"prospects-{'none' if name == '无别' else 'few'}-{lang}", ended)


def test_machines_get_codes_and_unrounded_figures(custtier: Custtier, orders: Path) -> None:
    ended = custtier("prospects", orders, "--all", "--format", "json", "--lang", "zh")
    assert ended.code == 0, ended.err
    view = json.loads(ended.out)
    assert list(view["tables"]) == ["customers", "signals", "forecasters", "calibration", "cohort_months"]
    assert view["summary"]["recommended_rule"] == "scorecard"
    assert len(view["tables"]["customers"]) == view["summary"]["new_buyers"]
    assert {row["signal"] for row in view["tables"]["signals"]} >= {"second_purchase"}
    assert "7 天内又来买" in {row["start_level"] for row in view["tables"]["signals"]}
    assert {note["code"] for note in view["notes"]} >= {"prospects_by_scorecard", "prospects_lift", "prospects_judged"}
    assert view["parameters"]["all"] is True


def test_a_store_answers_as_the_files_do(custtier: Custtier, orders: Path) -> None:
    files = json.loads(custtier("prospects", orders, "--format", "json").out)
    assert custtier("import", orders, "--quiet").code == 0
    store = json.loads(custtier("prospects", "--format", "json").out)
    assert store["tables"] == files["tables"]
    assert store["summary"] == files["summary"]


@pytest.mark.parametrize("ending", ["html", "xlsx", "md", "csv"])
def test_every_form_is_written(custtier: Custtier, orders: Path, home: Path, ending: str) -> None:
    ended = custtier("prospects", orders, "--output", home / f"answer.{ending}", "--quiet")
    assert ended.code == 0, ended.err
    assert (home / f"answer.{ending}").stat().st_size > 500


def test_a_channel_alone_has_its_own_newcomers(custtier: Custtier, orders: Path) -> None:
    whole = json.loads(custtier("prospects", orders, "--all", "--format", "json").out)
    part = json.loads(custtier("prospects", orders, "--all", "--channel", "抖音", "--format", "json").out)
    assert 0 < part["summary"]["new_buyers"] < whole["summary"]["new_buyers"]
    assert part["parameters"]["channel"] == ["抖音"]


def test_a_script_may_fail_on_a_list_that_is_worth_nothing(custtier: Custtier, orders: Path) -> None:
    assert custtier("prospects", orders, "--fail-on", "lift_low<1").code == 0
    assert custtier("prospects", orders, "--fail-on", "promising>0").code == FAIL_ON
    assert custtier("prospects", orders, "--fail-on", "luck>1").code == USAGE


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--days", "400"), "bad-days"),
        (("--days", "60", "--new", "30"), "bad-days"),
        (("--refund-basis", "refund"), "no-period"),
    ],
)
def test_what_cannot_be_asked_is_told_in_a_line(
    custtier: Custtier, orders: Path, words: tuple[str, ...], code: str
) -> None:
    ended = custtier("prospects", orders, *words)
    assert ended.code == USAGE
    assert ended.err.startswith(f"error[{code}]")


def test_no_store_and_no_purchase_are_told(custtier: Custtier, orders: Path) -> None:
    assert custtier("prospects").code == NOTHING
    assert custtier("prospects", orders, "--as-of", "2020-01-01").code == NOTHING
