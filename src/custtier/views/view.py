"""A question answered: what every view gives and every writer takes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from custtier.facts import Note
from custtier.text import Labels


@dataclass(frozen=True)
class View:
    """An answer: tables, a summary and remarks. Money is Int64 in minor units, shares are unrounded, codes are codes.

    Args:
        command: The command that asked.
        parameters: What was asked, as typed or by default.
        summary: Single figures by name; their units are `units.VIEW_UNITS`.
        tables: By name; the first is the answer itself. Sorted for showing.
        notes: Remarks: code and values.
        as_of: Last day observed.
        data_through: Last day that any order shows.
        currency: Currency of every amount; None without amounts.
        excluded: Records left out of reading, by reason.
        heights: How many rows a table of the answer has of which `tables` holds only the first.
        units: Units of columns whose name stands for something else in this view than in `units.VIEW_UNITS`.
        labels: Names of the user's own for codes: column → code → language → name.
    """

    command: str
    parameters: Mapping[str, object]
    summary: Mapping[str, object]
    tables: Mapping[str, pl.DataFrame]
    notes: tuple[Note, ...] = ()
    as_of: date | None = None
    data_through: date | None = None
    currency: str | None = None
    excluded: tuple[tuple[str, int], ...] = ()
    heights: Mapping[str, int] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    labels: Labels = field(default_factory=dict)
