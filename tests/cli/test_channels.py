"""`grade --by`: twenty contacts through the files, what is printed in both languages, every form, filters, errors."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import pytest

from cli.conftest import Ended
from custtier.errors import FAIL_ON, NOTHING, USAGE
from views.channel_shops import TWENTY, TWENTY_PAID
from views.lead_shops import SHANGHAI
from views.test_channels import BY_HAND

Custtier = Callable[..., Ended]
CHANNEL_COLUMNS = [
    "channel", "contacts", "a", "b", "c", "d", "e", "a_share", "a_share_low", "a_share_high", "spend",
    "cost_per_contact", "cost_per_a", "net_sales", "return_on_spend", "letter",
]  # fmt: skip
"""What a script may rely on, in this order."""


def table(path: Path, head: str, rows: Sequence[Sequence[object]]) -> None:
    lines = [head, *(",".join("" if cell is None else str(cell) for cell in row) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def local(instant: object) -> str:
    return f"{instant.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}" if instant else ""


def phone(account: str | None) -> str | None:
    return account and f"139{sum(ord(sign) * 100**place for place, sign in enumerate(account)):08}"


@pytest.fixture
def files(home: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, ...]:
    """The twenty contacts as a small seller has them: nobody's key but the phone joins the lists."""
    monkeypatch.chdir(home)
    orders = [
        (
            f"D{n}",
            one.day,
            one.gross / 100,
            phone(one.account),
            "已付款",
            sum(part for _, part in one.refunds) / 100 or "",
        )
        for n, one in enumerate(TWENTY.shop.orders)
    ]
    table(home / "订单.csv", "订单号,日期,金额,手机号,状态,退款金额", orders)
    contacts = [
        (f"昵称{n}", phone(one.account), local(min(one.added, default=None)), one.channel, one.agent,
         local(max(one.deleted, default=None)))
        for n, one in enumerate(TWENTY.entries)
    ]  # fmt: skip
    table(home / "联系人.csv", "昵称,手机号,添加时间,渠道,员工,删除时间", contacts)
    chats = [
        (phone(one.account), one.agent, local(one.when), "收到" if one.direction == "in" else "发出", "文本")
        for one in TWENTY.messages
    ]
    table(home / "聊天.csv", "手机号,员工,时间,方向,类型", chats)
    spend = [
        (one.day, one.channel, one.amount / 100, one.impressions, one.clicks)
        for one in TWENTY_PAID
        if one.currency == "CNY"
    ]
    table(home / "花费.csv", "日期,渠道,花费,曝光,点击", spend)
    return tuple(Path(name) for name in ("订单.csv", "联系人.csv", "聊天.csv", "花费.csv"))


DAY = ("--as-of", "2026-06-30")


def answered(custtier: Custtier, *words: object) -> dict:
    return json.loads(custtier("grade", *words, *DAY, "--format", "json", "--lang", "en").out)


def test_files_give_the_figures_worked_by_hand(custtier: Custtier, files: tuple[Path, ...]) -> None:
    answer = answered(custtier, *files)
    rows = {row["channel"]: row for row in answer["tables"]["channels"]}
    assert list(rows) == list(BY_HAND)
    for channel, expected in BY_HAND.items():
        for name in ("contacts", "a", "b", "c", "d", "e", "unknown", "bought_90d", "letter", "median_days"):
            if name in expected:
                assert rows[channel][name] == pytest.approx(expected[name]), (channel, name)
        for name in ("spend", "cost_per_contact", "cost_per_a", "net_sales", "sales_90d_per_contact"):
            if expected.get(name) is not None:
                assert rows[channel][name] == expected[name] / 100
    assert [name for name in answer["tables"]["channels"][0] if name in CHANNEL_COLUMNS] == CHANNEL_COLUMNS
    assert answer["summary"]["placed_contacts"] + answer["summary"]["unplaced_contacts"] == 20


def test_the_store_answers_as_the_files_do(custtier: Custtier, files: tuple[Path, ...]) -> None:
    assert custtier("import", *files).code == 0
    stored, read = answered(custtier, "--by", "month"), answered(custtier, *files, "--by", "month")
    assert stored["tables"] == read["tables"]
    assert stored["summary"] == read["summary"]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [80, 140])
def test_what_channels_print(
    custtier: Custtier,
    files: tuple[Path, ...],
    snapshot: Callable,
    monkeypatch: pytest.MonkeyPatch,
    width: int,
    lang: str,
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    words = ("--by", "channel", "--compare", "抖音", "live")
    snapshot(f"channels-{width}-{lang}", custtier("grade", *files, *DAY, *words, "--lang", lang))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_days_print(
    custtier: Custtier, files: tuple[Path, ...], snapshot: Callable, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    words = ("--by", "day", "--added-since", "2026-03-01", "--channel", "抖音")
    snapshot(f"channels-days-{lang}", custtier("grade", *files, *DAY, *words, "--lang", lang))


def test_by_asks_for_the_groups_first_and_leaves_the_people_out(custtier: Custtier, files: tuple[Path, ...]) -> None:
    assert next(iter(answered(custtier, *files)["tables"])) == "grades"
    answer = answered(custtier, *files, "--by", "agent")
    assert list(answer["tables"]) == ["agents", "funnel", "letter_shares", "time_to_a", "grades"]
    assert answer["parameters"]["by"] == "agent"
    ended = custtier("grade", *files, *DAY, "--by", "week", "--format", "csv")
    assert ended.out.startswith("week,contacts,a,b,c,d,e,unknown,a_share,")


def test_a_list_that_is_asked_for_stays_and_names_may_be_typed_as_they_are_shown(
    custtier: Custtier, files: tuple[Path, ...]
) -> None:
    answer = answered(custtier, *files, "--grade", "B", "--added-since", "2026-06-01")
    assert next(iter(answer["tables"])) == "contacts" and len(answer["tables"]["contacts"]) == 1
    answer = answered(custtier, *files, "--grade", "B", "--by", "渠道")
    assert next(iter(answer["tables"])) == "channels" and len(answer["tables"]["contacts"]) == 2
    assert "weeks" in answered(custtier, *files, "--by", "周")["tables"]


def test_without_channels_the_letters_stand_alone(custtier: Custtier, files: tuple[Path, ...], home: Path) -> None:
    table(home / "无渠道.csv", "昵称,手机号,添加时间,员工", [("甲", "13900000001", "2026-06-01 09:00:00", "老周")])
    answer = answered(custtier, files[0], "无渠道.csv")
    assert list(answer["tables"]) == ["grades", "contacts"]


def test_buyers_who_stand_in_for_contacts_came_through_no_channel(custtier: Custtier, home: Path) -> None:
    rows = [("D1", "2026-06-05", 80, phone("甲"), "已付款", "网店")]
    table(home / "订单.csv", "订单号,日期,金额,手机号,状态,渠道", rows)
    assert "channels" not in answered(custtier, home / "订单.csv")["tables"]


def test_letters_figures_and_channels_are_about_the_same_people(custtier: Custtier, files: tuple[Path, ...]) -> None:
    answer = answered(custtier, *files, "--added-since", "2026-03-01", "--new-only")
    assert answer["summary"]["contacts"] == sum(row["contacts"] for row in answer["tables"]["grades"])
    assert answer["summary"]["contacts"] == sum(row["contacts"] for row in answer["tables"]["channels"])
    assert answer["summary"]["spend"] == 150.0


def test_pages_and_workbooks_draw_the_funnel(custtier: Custtier, files: tuple[Path, ...]) -> None:
    assert custtier("grade", *files, *DAY, "--by", "channel", "--output", "页.html", "--lang", "zh").code == 0
    page = Path("页.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 1 and "已买或在考虑" in page
    assert custtier("grade", *files, *DAY, "--by", "channel", "--output", "表.xlsx", "--lang", "zh").code == 0
    book = openpyxl.load_workbook("表.xlsx")
    sheet = book["从添加到购买"]
    assert [cell.value for cell in sheet["B"]][1:] == [20, 12, 10, 8]
    assert len(sheet._charts) == 1


@pytest.mark.parametrize("variable", ["LANG", "LC_ALL"])
def test_the_locale_c_gets_bars_of_plain_signs(
    custtier: Custtier, files: tuple[Path, ...], monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "C")
    text = custtier("grade", *files, *DAY, "--by", "channel").out
    drawn = text[text.index("From added to bought") :].split("\n\n")[0]
    assert drawn.isascii() and "####" in drawn


def test_a_condition_ends_with_its_own_code(custtier: Custtier, files: tuple[Path, ...]) -> None:
    assert custtier("grade", *files, *DAY, "--fail-on", "return_on_spend<1").code == FAIL_ON
    assert custtier("grade", *files, *DAY, "--fail-on", "pooled_a_share<0.1").code == 0


@pytest.mark.parametrize(
    ("words", "code", "named"),
    [
        (("--by", "colour"), USAGE, "unknown-by"),
        (("--compare", "抖音", "--quiet"), USAGE, "two-names"),
        (("--compare", "抖音", "淘宝"), USAGE, "unknown-group"),
        (("--compare", "抖音", "抖音 "), USAGE, "same-group"),
        (("--by", "day", "--compare", "抖音", "live"), USAGE, "compare-by-period"),
        (("--attribution", "middle"), USAGE, "unknown-attribution"),
        (("--added-since", "2026-05-01", "--added-until", "2026-04-01"), USAGE, "bad-range"),
        (("--added-since", "May"), USAGE, "bad-day"),
        (("--added-since", "2026-06-29"), NOTHING, "no-contacts"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    custtier: Custtier, files: tuple[Path, ...], words: tuple[str, ...], code: int, named: str
) -> None:
    ended = custtier("grade", *files, *DAY, *words)
    assert (ended.code, ended.out) == (code, "")
    assert f"error[{named}]" in ended.err


def test_margins_count_where_costs_are_known_and_pay_the_spend_back(custtier: Custtier, home: Path) -> None:
    orders = [("甲", "2026-03-02", 100, "茶"), ("甲", "2026-03-09", 100, "茶"), ("乙", "2026-03-04", 50, "杯")]
    rows = [(f"D{n}", day, yuan, phone(who), "已付款", goods, 1) for n, (who, day, yuan, goods) in enumerate(orders)]
    table(home / "订单.csv", "订单号,日期,金额,手机号,状态,商品,数量", rows)
    people = [(who, phone(who), f"2026-03-0{n} 09:00:00", "抖音") for n, who in enumerate("甲乙", start=1)]
    table(home / "联系人.csv", "昵称,手机号,添加时间,渠道", people)
    table(home / "花费.csv", "日期,渠道,花费", [("2026-03-01", "抖音", 100)])
    table(home / "成本.csv", "商品,成本", [("茶", 40), ("杯", 45)])
    files = [home / name for name in ("订单.csv", "联系人.csv", "花费.csv", "成本.csv")]
    row = answered(custtier, *files)["tables"]["channels"][0]
    # 60 of each tea, 5 of the cup
    assert (row["net_sales"], row["margin"], row["return_on_spend"], row["return_by_margin"]) == (
        250.0,
        125.0,
        2.5,
        1.25,
    )
    assert row["paid_back_on"] == "2026-03-09"
    without = answered(custtier, *files[:3])["tables"]["channels"][0]
    assert "margin" not in without and without["paid_back_on"] == "2026-03-02"


def test_the_last_adding_tells_the_channel_when_asked(custtier: Custtier, home: Path) -> None:
    table(home / "订单.csv", "订单号,日期,金额,手机号,状态", [("D1", "2026-03-05", 80, phone("甲"), "已付款")])
    added = [("甲", "2026-03-01", "抖音"), ("甲", "2026-04-01", "朋友圈"), ("乙", "2026-03-01", "抖音")]
    rows = [(who, phone(who), f"{day} 09:00:00", channel, "老周") for who, day, channel in added]
    table(home / "联系人.csv", "昵称,手机号,添加时间,渠道,员工", rows)
    files = (home / "订单.csv", home / "联系人.csv")

    def found(*words: str) -> dict[str, tuple]:
        tables = answered(custtier, *files, *words)["tables"]
        return {row["channel"]: (row["contacts"], row["a"], row["net_sales"]) for row in tables["channels"]}

    assert found() == {"抖音": (2, 1, 80.0)}
    # the purchase before the second adding still counts from the day of the first
    assert found("--attribution", "last") == {"朋友圈": (1, 1, 80.0), "抖音": (1, 0, 0.0)}
    early = ("--attribution", "last", "--as-of", "2026-03-31")
    answer = json.loads(custtier("grade", *files, *early, "--format", "json").out)
    assert [row["channel"] for row in answer["tables"]["channels"]] == ["抖音"]


def test_names_of_channels_and_agents_are_compared_as_people_type_them(custtier: Custtier, home: Path) -> None:
    table(home / "订单.csv", "订单号,日期,金额,手机号,状态", [("D1", "2026-03-05", 80, phone("甲"), "已付款")])
    people = [("甲", "ＡＢ直播（夜）", "Lin"), ("乙", "AB直播(夜)", "lin"), ("丙", "ab直播(夜) ", "Lin")]
    rows = [(who, phone(who), "2026-03-01 09:00:00", channel, agent) for who, channel, agent in people]
    table(home / "联系人.csv", "昵称,手机号,添加时间,渠道,员工", rows)
    table(home / "花费.csv", "日期,渠道,员工,花费", [("2026-03-01", "AB直播（夜）", "LIN", 90)])
    files = [home / name for name in ("订单.csv", "联系人.csv", "花费.csv")]
    asked = (("--channel", "ab直播（夜）"), ("--agent", "LIN"), ("--by", "agent", "--agent", "lin"), ())
    for words in asked:
        found = answered(custtier, *files, *words)["tables"]
        (row,) = found["agents" if "--by" in words else "channels"]
        assert (row["contacts"], row["spend"], row["cost_per_contact"], row["net_sales"]) == (3, 90.0, 30.0, 80.0)


def test_a_letter_holds_a_channel_against_all_of_them_also_where_it_alone_is_asked_for(
    custtier: Custtier, home: Path
) -> None:
    groups = [("抖音", "老周", 2), ("朋友圈", "阿敏", 20)]
    names = [
        (f"1392000{place}{n:03}", channel, agent, n < bought)
        for place, (channel, agent, bought) in enumerate(groups)
        for n in range(40)
    ]
    orders = [(f"D{who}", "2026-03-05", 80, who, "已付款") for who, _, _, did in names if did]
    table(home / "订单.csv", "订单号,日期,金额,手机号,状态", orders)
    rows = [(who, who, "2026-03-01 09:00:00", channel, agent) for who, channel, agent, _ in names]
    table(home / "联系人.csv", "昵称,手机号,添加时间,渠道,员工", rows)
    files = (home / "订单.csv", home / "联系人.csv")
    for by, words in (("channel", ("--channel", "抖音")), ("agent", ("--by", "agent", "--agent", "老周"))):
        for chosen in ((), words):
            answer = answered(custtier, *files, *(words[:2] if by == "agent" else ()), *chosen)
            row = next(row for row in answer["tables"][f"{by}s"] if row[by] in {"抖音", "老周"})
            assert (row["letter"], row["letter_reason"], answer["summary"]["pooled_a_share"]) == (
                "D",
                "below",
                0.275,
            )
