"""`show` from its words to what it prints: one customer, several, nobody, no store."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Ended
from custtier.cli.main import run
from custtier.errors import NOTHING, USAGE

Custtier = Callable[..., Ended]
ORDERS = """订单号,下单时间,金额,退款金额,客户,手机号,姓名,商品,数量,状态,渠道
A1,2026-01-01 10:00:00,1100.00,0,amy_buys,13957020001,张三丰,高山云雾绿茶礼盒装,2,已付款,直播
A2,2026-01-11 10:00:00,50.05,20.00,amy_buys,13957020001,张三丰,青瓷杯,1,已付款,直播
A3,2026-01-12 10:00:00,70,0,amy_buys,13957020001,张三丰,紫砂壶,1,待付款,直播
B1,2026-01-21 10:00:00,30,0,bob_buys,13957020002,李四,茶,1,已付款,
C1,2026-01-21 11:00:00,10,0,cat_buys,13957020003,李四,茶,1,已付款,
"""
CONTACTS = """微信号,昵称,手机号,客服,渠道,标签,添加时间,删除时间
wx_amy_01,小张,13957020001,小林,抖音,老客,2025-12-30 09:00:00,2026-01-20 09:00:00
wx_dan_01,丹丹,13957020009,小林,抖音,,2026-01-02 09:00:00,
"""
DATES = """账号,日期类型,日期
amy_buys,生日,1990-05-06
"""
CASES = {
    "phone": ("13957020001",),
    "several": ("李四",),
    "unknown": ("13900000000",),
    "prospect": ("wx_dan_01",),
    "numbers": ("13957020001", "--numbers"),
    "as-of": ("amy_buys", "--as-of", "2026-01-10", "--orders", "1"),
}


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with three buyers and one who only asked, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("made")
    for name, text in (("orders", ORDERS), ("contacts", CONTACTS), ("dates", DATES)):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("CUSTTIER_SETTINGS", str(folder / "settings"))
        patch.setenv("CUSTTIER_ID_KEY", "a key for tests")
        words = ["import", "orders.csv", "contacts.csv", "dates.csv", "--quiet", "--output", str(folder / "said.txt")]
        assert run([*words, "--store", str(folder / "store")]) == 0
    return folder


@pytest.fixture
def shop(made: Path, home: Path) -> Path:
    shutil.copytree(made / "store", home / "store")
    return home


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("columns", [80, 140])
@pytest.mark.parametrize("name", CASES)
def test_what_it_prints(
    custtier: Custtier, shop: Path, snapshot: Callable, monkeypatch, name: str, columns: int, lang: str
) -> None:
    from rich.cells import cell_len

    monkeypatch.setenv("COLUMNS", str(columns))
    ended = custtier("show", *CASES[name], "--lang", lang)
    snapshot(f"show-{name}-{columns}-{lang}", ended)
    assert [line for line in ended.out.splitlines() if cell_len(line) > columns] == []


@pytest.mark.parametrize("form", ["text", "csv", "json", "md", "xlsx", "parquet"])
def test_it_is_written_in_every_form(custtier: Custtier, shop: Path, form: str) -> None:
    path = shop / f"card.{'txt' if form == 'text' else form}"
    assert custtier("show", "amy_buys", "--output", path).code == 0
    assert path.stat().st_size > 0


@pytest.mark.parametrize("form", ["text", "csv", "json", "md"])
@pytest.mark.parametrize("words", [("13957020001",), ("李四",)])
def test_names_phones_and_accounts_are_masked_unless_revealed(
    custtier: Custtier, shop: Path, form: str, words: tuple[str, ...]
) -> None:
    hidden = custtier("show", *words, "--format", form)
    for secret in ("13957020001", "张三丰", "amy_buys", "wx_amy_01", "李四", "13957020002"):
        assert secret not in hidden.out + hidden.err
    assert "李四" in custtier("show", *words, "--format", form, "--reveal").out or words == ("13957020001",)
    if form == "json" and words == ("13957020001",):
        revealed = custtier("show", *words, "--format", form, "--reveal").out
        assert all(secret in revealed for secret in ("13957020001", "张三丰", "amy_buys", "wx_amy_01"))


def test_figures_stand_in_the_envelope(custtier: Custtier, shop: Path) -> None:
    answer = json.loads(custtier("show", "amy_buys", "--format", "json").out)
    assert list(answer["tables"]) == ["customer", "orders", "accounts", "history", "dates"]
    mine = answer["tables"]["customer"][0]
    tiers = json.loads(custtier("tiers", "--format", "json").out)["tables"]["customers"][0]
    assert {name: mine[name] for name in ("customer_id", "net_sales", "tier", "sales_share")} == {
        name: tiers[name] for name in ("customer_id", "net_sales", "tier", "sales_share")
    }
    assert sum(order["net_sales"] or 0 for order in answer["tables"]["orders"]) == mine["net_sales"]


def test_several_end_with_two_after_the_list(custtier: Custtier, shop: Path) -> None:
    ended = custtier("show", "李四", "--format", "json")
    assert ended.code == USAGE
    assert len(json.loads(ended.out)["tables"]["matches"]) == 2
    assert "error[several-customers]" in ended.err


def test_no_store_is_told_with_the_way_out(custtier: Custtier) -> None:
    ended = custtier("show", "somebody")
    assert (ended.code, ended.out) == (NOTHING, "")
    assert "custtier import" in ended.err


@pytest.mark.parametrize("text", ["", "   ", "{name}", "\x1b[31m", "' or 1=1"])
def test_a_text_that_means_nobody_is_refused(custtier: Custtier, shop: Path, text: str) -> None:
    ended = custtier("show", text)
    assert ended.code == USAGE
    assert "error[unknown-customer]" in ended.err and "\x1b" not in ended.err
