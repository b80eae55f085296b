"""What a workbook says that its text does not: the digits of numeric ids, and which cells are merged."""

import re
import zipfile
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_KEPT_DIGITS: Final = 15
"""A spreadsheet keeps so many digits of a number and turns the rest into zeros."""

_CHUNK: Final = 4 << 20
_TAG: Final = rb"<(?:\w+:)?"
_NUMBER: Final = re.compile(
    _TAG
    + rb'c (?![^>]*t="(?:s|str|inlineStr|b|e|d)")[^>]*>'
    + rb"(?:"
    + _TAG
    + rb"f[^>]*>[^<]*</(?:\w+:)?f>)?"
    + _TAG
    + rb"v>(?:[0-9.]{16,}|[0-9.]+E\+)"
)
"""A cell that holds a long number, not a text, a date or a formula's text."""


def exact_numbers(path: Path, sheet: str, rounded: Mapping[int, str], *, encoding: str) -> dict[int, str]:
    """The digits of ids that are numbers in the workbook, by row; rows whose id is text are left out.

    Where a spreadsheet has cut every one of them to 15 digits the result is the number in its short form
    (`2.01809E+17`), which no id looks like.

    Args:
        path: The workbook.
        sheet: Name of the sheet.
        rounded: Row → the id as a float's text.
        encoding: `xlsx` or `xls`.
    """
    if encoding == "xlsx":
        if not _has_long_numbers(path, sheet):
            return {}
        digits = _digits(path, sheet, rounded)
    else:
        digits = dict(rounded)
    cut = all(set(text[_KEPT_DIGITS:]) <= {"0"} for text in digits.values())
    return {row: f"{float(text):.5E}" for row, text in digits.items()} if cut else digits


def merged_ranges(path: Path, sheet: str, *, encoding: str) -> list[tuple[int, int, int]]:
    """Merged cells of more than one row: first row, last row (1-based), column (0-based), for each column covered."""
    if encoding == "xlsx" and not _has_merged_cells(path, sheet):
        return []
    from python_calamine import CalamineWorkbook

    with path.open("rb") as source, CalamineWorkbook.from_filelike(source) as workbook:
        ranges = workbook.get_sheet_by_name(sheet).merged_cell_ranges or []
    return [
        (top + 1, bottom + 1, column)
        for (top, left), (bottom, right) in ranges
        if bottom > top
        for column in range(left, right + 1)
    ]


def _digits(path: Path, sheet: str, rounded: Mapping[int, str]) -> dict[int, str]:
    """The exact digits of numeric cells, found in their rows by value."""
    from openpyxl import load_workbook

    found: dict[int, str] = {}
    with path.open("rb") as source:
        workbook = load_workbook(source, read_only=True, data_only=True)
        try:
            worksheet = workbook[sheet]
            worksheet.reset_dimensions()
            first, last = min(rounded), max(rounded)
            for number, cells in enumerate(worksheet.iter_rows(min_row=first, max_row=last, values_only=True), first):
                for cell in cells if number in rounded else ():
                    if (
                        isinstance(cell, (int, float))
                        and not isinstance(cell, bool)
                        and float(cell) == float(rounded[number])
                    ):
                        found[number] = str(int(cell))
        finally:
            workbook.close()
    return found


def _has_long_numbers(path: Path, sheet: str) -> bool:
    return any(_NUMBER.search(text) for text in _xml(path, sheet))


def _has_merged_cells(path: Path, sheet: str) -> bool:
    return any(b"mergeCell " in text for text in _xml(path, sheet))


def _xml(path: Path, sheet: str) -> Iterator[bytes]:
    """The XML of a sheet in pieces that overlap."""
    with zipfile.ZipFile(path) as archive, archive.open(_part(path, sheet)) as source:
        tail = b""
        while chunk := source.read(_CHUNK):
            yield tail + chunk
            tail = chunk[-1000:]


@lru_cache(maxsize=8)
def _part(path: Path, sheet: str) -> str:
    """The member of the workbook that holds the sheet."""
    with zipfile.ZipFile(path) as archive:
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
        relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    for element in book.iter():
        if element.tag.endswith("}sheet") and element.get("name") == sheet:
            target = targets.get(element.get(_RELATION), "")
            return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    return ""
