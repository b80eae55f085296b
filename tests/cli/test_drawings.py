"""`tiers --curve` and pages from the command line: in both languages, at two widths, for poor terminals, refused."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Ended
from custtier.cli import output
from custtier.errors import USAGE

Custtier = Callable[..., Ended]


@pytest.fixture
def orders(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Forty customers in the working directory, each buying for less than the one before."""
    rows = ["订单号,日期,金额,客户,姓名,手机号,状态"]
    for place in range(40):
        rows.append(f"D{place:02},2026-06-{1 + place % 28:02},{40000 // (place + 1)}.00,d{place:02},<b>{place},,已付款")
    monkeypatch.chdir(home)
    (home / "订单.csv").write_text("\n".join(rows), encoding="utf-8")
    return Path("订单.csv")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [80, 140])
def test_the_curve_stands_under_the_tables(
    custtier: Custtier, orders: Path, snapshot: Callable, monkeypatch: pytest.MonkeyPatch, width: int, lang: str
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    snapshot(f"tiers-curve-{width}-{lang}", custtier("tiers", orders, "--curve", "--limit", 3, "--lang", lang))


@pytest.mark.parametrize("variable", ["LANG", "LC_ALL"])
def test_the_locale_c_gets_plain_signs(
    custtier: Custtier, orders: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "C")
    ended = custtier("tiers", orders, "--curve", "--limit", 1)
    drawing = ended.out[ended.out.index("their share of sales") :].split("\n\n")[0]
    assert drawing.isascii()
    assert "*" in drawing


def test_a_terminal_of_gbk_gets_plain_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal:
        encoding = "gbk"

    monkeypatch.setattr(sys, "stdout", Terminal())
    assert not output.can_show(output.DRAWN_WITH)
    Terminal.encoding = "utf-8"
    assert output.can_show(output.DRAWN_WITH)


@pytest.mark.parametrize("words", [("--near",), ("--format", "csv"), ("--format", "json"), ("--format", "md")])
def test_a_curve_that_has_no_place_is_refused(custtier: Custtier, orders: Path, words: tuple[str, ...]) -> None:
    ended = custtier("tiers", orders, "--curve", *words)
    assert ended.code == USAGE
    assert "error[no-curve]" in ended.err


def test_a_page_goes_to_a_file_by_its_ending(custtier: Custtier, orders: Path) -> None:
    for name in ("页.html", "page.HTM"):
        ended = custtier("tiers", orders, "--output", name, "--lang", "zh")
        assert (ended.code, ended.out, ended.err) == (0, "", "")
        text = Path(name).read_text(encoding="utf-8")
        assert text.startswith('<!doctype html>\n<html lang="zh-CN">')
        assert text.count("<svg") == 1
        assert Path(name).stat().st_mode & 0o077 == 0


def test_a_page_on_standard_output_is_the_one_in_a_file(custtier: Custtier, orders: Path) -> None:
    ended = custtier("rfm", orders, "--matrix", "--format", "html", "--reveal")
    custtier("rfm", orders, "--matrix", "--output", "page.html", "--reveal")
    assert ended.out == Path("page.html").read_text(encoding="utf-8")
    assert ended.err == ""
    assert "<b>" not in ended.out
    assert "&lt;b&gt;7" in ended.out


def test_a_limit_holds_for_pages_too(custtier: Custtier, orders: Path) -> None:
    text = custtier("churn", orders, "--all", "--format", "html", "--limit", 5, "--lang", "en").out
    assert "5 of 40 rows; `--limit 0` shows all" in text
