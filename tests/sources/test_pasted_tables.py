"""Tables as people keep them: exports pasted under each other, lines of totals, numbers of a Chinese keyboard."""

from pathlib import Path

import polars as pl
import pytest

from custtier.settings import Settings
from custtier.sources import Reading, read_files
from custtier.sources.sheets.text_head import ends_in_returns

HEADER = "订单编号,买家会员名,总金额,买家实际支付金额,订单状态,订单创建时间,订单付款时间,退款金额"
ROWS = [
    "1,fan,10.00,10.00,交易成功,2026-05-01 09:00:00,2026-05-01 09:01:00,0",
    "2,wen,20.00,20.00,交易成功,2026-05-02 09:00:00,2026-05-02 09:01:00,0",
]
ITEMS = ["客户,日期,商品,金额", "老李,2026-01-02,茶,5", "老李,2026-01-02,茶,5", "王姐,2026-01-03,茶,7"]


def read(path: Path, text: str, *, encoding: str = "utf-8") -> Reading:
    path.write_bytes(text.encode(encoding))
    (reading,) = read_files([path], settings=Settings())
    return reading


def outcomes(reading: Reading) -> list[tuple[int, str, str | None]]:
    left = reading.records.filter(pl.col("outcome") != "kept")
    assert reading.records.height == reading.rows_read
    return left.select("row", "outcome", "reason").rows()


def test_the_header_once_more_is_left_out_and_is_no_bad_row(tmp_path: Path) -> None:
    reading = read(tmp_path / "orders.csv", "\n".join([HEADER, ROWS[0], HEADER, ROWS[1]]))
    assert reading.orders["order_id"].to_list() == ["1", "2"]
    assert outcomes(reading) == [(3, "excluded", "repeated_header")]


def test_a_byte_order_mark_between_two_joined_files_is_no_part_of_the_header(tmp_path: Path) -> None:
    file = "\n".join(["\ufeff" + HEADER, *ROWS, ""])
    reading = read(tmp_path / "orders.csv", file + file)
    assert reading.orders["gross"].sum() == 3000
    assert [reason for _, _, reason in outcomes(reading)] == ["repeated_header", "duplicate_row", "duplicate_row"]


def test_an_export_pasted_twice_sells_nothing_twice(tmp_path: Path) -> None:
    once = read(tmp_path / "once.csv", "\n".join(ITEMS))
    twice = read(tmp_path / "twice.csv", "\n".join([*ITEMS, *ITEMS]))
    assert once.orders["gross"].sum() == 1700
    assert set(twice.orders["order_key"]) == set(once.orders["order_key"])
    assert set(twice.items["item_key"]) == set(once.items["item_key"])


def test_items_of_an_order_pasted_twice_are_the_same_items(tmp_path: Path) -> None:
    rows = [
        "订单号,客户,日期,商品,金额",
        "A1,老李,2026-01-02,茶,5",
        "A1,老李,2026-01-02,茶,5",
        "A1,老李,2026-01-02,酒,9",
    ]
    reading = read(tmp_path / "twice.csv", "\n".join([*rows, *rows]))
    assert reading.items["amount"].sum() == 1900


@pytest.mark.parametrize("case", ["backticks", "trailer-agrees"])
def test_a_trailer_ends_its_own_export_and_not_the_one_pasted_below(case: str, tmp_path: Path) -> None:
    file = Path(__file__).parent.parent / "cases" / "wechatpay-merchant" / case / "bill.csv"
    text = file.read_bytes().decode("utf-8-sig").replace("\r\n", "\n").rstrip("\n") + "\n"
    once = read(tmp_path / "once.csv", text)
    twice = read(tmp_path / "twice.csv", text + text)
    left_out = {one: reading.records["reason"].to_list() for one, reading in (("once", once), ("twice", twice))}
    assert left_out["twice"].count("trailer") == 2 * left_out["once"].count("trailer") > 0
    assert left_out["twice"].count("bad_amount") == 2 * left_out["once"].count("bad_amount")
    assert twice.orders["gross"].sum() == once.orders["gross"].sum()


def test_refunds_of_items_pasted_twice_are_taken_off_once(tmp_path: Path) -> None:
    file = Path(__file__).parent.parent / "cases" / "wxshop-orders" / "refund-of-an-item"
    path = next(one for one in file.iterdir() if one.is_file())
    content = path.read_bytes().rstrip(b"\n") + b"\n"
    (tmp_path / "twice.csv").write_bytes(content + content)
    (once,) = read_files([path], settings=Settings())
    (twice,) = read_files([tmp_path / "twice.csv"], settings=Settings())
    assert twice.orders["stated_refund"].to_list() == once.orders["stated_refund"].to_list()
    assert once.orders["stated_refund"].sum() > 0


@pytest.mark.parametrize("word", ["合计", "总计：", "Total"])
def test_a_line_of_totals_that_somebody_added_is_left_out(word: str, tmp_path: Path) -> None:
    reading = read(tmp_path / "orders.csv", "\n".join([HEADER, *ROWS, f"{word},,30.00,30.00,,,,0"]))
    assert reading.orders["gross"].sum() == 3000
    assert outcomes(reading) == [(4, "excluded", "total_row")]


def test_a_buyer_called_total_is_a_buyer(tmp_path: Path) -> None:
    reading = read(tmp_path / "orders.csv", "\n".join([HEADER, ROWS[0].replace("fan", "Total")]))
    assert reading.orders["account"].to_list() == ["Total"]


def test_amounts_and_days_in_wide_characters_are_read(tmp_path: Path) -> None:
    wide = "1,fan,１０．００,￥１，２９９．００,交易成功,２０２６－０５－０１ ０９：００：００,2026-05-01 09:01:00,0"
    reading = read(tmp_path / "orders.csv", "\n".join([HEADER, wide]))
    assert reading.orders.select("gross", pl.col("ordered_at").dt.to_string("%F %T")).rows() == [
        (129900, "2026-05-01 01:00:00")
    ]


def test_cells_padded_with_tabs_and_spaces_are_set_apart_by_commas(tmp_path: Path) -> None:
    padded = "\n".join(line.replace(",", "\t ,") + "\t " for line in [HEADER, *ROWS])
    assert read(tmp_path / "orders.csv", padded).orders["gross"].sum() == 3000


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("a,b\r1,2\r", True),
        ('a,b\r1,"x\ny"\r', True),
        ("a,b\r\n1,2\r\n", False),
        ("a,b\n1,x\ry\n", False),
        ("a,b\rc\n1,2\n", False),
        ('"a\rb",c\n1,2\n', False),
        ("a,b\n1,2\n", False),
    ],
)
def test_lines_end_in_returns_where_line_feeds_stand_only_in_cells(text: str, answer: bool) -> None:
    assert ends_in_returns(text) is answer


def test_a_tabbed_export_that_another_program_saved_with_every_cell_in_marks_is_read(tmp_path: Path) -> None:
    case = Path(__file__).parent.parent / "cases" / "amazon-all-orders"
    file = next(path for path in sorted(case.glob("*/*.txt")))
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    marked = "\n".join("\t".join(f'"{cell}"' for cell in line.split("\t")) for line in lines)
    plain = read(tmp_path / "plain.txt", "\n".join(lines))
    assert read(tmp_path / "marked.txt", marked).orders["order_id"].to_list() == plain.orders["order_id"].to_list()
