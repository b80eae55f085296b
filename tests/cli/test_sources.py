"""`custtier sources` from its words to what it prints: listing, showing, drafting, checking."""

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Ended
from custtier.cli.asking import TerminalAsker
from custtier.errors import DATA, USAGE
from custtier.sources import load_profiles
from custtier.sources.drafting.asking import Question
from custtier.text import Catalogue

Custtier = Callable[..., Ended]

EXPORT = """云铺商城 订单明细
系统编号,开单日期,购买者,联系号码,货品,件数,单价,实收总额(元),单据状态
YP0001,2026-01-05 10:22:01,安然,16000000101,绿茶,2,60.00,120.00,已完成
YP0002,2026-01-06 11:02:33,白露,16000000102,红茶,1,80.00,80.00,已完成
YP0003,2026-02-11 09:12:10,安然,16000000101,乌龙,1,95.50,95.50,退货完毕
"""


@pytest.fixture
def export(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An export that no format knows, in the working directory."""
    monkeypatch.chdir(home)
    folder = home / "samples"
    folder.mkdir()
    (folder / "云铺.csv").write_text(EXPORT, encoding="utf-8")
    return Path("samples") / "云铺.csv"


@pytest.mark.parametrize("lang", ["en", "zh"])
class TestSnapshots:
    """What each command prints."""

    def test_list(self, custtier: Custtier, snapshot: Callable, lang: str) -> None:
        snapshot(f"sources-{lang}", custtier("sources", "--platform", "youzan", "--kind", "order", "--lang", lang))

    def test_show(self, custtier: Custtier, snapshot: Callable, lang: str) -> None:
        snapshot(f"sources-show-{lang}", custtier("sources", "show", "youzan-orders", "--lang", lang))

    def test_new(self, custtier: Custtier, export: Path, snapshot: Callable, lang: str) -> None:
        snapshot(f"sources-new-{lang}", custtier("sources", "new", export, "--lang", lang))

    def test_check(self, custtier: Custtier, export: Path, snapshot: Callable, lang: str) -> None:
        custtier("sources", "new", export)
        (export.parent / "另一个.csv").write_text("甲,乙\n1,2\n", encoding="utf-8")
        snapshot(f"sources-check-{lang}", custtier("sources", "check", export.parent, "--lang", lang))

    def test_an_unknown_name(self, custtier: Custtier, snapshot: Callable, lang: str) -> None:
        ended = custtier("sources", "show", "jd-order", "--lang", lang)
        assert (ended.code, ended.err.splitlines()[0].split(":")[0]) == (USAGE, "error[unknown-profile]")
        assert "`jd-orders`" in ended.err and "alipay" not in ended.err

    def test_a_name_that_is_taken(self, custtier: Custtier, export: Path, snapshot: Callable, lang: str) -> None:
        custtier("sources", "new", export, "--name", "mine")
        snapshot(f"sources-taken-{lang}", custtier("sources", "new", export, "--name", "mine", "--lang", lang))

    def test_a_broken_profile(self, custtier: Custtier, export: Path, snapshot: Callable, lang: str) -> None:
        custtier("sources", "new", export, "--name", "mine")
        path = Path("settings/profiles/mine.toml")
        path.write_text(path.read_text(encoding="utf-8").replace("platform =", "plattform ="), encoding="utf-8")
        snapshot(f"sources-broken-{lang}", custtier("import", export, "--lang", lang))


def test_every_format_is_listed(custtier: Custtier) -> None:
    listed = json.loads(custtier("sources", "--format", "json").out)
    rows = listed["tables"]["formats"]
    assert {row["source"] for row in rows} == set(load_profiles())
    assert {row["origin"] for row in rows} == {"ours"}
    assert set(rows[0]) == {"source", "title", "platform", "kind", "evidence", "origin"}


def test_a_profile_can_be_printed_and_kept_as_one_s_own(custtier: Custtier, home: Path) -> None:
    text = custtier("sources", "show", "jd-orders", "--toml").out
    folder = home / "settings" / "profiles"
    folder.mkdir(parents=True)
    (folder / "jd.toml").write_text(text, encoding="utf-8")
    listed = json.loads(custtier("sources", "--platform", "jd", "--format", "json").out)["tables"]["formats"]
    assert {row["source"]: row["origin"] for row in listed}["jd-orders"] == "overrides"
    assert custtier("sources", "show", "jd-orders", "--toml").out == text


def test_a_draft_is_usable_at_once_and_its_owner_s_alone(custtier: Custtier, export: Path, home: Path) -> None:
    assert custtier("import", export).code == DATA
    drafted = custtier("sources", "new", export, "--name", "cloud-mall", "--word", "退货完毕=refunded")
    path = home / "settings" / "profiles" / "cloud-mall.toml"
    assert drafted.code == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    imported = json.loads(custtier("import", export, "--format", "json").out)
    assert imported["tables"]["files"][0]["profile"] == "cloud-mall"
    assert imported["summary"]["rejected"] == 0
    assert custtier("sources", "check", export.parent).code == 0


def test_a_draft_may_go_elsewhere(custtier: Custtier, export: Path, home: Path) -> None:
    assert custtier("sources", "new", export, "--to", home / "draft.toml").code == 0
    assert 'name = "own-format"' in (home / "draft.toml").read_text(encoding="utf-8")
    assert not (home / "settings" / "profiles").exists()


def test_a_second_draft_of_a_file_is_not_made_beside_the_first(custtier: Custtier, export: Path) -> None:
    custtier("sources", "new", export, "--name", "mine")
    again = custtier("sources", "new", export, "--name", "other")
    assert (again.code, again.err.startswith("error[known-already]")) == (USAGE, True)
    assert custtier("sources", "new", export, "--name", "mine", "--force").code == 0


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--name", "My Shop"], "bad-name"),
        (["--column", "gross"], "bad-pair"),
        (["--column", "price=单价"], "unknown-field"),
        (["--column", "gross=没有"], "no-such-column"),
        (["--word", "退货完毕=back"], "unknown-state"),
        (["--kind", "invoices"], "unknown-kind"),
    ],
)
def test_what_cannot_be_drafted_is_told(custtier: Custtier, export: Path, words: list[str], code: str) -> None:
    ended = custtier("sources", "new", export, *words)
    assert (ended.code != 0, ended.err.startswith(f"error[{code}]")) == (True, True)


def test_several_files_are_no_draft(custtier: Custtier, export: Path) -> None:
    (export.parent / "b.csv").write_text(EXPORT, encoding="utf-8")
    assert custtier("sources", "new", export.parent).err.startswith("error[one-file]")


@pytest.mark.parametrize("words", [["--platform", "jdd"], ["--kind", "notes"]])
def test_a_choice_that_no_format_has_is_told(custtier: Custtier, words: list[str]) -> None:
    assert custtier("sources", *words).err.startswith("error[unknown-choice]")


def test_a_file_of_ones_own_that_is_no_profile_is_named_in_the_list(custtier: Custtier, home: Path) -> None:
    folder = home / "settings" / "profiles"
    folder.mkdir(parents=True)
    (folder / "mine.toml").write_text("name = ", encoding="utf-8")
    listed = custtier("sources", "--platform", "jd")
    assert listed.code == 0
    assert str(folder / "mine.toml") in listed.out
    assert custtier("sources", "show", "mine").err.startswith("error[bad-profile]")


def test_no_cell_of_a_customer_is_printed(custtier: Custtier, export: Path) -> None:
    drafted = custtier("sources", "new", export)
    checked = custtier("sources", "check", export.parent)
    for secret in ("安然", "白露", "16000000101", "YP0001"):
        assert secret not in drafted.out + drafted.err + checked.out + checked.err


def test_a_question_is_asked_until_it_has_an_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = iter(["9", "two", "2", ""])
    monkeypatch.setattr("typer.prompt", lambda *_, **__: next(typed))
    asker = TerminalAsker(Catalogue("zh"))
    question = Question("Which column holds this: {field}?", ("甲", "乙"), {"field": "gross"})
    assert asker.choose(question) == 1
    assert asker.choose(question) is None
    printed = capsys.readouterr().err
    assert "哪一列是“订单金额”？" in printed
    assert printed.count("请输入 1 到 2 之间的数字") == 2


def test_orders_that_were_taken_for_contacts_are_told(custtier: Custtier, home: Path) -> None:
    header = "流水,开单,买家,联系方式,买的啥,几件,应付,到手,备注"
    first, second = (
        "L1,2026-06-01 10:22,陈一,13800001111,花瓶,1,99,89,",
        "L2,2026-06-02 11:22,周二,13800002222,花盆,2,60,60,",
    )
    (home / "小铺.csv").write_text(f"{header}\n{first}\n{second}\n", encoding="utf-8")
    told = "draft it again with `--kind order`"
    drafted = custtier("sources", "new", home / "小铺.csv", "--no-input", "--to", home / "one.toml", "--lang", "en")
    assert told in " ".join((drafted.out + drafted.err).split())
    (home / "名单.csv").write_text("昵称,联系方式,备注\n陈一,13800001111,a\n周二,13800002222,b\n", encoding="utf-8")
    plain = custtier("sources", "new", home / "名单.csv", "--no-input", "--to", home / "two.toml", "--lang", "en")
    assert told not in " ".join((plain.out + plain.err).split())


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (["--kind", "订单"], {"kind": "order"}),
        (["--kind", "Orders"], {"kind": "order"}),
        (["--kind", "contact"], {"kind": "contacts"}),
        (["--platform", "淘宝"], {"platform": "taobao"}),
        (["--platform", "WooCommerce"], {"platform": "woocommerce"}),
    ],
)
def test_kinds_and_platforms_may_be_typed_as_they_are_shown(
    custtier: Custtier, words: list[str], asked: dict[str, str]
) -> None:
    parameters = json.loads(custtier("sources", *words, "--format", "json").out)["parameters"]
    assert {name: value for name, value in parameters.items() if value} == asked


def test_a_misspelt_platform_is_answered_with_the_one_that_is_meant(custtier: Custtier) -> None:
    assert "taobao meant" in custtier("sources", "--platform", "taobaoo", "--lang", "en").err
