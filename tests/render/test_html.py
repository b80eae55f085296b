"""Pages: one file that needs nothing else, closed against whatever stands in a cell."""

import base64
import csv
import hashlib
import io
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import openpyxl
import polars as pl
import pytest

from custtier.render import Request, rendered
from custtier.render.request import PAGE_ROWS, USUAL_PAGE_ROWS
from custtier.text import Catalogue, Lang
from custtier.views.view import View
from render.answers import rejects_answer, tiers_answer

ENGLISH, CHINESE = Catalogue("en"), Catalogue("zh")
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "=cmd()|' /C calc'!A0",
    "</style><script>alert(1)</script>",
    "</script><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;b&gt; &amp;",
)


class Read(HTMLParser):
    """What a browser would make of a page: its elements with their attributes, the texts of its cells."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.cells: list[str] = []
        self.text = ""
        self._in_cell = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "td":
            self._in_cell = True
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "td":
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._in_cell:
            self.cells[-1] += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def page(view: View | None = None, lang: Lang = "zh", **asked: Any) -> str:
    return rendered(view or tiers_answer(), Request(form="html", **asked), Catalogue(lang)).decode()


def with_names(*names: str) -> View:
    table = pl.DataFrame({"customer_id": [f"c_{number}" for number in range(len(names))], "name": names})
    return View(command="tiers", parameters={"shop": list(names)}, summary={}, tables={"customers": table})


def drawn_answer() -> View:
    curve = pl.DataFrame(
        {"cumulative_customer_share": [0.0, 0.5, 0.8, 1.0], "cumulative_sales_share": [0.0, 0.1, 0.3, 1.0]}
    )
    matrix = pl.DataFrame(
        {
            "r_score": [3, 1],
            **{f"f{score}_customers": [1234, 0] for score in (1, 3)},
            **{f"f{score}_sales": [123_456, 0] for score in (1, 3)},
            "customers": [2468, 0],
            "net_sales": [246_912, 0],
        }
    )
    view = tiers_answer()
    summary = {"customers": 10, "top_customers": 2, "top_sales_share": 0.7, "sales80_share": 0.3}
    return replace(view, summary=summary, tables={**view.tables, "lorenz": curve, "matrix_rf": matrix})


@pytest.mark.parametrize("reveal", [False, True])
@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_stands_in_a_cell_is_text(name: str, reveal: bool) -> None:
    plain, read = Read(page(with_names("张三"), reveal=reveal)), Read(page(with_names(name), reveal=reveal))
    assert [tag for tag, _ in read.elements] == [tag for tag, _ in plain.elements]
    assert read.cells[0] == "c_0"
    if reveal:
        assert read.cells[1] == name


def test_a_page_asks_nothing_of_the_network() -> None:
    text = page(drawn_answer())
    read = Read(text)
    for tag, attributes in read.elements:
        assert tag not in {"link", "iframe", "img", "object", "embed", "base", "form"}
        for name, value in attributes.items():
            assert not name.startswith("on"), f"<{tag} {name}>"
            assert name != "style"
            if name in {"src", "href", "xlink:href", "srcset", "action"}:
                assert (value or "").startswith("#"), f"<{tag} {name}={value}>"
    assert set(re.findall(r"https?://[^\s\"'<>)]+", text)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }
    assert "url(" not in text
    assert "@import" not in text


def test_the_page_allows_its_own_style_and_script_and_nothing_else() -> None:
    text = page(drawn_answer())
    policy = next(
        str(one["content"]) for one in Read(text).all("meta") if one.get("http-equiv") == "Content-Security-Policy"
    )
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules.pop("default-src") == rules.pop("base-uri") == rules.pop("form-action") == "'none'"
    for tag in ("style", "script"):
        (inner,) = re.findall(rf"<{tag}[^>]*>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inner.encode()).digest()).decode()
        assert rules.pop(f"{tag}-src") == f"'sha256-{digest}'"
    assert rules == {}


def test_the_page_speaks_its_language() -> None:
    chinese, english = Read(page()), Read(page(lang="en"))
    assert chinese.all("html") == [{"lang": "zh-CN"}]
    assert english.all("html") == [{"lang": "en"}]
    assert "客户分层（按净销售额）" in chinese.text
    assert "Customers by net sales" in english.text


def test_the_page_says_all_that_a_report_says() -> None:
    text = Read(page(lang="en")).text
    for part in (
        "as of 2026-06-30 · data through 2026-07-02 · CNY",
        "asked: top 20%, shop 一号店",
        "9,099.09",
        "counted: paid less refunded, refunds with their order",
        "days in Asia/Shanghai · no exclusions",
        "orders with a refund without a day: 3",
        "left out of reading: 2",
        "The best customers by net sales",
    ):
        assert part in text


def test_a_quiet_page_holds_the_tables_alone() -> None:
    read = Read(page(quiet=True))
    assert "口径" not in read.text
    assert read.all("dl") == []
    assert len(read.all("table")) == 3


def test_names_are_masked_unless_revealed() -> None:
    assert "13812345678" not in page()
    assert "13812345678" in page(reveal=True)
    assert "\x1b" not in page(reveal=True)


def test_numbers_stand_to_the_right() -> None:
    titles = {title: bool(right) for right, title in re.findall(r'<th scope="col"( class="n")?>([^<]+)</th>', page())}
    assert titles["净销售额"]
    assert titles["订单数"]
    assert not titles["姓名"]


def test_the_curve_and_the_matrix_are_drawn_with_their_marks() -> None:
    read = Read(page(drawn_answer()))
    assert len(read.all("svg")) == 2
    for said in (
        "80% 的销售额来自前 30.0% 的客户",
        "前 20.0% 的客户贡献 70.0% 的销售额",
        "客户占比（从购买最少的累计）",
        "1,234.56",
    ):
        assert said in read.text


def test_a_long_list_ends_at_ten_thousand_rows_and_says_so() -> None:
    read = Read(page(tiers_answer(USUAL_PAGE_ROWS + 5), lang="en", table="customers", quiet=True))
    assert len(read.all("tr")) == 1 + USUAL_PAGE_ROWS
    assert f"{USUAL_PAGE_ROWS} of {USUAL_PAGE_ROWS + 5} rows; `--limit 0` shows all" in read.text


def test_a_page_never_holds_more_than_a_browser_takes() -> None:
    rows = PAGE_ROWS + 1
    table = pl.DataFrame({"order_count": pl.int_range(rows, eager=True)})
    view = View("tiers", {}, {}, {"customers": table, "others": table})
    text = page(view, lang="en", limit=0)
    assert text.count("<tr>") == 2 * (1 + PAGE_ROWS)
    assert text.count("50001 rows; a page holds 50000 at most, a workbook or CSV all of them") == 2
    assert Request(form="html", limit=7).rows == 7


def test_an_empty_table_is_said_to_be_empty() -> None:
    view = replace(tiers_answer(), tables={"customers": tiers_answer().tables["customers"].clear()})
    assert "no rows" in Read(page(view, lang="en")).text


def test_one_person_stands_as_a_card() -> None:
    card = pl.DataFrame({"name": ["张三"], "order_count": [3], "phone": [None]}, schema_overrides={"phone": pl.String})
    read = Read(page(View("show", {}, {}, {"customer": card}), lang="en"))
    assert read.all("table") == []
    assert "Orders" in read.text
    assert "Phone" not in read.text


def test_a_page_is_the_same_every_time() -> None:
    assert page(drawn_answer()) == page(drawn_answer())


def test_answers_without_money_make_a_page_too() -> None:
    text = Read(page(rejects_answer(), lang="en")).text
    assert "counted" not in text
    assert "2026-07-01 02:05" in text


def test_a_further_table_without_rows_is_left_out() -> None:
    view = tiers_answer()
    bare = replace(view, tables={**view.tables, "tiers": view.tables["tiers"].clear()})
    assert len(Read(page(bare)).all("table")) == len(Read(page(view)).all("table")) - 1


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("name", HOSTILE)
def test_no_other_form_makes_a_formula_of_it(name: str, form: str) -> None:
    written = rendered(with_names(name), Request(form=form, reveal=True), ENGLISH)
    if form == "csv":
        (cell,) = [row["name"] for row in csv.DictReader(io.StringIO(written.decode(), newline=""))]
        assert cell == (f"'{name}" if name.startswith("=") else name)
    else:
        cell = openpyxl.load_workbook(io.BytesIO(written))["Customers"]["B2"]
        assert (cell.value, cell.data_type) == (name, "s")
