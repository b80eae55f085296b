"""`next` on a shop of monthly and other buyers: what it prints in both languages at two widths, and its errors."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from cli.conftest import Ended
from custtier.errors import FAIL_ON, NOTHING, USAGE
from custtier.workflows.winners import Winner, keep_winner

Custtier = Callable[..., Ended]
HEAD = "订单号,日期,金额,客户,姓名,手机号,状态"
LAST = date(2026, 6, 30)


def lines() -> list[str]:
    """Thirty customers: ten buy every 30 days, ten every 45 days or so, ten once."""
    rows = [HEAD]
    for place in range(30):
        times = (12, 8, 1)[place // 10]
        for back in range(times):
            gap = (30, 45 + (back * 7 + place) % 11 - 5, 0)[place // 10]
            day = LAST - timedelta(days=gap * back + 2 * (place % 10))
            amount = f"{100 + 15 * place}.00"
            rows.append(f"N{place:02}{back:02},{day},{amount},c{place:02},客{place:02},138000000{place:02},已付款")
    return rows


@pytest.fixture
def orders(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shop's export in the working directory, so that its path is short."""
    monkeypatch.chdir(home)
    (home / "订单.csv").write_text("\n".join(lines()), encoding="utf-8")
    return Path("订单.csv")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [80, 140])
def test_what_next_prints(
    custtier: Custtier, orders: Path, snapshot: Callable, monkeypatch: pytest.MonkeyPatch, width: int, lang: str
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    snapshot(f"next-{width}-{lang}", custtier("next", orders, "--limit", 6, "--lang", lang))


def test_what_next_prints_of_everyone(custtier: Custtier, orders: Path, snapshot: Callable) -> None:
    snapshot("next-all-zh", custtier("next", orders, "--all", "--format", "csv", "--lang", "zh"))


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [80, 140])
def test_what_next_prints_by_product(
    custtier: Custtier, orders: Path, snapshot: Callable, monkeypatch: pytest.MonkeyPatch, width: int, lang: str
) -> None:
    head, *rows = lines()
    goods = ["商品", *("茶叶" if int(row[1:3]) < 10 else "茶具" for row in rows)]
    table = "\n".join(f"{row},{product}" for row, product in zip([head, *rows], goods, strict=True))
    orders.write_text(table, encoding="utf-8")
    monkeypatch.setenv("COLUMNS", str(width))
    snapshot(f"next-product-{width}-{lang}", custtier("next", orders, "--by", "product", "--limit", 4, "--lang", lang))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_a_shop_too_small_is_told(
    custtier: Custtier, orders: Path, snapshot: Callable, home: Path, lang: str
) -> None:
    (home / "few.csv").write_text("\n".join(lines()[:8]), encoding="utf-8")
    snapshot(f"next-few-{lang}", custtier("next", "few.csv", "--all", "--lang", lang))


def test_a_monthly_buyer_is_due_a_month_after_the_last_purchase(custtier: Custtier, orders: Path) -> None:
    ended = custtier("next", orders, "--all", "--format", "json")
    assert ended.code == 0, ended.err
    view = json.loads(ended.out)
    monthly = [row for row in view["tables"]["customers"] if row["usual_gap_days"] == 30]
    assert len(monthly) == 10
    for row in monthly:
        due = date.fromisoformat(row["last_order_on"]) + timedelta(days=30)
        assert date.fromisoformat(row["next_from"]) <= due <= date.fromisoformat(row["next_to"])
    assert {note["code"] for note in view["notes"]} >= {"next_few_repeaters", "next_hits"}


def test_a_script_may_fail_on_windows_that_are_seldom_right(custtier: Custtier, orders: Path) -> None:
    assert custtier("next", orders, "--fail-on", "hit_rate<0.1").code == 0
    assert custtier("next", orders, "--fail-on", "due>=1").code == FAIL_ON
    assert custtier("next", orders, "--fail-on", "luck>1").code == USAGE


@pytest.mark.parametrize(
    ("rule", "code"), [("rhythm", "next_backtest"), ("last-gap", "next_backtest_simple"), ("mbg-nbd", None)]
)
def test_what_won_the_backtest_of_a_store_is_used_and_said(
    custtier: Custtier, orders: Path, home: Path, rule: str, code: str | None
) -> None:
    """Twenty returning customers carry no model, so that rhythm is used whatever won."""
    assert custtier("import", orders, "--quiet").code == 0
    winner = Winner(rule, "last-gap", date(2026, 5, 31), 90, 3, 30, "concordance", 0.7)
    keep_winner("next", winner, store=home / "store")
    view = json.loads(custtier("next", "--format", "json").out)
    assert view["summary"]["forecast"] == "rhythm"
    said = [note for note in view["notes"] if note["code"].startswith("next_backtest")]
    assert [note["code"] for note in said] == ([code] if code else [])
    assert all("2026-05-31" in note["text"] for note in said)
    named = json.loads(custtier("next", "--forecast", "rhythm", "--format", "json").out)
    assert not [note for note in named["notes"] if note["code"].startswith("next_backtest")]


def test_orders_without_products_are_told_so(custtier: Custtier, orders: Path) -> None:
    ended = custtier("next", orders, "--by", "product")
    assert ended.code == NOTHING
    assert ended.err.startswith("error[no-items]")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--days", "400"), "bad-days"),
        (("--days", "60", "--horizon", "30"), "bad-days"),
        (("--forecast", "stars"), "usage"),
        (("--forecast", "rhythm", "--by", "product"), "forecast-of-products"),
        (("--refund-basis", "refund"), "no-period"),
    ],
)
def test_what_cannot_be_asked_is_told_in_a_line(
    custtier: Custtier, orders: Path, words: tuple[str, ...], code: str
) -> None:
    ended = custtier("next", orders, *words)
    assert ended.code == USAGE
    assert ended.err.startswith(f"error[{code}]")
