"""What a workbook says that its text does not: the digits of numeric ids, and which cells are merged."""

import re
import zipfile
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_KEPT_DIGITS: Final = 15
"""A spreadsheet keeps so many digits of a number and turns the rest into zeros."""

_LARGEST_EXACT: Final = 1 << 53
_CHUNK: Final = 4 << 20
_NUMBER: Final = re.compile(
    rb'<(?:\w+:)?c (?![^>]*\bt="(?:s|str|inlineStr|b|e|d)")(?P<place>[^>]*)>'
    rb"(?:<(?:\w+:)?f[^>]*>[^<]*</(?:\w+:)?f>)?"
    rb"<(?:\w+:)?v>(?P<value>[0-9]{16,}|[0-9.]+[eE]\+?[0-9]+)<"
)
"""A cell that holds a long whole number: not a text, a date or a formula's text."""

_LONG: Final = re.compile(rb"v>(?:[0-9]{16}|[0-9.]+[eE])")
"""What every such cell has in it, quick to look for."""

_FAILED: Final = re.compile(
    rb"""<(?:\w+:)?c\b(?P<place>[^>]*\bt=["']e["'][^>]*)>"""
    rb"(?:<(?:\w+:)?f\b[^>]*/>|<(?:\w+:)?f\b[^>]*>[^<]*</(?:\w+:)?f>)?"
    rb"<(?:\w+:)?v>(?P<text>#[^<]{1,30})<"
)
"""A cell whose formula has failed."""

_PLACE: Final = re.compile(rb"""\br=["']([A-Z]{1,3})([0-9]{1,7})["']""")
_ROW: Final = re.compile(rb'\br="[A-Z]+([0-9]+)"')


def exact_numbers(path: Path, sheet: str, rounded: Mapping[int, str], *, encoding: str) -> dict[int, str]:
    """The digits of ids that are numbers in the workbook, by row; rows whose id is text are left out.

    An id that has lost digits comes in a short form (`2.01809E+17`), which no id looks like: one that the workbook
    itself writes in such a form with fewer digits than it has, and every one of a sheet whose numbers all end in zeros
    after the 15 digits that a spreadsheet keeps.

    Args:
        path: The workbook.
        sheet: Name of the sheet.
        rounded: Row → the id as a float's text.
        encoding: `xlsx` or `xls`.
    """
    written = _written(path, sheet, rounded) if encoding == "xlsx" else _written_in_xls(path, sheet, rounded)
    exact = {row: _whole_digits(text) for row, text in written.items()}
    whole = [digits for digits in exact.values() if digits is not None]
    cut = all(set(digits[_KEPT_DIGITS:]) <= {"0"} for digits in whole)
    return {row: f"{float(written[row]):.5E}" if digits is None or cut else digits for row, digits in exact.items()}


def _whole_digits(written: str) -> str | None:
    """The digits of a number as the workbook writes it; None where it does not write all of them."""
    digits = str(int(Decimal(written)))
    if written.isdigit():
        return digits
    told = re.sub(r"[eE].*", "", written).replace(".", "").strip("0")
    return digits if len(told) >= len(digits) else None


def merged_ranges(path: Path, sheet: str, columns: Collection[int], *, encoding: str) -> list[tuple[int, int, int]]:
    """Merged cells of more than one row: first row, last row (1-based), column (from the first used one), for each.

    Args:
        path: The workbook.
        sheet: Name of the sheet.
        columns: The columns asked for, from the first used one.
        encoding: `xlsx` or `xls`.
    """
    if encoding == "xlsx" and not _has_merged_cells(path, sheet):
        return []
    from python_calamine import CalamineWorkbook

    with path.open("rb") as source, CalamineWorkbook.from_filelike(source) as workbook:
        found = workbook.get_sheet_by_name(sheet)
        ranges = found.merged_cell_ranges or []
        left_edge = found.start[1] if found.start is not None else 0
    wanted = {column + left_edge for column in columns}
    return [
        (top + 1, bottom + 1, column - left_edge)
        for (top, left), (bottom, right) in ranges
        if bottom > top
        for column in (wanted if right - left > len(wanted) else wanted.intersection(range(left, right + 1)))
        if left <= column <= right
    ]


def failed_cells(path: Path, part: str) -> Iterator[tuple[int, str, str]]:
    """Row (1-based), letters of the column and text of every cell whose formula has failed.

    Args:
        path: The workbook.
        part: The member of it that holds the sheet.
    """
    seen: set[bytes] = set()
    for text in _xml_of(path, part):
        for cell in _FAILED.finditer(text):
            place = _PLACE.search(cell["place"])
            if place is not None and place[0] not in seen:
                seen.add(place[0])
                yield int(place[2]), place[1].decode(), cell["text"].decode("ascii", errors="replace")


def left_edge(path: Path, sheet: str) -> int:
    """The 0-based column of a sheet that is its first used one."""
    from python_calamine import CalamineWorkbook

    with path.open("rb") as source, CalamineWorkbook.from_filelike(source) as workbook:
        start = workbook.get_sheet_by_name(sheet).start
    return start[1] if start is not None else 0


def _written(path: Path, sheet: str, rounded: Mapping[int, str]) -> dict[int, str]:
    """Numeric cells as the workbook writes them, found in their rows by value."""
    found: dict[int, str] = {}
    for text in _xml(path, sheet):
        for cell in _NUMBER.finditer(text) if _LONG.search(text) else ():
            row = _ROW.search(cell["place"])
            if row is None:
                return _written_by_place(path, sheet, rounded)
            number, value = int(row[1]), cell["value"].decode()
            if number in rounded and float(value) == float(rounded[number]):
                found[number] = value
    return found


def _written_by_place(path: Path, sheet: str, rounded: Mapping[int, str]) -> dict[int, str]:
    """The same where the workbook does not write each cell's place."""
    from openpyxl import load_workbook

    found: dict[int, str] = {}
    with path.open("rb") as source:
        workbook = load_workbook(source, read_only=True, data_only=True)
        try:
            worksheet = workbook[sheet]
            worksheet.reset_dimensions()
            for number, cells in enumerate(worksheet.iter_rows(values_only=True), 1):
                for cell in cells if number in rounded else ():
                    is_number = isinstance(cell, (int, float)) and not isinstance(cell, bool)
                    if is_number and float(cell) == float(rounded[number]):
                        found[number] = str(cell)
        finally:
            workbook.close()
    return found


def _written_in_xls(path: Path, sheet: str, rounded: Mapping[int, str]) -> dict[int, str]:
    """The same in the older kind of workbook, whose numbers are floats: none beyond 2^53 has all its digits."""
    from python_calamine import CalamineWorkbook

    with path.open("rb") as source, CalamineWorkbook.from_filelike(source) as workbook:
        rows = workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    return {
        number: f"{cell:.15e}" if cell > _LARGEST_EXACT else str(int(cell))
        for number, text in rounded.items()
        for cell in rows[number - 1]
        if isinstance(cell, float) and cell == float(text)
    }


def _has_merged_cells(path: Path, sheet: str) -> bool:
    return any(b"mergeCell " in text for text in _xml(path, sheet))


def _xml(path: Path, sheet: str) -> Iterator[bytes]:
    """The XML of a sheet in pieces that overlap."""
    return _xml_of(path, part_of(path, sheet))


def _xml_of(path: Path, part: str) -> Iterator[bytes]:
    with zipfile.ZipFile(path) as archive, archive.open(part) as source:
        tail = b""
        while chunk := source.read(_CHUNK):
            yield tail + chunk
            tail = chunk[-1000:]


def part_of(path: Path, sheet: str) -> str:
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
