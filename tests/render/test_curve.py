"""The Lorenz curve in text: as wide as the page, the same every time, readable by any terminal."""

from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from custtier.models.concentration import lorenz
from custtier.render import Request, rendered
from custtier.render.curve import curve_lines
from custtier.render.lorenz import height_at, marks_of
from custtier.text import Catalogue, Lang
from custtier.text.layout import cells
from custtier.views.view import View
from render.answers import tiers_answer

SALES = pl.Series([100, 200, 300, 400, 9000])
CURVE = lorenz(SALES)
SUMMARY = {"customers": 5, "top_customers": 2, "top_sales_share": 0.94, "sales80_share": 0.2}


def answer(summary: dict[str, Any] | None = None) -> View:
    view = tiers_answer()
    return replace(view, summary=summary or SUMMARY, tables={**view.tables, "lorenz": CURVE})


def drawn(lang: Lang = "en", *, width: int | None = 80, plain: bool = False) -> list[str]:
    return curve_lines(answer(), CURVE, Catalogue(lang), width=width, plain=plain)


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(("width", "room"), [(20, 30), (60, 60), (80, 80), (140, 100), (None, 80)])
def test_it_is_as_wide_as_the_page_and_no_wider_than_is_read(
    width: int | None, room: int, lang: Lang, plain: bool
) -> None:
    lines = drawn(lang, width=width, plain=plain)
    assert max(map(cells, lines)) <= max(room, 40)
    frame = [line for line in lines if line.endswith(("┐", "┘", "++", "-+"))]
    assert {cells(line) for line in frame} == {room}


def test_the_axes_are_named_in_the_language_of_the_page() -> None:
    chinese, english = "\n".join(drawn("zh")), "\n".join(drawn("en"))
    assert "客户占比（从购买最少的累计）" in chinese
    assert "累计销售额占比" in chinese
    assert "share of customers, the smallest first" in english
    assert all(f"{step}%" in english for step in (0, 20, 40, 60, 80, 100))


def test_the_few_of_eighty_percent_and_the_best_asked_for_are_marked_with_the_figures_of_the_summary() -> None:
    lines = drawn()
    assert "o best 40.0% of customers: 94.0% of sales" in lines
    assert "o 80% of sales: best 20.0% of customers" in lines
    assert sum(line.count("o") for line in lines if line.rstrip().endswith("│")) == 2


def test_a_mark_lies_on_the_curve() -> None:
    for mark in marks_of(answer(), CURVE, Catalogue("en")):
        assert mark.sales_share == pytest.approx(height_at(CURVE, mark.customer_share))


def test_one_group_that_is_both_is_marked_once() -> None:
    both = {"customers": 5, "top_customers": 1, "top_sales_share": 0.9, "sales80_share": 0.2}
    assert len(marks_of(answer(both), CURVE, Catalogue("en"))) == 1


def test_an_answer_without_these_figures_has_no_marks() -> None:
    assert marks_of(answer({"customers": 5}), CURVE, Catalogue("en")) == []


def test_plain_signs_are_ascii_alone_in_english() -> None:
    assert "\n".join(drawn(plain=True)).isascii()
    assert not "\n".join(drawn(plain=False)).isascii()


def test_it_is_the_same_every_time_whatever_was_drawn_before() -> None:
    first = drawn()
    drawn(width=60, plain=True)
    assert drawn() == first


def test_a_text_has_it_under_the_tables_where_it_is_asked_for() -> None:
    lines = rendered(answer(), Request(curve=True, width=80), Catalogue("en")).decode().splitlines()
    above = lines.index("their share of sales")
    assert any(line.startswith("further tables") for line in lines[:above])
    assert any(line.startswith("Customers  ") for line in lines[above:])
    assert "\x1b" not in "\n".join(lines)
    assert "their share of sales" not in rendered(answer(), Request(), Catalogue("en")).decode()


def test_one_customer_makes_a_straight_line() -> None:
    lines = curve_lines(answer({}), lorenz(pl.Series([5])), Catalogue("en"), width=60, plain=True)
    assert lines[0] == "their share of sales"
