"""`custtier template`, and importing what is no order: from the words typed to what is printed, in both languages."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from cli.conftest import Ended
from custtier.errors import DATA, NOTHING, USAGE
from custtier.workflows.template import TEMPLATES

Custtier = Callable[..., Ended]

CONTACTS = """微信号,昵称,手机号,添加时间,渠道,员工,标签,删除时间
wxid_a,木棉,13800000001,2026-01-05 09:12:31,抖音投放,小林,茶友、送礼,
wxid_b,晚安,,2026-01-06 10:00:00,朋友推荐,老周,,2026-02-01 09:00:00
gh_0123456789ab,某公众号,,2026-01-06 10:00:00,,老周,,
wxid_c,海边的风,,昨天,,老周,,
"""
CHATS = """微信号,员工,时间,方向,内容
wxid_a,小林,2026-01-05 09:12:40,发出,我通过了你的朋友验证请求，现在我们可以开始聊天了
wxid_a,小林,2026-01-05 09:20:00,收到,礼盒怎么卖？
wxid_a,小林,上午,收到,这句话谁也不能看到
"""


@pytest.fixture
def lists(home: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """A contact list and a chat log in the working directory, so that their paths are short."""
    monkeypatch.chdir(home)
    Path("联系人.csv").write_text(CONTACTS, encoding="utf-8")
    Path("聊天.csv").write_text(CHATS, encoding="utf-8")
    return Path("联系人.csv"), Path("聊天.csv")


@pytest.mark.parametrize("lang", ["en", "zh"])
class TestSnapshots:
    """What each command prints."""

    def test_import(self, custtier: Custtier, lists: tuple[Path, Path], snapshot: Callable, lang: str) -> None:
        snapshot(f"import-lists-{lang}", custtier("import", *lists, "--lang", lang))

    def test_rejected_rows(self, custtier: Custtier, lists: tuple[Path, Path], snapshot: Callable, lang: str) -> None:
        custtier("import", *lists, "--quiet")
        snapshot(f"imports-show-lists-{lang}", custtier("imports", "show", 1, "--rejected", "--reveal", "--lang", lang))

    @pytest.mark.parametrize("name", TEMPLATES)
    def test_template(self, custtier: Custtier, snapshot: Callable, name: str, lang: str) -> None:
        ended = custtier("template", name, "--lang", lang)
        snapshot(f"template-{name}-{lang}", replace(ended, out=ended.out.replace("\r\n", "\n")))

    def test_template_that_does_not_exist(self, custtier: Custtier, snapshot: Callable, lang: str) -> None:
        snapshot(f"template-unknown-{lang}", custtier("template", "customers", "--lang", lang))


def test_a_second_import_of_the_same_lists_changes_nothing(custtier: Custtier, lists: tuple[Path, Path]) -> None:
    first = json.loads(custtier("import", *lists, "--format", "json").out)["summary"]
    again = json.loads(custtier("import", *lists, "--format", "json").out)["summary"]
    assert (first["new"], first["excluded"], first["rejected"], first["contacts"], first["messages"]) == (4, 1, 2, 2, 2)
    assert (again["new"], again["updated"], again["unchanged"]) == (0, 0, 4)


def test_nothing_of_a_chats_text_stands_in_the_store_or_in_the_rejects(
    custtier: Custtier, lists: tuple[Path, Path], home: Path
) -> None:
    custtier("import", *lists, "--rejects", "rejected.csv", "--reveal")
    shown = custtier("imports", "show", 1, "--rejected", "--reveal", "--format", "json")
    assert "这句话" not in shown.out + Path("rejected.csv").read_text(encoding="utf-8-sig")
    for text in ("这句话", "礼盒怎么卖"):
        found = [path for path in (home / "store").rglob("*") if path.is_file() and text.encode() in path.read_bytes()]
        assert found == []


def test_contacts_alone_are_no_purchases(custtier: Custtier, lists: tuple[Path, Path]) -> None:
    assert custtier("rfm", lists[0]).code == NOTHING
    custtier("import", lists[0])
    assert custtier("rfm").code == NOTHING


def test_a_template_is_written_to_a_file_once(custtier: Custtier, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)
    assert custtier("template", "contacts", "--output", "c.csv").code == 0
    Path("c.csv").write_text("mine")
    again = custtier("template", "contacts", "--output", "c.csv")
    assert (again.code, Path("c.csv").read_text()) == (USAGE, "mine")
    assert custtier("template", "contacts", "--output", "c.csv", "--force").code == 0
    assert custtier("import", "c.csv").code == 0
    assert custtier("template", "contacts", "--output", "nowhere/c.csv").code == USAGE
    assert custtier("template", "contacts", "--output", "c.xlsx").code == USAGE


def test_a_chat_log_without_a_direction_is_no_list(custtier: Custtier, home: Path) -> None:
    path = home / "chat.csv"
    path.write_text("微信号,时间,内容\nwxid_a,2026-01-05,不要显示\n", encoding="utf-8")
    ended = custtier("import", path)
    assert ended.code == DATA
    assert "不要显示" not in ended.err
