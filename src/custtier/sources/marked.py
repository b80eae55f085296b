"""A list of ours that somebody marked in a spreadsheet and gave back: its rows, under our own column names."""

import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from custtier.errors import data_error, usage_error
from custtier.sources.packed.containers import named_files, shown_name, unpacked
from custtier.sources.sheets.of_file import sheets_of
from custtier.sources.sheets.sheet import Sheet, column_name


@dataclass(frozen=True)
class Marked:
    """The rows of a marked list.

    Args:
        path: As given.
        sheet: Name of the sheet; empty for a text file.
        encoding: As `Sheet.encoding`.
        header_row: 1-based row of the header.
        rows: `row` (Int32) and the known columns that stand in the file, as text; null where a cell is blank. Rows
            without any text are left out.
    """

    path: str
    sheet: str
    encoding: str
    header_row: int
    rows: pl.DataFrame


def marked_rows(path: Path, *, headers: Mapping[str, str], needed: Collection[str]) -> Marked:
    """The rows of the first sheet whose header names all the needed columns.

    Args:
        path: A file; `-` for standard input.
        headers: Header as the file may write it (lower case) → our name of the column.
        needed: Our names of the columns that must stand there.

    Raises:
        CusttierError: `folder-for-file`; `missing-column` when no sheet has them; what reading a file raises.
    """
    label = shown_name(path)
    if path.is_dir():
        raise usage_error(
            "folder-for-file", "{path} is a folder; one file is expected", hint="name the file in it", path=label
        )
    (named,) = named_files([path])
    found: Sequence[str] = ()
    with tempfile.TemporaryDirectory(prefix="custtier-") as folder:
        for source in unpacked(named, folder=Path(folder)):
            for sheet in sheets_of(source, Path(folder), passwords=None, progress=None):
                places = _header(sheet, headers, needed)
                if places is not None:
                    return _rows(sheet, *places, path=source.label)
                found = found or _likeliest_header(sheet)
    raise data_error(
        "missing-column",
        "{path} needs the columns {needed_columns}; the file has {found}",
        hint="write the list with `custtier identities propose --output proposals.xlsx`, mark that file, and keep "
        "its header",
        path=label,
        needed_columns=", ".join(sorted(needed)),
        found=", ".join(found[:12]) or "-",
    )


def _likeliest_header(sheet: Sheet) -> list[str]:
    """The cells of the first row of several: titles and remarks above a header have one."""
    rows = ([cell.strip() for cell in cells if cell.strip()] for cells in sheet.head)
    return next((row for row in rows if len(row) > 1), [])


def _header(sheet: Sheet, headers: Mapping[str, str], needed: Collection[str]) -> tuple[int, dict[str, int]] | None:
    for place, cells in enumerate(sheet.head):
        columns: dict[str, int] = {}
        for column, cell in enumerate(cells):
            name = headers.get(cell.strip().lower())
            if name is not None:
                columns.setdefault(name, column)
        if set(needed) <= columns.keys():
            return place + 1, columns
    return None


def _rows(sheet: Sheet, header_row: int, columns: Mapping[str, int], *, path: str) -> Marked:
    below = sheet.below(header_row, list(columns.values()), each=lambda rows: rows)
    texts = {name: pl.col(column_name(place)).str.strip_chars() for name, place in columns.items()}
    rows = below.select("row", *(pl.when(text != "").then(text).alias(name) for name, text in texts.items()))
    filled = rows.filter(pl.any_horizontal(pl.col(name).is_not_null() for name in columns))
    return Marked(path=path, sheet=sheet.name, encoding=sheet.encoding, header_row=header_row, rows=filled)
