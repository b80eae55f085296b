"""`rfm` with its options on a shop of sixty customers: what it prints in both languages at two widths, its errors."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from cli.conftest import Ended
from custtier.errors import NOTHING, USAGE

Custtier = Callable[..., Ended]

CHANNELS = ("抖音", "小红书", "老客介绍", "")
CATEGORIES = ("茶叶", "茶具", "")


def lines() -> list[str]:
    """Sixty customers: the further down, the longer ago and the less; every third bought again."""
    rows = ["订单号,日期,金额,客户,姓名,渠道,商品名称,类目,状态"]
    for place in range(60):
        for again in range(1 + (place % 3 == 0) * (1 + place % 5)):
            day = date(2026, 6, 30) - timedelta(days=6 * place + 40 * again)
            amount = f"{3000 - 45 * place}.{place % 10}0"
            channel, category = CHANNELS[(place + again) % 4], CATEGORIES[place % 3]
            goods = f"{category or '礼物'}{place % 7}"
            rows.append(
                f"B{place:02}{again},{day},{amount},c{place:02},客{place:02},{channel},{goods},{category},已付款"
            )
    return rows


@pytest.fixture
def orders(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shop's export in the working directory, so that its path is short."""
    monkeypatch.chdir(home)
    (home / "订单.csv").write_text("\n".join(lines()), encoding="utf-8")
    return Path("订单.csv")


CUTS = """[rfm_cuts]
recency_days = [180, 90, 60, 30]
net_sales = [500, 1000, 2000, 5000]

[[schemes]]
name = "simple"

[[schemes.classes]]
code = "star"
zh = "明星客户"
en = "stars"
r = "3-5"
m = "high"

[[schemes.classes]]
code = "back"
zh = "要挽回"
r = "1-2"
m = "high"

[[schemes.classes]]
code = "rest"
m = "low"
"""


def settings(home: Path, text: str) -> None:
    (home / "settings").mkdir(exist_ok=True)
    (home / "settings" / "settings.toml").write_text(text, encoding="utf-8")


OPTIONS = {
    "frozen": ("--cuts", "frozen", "--limit", 3),
    "scheme": ("--scheme", "simple", "--by", "channel", "--limit", 3),
    "by-channel": ("--by", "channel", "--limit", 1),
    "by-category": ("--by", "category", "--table", "by"),
    "freeze": ("--freeze", "--as-of", "2026-05-01", "--limit", 3),
    "fixed": ("--cuts", "fixed", "--limit", 3),
    "matrix": ("--matrix", "--limit", 3),
    "window": ("--window", "120d", "--limit", 5),
}


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [80, 140])
@pytest.mark.parametrize("option", OPTIONS)
def test_what_rfm_prints_with_its_options(
    custtier: Custtier,
    orders: Path,
    snapshot: Callable,
    monkeypatch: pytest.MonkeyPatch,
    option: str,
    width: int,
    lang: str,
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    settings(orders.resolve().parent, CUTS)
    if option == "frozen":
        custtier("rfm", orders, *OPTIONS["freeze"])
    snapshot(f"rfm-{option}-{width}-{lang}", custtier("rfm", orders, *OPTIONS[option], "--lang", lang))


@pytest.mark.parametrize("window", ["", "0", "0d", "-3", "12m", "36501", "三百天"])
def test_a_window_that_is_no_number_of_days_is_refused(custtier: Custtier, orders: Path, window: str) -> None:
    ended = custtier("rfm", orders, f"--window={window}")
    assert ended.code == USAGE
    assert "error[bad-window]" in ended.err
    assert "write it as 365d" in ended.err


def test_a_window_without_a_purchase_says_so(custtier: Custtier, orders: Path) -> None:
    ended = custtier("rfm", orders, "--window", "30d", "--as-of", "2027-06-30")
    assert ended.code == NOTHING
    assert "there is no purchase in the 30 days up to 2027-06-30" in ended.err


def test_the_matrix_adds_up_in_json(custtier: Custtier, orders: Path) -> None:
    answer = json.loads(custtier("rfm", orders, "--matrix", "--format", "json").out)
    for letter in "fm":
        table = answer["tables"][f"matrix_r{letter}"]
        assert [row["r_score"] for row in table] == [5, 4, 3, 2, 1]
        assert sum(row[f"{letter}{score}_customers"] for row in table for score in range(1, 6)) == 60
        assert sum(row["customers"] for row in table) == 60
        total = sum(row[f"{letter}{score}_sales"] for row in table for score in range(1, 6))
        assert total == pytest.approx(answer["summary"]["net_sales"])


def test_kept_cuts_score_later_and_are_replaced_by_the_next_ones(custtier: Custtier, orders: Path, home: Path) -> None:
    first = json.loads(custtier("rfm", orders, "--freeze", "--as-of", "2026-05-01", "--format", "json").out)
    kept = home / "settings" / "rfm-cuts.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    later = json.loads(custtier("rfm", orders, "--cuts", "frozen", "--format", "json").out)
    assert later["summary"]["cuts"] == first["summary"]["cuts"]
    assert later["summary"]["high"] == first["summary"]["high"]
    assert [note["code"] for note in later["notes"]] == ["frozen_cuts_drift"]
    second = json.loads(custtier("rfm", orders, "--freeze", "--format", "json").out)
    again = json.loads(custtier("rfm", orders, "--cuts", "frozen", "--format", "json").out)
    assert again["summary"]["cuts"] == second["summary"]["cuts"] != first["summary"]["cuts"]
    assert again["tables"] == second["tables"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        "null",
        '{"as_of": "2026-05-01"}',
        '{"as_of": 3, "currency": "CNY", "window_days": null, "cuts": {}, "high": {}}',
        '{"as_of": "2026-05-01", "currency": "CNY", "window_days": null, "high": {"r": 1, "f": 2, "m": 3},'
        ' "cuts": {"r": ["9", 8], "f": [2, 3], "m": [1, 2]}}',
        '{"as_of": "2026-05-01", "currency": "CNY", "window_days": null, "high": {"r": 1, "f": 2, "m": 3},'
        ' "cuts": {"r": [9], "f": [2, 3], "m": [1, 2]}}',
    ],
)
def test_a_damaged_file_of_cuts_is_refused(custtier: Custtier, orders: Path, home: Path, text: str) -> None:
    settings(home, "")
    (home / "settings" / "rfm-cuts.json").write_text(text, encoding="utf-8")
    ended = custtier("rfm", orders, "--cuts", "frozen")
    assert ended.code == USAGE
    assert "error[bad-frozen-cuts]" in ended.err


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("recency_days = [30, 60, 90, 180]", "rfm_cuts.recency_days is 30, 60, 90, 180"),
        ("recency_days = [180, 90, 60]", "rfm_cuts.recency_days"),
        ("recency_days = [90, 60, 30, -1]", "rfm_cuts.recency_days"),
        ("orders = []", "rfm_cuts.orders"),
        ("orders = [0, 2, 3, 4]", "rfm_cuts.orders"),
        ("net_sales = [0, 1, 2, 3]", "rfm_cuts.net_sales"),
        ("net_sales = [1, 2, 3, inf]", "rfm_cuts.net_sales"),
        ("net_sales = [1, 2, 2, 3]", "rfm_cuts.net_sales"),
        ("sales = [1, 2, 3, 4]", "rfm_cuts.sales"),
    ],
)
def test_own_cuts_that_mean_nothing_are_refused(
    custtier: Custtier, orders: Path, home: Path, line: str, named: str
) -> None:
    settings(home, f"[rfm_cuts]\n{line}\n")
    ended = custtier("rfm", orders)
    assert ended.code == USAGE
    assert "error[bad-settings]" in ended.err
    assert named in ended.err


def test_a_scheme_that_nobody_knows_is_refused_and_the_known_ones_are_named(
    custtier: Custtier, orders: Path, home: Path
) -> None:
    settings(home, CUTS)
    ended = custtier("rfm", orders, "--scheme", "grid9")
    assert ended.code == USAGE
    assert "error[unknown-scheme]: --scheme 'grid9' is not known; there are chinese8, grid10, simple" in ended.err


def scheme(*classes: str, name: str = "own") -> str:
    """A scheme in the settings; a class is its keys with semicolons between them."""
    tables = "".join("[[schemes.classes]]\n" + one.replace(";", "\n") + "\n" for one in classes)
    return f'[[schemes]]\nname = "{name}"\n{tables}'


ALL = 'code = "all"'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (scheme(), "scheme 'own' has no classes"),
        (scheme(ALL, name=""), "scheme 1 needs a name"),
        (scheme(ALL, name="my own"), "scheme 1 needs a name"),
        (scheme(ALL, name="grid10"), "another scheme called 'grid10'"),
        (scheme(ALL, name="Chinese8"), "another scheme called 'Chinese8'"),
        (scheme(ALL) + scheme(ALL), "another scheme called 'own'"),
        (scheme('code = "a b"'), "each class needs a code"),
        (scheme('code = "a";r = "0-5"'), "class 'a': r is '0-5'"),
        (scheme('code = "a";r = "5-4"'), "class 'a': r is '5-4'"),
        (scheme('code = "a";f = "hoch"'), "class 'a': f is 'hoch'"),
        (scheme('code = "a";m = 6'), "class 'a': m is 6"),
        (scheme('code = "a";m = "4-"', 'code = "b";m = "-3"'), "class 'b': m is '-3'"),
        (scheme('code = "a";m = "high"', 'code = "b";m = "1-3"'), "tells m by scores in one class"),
        (scheme('code = "a";r = "4-5"', 'code = "b";r = "1-2"'), "no class holds customers of r 3"),
        (scheme('code = "a";r = "high";f = 5', 'code = "b";f = "1-4"'), "no class holds customers of r low, f 5"),
        (scheme('code = "a";r = "3-5"', 'code = "b";r = "1-3"'), "a, b both hold customers of r 3"),
        (scheme('code = "a"', 'code = "b"'), "a, b both hold customers of -"),
        (scheme('code = "a";colour = "red"'), "schemes.classes.colour"),
    ],
)
def test_a_scheme_with_a_fault_is_refused_and_the_fault_is_named(
    custtier: Custtier, orders: Path, home: Path, text: str, said: str
) -> None:
    settings(home, text)
    ended = custtier("rfm", orders)
    assert ended.code == USAGE
    assert "error[bad-settings]" in ended.err
    assert said in ended.err
