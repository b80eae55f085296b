"""What a backtest draws: one line a rule in pages and workbooks, under the names of the language."""

import zipfile
from io import BytesIO

import polars as pl
import pytest

from custtier.render import Request, rendered
from custtier.render.rule_lines import lines_of
from custtier.text import Catalogue
from custtier.views.view import View

CALIBRATION = pl.DataFrame(
    {
        "forecast_rule": ["recency", "recency", "mbg-nbd", "mbg-nbd", "mbg-nbd"],
        "tenth": [1, 2, 1, 2, 3],
        "customers": [10, 10, 7, 7, 6],
        "expected_share": [0.1, 0.6, 0.1, 0.3, 0.7],
        "bought_share": [0.2, 0.5, 0.1, 0.3, 0.8],
    }
)
GAINS = pl.DataFrame(
    {"forecast_rule": ["rate", "rate"], "customer_share": [0.0, 1.0], "sales_found": [0.0, 1.0]},
)
TENTHS = pl.DataFrame(
    {"forecast_rule": ["rate"] * 2, "expected_per_customer": [0.5, 4.0], "seen_per_customer": [0.4, 3.0]},
)


def test_each_rule_is_a_run_of_rows() -> None:
    drawn = lines_of("calibration", CALIBRATION)
    assert drawn is not None
    assert drawn.lines == {"recency": (0, 2), "mbg-nbd": (2, 3)}
    assert (drawn.across, drawn.up, drawn.most) == ("expected_share", "bought_share", 1.0)


def test_amounts_have_axes_as_long_as_the_largest() -> None:
    drawn = lines_of("tenths", TENTHS)
    assert drawn is not None
    assert (drawn.is_share, drawn.most) == (False, 4.0)


@pytest.mark.parametrize(
    ("name", "frame"),
    [("customers", CALIBRATION), ("calibration", CALIBRATION.clear()), ("gains", GAINS.drop("forecast_rule"))],
)
def test_nothing_else_is_drawn(name: str, frame: pl.DataFrame) -> None:
    assert lines_of(name, frame) is None


@pytest.fixture
def view() -> View:
    return View(
        command="backtest churn",
        parameters={},
        summary={},
        tables={"calibration": CALIBRATION, "gains": GAINS, "tenths": TENTHS},
    )


@pytest.mark.parametrize(("lang", "name"), [("en", "days since last purchase"), ("zh", "距上次购买天数")])
def test_a_page_has_a_drawing_for_each_of_these_tables(view: View, lang: str, name: str) -> None:
    page = rendered(view, Request(form="html"), Catalogue(lang)).decode()
    assert page.count("<svg") == 3
    assert name in page[page.index("<svg") : page.index("</svg>")]


def test_a_workbook_has_charts_over_the_cells_of_these_tables(view: View) -> None:
    book = zipfile.ZipFile(BytesIO(rendered(view, Request(form="xlsx"), Catalogue("en"))))
    charts = sorted(name for name in book.namelist() if name.startswith("xl/charts/chart"))
    assert len(charts) == 3
    first = book.read(charts[0]).decode()
    # recency stands in rows 2 and 3 of the sheet, MBG/NBD in 4 to 6
    assert "$D$2:$D$3" in first and "$E$4:$E$6" in first
    assert "MBG/NBD" in first
