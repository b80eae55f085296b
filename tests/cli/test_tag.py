"""`custtier tag` and `--tag` from files to what they print: rules, tags by hand and in lists, refusals."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Ended
from custtier.cli.main import run
from custtier.errors import DATA, NOTHING, USAGE

Custtier = Callable[..., Ended]

ORDERS = """订单号,日期,金额,客户,手机号,姓名,商品,类目,渠道,省份,城市,收货地址,状态
B001,2026-01-05,120.00,amy,13800000001,张三,茶叶,茶,抖音,广东省,深圳市,,已付款
B002,2026-02-05,80.00,amy,13800000001,张三,茶壶,器具,抖音,广东省,深圳市,,已付款
B003,2026-06-01,90.00,amy,13800000001,张三,茶杯,器具,抖音,广东省,深圳市,,已付款
B004,2026-03-05,1999.90,bob,13800000002,John Smith,茶叶,茶,,,,上海市浦东新区世纪大道1号,已付款
B005,2026-06-06,35.50,cat,13800000003,欧阳小明,面膜,护肤,直播,浙江,杭州,,已付款
B006,2026-06-20,60,dan,,,面膜,护肤,直播,,,,已付款
"""
CONTACTS = """微信号,昵称,备注,手机号,添加时间,员工,标签
wx_amy,A,,13800000001,2025-12-01 10:00,小王,"茶友,团长"
wx_cat,C,,13800000003,2025-12-02 10:00,小李,茶友
wx_new,N,,,2026-03-02 10:00,小李,茶友
"""
SETTINGS = """
tags = [
  "回头客 when order_count >= 2 and recency_days <= 60",
  "tag: 大客 当 净销售额 >= 500元 且 渠道为空",
]
"""


@pytest.fixture(scope="session")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files, settings and a store that holds the files, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("tagged")
    (folder / "订单.csv").write_text(ORDERS, encoding="utf-8")
    (folder / "好友.csv").write_text(CONTACTS, encoding="utf-8")
    (folder / "settings").mkdir()
    (folder / "settings" / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("CUSTTIER_SETTINGS", str(folder / "settings"))
        patch.setenv("CUSTTIER_ID_KEY", "a key for tests")
        assert run(["import", "订单.csv", "好友.csv", "--quiet", "--store", str(folder / "store")]) == 0
    return folder


@pytest.fixture
def shop(home: Path, imported: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The files, imported; gives the folder."""
    monkeypatch.chdir(home)
    shutil.copytree(imported, home, dirs_exist_ok=True)
    return home


def asked(custtier: Custtier, *words: object) -> dict:
    ended = custtier(*words, "--format", "json")
    assert ended.code == 0, ended.err
    found: dict = json.loads(ended.out)
    return found


def who(custtier: Custtier, *tags: str, command: str = "tiers", more: tuple[str, ...] = ()) -> list[int]:
    """Orders of the customers who are left, which tell them apart: amy 3, the others by their sales."""
    options = [word for tag in tags for word in ("--tag", tag)]
    rows = asked(custtier, command, *options, *more)["tables"]["customers"]
    return sorted(round(row["net_sales"]) for row in rows)


AMY, BOB, CAT, DAN = 290, 2000, 36, 60


def customer_id(custtier: Custtier, sales: int) -> str:
    rows = asked(custtier, "tiers")["tables"]["customers"]
    return next(row["customer_id"] for row in rows if round(row["net_sales"]) == sales)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("columns", ["80", "140"])
def test_what_is_printed(
    custtier: Custtier, shop: Path, snapshot: Callable, lang: str, columns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    named = f"{columns}-{lang}"
    snapshot(f"tag-{named}", custtier("tag", "--lang", lang))
    snapshot(f"tag-test-{named}", custtier("tag", "test", "--lang", lang))
    snapshot(f"tag-test-rule-{named}", custtier("tag", "test", "--rule", "买过茶叶 且 city = 深圳市", "--lang", lang))
    snapshot(f"tag-filter-{named}", custtier("churn", "--all", "--tag", "茶友", "--tag", "!大客", "--lang", lang))
    snapshot(f"tag-add-{named}", custtier("tag", "add", "13800000002", "老友", "--lang", lang))
    snapshot(f"tag-list-{named}", custtier("tag", "list", "13800000002", "--lang", lang))
    snapshot(f"tag-remove-{named}", custtier("tag", "remove", "13800000002", "老友", "--lang", lang))


@pytest.mark.parametrize(
    ("tags", "left"),
    [
        (["回头客"], [AMY]),
        (["大客"], [BOB]),
        (["!大客"], [CAT, DAN, AMY]),
        (["茶友"], [CAT, AMY]),
        (["茶友", "团长"], [AMY]),
        (["茶友", "！团长"], [CAT]),
        (["province:广东"], [AMY]),
        (["省份：广东省"], [AMY]),
        (["city:上海"], [BOB]),
        (["大区:华东"], [CAT, BOB]),
        (["!region:east"], [DAN, AMY]),
        (["bought:茶叶"], [AMY, BOB]),
        (["买过:面膜"], [CAT, DAN]),
        (["品类:护肤"], [CAT, DAN]),
        (["channel:直播"], [CAT, DAN]),
        (["lifecycle:回流"], [AMY]),
        (["tier:核心"], [BOB]),
        (["main_category:护肤"], [CAT, DAN]),
    ],
    ids=lambda found: " ".join(map(str, found)),
)
def test_only_customers_with_the_tags_are_left(
    custtier: Custtier, shop: Path, tags: list[str], left: list[int]
) -> None:
    assert who(custtier, *tags) == left


def test_every_analysis_takes_tags_from_the_store_and_from_files(custtier: Custtier, shop: Path) -> None:
    files = ("订单.csv", "好友.csv")
    for command, more in (("tiers", ()), ("rfm", ()), ("churn", ("--all",)), ("key", ("--pick", "9"))):
        stored = asked(custtier, command, *more, "--tag", "茶友")
        direct = asked(custtier, command, *files, *more, "--tag", "茶友")
        assert len(stored["tables"]["customers"]) == 2, command
        assert stored["tables"]["customers"] == direct["tables"]["customers"]
        assert stored["parameters"]["tag"] == ["茶友"]
        told = [note["text"] for note in stored["notes"] if note["code"] == "tagged"]
        assert told == ["only customers with these tags, 2 of them: 茶友"]


def test_who_has_a_tag_is_told_by_all_orders_not_by_those_that_are_left(custtier: Custtier, shop: Path) -> None:
    assert who(custtier, "回头客", more=("--since", "2026-06-01")) == [90]
    assert who(custtier, "tier:核心", more=("--source", "generic")) == [BOB]
    # by the end of February amy bought twice, and lately
    assert who(custtier, "回头客", more=("--as-of", "2026-02-28")) == [200]
    assert custtier("tiers", "--tag", "回头客", "--as-of", "2026-05-30").code == NOTHING


def test_nobody_else_is_a_prospect_of_theirs(custtier: Custtier, shop: Path) -> None:
    table = asked(custtier, "tiers", "--tag", "茶友")["tables"]["tiers"]
    assert [row["customers"] for row in table if row["tier"] == "prospect"] in ([], [0])


def test_a_tag_by_hand_holds_for_the_person_until_it_is_taken_away(custtier: Custtier, shop: Path) -> None:
    given = asked(custtier, "tag", "add", "13800000002", "VIP", "老友")
    assert {row["tag"] for row in given["tables"]["tags"] if row["tag_origin"] == "hand"} == {"VIP", "老友"}
    assert who(custtier, "vip") == [BOB]
    assert who(custtier, "VIP", "大客") == [BOB]
    assert custtier("tag", "remove", "13800000002", "VIP").code == 0
    assert custtier("tiers", "--tag", "VIP").code == USAGE
    assert who(custtier, "老友") == [BOB]
    number = given["summary"]["import_id"]
    assert custtier("imports", "undo", number).code == 0
    assert custtier("tiers", "--tag", "老友").code == USAGE


def test_a_list_of_tags_and_our_own_ids_come_in_as_a_file(custtier: Custtier, shop: Path) -> None:
    cat = customer_id(custtier, CAT)
    (shop / "tags.csv").write_text(f"客户编号,标签\n{cat},尝鲜\n", encoding="utf-8")
    assert custtier("import", "tags.csv").code == 0
    assert who(custtier, "尝鲜") == [CAT]
    assert custtier("tag", "remove", cat, "尝鲜").code == 0
    assert custtier("tiers", "--tag", "尝鲜").code == USAGE


def test_a_tag_given_by_hand_and_by_a_rule_holds_for_both(custtier: Custtier, shop: Path) -> None:
    assert custtier("tag", "add", "13800000003", "大客").code == 0
    assert who(custtier, "大客") == [CAT, BOB]
    assert who(custtier, "!大客") == [DAN, AMY]


def test_the_counts_are_those_of_the_filters(custtier: Custtier, shop: Path) -> None:
    assert custtier("tag", "add", "13800000002", "老友").code == 0
    rows = asked(custtier, "tag")["tables"]["tags"]
    assert {row["tag_origin"] for row in rows} == {"rule", "hand", "contacts", "ready"}
    for row in rows:
        if row["customers"]:
            left = asked(custtier, "tiers", "--tag", row["tag"])
            assert left["summary"]["customers"] == row["customers"], row["tag"]
            assert left["summary"]["net_sales"] == row["net_sales"], row["tag"]


def test_what_each_part_takes_away_adds_up_to_everybody(custtier: Custtier, shop: Path) -> None:
    answer = asked(custtier, "tag", "test", "--rule", "order_count < 9 and 省份 = 广东 and city is missing")
    rows = answer["tables"]["conditions"]
    assert [row["remaining"] for row in rows] == [4, 1, 0]
    assert [row["untold"] for row in rows] == [0, 1, 0]
    for row in rows:
        assert row["meeting"] + row["failing"] + row["untold"] == answer["summary"]["customers"]


def test_personal_fields_are_masked_and_tags_are_not_changed_by_showing_them(custtier: Custtier, shop: Path) -> None:
    assert custtier("tag", "add", "13800000002", "VIP").code == 0
    for words in (("tag", "list"), ("tag", "list", "13800000001"), ("tag", "test", "--rule", "order_count > 0")):
        shown = custtier(*words, "--format", "json").out + custtier(*words).out
        assert [text for text in ("张三", "John", "1380000") if text in shown] == []
    assert "13800000002" in custtier("tag", "list", "--reveal").out


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        (("tiers", "--tag", "茶有"), USAGE, "unknown-tag"),
        (("tiers", "--tag", "大客户"), USAGE, "is 大客 meant?"),
        (("tiers", "--tag", "tier:钻石"), USAGE, "unknown-tag"),
        (("tiers", "--tag", "province:火星"), NOTHING, "no-tagged"),
        (("tiers", "--tag", ""), USAGE, "unknown-tag"),
        (("tiers", "--tag", "!"), USAGE, "unknown-tag"),
        (("tiers", "--tag", "大客", "--tag", "!大客"), NOTHING, "no-tagged"),
        (("tag", "test", "--rule", "order_cont > 1"), USAGE, "is order_count meant?"),
        (("tag", "test", "--rule", "VIP when net_sales > '多'"), USAGE, "character 20"),
        (("tag", "test", "--rule", ""), USAGE, "bad-tag-rule"),
        (("tag", "add", "nobody", "VIP"), USAGE, "unknown-customer"),
        (("tag", "add", "13800000002", "a,b"), USAGE, "bad-tag"),
        (("tag", "add", "13800000002", "!a"), USAGE, "bad-tag"),
        (("tag", "remove", "13800000001", "茶友"), DATA, "not-given"),
        (("tag", "--fail-on", "nothing>1"), USAGE, "nothing"),
    ],
    ids=lambda found: " ".join(found) if isinstance(found, tuple) else str(found),
)
def test_what_cannot_be_answered_is_told(
    custtier: Custtier, shop: Path, words: tuple[str, ...], code: int, error: str
) -> None:
    ended = custtier(*words)
    assert (ended.code, ended.out) == (code, "")
    assert error in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ('tags = ["高复购"]', "高复购"),
        ('tags = ["a when is_contact", "A when order_count > 1"]', "two tags are called"),
        ('tags = "a when is_contact"', "list"),
        ('[[tags]]\nname = "a"\n', "tag 'a'"),
    ],
)
def test_settings_without_a_meaning_are_refused_before_any_work(
    custtier: Custtier, shop: Path, text: str, error: str
) -> None:
    (shop / "settings" / "settings.toml").write_text(text, encoding="utf-8")
    ended = custtier("tiers")
    assert (ended.code, "bad-settings" in ended.err, error in ended.err) == (USAGE, True, True)


def test_a_rule_that_cannot_be_read_stops_only_who_asks_for_tags(custtier: Custtier, shop: Path) -> None:
    (shop / "settings" / "settings.toml").write_text('tags = ["a when order_cont > 1"]', encoding="utf-8")
    assert custtier("tiers").code == 0
    for words in (("tag",), ("tag", "test"), ("tiers", "--tag", "a")):
        ended = custtier(*words)
        assert (ended.code, "bad-tag-rule" in ended.err, "'a'" in ended.err) == (USAGE, True, True)


def test_rules_may_be_tables_and_none_is_needed(custtier: Custtier, shop: Path) -> None:
    settings = shop / "settings" / "settings.toml"
    settings.write_text('[[tags]]\nname = "常客"\nwhen = "订单数 >= 3"\n', encoding="utf-8")
    assert who(custtier, "常客") == [AMY]
    settings.write_text("", encoding="utf-8")
    assert "no_tag_rules" in [note["code"] for note in asked(custtier, "tag")["notes"]]
    assert custtier("tag", "test").code == NOTHING


def test_all_fields_are_listed_with_what_they_mean(custtier: Custtier, home: Path) -> None:
    for lang in ("en", "zh"):
        rows = asked(custtier, "tag", "fields", "--lang", lang)["tables"]["fields"]
        assert [row["field"] for row in rows if not row["meaning"]] == []


def test_an_exclusion_by_tag_takes_out_whoever_was_given_it(custtier: Custtier, shop: Path) -> None:
    text = '[[exclusions]]\nname = "resellers"\ntags = ["分销"]\n'
    (shop / "settings" / "settings.toml").write_text(text, encoding="utf-8")
    assert who(custtier) == [CAT, DAN, AMY, BOB]
    assert custtier("tag", "add", "13800000002", "分销").code == 0
    assert who(custtier) == [CAT, DAN, AMY]
    assert who(custtier, more=("--no-exclusions",)) == [CAT, DAN, AMY, BOB]
    assert "idle_rule" not in custtier("exclusions", "test", "--format", "json").out
