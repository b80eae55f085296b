"""Orders and items that come again are known again, also where the format gives them no number."""

from datetime import date
from pathlib import Path

import pytest

from custtier.settings import Settings
from custtier.sources import Reading, read_files
from custtier.store import facts_of


def read(folder: Path, header: str, *lines: str) -> Reading:
    path = folder / "orders.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    (reading,) = read_files([path], settings=Settings())
    return reading


def orders_of(reading: Reading) -> list[tuple[object, ...]]:
    return sorted(reading.orders.select("order_key", "state", "shop", "gross").rows())


def items_of(reading: Reading) -> list[tuple[object, ...]]:
    return sorted(reading.items.select("order_key", "item_key", "product", "state").rows())


def test_orders_of_two_shops_without_numbers_are_known_again_in_any_row_order(tmp_path: Path) -> None:
    lines = ["甲,2024-01-01,u1,10", "乙,2024-01-01,u1,10"]
    first, again = (read(tmp_path, "店铺,日期,客户,金额", *rows) for rows in (lines, lines[::-1]))
    assert first.orders["order_key"].n_unique() == 2
    assert orders_of(first) == orders_of(again)


@pytest.mark.parametrize(
    ("header", "line", "later"),
    [
        ("日期,客户编号,姓名,手机号,金额", "2024-01-01,u1,张三,13800000001,10", "2024-01-01,u1,张*,138****0001,10"),
        ("日期,手机号,金额", "2024-01-01,13800000001,10", "2024-01-01,+86 138-0000-0001,10"),
        ("日期,手机号,姓名,金额", "2024-01-01,13800000001,张三,10", "2024-01-01,13800000001,张*,10"),
        ("日期,邮箱,姓名,金额", "2024-01-01,Ann@Example.com,Ann,10", "2024-01-01,ann@example.com,A. B.,10"),
        ("日期,姓名,手机号,金额", "2024-01-01,张三,138****0001,10", "2024-01-01,张三,,10"),
        ("日期,付款日期,客户,金额", "2024-01-01,,u1,10", "2024-01-01,2024-01-02,u1,10"),
    ],
)
def test_an_order_without_a_number_is_known_by_its_strongest_key_alone(
    header: str, line: str, later: str, tmp_path: Path
) -> None:
    first, again = (read(tmp_path, header, text).orders["order_key"].to_list() for text in (line, later))
    assert first == again


def test_people_told_apart_by_what_is_no_full_phone_alone_have_orders_of_their_own(tmp_path: Path) -> None:
    both = read(tmp_path, "日期,电话,金额", "2024-01-01,021-5555001,10", "2024-01-01,021-5555002,10")
    second = read(tmp_path, "日期,电话,金额", "2024-01-01,021-5555002,10")
    assert second.orders["order_key"].item() == both.orders["order_key"][1]


def test_twins_of_which_one_is_paid_are_known_again_in_any_row_order(tmp_path: Path) -> None:
    lines = ["2024-01-01,u1,10,待付款", "2024-01-01,u1,10,已完成"]
    first, again = (read(tmp_path, "日期,客户,金额,状态", *rows) for rows in (lines, lines[::-1]))
    assert first.orders["state"].to_list() == ["unpaid", "paid"]
    assert orders_of(first) == orders_of(again)


@pytest.mark.parametrize("not_taken", ["2024-01-01,u1,10,奇怪", "合计,u1,10,"])
def test_a_row_that_is_not_taken_counts_as_nobodys_twin(not_taken: str, tmp_path: Path) -> None:
    header, line = "日期,客户,金额,状态", "2024-01-01,u1,10,已完成"
    alone, behind = read(tmp_path, header, line), read(tmp_path, header, not_taken, line)
    assert alone.orders["order_key"].to_list() == behind.orders["order_key"].to_list()


def test_twins_of_two_products_keep_their_items_in_any_row_order(tmp_path: Path) -> None:
    lines = ["2024-01-01,u1,10,茶", "2024-01-01,u1,10,杯"]
    first, again = (read(tmp_path, "日期,客户,金额,商品名称", *rows) for rows in (lines, lines[::-1]))
    assert first.items["item_key"].n_unique() == 2
    assert (orders_of(first), items_of(first)) == (orders_of(again), items_of(again))


def purchases_of(*readings: Reading) -> list[tuple[object, ...]]:
    facts = facts_of(readings, settings=Settings(), id_key=b"0123456789abcdef0123456789abcdef")
    return facts.purchases.select("gross", "undated_refund", "is_closed").collect().rows()


@pytest.mark.parametrize(
    ("word", "known"),
    [("已退款", [(1000, 1000, False)]), ("已取消", []), ("待付款", [(1000, 0, False)])],
)
def test_a_newer_file_without_the_amount_leaves_the_amount_as_it_was(
    word: str, known: list[tuple[object, ...]], tmp_path: Path
) -> None:
    header = "订单号,日期,客户,金额,状态"
    old = read(tmp_path, header, "1,2024-01-01,u1,10,已完成")
    new = read(tmp_path, header, f"1,2024-01-01,u1,,{word}", "2,2024-02-01,u2,,待付款")
    assert purchases_of(old, new) == known


def test_items_of_an_order_that_come_in_two_files_add_up(tmp_path: Path) -> None:
    header = "订单号,日期,客户,金额,商品名称,数量"
    first, second = (read(tmp_path, header, line) for line in ("1,2024-01-01,u1,10,x,1", "1,2024-01-01,u1,20,y,1"))
    for files in ([first, second], [second, first], [first, second, first]):
        assert purchases_of(*files) == [(3000, 0, False)]


def test_money_of_whole_orders_comes_again_and_adds_nothing(tmp_path: Path) -> None:
    header = "订单号,日期,客户,订单金额,商品名称"
    first, second = (read(tmp_path, header, line) for line in ("1,2024-01-01,u1,30,x", "1,2024-01-01,u1,30,y"))
    assert purchases_of(first, second) == [(3000, 0, False)]


def test_a_refund_beside_the_amount_of_an_item_is_the_items(tmp_path: Path) -> None:
    header = "订单号,日期,客户,商品名称,金额,退款金额"
    reading = read(tmp_path, header, "1,2024-01-01,u1,x,10,4", "1,2024-01-01,u1,y,20,6")
    assert reading.items["stated_refund"].to_list() == [400, 600]
    assert purchases_of(reading) == [(3000, 1000, False)]
    of_order = read(
        tmp_path, header.replace("退款金额", "订单已退款金额"), "1,2024-01-01,u1,x,10,4", "1,2024-01-01,u1,y,20,4"
    )
    assert purchases_of(of_order) == [(3000, 400, False)]


def test_a_refund_of_an_item_with_its_day_has_that_day(tmp_path: Path) -> None:
    header = "订单号,日期,客户,商品名称,金额,退款金额,退款时间,状态"
    lines = ["x,10,4,2024-02-01,已完成", "y,20,6,2024-02-02,已完成", "z,5,,,已完成", "v,7,7,2024-02-02,已退款"]
    reading = read(tmp_path, header, *(f"1,2024-01-01,u1,{line}" for line in lines))
    facts = facts_of([reading], settings=Settings(), id_key=b"0123456789abcdef0123456789abcdef")
    assert facts.dated_refunds.select("amount", "refunded_on").sort("amount").collect().rows() == [
        (400, date(2024, 2, 1)),
        (600, date(2024, 2, 2)),
    ]
    assert purchases_of(reading) == [(3500, 0, False)]


def test_identical_rows_are_one_where_else_each_order_stands_once(tmp_path: Path) -> None:
    header = "订单号,日期,客户,商品名称,金额"
    once = read(tmp_path, header, *["1,2024-01-01,u1,x,10"] * 2, "2,2024-01-01,u1,x,10")
    assert once.records["reason"].to_list() == [None, "duplicate_row", None]
    assert sorted(purchases_of(once)) == [(1000, 0, False)] * 2
    items = read(tmp_path, header, *["1,2024-01-01,u1,x,10"] * 2, "2,2024-01-01,u1,x,10", "2,2024-01-01,u1,y,10")
    assert items.records["reason"].null_count() == 4
    assert purchases_of(items) == [(2000, 0, False)] * 2


def test_an_item_amount_stands_in_for_a_blank_amount_of_the_order(tmp_path: Path) -> None:
    header = "订单号,日期,客户,商品名称,订单金额,金额"
    reading = read(tmp_path, header, "1,2024-01-01,u1,x,,10", "2,2024-01-01,u1,x,9,10", "3,2024-01-01,u1,x,,")
    assert reading.rejects.select("row", "reason").rows() == [(4, "bad_amount")]
    assert sorted(purchases_of(reading)) == [(900, 0, False), (1000, 0, False)]


LINES = "订单号,子订单号,日期,客户,金额,商品名称,状态"


def test_one_of_two_identical_lines_is_known_again_alone(tmp_path: Path) -> None:
    both = read(tmp_path, LINES, "1,L1,2024-01-01,u1,10,x,待付款", "1,L2,2024-01-01,u1,10,x,已完成")
    second = read(tmp_path, LINES, "1,L2,2024-01-05,u1,10,x,已退款")
    assert second.items["item_key"].item() == both.items["item_key"][1]
    assert purchases_of(both, second) == [(0, 0, False)]
    first = read(tmp_path, LINES, "1,L1,2024-01-05,u1,10,x,已完成")
    assert purchases_of(both, first) == [(2000, 0, False)]


def test_a_line_whose_product_has_a_new_name_is_the_same_item(tmp_path: Path) -> None:
    old = read(tmp_path, LINES, "1,L1,2024-01-01,u1,10,x,已完成")
    new = read(tmp_path, LINES, "1,L1,2024-01-05,u1,10,新名,已完成")
    assert purchases_of(old, new) == [(1000, 0, False)]


def test_a_line_that_stands_twice_in_a_file_counts_once(tmp_path: Path) -> None:
    lines = ["1,L1,2024-01-01,u1,10,x,已完成", "1,L1,2024-01-01,u1,10,x,已退款", "1,L2,2024-01-01,u1,10,x,已完成"]
    for rows in (lines, lines[::-1]):
        reading = read(tmp_path, LINES, *rows)
        assert sorted(reading.items["state"]) == ["paid", "refunded"]
        assert reading.records.select("outcome", "item_key").null_count().row(0) == (0, 0)
        assert purchases_of(reading) == [(1000, 0, False)]


@pytest.mark.parametrize("line", ["", "0", "1.2E+18"])
def test_a_line_number_that_tells_no_lines_apart_is_none(line: str, tmp_path: Path) -> None:
    rows = [f"1,{line},2024-01-01,u1,10,x,已完成", f"1,{line},2024-01-01,u1,20,y,已完成"]
    assert purchases_of(read(tmp_path, LINES, *rows)) == [(3000, 0, False)]
