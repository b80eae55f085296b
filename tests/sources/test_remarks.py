"""What is told of a file that came in but holds less than its owner thinks: cut phones, orders without a state."""

from pathlib import Path

import pytest

from custtier.facts import Note
from custtier.settings import Settings
from custtier.sources import read_files
from custtier.sources.reading import Reading

ORDERS = """订单号,日期,金额,手机号,状态
A1,2026-01-05,120.00,1.37002E+10,已付款
A2,2026-02-05,80.00,13912345678.0,已付款
A3,2026-02-06,80.00,13912345678,{state}
"""
CONTACTS = """姓名,手机号,添加时间
林美美,1.37E+10,2026-01-05 10:00:00
张三,13912345678.0,2026-01-05 10:00:01
"""


def reading_of(text: str, folder: Path) -> Reading:
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    (reading,) = read_files([path], settings=Settings())
    return reading


def values(reading: Reading, code: str) -> dict[str, object]:
    return next(note.values for note in reading.notes if note.code == code)


@pytest.mark.parametrize("text", [ORDERS.format(state="已付款"), CONTACTS])
def test_phones_that_a_spreadsheet_has_cut_are_told_and_their_rows_come_in(text: str, tmp_path: Path) -> None:
    reading = reading_of(text, tmp_path)
    assert reading.notes == (Note("damaged_phones", {"file": reading.path, "phones": 1}),)
    assert reading.rejects.is_empty()


def test_phones_that_keep_their_digits_are_not_called_cut(tmp_path: Path) -> None:
    assert reading_of(CONTACTS.replace("1.37E+10", "+86 13700200001"), tmp_path).notes == ()


def test_orders_with_neither_a_state_nor_a_payment_are_told(tmp_path: Path) -> None:
    reading = reading_of(ORDERS.format(state=""), tmp_path)
    told = values(reading, "blank_status_unpaid")
    assert (told["column"], told["orders"]) == ("状态", 1)
    assert reading.orders["state"].to_list() == ["paid", "paid", "unpaid"]


def test_an_order_with_a_payment_time_needs_no_state(tmp_path: Path) -> None:
    text = "订单号,下单时间,付款时间,金额,手机号,状态\nA1,2026-01-05,2026-01-05,12,13912345678,\n"
    assert reading_of(text, tmp_path).notes == ()


def test_the_later_rows_of_an_order_need_no_state_of_their_own(tmp_path: Path) -> None:
    rows = "A1,2026-01-05,12,13912345678,已付款,茶\nA1,,,,,杯\n"
    assert reading_of(f"订单号,日期,金额,手机号,状态,商品\n{rows}", tmp_path).notes == ()
