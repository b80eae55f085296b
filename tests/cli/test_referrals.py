"""`referrals` on a small shop: what it prints in both languages, one tree, the estimate, and its errors."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Ended
from custtier.errors import FAIL_ON, NOTHING, USAGE

Custtier = Callable[..., Ended]

ORDERS = """\
订单号,日期,金额,客户,姓名,手机号,状态,推荐人,买家留言
S01,2026-01-01,100.00,lao_wang,王老师,13800000001,已付款,,
S02,2026-01-05,250.00,lin,林小姐,13800000002,已付款,,
S03,2026-02-01,80.00,chen,陈先生,13800000003,已付款,林小姐,
S04,2026-02-03,60.00,zhao,赵阿姨,13800000004,已付款,,推荐人：13800000002，请快发
S05,2026-02-10,40.00,wu,吴同学,13800000005,已付款,,
S06,2026-03-01,300.00,sun,孙女士,13800000006,已付款,,
S07,2026-03-05,20.00,zhou,周先生,13800000007,已付款,张姐,
S08,2026-03-31,30.00,zhou,周先生,13800000007,已付款,,
S09,2026-03-20,15.00,qian,钱多,13800000008,已付款,钱多,
S10,2026-03-21,16.00,feng,冯一,13800000009,已付款,,
S11,2026-03-22,17.00,wei,卫二,13800000010,已付款,,
"""
PAIRS = """\
被推荐人,推荐人,日期
lin,13800000001,2026-01-05
wu,chen,2026-02-10
sun,wu,2026-03-01
feng,wei,2026-03-20
wei,冯一,2026-03-22
"""


@pytest.fixture
def files(home: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Orders and pairs in the working directory, so that their paths are short."""
    monkeypatch.chdir(home)
    (home / "订单.csv").write_text(ORDERS, encoding="utf-8")
    (home / "推荐.csv").write_text(PAIRS, encoding="utf-8")
    return [Path("订单.csv"), Path("推荐.csv")]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [80, 140])
def test_what_referrals_prints(
    custtier: Custtier, files: list[Path], snapshot: Callable, monkeypatch: pytest.MonkeyPatch, width: int, lang: str
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    snapshot(f"referrals-{width}-{lang}", custtier("referrals", *files, "--lang", lang))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_a_tree_prints(
    custtier: Custtier, files: list[Path], snapshot: Callable, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    snapshot(f"referrals-of-{lang}", custtier("referrals", *files, "--of", "lin", "--lang", lang))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_the_estimate_prints(
    custtier: Custtier, files: list[Path], snapshot: Callable, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    snapshot(f"referrals-reach-{lang}", custtier("referrals", *files, "--reach", "--lang", lang))


def test_all_ways_of_naming_come_to_one_tree(custtier: Custtier, files: list[Path]) -> None:
    ended = custtier("referrals", *files, "--of", "13800000001", "--format", "json", "--reveal")
    assert ended.code == 0, ended.err
    view = json.loads(ended.out)
    assert [(row["tree"].replace("\u00a0", " "), row["name"]) for row in view["tables"]["tree"]] == [
        ("", "王老师"),
        ("└─", "林小姐"),
        ("  ├─", "陈先生"),
        ("  │ └─", "吴同学"),
        ("  │   └─", "孙女士"),
        ("  └─", "赵阿姨"),
    ]
    assert view["summary"]["value_with_below"] == 830.0
    cut = json.loads(custtier("referrals", *files, "--of", "王老师", "--depth", 1, "--format", "json").out)
    assert len(cut["tables"]["tree"]) == 2 and cut["tables"]["tree"][1]["name"] == "林**"


def test_nobody_is_shown_by_name_unless_asked(custtier: Custtier, files: list[Path]) -> None:
    for asked in ((), ("--of", "lin"), ("--format", "json"), ("--format", "csv", "--table", "unmatched")):
        out = custtier("referrals", *files, *asked).out
        assert not any(text in out for text in ("林小姐", "张姐", "王老师", "冯一", "13800000002")), asked
    assert "张姐" in custtier("referrals", *files, "--table", "unmatched", "--format", "csv", "--reveal").out


def test_an_assumption_of_ones_own_is_reckoned(custtier: Custtier, files: list[Path]) -> None:
    asked = ("--known", 1000, "--mobilised", 100, "--each", 2.5, "--format", "json")
    summary = json.loads(custtier("referrals", *files, *asked).out)["summary"]
    assert summary["people_reached"] == 350
    quarter = json.loads(custtier("referrals", *files, "--known", 1000, "--format", "json").out)["summary"]
    assert (quarter["people_mobilised"], quarter["people_reached"]) == (250, 2750)


def test_the_words_of_tags_and_notes_are_those_of_the_settings(
    custtier: Custtier, files: list[Path], home: Path
) -> None:
    before = json.loads(custtier("referrals", *files, "--format", "json").out)["summary"]["referred_count"]
    (home / "settings").mkdir(exist_ok=True)
    (home / "settings" / "settings.toml").write_text('[referrals]\nwords = ["经手人"]\n', encoding="utf-8")
    after = json.loads(custtier("referrals", *files, "--format", "json").out)["summary"]["referred_count"]
    assert (before, after) == (6, 5)
    (home / "settings" / "settings.toml").write_text('[referrals]\nwords = [""]\n', encoding="utf-8")
    refused = custtier("referrals", *files)
    assert refused.code == USAGE and "referrals.words" in refused.err


@pytest.mark.parametrize(
    ("asked", "code", "name"),
    [
        (("--depth", "2"), USAGE, "depth-needs-of"),
        (("--of", "lin", "--reach"), USAGE, "reach-alone"),
        (("--known", "10", "--mobilised", "11"), USAGE, "bad-reach"),
        (("--of", "nobody"), USAGE, "unknown-customer"),
        (("--of", "qian"), NOTHING, "no-referrals"),
        (("--as-of", "2026-01-04"), NOTHING, "no-referrals"),
        (("--refund-basis", "refund"), USAGE, "no-period"),
    ],
)
def test_what_cannot_be_answered_is_an_error(
    custtier: Custtier, files: list[Path], asked: tuple[str, ...], code: int, name: str
) -> None:
    ended = custtier("referrals", *files, *asked, "--lang", "en")
    assert (ended.code, ended.out) == (code, "")
    assert f"error[{name}]" in ended.err and "hint:" in ended.err


def test_a_condition_on_a_figure_ends_with_its_code(custtier: Custtier, files: list[Path]) -> None:
    assert custtier("referrals", *files, "--fail-on", "bringer_share<0.9").code == FAIL_ON
    assert custtier("referrals", *files, "--reach", "--fail-on", "people_reached<100").code == 0
    assert custtier("referrals", *files, "--of", "lin", "--fail-on", "trees>0").code == USAGE


@pytest.mark.parametrize("form", ["md", "html", "csv", "json", "xlsx", "parquet"])
def test_every_format_holds_the_answer(custtier: Custtier, files: list[Path], form: str) -> None:
    ended = custtier("referrals", *files, "--output", f"answer.{form}")
    assert ended.code == 0, ended.err
    assert Path(f"answer.{form}").stat().st_size
