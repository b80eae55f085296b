"""Text and Markdown: aligned whatever stands in a cell, cut only where it says so."""

from dataclasses import replace
from typing import Any

import pytest
from rich.cells import cell_len

from custtier.render import Request, rendered
from custtier.render.grid import Column
from custtier.render.narrow import left_out
from custtier.text import Catalogue, Lang
from render.answers import rejects_answer, tiers_answer

ENGLISH, CHINESE = Catalogue("en"), Catalogue("zh")


def text(lang: Lang = "en", *, rows: int = 7, **asked: Any) -> list[str]:
    return rendered(tiers_answer(rows), Request(**asked), Catalogue(lang)).decode().splitlines()


def table_of(lines: list[str]) -> list[str]:
    """The first table: its header, the rule under it, its rows, folded or not."""
    rule = next(number for number, line in enumerate(lines) if line.startswith("──"))
    rows = range(rule + 1, len(lines))
    end = next((number for number in rows if not lines[number].startswith(("c_", " "))), len(lines))
    return lines[rule - 1 : end]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [60, 80, 100, 140, None])
@pytest.mark.parametrize("reveal", [False, True])
def test_every_line_of_a_table_is_equally_wide(lang: Lang, width: int | None, reveal: bool) -> None:
    lines = table_of(text(lang, width=width, reveal=reveal))
    assert [line[:14] for line in lines[2:] if line.startswith("c_")] == [f"c_{number:012d}" for number in range(7)]
    assert len({cell_len(line) for line in lines}) == 1
    assert width is None or cell_len(lines[0]) <= width


@pytest.mark.parametrize("width", [40, 60, 80, None])
def test_ids_are_never_cut(width: int | None) -> None:
    assert any("c_000000000003" in line for line in text(width=width))


def test_a_pipe_shows_every_column() -> None:
    header = table_of(text("zh"))[0]
    assert [
        title for title in ("客户编号", "姓名", "电话", "销售额占比", "累计占比", "平台") if title not in header
    ] == []


def test_a_narrow_terminal_says_what_it_left_out() -> None:
    lines = text("zh", width=80)
    assert any(line.startswith("终端太窄，未显示：") and "平台" in line for line in lines)
    assert not any(line.startswith("终端太窄") for line in text("zh", width=160))


def test_numbers_stand_to_the_right_and_money_has_thousands() -> None:
    lines = table_of(text(width=None))
    ends = {cell_len(line[: line.index("1,299.")]) for line in lines[2:]}
    assert len(ends) == 1


def test_names_are_masked_and_cannot_move_the_cursor() -> None:
    revealed = "\n".join(text(reveal=True))
    assert "13812345678" not in "\n".join(text())
    assert "13812345678" in revealed
    assert "\x1b" not in revealed


def test_a_long_list_is_capped_at_twenty_and_says_so() -> None:
    lines = text(rows=25)
    assert len(table_of(lines)) == 2 + 20
    assert "20 of 25 rows; `--limit 0` shows all" in lines
    assert len(table_of(text(rows=25, limit=0))) == 2 + 25
    assert len(table_of(text(rows=25, limit=3))) == 2 + 3


def test_small_tables_follow_and_large_ones_are_named() -> None:
    lines = text()
    assert "Tiers" in lines
    assert "further tables: Lorenz curve (lorenz); see one with `--table NAME`" in lines
    assert "Tiers" not in text(table="customers")


def test_the_last_lines_are_the_summary_and_the_notes() -> None:
    lines = text("zh")
    start = next(number for number, line in enumerate(lines) if line.startswith("客户数 "))
    assert lines[start:] == [
        "客户数              7",
        "净销售额            9,099.09",
        "前列客户销售额占比  28.6%",
        "基尼系数            0.01",
        "R 分数（距今天数）  2 分 ≤ 90、3 分 ≤ 60、4 分 ≤ 30、5 分 ≤ 7",
        "M 分数（净销售额）  2 分 ≥ 10.00、3 分 ≥ 20.00、4 分 ≥ 30.00、5 分 ≥ 40.00",
        "",
        "口径：实付减退款，退款记在原订单 · 全部日期的订单 · 数据到 2026-07-02 · 日期按 Asia/Shanghai 时区 · "
        "未设排除规则 · 查词义：`custtier define 词`",
        "读取时略过：2 行（重复的行）",
        "读取时略过：1 行（a_reason_of_tomorrow）",
        "说明：有 3 笔订单的退款没有日期，按下单当天退款处理",
        "说明：no-such-note count=1",
    ]


def test_the_heading_says_what_was_asked_and_of_which_day() -> None:
    assert text()[:2] == [
        "Customers by net sales · as of 2026-06-30 · data through 2026-07-02 · CNY",
        "asked: top 20%, shop 一号店",
    ]


def test_what_was_asked_is_said_in_the_language_of_the_page() -> None:
    assert text("zh")[1] == "查询条件：前 20%、店铺 一号店"
    asked = {"method": "fixed", "days": 90, "scheme": "grid10", "all": True, "source": ["jd-orders", "own"]}
    view = replace(tiers_answer(), parameters=asked)
    lines = rendered(view, Request(), CHINESE).decode().splitlines()
    assert lines[1] == "查询条件：方法 固定天数、天数 90、方案 十类、全部客户、来源 京东订单 own"


def test_platforms_are_shown_by_name_and_stay_codes_for_scripts() -> None:
    assert all("京东、淘宝" in line for line in table_of(text("zh"))[2:])
    assert b"jd,taobao" in rendered(tiers_answer(), Request(form="csv"), CHINESE)


def test_three_bins_are_told_as_scores_3_and_5_and_a_score_of_nobody_is_not() -> None:
    view = replace(tiers_answer(), summary={"cuts": {"r": [60, None], "f": [2, 3], "m": []}})
    lines = rendered(view, Request(table="tiers"), ENGLISH).decode().splitlines()
    assert "R by days since  3: ≤ 60" in lines
    assert "F by orders      3: ≥ 2, 5: ≥ 3" in lines
    assert not any(line.startswith("M by") for line in lines)


def test_what_joins_the_parts_of_an_emoji_stays() -> None:
    family = "\U0001f468\u200d\U0001f469"
    view = replace(tiers_answer(), parameters={"shop": [family + "\u200b\u202e"]})
    assert rendered(view, Request(), ENGLISH).decode().splitlines()[1] == f"asked: shop {family} "


def test_sentences_break_where_the_terminal_ends() -> None:
    lines = text("zh", width=60)
    start = next(number for number, line in enumerate(lines) if line.startswith("终端太窄"))
    assert max(map(cell_len, lines)) <= 60
    assert cell_len(lines[start]) > 40


def test_quiet_leaves_the_tables_alone() -> None:
    lines = text(quiet=True)
    assert not any(line.startswith(("note:", "Gini")) for line in lines)


def test_colour_only_where_asked() -> None:
    assert not any("\x1b" in line for line in text())
    assert any("\x1b[1m" in line for line in text(colour=True, width=120))


def test_instants_are_shown_in_the_zone_of_the_shop() -> None:
    lines = rendered(rejects_answer(), Request(), ENGLISH).decode()
    assert "2026-07-01 02:05" in lines
    assert "张三丰" not in lines


def test_markdown_is_aligned_and_closed_against_its_own_signs() -> None:
    lines = rendered(tiers_answer(), Request(form="md"), CHINESE).decode().splitlines()
    assert lines[0] == "# 客户分层（按净销售额） · 截至 2026-06-30 · 数据到 2026-07-02 · CNY"
    table = [line for line in lines if line.startswith("| ")][:9]
    assert len({cell_len(line) for line in table}) == 1
    assert len({line.replace(r"\|", "").count("|") for line in table}) == 1
    assert "138\\*\\*\\*\\*5678" in table[2]
    assert lines[lines.index("- 说明：no-such-note count=1") + 1 :][:3] == ["", "## 释义", ""]


def test_scores_leave_a_narrow_screen_together() -> None:
    texts = {name: ["12345678"] for name in ("customer_id", "r_score", "f_score", "m_score", "rfm")}
    columns = {name: Column(name, cells) for name, cells in texts.items()}
    assert left_out(columns, width=45) == {"r_score", "f_score", "m_score"}
    assert left_out(columns, width=200) == set()


def test_no_table_is_wider_than_its_terminal_even_where_no_column_may_go() -> None:
    columns = {f"own_{place}": Column("a title of its own", ["1"]) for place in range(6)}

    assert left_out(columns, width=60) == {"own_3", "own_4", "own_5"}
    assert left_out(columns, width=10) == {"own_2", "own_3", "own_4", "own_5"}
