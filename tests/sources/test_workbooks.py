"""Workbooks: numbers, dates, ids with all their digits, merged cells, several sheets."""

import csv
import random
from datetime import UTC, datetime, time
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import polars as pl
import pytest
import xlsxwriter
from openpyxl import Workbook

from custtier.errors import CusttierError
from custtier.settings import Settings
from custtier.sources import Reading, read_files
from sources.hostile import QUERY, aside

HEADER = [
    "订单编号",
    "买家会员名",
    "总金额",
    "买家实际支付金额",
    "订单状态",
    "订单创建时间",
    "订单付款时间",
    "退款金额",
]
TIME = datetime(2026, 5, 1, 9)  # noqa: DTZ001 - workbooks know no zones


def row(order_id: object, buyer: str = "fan", paid: float = 10.0) -> list[object]:
    return [order_id, buyer, paid, paid, "交易成功", TIME, TIME, 0]


def book(path: Path, sheets: dict[str, list[list[object]]], *, left: int = 0) -> Path:
    workbook = Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for number, cells in enumerate(rows, 1):
            for place, cell in enumerate(cells, left + 1):
                sheet.cell(number, place, cell)
    workbook.save(path)
    return path


def read(path: Path) -> Reading:
    (reading,) = read_files([path], settings=Settings())
    return reading


def with_raw_id(path: Path, written: str, digits: str) -> Path:
    """The workbook with a number's digits replaced in its XML, as other programs write them."""
    target = path.with_name("raw.xlsx")
    with ZipFile(path) as source, ZipFile(target, "w") as out:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename.startswith("xl/worksheets/"):
                assert written.encode() in content
                content = content.replace(written.encode(), digits.encode())
            out.writestr(entry, content)
    return target


def test_an_id_that_a_spreadsheet_cut_to_fifteen_digits_is_damaged(tmp_path: Path) -> None:
    rows = [HEADER, row(202605000000001000), row("202605000000000002")]
    reading = read(book(tmp_path / "orders.xlsx", {"订单": rows}))
    assert reading.orders["order_id"].to_list() == ["202605000000000002"]
    assert reading.rejects.select("sheet", "row", "column", "reason").rows() == [("订单", 2, "订单编号", "damaged_id")]


def test_a_numeric_id_keeps_all_digits_that_the_workbook_holds(tmp_path: Path) -> None:
    path = book(tmp_path / "orders.xlsx", {"订单": [HEADER, row(1234567), row("202605000000000123")]})
    reading = read(with_raw_id(path, "<v>1234567</v>", "<v>202605000000000127</v>"))
    assert reading.orders["order_id"].to_list() == ["202605000000000127", "202605000000000123"]


def test_short_numeric_ids_are_read_as_they_look(tmp_path: Path) -> None:
    reading = read(book(tmp_path / "orders.xlsx", {"订单": [HEADER, row(1001), row(123456789012345)]}))
    assert reading.orders["order_id"].to_list() == ["1001", "123456789012345"]


def test_the_noise_of_floats_and_the_dates_of_cells_are_read_exactly(tmp_path: Path) -> None:
    cells = row("1")
    cells[2:4] = [99.80000000000001, 99.80000000000001]
    cells[6] = 46143.5
    reading = read(book(tmp_path / "orders.xlsx", {"订单": [HEADER, cells]}))
    assert reading.orders["gross"].to_list() == [9980]
    assert reading.orders["ordered_at"].to_list() == [datetime(2026, 5, 1, 1, tzinfo=UTC)]
    assert reading.orders["paid_at"].to_list() == [datetime(2026, 5, 1, 4, tzinfo=UTC)]


def test_a_query_that_a_workbook_keeps_beside_its_sheets_is_no_matter(tmp_path: Path) -> None:
    path = book(tmp_path / "orders.xlsx", {"订单": [HEADER, row("1"), row("2")]})
    aside(path, "customXml", QUERY)
    assert read(path).orders["order_id"].to_list() == ["1", "2"]


def test_rows_of_all_sheets_with_the_header_are_read_and_others_left_aside(tmp_path: Path) -> None:
    sheets = {"说明": [["请勿修改"]], "一": [HEADER, row("1")], "二": [["导出"], [], HEADER, row("2"), row("1")]}
    reading = read(book(tmp_path / "orders.xlsx", sheets))
    assert reading.records.select("sheet", "row", "outcome", "reason").rows() == [
        ("一", 2, "kept", None),
        ("二", 4, "kept", None),
        ("二", 5, "excluded", "duplicate_row"),
    ]
    assert reading.header_row == 1


def test_sheets_of_two_formats_are_two_readings(tmp_path: Path) -> None:
    items = ["子订单编号", "主订单编号", "标题", "价格", "购买数量", "外部系统编号", "订单状态", "买家实际支付金额"]
    sheets = {"订单": [HEADER, row("1")], "宝贝": [items, ["11", "1", "茶", 5, 1, "", "交易成功", 5]]}
    found = read_files([book(tmp_path / "orders.xlsx", sheets)], settings=Settings())
    assert [reading.profile for reading in found] == ["taobao-orders", "taobao-items"]
    assert found[0].orders["order_key"].to_list() == found[1].orders["order_key"].to_list()
    assert len({reading.path for reading in found}) == 2


@pytest.mark.parametrize("left", [0, 2])
def test_a_merged_cell_stands_for_every_row_it_covers(tmp_path: Path, left: int) -> None:
    path = tmp_path / "orders.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, left, ["订单编号", "买家公司名", "实付款(元)", "订单状态", "订单创建时间", "货品标题"])
        for place, cell in enumerate(["39001", "商行", 30, "交易成功", "2026-04-01"], left):
            sheet.merge_range(1, place, 2, place, cell)
        sheet.write_row(3, left, ["39002", "商行", 20, "交易成功", "2026-04-02", "货品丙"])
        sheet.write(1, left + 5, "货品甲")
        sheet.write(2, left + 5, "货品乙")
    reading = read(path)
    assert reading.orders.select("order_id", "gross").rows() == [("39001", 3000), ("39002", 2000)]
    assert reading.items["order_key"].n_unique() == 2
    assert reading.items.height == 3


def test_rows_are_the_same_in_a_workbook_and_in_its_csv(tmp_path: Path) -> None:
    rows = [row(str(number), f"fan{number % 3}", number * 1.1) for number in range(1, 40)]
    workbook = read(book(tmp_path / "orders.xlsx", {"订单": [HEADER, *rows]}))
    text = pl.DataFrame([[str(cell) for cell in cells] for cells in rows], schema=HEADER, orient="row")
    text.write_csv(tmp_path / "orders.csv")
    assert workbook.orders.equals(read(tmp_path / "orders.csv").orders)


@pytest.mark.parametrize("case", ["xls", "xlsx"])
def test_a_damaged_workbook_is_an_error_of_ours_wherever_its_bytes_are_bad(case: str, tmp_path: Path) -> None:
    (whole, *_) = sorted((Path(__file__).parent.parent / "cases").glob(f"*/*/*.{case}"))
    chance = random.Random(4)
    codes = set()
    for _ in range(60):
        raw = bytearray(whole.read_bytes())
        for _ in range(chance.choice([1, 20])):
            raw[chance.randrange(len(raw))] = chance.randrange(256)
        damaged = tmp_path / f"damaged.{case}"
        damaged.write_bytes(raw[: chance.choice([len(raw), chance.randrange(600, len(raw))])])
        try:
            read_files([damaged], settings=Settings())
        except CusttierError as problem:
            codes.add(problem.code)
    assert "unreadable-file" in codes


FAILED_ROWS = [
    ["1", "#REF!", 10, 10, "交易成功", TIME, TIME, 0, "#VALUE!"],
    ["2", "fan", 10, "#REF!", "交易成功", TIME, TIME, 0, ""],
    ["3", "fan", 10, 10, "交易成功", TIME, TIME, "#N/A", ""],
    ["4", "fan", 10, 10, "#NAME?", TIME, TIME, 0, ""],
    ["5", "fan", 10, 10, "交易成功", TIME, "#NUM!", 0, ""],
]
"""Orders with formulas that have failed; the last column is one that no field is read from."""


@pytest.mark.parametrize("left", [0, 2])
def test_a_formula_that_failed_is_a_fault_where_a_value_should_be_and_nobody_s_name(tmp_path: Path, left: int) -> None:
    rows: list[list[object]] = [[], [*HEADER, "备注"], *FAILED_ROWS]
    reading = read(book(tmp_path / "orders.xlsx", {"说明": [["每月导出"]], "订单": rows}, left=left))
    assert reading.orders.select("order_id", "account", "gross").rows() == [("1", None, 1000)]
    assert reading.rejects.select("row", "column", "reason").rows() == [
        (4, "买家实际支付金额", "bad_amount"),
        (5, "退款金额", "bad_amount"),
        (6, "订单状态", "unknown_status"),
        (7, "订单付款时间", "bad_date"),
    ]
    assert '"买家实际支付金额": "#REF!"' in reading.rejects["cells"][0]


def test_a_failed_formula_means_the_same_in_a_text_file(tmp_path: Path) -> None:
    lines = [HEADER, *(row[:-1] for row in FAILED_ROWS)]
    path = tmp_path / "orders.csv"
    path.write_text("\n".join(",".join(str(cell) for cell in cells) for cells in lines), encoding="utf-8")
    reading = read(path)
    assert reading.orders.select("order_id", "account", "gross").rows() == [("1", None, 1000)]
    assert reading.rejects["reason"].to_list() == ["bad_amount", "bad_amount", "unknown_status", "bad_date"]


def test_a_large_workbook_is_not_told_to_be_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "orders.xlsx"
    with ZipFile(path, "w", compression=ZIP_DEFLATED) as out:
        out.writestr("xl/workbook.xml", b" " * (80 << 20))
    with pytest.raises(CusttierError) as caught:
        read(path)
    assert caught.value.code == "too-large"
    assert "unpack" not in caught.value.hint


def test_a_day_and_its_time_of_day_in_two_cells_of_a_workbook_are_one_instant(tmp_path: Path) -> None:
    folder = Path(__file__).parent.parent / "cases" / "square-items" / "generation-29"
    file = next(one for one in folder.iterdir() if one.is_file())
    plain = read(file)
    with file.open(encoding="utf-8-sig", newline="") as source:
        header, *lines = csv.reader(source)
    rows = [
        [
            datetime.fromisoformat(cell) if name == "Date" else time.fromisoformat(cell) if name == "Time" else cell
            for name, cell in zip(header, line, strict=True)
        ]
        for line in lines
    ]
    typed = read(book(tmp_path / "items.xlsx", {"items": [header, *rows]}))
    assert typed.rejects.height == plain.rejects.height
    assert typed.orders["ordered_at"].to_list() == plain.orders["ordered_at"].to_list()
