"""An answer as text for a terminal or a pipe: tables, what was left out of them, the summary, the notes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final

from custtier.currencies import minor_digits
from custtier.render.arrange import Sheet, arrange
from custtier.render.basis import basis_lines
from custtier.render.cells import NUMBERS, Shown, asked_line, heading
from custtier.render.funnel import FUNNEL, funnel_lines
from custtier.render.grid import Column, grid, least_width
from custtier.render.lorenz import LORENZ
from custtier.render.narrow import left_out
from custtier.render.request import TEXT_ROWS, Request
from custtier.text import Catalogue, message
from custtier.text.layout import cells, padded, wrapped
from custtier.text.names import names_of
from custtier.text.notes import note_text
from custtier.text.titles import command_title, table_title, title_of
from custtier.views.view import View

BOLD: Final = "\x1b[1m"
PLAIN: Final = "\x1b[0m"

NAMED: Final = 8
"""Columns that are not shown and are named: more are nothing to read."""

ON_REQUEST: Final = frozenset(
    {
        "calibration",
        "tenths",
        "gains",
        "trials",
        "lorenz",
        "outlook",
        "pairs",
        "cohort_months",
        "letter_shares",
        "time_to_a",
    }
)
"""Tables for drawing, or that say at length what is said before: only named."""

ON_REQUEST_OF: Final[Mapping[str, frozenset[str]]] = {"grade": frozenset({"contacts", "classes", "class_changes"})}
"""Tables of a command that are only named: the first screen says how things stand, not each person."""

IN_TABLE: Final[Mapping[str, frozenset[str]]] = {
    "grades": frozenset({"unknown_contacts", *(f"grade_{letter}" for letter in "abcde")})
}
"""Figures of the summary that a table shows: beside it they are not said again."""

WITHOUT_VALUES: Final = frozenset(
    {"best_chance", "reason", "p_alive", "buy_chance", "lead_chance", "letter"}
    | {"goal", "goal_share", "goal_standing", "meet_chance", "needed_per_day", "done_share", "pace_share"}
    | {"spend", "cost_per_contact", "cost_per_a", "cost_per_b_plus", "return_on_spend", "impressions", "clicks"}
    | {"cost_per_click", "contacts_per_click", "paid_back_on", "problem"}
)
"""Columns that do not stand there where no row has a value: no goal is set, no chance is told, no spend is known."""

WHOLE: Final = frozenset({"matrix"})
"""Tables that say nothing without all their columns: where they do not fit they are only named."""

CARDS: Final = frozenset({"definitions", "customer"})
"""Tables that are read row by row: each cell stands beside its title."""

UNDER: Final = (
    "description",
    "detail",
    "hint",
    "picked_because",
    "because",
    "would_change",
    "tag_condition",
    "names_too",
    "meaning",
)
"""Columns of whole sentences: on screen they stand under their row."""

SAID: Final[Mapping[str, frozenset[str]]] = {
    "would_change": frozenset(
        {"measure", "raw", "cut_low", "cut_high", "up_value", "up_sales", "up_orders"}
        | {"down_value", "down_days", "down_on"}
    )
}
"""Column of sentences → the columns whose figures they say: on screen the sentences are enough."""

INDENT: Final = "    "
ARROW: Final = "→ "
POINTED: Final = "hint"
"""The sentences that an arrow stands before: what to do."""

FOLDING: Final = {
    "products": 20,
    "reach_figure": 14,
    "reach_verdict": 14,
    "referral_refusal": 14,
    "label": 12,
    "forecast_rule": 16,
    "terms": 24,
    "hints": 18,
    "headers": 24,
    "words": 24,
    "when": 24,
    "why": 24,
    "reasons": 16,
    "conditions": 24,
    "reason": 24,
    "path": 24,
    "file": 24,
    "cells": 24,
    "problem": 24,
    "platforms": 12,
    "name": 10,
}
"""Columns whose long texts may go on in the next line, and how narrow they may get."""


SHORTEST: Final = 12
"""Columns of the terminal that a figure is given, however narrow the page."""


def as_text(view: View, request: Request, catalogue: Catalogue) -> bytes:
    """The answer as lines of UTF-8 text."""
    shown = Shown(catalogue, digits=minor_digits(view.currency), zone=request.zone)
    page = _Page(shown, catalogue, width=request.width, colour=request.colour)
    sheets = arrange(view, request)
    for line in page.folded(heading(view, catalogue, title=command_title(view.command, catalogue))):
        page.strong(line)
    asked = asked_line(view, catalogue)
    if asked:
        page.said(asked)
    others = [sheet for sheet in sheets[1:] if not sheet.frame.is_empty()]
    on_request = ON_REQUEST | ON_REQUEST_OF.get(view.command, frozenset())
    unseen = [sheet for sheet in others if sheet.frame.height > TEXT_ROWS or sheet.name in on_request]
    unseen += [sheet for sheet in others if sheet.name in WHOLE and sheet not in unseen and not page.holds(sheet)]
    for sheet in [*sheets[:1], *others]:
        if sheet not in unseen:
            page.sheet(sheet, is_first=sheet is sheets[0], plain=request.plain)
    if unseen:
        named = message("{title} ({name})")
        names = catalogue.listed(
            catalogue.say(named, title=table_title(sheet.name, catalogue), name=sheet.name) for sheet in unseen
        )
        page.said(catalogue.say(message("further tables: {names}; see one with `--table NAME`"), names=names))
    if request.curve and LORENZ in view.tables:
        from custtier.render.curve import curve_lines

        curve = view.tables[LORENZ]
        page.paragraph(curve_lines(view, curve, catalogue, width=request.width, plain=request.plain))
    if not request.quiet:
        seen = {sheet.name for sheet in sheets if sheet not in unseen}
        page.paragraph(_summary(view, shown, tables=seen, page_width=request.width))
        more = catalogue.say(message("what a word means: `custtier define WORD`"))
        basis = [f"{line} · {more}" for line in basis_lines(view, catalogue, zone=request.zone)]
        told = [*basis, *note_lines(view, catalogue)]
        page.paragraph([line for text in told for line in page.folded(text)])
    return ("\n".join(page.lines) + "\n").encode(errors="backslashreplace")


class _Page:
    """Lines, one after the other."""

    def __init__(self, shown: Shown, catalogue: Catalogue, *, width: int | None, colour: bool) -> None:
        self.lines: list[str] = []
        self._shown = shown
        self._catalogue = catalogue
        self._width = width
        self._colour = colour

    def strong(self, text: str) -> None:
        """A line that stands out where the terminal can show it."""
        self.lines.append(f"{BOLD}{text}{PLAIN}" if self._colour else text)

    def paragraph(self, lines: list[str]) -> None:
        """Lines under an empty one."""
        self.lines.extend(["", *lines] if lines else [])

    def folded(self, text: str) -> list[str]:
        """A sentence in lines that the terminal can show; one line where it has no width."""
        return [text] if self._width is None else wrapped(text, self._width)

    def said(self, text: str) -> None:
        """A sentence."""
        self.lines.extend(self.folded(text))

    def _indented(self, sentences: Sequence[str]) -> list[str]:
        """Sentences that stand under a row, those that say anything."""
        room = None if self._width is None else max(self._width - len(INDENT), SHORTEST)
        return [
            INDENT + line
            for text in filter(None, sentences)
            for line in ([text] if room is None else wrapped(text, room))
        ]

    def cards(self, sheet: Sheet) -> None:
        """A table row by row; a cell without a value is left out."""
        columns = self._shown.table(sheet)
        for row in zip(*columns.values(), strict=True):
            pairs = [(title_of(name, self._catalogue), text) for name, text in zip(columns, row, strict=True) if text]
            self.paragraph(_beside(pairs, page_width=self._width))

    def sheet(self, sheet: Sheet, *, is_first: bool, plain: bool) -> None:
        """A table in the way that is read best: rows, cards, or bars."""
        if sheet.name in CARDS:
            self.cards(sheet)
        elif sheet.name == FUNNEL and not is_first:
            self.lines.append("")
            self.strong(table_title(sheet.name, self._catalogue))
            self.lines.extend(funnel_lines(sheet.frame, self._catalogue, width=self._width, plain=plain))
        else:
            self.table(sheet, named=not is_first)

    def holds(self, sheet: Sheet) -> bool:
        """Whether all columns of a table stand beside each other."""
        return self._width is None or least_width(list(self._columns(sheet).values())) <= self._width

    def _columns(self, sheet: Sheet) -> dict[str, Column]:
        return {
            name: Column(
                title_of(name, self._catalogue), texts, right=sheet.units[name] in NUMBERS, narrowest=FOLDING.get(name)
            )
            for name, texts in self._shown.table(sheet).items()
            if name not in WITHOUT_VALUES or any(texts)
        }

    def table(self, sheet: Sheet, *, named: bool) -> None:
        """A table, and what of it is not shown."""
        columns = self._columns(sheet)
        self.lines.append("")
        if named:
            self.strong(table_title(sheet.name, self._catalogue))
        if sheet.frame.is_empty():
            self.lines.append(self._catalogue.say(message("no rows")))
            return
        for name in frozenset().union(*(said for column, said in SAID.items() if column in columns)):
            columns.pop(name, None)
        sentences = [
            [f"{ARROW}{text}" if text and name == POINTED else text for text in columns.pop(name).texts]
            for name in UNDER
            if name in columns
        ]
        missing = left_out(columns, width=self._width)
        head, *rest = grid(
            [column for name, column in columns.items() if name not in missing],
            width=self._width,
            under=[self._indented(row) for row in zip(*sentences, strict=True)] if sentences else None,
        )
        self.strong(head)
        self.lines.extend(rest)
        if sheet.rows > sheet.frame.height:
            said = message("{shown} of {rows} rows; `--limit 0` shows all")
            self.said(self._catalogue.say(said, shown=sheet.frame.height, rows=sheet.rows))
        if missing:
            self.said(self._missing([column.title for name, column in columns.items() if name in missing]))

    def _missing(self, titles: Sequence[str]) -> str:
        """The columns that are not shown: all by name, or of very many the first and where they stand."""
        if len(titles) <= NAMED + 1:
            said = message("left out, for a wider terminal: {names}")
            return self._catalogue.say(said, names=self._catalogue.listed(titles))
        said = message(
            "left out, for a wider terminal: {names} and {count} more; `--output FILE.xlsx` has every column"
        )
        return self._catalogue.say(said, names=self._catalogue.listed(titles[:NAMED]), count=len(titles) - NAMED)


def _summary(view: View, shown: Shown, *, tables: Collection[str], page_width: int | None) -> list[str]:
    """Figures under each other, those that no table above says."""
    said = frozenset[str]().union(*(IN_TABLE.get(name, ()) for name in tables))
    view = replace(view, summary={name: value for name, value in view.summary.items() if name not in said})
    return _beside([(title, text) for title, text, *_ in shown.summary(view)], page_width=page_width)


def _beside(figures: Sequence[tuple[str, str]], *, page_width: int | None) -> list[str]:
    """Texts under each other beside their titles, long ones in several lines."""
    width = max((cells(title) for title, _ in figures), default=0) + 2
    lines: list[str] = []
    for title, text in figures:
        texts = [text] if page_width is None else wrapped(text, max(page_width - width, SHORTEST))
        starts = [title, *[""] * (len(texts) - 1)]
        lines.extend(padded(start, width) + part for start, part in zip(starts, texts, strict=True))
    return lines


def note_lines(view: View, catalogue: Catalogue) -> list[str]:
    """What was left out of reading and the notes, a line each."""
    reasons = names_of("reason", catalogue)
    # what a rule took out was read, and its note says more
    ruled = {note.values["rule"] for note in view.notes if note.code == "excluded_by_rule"}
    lines = [
        catalogue.say(message("left out of reading: {rows} ({reason})"), rows=rows, reason=reasons.get(reason, reason))
        for reason, rows in view.excluded
        if reason not in ruled
    ]
    notes = [note_text(note.code, note.values, catalogue) for note in view.notes]
    return [*lines, *(catalogue.say(message("note: {text}"), text=text) for text in notes)]
