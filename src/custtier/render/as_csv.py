"""One table of an answer as CSV in UTF-8, safe to open in a spreadsheet."""

import io
from typing import Final

import polars as pl

from custtier.currencies import minor_digits
from custtier.render.arrange import Sheet, arrange
from custtier.render.mask import masked
from custtier.render.plain import exact_money, with_iso_instants
from custtier.render.request import Request
from custtier.units import Unit
from custtier.views.view import View

FORMULA: Final = r"^[=+\-@＝＋－＠\t\r]"
"""A text that begins so is a formula to a spreadsheet, full-width signs too."""

CONTROL: Final = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
"""Characters that tell a terminal what to do; tabs and line breaks stand between quotation marks."""


def as_csv(view: View, request: Request) -> bytes:
    """The first table, or the one asked for; money with all its digits, shares unrounded."""
    sheet = arrange(view, request)[0]
    return csv_of(sheet, digits=minor_digits(view.currency), zone=request.zone)


def csv_of(sheet: Sheet, *, digits: int, zone: str) -> bytes:
    """One sheet as CSV."""
    frame = guarded(with_iso_instants(sheet, zone)).with_columns(
        exact_money(column, digits) for column, unit in sheet.units.items() if unit is Unit.MONEY
    )
    out = io.BytesIO()
    frame.write_csv(out)
    return out.getvalue()


def guarded(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame without control characters, with `'` before every text that a spreadsheet would take for a formula."""
    texts = [column for column, dtype in frame.schema.items() if dtype == pl.String]
    # few texts hold any: to look is much cheaper than to replace
    holds = frame.select(pl.col(texts).str.contains(CONTROL).any())
    unclean = [column for column in holds.columns if holds.get_column(column).item()]
    return frame.with_columns(pl.col(unclean).str.replace_all(CONTROL, "")).with_columns(
        pl.when(pl.col(column).str.contains(FORMULA)).then("'" + pl.col(column)).otherwise(pl.col(column)).alias(column)
        for column in texts
    )


def rejects_csv(rejects: pl.DataFrame, *, reveal: bool) -> bytes:
    """Rejected rows as CSV, their cells masked unless revealed."""
    columns = [column for column in rejects.columns if column != "import_id"]
    frame = rejects.select(columns)
    out = io.BytesIO()
    guarded(frame if reveal else masked(frame, ["cells"])).write_csv(out)
    return out.getvalue()
