"""Values for machines: money in major units, days and instants as ISO text, everything else as it is."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from custtier.render.arrange import Sheet, unit_of
from custtier.units import Unit
from custtier.views.view import View

DECIMAL_DIGITS: Final = 38


def exact_money(column: str, digits: int) -> pl.Expr:
    """Money of one column in major units, exact, with the currency's digits."""
    kind = pl.Decimal(DECIMAL_DIGITS, digits)
    return (pl.col(column).cast(kind) / pl.lit(10**digits).cast(kind)).cast(pl.Decimal(18, digits)).alias(column)


def major(minor: int, digits: int) -> int | float:
    """An amount in major units: 129990 fen → 1299.9.

    Examples:
        >>> major(129990, 2), major(1300, 0)
        (1299.9, 1300)
    """
    return minor / 10**digits if digits else minor


def major_floats(column: str, digits: int) -> pl.Expr:
    """Money of one column in major units, each amount the float nearest to it: 386470 fen → 3864.7.

    By one number Polars divides through the reciprocal, which rounds twice (3864.7000000000003); by a column it
    divides.

    Examples:
        >>> pl.DataFrame({"net_sales": [386470]}).select(major_floats("net_sales", 2)).item()
        3864.7
    """
    minor = pl.col(column)
    unit = (minor * 0 + 10**digits).cast(pl.Float64)
    return minor.cast(pl.Float64).truediv(unit).alias(column)


def major_text(minor: int, digits: int) -> str:
    """An amount in major units with all its digits: 129990 fen → `1299.90`.

    Examples:
        >>> major_text(-5, 2), major_text(1300, 0)
        ('-0.05', '1300')
    """
    return f"{Decimal(minor).scaleb(-digits):f}"


def with_iso_instants(sheet: Sheet, zone: str) -> pl.DataFrame:
    """The sheet's rows with instants as ISO text in a zone, such as `2026-03-31T09:30:00+08:00`."""
    instants = [column for column, dtype in sheet.frame.schema.items() if isinstance(dtype, pl.Datetime)]
    return sheet.frame.with_columns(
        pl.col(column).dt.convert_time_zone(zone).dt.strftime("%Y-%m-%dT%H:%M:%S%:z").alias(column)
        for column in instants
    )


def plain_value(value: object, *, unit: Unit, digits: int, zone: str) -> object:
    """One summary or parameter value as JSON takes it."""
    if isinstance(value, str | bool | None):
        return value
    if isinstance(value, Mapping):
        return {str(name): plain_value(part, unit=unit, digits=digits, zone=zone) for name, part in value.items()}
    if isinstance(value, Sequence | frozenset):
        parts = sorted(map(str, value)) if isinstance(value, frozenset) else value
        return [plain_value(part, unit=unit, digits=digits, zone=zone) for part in parts]
    if isinstance(value, int | float):
        return _plain_number(value, unit=unit, digits=digits)
    if isinstance(value, datetime) and value.tzinfo:
        return value.astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else str(value)


def _plain_number(value: float, *, unit: Unit, digits: int) -> float | None:
    if isinstance(value, int):
        return major(value, digits) if unit is Unit.MONEY else value
    return value if isfinite(value) else None


def plain_summary(view: View, *, digits: int, zone: str) -> dict[str, object]:
    """The summary as JSON takes it; a value within a group has the unit of `group.name`."""
    return {
        name: {
            part: plain_value(inner, unit=unit_of(f"{name}.{part}", None, view), digits=digits, zone=zone)
            for part, inner in value.items()
        }
        if isinstance(value, Mapping)
        else plain_value(value, unit=unit_of(name, None, view), digits=digits, zone=zone)
        for name, value in view.summary.items()
    }
