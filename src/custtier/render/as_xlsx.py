"""An answer as a workbook: a sheet per table and one for the summary; ids are text, money has its digits."""

import io
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl

from custtier.currencies import minor_digits
from custtier.render.arrange import Sheet, arrange
from custtier.render.as_text import note_lines
from custtier.render.basis import basis_lines, is_report
from custtier.render.cells import NUMBERS, UNPRINTABLE, Shown, asked_line, heading, shown_names
from custtier.render.funnel import FUNNEL
from custtier.render.lorenz import LORENZ, alike_of
from custtier.render.plain import major_floats
from custtier.render.request import Request
from custtier.render.rule_lines import RuleLines, even_of, lines_of, rule_names
from custtier.render.rule_lines import axes_of as rule_axes
from custtier.text import Catalogue
from custtier.text.layout import cells
from custtier.text.titles import command_title, table_title, title_of
from custtier.units import Unit
from custtier.views.view import View

SHEET_ROWS: Final = 1_048_575
"""Rows under the header that a sheet can hold."""

STREAMED_ROWS: Final = 50_000
"""Above this many rows they are written as they come and not kept in memory."""

LOOKED_AT: Final = 500
"""Rows that decide a column's width."""

HEATED: Final = re.compile(r"[fm]\d_(customers|sales)")
"""Columns of a matrix: the more a cell holds, the warmer it is."""

WIDTHS: Final = (6, 60)
"""The narrowest and the widest column, in digits."""


def as_xlsx(view: View, request: Request, catalogue: Catalogue) -> bytes:
    """The answer as a workbook: tables in their order, the summary with the notes, what the words mean."""
    import xlsxwriter

    sheets = arrange(view, request)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "nan_inf_to_errors": True,
            "constant_memory": any(sheet.frame.height > STREAMED_ROWS for sheet in sheets),
        },
    )
    writer = _Writer(book, view, request, catalogue)
    for sheet in sheets:
        writer.add(sheet)
    writer.add_summary(view)
    if is_report(view):
        writer.add_definitions([sheet.frame for sheet in sheets], view)
    book.close()
    return out.getvalue()


class _Writer:
    """Puts sheets into one workbook."""

    def __init__(self, book: Any, view: View, request: Request, catalogue: Catalogue) -> None:
        digits = minor_digits(view.currency)
        money = "#,##0" + ("." + "0" * digits if digits else "")
        self._book = book
        self._catalogue = catalogue
        self._digits = digits
        self._zone = ZoneInfo(request.zone)
        self._shown = Shown(catalogue, digits=digits, zone=request.zone)
        self._bold = book.add_format({"bold": True})
        head = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}
        self._head = book.add_format(head)
        self._number_head = book.add_format({**head, "align": "right"})
        self._part_days = book.add_format({"num_format": "0.0"})
        self._formats = {
            unit: book.add_format({"num_format": pattern})
            for unit, pattern in {
                Unit.MONEY: money,
                Unit.SHARE: "0.0%",
                Unit.RATIO: "0.00",
                Unit.DAYS: "0",
                Unit.COUNT: "#,##0",
                Unit.DATE: "yyyy-mm-dd",
                Unit.INSTANT: "yyyy-mm-dd hh:mm",
                Unit.TEXT: "@",
                Unit.PERSONAL: "@",
                Unit.CODE: "@",
            }.items()
        }

    def add(self, sheet: Sheet) -> None:
        """One table, over several sheets when it has more rows than one can hold."""
        title = table_title(sheet.name, self._catalogue)
        for number, start in enumerate(range(0, max(sheet.frame.height, 1), SHEET_ROWS), start=1):
            part = sheet.frame.slice(start, SHEET_ROWS)
            self._add_part(title if number == 1 else f"{title} {number}", sheet, part)

    def _add_part(self, title: str, sheet: Sheet, part: pl.DataFrame) -> None:
        place = self._book.add_worksheet(title[:31])
        place.freeze_panes(1, 0)
        place.set_landscape()
        place.fit_to_pages(1, 0)
        place.repeat_rows(0)
        looked_at = self._shown.table(Sheet(sheet.name, part.head(LOOKED_AT), sheet.units, sheet.rows))
        columns, styles = [], []
        for index, (column, unit) in enumerate(sheet.units.items()):
            name = title_of(column, self._catalogue)
            styles.append(self._style(part.schema[column], unit))
            place.set_column(index, index, _width([name, *looked_at[column]]), styles[index])
            columns.append(self._values(part.get_column(column), unit))
        for index, (column, unit) in enumerate(sheet.units.items()):
            head = self._number_head if unit in NUMBERS else self._head
            place.write_string(0, index, title_of(column, self._catalogue), head)
        writers = [(index, styles[index], _writer_of(place, unit)) for index, unit in enumerate(sheet.units.values())]
        for number, row in enumerate(zip(*columns, strict=True), start=1):
            for index, style, write in writers:
                value = row[index]
                if value is not None:
                    write(number, index, value, style)
        place.autofilter(0, 0, part.height, max(part.width - 1, 0))
        _heat(place, part.columns, rows=part.height)
        if sheet.name == LORENZ and part.height:
            self._draw_curve(place, title[:31], part)
        if sheet.name == FUNNEL and part.height:
            self._draw_funnel(place, title[:31], part)
        drawn = lines_of(sheet.name, part)
        if drawn is not None:
            self._draw_rules(place, title[:31], part, table=sheet.name, drawn=drawn)

    def _draw_rules(self, place: Any, title: str, part: pl.DataFrame, *, table: str, drawn: RuleLines) -> None:
        """One line a rule beside its rows, and the line on which expected and seen are the same."""
        chart = self._book.add_chart({"type": "scatter", "subtype": "straight_with_markers"})
        across, up = (part.columns.index(name) for name in (drawn.across, drawn.up))
        for name, (first, count) in zip(rule_names(drawn, self._catalogue), drawn.lines.values(), strict=True):
            rows = (first + 1, first + count)
            told = {
                "categories": [title, rows[0], across, rows[1], across],
                "values": [title, rows[0], up, rows[1], up],
            }
            chart.add_series({"name": name, **told, "marker": {"type": "circle", "size": 4}})
        told = {
            "categories": [title, 1, across, part.height, across],
            "values": [title, 1, across, part.height, across],
        }
        even = {"color": "#7F7F7F", "width": 1, "dash_type": "dash"}
        chart.add_series({"name": even_of(table, self._catalogue), **told, "line": even, "marker": {"type": "none"}})
        form = {"num_format": "0%"} if drawn.is_share else {"num_format": "0.0"}
        for text, axis in zip(rule_axes(drawn, self._catalogue), (chart.set_x_axis, chart.set_y_axis), strict=True):
            axis({"name": text, "min": 0, **({"max": 1} if drawn.is_share else {}), **form})
        chart.set_legend({"position": "bottom"})
        chart.set_size({"width": 640, "height": 480})
        place.insert_chart(1, part.width + 1, chart)

    def _draw_funnel(self, place: Any, title: str, part: pl.DataFrame) -> None:
        """A bar a stage beside its row, the first on top."""
        chart = self._book.add_chart({"type": "bar"})
        stage, count = (part.columns.index(name) for name in ("stage", "contacts"))
        bars = {"categories": [title, 1, stage, part.height, stage], "values": [title, 1, count, part.height, count]}
        labels = {"value": True, "num_format": "#,##0"}
        chart.add_series({"name": title_of("contacts", self._catalogue), **bars, "data_labels": labels, "gap": 40})
        chart.set_y_axis({"reverse": True})
        chart.set_x_axis({"num_format": "#,##0", "min": 0, "label_position": "low"})
        chart.set_legend({"none": True})
        chart.set_title({"name": title, "overlay": False})
        chart.set_size({"width": 560, "height": 80 + 60 * part.height})
        place.insert_chart(1, part.width + 1, chart)

    def _draw_curve(self, place: Any, title: str, part: pl.DataFrame) -> None:
        """The Lorenz curve beside its points, and the line on which it would lie if everybody bought for the same."""
        chart = self._book.add_chart({"type": "scatter", "subtype": "straight"})
        across = [title, 1, 0, part.height, 0]
        curve = {"categories": across, "values": [title, 1, 1, part.height, 1]}
        chart.add_series({"name": title, **curve, "line": {"color": "#C0504D", "width": 2}})
        alike = alike_of(self._catalogue)
        line = {"color": "#7F7F7F", "width": 1, "dash_type": "dash"}
        chart.add_series({"name": alike, "categories": across, "values": across, "line": line})
        for column, axis in zip(part.columns, (chart.set_x_axis, chart.set_y_axis), strict=False):
            axis({"name": title_of(column, self._catalogue), "min": 0, "max": 1, "num_format": "0%"})
        chart.set_legend({"position": "bottom"})
        chart.set_size({"width": 560, "height": 420})
        place.insert_chart(1, part.width + 1, chart)

    def _style(self, dtype: pl.DataType, unit: Unit) -> Any:
        """How a column's cells look: days that are a mean have one digit."""
        return self._part_days if unit is Unit.DAYS and dtype.is_float() else self._formats.get(unit)

    def _values(self, column: pl.Series, unit: Unit) -> list[Any]:
        if unit is Unit.MONEY:
            return column.to_frame().select(major_floats(column.name, self._digits)).to_series().to_list()
        if isinstance(column.dtype, pl.Datetime):
            local = column.dt.convert_time_zone(str(self._zone)) if column.dtype.time_zone else column
            return local.dt.replace_time_zone(None).dt.truncate("1s").to_list()
        if column.dtype == pl.String:
            names = shown_names(column, self._catalogue)
            texts = column.replace(names) if names else column
            return texts.str.replace_all(UNPRINTABLE.pattern, " ").str.slice(0, 32_767).to_list()
        if column.dtype == pl.Boolean:
            return [None if value is None else self._shown.one(value, unit, {}) for value in column.to_list()]
        return column.to_list()

    def add_summary(self, view: View) -> None:
        """What the answer is, what was asked, its figures, its notes."""
        place = self._book.add_worksheet(table_title("summary", self._catalogue)[:31])
        place.set_landscape()
        place.fit_to_pages(1, 0)
        figures = self._shown.summary(view)
        place.set_column(0, 0, _width([title for title, _, _, _ in figures] or [""]))
        place.set_column(1, 1, _width([text for _, text, _, _ in figures] or [""]))
        place.write_string(
            0, 0, heading(view, self._catalogue, title=command_title(view.command, self._catalogue)), self._bold
        )
        place.write_string(1, 0, asked_line(view, self._catalogue))
        for number, (title, text, value, unit) in enumerate(figures, start=3):
            place.write_string(number, 0, title)
            if isinstance(value, int | float) and not isinstance(value, bool):
                in_cell = value / 10**self._digits if unit is Unit.MONEY and self._digits else value
                place.write_number(number, 1, in_cell, self._formats.get(unit))
            else:
                place.write_string(number, 1, text, self._formats[Unit.TEXT])
        told = [*basis_lines(view, self._catalogue, zone=str(self._zone)), *note_lines(view, self._catalogue)]
        for number, line in enumerate(told, start=len(figures) + 4):
            place.write_string(number, 0, line)

    def add_definitions(self, frames: Sequence[pl.DataFrame], view: View) -> None:
        """What every column and class of the workbook means, and how it is counted."""
        from custtier.views.glossary import definition_table, footnotes

        found = definition_table(footnotes(frames, view.summary), self._catalogue).select("title", "meaning", "formula")
        units = dict.fromkeys(found.columns, Unit.TEXT)
        self._add_part(
            table_title("definitions", self._catalogue), Sheet("definitions", found, units, found.height), found
        )


def _heat(place: Any, columns: Sequence[str], *, rows: int) -> None:
    """Colours the cells of a matrix by what they hold: customers among each other, sales among each other."""
    blocks: dict[str, list[int]] = {}
    for index, column in enumerate(columns):
        heated = HEATED.fullmatch(column)
        if heated and rows:
            blocks.setdefault(heated[1], []).append(index)
    for block in blocks.values():
        scale = {"type": "2_color_scale", "min_color": "#FFFFFF", "max_color": "#F8A35C"}
        place.conditional_format(1, block[0], rows, block[-1], scale)


def _writer_of(place: Any, unit: Unit) -> Any:
    """How a column's values are written: text stays text, whatever it looks like."""
    if unit in {Unit.TEXT, Unit.PERSONAL, Unit.CODE}:
        return lambda row, column, value, style: place.write_string(row, column, str(value), style)
    if unit is Unit.FLAG:
        return place.write_string
    return lambda row, column, value, style: (
        place.write_datetime(row, column, value, style)
        if isinstance(value, datetime) or hasattr(value, "isoformat")
        else place.write(row, column, value, style)
    )


def _width(texts: list[str]) -> int:
    """A column's width in digits: of its widest text, Chinese counted twice."""
    narrow, wide = WIDTHS
    return min(wide, max(narrow, *(cells(text) + 2 for text in texts)))
