"""`backtest` on a small shop: what it prints in both languages, what machines get, what is kept, and its errors."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Ended
from custtier.errors import FAIL_ON, NOTHING, USAGE
from custtier.workflows.winners import kept_winner
from metrics.shops import Shop
from views.trials import leaving_shop

Custtier = Callable[..., Ended]


def export(shop: Shop) -> str:
    rows = ["订单号,日期,金额,客户,状态"]
    rows += [
        f"A{place:05},{order.day},{order.gross / 100:.2f},{order.account or ''},已付款"
        for place, order in enumerate(shop.orders)
    ]
    return "\n".join(rows)


@pytest.fixture
def orders(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shop's export in the working directory, so that its path is short."""
    monkeypatch.chdir(home)
    (home / "订单.csv").write_text(export(leaving_shop(6, customers=60)), encoding="utf-8")
    return Path("订单.csv")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [80, 140])
def test_what_backtest_churn_prints(
    custtier: Custtier, orders: Path, snapshot: Callable, monkeypatch: pytest.MonkeyPatch, width: int, lang: str
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    ended = custtier("backtest", "churn", orders, "--days", 60, "--list", 20, "--lang", lang)
    snapshot(f"backtest-churn-{width}-{lang}", ended)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [80, 140])
def test_what_backtest_value_prints(
    custtier: Custtier, orders: Path, snapshot: Callable, monkeypatch: pytest.MonkeyPatch, width: int, lang: str
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    snapshot(f"backtest-value-{width}-{lang}", custtier("backtest", "value", orders, "--lang", lang))


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [80, 140])
def test_what_backtest_next_prints(
    custtier: Custtier, orders: Path, snapshot: Callable, monkeypatch: pytest.MonkeyPatch, width: int, lang: str
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    snapshot(f"backtest-next-{width}-{lang}", custtier("backtest", "next", orders, "--days", 60, "--lang", lang))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_is_printed_where_the_history_is_too_short(
    custtier: Custtier, orders: Path, snapshot: Callable, lang: str
) -> None:
    ended = custtier("backtest", "churn", orders, "--days", 300, "--lang", lang)
    assert ended.code == NOTHING
    snapshot(f"backtest-short-{lang}", ended)


def test_machines_get_codes_and_unrounded_figures(custtier: Custtier, orders: Path) -> None:
    found = json.loads(custtier("backtest", "churn", orders, "--days", 60, "--format", "json", "--lang", "zh").out)
    assert list(found["tables"]) == ["forecasters", "list_results", "calibration", "gains", "origins"]
    assert found["summary"]["recommended_rule"] == "recency"
    assert {row["verdict"] for row in found["tables"]["forecasters"]} <= {
        "simplest",
        "better",
        "worse",
        "no_difference",
    }


def test_what_wins_in_a_whole_store_is_kept_for_it_and_what_wins_in_files_is_not(
    custtier: Custtier, orders: Path, home: Path
) -> None:
    custtier("backtest", "churn", orders, "--days", 60)
    assert kept_winner("churn", store=home / "store") is None
    custtier("import", orders)
    custtier("backtest", "churn", "--days", 60, "--since", "2025-09-01")
    assert kept_winner("churn", store=home / "store") is None
    said = custtier("backtest", "churn", "--days", 60, "--lang", "en").out
    kept = kept_winner("churn", store=home / "store")
    assert kept is not None
    assert (kept.rule, kept.horizon_days, kept.origins) == ("recency", 60, 3)
    assert "kept for this store as the winner: days since last purchase" in said


def test_a_figure_of_a_backtest_can_fail_a_run(custtier: Custtier, orders: Path) -> None:
    ended = custtier("backtest", "churn", orders, "--days", 60, "--fail-on", "auc>0.5", "--quiet")
    assert ended.code == FAIL_ON


def test_backtest_alone_says_what_can_be_judged(custtier: Custtier) -> None:
    ended = custtier("backtest", "--lang", "en")
    assert ended.code == 0
    assert "churn" in ended.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("churn", "--days", 0), "error[bad-days]: 0 days ahead were asked for"),
        (("churn", "--list", 0), "error[bad-list]: --list was given 0"),
        (("churn", "--fail-on", "gini>0"), "simple_auc"),
        (("chrun",), "is churn meant?"),
    ],
)
def test_impossible_questions_are_refused_with_what_is_expected(
    custtier: Custtier, orders: Path, words: tuple[object, ...], said: str
) -> None:
    ended = custtier("backtest", *words, *([] if words == ("chrun",) else [orders]), "--lang", "en")
    assert ended.code == USAGE
    assert said in ended.err
