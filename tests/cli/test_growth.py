"""`growth` from files and a store: what it prints in both languages at two widths, goals in the settings, errors."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from cli.conftest import Ended
from custtier.errors import FAIL_ON, NOTHING, USAGE

Custtier = Callable[..., Ended]
LAST = date(2026, 6, 18)

SETTINGS = """
[goals]
new_contacts_per_day = 3
first_reply_share = 0.3
retention_share = 0.2

[[goals.of]]
agent = "小林"
new_contacts_per_month = 30
"""


def write_shop(folder: Path) -> None:
    """Two people a day for ninety days, in two agents' lists; every third replies, every fifth buys, some again."""
    contacts = ["微信号,昵称,添加时间,渠道,客服"]
    chats = ["微信号,时间,方向,客服"]
    orders = ["订单号,日期,金额,客户,状态"]
    links = ["人,平台,账号"]
    for number in range(180):
        day = LAST - timedelta(days=number // 2)
        agent, channel = ("小林", "抖音") if number % 3 else ("老周", "视频号")
        contacts.append(f"wx{number:03},客{number},{day} 10:00:00,{channel},{agent}")
        chats.append(f"wx{number:03},{day} 10:01:00,发出,{agent}")
        if number % 3 == 0:
            chats.append(f"wx{number:03},{min(day + timedelta(days=number % 9), LAST)} 11:00:00,收到,{agent}")
        if number % 5 == 0:
            links += [f"p{number},微信,wx{number:03}", f"p{number},,k{number:03}"]
            orders += [
                f"N{number}{back},{min(day + timedelta(days=2 + 20 * back), LAST)},100.00,k{number:03},已付款"
                for back in range(1 + number % 2)
            ]
    for name, lines in (("contacts", contacts), ("chats", chats), ("orders", orders), ("links", links)):
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def shop(home: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The shop's exports in the working directory, so that their paths are short."""
    monkeypatch.chdir(home)
    write_shop(home)
    (home / "settings").mkdir()
    (home / "settings" / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    return [Path(f"{name}.csv") for name in ("orders", "contacts", "chats", "links")]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [80, 140])
def test_what_growth_prints(
    custtier: Custtier, shop: list[Path], snapshot: Callable, monkeypatch: pytest.MonkeyPatch, width: int, lang: str
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    snapshot(f"growth-{width}-{lang}", custtier("growth", *shop, "--lang", lang))


@pytest.mark.parametrize(("by", "lang"), [("agent", "zh"), ("channel", "en")])
def test_what_growth_prints_by_agent_and_channel(
    custtier: Custtier, shop: list[Path], snapshot: Callable, by: str, lang: str
) -> None:
    snapshot(f"growth-by-{by}-{lang}", custtier("growth", *shop, "--by", by, "--lang", lang))


def test_a_script_may_fail_on_a_month_that_lags_behind(custtier: Custtier, shop: list[Path]) -> None:
    # 36 of the 54 that the goal asks for by the 18th
    assert custtier("growth", *shop, "--fail-on", "new_contacts_share<0.8").code == FAIL_ON
    assert custtier("growth", *shop, "--fail-on", "new_contacts_share<0.6").code == 0
    assert custtier("growth", *shop, "--fail-on", "luck<1").code == USAGE


def test_one_agent_is_held_against_their_own_goal(custtier: Custtier, shop: list[Path]) -> None:
    view = json.loads(custtier("growth", *shop, "--agent", "小林", "--format", "json").out)
    assert (view["summary"]["contacts"], view["summary"]["goal"]) == (120, 30)
    everybody = json.loads(custtier("growth", *shop, "--format", "json").out)
    assert (everybody["summary"]["contacts"], everybody["summary"]["goal"]) == (180, 90)
    both = json.loads(custtier("growth", *shop, "--agent", "小林", "--agent", "老周", "--format", "json").out)
    assert (both["summary"]["contacts"], both["summary"]["goal"]) == (180, None)


def test_a_part_of_all_is_not_held_against_the_goals_of_all(custtier: Custtier, shop: list[Path]) -> None:
    assert custtier("import", *shop, "--quiet").code == 0
    rules = "\n".join(['tags = ["again when order_count >= 2"]', SETTINGS])
    Path("settings/settings.toml").write_text(rules, encoding="utf-8")
    view = json.loads(custtier("growth", "--tag", "again", "--format", "json").out)
    assert (view["summary"]["contacts"], view["summary"]["goal"]) == (18, None)
    assert view["summary"]["retention_share"] is not None


def test_a_store_and_its_files_tell_the_same(custtier: Custtier, shop: list[Path]) -> None:
    assert custtier("import", *shop, "--quiet").code == 0
    stored, direct = (json.loads(custtier("growth", *files, "--format", "json").out) for files in ((), shop))
    assert stored["tables"] == direct["tables"]
    assert stored["summary"] == direct["summary"]


def test_contacts_alone_are_enough(custtier: Custtier, shop: list[Path]) -> None:
    ended = custtier("growth", "contacts.csv", "--format", "json")
    assert ended.code == 0, ended.err
    view = json.loads(ended.out)
    assert view["as_of"] == "2026-06-18"
    assert view["summary"]["new_contacts_month"] == 36
    # nobody knows who bought: that is not nobody
    assert [view["summary"][f"{rate}_share"] for rate in ("first_order", "retention", "conversion")] == [None] * 3
    assert {row["month"]: row["conversion_share"] for row in view["tables"]["months"]}["2026-05"] is None
    assert "growth_no_orders" in {note["code"] for note in view["notes"]}


def test_an_agent_of_no_contact_is_told_in_a_line(custtier: Custtier, shop: list[Path]) -> None:
    ended = custtier("growth", *shop, "--agent", "小陈")
    assert ended.code == USAGE
    assert ended.err.startswith("error[unknown-agent]")
    assert "小林" in ended.err


def test_an_empty_store_has_nothing_to_grow(custtier: Custtier) -> None:
    assert custtier("growth").code == NOTHING


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[goals]\nnew_contacts_per_day = 0", "goals.new_contacts_per_day"),
        ("[goals]\nfirst_reply_share = 30", "goals.first_reply_share"),
        ("[goals]\nreply_days = 0", "goals.reply_days"),
        ("[goals]\nnew_contacts_a_day = 3", "goals.new_contacts_a_day"),
        ("[[goals.of]]\nnew_contacts_per_day = 3", "agent"),
        ('[[goals.of]]\nagent = "a"\nchannel = "b"', "agent"),
        ('[[goals.of]]\nagent = "a"\n[[goals.of]]\nagent = "A "', "goals.of 2"),
        ('[[goals.of]]\nagent = "a"\nconversion_share = 2', "goals.of 1"),
    ],
)
def test_goals_without_a_meaning_are_told_in_a_line(custtier: Custtier, home: Path, text: str, told: str) -> None:
    (home / "settings").mkdir()
    (home / "settings" / "settings.toml").write_text(text, encoding="utf-8")
    ended = custtier("growth")
    assert ended.code == USAGE
    assert ended.err.startswith("error[bad-settings]")
    assert told in ended.err
