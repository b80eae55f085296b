"""An answer as one page that needs nothing else: tables that sort and search, charts, notes, what the words mean."""

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from custtier.currencies import minor_digits
from custtier.render.arrange import Sheet, arrange
from custtier.render.as_text import CARDS, note_lines
from custtier.render.basis import basis_lines, is_report
from custtier.render.cells import NUMBERS, Shown, asked_line, heading
from custtier.render.funnel import FUNNEL
from custtier.render.lorenz import LORENZ
from custtier.render.request import PAGE_ROWS, Request
from custtier.render.rule_lines import lines_of
from custtier.text import Catalogue, message
from custtier.text.layout import cells
from custtier.text.titles import command_title, table_title, title_of
from custtier.units import Unit
from custtier.views.view import View

FOLDER: Final = Path(__file__).parent / "page"

MATRICES: Final = {"matrix_rf": "f", "matrix_rm": "m"}
"""Table → the letter whose scores stand across; drawn as a map of heat."""

ONE_LINE: Final = 24
"""Columns whose texts all take at most so many columns of a terminal stay in one line."""

TWO_LINES: Final = 60
"""Columns with longer texts get more room."""


@dataclass(frozen=True)
class Head:
    """One column's title, whether it stands to the right, and the class of its cells."""

    title: str
    right: bool
    kind: str


@dataclass(frozen=True)
class Block:
    """One table of the page.

    Args:
        title: Over it.
        columns: Of the table.
        rows: Texts.
        cards: Instead of rows: title and text of each cell, row by row.
        chart: SVG over the table; empty for none.
        cut: What is said of rows that are left out; empty when all are there.
    """

    title: str
    columns: list[Head]
    rows: list[tuple[str, ...]]
    cards: list[list[tuple[str, str]]]
    chart: str
    cut: str


@dataclass(frozen=True)
class Page:
    """All that is shown, as text of one language."""

    heading: str
    title: str
    day: str
    asked: str
    figures: list[tuple[str, str]]
    blocks: list[Block]
    told: list[str]
    meanings: list[tuple[str, str]]


def as_html(view: View, request: Request, catalogue: Catalogue) -> bytes:
    """The answer as a page in UTF-8 that asks nothing of the network and runs no script but its own."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    page = _page(view, request, catalogue)
    pages = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style, script = _own("page.css"), _own("page.js")
    text = pages.get_template("page.html.j2").render(
        page=page,
        lang="zh-CN" if catalogue.lang == "zh" else "en",
        words=_words(catalogue),
        style=_trusted(style),
        script=_trusted(script),
        style_hash=_hash(style),
        script_hash=_hash(script),
    )
    return text.encode(errors="backslashreplace")


def _page(view: View, request: Request, catalogue: Catalogue) -> Page:
    shown = Shown(catalogue, digits=minor_digits(view.currency), zone=request.zone)
    first, *others = arrange(view, request)
    sheets = [first, *(sheet for sheet in others if not sheet.frame.is_empty())]
    title = command_title(view.command, catalogue)
    whole = heading(view, catalogue, title=title)
    quiet = request.quiet
    told = [*basis_lines(view, catalogue, zone=request.zone), *note_lines(view, catalogue)]
    return Page(
        heading=whole,
        title=title,
        day=whole.removeprefix(title).removeprefix(" · "),
        asked=asked_line(view, catalogue),
        figures=[] if quiet else [(title, text) for title, text, *_ in shown.summary(view)],
        blocks=[_block(sheet, view, shown, catalogue) for sheet in sheets],
        told=[] if quiet else told,
        meanings=_meanings(view, sheets, catalogue) if is_report(view) and not quiet else [],
    )


def _block(sheet: Sheet, view: View, shown: Shown, catalogue: Catalogue) -> Block:
    held = Sheet(sheet.name, sheet.frame.head(PAGE_ROWS), sheet.units, sheet.rows)
    columns = shown.table(held)
    heads = [_head(name, texts, sheet.units[name], catalogue) for name, texts in columns.items()]
    rows = list(zip(*columns.values(), strict=True))
    titles = [head.title for head in heads]
    cards = [
        [(title, text) for title, text in zip(titles, row, strict=True) if text]
        for row in (rows if sheet.name in CARDS else [])
    ]
    return Block(
        title=table_title(sheet.name, catalogue),
        columns=heads,
        rows=rows,
        cards=cards,
        chart=_trusted(_chart(sheet, view, columns, catalogue)),
        cut=_cut(held, catalogue),
    )


def _head(column: str, texts: list[str], unit: Unit, catalogue: Catalogue) -> Head:
    right = unit in NUMBERS
    widest = max(map(cells, texts), default=0)
    kind = "n" if right else "s" if widest <= ONE_LINE else "t" if widest <= TWO_LINES else "w"
    return Head(title_of(column, catalogue), right, kind)


def _cut(held: Sheet, catalogue: Catalogue) -> str:
    """What is said where not every row is on the page."""
    shown = held.frame.height
    if held.rows <= shown:
        return ""
    if held.rows <= PAGE_ROWS:
        said = message("{shown} of {rows} rows; `--limit 0` shows all")
    else:
        said = message("{shown} of {rows} rows; a page holds {most} at most, a workbook or CSV all of them")
    return catalogue.say(said, shown=shown, rows=held.rows, most=PAGE_ROWS)


def _chart(sheet: Sheet, view: View, columns: dict[str, list[str]], catalogue: Catalogue) -> str:
    """The drawing of a table that is one; empty for any other."""
    if sheet.frame.height < 2:
        return ""
    if sheet.name == LORENZ and sheet.frame.width == 2:
        from custtier.render.charts import lorenz_svg

        return lorenz_svg(view, sheet.frame, catalogue)
    if sheet.name == FUNNEL:
        from custtier.render.charts import funnel_svg

        return funnel_svg(sheet.frame, catalogue)
    drawn = lines_of(sheet.name, sheet.frame)
    if drawn is not None:
        from custtier.render.charts import rules_svg

        return rules_svg(sheet.name, sheet.frame, drawn, catalogue)
    letter = MATRICES.get(sheet.name)
    if letter is None:
        return ""
    from custtier.render.charts import matrix_svg

    amounts = [texts for name, texts in columns.items() if name.startswith(letter) and name.endswith("_sales")]
    sales = list(zip(*amounts, strict=True))
    return matrix_svg(sheet.frame, letter=letter, sales=sales, catalogue=catalogue)


def _meanings(view: View, sheets: list[Sheet], catalogue: Catalogue) -> list[tuple[str, str]]:
    from custtier.views.glossary import footnotes

    found = footnotes([sheet.frame for sheet in sheets], view.summary)
    return [(one.title(catalogue), one.meanings[catalogue.lang]) for one in found]


def _words(catalogue: Catalogue) -> dict[str, str]:
    """What the page itself says."""
    return {
        "no_rows": catalogue.say(message("no rows")),
        "numbers": catalogue.say(message("the numbers")),
        "notes": catalogue.say(message("Notes")),
        "definitions": table_title("definitions", catalogue),
        "search": catalogue.say(message("search this table")),
        "found": catalogue.say(message("{found} of {rows} rows")),
    }


@cache
def _own(name: str) -> str:
    """A part of the page that comes with it, without the ends of its lines' spaces."""
    return (FOLDER / name).read_text(encoding="utf-8").strip()


def _hash(text: str) -> str:
    """How the page's own rules name what it may use: by what stands in it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _trusted(text: str) -> str:
    """Text of our own that is no text but page: it is not escaped. Nothing that stands in a file goes through here."""
    from markupsafe import Markup

    return Markup(text)
