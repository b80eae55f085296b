"""`segments` on a shop of 240 customers of four kinds: what it prints in both languages, and its errors."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Ended
from custtier.errors import DATA, FAIL_ON, USAGE
from metrics.shops import Shop
from views.alike import AS_OF, planted_shop

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
    (home / "订单.csv").write_text(export(planted_shop(7, each=60)), encoding="utf-8")
    return Path("订单.csv")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [80, 140])
def test_what_segments_prints(
    custtier: Custtier, orders: Path, snapshot: Callable, monkeypatch: pytest.MonkeyPatch, width: int, lang: str
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    snapshot(f"segments-{width}-{lang}", custtier("segments", orders, "--lang", lang))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_segments_prints_where_there_are_none(
    custtier: Custtier, orders: Path, snapshot: Callable, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    snapshot(f"segments-none-{lang}", custtier("segments", orders, "--count", 12, "--lang", lang))


def test_machines_get_codes_words_and_unrounded_figures(custtier: Custtier, orders: Path) -> None:
    found = json.loads(custtier("segments", orders, "--format", "json", "--lang", "zh").out)
    assert found["parameters"]["by"] == "behaviour"
    assert found["summary"]["segment_count"] == 4
    assert list(found["tables"]) == ["segments", "examples", "customers", "trials"]
    assert [row["segment"] for row in found["tables"]["segments"]] == ["c1", "c2", "c3", "c4"]
    assert len(found["tables"]["customers"]) == 240
    assert found["tables"]["customers"][0]["segment_name"].startswith("回头客·")
    assert "no_segments" not in [note["code"] for note in found["notes"]]


def test_the_customers_of_the_segments_are_written_as_a_table(custtier: Custtier, orders: Path) -> None:
    lines = custtier("segments", orders, "--format", "csv", "--table", "customers").out.splitlines()
    assert lines[0].lstrip("\ufeff").startswith("customer_id,name,phone,segment,segment_name,fit,last_order_on")
    assert len(lines) == 241


def test_a_summary_of_segments_can_fail_a_run(custtier: Custtier, orders: Path) -> None:
    assert custtier("segments", orders, "--fail-on", "segment_count>3", "--quiet").code == FAIL_ON


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--count", 1), USAGE, "error[bad-count]: --count was given 1, a number from 2 to 16 is expected"),
        (("--by", "colour"), USAGE, "--by takes one of behaviour"),
        (("--seed", -1), USAGE, "--seed"),
        (("--until", "2025-09-01"), DATA, "error[too-few-customers]: "),
        (("--fail-on", "lapsed>0"), USAGE, "segment_count"),
    ],
)
def test_what_cannot_be_answered_is_said(
    custtier: Custtier, orders: Path, words: tuple[object, ...], code: int, said: str
) -> None:
    ended = custtier("segments", orders, "--as-of", AS_OF, *words)
    assert ended.code == code
    assert said in ended.err
    assert ended.out == ""
