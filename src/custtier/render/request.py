"""How an answer is to be written: its form, what of it, for whom."""

from dataclasses import dataclass
from typing import Final

TEXT_ROWS: Final = 20
"""Rows of a list on screen unless more are asked for."""

USUAL_PAGE_ROWS: Final = 10_000
"""Rows of a list on a page unless more are asked for: a browser shows them at once."""

PAGE_ROWS: Final = 50_000
"""Rows of a list on a page, however many are asked for: a browser takes some seconds for them."""

MANY_ROWS: Final = 1_000_000_000
"""More than any list has: a limit of so many rows is none."""


@dataclass(frozen=True)
class Request:
    """How an answer is to be written.

    Args:
        form: `text`, `csv`, `json`, `md`, `html`, `xlsx` or `parquet`.
        table: Only this table; None for the first, or for all where the form holds several.
        limit: Rows of the table shown at most; 0 for all; None for the form's own: 20 in text, 10,000 on a
            page, all elsewhere. A page never holds more than 50,000.
        reveal: Show personal fields in full.
        quiet: Leave out summary and notes where they are not part of the form.
        width: Columns of the terminal; None for as wide as it needs.
        colour: Whether the terminal shows colours.
        zone: Time zone in which instants are shown.
        curve: Draw the Lorenz curve under the tables of a text.
        plain: Draw with ASCII signs alone.
    """

    form: str = "text"
    table: str | None = None
    limit: int | None = None
    reveal: bool = False
    quiet: bool = False
    width: int | None = None
    colour: bool = False
    zone: str = "Asia/Shanghai"
    curve: bool = False
    plain: bool = False

    @property
    def rows(self) -> int | None:
        """Rows shown at most; None for all."""
        if self.limit is None:
            return {"text": TEXT_ROWS, "html": USUAL_PAGE_ROWS}.get(self.form)
        asked = self.limit if 0 < self.limit < MANY_ROWS else None
        return min(asked or PAGE_ROWS, PAGE_ROWS) if self.form == "html" else asked
