"""`explain` from its words to what it prints, and what it prints done: the order is imported, the tier is another."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Ended
from custtier.cli.main import run
from custtier.errors import NOTHING, USAGE

Custtier = Callable[..., Ended]
HEADER = "订单号,下单时间,金额,退款金额,客户,手机号,姓名,状态\n"
CONTACTS = """微信号,昵称,手机号,客服,渠道,标签,添加时间,删除时间
wx_dan_01,丹丹,13957020099,小林,抖音,,2026-01-02 09:00:00,
"""
SETTINGS = """
[[schemes]]
name = "care"
[[schemes.classes]]
code = "call"
zh = "要打电话"
en = "to be called"
m = "high"
r = "low"
[[schemes.classes]]
code = "leave"
zh = "不用管"
en = "to be left"
m = "high"
r = "high"
[[schemes.classes]]
code = "leave"
m = "low"
"""
CASES = {
    "phone": ("13957020003",),
    "best": ("buyer_00",),
    "top": ("buyer_05", "--top", "3", "--days", "30"),
    "window": ("buyer_01", "--window", "20d"),
    "several": ("李四",),
    "unknown": ("13900000000",),
    "prospect": ("wx_dan_01",),
}


def row(number: int, buyer: int, day: str, amount: str) -> str:
    name = "李四" if buyer >= 10 else f"张{'一二三四五六七八九十'[buyer]}"
    return f"A{number},{day} 10:00:00,{amount},0,buyer_{buyer:02},139570200{buyer:02},{name},已付款\n"


def orders() -> str:
    """Twelve buyers; the lower the number, the more, the oftener and the later they bought."""
    rows, number = [], 0
    for buyer in range(12):
        for place in range(max(1, 5 - buyer)):
            number += 1
            rows.append(row(number, buyer, f"2026-01-{max(1, 31 - buyer - 6 * place):02}", f"{400 - 30 * buyer}.50"))
    return HEADER + "".join(rows)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of twelve buyers and one who only asked, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "orders.csv").write_text(orders(), encoding="utf-8")
    (folder / "contacts.csv").write_text(CONTACTS, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("CUSTTIER_SETTINGS", str(folder / "settings"))
        patch.setenv("CUSTTIER_ID_KEY", "a key for tests")
        words = ["import", "orders.csv", "contacts.csv", "--quiet", "--output", str(folder / "said.txt")]
        assert run([*words, "--store", str(folder / "store")]) == 0
    return folder


@pytest.fixture
def shop(made: Path, home: Path) -> Path:
    shutil.copytree(made / "store", home / "store")
    (home / "settings").mkdir()
    (home / "settings" / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    return home


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("columns", [80, 140])
@pytest.mark.parametrize("name", CASES)
def test_what_it_prints(
    custtier: Custtier, shop: Path, snapshot: Callable, monkeypatch, name: str, columns: int, lang: str
) -> None:
    from rich.cells import cell_len

    monkeypatch.setenv("COLUMNS", str(columns))
    ended = custtier("explain", *CASES[name], "--lang", lang)
    snapshot(f"explain-{name}-{columns}-{lang}", ended)
    assert [line for line in ended.out.splitlines() if cell_len(line) > columns] == []


@pytest.mark.parametrize("form", ["text", "csv", "json", "md", "xlsx", "parquet"])
def test_it_is_written_in_every_form(custtier: Custtier, shop: Path, form: str) -> None:
    path = shop / f"why.{'txt' if form == 'text' else form}"
    assert custtier("explain", "buyer_03", "--output", path).code == 0
    assert path.stat().st_size > 0


def test_names_and_phones_are_masked_unless_revealed(custtier: Custtier, shop: Path) -> None:
    for form in ("text", "json", "md"):
        hidden = custtier("explain", "buyer_03", "--format", form)
        shown = custtier("explain", "buyer_03", "--format", form, "--reveal")
        assert "张四" not in hidden.out and "13957020003" not in hidden.out
        assert "张四" in shown.out and "13957020003" in shown.out


def test_the_order_that_is_said_to_lift_somebody_does_and_one_cent_less_does_not(
    custtier: Custtier, shop: Path
) -> None:
    answer = json.loads(custtier("explain", "buyer_05", "--format", "json").out)
    scores = {one["score"]: one for one in answer["tables"]["scores"]}
    needed, lifted = scores["tier"]["up_sales"], scores["tier"]["up_value"]
    seen = []
    for place, amount in enumerate((needed, round(needed - 0.01, 2))):
        files = shop / f"more{place}"
        files.mkdir()
        more = orders() + row(99, 5, "2026-01-31", f"{amount:.2f}")
        (files / "orders.csv").write_text(more, encoding="utf-8")
        customers = json.loads(custtier("tiers", files / "orders.csv", "--format", "json", "--reveal").out)
        seen.append(next(one["tier"] for one in customers["tables"]["customers"] if one["phone"] == "13957020005"))
    assert seen == [lifted, scores["tier"]["value"]]
    assert lifted != scores["tier"]["value"]


def test_it_explains_from_files_too(custtier: Custtier, shop: Path) -> None:
    (shop / "orders.csv").write_text(orders(), encoding="utf-8")
    ours = json.loads(custtier("explain", "buyer_05", shop / "orders.csv", "--format", "json").out)
    theirs = json.loads(custtier("explain", "buyer_05", "--format", "json").out)
    assert ours["tables"]["scores"] == theirs["tables"]["scores"]


def test_kept_cuts_explain_too(custtier: Custtier, shop: Path) -> None:
    without = custtier("explain", "buyer_05", "--cuts", "frozen")
    assert without.code == USAGE and "error[no-frozen-cuts]" in without.err
    assert custtier("rfm", "--freeze").code == 0
    by_rank = json.loads(custtier("explain", "buyer_05", "--format", "json").out)
    kept = json.loads(custtier("explain", "buyer_05", "--cuts", "frozen", "--format", "json").out)
    values = [{one["score"]: one["value"] for one in it["tables"]["scores"]} for it in (by_rank, kept)]
    assert values[0] == values[1]


def test_kept_bounds_of_tiers_explain_too(custtier: Custtier, shop: Path) -> None:
    assert custtier("tiers", "--freeze").code == 0
    (shop / "orders.csv").write_text(orders() + row(99, 5, "2026-01-31", "1000"), encoding="utf-8")
    asked = (shop / "orders.csv", "--format", "json")
    tiers = json.loads(custtier("tiers", *asked, "--cuts", "frozen", "--reveal").out)["tables"]["customers"]
    scores = json.loads(custtier("explain", "buyer_05", *asked, "--tier-cuts", "frozen").out)["tables"]["scores"]
    tier = next(one["value"] for one in scores if one["score"] == "tier")
    assert [tier] == [one["tier"] for one in tiers if one["phone"] == "13957020005"]
    windowed = custtier("explain", "buyer_05", *asked, "--tier-cuts", "frozen", "--window", "20d")
    assert "error[frozen-otherwise]" in windowed.err


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--top", "0"), "bad-top"),
        (("--top", "3", "--sales", "80%"), "top-and-sales"),
        (("--days", "0"), "bad-days"),
        (("--cuts", "fixed"), "no-fixed-cuts"),
    ],
)
def test_what_cannot_be_asked_is_refused(custtier: Custtier, shop: Path, words: tuple[str, ...], code: str) -> None:
    ended = custtier("explain", "buyer_05", *words)
    assert ended.code == USAGE
    assert f"error[{code}]" in ended.err and ended.out == ""


def test_no_store_is_told_with_the_way_out(custtier: Custtier) -> None:
    ended = custtier("explain", "somebody")
    assert (ended.code, ended.out) == (NOTHING, "")
    assert "custtier import" in ended.err
