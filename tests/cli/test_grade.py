"""`grade`: twenty contacts graded by hand, what it prints in both languages, what machines get, filters, errors."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Ended
from custtier.errors import NOTHING, USAGE

Custtier = Callable[..., Ended]

TWENTY = Path(__file__).resolve().parents[1] / "data" / "twenty_contacts"
FILES = tuple(TWENTY / f"{name}.csv" for name in ("contacts", "chats", "orders"))
CONTACTS, CHATS, ORDERS = FILES
DAY = ("--as-of", "2026-03-31")


def answered(custtier: Custtier, *words: object) -> dict:
    return json.loads(custtier("grade", *words, "--format", "json", "--lang", "en", "--reveal").out)


def rows_of(answer: dict) -> dict[str, dict]:
    return {row["name"]: row for row in answer["tables"]["contacts"]}


def codes(answer: dict) -> list[str]:
    return [note["code"] for note in answer["notes"]]


def test_twenty_contacts_have_the_letters_that_a_person_wrote(custtier: Custtier) -> None:
    with (TWENTY / "letters.csv").open(encoding="utf-8") as file:
        written = {row["name"]: (row["grade"], row["grade_reason"]) for row in csv.DictReader(file)}
    assert len(written) == 20
    answer = answered(custtier, *FILES, *DAY)
    found = {name: (row["grade"], row["grade_reason"]) for name, row in rows_of(answer).items()}
    assert found == written
    assert {row["grade"]: row["contacts"] for row in answer["tables"]["grades"]} == {
        "A": 5,
        "B": 4,
        "C": 5,
        "D": 2,
        "E": 2,
        "unknown": 2,
    }
    assert [row["name"] for row in answer["tables"]["lost_customers"]] == ["六号"]
    assert answer["summary"]["entries"] == 21 and "contacts_added_later" in codes(answer)


def test_the_letters_of_the_store_are_those_of_the_files_and_an_undo_takes_the_chats_away(
    custtier: Custtier, home: Path
) -> None:
    assert custtier("import", CONTACTS, ORDERS).code == 0
    before = answered(custtier, *DAY)
    assert {row["grade_reason"] for row in before["tables"]["contacts"]} >= {"no_chats", "order_open", "order_stale"}
    assert "no_chats" in codes(before)
    assert custtier("import", CHATS).code == 0
    stored, read = answered(custtier, *DAY), answered(custtier, *FILES, *DAY)
    assert stored["tables"]["contacts"] == read["tables"]["contacts"]
    assert stored["tables"]["grades"] == read["tables"]["grades"]
    assert custtier("imports", "undo", 2).code == 0
    assert answered(custtier, *DAY)["tables"]["contacts"] == before["tables"]["contacts"]


def test_each_day_has_its_own_letters(custtier: Custtier) -> None:
    letters = {
        day: {name: row["grade"] for name, row in rows_of(answered(custtier, *FILES, "--as-of", day)).items()}
        for day in ("2026-03-04", "2026-03-11", "2026-03-24", "2026-04-05")
    }
    assert letters["2026-03-04"]["一号"] == "C" and letters["2026-03-11"]["一号"] == "A"
    # had deleted us on the one day and was added again by the other
    assert letters["2026-03-11"]["十六号"] == "E" and letters["2026-03-24"]["十六号"] == "C"
    # the order that was not paid in March is another one than that of April
    assert letters["2026-03-24"]["七号"] == "B" and letters["2026-04-05"]["七号"] == "A"
    assert "二号" not in letters["2026-03-04"] and "四月才加" in letters["2026-04-05"]
    assert letters["2026-04-05"]["十八号"] == "C"


def test_contacts_without_orders_and_orders_without_contacts_are_answered_and_say_what_they_lack(
    custtier: Custtier,
) -> None:
    alone = answered(custtier, CONTACTS, CHATS)
    assert alone["as_of"] == "2026-04-02" and {"grades_without_orders"} <= set(codes(alone))
    assert alone["summary"]["grade_a"] == 0 and alone["summary"]["lost_customers"] == 0
    bought = answered(custtier, ORDERS, *DAY)
    assert "contacts_from_orders" in codes(bought) and bought["summary"]["contacts"] == 7
    by_reason = {row["grade_reason"] for row in bought["tables"]["contacts"]}
    assert by_reason == {"bought", "order_open", "order_stale"}
    talked = answered(custtier, CHATS, *DAY)
    assert "contacts_from_chats" in codes(talked) and talked["summary"]["grade_b"] == 4


def test_lists_with_spoiled_rows_and_lists_without_days_are_answered_as_far_as_they_go(
    custtier: Custtier, home: Path
) -> None:
    spoiled = home / "spoiled.csv"
    spoiled.write_text("微信号,昵称,添加时间\nw1,甲,2026-03-01 10:00:00\nw2,乙,昨天\n", encoding="utf-8")
    answer = answered(custtier, spoiled)
    assert [row["name"] for row in answer["tables"]["contacts"]] == ["甲"] and "rejected_rows" in codes(answer)
    undated = home / "undated.csv"
    undated.write_text("微信号,昵称,渠道,员工,添加时间\nw1,甲,抖音,小林,\n", encoding="utf-8")
    for lang in ("en", "zh"):
        ended = custtier("grade", undated, "--lang", lang)
        assert ended.code == USAGE and "[no-day]" in ended.err
    assert answered(custtier, undated, *DAY)["summary"]["unknown_contacts"] == 1


def test_a_list_of_letters_comes_first_and_leaves_the_shares_as_they_are(custtier: Custtier) -> None:
    everyone, some = answered(custtier, *FILES, *DAY), answered(custtier, *FILES, *DAY, "--grade", "e,b")
    assert next(iter(some["tables"])) == "contacts" and some["parameters"]["grade"] == ["B", "E"]
    assert {row["grade"] for row in some["tables"]["contacts"]} == {"B", "E"}
    assert some["tables"]["grades"] == everyone["tables"]["grades"]
    assert next(iter(everyone["tables"])) == "grades"
    listed = custtier("grade", *FILES, *DAY, "--grade", "B 在考虑", "--format", "csv").out.splitlines()
    assert len(listed) == 5 and listed[0].startswith("customer_id,name,phone,agent,channel,grade,reason")


def test_channels_and_agents_choose_contacts_and_not_orders(custtier: Custtier) -> None:
    zhou = answered(custtier, *FILES, *DAY, "--agent", "老周")
    assert set(rows_of(zhou)) >= {"十九号", "十一号"} and "一号" not in rows_of(zhou)
    assert rows_of(answered(custtier, *FILES, *DAY, "--channel", "老客户群"))["三号"]["grade"] == "A"


def test_a_letter_is_a_tag_and_stands_in_rules(custtier: Custtier, home: Path) -> None:
    assert set(rows_of(answered(custtier, *FILES, *DAY, "--tag", "grade:B"))) == {"七号", "八号", "十号", "十九号"}
    folder = home / "settings"
    folder.mkdir(exist_ok=True)
    (folder / "settings.toml").write_text(
        'tags = ["待跟进 当 联系人等级 在 (B, C) 且 渠道 = 视频号"]\n', encoding="utf-8"
    )
    assert set(rows_of(answered(custtier, *FILES, *DAY, "--tag", "待跟进"))) == {"七号", "八号", "九号", "十号"}
    assert "九号" not in rows_of(answered(custtier, *FILES, *DAY, "--tag", "!待跟进"))


def test_the_limits_of_the_settings_are_those_of_the_letters(custtier: Custtier, home: Path) -> None:
    folder = home / "settings"
    folder.mkdir(exist_ok=True)
    (folder / "settings.toml").write_text(
        "[grades]\nb_messages = 1\nb_days = 1\nb_messages_alone = 5\nsilent_days = 15\n", encoding="utf-8"
    )
    found = rows_of(answered(custtier, *FILES, *DAY))
    assert {found[name]["grade"] for name in ("九号", "十一号", "十二号", "十六号")} == {"B"}
    (folder / "settings.toml").write_text("[grades]\nb_messages = 4\nb_messages_alone = 3\n", encoding="utf-8")
    ended = custtier("grade", *FILES, "--lang", "en")
    assert ended.code == USAGE and "grades.b_messages_alone is 3" in ended.err


def test_what_staff_had_noted_stands_beside_what_became_of_it(custtier: Custtier) -> None:
    noted = {row["noted_class"]: row for row in answered(custtier, *FILES, *DAY)["tables"]["classes"]}
    assert list(noted) == ["hot", "hopeful", "fair", "none", "staff_a"]
    assert noted["hot"]["a"] == 2 and noted["hot"]["hit_share"] == 1
    assert noted["none"]["c"] == 1 and noted["none"]["d"] == 1 and noted["none"]["became_a"] == 0


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [80, 140])
def test_what_grade_prints(
    custtier: Custtier, snapshot: Callable, monkeypatch: pytest.MonkeyPatch, width: int, lang: str
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.chdir(TWENTY)
    files = (path.name for path in FILES)
    snapshot(f"grade-{width}-{lang}", custtier("grade", *files, *DAY, "--limit", 6, "--lang", lang))


@pytest.mark.parametrize(
    ("words", "code", "ends"),
    [
        (["--grade", "F"], "unknown-grade", USAGE),
        (["--agent", "老李"], "unknown-agent", USAGE),
        (["--channel", "电视"], "unknown-channel", USAGE),
        (["--tag", "没有的标签"], "unknown-tag", USAGE),
        (["--as-of", "2020-01-01"], "no-contacts", NOTHING),
    ],
)
def test_what_is_typed_wrong_is_an_error(custtier: Custtier, words: list[str], code: str, ends: int) -> None:
    for lang in ("en", "zh"):
        ended = custtier("grade", *FILES, *words, "--lang", lang)
        assert ended.code == ends and f"[{code}]" in ended.err
