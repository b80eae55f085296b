"""Quotation marks that a program wrote into CSV as they are: whether there are any, and the records all the same."""

import csv
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from custtier.sources.sheets.decoding import pieces

_LONGEST_CELL: Final = 1 << 30
_NEXT_LINE: Final = "-\n"


class UnclosedMarkError(Exception):
    """A quotation mark swallows lines: it is closed nowhere, or by a mark that begins another cell."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


def has_wild_quotes(path: Path, delimiter: str) -> bool:
    """Whether cells of a text file hold quotation marks that CSV would have doubled.

    It looks at bytes: no byte of a character beyond ASCII looks like a mark, a delimiter or a line's end in UTF-8.
    """
    mark = delimiter.encode()
    edge = re.escape(mark) + rb'\r\n"'
    inside = re.compile(b'"(?=[^' + edge + b"])(?<![" + edge + b']")')
    last = b"\n\n"
    opening = closing = 0
    for piece, _ in pieces(path):
        seen = last[-1:] + piece
        opening += sum(seen.count(before + b'"') for before in (mark, b"\n"))
        closing += sum(seen.count(b'"' + after) for after in (mark, b"\n", b"\r"))
        if inside.search(last + piece, len(last) - 1) is not None:
            return True
        last = (last + piece)[-2:]
    return opening != closing + last.endswith(b'"')


def records_of(source: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    """The cells of each record; a mark inside a cell is a character of it.

    Args:
        source: Lines with their ends.
        delimiter: Between cells.

    Raises:
        UnclosedMarkError: With the line, from 1, in which the record begins that has no end of its own. Then the
            records behind it would be lost in one of its cells.
    """
    csv.field_size_limit(_LONGEST_CELL)
    held: list[str] = []

    def lines() -> Iterator[str]:
        for line in source:
            held.append(line)
            yield line

    line = 1
    last: list[str] = []
    for cells in csv.reader(lines(), delimiter=delimiter):
        if len(held) > 1 and not _is_sound(held, delimiter):
            raise UnclosedMarkError(line)
        line += len(held)
        last, held[:] = held[:], []
        yield cells
    if last and _takes_more(last, delimiter):
        raise UnclosedMarkError(line - len(last))


def _is_sound(lines: list[str], delimiter: str) -> bool:
    """Whether a record of several lines is CSV by the rules."""
    try:
        return len(list(csv.reader(lines, delimiter=delimiter, strict=True))) == 1
    except csv.Error:
        return False


def _takes_more(lines: list[str], delimiter: str) -> bool:
    """Whether a record would go on if the file did."""
    more = [*lines[:-1], lines[-1].rstrip("\r\n") + "\n", _NEXT_LINE]
    return len(list(csv.reader(more, delimiter=delimiter))) == 1
