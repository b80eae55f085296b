"""Workbooks, read back by another library."""

import io
import re
import zipfile
from datetime import datetime
from typing import Any

import openpyxl
import polars as pl
import pytest

from custtier.render import Request, as_xlsx, rendered
from custtier.text import Catalogue
from custtier.views.view import View
from render.answers import rejects_answer, tiers_answer

CHINESE = Catalogue("zh")


def book(view: View, **asked: Any) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(rendered(view, Request(form="xlsx", **asked), CHINESE)))


def test_each_table_is_a_sheet_before_the_summary_and_the_definitions() -> None:
    assert book(tiers_answer()).sheetnames == ["客户", "层级", "洛伦兹曲线", "汇总", "释义"]


def test_the_header_is_frozen_filtered_and_translated() -> None:
    sheet = book(tiers_answer())["客户"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:K8"
    assert [cell.value for cell in sheet[1]][:3] == ["客户编号", "姓名", "电话"]


def test_ids_and_phones_are_text_and_no_cell_is_a_formula() -> None:
    view = View(
        "tiers",
        {},
        {},
        {
            "customers": pl.DataFrame(
                {"customer_id": ["0012345678901234567"], "name": ["=1+1"], "phone": ["13812345678"]}
            )
        },
    )
    sheet = book(view, reveal=True)["客户"]
    assert [cell.value for cell in sheet[2]] == ["0012345678901234567", "=1+1", "13812345678"]
    assert [cell.data_type for cell in sheet[2]] == ["s", "s", "s"]


def test_money_is_a_number_with_its_digits_and_days_are_days() -> None:
    sheet = book(tiers_answer())["客户"]
    money, day, share = sheet["F2"], sheet["E2"], sheet["G2"]
    assert (money.value, money.number_format) == (1299.9, "#,##0.00")
    assert (day.value, day.number_format) == (datetime.fromisoformat("2026-06-01"), "yyyy-mm-dd")
    assert share.number_format == "0.0%"


def test_names_are_masked_unless_revealed() -> None:
    assert book(tiers_answer())["客户"]["B2"].value == "张*"
    assert book(tiers_answer(), reveal=True)["客户"]["B2"].value == "张三"


def test_columns_are_wide_enough_for_chinese() -> None:
    sheet = book(tiers_answer())["客户"]
    assert sheet.column_dimensions["H"].width >= len("累计占比") * 2
    assert sheet.column_dimensions["A"].width >= len("c_000000000000")


def test_a_sheet_is_printed_as_wide_as_one_page_with_its_header_on_each() -> None:
    sheet = book(tiers_answer())["客户"]
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.print_title_rows == "$1:$1"


def test_titles_of_numbers_stand_over_them_and_mean_days_have_a_digit() -> None:
    customers = pl.DataFrame({"name": ["张三"], "recency_days": [90], "usual_gap_days": [30.5]})
    sheet = book(View("churn", {}, {}, {"customers": customers}))["客户"]
    assert [cell.alignment.horizontal for cell in sheet[1]] == [None, "right", "right"]
    assert [cell.number_format for cell in sheet[2]] == ["@", "0", "0.0"]


def test_platforms_are_shown_by_name() -> None:
    assert book(tiers_answer())["客户"]["K2"].value == "京东、淘宝"


def test_the_summary_holds_numbers_what_was_asked_and_the_notes() -> None:
    rows = [[cell.value for cell in row] for row in book(tiers_answer())["汇总"].iter_rows()]
    assert rows[0][0] == "客户分层（按净销售额） · 截至 2026-06-30 · 数据到 2026-07-02 · CNY"
    assert rows[1][0] == "查询条件：前 20%、店铺 一号店"
    assert ["净销售额", 9099.09] in rows
    assert rows[-1][0] == "说明：no-such-note count=1"


def test_instants_stand_in_the_zone_of_the_shop() -> None:
    assert book(rejects_answer())["导入记录"]["A2"].value == datetime.fromisoformat("2026-07-01 02:05")


def test_a_table_longer_than_a_sheet_goes_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(as_xlsx, "SHEET_ROWS", 10)
    found = book(tiers_answer(25), table="customers")
    assert found.sheetnames == ["客户", "客户 2", "客户 3", "汇总", "释义"]
    assert [found[name].max_row for name in found.sheetnames[:3]] == [11, 11, 6]


def test_a_long_table_is_written_as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(as_xlsx, "STREAMED_ROWS", 3)
    kept, streamed = book(tiers_answer(3)), book(tiers_answer(25))
    assert streamed["客户"]["B2"].value == kept["客户"]["B2"].value == "张*"
    assert streamed["客户"]["A1"].value == "客户编号"
    assert streamed["客户"].max_row == 26


def test_a_matrix_is_coloured_by_what_it_holds_and_other_tables_are_not() -> None:
    matrix = {"r_score": [5, 3], "f1_customers": [1, 2], "f3_customers": [0, 9], "f1_sales": [100, 200]}
    matrix |= {"f3_sales": [0, 900], "customers": [1, 11]}
    view = View("rfm", {}, {}, {"customers": pl.DataFrame({"customers": [1]}), "matrix_rf": pl.DataFrame(matrix)})
    written = book(view)
    heated = {str(one.sqref): one.rules[0].type for one in written["R×F 矩阵"].conditional_formatting}
    assert heated == {"B2:C3": "colorScale", "D2:E3": "colorScale"}
    assert not list(written["客户"].conditional_formatting)


def test_the_last_sheet_says_what_the_columns_and_tiers_of_the_workbook_mean() -> None:
    rows = list(book(tiers_answer())["释义"].iter_rows(values_only=True))
    assert rows[0] == ("名称", "含义", "算法")
    told = {title: meaning for title, meaning, _ in rows[1:]}
    assert {"净销售额", "层级", "核心", "基尼系数"} <= set(told)
    assert all(told.values())
    assert "重要价值" not in told


def test_a_workbook_of_other_answers_has_no_such_sheet() -> None:
    assert "释义" not in book(rejects_answer()).sheetnames


def test_the_lorenz_curve_is_drawn_beside_its_points_with_the_line_of_equals() -> None:
    points = pl.DataFrame(
        {"cumulative_customer_share": [0.0, 0.5, 1.0], "cumulative_sales_share": [0.0, 0.25, 1.0]},
    )
    content = rendered(View("tiers", {}, {}, {"lorenz": points}), Request(form="xlsx"), CHINESE)
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        charts = [name for name in parts.namelist() if name.startswith("xl/charts/")]
        drawn = parts.read(charts[0]).decode()
    assert len(charts) == 1
    across, up = "洛伦兹曲线!$A$2:$A$4", "洛伦兹曲线!$B$2:$B$4"
    assert re.findall(r"<c:xVal>.*?<c:f>'?([^<]*?)</c:f>", drawn) == [across, across]
    assert re.findall(r"<c:yVal>.*?<c:f>'?([^<]*?)</c:f>", drawn) == [up, across]
    assert "如果人人买的一样多" in drawn


def test_a_workbook_without_a_lorenz_curve_has_no_chart() -> None:
    content = rendered(rejects_answer(), Request(form="xlsx"), CHINESE)
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert not [name for name in parts.namelist() if name.startswith("xl/charts/")]
