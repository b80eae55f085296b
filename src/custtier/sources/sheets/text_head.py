"""The first lines of a text file: its delimiter, its first records, and which line each of them ends on."""

import csv
import re
from collections.abc import Iterator
from typing import Final

from custtier.sources.sheets.sheet import HEAD_ROWS

_DELIMITERS: Final = (",", "\t", ";")
_PADDING: Final = re.compile(r'(?<=,)"? *\t|\t *"?(?=,)')
"""TABs that a program puts at the ends of cells between commas: they set no cells apart."""


def delimiter_of(text: str) -> str:
    """Of comma, TAB and semicolon the one that makes the widest table of the first lines."""
    texts = {mark: _PADDING.sub("", text) if mark == "\t" else text for mark in _DELIMITERS}
    widths = {mark: max((len(cells) for cells, _ in first_records(texts[mark], mark)), default=0) for mark in texts}
    return max(_DELIMITERS, key=lambda mark: widths[mark])


def ends_in_returns(text: str) -> bool:
    """Whether lines end in carriage returns alone, as old Macs end them; line feeds then stand within cells."""
    first = text.find("\r")
    if first < 0 or "\r\n" in text:
        return False
    feed = text.find("\n")
    marks_before = [text.count('"', 0, place) % 2 for place in (first, feed)]
    return feed < 0 or (first < feed and marks_before == [0, 1])


def has_backticks(text: str, delimiter: str) -> bool:
    """Whether the cells are set apart by a comma and a backtick, so that commas in cells need no quotes."""
    if delimiter != "," or ",`" not in text or '"`' in text:
        return False
    return any(line.startswith("`") and line.count(",`") >= 3 for line in text.split("\n"))


def first_records(text: str, delimiter: str) -> Iterator[tuple[list[str], int]]:
    """The first records and how many lines each one ends after."""
    lines = (re.sub(r"\r(?!\n)", " ", text) if "\r" in text else text).split("\n")
    reader = csv.reader((line + "\n" for line in lines), delimiter=delimiter)
    for _ in range(HEAD_ROWS + 2):
        try:
            cells = next(reader, None)
        except csv.Error:
            return
        if cells is None:
            return
        yield cells, reader.line_num
