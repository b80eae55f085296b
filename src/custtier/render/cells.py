"""Values for people: names for codes, thousands in money, percent in shares, a space for whatever moves the cursor."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from custtier.render.arrange import Sheet, unit_of
from custtier.render.plain import major_text
from custtier.schema import Unit
from custtier.text import Catalogue, message
from custtier.text.names import names_of
from custtier.text.titles import title_of
from custtier.views.view import View

UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")
"""Control characters and those that change the direction or the place of writing."""

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
        return {
            column: [self.one(value, sheet.units[column], names) for value in sheet.frame.get_column(column).to_list()]
            for column in sheet.frame.columns
            for names in [names_of(column, self._catalogue)]
        }

    def summary(self, view: View) -> list[tuple[str, str, object, Unit]]:
        """Title, text, value and unit of every figure of the summary; a group gives one line for each of its parts."""
        lines: list[tuple[str, str, object, Unit]] = []
        for name, value in view.summary.items():
            parts = {f"{name}.{part}": inner for part, inner in value.items()} if isinstance(value, Mapping) else None
            for place, one in (parts or {name: value}).items():
                unit = unit_of(place, None, view)
                text = self.one(one, unit, names_of(name, self._catalogue))
                lines.append((title_of(place, self._catalogue), text or "-", one, unit))
        return lines


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
    """What was asked, option by option; empty when nothing was. The day observed stands in the heading."""
    asked = [
        name.replace("_", "-") + ("" if value is True else f" {_typed(value)}")
        for name, value in view.parameters.items()
        if name != "as_of" and value is not None and value is not False and value not in ("", (), [], {})
    ]
    return catalogue.say(message("asked: {what}"), what=catalogue.listed(asked)) if asked else ""


def _typed(value: object) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return " ".join(str(part) for part in value)
    return UNPRINTABLE.sub(" ", str(value))
