"""What reading the rows of a list gives, whichever list it is."""

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from custtier.facts import Note


@dataclass(frozen=True)
class ListRows:
    """The rows of a file of a list.

    Args:
        rows: As they came, with the list's columns, `left_out`, `reason`, `column`, and `at`, `sheet`, `sheet_number`,
            `row`. A record that makes several rows of the list stands several times, one after the other.
        instant: The latest past instant that stands in the file.
        notes: Remarks on the file.
    """

    rows: pl.DataFrame
    instant: datetime | None = None
    notes: tuple[Note, ...] = ()
