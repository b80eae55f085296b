"""Workbooks as sheets: every cell as text, ids with all their digits, merged cells on every row they cover."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree

import polars as pl

from custtier.errors import CusttierError, data_error
from custtier.sources.packed.archives import DAMAGE
from custtier.sources.packed.passwords import encrypted
from custtier.sources.sheets.merged import with_merged
from custtier.sources.sheets.quiet import quiet_panics
from custtier.sources.sheets.sheet import HEAD_ROWS, Each, column_name
from custtier.sources.sheets.workbook_cells import exact_numbers, failed_cells, left_edge, merged_ranges, part_of
from custtier.sources.sheets.workbook_limits import checked_workbook, column_number

if TYPE_CHECKING:
    import fastexcel

_DAMAGE: Final = (*DAMAGE, KeyError, ElementTree.ParseError)
"""What reading the parts of a damaged workbook raises; a part that is not there is a key that is missing."""

_PANIC: Final = "PanicException"


@dataclass(frozen=True)
class WorkbookSheet:
    """One sheet of a workbook, read as text.

    `cells` has the columns `c0`, `c1`, …; its first row is the sheet's first row.
    """

    path: Path
    label: str
    name: str
    encoding: str
    cells: pl.DataFrame = field(repr=False)

    @cached_property
    def head(self) -> tuple[tuple[str, ...], ...]:
        """See `Sheet.head`."""
        return tuple(tuple(cell or "" for cell in row) for row in self.cells.head(HEAD_ROWS).iter_rows())

    def below(
        self,
        header_row: int,
        columns: Sequence[int],
        *,
        each: Each,
        ids: Collection[int] = (),
        merged: Collection[int] = (),
    ) -> pl.DataFrame:
        """See `Sheet.below`."""
        below = self._below(header_row).select("row", *(column_name(index) for index in columns))
        if merged:
            below = self._with_merged(below, [index for index in columns if index in merged])
        for index in columns:
            if index in ids:
                below = self._with_exact_ids(below, column_name(index))
        return each(below.lazy()).collect()

    def whole(self, header_row: int, rows: pl.Series) -> pl.DataFrame:
        """See `Sheet.whole`."""
        return self._below(header_row).filter(pl.col("row").is_in(rows.implode()))

    def _below(self, header_row: int) -> pl.DataFrame:
        numbers = pl.int_range(header_row + 1, pl.len() + header_row + 1, dtype=pl.Int32).alias("row")
        return self.cells.slice(header_row).select(numbers, pl.all())

    def _with_merged(self, below: pl.DataFrame, columns: Sequence[int]) -> pl.DataFrame:
        """The value of a merged cell on every row that it covers."""
        with _sound_parts(self.path, self.label):
            ranges = merged_ranges(self.path, self.name, columns, encoding=self.encoding)
        return with_merged(below, ranges)

    def _with_exact_ids(self, below: pl.DataFrame, name: str) -> pl.DataFrame:
        """Numbers of 16 digits and more come from the cells themselves; Polars' text of them is a float's."""
        long = below.filter(pl.col(name).str.contains(r"^\d{16,}$"))
        rounded = {row: text for row, text in long.select("row", name).iter_rows() if float(text) == int(text)}
        if not rounded:
            return below
        with _sound_parts(self.path, self.label):
            exact = exact_numbers(self.path, self.name, rounded, encoding=self.encoding)
        if not exact:
            return below
        found = pl.DataFrame(
            {"row": list(exact), "exact": list(exact.values())}, schema={"row": pl.Int32, "exact": pl.String}
        )
        joined = below.join(found, on="row", how="left", maintain_order="left")
        return joined.with_columns(pl.coalesce("exact", name).alias(name)).drop("exact")


def workbook_sheets(path: Path, *, label: str, encoding: str) -> list[WorkbookSheet]:
    """Every sheet of a workbook that holds anything.

    Raises:
        CusttierError: `encrypted-file`, `unreadable-file`, `too-large`, `empty-file`.
    """
    import fastexcel

    failed = checked_workbook(path, label=label) if encoding == "xlsx" else frozenset()
    with _sound_parts(path, label):
        reader = fastexcel.read_excel(path.read_bytes())
        sheets = [_sheet(reader, name, path, label=label, encoding=encoding) for name in reader.sheet_names]
        filled = [_with_failed(sheet, failed) for sheet in sheets if sheet is not None]
    if not filled:
        raise data_error("empty-file", "{path} is empty", hint="export the file again", path=label)
    return filled


def _sheet(
    reader: "fastexcel.ExcelReader", name: str, path: Path, *, label: str, encoding: str
) -> WorkbookSheet | None:
    loaded = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
    if loaded.width == 0 or loaded.total_height == 0:
        return None
    cells = loaded.to_polars()
    cells.columns = [column_name(index) for index in range(cells.width)]
    return WorkbookSheet(path=path, label=label, name=name, encoding=encoding, cells=cells)


def _with_failed(sheet: WorkbookSheet, failed: Collection[str]) -> WorkbookSheet:
    """The sheet with `#REF!` and the like where a formula has failed: its reader leaves such cells blank.

    Args:
        sheet: The sheet.
        failed: The parts of the workbook that have such cells.
    """
    part = part_of(sheet.path, sheet.name) if failed else ""
    if part not in failed:
        return sheet
    edge = left_edge(sheet.path, sheet.name)
    found: dict[str, tuple[list[int], list[str]]] = {}
    for row, letters, text in failed_cells(sheet.path, part):
        index = column_number(letters) - 1 - edge
        if index in range(sheet.cells.width) and row <= sheet.cells.height:
            rows, texts = found.setdefault(column_name(index), ([], []))
            rows.append(row - 1)
            texts.append(text)
    patched = [sheet.cells[name].scatter(rows, texts) for name, (rows, texts) in found.items()]
    return replace(sheet, cells=sheet.cells.with_columns(patched))


@contextmanager
def _sound_parts(path: Path, label: str) -> Iterator[None]:
    """Turns what reading a damaged workbook raises into an error of ours."""
    import fastexcel
    from python_calamine import CalamineError

    try:
        with quiet_panics():
            yield
    except (fastexcel.FastExcelError, CalamineError, *_DAMAGE) as problem:
        raise _unreadable(path, label, problem) from problem
    except BaseException as problem:
        # where calamine meets bytes that it did not think of, its panic comes as an exception that no module names
        if type(problem).__name__ != _PANIC:
            raise
        raise _unreadable(path, label, problem) from problem


def _unreadable(path: Path, label: str, problem: BaseException) -> CusttierError:
    with path.open("rb") as source:
        start = source.read(1 << 20)
    words = str(problem).lower()
    if "password" in words or "encrypt" in words or "E\0n\0c\0r\0y\0p\0t\0e\0d".encode("latin-1") in start:
        return encrypted(label)
    return data_error(
        "unreadable-file",
        "{path} looks like a workbook, but cannot be opened",
        hint="open it in a spreadsheet and save it again as XLSX",
        path=label,
    )
