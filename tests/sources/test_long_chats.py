"""Long chat logs are read part by part: whatever the size of the parts, the messages are the same."""

import csv
import random
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from custtier import keys
from custtier.keys import are_among, are_first, are_repeated
from custtier.settings import Settings
from custtier.sources import read_files
from custtier.sources.lists import convert, messages
from custtier.sources.lists import keys as list_keys
from custtier.sources.sheets import text_lines

PROGRAMS = ("plain", "wechatmsg", "pywxdump")
ODD = ("me", "我", "", "12@chatroom", "gh_abc", "weixin", "***", "1.23E+11", "13800138000", "12", "7", "张三")
HEADERS = {
    "plain": ("账号", "员工", "时间", "方向", "类型", "消息ID", "内容"),
    "wechatmsg": (
        "localId", "TalkerId", "Type", "SubType", "IsSender", "CreateTime", "Status", "StrContent", "StrTime", "Sender",
    ),
    "pywxdump": ("id", "MsgSvrID", "type_name", "is_sender", "talker", "room_name", "content", "CreateTime"),
}  # fmt: skip


def when(chance: random.Random) -> str:
    month, day, hour = chance.randint(1, 12), chance.randint(1, 28), chance.randint(0, 23)
    return chance.choice(
        (
            f"2026-{month:02}-{day:02} {hour:02}:00:00",
            f"2026-03-01 10:0{chance.randint(0, 2)}:00",
            str(1_760_000_000 + 60 * chance.randint(0, 9)),
            f"2026/{month}/{day} {hour}:00",
            f"{day:02}-{month:02}-2026 {hour:02}:00",
            "1970-01-01 00:00:00",
            "1850-01-01 00:00:00",
            "yesterday",
        )
    )


def row_of(program: str, number: int, accounts: list[str], chance: random.Random) -> list[str]:
    pick = chance.choice
    texts = ("你好", "我通过了你的朋友验证请求", "消息已发出，但被对方拒收了", "以上是打招呼的内容")
    if program == "plain":
        kinds = ("文本", "图片", "系统", "乱", "")
        return [
            pick(accounts), pick(("小王", "小李", "")), when(chance), pick(("发出", "收到", "系统", "??")), pick(kinds),
            pick(("0", "", "1", "2")), pick(texts),
        ]  # fmt: skip
    if program == "wechatmsg":
        sender = pick(("wxid_1", "wxid_2", "9@chatroom", ""))
        return [
            str(number), pick([*accounts, "1", "2"]), pick(("1", "3", "49", "10000")), pick(("0", "6", "")),
            pick("011"), str(1_760_000_000 + chance.randint(0, 30)), "", pick(texts), "", sender,
        ]  # fmt: skip
    talker, room = pick([*accounts, "我"]), pick(("", "wxid_1"))
    return [str(number), pick(("0", "5", "6")), "文本", pick("01"), talker, room, pick(texts), when(chance)]


def write_log(path: Path, *, program: str, seed: int) -> None:
    chance = random.Random(seed)
    accounts = [*(f"wxid_{number}" for number in range(4)), *chance.sample(ODD, chance.randint(0, 6))]
    rows = [row_of(program, number, accounts, chance) for number in range(50)]
    rows += chance.sample(rows, 10)
    rows.insert(chance.randint(0, 50), list(HEADERS[program]))
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEADERS[program], *rows])


def found_in(path: Path) -> list[Any]:
    return [
        (
            one.file_instant,
            one.rows_read,
            one.records.rows(),
            one.rejects.rows(),
            one.lists["messages"].rows(),
            one.notes,
        )
        for one in read_files([path], settings=Settings())
    ]


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("seed", range(3))
def test_parts_of_any_size_give_the_same_messages(program: str, seed: int, tmp_path: Path) -> None:
    path = tmp_path / "chats.csv"
    write_log(path, program=program, seed=seed)
    whole = found_in(path)
    assert whole[0][4]
    for rows_at_once in (1, 7):
        with pytest.MonkeyPatch.context() as patch:
            for module in (messages, convert, list_keys):
                patch.setattr(module, "_ROWS_AT_ONCE", rows_at_once)
            patch.setattr(keys, "_KEYS_AT_ONCE", 5)
            patch.setattr(text_lines, "_MANY_ROWS", 1)
            assert found_in(path) == whole


def test_a_time_that_only_the_whole_column_tells_how_to_read_is_read_with_all_others(tmp_path: Path) -> None:
    path = tmp_path / "chats.csv"
    times = ["01-02-2026 10:00", "2026-02-03 10:00:00", "13-02-2026 10:00", "1770084000"]
    lines = [f"wxid_1,{time},收到" for time in times]
    path.write_text("\n".join(["微信号,时间,方向", *lines]), encoding="utf-8")
    (one,) = read_files([path], settings=Settings())
    told = one.lists["messages"]["sent_at"].dt.convert_time_zone("Asia/Shanghai").dt.to_string("%F %H:%M")
    assert told.to_list() == ["2026-02-01 10:00", "2026-02-03 10:00", "2026-02-13 10:00", "2026-02-03 10:00"]


def test_texts_that_come_again_and_again_take_the_room_of_numbers(tmp_path: Path) -> None:
    path = tmp_path / "chats.csv"
    lines = [f"wxid_of_somebody_{number % 50},客服小美在线,2026-03-01 10:00:00,收到,文本" for number in range(5000)]
    path.write_text("\n".join(["微信号,员工,时间,方向,类型", *lines]), encoding="utf-8")
    (one,) = read_files([path], settings=Settings())
    assert one.lists["messages"].height == 5000
    assert one.lists["messages"].estimated_size() / 5000 < 100
    assert one.records.estimated_size() / 5000 < 60


@pytest.mark.parametrize("at_once", [2, 7, 1 << 22])
def test_keys_are_told_apart_part_by_part(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "_KEYS_AT_ONCE", at_once)
    chance = random.Random(1)
    drawn = [chance.choice((-1, 1)) * (1 << 62) // chance.randint(1, 40) for _ in range(120)]
    known = [*drawn[::3], 5, 6]
    told, others = pl.Series(drawn, dtype=pl.Int64), pl.Series(known, dtype=pl.Int64)
    assert are_repeated(told).to_list() == [drawn.count(key) > 1 for key in drawn]
    assert are_first(told).to_list() == [key not in drawn[:place] for place, key in enumerate(drawn)]
    assert are_among(told, others).to_list() == [key in known for key in drawn]
    assert are_among(told, others.clear()).to_list() == [False] * 120
