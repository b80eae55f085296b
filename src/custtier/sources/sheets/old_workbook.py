"""The container of older workbooks and of encrypted ones, looked through before a reader believes what it says."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from custtier.errors import CusttierError, data_error
from custtier.sources.packed import limits
from custtier.sources.packed.archives import DAMAGE

if TYPE_CHECKING:
    import olefile

_BOOKS: Final = ("Workbook", "Book")
_SECTOR_COUNTS: Final = (40, 44, 64, 72)
"""Where the header says how many sectors each table has."""

_SHIFT_AT: Final = 30
_BOOK_START, _PASSWORD, _DIMENSIONS, _TEXTS = 0x0809, 0x002F, 0x0200, 0x00FC
_CELLS: Final = frozenset({
    0x0006, 0x0001, 0x0002, 0x0003, 0x0004, 0x0005, 0x0201, 0x0203, 0x0204, 0x0205, 0x0206, 0x0406, 0x00BD, 0x00BE,
    0x00D6, 0x00FD, 0x027E,
})  # fmt: skip
"""Records that begin with the row and the column of a cell."""

_RECORD: Final = struct.Struct("<HH")
_PLACE: Final = struct.Struct("<HH")
_MANY_CELLS: Final = frozenset({0x00BD, 0x00BE})


class Streams:
    """The streams of such a container, by name."""

    def __init__(self, container: "olefile.OleFileIO", *, size: int) -> None:
        self._container = container
        self._size = size

    def content(self, name: str) -> bytes | None:
        """A stream's bytes; None where there is no stream of the name."""
        if not self._container.exists(name) or self._container.get_type(name) != 2:
            return None
        if self._container.get_size(name) > self._size:
            raise ValueError(name)
        with self._container.openstream(name) as stream:
            return bytes(stream.read())

    def book(self) -> bytes:
        """The records of the workbook; none where there is no workbook."""
        return next((found for name in _BOOKS if (found := self.content(name)) is not None), b"")


@contextmanager
def opened_old_file(path: Path, *, label: str) -> Iterator[Streams]:
    """The streams of the container.

    Raises:
        CusttierError: `unreadable-file`, also for what is raised by reading them.
    """
    import olefile

    try:
        size = path.stat().st_size
        _check_header(path, size)
        with olefile.OleFileIO(str(path)) as container:
            yield Streams(container, size=size)
    except (*DAMAGE, TypeError, AttributeError, RecursionError) as problem:
        raise _unreadable(label) from problem


def has_password(streams: Streams) -> bool:
    """Whether the records of the workbook are encrypted."""
    return any(kind == _PASSWORD for kind, _, _ in _first_records(streams.book()))


def checked_old_workbook(path: Path, *, label: str) -> None:
    """Return when reading the workbook takes no more memory than its size lets expect.

    Its reader reserves what the file announces, and room for every place between the first cell and the last.

    Raises:
        CusttierError: `too-large`, `unreadable-file`.
    """
    with opened_old_file(path, label=label) as streams:
        book = streams.book()
        last_row = last_column = 0
        most = max(2 * limits.FREE_CELLS, 2 * len(book))
        for kind, start, length in _records(book):
            if kind in _CELLS and length >= 4:
                row, column = _PLACE.unpack_from(book, start)
                if kind in _MANY_CELLS and length >= 6:
                    column = max(column, _PLACE.unpack_from(book, start + length - 4)[1])
                if row > last_row or column > last_column:
                    last_row, last_column = max(row, last_row), max(column, last_column)
                    if (last_row + 1) * (last_column + 1) > most:
                        raise limits.too_spread(label)
            elif kind == _BOOK_START:
                last_row = last_column = 0
            elif kind == _DIMENSIONS:
                if _announced(book, start, length) > most:
                    raise limits.too_spread(label)
            elif kind == _TEXTS and length >= 8 and struct.unpack_from("<I", book, start + 4)[0] > len(book):
                raise limits.too_spread(label)


def _announced(book: bytes, start: int, length: int) -> int:
    """The places between the corners that a sheet announces."""
    if length >= 14:
        top, bottom, left, right = struct.unpack_from("<IIHH", book, start)
    elif length >= 8:
        top, bottom, left, right = struct.unpack_from("<HHHH", book, start)
    else:
        return 0
    return int(max(bottom - top, 0) * max(right - left, 0))


def _first_records(book: bytes) -> Iterator[tuple[int, int, int]]:
    """The records up to the end of the first part, where a password is told."""
    for record in _records(book):
        yield record
        if record[0] == 0x000A:
            return


def _records(book: bytes) -> Iterator[tuple[int, int, int]]:
    """Kind, start and length of each record."""
    place, end = 0, len(book) - 4
    unpack = _RECORD.unpack_from
    while place <= end:
        kind, length = unpack(book, place)
        yield kind, place + 4, min(length, end - place)
        place += 4 + length


def _check_header(path: Path, size: int) -> None:
    """Raises `ValueError` where the container announces more sectors than its bytes can hold."""
    with path.open("rb") as source:
        header = source.read(512)
    (shift,) = struct.unpack_from("<H", header, _SHIFT_AT)
    if shift not in (9, 12):
        raise ValueError(shift)
    most = size // (1 << shift) + 1
    if any(struct.unpack_from("<I", header, place)[0] > most for place in _SECTOR_COUNTS):
        raise ValueError(most)


def _unreadable(label: str) -> CusttierError:
    return data_error(
        "unreadable-file",
        "{path} looks like a workbook, but cannot be opened",
        hint="open it in a spreadsheet and save it again as XLSX",
        path=label,
    )
