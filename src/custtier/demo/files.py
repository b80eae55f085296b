"""Files as the platforms' export pages write them: CSV in chunks, workbooks with a fixed date."""

import csv
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import polars as pl

from custtier.demo.cells import header

WORKBOOK_ROWS: Final = 50_000
"""Most rows of a workbook: what one download of the export page holds."""

_WRITTEN_AT: Final = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)


class TextFile:
    """A CSV that grows by frames of text; null is a blank cell.

    Args:
        path: Written anew.
        columns: The header line; a name may stand twice.
        encoding: Of the bytes; `utf-8-sig` begins with a mark.
        line_ending: After each row.
    """

    def __init__(self, path: Path, *, columns: Sequence[str], encoding: str, line_ending: str = "\r\n") -> None:
        self.path = path
        self.rows = 0
        self._encoding = encoding.removesuffix("-sig")
        self._line_ending = line_ending
        self._file = path.open("wb")
        line = StringIO(newline="")
        csv.writer(line, lineterminator=line_ending).writerow(columns)
        self._file.write(line.getvalue().encode(encoding))

    def append(self, frame: pl.DataFrame) -> None:
        """Write the rows of `frame`, in its order."""
        text = frame.write_csv(include_header=False, line_terminator=self._line_ending)
        self._file.write(text.encode(self._encoding))
        self.rows += frame.height

    def close(self) -> None:
        """Close the file; `rows` stays."""
        self._file.close()

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self.close()


def write_workbook(path: Path, frames: Iterable[pl.DataFrame], *, name: str, numbers: frozenset[str]) -> int:
    """The rows written: one sheet with the header `name` and the cells of `frames`, no more than `WORKBOOK_ROWS`.

    Args:
        path: Written anew.
        frames: Text columns in the order of the header.
        name: Of the header.
        numbers: Columns whose cells become numbers; all others stay text.
    """
    import xlsxwriter

    columns = header(name)
    numeric = [column in numbers for column in columns]
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_numbers": False})
    book.set_properties({"created": _WRITTEN_AT})
    sheet = book.add_worksheet("订单")
    sheet.write_row(0, 0, columns)
    row = 0
    for frame in frames:
        for cells in frame.head(WORKBOOK_ROWS - row).iter_rows():
            row += 1
            for place, cell in enumerate(cells):
                if cell is None:
                    continue
                if numeric[place]:
                    sheet.write_number(row, place, float(cell))
                else:
                    sheet.write_string(row, place, cell)
    book.close()
    return row
