"""Tables in markup: web pages that are called XLS, spreadsheets in one XML file, texts that are called XLS."""

from pathlib import Path

import pytest

from custtier.errors import CusttierError
from custtier.settings import Settings
from custtier.sources import Reading, read_files

HEAD = ("订单号", "日期", "客户", "金额")
ROWS = (("2026010200000000123456", "2026-01-02", "老李", "5.50"), ("A2", "2026-01-03", "老王", "6"))


def page(rows: object = ROWS, *, meta: str = "") -> str:
    def line(cells: object, tag: str = "td") -> str:
        return "<tr>" + "".join(f"<{tag} class=xl1>{cell}</{tag}>" for cell in cells) + "</tr>\n"  # type: ignore[attr-defined]

    body = "".join(map(line, rows))  # type: ignore[call-overload]
    return f"<html><head>{meta}</head><body><table border=1>{line(HEAD, 'th')}{body}</table></body></html>"


def read(path: Path, content: str | bytes) -> Reading:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    (reading,) = read_files([path], settings=Settings())
    return reading


def orders_of(reading: Reading) -> list[tuple[object, ...]]:
    return reading.orders.select("order_id", "account", "gross").sort("gross").rows()


EXPECTED = [("2026010200000000123456", "老李", 550), ("A2", "老王", 600)]


@pytest.mark.parametrize(
    ("encoding", "meta"),
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("utf-8", "<meta charset=gb2312>"),
        ("gb18030", ""),
        ("gb18030", '<meta http-equiv="Content-Type" content="text/html; charset=gb2312">'),
        ("utf-16", '<meta charset="utf-16">'),
    ],
)
def test_a_web_page_called_xls_is_read_in_whatever_encoding(tmp_path: Path, encoding: str, meta: str) -> None:
    reading = read(tmp_path / "orders.xls", page(meta=meta).encode(encoding))
    assert (reading.encoding, reading.header_row, orders_of(reading)) == ("html", 1, EXPECTED)


def test_a_page_that_says_it_is_in_big5_is_read_so(tmp_path: Path) -> None:
    rows = [("A1", "2026-01-02", "老張", "5")]
    content = page(rows, meta="<meta charset=big5>").replace("订单号", "order id").replace("客户", "customer")
    content = content.replace("日期", "date").replace("金额", "amount")
    reading = read(tmp_path / "orders.xls", content.encode("big5"))
    assert orders_of(reading) == [("A1", "老張", 500)]


def test_cells_without_end_tags_marks_entities_and_line_breaks_are_read_as_a_browser_shows_them(tmp_path: Path) -> None:
    content = (
        "<TABLE><TR><TH>订单号<TH>日期<TH>客户<TH>金额"
        "<TR><TD>A1<TD>2026-01-02<TD>&lt;老<b>李</b>&gt;&nbsp;<TD>\n 5 </TABLE>"
    )
    assert orders_of(read(tmp_path / "a.xls", content)) == [("A1", "<老李>", 500)]


def test_a_number_that_is_shown_short_is_taken_in_full(tmp_path: Path) -> None:
    content = page([("SHORT", "2026-01-02", "老李", "5")]).replace(
        "<td class=xl1>SHORT", '<td x:num="202601020000000123">2.02601E+17'
    )
    assert orders_of(read(tmp_path / "a.xls", content))[0][0] == "202601020000000123"


def test_titles_above_the_table_and_cells_over_several_columns_keep_the_rows_right(tmp_path: Path) -> None:
    content = page().replace("<tr><th", "<tr><td colspan=4>一月订单</td></tr><tr></tr><tr><th", 1)
    reading = read(tmp_path / "a.xls", content)
    assert (reading.header_row, orders_of(reading)) == (3, EXPECTED)
    assert reading.records["row"].to_list() == [4, 5]


def test_a_cell_over_several_rows_stands_for_all_of_them(tmp_path: Path) -> None:
    header = ["订单编号", "买家公司名", "实付款(元)", "订单状态", "订单创建时间", "货品标题"]
    cells = "".join(f"<td rowspan=2>{cell}</td>" for cell in ("39001", "商行", "30", "交易成功", "2026-04-01"))
    content = (
        f"<table><tr>{''.join(f'<td>{cell}</td>' for cell in header)}</tr>"
        f"<tr>{cells}<td>货品甲</td></tr><tr><td>货品乙</td></tr>"
        "<tr><td>39002<td>商行<td>20<td>交易成功<td>2026-04-02<td>货品丙</table>"
    )
    reading = read(tmp_path / "a.xls", content)
    assert reading.orders.select("order_id", "gross").rows() == [("39001", 3000), ("39002", 2000)]
    assert reading.items.height == 3


def test_several_tables_are_sheets_and_those_without_a_known_header_are_left_aside(tmp_path: Path) -> None:
    content = "<table><tr><td>店铺</td><td>小店</td></tr></table>" + page() + page([("B1", "2026-02-01", "老张", "7")])
    reading = read(tmp_path / "a.xls", content)
    assert [row[0] for row in orders_of(reading)] == [EXPECTED[0][0], "A2", "B1"]
    assert reading.records["sheet"].to_list() == ["2", "2", "3"]


def test_rejected_rows_of_a_page_come_with_their_cells(tmp_path: Path) -> None:
    reading = read(tmp_path / "a.xls", page([*ROWS, ("A3", "2026-01-03", "老王", "many")]))
    assert reading.rejects.select("row", "reason").rows() == [(4, "bad_amount")]


def spreadsheet(rows: str, *, name: str = "订单") -> str:
    return (
        '<?xml version="1.0" encoding="{encoding}"?>\n<?mso-application progid="Excel.Sheet"?>\n'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        f'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="{name}"><Table>{rows}</Table>'
        "</Worksheet></Workbook>"
    )


def xml_row(cells: object, extra: str = "") -> str:
    return (
        f"<Row{extra}>"
        + "".join(f'<Cell><Data ss:Type="String">{cell}</Data></Cell>' for cell in cells)  # type: ignore[attr-defined]
        + "</Row>"
    )


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_a_spreadsheet_in_one_xml_file_is_read(tmp_path: Path, encoding: str) -> None:
    content = spreadsheet("".join(map(xml_row, (HEAD, *ROWS)))).replace("{encoding}", encoding)
    reading = read(tmp_path / "orders.xls", content.encode(encoding))
    assert (reading.encoding, orders_of(reading)) == ("xml", EXPECTED)
    assert reading.records["sheet"].to_list() == ["订单", "订单"]


def test_places_and_merged_cells_of_an_xml_spreadsheet_hold(tmp_path: Path) -> None:
    rows = (
        xml_row(("导出",))
        + xml_row(("订单号", "客户", "日期", "金额"), ' ss:Index="4"')
        + '<Row><Cell><Data ss:Type="String">A1</Data></Cell><Cell ss:MergeDown="1"><Data ss:Type="String">老李</Data>'
        '</Cell><Cell ss:Index="3"><Data ss:Type="DateTime">2026-01-02T09:30:00.000</Data></Cell>'
        '<Cell><Data ss:Type="Number">5.5</Data></Cell></Row>'
        + '<Row><Cell><Data ss:Type="String">A2</Data></Cell><Cell ss:Index="3">'
        '<Data ss:Type="String">2026-01-03</Data></Cell><Cell><Data ss:Type="Number">6</Data></Cell></Row>'
    )
    reading = read(tmp_path / "orders.xml", spreadsheet(rows).replace("{encoding}", "utf-8"))
    assert (reading.header_row, reading.records["row"].to_list()) == (4, [5, 6])
    assert reading.orders["gross"].to_list() == [550, 600]
    assert str(reading.orders["ordered_at"][0]) == "2026-01-02 01:30:00+00:00"


def test_an_xml_file_that_breaks_off_is_unreadable(tmp_path: Path) -> None:
    content = spreadsheet("".join(map(xml_row, (HEAD, *ROWS)))).replace("{encoding}", "utf-8")
    path = tmp_path / "orders.xml"
    path.write_text(content[:-60])
    with pytest.raises(CusttierError, match="unreadable-file"):
        read_files([path], settings=Settings())


@pytest.mark.parametrize(
    ("mark", "encoding"), [("\t", "gb18030"), ("\t", "utf-16"), (",", "utf-8-sig"), (";", "utf-8")]
)
def test_a_text_called_xls_is_read_as_the_text_it_is(tmp_path: Path, mark: str, encoding: str) -> None:
    content = "".join(mark.join(cells) + "\r\n" for cells in (HEAD, *ROWS))
    reading = read(tmp_path / "orders.xls", content.encode(encoding))
    assert (reading.encoding, orders_of(reading)) == (encoding, EXPECTED)


def test_a_csv_that_begins_with_a_bracket_is_no_page(tmp_path: Path) -> None:
    reading = read(tmp_path / "orders.csv", "<一月>\n" + "".join(",".join(cells) + "\n" for cells in (HEAD, *ROWS)))
    assert (reading.encoding, orders_of(reading)) == ("utf-8", EXPECTED)
