"""The tables of an answer as they are about to be written: chosen, cut to the limit, masked, with units."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from custtier.errors import usage_error
from custtier.render.mask import masked
from custtier.render.request import Request
from custtier.text.titles import one_side
from custtier.units import VIEW_UNITS, Unit
from custtier.views.view import View


@dataclass(frozen=True)
class Sheet:
    """One table ready for writing.

    Args:
        name: The table's name.
        frame: Its rows, cut and masked; money still in minor units.
        units: The unit of every column.
        rows: How many rows the table has before it was cut.
    """

    name: str
    frame: pl.DataFrame
    units: Mapping[str, Unit]
    rows: int


def arrange(view: View, request: Request) -> list[Sheet]:
    """The tables asked for, the first of them cut to the limit.

    Raises:
        CusttierError: `unknown-table` when `--table` names none of the answer's.
    """
    if request.table is not None and request.table not in view.tables:
        raise usage_error(
            "unknown-table",
            "{command} has no table {table!r}; it has {tables}",
            hint="name one of them with `--table NAME`, or leave the option out for the first",
            command=view.command,
            table=request.table,
            tables=", ".join(view.tables),
        )
    names = [request.table] if request.table else list(view.tables)
    return [_sheet(view, name, request, cut=index == 0) for index, name in enumerate(names)]


def unit_of(name: str, dtype: pl.DataType | None, view: View) -> Unit:
    """The unit of a column or summary value: the view's, else the schema's, else what its type suggests."""
    if name in view.units:
        return Unit(view.units[name])
    if one_side(name) in VIEW_UNITS:
        return VIEW_UNITS[one_side(name)]
    return Unit.TEXT if dtype is None else _unit_of_type(dtype)


def _unit_of_type(dtype: pl.DataType) -> Unit:
    if dtype.is_numeric():
        return Unit.COUNT if dtype.is_integer() else Unit.RATIO
    named: dict[type[pl.DataType], Unit] = {pl.Date: Unit.DATE, pl.Boolean: Unit.FLAG, pl.Datetime: Unit.INSTANT}
    return named.get(dtype.base_type(), Unit.TEXT)


def _sheet(view: View, name: str, request: Request, *, cut: bool) -> Sheet:
    whole = view.tables[name]
    frame = whole.head(request.rows) if cut and request.rows is not None else whole
    units = {column: unit_of(column, dtype, view) for column, dtype in frame.schema.items()}
    personal = [column for column, unit in units.items() if unit is Unit.PERSONAL and frame.schema[column] == pl.String]
    return Sheet(
        name, frame if request.reveal else masked(frame, personal), units, max(view.heights.get(name, 0), whole.height)
    )
