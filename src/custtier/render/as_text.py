"""An answer as text for a terminal or a pipe: tables, what was left out of them, the summary, the notes."""

from collections.abc import Mapping, Sequence
from typing import Final

from custtier.currencies import minor_digits
from custtier.render.arrange import Sheet, arrange
from custtier.render.basis import basis_lines
from custtier.render.cells import NUMBERS, Shown, asked_line, heading
from custtier.render.funnel import FUNNEL, funnel_lines
from custtier.render.grid import Column, grid, least_width
from custtier.render.lorenz import LORENZ
from custtier.render.request import TEXT_ROWS, Request
from custtier.text import Catalogue, message
from custtier.text.layout import cells, padded, wrapped
from custtier.text.names import names_of
from custtier.text.notes import note_text
from custtier.text.titles import CLASS_COLUMN, command_title, table_title, title_of
from custtier.views.view import View

BOLD: Final = "\x1b[1m"
PLAIN: Final = "\x1b[0m"

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

WHOLE: Final = frozenset({"matrix"})
"""Tables that say nothing without all their columns: where they do not fit they are only named."""

LEFT_OUT_FIRST: Final = (
    "contacts_per_click",
    "cost_per_click",
    "reason_then",
    "share_low",
    "share_high",
    "alike_bought",
    "alike_count",
    "added_on",
    "agent_place",
    "is_promising",
    "second_order_on",
    "start_sales",
    "impressions",
    "clicks",
    "refunded_share",
    "first_day_sales",
    "sales_90d",
    "matured_contacts",
    "buyers_median_days",
    "median_days",
    "bought_7d",
    "bought_30d",
    "return_by_margin",
    "margin",
    "sales_90d_per_contact",
    "sales_per_contact",
    "bought_before",
    "cost_per_b_plus",
    "paid_back_on",
    "bought_90d",
    "b_plus",
    "letter_reason",
    "first_count",
    "second_count",
    "first_contacts",
    "second_contacts",
    "a_share_low",
    "a_share_high",
    "unknown",
    "e",
    "d",
    "c",
    "b",
    "answered",
    "cost_per_contact",
    "spend",
    "grade_reason",
    "entry_count",
    "adding_count",
    "is_deleted",
    "is_customer_before",
    "referrer",
    "outgoing_count",
    "incoming_days",
    "incoming_count",
    "lead_class",
    "orders_not_yet",
    "replies_not_yet",
    "period_from",
    "period_to",
    "run_rate",
    "pace_share",
    "without_chats",
    "low_then",
    "high_then",
    "done_share",
    "reached",
    "contacts_low",
    "contacts_high",
    "needed_per_day",
    "gain_high",
    "gain_low",
    "correlation",
    "expected_spend",
    "orders_low",
    "orders_high",
    "mean_error_sales_high",
    "mean_error_sales_low",
    "mean_error_sales_gain",
    "mean_error_sales_gain_high",
    "mean_error_sales_gain_low",
    "seen_sales",
    "concordance_high",
    "concordance_low",
    "concordance_gain",
    "concordance_gain_high",
    "concordance_gain_low",
    "auc_high",
    "auc_low",
    "auc_gain",
    "auc_gain_high",
    "auc_gain_low",
    "is_recommended",
    "dated_share",
    "window_days",
    "best_found",
    "root_error",
    "products_per_order",
    "refund_share",
    "last_order_on_then",
    "order_count_then",
    "cause_share",
    "direction",
    "next_customers",
    "next_orders_since",
    "orders_since",
    "days",
    "answer_count",
    "has_phone",
    "contact_state",
    "referred_first_year_sales",
    "first_year_sales",
    "value_with_referred",
    "cumulative_referred_share",
    "below_buyers",
    "generations_below",
    "referral_origin",
    "referrer_id",
    "value_with_below",
    "below_sales",
    "below_count",
    "referred_sales",
    "referred_buyers",
    "referred_count",
    "is_influencer",
    "receiver_count",
    "product_count",
    "value_above_share",
    "year_margin",
    "pick_kind",
    "shop",
    "campaign",
    "agent",
    "channel",
    "deleted_on",
    "last_incoming_on",
    "f1_sales",
    "m1_sales",
    "phone_1",
    "phone_2",
    "account_1",
    "account_2",
    "evidence_score",
    "season",
    "platforms",
    "order_count_1",
    "order_count_2",
    "platforms_1",
    "platforms_2",
    "net_sales_1",
    "net_sales_2",
    "strength",
    "made_by",
    "decision",
    "is_known",
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
    "sheet",
    "unchanged",
    "rows_read",
    "excluded",
    "updated",
    "sales_share",
    "recency_days",
    "order_count",
    "margin_low",
    "margin_high",
    "margin_share",
    "sales_low",
    "sales_high",
    "in_top",
    "last_order_on",
    "net_sales",
    "net_sales_then",
    "files",
    "phone",
    "name",
    "holding_orders",
    "needed_orders",
    "order_id",
    "first_file",
    "cells",
)
"""Columns that a narrow terminal does without, the first goes first: who it is stays longer than how much."""

ONLY_BESIDE: Final = {
    "net_sales": ("value_at_stake", "year_sales"),
    "referred_sales": ("key_score",),
    **dict.fromkeys(("r_score", "f_score", "m_score"), ("rfm",)),
    **dict.fromkeys(("share_low", "share_high"), ("agent_place",)),
    "added_on": ("agent_place", "lead_move"),
    **dict.fromkeys(
        ("agent", "channel", "campaign"), ("customer_id", "account", "name", "phone", "ordered_on", "event")
    ),
}
"""Columns that never go but from a table where another one says nearly the same."""

TOGETHER: Final = (
    frozenset({"gain_low", "gain_high"}),
    frozenset({"low_then", "high_then"}),
    frozenset({"contacts_low", "contacts_high"}),
    frozenset({"orders_low", "orders_high"}),
    frozenset({"sales_low", "sales_high"}),
    frozenset({"margin_low", "margin_high"}),
    frozenset({"b", "c", "d", "e"}),
    frozenset({"r_score", "f_score", "m_score"}),
    frozenset(f"{letter}{score}_sales" for letter in "fm" for score in range(1, 6)),
)
"""Columns that go together: the column `rfm` says all three scores, and half of a matrix says nothing."""

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
    "hints": 20,
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
    unseen = [sheet for sheet in others if sheet.frame.height > TEXT_ROWS or sheet.name in ON_REQUEST]
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
        page.paragraph(_summary(view, shown, page_width=request.width))
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
        left_out = _left_out(columns, width=self._width)
        head, *rest = grid(
            [column for name, column in columns.items() if name not in left_out],
            width=self._width,
            under=[self._indented(row) for row in zip(*sentences, strict=True)] if sentences else None,
        )
        self.strong(head)
        self.lines.extend(rest)
        if sheet.rows > sheet.frame.height:
            said = message("{shown} of {rows} rows; `--limit 0` shows all")
            self.said(self._catalogue.say(said, shown=sheet.frame.height, rows=sheet.rows))
        if left_out:
            names = self._catalogue.listed(column.title for name, column in columns.items() if name in left_out)
            self.said(self._catalogue.say(message("left out, for a wider terminal: {names}"), names=names))


def _left_out(columns: Mapping[str, Column], *, width: int | None) -> set[str]:
    """The columns that do not fit."""
    left_out: set[str] = set()
    classes = frozenset(name for name in columns if name.startswith(CLASS_COLUMN))
    for name in (*sorted(classes)[:1], *LEFT_OUT_FIRST) if width is not None else ():
        if least_width([column for seen, column in columns.items() if seen not in left_out]) <= (width or 0):
            break
        if name in columns and any(beside in columns for beside in ONLY_BESIDE.get(name, (name,))):
            group = next((group for group in (*TOGETHER, classes) if name in group), frozenset({name}))
            left_out |= group & columns.keys()
    return left_out


def _summary(view: View, shown: Shown, *, page_width: int | None) -> list[str]:
    """Figures under each other."""
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
