"""Lists: the same person has the same key as in the orders, keys stay, and no text of a chat is kept."""

import random
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from custtier.keys import key_of
from custtier.people import account_keys, with_identity
from custtier.schema import LIST_KEYS
from custtier.settings import Settings
from custtier.sources import Reading, load_profiles, read_files
from custtier.sources.lists.calendar_days import calendar_days
from custtier.sources.lists.contacts import sorted_tags
from custtier.sources.lists.keys import mixed_key
from custtier.sources.lists.values import read_counts, read_shares

CASES = Path(__file__).parent.parent / "cases"
HEADER = "微信号,昵称,备注,手机号,添加时间,渠道,员工,删除时间\n"
CHAT = "localId,TalkerId,Type,SubType,IsSender,CreateTime,Status,StrContent,StrTime,Remark,NickName,Sender\n"


def read(folder: Path, text: str, *, name: str = "list.csv", encoding: str = "utf-8") -> Reading:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    (reading,) = read_files([path], settings=Settings())
    return reading


def only(reading: Reading) -> pl.DataFrame:
    (rows,) = reading.lists.values()
    return rows


def keys_of_orders(reading: Reading) -> set[int]:
    return set(account_keys(with_identity(reading.orders)).drop_nulls())


@pytest.mark.parametrize(
    ("orders", "contacts"),
    [
        pytest.param(
            "order_id,date,amount,customer_id\n1,2026-01-01,5,c-7\n",
            "客户编号,昵称,添加时间\nc-7,木棉,2026-01-01\n",
            id="a plain table's own number",
        ),
        pytest.param(
            "order_id,date,amount,phone\n1,2026-01-01,5,+86 138 0000 0001\n",
            "昵称,手机号,添加时间\n木棉,13800000001,2026-01-01\n",
            id="a phone alone",
        ),
        pytest.param(
            "order_id,date,amount,email\n1,2026-01-01,5,Ada@Example.com\n",
            "name,email,added_at\nAda,ada@example.com,2026-01-01\n",
            id="an e-mail alone",
        ),
        pytest.param(
            "order_id,date,amount,phone\n1,2026-01-01,5,13800000001\n",
            "平台,账号,昵称,添加时间\n有赞,13800000001,木棉,2026-01-01\n",
            id="a phone where the platform knows people by it",
        ),
        pytest.param(
            "order_id,date,amount,external_userid\n1,2026-01-01,5,wm1\n",
            "平台,账号,昵称,添加时间\n企业微信,wm1,木棉,2026-01-01\n",
            id="what WeCom calls a contact",
        ),
        pytest.param(
            "order_id,date,amount,unionid\n1,2026-01-01,5,o1\n",
            "客户姓名,客户类型,unionid,跟进员工,添加时间\n木棉,微信客户,o1,小林,2026-01-01\n",
            id="a unionid of a program for WeCom",
        ),
        pytest.param(
            "order_id,date,amount,微信号,客户\n1,2026-01-01,5,wxid_1,张姐\n",
            "UserName,Alias,Remark,NickName\nwxid_1,lily,张姐,木棉\n",
            id="a WeChat id",
        ),
    ],
)
def test_a_contact_has_the_key_that_its_orders_have(orders: str, contacts: str, tmp_path: Path) -> None:
    bought = read(tmp_path, orders, name="orders.csv")
    known = only(read(tmp_path, contacts, name="contacts.csv"))
    assert keys_of_orders(bought) == set(known["account_key"])


@pytest.mark.parametrize(
    ("profile", "platform"), [("taobao-orders", "淘宝"), ("jd-orders", "京东"), ("youzan-orders", "有赞")]
)
def test_an_account_beside_the_name_of_its_platform_is_the_one_of_that_platforms_orders(
    profile: str, platform: str, tmp_path: Path
) -> None:
    case = sorted(path for path in (CASES / profile).glob("*/*") if path.is_file())[0]
    (bought,) = read_files([case], settings=Settings())
    orders = with_identity(bought.orders).filter(pl.col("account").is_not_null())
    lines = "".join(f"{platform},{account},某,2026-01-01\n" for account in orders["account"])
    contacts = only(read(tmp_path, f"平台,账号,昵称,添加时间\n{lines}"))
    assert set(account_keys(orders)) == set(contacts["account_key"])


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
@pytest.mark.parametrize("secret", ["密码是四个八", '第一行\n第二行 ""密码是四个八""'])
def test_no_text_of_a_chat_is_kept_or_left_behind(
    secret: str, encoding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workplace = tmp_path / "work"
    workplace.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(workplace))
    good = f'1,wxid_a,1,0,0,1767575551,,"{secret}",,,,\n'
    bad = f'2,wxid_a,1,0,0,昨天,,"{secret}",,,,\n3,,1,0,0,1767575552,,"{secret}",,,,\n'
    reading = read(tmp_path, CHAT + good + bad, encoding=encoding)
    assert reading.records["outcome"].to_list() == ["kept", "rejected", "rejected"]
    shown = "".join(str(frame.rows()) for frame in (only(reading), reading.records, reading.rejects))
    assert "密码" not in shown
    assert "第二行" not in shown
    assert list(workplace.iterdir()) == []


def test_a_column_that_no_profile_names_is_not_shown_with_a_rejected_message(tmp_path: Path) -> None:
    reading = read(tmp_path, "账号,时间,方向,回复摘要\nwxid_a,昨天,收到,不能给人看\n")
    assert reading.rejects["reason"].to_list() == ["bad_date"]
    assert "不能给人看" not in reading.rejects["cells"][0]


def test_a_contact_is_known_again_when_staff_fill_in_phone_and_remark(tmp_path: Path) -> None:
    head = "客户名称,描述,添加人,添加时间,来源,手机\n"
    first = only(read(tmp_path, head + "木棉,,小林,2026-01-05 09:12:31,扫描二维码,\n"))
    later = only(read(tmp_path, head + "木棉花,要送礼,小林,2026-01-05 09:12:31,扫描二维码,13800000001\n"))
    assert first["contact_key"].to_list() == later["contact_key"].to_list()
    assert first["account_key"].to_list() == [None]
    assert later["account_key"].null_count() == 0


def test_two_people_added_in_one_second_are_two_contacts(tmp_path: Path) -> None:
    head = "客户名称,添加人,添加时间,来源\n"
    rows = only(read(tmp_path, head + "木棉,小林,2026-01-05 09:12:31,群聊\n晚安,小林,2026-01-05 09:12:31,群聊\n"))
    assert rows["contact_key"].n_unique() == 2


def test_one_person_in_two_agents_lists_is_two_contacts_of_one_account(tmp_path: Path) -> None:
    rows = only(read(tmp_path, HEADER + "wxid_a,木棉,,,2026-01-05,,小林,\nwxid_a,木棉,,,2026-01-06,,老周,\n"))
    assert rows["contact_key"].n_unique() == 2
    assert rows["account_key"].n_unique() == 1


def test_added_deleted_and_added_again_stay_three_facts_of_one_contact(tmp_path: Path) -> None:
    lines = [
        "wxid_a,木棉,,,2026-01-05 10:00:00,,小林,2026-02-01 09:00:00\n",
        "wxid_a,木棉,,,2026-03-01 10:00:00,,小林,\n",
    ]
    rows = only(read(tmp_path, HEADER + "".join(lines)))
    assert rows["contact_key"].n_unique() == 1
    assert rows["added_at"].n_unique() == 2
    assert rows["deleted_at"].drop_nulls().to_list() == [datetime(2026, 2, 1, 1, tzinfo=UTC)]


def test_the_order_of_rows_decides_no_key(tmp_path: Path) -> None:
    draw = random.Random(7)
    head = "微信号,员工,时间,方向,类型\n"
    lines = [
        f"wxid_{draw.randrange(5)},小林,2026-01-05 09:12:{draw.randrange(20):02},{draw.choice(['收到', '发出'])},文本\n"
        for _ in range(200)
    ]
    spend = [f"2026-01-0{draw.randrange(1, 4)},抖音,{draw.randrange(3)}\n" for _ in range(30)]
    for start, rows in ((head, lines), ("日期,渠道,花费\n", spend)):
        straight = read(tmp_path, start + "".join(rows))
        shuffled = read(tmp_path, start + "".join(draw.sample(rows, len(rows))))
        (name,) = straight.lists
        key = LIST_KEYS[name]
        others = [column for column in only(straight).columns if column != "row"]
        assert only(straight)[key].is_unique().all()
        assert only(straight).select(others).sort(key).equals(only(shuffled).select(others).sort(key))


def test_one_message_has_one_key_whichever_program_exported_it(tmp_path: Path) -> None:
    one = only(read(tmp_path, CHAT + "1,wxid_a,1,0,0,1767575551,,你好,,,,\n"))
    head = "id,MsgSvrID,type_name,is_sender,talker,room_name,msg,src,CreateTime\n"
    other = only(read(tmp_path, head + "9,7300000000000000001,文本,0,wxid_a,wxid_a,你好,,2026-01-05 09:12:31\n"))
    plain = only(read(tmp_path, "微信号,时间,方向,类型\nwxid_a,2026-01-05 09:12:31,收到,文本\n"))
    assert one["message_key"].to_list() == other["message_key"].to_list() == plain["message_key"].to_list()


def test_a_key_of_numbers_is_the_published_mixing_of_them() -> None:
    def mixed(value: int) -> int:
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB % 2**64
        return value ^ (value >> 31)

    rows = [(5, -3, None), (2**63 - 1, -(2**63), 0), (0, 0, 0)]
    expected = []
    for row in rows:
        value = key_of("list") % 2**64
        for number in row:
            value = mixed(value ^ (((number or 0) % 2**64 + 1) * 0x9E3779B97F4A7C15 % 2**64))
        expected.append(value - 2**64 if value >= 2**63 else value)
    frame = pl.DataFrame(rows, schema={"a": pl.Int64, "b": pl.Int64, "c": pl.Int64}, orient="row")
    assert mixed_key(frame, ["a", "b", "c"]).to_list() == expected


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1990-05-01", (1990, 5, 1, False)),
        ("1990/5/1", (1990, 5, 1, False)),
        ("1990.05.01", (1990, 5, 1, False)),
        ("1990年5月1日", (1990, 5, 1, False)),
        ("1958-12-31 00:00:00", (1958, 12, 31, False)),
        ("19900501", (1990, 5, 1, False)),
        ("5月1日", (None, 5, 1, False)),
        ("5月1号", (None, 5, 1, False)),
        ("05-01", (None, 5, 1, False)),
        ("公历 5月1日", (None, 5, 1, False)),
        ("2-29", (None, 2, 29, False)),
        ("农历八月十五", (None, 8, 15, True)),
        ("八月十五", (None, 8, 15, False)),
        ("腊月廿三", (None, 12, 23, True)),
        ("正月初一", (None, 1, 1, True)),
        ("闰四月初三", (None, -4, 3, True)),
        ("一九九〇年八月十五（农历）", (1990, 8, 15, True)),
        ("农历 1990-08-30", (1990, 8, 30, True)),
        ("阴历8月31日", None),
        ("1990-02-29", None),
        ("13-40", None),
        ("5月", None),
        ("1990", None),
        ("明天", None),
        ("32994", (1990, 5, 1, False)),
    ],
)
def test_a_day_is_read_as_people_write_it(text: str, day: tuple[int | None, int, int, bool] | None) -> None:
    (found,) = calendar_days(pl.Series([text])).rows()
    assert found[:3] == (day[:3] if day else (None, None, None))
    if day:
        assert found[3] == day[3]


@pytest.mark.parametrize(
    ("texts", "day_first", "days"),
    [
        (["13/05/1990", "01/02/1990"], None, [(5, 13), (2, 1)]),
        (["05/13/1990", "01/02/1990"], None, [(5, 13), (1, 2)]),
        (["01/02/1990"], None, [(None, None)]),
        (["01/02/1990"], True, [(2, 1)]),
        (["13/05/1990", "05/13/1990"], None, [(None, None), (None, None)]),
    ],
)
def test_which_of_two_numbers_is_the_day_is_told_by_the_column(
    texts: list[str], day_first: bool | None, days: list[tuple[int | None, int | None]]
) -> None:
    assert calendar_days(pl.Series(texts), day_first=day_first).select("month", "day").rows() == days


def test_tags_are_a_sorted_set_whatever_sets_them_apart() -> None:
    texts = pl.Series(["茶友、送礼", "送礼，茶友;茶友", "a|b | a", "、", None])
    assert sorted_tags(texts).to_list() == ["茶友,送礼", "茶友,送礼", "a,b", None, None]


def test_shares_and_counts_are_read_as_people_write_them() -> None:
    shares = read_shares(pl.Series(["35%", "0.35", "35", "35％", "120%", "-1", "x", None]))
    assert shares.values.to_list() == [0.35, 0.35, 0.35, 0.35, None, None, None, None]
    assert shares.bad.to_list() == [False] * 4 + [True] * 3 + [False]
    counts = read_counts(pl.Series(["1,200", "1.2万", "3次", "2.5", "-1", "x", None]))
    assert counts.values.to_list() == [1200, 12000, 3, None, None, None, None]


@pytest.mark.parametrize(
    ("table", "profile"),
    [
        ("日期,渠道,金额,手机号,备注\n2026-01-01,抖音,5,13800000001,x\n", "generic"),
        ("姓名,手机号,金额,日期,标签\n某,13800000001,5,2026-01-01,x\n", "generic"),
        ("姓名,手机号,生日,标签,渠道\n某,13800000001,1990-05-01,x,y\n", "generic-contacts"),
        ("日期,渠道,金额\n2026-01-01,抖音,5\n", "generic-spend"),
        ("openid,昵称,性别,省份,城市,关注时间,标签,备注,unionid\no1,某,,,,2026-01-01,,,\n", "generic-contacts"),
        ("线索ID,姓名,电话,线索来源,提交时间,广告ID,广告名称\n1,某,13800000001,x,2026-01-01,2,y\n", "generic-contacts"),
        ("商品,进价\n茶,5\n", "generic-costs"),
        ("商品,成本,数量,订单号,日期,手机号,金额\n茶,5,1,1,2026-01-01,13800000001,9\n", "generic"),
    ],
)
def test_a_plain_table_is_taken_for_what_it_holds(table: str, profile: str, tmp_path: Path) -> None:
    assert read(tmp_path, table).profile == profile


def test_every_format_of_a_list_has_its_own_platform_known_to_people() -> None:
    from custtier.text.names import NAMES

    assert {one.platform for one in load_profiles().values() if one.is_list} <= set(NAMES["platforms"])


def test_a_bad_account_of_a_spreadsheet_is_rejected_not_a_new_person(tmp_path: Path) -> None:
    reading = read(tmp_path, "客户编号,昵称,添加时间\n1.38E+10,木棉,2026-01-01\n")
    assert reading.rejects["reason"].to_list() == ["damaged_id"]


def test_an_empty_list_is_read_as_one(tmp_path: Path) -> None:
    for header in (HEADER, CHAT, "日期,渠道,花费\n", "人,平台,账号\n", "商品,成本\n", "name,phone,birthday\n"):
        reading = read(tmp_path, header)
        assert reading.rows_read == 0
        assert only(reading).is_empty()
