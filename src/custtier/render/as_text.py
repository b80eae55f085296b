"""An answer as text for a terminal or a pipe: tables, what was left out of them, the summary, the notes."""

import io
from typing import TYPE_CHECKING, Final

from custtier.render.arrange import Sheet, arrange
from custtier.render.cells import NUMBERS, Shown, asked_line, heading
from custtier.render.request import TEXT_ROWS, Request
from custtier.schema import Unit, minor_digits
from custtier.text import Catalogue, message
from custtier.text.names import names_of
from custtier.text.notes import note_text
from custtier.text.titles import command_title, table_title, title_of
from custtier.views.view import View

if TYPE_CHECKING:
    from rich.console import Console

ENDLESS: Final = 10_000
"""Columns of a pipe: nothing is cut or wrapped."""

GAP: Final = 2
"""Columns between two columns of a table."""

LEFT_OUT_FIRST: Final = (
    "platforms",
    "cumulative_customer_share",
    "purchase_days",
    "first_order_on",
    "average_order",
    "cumulative_sales_share",
    "r_score",
    "f_score",
    "m_score",
    "usual_gap_days",
    "overdue_ratio",
    "encoding",
    "header_row",
    "phone",
    "sales_share",
    "name",
    "recency_days",
    "in_top",
    "last_order_on",
    "cells",
)
"""Columns that a narrow terminal does without, the first goes first."""


def as_text(view: View, request: Request, catalogue: Catalogue) -> bytes:
    """The answer as lines of UTF-8 text."""
    out = io.StringIO()
    console = _console(out, request)
    shown = Shown(catalogue, digits=minor_digits(view.currency), zone=request.zone)
    sheets = arrange(view, request)
    _line(console, heading(view, catalogue, title=command_title(view.command, catalogue)), style="bold")
    asked = asked_line(view, catalogue)
    if asked:
        _line(console, asked)
    unseen = [sheet for sheet in sheets[1:] if sheet.frame.height > TEXT_ROWS]
    for sheet in sheets:
        if sheet not in unseen:
            _table(console, sheet, shown, catalogue, named=sheet is not sheets[0])
    if unseen:
        names = catalogue.listed(sheet.name for sheet in unseen)
        _line(console, catalogue.say(message("further tables: {names}; see one with `--table NAME`"), names=names))
    if not request.quiet:
        _summary(console, view, shown)
        _notes(console, view, catalogue)
    return out.getvalue().encode(errors="backslashreplace")


def _console(out: io.StringIO, request: Request) -> "Console":
    from rich.console import Console

    return Console(
        file=out,
        width=request.width or ENDLESS,
        force_terminal=request.colour,
        color_system="standard" if request.colour else None,
        no_color=not request.colour,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
    )


def _line(console: "Console", text: str, *, style: str | None = None) -> None:
    console.print(text, style=style, soft_wrap=True)


def _table(console: "Console", sheet: Sheet, shown: Shown, catalogue: Catalogue, *, named: bool) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    cells = shown.table(sheet)
    titles = {column: title_of(column, catalogue) for column in cells}
    left_out = _left_out(cells, titles, width=console.width)
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for column in cells:
        if column not in left_out:
            unit = sheet.units[column]
            table.add_column(
                titles[column],
                justify="right" if unit in NUMBERS else "left",
                no_wrap=unit not in {Unit.CODE, Unit.PERSONAL} and column not in {"path", "file"},
                overflow="fold",
            )
    for row in zip(*(cells[column] for column in cells if column not in left_out), strict=True):
        table.add_row(*row)
    console.print()
    if named:
        _line(console, table_title(sheet.name, catalogue), style="bold")
    console.print(table)
    if sheet.rows > sheet.frame.height:
        _line(
            console,
            catalogue.say(
                message("{shown} of {rows} rows; `--limit 0` shows all"), shown=sheet.frame.height, rows=sheet.rows
            ),
        )
    if left_out:
        names = catalogue.listed(titles[column] for column in cells if column in left_out)
        _line(console, catalogue.say(message("left out, for a wider terminal: {names}"), names=names))


def _left_out(cells: dict[str, list[str]], titles: dict[str, str], *, width: int) -> set[str]:
    """The columns that do not fit."""
    from rich.cells import cell_len

    widths = {
        column: max(cell_len(titles[column]), max(map(cell_len, texts), default=0)) for column, texts in cells.items()
    }
    left_out: set[str] = set()
    for column in LEFT_OUT_FIRST:
        seen = [size for name, size in widths.items() if name not in left_out]
        if sum(seen) + GAP * (len(seen) - 1) <= width:
            break
        if column in widths:
            left_out.add(column)
    return left_out


def _summary(console: "Console", view: View, shown: Shown) -> None:
    lines = shown.summary(view)
    if not lines:
        return
    from rich.cells import cell_len

    width = max(cell_len(title) for title, *_ in lines)
    console.print()
    for title, text, *_ in lines:
        _line(console, f"{title}{' ' * (width - cell_len(title))}  {text}")


def _notes(console: "Console", view: View, catalogue: Catalogue) -> None:
    lines = note_lines(view, catalogue)
    if lines:
        console.print()
    for line in lines:
        _line(console, line)


def note_lines(view: View, catalogue: Catalogue) -> list[str]:
    """What was left out of reading and the notes, a line each."""
    reasons = names_of("reason", catalogue)
    lines = [
        catalogue.say(message("left out of reading: {rows} ({reason})"), rows=rows, reason=reasons.get(reason, reason))
        for reason, rows in view.excluded
    ]
    notes = [note_text(note.code, note.values, catalogue) for note in view.notes]
    return [*lines, *(catalogue.say(message("note: {text}"), text=text) for text in notes)]
