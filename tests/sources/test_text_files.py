"""Text files: encodings, delimiters, quotation marks, blank rows; and what is wrong with one that cannot be read."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custtier.errors import CusttierError
from custtier.settings import Settings
from custtier.sources import Reading, read_files

HEADER = "订单号,下单时间,客户,金额,商品名称\n"
ROW = "A1,2026-01-02,老李,5,茶\n"


def read(path: Path) -> Reading:
    (reading,) = read_files([path], settings=Settings())
    return reading


def written(folder: Path, content: bytes | str, name: str = "orders.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("gb18030", "gb18030"), ("gbk", "gb18030"), ("utf-16", "utf-16")],
)
def test_an_encoding_is_told_by_the_bytes(tmp_path: Path, encoding: str, name: str) -> None:
    reading = read(written(tmp_path, (HEADER + ROW).encode(encoding), "data.bin"))
    assert reading.encoding == name
    assert reading.orders["account"].to_list() == ["老李"]


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiter_and_line_ends_are_told_by_the_file(tmp_path: Path, delimiter: str, end: str) -> None:
    reading = read(written(tmp_path, (HEADER + ROW).replace(",", delimiter).replace("\n", end)))
    assert reading.items["amount"].to_list() == [500]


def test_a_bad_byte_in_utf8_is_named_by_its_line(tmp_path: Path) -> None:
    content = (HEADER + ROW * 3).encode() + b"A2,2026-01-02,\xff,5,x\n"
    with pytest.raises(CusttierError, match="undecodable-file") as caught:
        read(written(tmp_path, content))
    assert (caught.value.values["encoding"], caught.value.values["line"]) == ("utf-8", 5)


def test_a_bad_byte_in_gb18030_is_named_by_its_line(tmp_path: Path) -> None:
    content = (HEADER + ROW).encode("gb18030") + b"A2,2026-01-02,\xff\xff,5,x\n"
    with pytest.raises(CusttierError, match="undecodable-file") as caught:
        read(written(tmp_path, content))
    assert (caught.value.values["encoding"], caught.value.values["line"]) == ("gb18030", 3)


def test_a_character_cut_at_the_end_is_a_bad_byte(tmp_path: Path) -> None:
    with pytest.raises(CusttierError, match="undecodable-file"):
        read(written(tmp_path, (HEADER + ROW).encode("gb18030")[:-1] + "茶".encode("gb18030")[:1]))


def test_rows_are_counted_as_the_file_shows_them(tmp_path: Path) -> None:
    text = (
        '山房,"两\n行"\n\n'
        + HEADER
        + 'A1,2026-01-02,老李,5,"茶\n杯"\n\n  ,,\t,,\nA2,2026-01-02,老李,x,茶\n,,,,只有商品\n'
    )
    reading = read(written(tmp_path, text))
    assert (reading.header_row, reading.rows_read) == (3, 3)
    assert reading.records["row"].to_list() == [4, 7, 8]
    assert reading.rejects["reason"].to_list() == ["bad_amount", "bad_date"]
    assert reading.items["product"].to_list() == ["茶\n杯"]


def test_a_row_that_only_an_unread_column_fills_is_a_record(tmp_path: Path) -> None:
    reading = read(written(tmp_path, "订单号,日期,客户,金额,备忘\nA1,2026-01-02,老李,5,\n,,,,记得打电话\n,,,, \n"))
    assert reading.rows_read == 2
    assert reading.rejects["cells"].to_list() == ['{"备忘": "记得打电话"}']


@pytest.mark.parametrize("product", ['5"屏', '打开"多多', '7"', 'a"b"c'])
def test_stray_quotation_marks_swallow_no_rows(tmp_path: Path, product: str) -> None:
    lines = "".join(f"A{number},2026-01-02,老李,5,{product}\n" for number in range(4))
    reading = read(written(tmp_path, HEADER + lines))
    assert reading.rows_read == 4
    assert set(reading.items["product"]) == {product}


def unclosed(number: int) -> str:
    return f'A{number},2026-01-02,"老李,5,茶\n'


@pytest.mark.parametrize("open_lines", [(3,), (31,), (5, 20), (30, 31)])
def test_a_quotation_mark_that_is_never_closed_is_an_error_with_its_line(
    open_lines: tuple[int, ...], tmp_path: Path
) -> None:
    lines = [
        unclosed(number) if number in open_lines else f"A{number},2026-01-02,老李,5,茶\n" for number in range(2, 32)
    ]
    for text in (HEADER + "".join(lines), HEADER + "".join(lines).rstrip("\n")):
        with pytest.raises(CusttierError) as caught:
            read(written(tmp_path, text))
        assert caught.value.code == "unreadable-file"
        assert caught.value.values["line"] == open_lines[0]


def test_marks_that_stray_and_cells_of_several_lines_stand_in_one_file(tmp_path: Path) -> None:
    reading = read(written(tmp_path, HEADER + 'A1,2026-01-02,老李,5,5"屏\nA2,2026-01-02,老李,5,"茶\n杯"\n'))
    assert reading.items["product"].to_list() == ['5"屏', "茶\n杯"]


def test_short_and_long_lines_are_read_as_far_as_the_header_goes(tmp_path: Path) -> None:
    reading = read(written(tmp_path, HEADER + "A1,2026-01-02,老李,5\nA2,2026-01-02,王姐,6,茶,多,余\n"))
    assert reading.items["amount"].to_list() == [500, 600]


def test_a_header_alone_is_a_reading_of_no_orders(tmp_path: Path) -> None:
    reading = read(written(tmp_path, HEADER.strip()))
    assert (reading.rows_read, reading.orders.height, reading.file_instant) == (0, 0, None)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty-file"),
        (b"\n \n", "empty-file"),
        (b"<html><body><table></table></body></html>", "unreadable-file"),
        (b"PK\x03\x04 cut", "unreadable-file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 cut", "unreadable-file"),
        (b"\x1f\x8b cut", "unreadable-file"),
    ],
)
def test_a_file_that_is_no_table_says_what_it_is(tmp_path: Path, content: bytes, code: str) -> None:
    with pytest.raises(CusttierError) as caught:
        read(written(tmp_path, content, "orders.xlsx"))
    assert caught.value.code == code
    assert caught.value.hint


cells = st.text(st.characters(codec="gb18030", exclude_categories=("Cs", "Cc")), max_size=6)


@settings(deadline=None, max_examples=60)
@given(products=st.lists(cells, min_size=1, max_size=5), encoding=st.sampled_from(["utf-8", "gb18030", "utf-16"]))
def test_whatever_stands_in_cells_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, products: list[str], encoding: str
) -> None:
    frame = pl.DataFrame(
        {
            "订单号": [f"A{number}" for number in range(len(products))],
            "日期": "2026-01-02",
            "客户": "老李",
            "金额": "5",
            "备注一": products,
        }
    )
    path = written(tmp_path_factory.mktemp("cells"), frame.write_csv().encode(encoding))
    reading = read(path)
    assert reading.rows_read == len(products)
    assert reading.orders["order_id"].to_list() == frame["订单号"].to_list()


def test_white_space_and_null_tokens_around_money_and_times_say_nothing(tmp_path: Path) -> None:
    rows = (
        "订单号,下单时间,付款时间,客户,金额,退款金额\n"
        "A1, 2026-01-02 10:00:00\t,null,老李, 5.00 ,无\n"
        "A2,2026-01-02 10:00:00,0000-00-00 00:00:00,老李,5,-\n"
        " ,\t, ,,　,\n"
        "A3,2026-01-02 10:00:00,—,老李,5 个,--\n"
    )
    reading = read(written(tmp_path, rows))
    assert reading.rows_read == 3
    assert reading.orders["gross"].to_list() == [500, 500]
    assert reading.orders["ordered_at"].null_count() == 0
    assert reading.orders["paid_at"].null_count() == 2
    assert reading.orders["stated_refund"].null_count() == 2
    assert reading.rejects.select("row", "column", "reason").rows() == [(5, "金额", "bad_amount")]
