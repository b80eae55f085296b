"""`tiers` with its options on a shop of sixty customers: what it prints in both languages at two widths, its errors."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from cli.conftest import Ended
from custtier.errors import FAIL_ON, NOTHING, USAGE

Custtier = Callable[..., Ended]


def lines() -> list[str]:
    """Sixty customers: the further down, the longer ago and the less; every third bought again."""
    rows = ["订单号,日期,金额,客户,姓名,手机号,状态"]
    for place in range(60):
        for again in range(1 + (place % 3 == 0) * (1 + place % 5)):
            day = date(2026, 6, 30) - timedelta(days=6 * place + 40 * again)
            amount = f"{3000 - 45 * place}.{place % 10}0"
            rows.append(f"B{place:02}{again},{day},{amount},c{place:02},客{place:02},138000000{place:02},已付款")
    return rows


@pytest.fixture
def orders(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shop's export in the working directory, so that its path is short."""
    monkeypatch.chdir(home)
    (home / "订单.csv").write_text("\n".join(lines()), encoding="utf-8")
    return Path("订单.csv")


OPTIONS = {
    "near": ("--near", "--limit", 6),
    "window": ("--window", "120d", "--limit", 5),
    "slipping": ("--slipping", "--limit", 6),
    "slipping-window": ("--window", "120d", "--slipping", "--limit", 6),
    "risen": ("--compared-with", "2026-05-31", "--window", "120d", "--limit", 4),
}


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [80, 140])
@pytest.mark.parametrize("option", OPTIONS)
def test_what_tiers_prints_with_its_options(
    custtier: Custtier,
    orders: Path,
    snapshot: Callable,
    monkeypatch: pytest.MonkeyPatch,
    option: str,
    width: int,
    lang: str,
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    snapshot(f"tiers-{option}-{width}-{lang}", custtier("tiers", orders, *OPTIONS[option], "--lang", lang))


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [80, 140])
def test_what_tiers_prints_of_kept_bounds_and_held_customers(
    custtier: Custtier,
    home: Path,
    orders: Path,
    snapshot: Callable,
    monkeypatch: pytest.MonkeyPatch,
    width: int,
    lang: str,
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    (home / "settings").mkdir(exist_ok=True)
    (home / "settings" / "settings.toml").write_text(
        'tiers = [{code = "gold", zh = "金卡", en = "Gold", customers = "20%"}, '
        '{code = "rest", zh = "普卡", en = "Plain"}]'
        "\ntier_hysteresis = {fall_after_runs = 2}\n",
        encoding="utf-8",
    )
    assert custtier("import", orders, "--quiet").code == 0
    window = ("--window", "120d", "--limit", 4, "--lang", lang)
    assert custtier("tiers", "--as-of", "2026-05-31", "--keep", "--freeze", "--quiet", *window).code == 0
    snapshot(f"tiers-held-{width}-{lang}", custtier("tiers", *window))
    snapshot(f"tiers-frozen-{width}-{lang}", custtier("tiers", "--cuts", "frozen", *window))


@pytest.mark.parametrize("window", ["", "0d", "12m", "36501"])
def test_a_window_that_is_no_number_of_days_is_refused(custtier: Custtier, orders: Path, window: str) -> None:
    ended = custtier("tiers", orders, f"--window={window}")
    assert ended.code == USAGE
    assert "error[bad-window]" in ended.err


def test_a_window_without_a_purchase_says_so(custtier: Custtier, orders: Path) -> None:
    ended = custtier("tiers", orders, "--window", "30d", "--as-of", "2027-06-30")
    assert ended.code == NOTHING
    assert "there is no purchase in the 30 days up to 2027-06-30" in ended.err


@pytest.mark.parametrize(("within", "code"), [("", "bad-within"), ("0%", "bad-share"), ("1.005", "bad-within")])
def test_a_reach_that_means_nothing_is_refused(custtier: Custtier, orders: Path, within: str, code: str) -> None:
    ended = custtier("tiers", orders, f"--within={within}")
    assert ended.code == USAGE
    assert f"error[{code}]" in ended.err


def test_a_reach_alone_asks_who_is_near_and_a_condition_may_ask_how_many(custtier: Custtier, orders: Path) -> None:
    assert custtier("tiers", orders, "--within", "5%", "--fail-on", "near_customers>0", "--quiet").code == FAIL_ON
    assert custtier("tiers", orders, "--fail-on", "near_customers>0", "--quiet").code == USAGE


def test_conditions_may_ask_for_the_figures_of_a_list(custtier: Custtier, orders: Path) -> None:
    assert custtier("tiers", orders, "--slipping", "--fail-on", "slipping_customers>0", "--quiet").code == FAIL_ON
    words = ("--compared-with", "2026-05-31", "--fail-on", "fallen_customers>999", "--quiet")
    assert custtier("tiers", orders, *words).code == 0
    assert custtier("tiers", orders, "--fail-on", "prospect_customers>0", "--quiet").code == USAGE


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--risen"], "no-kept-run"),
        (["--keep"], "keep-needs-store"),
        (["--near", "--slipping"], "one-list"),
        (["--slipping", "--window", "10d"], "bad-ahead"),
        (["--ahead", "5d"], "ahead-needs-window"),
        (["--ahead", "soon", "--window", "90d"], "bad-window"),
        (["--cuts", "frozen"], "no-frozen-cuts"),
        (["--cuts", "fixed"], "usage"),
        (["--compared-with", "2027-01-01"], "compared-too-late"),
    ],
)
def test_a_question_of_tiers_without_an_answer_is_refused(
    custtier: Custtier, orders: Path, words: list[str], code: str
) -> None:
    for lang in ("en", "zh"):
        ended = custtier("tiers", orders, *words, "--lang", lang)
        assert (ended.code, ended.err.partition("]")[0]) == (USAGE, f"error[{code}")


def test_near_customers_are_masked(custtier: Custtier, orders: Path) -> None:
    assert "13800000004" not in custtier("tiers", orders, "--near", "--format", "csv", "--within", "100%").out
