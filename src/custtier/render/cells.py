"""Values for people: names for codes, thousands in money, percent in shares, a space for whatever moves the cursor."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from custtier.render.arrange import Sheet, unit_of
from custtier.render.plain import major_text
from custtier.text import Catalogue, message
from custtier.text.names import names_of
from custtier.text.titles import asked_title, one_side, title_of
from custtier.text.values import conditions_text, fields_text, reasons_text
from custtier.units import Unit
from custtier.views.view import View

UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")
"""Control characters and those that change the direction or the place of writing; not what joins an emoji's parts."""

LISTS: Final = frozenset({"platforms", "hints"})
"""Columns of codes with commas between them."""

COUNTED: Final = "reasons"
"""Column of reasons, each with the number of rows behind it."""

CONDITIONS: Final = "conditions"
"""Column of the conditions of exclusions, each under its key."""

NEEDED: Final = "required"
"""Figure of a format: groups of fields of which one is needed."""

CUTS: Final = {"cuts.r": "≤", "cuts.f": "≥", "cuts.m": "≥"}
"""Figures that are lower bounds of the scores above 1, as a customer's value must stand to them."""

GROUPS: Final = frozenset({"channel", "campaign", "agent"})
"""Columns that name a group where they are the first: a row without a name says so."""

SAID_ELSEWHERE: Final = frozenset({"as_of", "refund_basis"})
"""Options that the heading or the line of the basis tells."""

OPTION_CODES: Final = {"source": "profile"}
"""Options whose values are codes of a column of another name."""


NUMBERS: Final = frozenset(
    {Unit.COUNT, Unit.DAYS, Unit.MONEY, Unit.SHARE, Unit.RATIO, Unit.SCORE},
)
"""Units that stand to the right."""


class Shown:
    """How values are shown in one language, one currency and one zone.

    Args:
        catalogue: The language.
        digits: Digits of the currency's minor unit.
        zone: Time zone of instants.
    """

    def __init__(self, catalogue: Catalogue, *, digits: int, zone: str) -> None:
        self._catalogue = catalogue
        self._digits = digits
        self._zone = ZoneInfo(zone)
        self._flags = (catalogue.say(message("no")), catalogue.say(message("yes")))

    def one(self, value: object, unit: Unit, names: Mapping[str, str]) -> str:
        """One value as text; nothing for a missing one."""
        if isinstance(value, bool):
            return self._flags[value]
        if isinstance(value, int | float):
            return self._number(value, unit)
        if isinstance(value, date):
            return self._day(value)
        if isinstance(value, Sequence) and not isinstance(value, str):
            return ", ".join(self.one(part, unit, names) for part in value)
        text = "" if value is None else str(value)
        return UNPRINTABLE.sub(" ", names.get(text, text))

    def _day(self, value: date) -> str:
        if not isinstance(value, datetime):
            return value.isoformat()
        return f"{value.astimezone(self._zone) if value.tzinfo else value:%Y-%m-%d %H:%M}"

    def _number(self, value: float, unit: Unit) -> str:
        if unit is Unit.MONEY and isinstance(value, int):
            whole, point, rest = major_text(abs(value), self._digits).partition(".")
            return f"{'-' if value < 0 else ''}{int(whole):,}{point}{rest}"
        if unit is Unit.SHARE:
            return f"{value * 100:.1f}%"
        if unit is Unit.COUNT and isinstance(value, int):
            return f"{value:,}"
        if unit is Unit.RATIO:
            return f"{value:.2f}"
        return f"{value:.1f}" if isinstance(value, float) else str(value)

    def table(self, sheet: Sheet) -> dict[str, list[str]]:
        """Column → the texts of its cells."""
        texts = self._texts(sheet)
        first = next(iter(texts), "")
        if first in GROUPS:
            none_named = self._catalogue.say(message("(none named)"))
            texts[first] = [text or none_named for text in texts[first]]
        return texts

    def _texts(self, sheet: Sheet) -> dict[str, list[str]]:
        return {
            column: [self.one(value, sheet.units[column], names) for value in sheet.frame.get_column(column).to_list()]
            for column in sheet.frame.columns
            for names in [shown_names(sheet.frame.get_column(column), self._catalogue)]
        }

    def summary(self, view: View) -> list[tuple[str, str, object, Unit]]:
        """Title, text, value and unit of every figure of the summary; a group gives one line for each of its parts.

        A figure without a value is left out.
        """
        lines: list[tuple[str, str, object, Unit]] = []
        for name, value in view.summary.items():
            parts = {f"{name}.{part}": inner for part, inner in value.items()} if isinstance(value, Mapping) else None
            for place, one in (parts or {name: value}).items():
                unit = unit_of(place, None, view)
                if place in CUTS and isinstance(one, Sequence):
                    text = self._cuts(one, unit, CUTS[place])
                else:
                    text = self.one(one, unit, self._figure_names(name, one))
                if text:
                    lines.append((title_of(place, self._catalogue), text, one, unit))
        return lines

    def _figure_names(self, name: str, value: object) -> dict[str, str]:
        """Code → name, for the codes in a figure."""
        if name == NEEDED and isinstance(value, Sequence):
            return {str(fields): fields_text(str(fields), self._catalogue) for fields in value}
        return names_of(name, self._catalogue)

    def _cuts(self, bounds: Sequence[object], unit: Unit, sign: str) -> str:
        """The bound of each score: `2: ≤ 431, 3: ≤ 261`; three bins are scored 1, 3, 5."""
        scores = range(2, 6) if len(bounds) == 4 else range(3, 6, 2)
        said = message("{score}: {sign} {bound}")
        return self._catalogue.listed(
            self._catalogue.say(said, score=score, sign=sign, bound=self.one(bound, unit, {}))
            for score, bound in zip(scores, bounds, strict=False)
            if bound is not None
        )


def shown_names(column: pl.Series, catalogue: Catalogue) -> dict[str, str]:
    """Text → what is shown for it, for the codes and the lists of codes in a column."""
    name = one_side(column.name)
    names = names_of(name, catalogue)
    if name == COUNTED:
        return {
            reasons: reasons_text(reasons, catalogue) or reasons for reasons in column.unique().drop_nulls().to_list()
        }
    if name == CONDITIONS:
        return {text: conditions_text(text, catalogue) for text in column.unique().drop_nulls().to_list()}
    if name not in LISTS or not names:
        return names
    return {
        codes: catalogue.listed(names.get(code, code) for code in codes.split(","))
        for codes in column.unique().drop_nulls().to_list()
    }


def heading(view: View, catalogue: Catalogue, *, title: str) -> str:
    """The line over an answer: what it is, the day observed, how far the data go, the currency."""
    parts = [title]
    if view.as_of is not None:
        parts.append(catalogue.say(message("as of {day}"), day=view.as_of.isoformat()))
    if view.data_through is not None and view.data_through != view.as_of:
        parts.append(catalogue.say(message("data through {day}"), day=view.data_through.isoformat()))
    if view.currency is not None:
        parts.append(view.currency)
    return " · ".join(parts)


def asked_line(view: View, catalogue: Catalogue) -> str:
    """What was asked, option by option; empty when nothing was."""
    asked = [
        _asked(name, value, catalogue)
        for name, value in view.parameters.items()
        if name not in SAID_ELSEWHERE and value is not None and value is not False and value not in ("", (), [], {})
    ]
    return catalogue.say(message("asked: {what}"), what=catalogue.listed(asked)) if asked else ""


def _asked(option: str, value: object, catalogue: Catalogue) -> str:
    title = asked_title(option, catalogue)
    if value is True:
        return title
    names = names_of(OPTION_CODES.get(option, option), catalogue)
    if isinstance(value, Mapping):
        return f"{title} {' '.join(f'{names.get(part, part)} {number:g}' for part, number in value.items())}"
    values = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
    return f"{title} {' '.join(names.get(str(one), UNPRINTABLE.sub(' ', str(one))) for one in values)}"
