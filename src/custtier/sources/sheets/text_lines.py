"""The rows of a delimited text in which every line is a record: read by pieces while the next piece is decoded."""

import io
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from custtier.sources.sheets.decoding import CHUNK_BYTES, pieces
from custtier.sources.sheets.sheet import Each, column_name

_READERS: Final = 2
_MOST_WAITING: Final = 6
"""Pieces decoded ahead of their reading; more would only fill memory."""
_MANY_ROWS: Final = 4_000_000


@dataclass(frozen=True)
class TextTable:
    """How the lines of a text make rows.

    Args:
        delimiter: Between cells.
        quoted: Whether cells may stand in quotation marks.
        width: Columns that are read, `c0` to `c{width - 1}`; what stands beyond them is left away.
    """

    delimiter: str
    quoted: bool
    width: int

    def scan(self, source: Path | io.BytesIO, *, skip_lines: int, first_row: int) -> pl.LazyFrame:
        """`row` (Int32, from `first_row`) and every column, as text."""
        return pl.scan_csv(
            source,
            has_header=False,
            skip_lines=skip_lines,
            schema={column_name(index): pl.String for index in range(self.width)},
            infer_schema=False,
            separator=self.delimiter,
            quote_char='"' if self.quoted else None,
            truncate_ragged_lines=True,
            missing_columns="insert",
            extra_columns="ignore",
            row_index_name="row",
            row_index_offset=first_row,
        ).with_columns(pl.col("row").cast(pl.Int32))


def collected(frame: pl.LazyFrame) -> pl.DataFrame | None:
    """The rows; None where Polars can make no table of the lines."""
    try:
        return frame.collect()
    except pl.exceptions.NoDataError:
        return pl.DataFrame(schema=frame.collect_schema())
    except pl.exceptions.ComputeError:
        return None


def rows_by_line(texts: Iterable[bytes], table: TextTable, *, first_row: int, each: Each) -> pl.DataFrame | None:
    """What `each` makes of the rows, as many as there are lines; None where some line is no record of its own.

    Args:
        texts: UTF-8 in pieces of whole lines, from the first line under the header.
        table: How a line makes a row.
        first_row: Number of the first.
        each: Is given the rows of one piece at a time, in another thread.
    """
    found: list[pl.DataFrame] = []
    waiting: deque[Future[pl.DataFrame | None]] = deque()

    def rows_of(text: bytes, line_count: int, row: int) -> pl.DataFrame | None:
        rows = collected(each(table.scan(io.BytesIO(text), skip_lines=0, first_row=row)))
        return rows if rows is not None and rows.height == line_count else None

    def has_taken(future: Future[pl.DataFrame | None]) -> bool:
        rows = future.result()
        if rows is not None:
            found.append(rows)
        return rows is not None

    row = first_row
    with ThreadPoolExecutor(_READERS) as readers:
        try:
            for text in texts:
                if table.quoted and _is_open(text):
                    return None
                line_count = text.count(b"\n") + (not text.endswith(b"\n"))
                waiting.append(readers.submit(rows_of, text, line_count, row))
                row += line_count
                if len(waiting) > _MOST_WAITING and not has_taken(waiting.popleft()):
                    return None
            if not all(has_taken(future) for future in waiting):
                return None
        finally:
            readers.shutdown(cancel_futures=True)
    return _in_one_piece(found) if found else collected(each(table.scan(io.BytesIO(), skip_lines=0, first_row=row)))


def _in_one_piece(found: list[pl.DataFrame]) -> pl.DataFrame:
    """The rows of all; of many rows one column after the other, so that only one is there twice."""
    if sum(rows.height for rows in found) < _MANY_ROWS:
        return pl.concat(found, rechunk=True)
    return pl.DataFrame(
        [pl.concat([rows.drop_in_place(name) for rows in found], rechunk=True) for name in found[0].columns]
    )


def _is_open(text: bytes) -> bool:
    """Whether the last line of a piece leaves a quotation mark open, so that its record goes on in the next one."""
    return bool(text.count(b'"', text.rfind(b"\n", 0, -1) + 1) % 2)


def under_lines(texts: Iterable[tuple[bytes, int]], count: int, advance: Callable[[int], None]) -> Iterator[bytes]:
    """The pieces without their first `count` lines; `advance` is told how far each goes."""
    for text, done in texts:
        advance(done)
        start = 0
        while count and (end := text.find(b"\n", start) + 1):
            start, count = end, count - 1
        if start < len(text) and not count:
            yield text[start:] if start else text


def lines_of(path: Path, numbers: Sequence[int], *, size: int = CHUNK_BYTES) -> list[bytes]:
    """These lines of a file, 1-based and ascending, without their ends; `size` bytes of it are held at once.

    In UTF-8 and in GB18030 no other character has a line's end in its bytes.
    """
    found: list[bytes] = []
    wanted = deque(numbers)
    passed = 0
    begun = b""
    for piece, _ in pieces(path, size=size):
        text = begun + piece
        line_count = text.count(b"\n")
        if wanted and wanted[0] <= passed + line_count:
            lines = text.split(b"\n")
            while wanted and wanted[0] <= passed + line_count:
                found.append(lines[wanted.popleft() - passed - 1])
        passed += line_count
        begun = text[text.rfind(b"\n") + 1 :]
    if wanted:
        found.append(begun)
    return found
