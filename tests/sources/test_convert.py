"""What rows become: orders once, items and refunds each, twins two, bad ones with their order; never by row order."""

import random
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from custtier.errors import CusttierError
from custtier.settings import Settings
from custtier.sources import Reading, load_profiles, read_files
from custtier.sources.formats.profile import parse_profile

CASES = Path(__file__).parent.parent / "cases"
STANDING_ALONE = (
    "douyin-orders/ciphertext",
    "generic/english-headers",
    "generic/no-order-ids",
    "jd-orders/items-repeat-the-order",
    "pdd-orders/compact",
    "taobao-items/report-18",
    "wxshop-orders/refund-of-an-item",
    "youzan-items/items",
    "youzan-orders/duplicate-header",
)
"""Cases whose records are one line each, under a header on the first line."""

HEADER = "订单号,日期,客户,金额,状态,退款金额"


def read(folder: Path, *lines: str, header: str = HEADER, **options: object) -> Reading:
    path = folder / "orders.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    (reading,) = read_files([path], settings=Settings(), **options)  # type: ignore[arg-type]
    return reading


def test_of_two_records_of_an_order_the_furthest_state_then_the_larger_refund_counts(tmp_path: Path) -> None:
    lines = ["A,2026-01-02,甲,50,待付款,", "A,2026-01-02,甲,50,已完成,5", "A,2026-01-02,甲,50,已完成,20"]
    for order in ([0, 1, 2], [2, 1, 0], [1, 2, 0]):
        reading = read(tmp_path, *(lines[number] for number in order))
        assert reading.orders.select("state", "gross", "stated_refund").rows() == [("paid", 5000, 2000)]
        assert reading.records["outcome"].to_list() == ["kept"] * 3


def test_an_empty_cell_never_hides_a_fuller_one(tmp_path: Path) -> None:
    reading = read(tmp_path, "A,2026-01-02,甲,50,已完成,", "A,2026-01-02,,50,已退款,")
    assert reading.orders.select("state", "account").rows() == [("refunded", "甲")]


@pytest.mark.parametrize("name", STANDING_ALONE)
def test_the_order_of_rows_decides_nothing(name: str, tmp_path: Path) -> None:
    (path,) = (CASES / name).glob("*.csv")
    (reading,) = read_files([path], settings=Settings())
    first, *lines = path.read_bytes().decode(reading.encoding).replace("\r\n", "\n").strip("\n").split("\n")
    random.Random(7).shuffle(lines)
    shuffled = tmp_path / "shuffled.csv"
    shuffled.write_bytes("\n".join([first, *lines]).encode(reading.encoding))
    (again,) = read_files([shuffled], settings=Settings())
    for table, key in (("orders", "order_key"), ("items", "item_key"), ("refunds", "refund_key")):
        before, after = (getattr(one, table).drop("row").sort(key) for one in (reading, again))
        assert before.equals(after), table
    outcomes = [one.records["outcome"].value_counts(sort=True).rows() for one in (reading, again)]
    assert outcomes[0] == outcomes[1]


def test_twins_without_order_ids_stay_two_and_keep_their_keys(tmp_path: Path) -> None:
    header = "日期,客户,金额"
    first = read(tmp_path, "2026-01-02,甲,5", "2026-01-02,甲,5", "2026-01-03,乙,7", header=header)
    again = read(tmp_path, "2026-01-03,乙,7", "2026-01-02,甲,5", "2026-01-02,甲,5", header=header)
    assert first.orders["order_key"].n_unique() == 3
    assert set(first.orders["order_key"]) == set(again.orders["order_key"])


def test_identical_items_keep_their_keys_when_more_is_known_of_them(tmp_path: Path) -> None:
    header = "订单号,日期,客户,商品名称,销售额"
    both = read(tmp_path, "A,2026-01-02,甲,茶,5", "A,2026-01-02,甲,茶,7", "A,2026-01-02,甲,杯,7", header=header)
    turned = read(tmp_path, "A,2026-01-02,甲,杯,7", "A,2026-01-02,甲,茶,7", "A,2026-01-02,甲,茶,5", header=header)
    pairs = [{row[0]: row[1] for row in one.items.select("item_key", "amount").rows()} for one in (both, turned)]
    assert pairs[0] == pairs[1]
    assert len(pairs[0]) == 3


def test_an_order_amount_on_every_row_is_taken_once(tmp_path: Path) -> None:
    header = "订单号,日期,客户,商品名称,订单金额"
    reading = read(tmp_path, "A,2026-01-02,甲,茶,12", "A,2026-01-02,甲,杯,12", header=header)
    assert reading.orders.select("gross", "state").rows() == [(1200, "paid")]
    assert reading.items["amount"].to_list() == [None, None]


def test_an_amount_of_each_row_is_the_items(tmp_path: Path) -> None:
    header = "订单号,日期,客户,商品名称,销售额,状态"
    reading = read(tmp_path, "A,2026-01-02,甲,茶,5,已完成", "A,2026-01-02,甲,杯,7,已退款", header=header)
    assert reading.orders.select("gross", "state", "stated_refund").rows() == [(None, None, None)]
    assert reading.items.select("amount", "state").rows() == [(500, "paid"), (700, "refunded")]


def test_a_bad_row_takes_its_order_with_it_and_no_other(tmp_path: Path) -> None:
    header = "订单号,日期,客户,商品名称,销售额"
    lines = ["A,2026-01-02,甲,茶,x", "A,2026-01-02,甲,杯,7", "B,2026-01-02,甲,杯,7", ",2026-01-02,甲,杯,7"]
    reading = read(tmp_path, *lines, header=header)
    assert reading.rejects.select("row", "column", "reason").rows() == [
        (2, "销售额", "bad_amount"),
        (3, None, "order_has_bad_row"),
        (5, "订单号", "missing_order_id"),
    ]
    assert reading.orders["order_id"].to_list() == ["B"]
    assert reading.items.height == 1


def test_a_row_with_two_faults_gets_the_first_of_the_fixed_order(tmp_path: Path) -> None:
    reading = read(tmp_path, ",昨天,甲,x,奇怪,", "1.2E+18,2026-01-01,甲,x,奇怪,", "A,2026-01-01,甲,1,奇怪,")
    assert reading.rejects["reason"].to_list() == ["bad_date", "bad_amount", "unknown_status"]


def test_a_blank_status_is_told_by_the_pay_time(tmp_path: Path) -> None:
    header = "订单号,日期,付款时间,客户,金额,状态"
    reading = read(tmp_path, "A,2026-01-01,2026-01-02,甲,1,", "B,2026-01-01,,甲,1,", header=header)
    assert reading.orders["state"].to_list() == ["paid", "unpaid"]


def test_an_unknown_status_is_never_guessed_from_a_pay_time(tmp_path: Path) -> None:
    reading = read(tmp_path, "A,2026-01-01,2026-01-02,甲,1,奇怪", header="订单号,日期,付款时间,客户,金额,状态")
    assert reading.rejects.select("column", "reason").rows() == [("状态", "unknown_status")]


def test_a_paid_order_without_an_amount_is_bad_and_an_unpaid_one_is_not(tmp_path: Path) -> None:
    reading = read(tmp_path, "A,2026-01-02,甲,,已完成,", "B,2026-01-02,甲,-,待付款,")
    assert reading.rejects.select("row", "reason").rows() == [(2, "bad_amount")]
    assert reading.orders.select("order_id", "gross", "state").rows() == [("B", None, "unpaid")]


def test_a_negative_amount_is_a_refund_of_the_order_it_names(tmp_path: Path) -> None:
    reading = read(tmp_path, "A,2026-01-02,甲,50,已完成,", "A,2026-01-09,甲,-20,已完成,", "Z,2026-01-09,甲,-5,已完成,")
    assert reading.refunds.select("amount", "refunded_on", "state").rows() == [
        (2000, date(2026, 1, 9), "done"),
        (500, date(2026, 1, 9), "done"),
    ]
    assert reading.refunds["order_key"].to_list()[0] == reading.orders["order_key"].item()
    assert reading.orders["gross"].to_list() == [5000]


@pytest.mark.parametrize(
    ("word", "refunded"), [("退款成功", 400), ("", 400), ("退款中", 0), ("退款关闭", 0), ("退款失败", 0), ("没听过", 0)]
)
def test_a_stated_refund_that_is_not_done_takes_nothing_off(word: str, refunded: int, tmp_path: Path) -> None:
    reading = read(tmp_path, f"A,2026-01-02,甲,10,已完成,4,{word}", header=HEADER + ",退款状态")
    assert reading.orders.select("gross", "stated_refund").rows() == [(1000, refunded)]


def test_a_refund_with_its_day_on_the_order_s_own_row_is_a_refund_of_that_day(tmp_path: Path) -> None:
    header = HEADER + ",退款时间"
    reading = read(tmp_path, "A,2026-01-02,甲,50,已完成,5,2026-02-03", "B,2026-01-02,乙,50,已完成,,", header=header)
    assert reading.refunds.select("order_key", "amount", "refunded_on", "state").rows() == [
        (reading.orders["order_key"][0], 500, date(2026, 2, 3), "done")
    ]
    assert reading.orders["stated_refund"].to_list() == [500, None]
    assert reading.records["outcome"].to_list() == ["kept", "kept"]


def test_a_total_row_is_no_order(tmp_path: Path) -> None:
    reading = read(tmp_path, "A,2026-01-02,甲,50,已完成,", "合计,,,50,,", "Total:,,,50,,")
    assert reading.records["reason"].to_list() == [None, "total_row", "total_row"]


def test_the_shop_is_part_of_the_key_in_plain_tables_only(tmp_path: Path) -> None:
    header = "订单号,日期,客户,金额,店铺"
    reading = read(tmp_path, "1,2026-01-02,甲,5,南", "1,2026-01-02,甲,5,北", header=header)
    assert reading.orders["order_key"].n_unique() == 2


def test_the_files_instant_is_the_latest_past_event_whatever_became_of_the_row(tmp_path: Path) -> None:
    header = "订单号,京东价,订单金额,应付金额,下单帐号,客户姓名,订单状态,下单时间,付款确认时间,订单完成时间"
    header += ",承诺发货时间,虚拟号过期时间"
    line = "1,5,5,5,a,甲,完成,2026-01-01 08:00:00,2026-01-01 08:01:00,2026-01-05 08:00:00,2026-02-01,2026-03-01"
    bad = line.replace("完成", "奇怪", 1).replace("2026-01-05", "2026-01-06").replace("1,5", "2,5", 1)
    assert read(tmp_path, line, bad, header=header).file_instant == datetime(2026, 1, 6, tzinfo=UTC)


def test_times_without_an_offset_are_the_shops(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("订单号,日期,客户,金额\nA,2026-01-02 08:00:00,甲,5\n", encoding="utf-8")
    (reading,) = read_files([path], settings=Settings(zone="Europe/London", currency="GBP"))
    assert reading.orders.select("ordered_at", "currency").rows() == [(datetime(2026, 1, 2, 8, tzinfo=UTC), "GBP")]


def test_a_virtual_number_is_marked_where_the_format_says_when_it_ends(tmp_path: Path) -> None:
    header = "订单号,京东价,订单金额,应付金额,下单帐号,客户姓名,下单时间,订单状态,联系电话,虚拟号过期时间"
    start = "5,5,5,a,甲,2026-01-01,完成"
    reading = read(tmp_path, f"1,{start},13800000001,2026-02-01", f"2,{start},13800000001,", header=header)
    assert reading.orders["phone_kind"].to_list() == ["virtual", None]


def test_red_packets_are_sales_only_when_asked_for() -> None:
    path = CASES / "wechatpay-personal" / "own-bill" / "bill.csv"
    (without,) = read_files([path], settings=Settings())
    (included,) = read_files([path], settings=Settings(), include=frozenset({"red-packets"}))
    assert included.orders.height == without.orders.height + 1
    assert included.orders.filter(pl.col("name") == "表弟")["gross"].to_list() == [888]


def test_the_shops_own_purchases_are_refused(tmp_path: Path) -> None:
    path = CASES / "alibaba1688-orders" / "own-purchases" / "orders.csv"
    with pytest.raises(CusttierError, match="buyers-bill"):
        read_files([path], settings=Settings())


def test_a_note_says_when_no_buyer_can_be_known(tmp_path: Path) -> None:
    header = "订单号,日期,收货人,手机,金额"
    masked = read(tmp_path, "A,2026-01-02,甲,138****0001,5", header=header)
    assert [note.code for note in masked.notes] == ["no_buyer_key"]
    assert read(tmp_path, "A,2026-01-02,甲,13800000001,5", header=header).notes == ()


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ('colour = "red"', "colour"),
        ('grain = "heap"', "grain"),
        ('day = "("', "no regular expression"),
        ('required = ["gross"]', "used but without a column: gross"),
        ("[columns]\nprice = ['价格']", "no such field: price"),
        ("[[rows]]\ntake = 'leave_out'\nwhen = {}", "needs a `reason`"),
        ("= 1", "line 6"),
    ],
)
def test_a_profile_that_makes_no_sense_is_named_with_its_fault(line: str, part: str) -> None:
    text = (
        f"name = 'x'\nplatform = 'x'\ntitle = {{ zh = 'x', en = 'x' }}\nsignatures = [{{ needs = ['x'] }}]\n\n{line}\n"
    )
    with pytest.raises(CusttierError) as caught:
        parse_profile(text, origin="x.toml")
    assert caught.value.code == "bad-profile"
    assert part in str(caught.value)


def test_every_profile_tells_a_day_money_and_its_fields_or_completes_one_that_does() -> None:
    for profile in load_profiles().values():
        if not profile.is_read:
            continue
        if profile.kind == "refund":
            assert {"order_id", "refund_amount"} <= set(profile.columns), profile.name
            continue
        if profile.kind not in {"order", "payment"}:
            continue
        assert {"gross", "total", "amount"} & set(profile.columns) or profile.grain == "item", profile.name
        days = {"created_at", "paid_at"} & set(profile.columns)
        assert days or profile.instants or profile.grain == "item", profile.name
        assert "status" in profile.columns or profile.statuses.absent, profile.name
