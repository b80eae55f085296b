"""One table of an answer as Parquet, money exact."""

import io

from custtier.currencies import minor_digits
from custtier.render.arrange import arrange
from custtier.render.plain import exact_money
from custtier.render.request import Request
from custtier.units import Unit
from custtier.views.view import View


def as_parquet(view: View, request: Request) -> bytes:
    """The first table, or the one asked for, with its own types; money as decimal in major units."""
    sheet = arrange(view, request)[0]
    digits = minor_digits(view.currency)
    frame = sheet.frame.with_columns(
        exact_money(column, digits) for column, unit in sheet.units.items() if unit is Unit.MONEY
    )
    out = io.BytesIO()
    frame.write_parquet(out, compression="zstd")
    return out.getvalue()
