"""A workbook's parts looked through before a reader unpacks them: how large, how spread, and nothing but XML in them.

Readers make room for every place between a sheet's first cell and its last, and for every text as often as it is used.
A file of two kilobytes can ask for half a terabyte so.
"""

import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Final

import polars as pl

from custtier.errors import CusttierError, data_error
from custtier.sources.packed import limits
from custtier.sources.packed.archives import check_entries, sound

_CHUNK: Final = 4 << 20
_START: Final = 1 << 12
_LETTERS: Final = r"""\br\s*=\s*["'][A-Za-z]"""
_PLACE: Final = f"{_LETTERS}*[0-9]+"
_COLUMN: Final = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{1,7})[0-9]""")
_USUAL_COLUMN: Final = re.compile(rb' r="([A-Z]+)[0-9]')
"""The same as almost every program writes it, which is found three times as fast."""

_CELL: Final = r"<(?:\w+:)?c[\s/>]"
_CELL_BYTES: Final = re.compile(_CELL.encode())
_MERGED: Final = b"mergeCell "
_MOST_MERGED: Final = 500_000
_ROW: Final = re.compile(rb"<(?:\w+:)?row\b")
_COUNTED: Final = re.compile(rb"""ount\s*=\s*["'](\d+)""")
_USED: Final = re.compile(
    rb"""\bt\s*=\s*["']s["'][^>]*>(?:<(?:\w+:)?f\b[^>]*>[^<]*</(?:\w+:)?f>)?<(?:\w+:)?v>(\d{1,9})<"""
)
_SHORTEST_TEXT: Final = 5
_WIDE: Final = (b"\xff\xfe<\0", b"\xfe\xff\0<", b"<\0", b"\0<")
"""How XML of two bytes a letter begins: no spreadsheet writes its own parts so."""
_UNREAD: Final = "customXml/"
"""Where queries and other programs keep what is theirs, of two bytes a letter at times. No reader opens it."""
_RELATION: Final = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_KEPT_ASIDE: Final = re.compile(rb"""\bType\s*=\s*["'][^"']*/customXml(?:Props)?["']""")

_Pieces = Callable[[], Iterator[bytes]]


def checked_workbook(path: Path, *, label: str) -> frozenset[str]:
    """The parts in which formulas have failed, of a workbook that takes no more memory than its size lets expect.

    Raises:
        CusttierError: `too-large`, `unreadable-file`.
    """
    packed_size = path.stat().st_size
    most_cells = max(limits.FREE_CELLS, packed_size)
    cell_count = 0
    texts: list[int] = []
    failed: set[str] = set()
    with closing(sound(lambda: zipfile.ZipFile(path), label=label)) as archive:
        check_entries(archive, packed_size, label=label, is_workbook=True)
        for entry in archive.infolist():
            pieces = partial(_tags, archive, entry, label=label)
            first = next(pieces(), b"")
            if entry.filename.endswith(".rels"):
                _check_relations(first, label)
            if entry.filename.startswith(_UNREAD) and not _is_unsafe(first):
                continue
            if _is_unsafe(first) or first.startswith(_WIDE):
                raise _unsound(label)
            if b"sst" in first[:_START] or entry.filename.lower().endswith("sharedstrings.xml"):
                _check_announced(first, entry.file_size, label)
                texts += _text_lengths(pieces())
            else:
                cells = _checked_cells(pieces, most_cells=most_cells, label=label)
                cell_count += cells.count
                failed |= {entry.filename} if cells.failed else set()
        if cell_count > most_cells:
            raise limits.too_spread(label)
        _check_texts(archive, texts, cell_count, most=limits.most_text_bytes(packed_size), label=label)
    return frozenset(failed)


def _pieces(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, *, label: str) -> Iterator[bytes]:
    """The content of a part; more of it than the archive says is an error of its reader."""
    if entry.flag_bits & 1 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _unsound(label)
    with sound(lambda: archive.open(entry), label=label) as part:
        while piece := sound(lambda: part.read(_CHUNK), label=label):
            yield piece


def _tags(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, *, label: str) -> Iterator[bytes]:
    """The content of a part in pieces that begin with a tag and cut none, but for those larger than a piece."""
    begun = b""
    for piece in _pieces(archive, entry, label=label):
        text = begun + piece
        cut = text.rfind(b"<")
        if cut < 0 or len(text) - cut > _CHUNK:
            cut = len(text)
        begun = text[cut:]
        if cut:
            yield text[:cut]
    if begun:
        yield begun


def _is_unsafe(first: bytes) -> bool:
    """Whether a part is XML with declarations, in whatever width of letters: spreadsheets never write any."""
    narrow = first.replace(b"\0", b"")
    return b"<!DOCTYPE" in narrow or b"<!ENTITY" in narrow


def _check_relations(first: bytes, label: str) -> None:
    """Return when a part that is not looked through is nobody's sheet, table of texts or style."""
    for tag in _RELATION.findall(first):
        if _UNREAD.encode() in tag and not _KEPT_ASIDE.search(tag):
            raise _unsound(label)


def _check_announced(first: bytes, size: int, label: str) -> None:
    """Return when a table of texts announces no more of them than it has room for."""
    for found in _COUNTED.finditer(first[:_START]):
        if b"niqueCount" in first[found.start() - 10 : found.end()] and int(found[1]) > size // _SHORTEST_TEXT + 1:
            raise _unsound(label)


class _Cells:
    """How many cells a sheet has and how far they lie apart, as its pieces come.

    `last_row` is the largest number with as many digits as the longest one has, until `exact` pieces were taken.
    """

    def __init__(self) -> None:
        self.count = self.last_row = self.merged = 0
        self.failed = False
        self._placed = self._rows = self._last_column = self._widest = self._in_row = 0
        self._digits = 1

    @property
    def places(self) -> int:
        """The places between the first cell and the last."""
        return (self.last_row + self._rows) * (self._last_column + self._widest)

    def take(self, piece: bytes, *, exact: bool) -> None:
        """Count a piece."""
        text = pl.Series([piece.decode("utf-8", errors="replace")])
        here = int(text.str.count_matches(_CELL).item())
        self.merged += piece.count(_MERGED)
        if here:
            self.count += here
            self.failed = self.failed or b't="e"' in piece or b"t='e'" in piece
            letters = _USUAL_COLUMN.findall(piece)
            if len(letters) < here:
                letters = _COLUMN.findall(piece)
            self._placed += len(letters)
            self._last_column = max(
                self._last_column, 0, *map(column_number, (letter.decode() for letter in set(letters)))
            )
            self._take_rows(text, exact=exact)
        if self._placed < self.count:
            self._take_unplaced(piece)

    def _take_rows(self, text: pl.Series, *, exact: bool) -> None:
        if exact:
            numbers = text.str.extract_all(_PLACE).explode().str.extract(r"([0-9]{1,18})$").cast(pl.Int64).max()
            self.last_row = max(self.last_row, numbers if isinstance(numbers, int) else 0)
            return
        while text.str.contains(f"{_LETTERS}*[0-9]{{{self._digits + 1}}}").item():
            self._digits += 1
        self.last_row = 10**self._digits - 1

    def _take_unplaced(self, piece: bytes) -> None:
        """Cells that do not say where they stand come one after another."""
        starts = [found.start() for found in _ROW.finditer(piece)]
        self._rows += len(starts)
        for start, end in pairwise([0, *starts, len(piece)]):
            cells = len(_CELL_BYTES.findall(piece, start, end))
            self._in_row = cells + (0 if start else self._in_row)
            self._widest = max(self._widest, self._in_row)


def _checked_cells(pieces: _Pieces, *, most_cells: int, label: str) -> _Cells:
    """The cells that a sheet has; an error where they lie too far apart."""
    for exact in (False, True):
        cells = _Cells()
        for piece in pieces():
            cells.take(piece, exact=exact)
            if cells.count > most_cells or cells.merged > _MOST_MERGED:
                raise limits.too_spread(label)
        if cells.places <= 2 * most_cells:
            return cells
    raise limits.too_spread(label)


def column_number(letters: str) -> int:
    """The number of a column named by letters, from 1."""
    number = 0
    for letter in letters.upper()[:7]:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _text_lengths(pieces: Iterator[bytes]) -> list[int]:
    """The bytes of each text of a table of texts, with its tags."""
    lengths: list[int] = []
    for piece in pieces:
        before, *whole = map(len, piece.split(b"<si" if b"<si" in piece else b":si"))
        if lengths:
            lengths[-1] += before
        lengths += whole
    return lengths


def _check_texts(archive: zipfile.ZipFile, lengths: list[int], cell_count: int, *, most: int, label: str) -> None:
    """Return when the texts, each as often as a cell shows it, have room in memory."""
    if not lengths or max(lengths) * cell_count <= most:
        return
    share = most // cell_count
    long = {number: length for number, length in enumerate(lengths) if length > share}
    used: Counter[int] = Counter()
    for entry in archive.infolist():
        for piece in _tags(archive, entry, label=label):
            used.update(number for found in _USED.finditer(piece) if (number := int(found[1])) in long)
    if sum(long[number] * count for number, count in used.items()) > most:
        raise limits.too_spread(label)


def _unsound(label: str) -> CusttierError:
    return data_error(
        "unreadable-file",
        "{path} is a workbook with parts that no spreadsheet writes",
        hint="open it in a spreadsheet and save it again as XLSX",
        path=label,
    )
