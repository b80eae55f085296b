"""Drafts of profiles: what every column of an unknown export is taken for, and what is asked."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from custtier.errors import CusttierError
from custtier.settings import Settings
from custtier.sources import Reading, load_profiles
from custtier.sources.drafting.as_toml import as_toml
from custtier.sources.drafting.asking import Asker, Question
from custtier.sources.drafting.draft import Draft, Wishes, draft
from custtier.sources.drafting.kinds import KINDS
from custtier.sources.drafting.looks import look_of
from custtier.sources.drafting.vocabulary import vocabulary
from custtier.sources.formats.identify import identify
from custtier.sources.formats.profile import FIELDS, parse_profile
from custtier.sources.formats.profile_faults import check_usable
from custtier.sources.formats.profile_fields import LIST_FIELDS
from custtier.sources.read import converted
from custtier.sources.sheets.sheet import Sheet
from custtier.sources.sheets.text_sheet import text_sheet
from custtier.text import Catalogue
from custtier.text.format_names import FORMAT_NAMES

HEAD = "系统编号,开单日期,购买者,联系号码,货品,件数,单价,实收总额(元),单据状态\n"
ORDERS = (
    HEAD + "SO2026010001,2026-01-05 10:22:01,王芳,16000000001,绿茶,2,60.00,120.00,已完成\n"
    "SO2026010002,2026-01-06 11:02:33,李强,16000000002,红茶,1,80.00,80.00,已完成\n"
    "SO2026010003,2026-02-11 09:12:10,王芳,16000000001,乌龙,1,95.50,95.50,已取消\n"
)


class Answers:
    """Gives the answers that were agreed on, and remembers what was asked."""

    def __init__(self, *answers: int | None) -> None:
        self._answers = list(answers)
        self.asked: list[Question] = []

    def choose(self, question: Question) -> int | None:
        self.asked.append(question)
        return self._answers.pop(0)


def sheets_in(text: str, folder: Path) -> Sequence[Sheet]:
    path = folder / "export.csv"
    path.write_text(text, encoding="utf-8")
    return [text_sheet(path, label="export.csv", folder=folder, advance=lambda _: None)]


def drafted(
    text: str, folder: Path, *, ask: Asker | None = None, columns: Mapping[str, str] | None = None, **wishes: object
) -> Draft:
    settled = Wishes(columns=columns or {}, **wishes)  # type: ignore[arg-type]  # as the test writes them
    sheets = sheets_in(text, folder)
    return draft(sheets, path="export.csv", profiles=list(load_profiles().values()), wishes=settled, ask=ask)


def toml_of(found: Draft) -> str:
    return as_toml(found, name="mine", title="我的", platform="mine", catalogue=Catalogue("en"))


def read_with(found: Draft, text: str, folder: Path) -> Reading:
    """The file read with the draft, as it would be at its import."""
    profile = parse_profile(toml_of(found), origin="mine")
    check_usable(profile, origin="mine")
    matches = identify(sheets_in(text, folder), [profile], path="export.csv")
    return converted(matches, path="export.csv", settings=Settings(), include=frozenset())


def headers_by_field(found: Draft) -> dict[str, str]:
    return {field: one.column.header for field, one in found.fields.items()}


def test_an_order_export_gets_its_fields_and_reads(tmp_path: Path) -> None:
    found = drafted(ORDERS, tmp_path)
    assert headers_by_field(found) == {
        "order_id": "系统编号",
        "created_at": "开单日期",
        "name": "购买者",
        "phone": "联系号码",
        "product": "货品",
        "quantity": "件数",
        "gross": "实收总额(元)",
        "status": "单据状态",
    }
    reading = read_with(found, ORDERS, tmp_path)
    assert reading.orders.sort("order_id")["gross"].to_list() == [12000, 8000, 9550]
    assert reading.orders.sort("order_id")["state"].to_list() == ["paid", "paid", "closed"]


def test_each_placement_says_how_sure_it_is_and_why(tmp_path: Path) -> None:
    told = {one.column.header: (one.certainty, one.reason, one.like) for one in drafted(ORDERS, tmp_path).placements}
    assert told["开单日期"] == ("sure", "alias", "开单日期")
    assert told["单据状态"] == ("likely", "similar", "订单状态")
    assert told["单价"] == ("none", "beside", "price")


def test_a_header_that_is_only_like_one_of_ours_but_holds_something_else_is_not_read(tmp_path: Path) -> None:
    text = ORDERS.replace("单价", "商品总价").replace("货品", "发货时间")
    text = text.replace("绿茶", "2026-01-07").replace("红茶", "2026-01-08").replace("乌龙", "2026-02-12")
    assert not {"商品总价", "发货时间"} & set(headers_by_field(drafted(text, tmp_path)).values())


def test_lines_over_the_header_and_totals_under_the_rows_do_not_matter(tmp_path: Path) -> None:
    text = "某某商城 后台导出\n\n" + ORDERS + "合计,,,,,4,,295.50,\n"
    found = drafted(text, tmp_path)
    assert found.head.header_row == 3
    reading = read_with(found, text, tmp_path)
    assert (reading.orders.height, reading.rejects.height) == (3, 0)
    assert reading.records.filter(reading.records["outcome"] == "excluded")["reason"].to_list() == ["total_row"]


def test_an_unknown_word_is_not_guessed_its_rows_are_rejected(tmp_path: Path) -> None:
    text = ORDERS.replace("已取消", "躺平了")
    found = drafted(text, tmp_path)
    assert [(word.word, word.state) for word in found.words] == [("已完成", "paid"), ("躺平了", "")]
    assert '["躺平了"]' in toml_of(found)
    assert "躺平了" not in str(tomllib.loads(toml_of(found))["statuses"])
    assert read_with(found, text, tmp_path).rejects["reason"].to_list() == ["unknown_status"]


def test_an_unknown_word_is_asked_for_on_a_terminal(tmp_path: Path) -> None:
    text = ORDERS.replace("已取消", "躺平了")
    ask = Answers(2)
    found = drafted(text, tmp_path, ask=ask)
    assert [question.values for question in ask.asked] == [{"word": "躺平了", "rows": 1}]
    assert read_with(found, text, tmp_path).orders.sort("order_id")["state"].to_list() == ["paid", "paid", "refunded"]


def test_an_unknown_word_may_be_left_open(tmp_path: Path) -> None:
    found = drafted(ORDERS.replace("已取消", "躺平了"), tmp_path, ask=Answers(None))
    assert [word.state for word in found.words] == ["paid", ""]


def test_a_known_file_asks_nothing(tmp_path: Path) -> None:
    ask = Answers()
    drafted(ORDERS, tmp_path, ask=ask)
    assert ask.asked == []


ITEMS = (
    "编号,成交时间,客户,商品,数量,{money},状态\n"
    "B0001,2026-01-05,amy,茶,1,{a},已完成\n"
    "B0001,2026-01-05,amy,杯,2,{b},已完成\n"
    "B0002,2026-01-06,bob,茶,1,{c},已完成\n"
    "B0003,2026-01-07,cat,壶,1,{d},已完成\n"
    "B0003,2026-01-07,cat,茶,3,{e},已完成\n"
    "B0004,2026-01-08,dan,壶,1,{f},已完成\n"
    "B0004,2026-01-08,dan,杯,1,{g},已完成\n"
)


def items(money: str, *amounts: str) -> str:
    return ITEMS.format(money=money, **dict(zip("abcdefg", amounts, strict=True))).replace("编号", "订单编号")


@pytest.mark.parametrize(
    ("money", "amounts", "grain", "field", "gross"),
    [
        ("实付", ("42", "42", "12", "91", "91", "70", "70"), "item_repeated", "gross", [4200, 1200, 9100, 7000]),
        ("实付", ("12", "30", "12", "55", "36", "55", "15"), "item", "amount", [4200, 1200, 9100, 7000]),
        ("金额", ("12", "30", "12", "55", "36", "55", "15"), "item", "amount", [4200, 1200, 9100, 7000]),
        ("实付", ("42", "", "12", "91", "", "70", ""), "item_repeated", "gross", [4200, 1200, 9100, 7000]),
    ],
    ids=["repeated", "of the item, said of the order", "of the item", "on the first row"],
)
def test_whose_amount_a_row_carries_is_told_from_the_rows(
    tmp_path: Path, money: str, amounts: Sequence[str], grain: str, field: str, gross: list[int]
) -> None:
    text = items(money, *amounts)
    found = drafted(text, tmp_path)
    assert (found.rows.grain, headers_by_field(found)[field]) == (grain, money)
    reading = read_with(found, text, tmp_path)
    sums = reading.items.group_by("order_key").agg(amount=reading.items["amount"].implode().list.sum())
    assert reading.rejects.is_empty()
    paid = reading.orders.sort("order_id")["gross"].to_list()
    if field == "gross":
        assert paid == gross
    else:
        assert reading.items["amount"].sum() == sum(gross)
        assert sums.height == len(gross)


def test_orders_whose_cells_stand_on_the_first_row_alone_are_told(tmp_path: Path) -> None:
    text = items("实付", "42", "", "12", "91", "", "70", "")
    blank = text.replace("B0001,2026-01-05,amy,杯,2,,已完成", "B0001,,,杯,2,,")
    blank = blank.replace("B0003,2026-01-07,cat,茶,3,,已完成", "B0003,,,茶,3,,")
    blank = blank.replace("B0004,2026-01-08,dan,杯,1,,已完成", "B0004,,,杯,1,,")
    for one in (blank, blank.replace("\nB0001,,", "\n,,").replace("\nB0003,,", "\n,,").replace("\nB0004,,", "\n,,")):
        found = drafted(one, tmp_path)
        assert found.rows.grain == "item_blank"
        reading = read_with(found, one, tmp_path)
        assert reading.rejects.is_empty()
        assert reading.orders.sort("order_id")["gross"].to_list() == [4200, 1200, 9100, 7000]


def test_too_few_orders_of_several_rows_are_asked_about(tmp_path: Path) -> None:
    text = items("实付", "12", "12", "12", "55", "55", "70", "15")
    few = "".join(line for line in text.splitlines(keepends=True) if "B0003" not in line and "B0004" not in line)
    assert drafted(few, tmp_path).rows.is_open
    found = drafted(few, tmp_path, ask=Answers(1))
    assert (found.rows.grain, found.rows.money, found.rows.is_open) == ("item", "amount", False)


def test_a_column_that_must_be_and_could_be_several_is_asked_for(tmp_path: Path) -> None:
    text = "流水码,发生于,何人,甲,乙\nA0001,2026-01-05,amy,12.5,14.5\nA0002,2026-01-06,bob,13.5,15.5\n"
    with pytest.raises(CusttierError) as caught:
        drafted(text, tmp_path)
    assert (caught.value.code, caught.value.values["columns"]) == ("cannot-draft", "甲, 乙")
    ask = Answers(1, 0)
    found = drafted(text, tmp_path, ask=ask)
    assert [list(question.answers) for question in ask.asked] == [["甲", "乙"], ["何人"]]
    assert headers_by_field(found) == {"order_id": "流水码", "created_at": "发生于", "account": "何人", "gross": "乙"}
    assert found.fields["gross"].reason == "asked"
    assert headers_by_field(drafted(text, tmp_path, columns={"gross": "甲"}))["gross"] == "甲"


def test_what_was_guessed_is_marked_in_the_profile(tmp_path: Path) -> None:
    text = "流水码,发生于,何人,甲\nA0001,2026-01-05,amy,12.5\nA0002,2026-01-06,bob,13.5\n"
    found = drafted(text, tmp_path)
    assert found.fields["gross"].certainty == "guess"
    assert 'gross = ["甲"]  # check: a guess by the look of the values' in toml_of(found)


@pytest.mark.parametrize(
    ("columns", "code"),
    [({"grosss": "甲"}, "unknown-field"), ({"gross": "丙"}, "no-such-column")],
)
def test_a_wish_that_cannot_be_fulfilled_is_told(tmp_path: Path, columns: dict[str, str], code: str) -> None:
    with pytest.raises(CusttierError) as caught:
        drafted("流水码,发生于,甲\nA0001,2026-01-05,12.5\n", tmp_path, columns=columns)
    assert caught.value.code == code


def test_a_field_may_be_taken_from_its_column(tmp_path: Path) -> None:
    assert "phone" not in drafted(ORDERS, tmp_path, columns={"phone": ""}).fields


SLASHED = ORDERS.replace("2026-01-05 10:22:01", "05/01/2026").replace("2026-01-06 11:02:33", "06/01/2026")
SLASHED = SLASHED.replace("2026-02-11 09:12:10", "11/02/2026")


def test_days_that_read_two_ways_are_asked_for(tmp_path: Path) -> None:
    found = drafted(SLASHED, tmp_path)
    assert found.open_days
    assert "# day_first = true" in toml_of(found)
    assert set(read_with(found, SLASHED, tmp_path).rejects["reason"]) == {"bad_date"}
    asked = drafted(SLASHED, tmp_path, ask=Answers(0))
    assert tomllib.loads(toml_of(asked))["day_first"] is True
    said = drafted(SLASHED, tmp_path, day_first=False)
    assert (said.day_first, said.open_days) == (False, False)
    assert read_with(said, SLASHED, tmp_path).rejects.is_empty()


def test_a_rare_way_of_writing_dates_is_written_down(tmp_path: Path) -> None:
    text = (
        'Ref,Sold on,Client,Paid amt\nA0001,"Jan 5, 2026 9:00:00 AM",amy,12.5\nA0002,"Jan 6, 2026 1:00:00 PM",bob,9\n'
    )
    found = drafted(text, tmp_path)
    assert tomllib.loads(toml_of(found))["date_formats"] == ["%b %d, %Y %I:%M:%S %p"]
    assert read_with(found, text, tmp_path).rejects.is_empty()


def test_a_list_of_contacts_is_told_from_orders(tmp_path: Path) -> None:
    text = (
        "客户微信名,微信备注,加微日期,手机,服务顾问,意向等级,标签\n"
        "阿芳,王芳-绿茶,2026-01-05 10:22:01,16000000001,小李,A,老客\n"
        "大强,李强,2026-01-06 11:02:33,,小李,B,\n"
    )
    found = drafted(text, tmp_path)
    assert found.kind.name == "contacts"
    fields = headers_by_field(found)
    assert (fields["name"], fields["remark"], fields["added_at"]) == ("客户微信名", "微信备注", "加微日期")
    reading = read_with(found, text, tmp_path)
    assert reading.lists["contacts"].height == 2
    assert reading.rejects.is_empty()


@pytest.mark.parametrize("last", ["合计,,2,,,,", ",合计,2,,,,", "Total:,,,,,,"])
def test_a_line_of_totals_is_left_out_of_a_drafted_list_as_of_any_other(last: str, tmp_path: Path) -> None:
    text = (
        "客户微信名,微信备注,加微日期,手机,服务顾问,意向等级,标签\n"
        "阿芳,王芳-绿茶,2026-01-05 10:22:01,16000000001,小李,A,老客\n"
        f"大强,李强,2026-01-06 11:02:33,,小李,B,\n{last}\n"
    )
    found = drafted(text, tmp_path)
    reading = read_with(found, text, tmp_path)
    assert found.kind.name == "contacts"
    assert reading.rejects.is_empty()
    assert reading.records["reason"].to_list() == [None, None, "total_row"]


def test_spend_is_drafted_when_it_is_named(tmp_path: Path) -> None:
    text = "投放日期,渠道,计划名称,金额\n2026-01-05,抖音,春茶,120.5\n2026-01-06,抖音,春茶,99\n"
    found = drafted(text, tmp_path, kind="spend")
    assert read_with(found, text, tmp_path).lists["spend"]["amount"].to_list() == [12050, 9900]


def test_phones_and_mails_are_known_by_their_look_alone(tmp_path: Path) -> None:
    text = ORDERS.replace("联系号码", "栏四").replace("购买者", "栏三")
    assert headers_by_field(drafted(text, tmp_path))["phone"] == "栏四"
    text = text.replace("王芳", "w@example.com").replace("李强", "l@example.com")
    found = drafted(text, tmp_path)
    assert headers_by_field(found)["email"] == "栏三"
    assert tomllib.loads(toml_of(found))["accounts"] == [{"kind": "email", "columns": ["栏三"]}]


def test_a_state_that_is_no_province_is_the_status(tmp_path: Path) -> None:
    text = "Ref,Sold on,Client,Paid amt,State\n" + "".join(
        f"A000{number},2026-01-0{number},amy,{number},{word}\n" for number, word in enumerate(("Done", "Returned"), 1)
    )
    assert headers_by_field(drafted(text, tmp_path))["status"] == "State"


def test_of_a_bill_only_what_comes_in_is_a_sale(tmp_path: Path) -> None:
    text = "交易号,交易时间,收/支,客户,金额,余额情况\nT0001,2026-01-05,收入,amy,10,1\nT0002,2026-01-06,支出,bob,20,2\n"
    reading = read_with(drafted(text, tmp_path), text, tmp_path)
    assert reading.orders["gross"].to_list() == [1000]


def test_a_file_without_a_header_is_told(tmp_path: Path) -> None:
    with pytest.raises(CusttierError) as caught:
        drafted("1,2,3\n4,5,6\n", tmp_path)
    assert caught.value.code == "no-header"


def test_cells_of_customers_are_taken_for_no_header(tmp_path: Path) -> None:
    with pytest.raises(CusttierError) as caught:
        drafted("王芳,茶,绿色,2026-01-05\n李强,茶,红色,2026-01-06\n", tmp_path)
    assert caught.value.code == "no-header"
    assert "王芳" not in str(caught.value)


def test_what_a_cell_holds_cannot_break_out_of_the_profile(tmp_path: Path) -> None:
    nasty = 'a"]\\n[x]#'
    text = ORDERS.replace("货品", f'"{nasty.replace(chr(34), chr(34) * 2)}"').replace("已取消", "'''\t\\u0000x")
    found = drafted(text, tmp_path)
    profile = parse_profile(toml_of(found), origin="mine")
    assert profile.name == "mine"


def test_the_headers_of_all_profiles_are_known() -> None:
    known = vocabulary(load_profiles().values(), fields=KINDS["order"].fields)
    assert known.aliases["订单编号"][0] == "order_id"
    assert known.states["已取消"] == "closed"
    assert "结算金额" in known.beside


def test_the_fields_of_drafts_are_fields_of_profiles() -> None:
    for name, kind in KINDS.items():
        allowed = LIST_FIELDS.get(name)
        assert allowed is None or kind.fields - {"account"} <= allowed
        assert {field for group in kind.required for field in group} <= kind.fields


@pytest.mark.parametrize(
    ("values", "share"),
    [
        (["2026-01-05", "2026/1/6 10:00"], "dates"),
        (["12.50", "¥1,300"], "money"),
        (["16000000001", "+8616000000002"], "phones"),
        (["160****0001", "160****0002"], "masked_phones"),
        (["a@example.com", "b@example.com"], "emails"),
        (["SO202601010001", "SO202601010002"], "ids"),
        (["CNY", "usd"], "currencies"),
        (["45292.5", "45293"], "serials"),
    ],
)
def test_values_look_like_what_they_are(values: list[str], share: str) -> None:
    import polars as pl

    assert getattr(look_of(pl.Series(values), zone="Asia/Shanghai"), share) == 1


def test_every_field_has_a_name_for_people() -> None:
    fields = set(FIELDS).union(*LIST_FIELDS.values(), {"account"})
    assert sorted(fields - FORMAT_NAMES["field"].keys()) == []
