"""Text files as sheets: encoding told by the bytes, delimiter by the first lines, rows left to Polars."""

import codecs
import csv
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from custtier.errors import CusttierError, data_error
from custtier.sources.sheet import HEAD_ROWS, column_name

CHUNK_BYTES: Final = 4 << 20
_DELIMITERS: Final = (",", "\t", ";")
_UNIT_SEPARATOR: Final = "\x1f"
_SURE_CHARACTERS: Final = 12
"""So many characters beyond ASCII, decoded as UTF-8, are no accident: the file is UTF-8 with a bad byte."""

Advance = Callable[[int], None]


@dataclass(frozen=True)
class TextSheet:
    """A delimited text file in UTF-8 on disk."""

    path: Path
    label: str
    encoding: str
    delimiter: str
    quoted: bool
    head: tuple[tuple[str, ...], ...]
    lines_through: tuple[int, ...]
    width: int
    name: str = ""

    def _scan(self, header_row: int) -> pl.LazyFrame:
        schema = {column_name(index): pl.String for index in range(self.width)}
        return pl.scan_csv(
            self.path,
            has_header=False,
            skip_lines=self.lines_through[header_row - 1],
            schema=schema,
            infer_schema=False,
            separator=self.delimiter,
            quote_char='"' if self.quoted else None,
            truncate_ragged_lines=True,
            row_index_name="row",
            row_index_offset=header_row + 1,
        ).with_columns(pl.col("row").cast(pl.Int32))

    def below(
        self,
        header_row: int,
        columns: Sequence[int],
        *,
        ids: Collection[int] = (),  # noqa: ARG002 - a text file has no numbers and no merged cells
        merged: Collection[int] = (),  # noqa: ARG002
    ) -> pl.DataFrame:
        """See `Sheet.below`."""
        return self._collect(self._scan(header_row).select("row", *(column_name(index) for index in columns)))

    def whole(self, header_row: int, rows: pl.Series) -> pl.DataFrame:
        """See `Sheet.whole`."""
        return self._collect(self._scan(header_row).filter(pl.col("row").is_in(rows.implode())))

    def _collect(self, frame: pl.LazyFrame) -> pl.DataFrame:
        try:
            return frame.collect()
        except pl.exceptions.NoDataError:
            return pl.DataFrame(schema=frame.collect_schema())
        except pl.exceptions.ComputeError as problem:
            raise data_error(
                "unreadable-file",
                "the table in {path} cannot be read: a quotation mark is not closed, or a line is cut",
                hint="export the file again, or open it in a spreadsheet and save it as CSV",
                path=self.label,
            ) from problem


@dataclass
class _Quotes:
    """Counts quotation marks, to tell a file whose quotes follow the rules from one with stray ones in its cells."""

    delimiter: str
    last: str = "\n"
    opening: int = 0
    closing: int = 0
    stray: bool = False

    def __post_init__(self) -> None:
        edge = re.escape(self.delimiter) + r'\r\n"'
        self._stray = re.compile(f'"(?![{edge}])(?<![{edge}]")')

    def see(self, text: str) -> None:
        if self.stray or ('"' not in text and self.last != '"'):
            self.last = text[-1:] or self.last
            return
        seen = self.last + text
        self.opening += sum(seen.count(before + '"') for before in (self.delimiter, "\n"))
        self.closing += sum(seen.count('"' + after) for after in (self.delimiter, "\n", "\r"))
        self.stray = self._stray.search(seen, 1, len(seen) - 1) is not None
        self.last = text[-1]

    def are_wild(self) -> bool:
        """Whether cells hold quotation marks that CSV would have doubled."""
        return self.stray or self.opening != self.closing + (self.last == '"')


def text_sheet(path: Path, *, label: str, folder: Path, advance: Advance) -> TextSheet:
    """The sheet in a text file.

    Args:
        path: The file as given.
        label: Its name for errors.
        folder: Where a UTF-8 copy may be written.
        advance: Told how many bytes have been read.

    Raises:
        CusttierError: `undecodable-file` with the line of the bad byte; `empty-file`.
    """
    encoding = _bom_encoding(path) or ("utf-8" if _is_utf8(path, label=label) else "gb18030")
    copy = _new_file(folder)
    chunks = _decoded(path, encoding, label=label, advance=advance)
    first = next(chunks, "")
    if not first.strip():
        raise data_error("empty-file", "{path} is empty", hint="export the file again", path=label)
    delimiter = _delimiter(first)
    quotes = _Quotes(delimiter)
    only_returns = "\r" in first and "\n" not in first
    backticks = _has_backticks(first, delimiter)
    rewritten = encoding not in {"utf-8", "utf-8-sig"} or only_returns
    target = copy.open("w", encoding="utf-8", newline="") if rewritten else None
    try:
        for chunk in _and_rest(first, chunks):
            text = chunk.replace("\r", "\n") if only_returns else chunk
            quotes.see(text)
            if target is not None:
                target.write(text)
    finally:
        if target is not None:
            target.close()
    source = copy if rewritten else path
    if backticks:
        head, lines = _head(source, delimiter)
        source, delimiter = _without_backticks(source, folder), _UNIT_SEPARATOR
    else:
        source = _requoted(source, folder, delimiter) if quotes.are_wild() else source
        head, lines = _head(source, delimiter)
    return TextSheet(
        path=source,
        label=label,
        encoding=encoding,
        delimiter=delimiter,
        quoted=not backticks,
        head=head,
        lines_through=lines,
        width=max(len(cells) for cells in head),
    )


def _new_file(folder: Path) -> Path:
    return folder / f"{len(list(folder.iterdir()))}.utf8"


def _bom_encoding(path: Path) -> str | None:
    with path.open("rb") as source:
        start = source.read(3)
    if start == codecs.BOM_UTF8:
        return "utf-8-sig"
    return "utf-16" if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else None


def _is_utf8(path: Path, *, label: str) -> bool:
    """Whether the bytes are UTF-8; an error when they plainly are, but for one."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    beyond_ascii = 0
    offset = 0
    with path.open("rb") as source:
        while True:
            chunk = source.read(CHUNK_BYTES)
            pending = len(decoder.getstate()[0])
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as problem:
                good = problem.object[: problem.start].decode()
                if beyond_ascii + _beyond_ascii(good) >= _SURE_CHARACTERS:
                    raise _undecodable(path, offset - pending + problem.start, "utf-8", label) from problem
                return False
            if not chunk:
                return True
            offset += len(chunk)
            if beyond_ascii < _SURE_CHARACTERS:
                beyond_ascii += _beyond_ascii(text)


def _beyond_ascii(text: str) -> int:
    return 0 if text.isascii() else sum(not character.isascii() for character in text)


def _decoded(path: Path, encoding: str, *, label: str, advance: Advance) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    offset = 0
    with path.open("rb") as source:
        while True:
            chunk = source.read(CHUNK_BYTES)
            pending = len(decoder.getstate()[0])
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as problem:
                raise _undecodable(path, offset - pending + problem.start, encoding, label) from problem
            if text:
                yield text
            if not chunk:
                return
            offset += len(chunk)
            advance(offset)


def _undecodable(path: Path, offset: int, encoding: str, label: str) -> CusttierError:
    with path.open("rb") as source:
        line = 1
        left = offset
        while left > 0:
            chunk = source.read(min(left, CHUNK_BYTES))
            if not chunk:
                break
            line += chunk.count(b"\n")
            left -= len(chunk)
    return data_error(
        "undecodable-file",
        "{path} was read as {encoding}, but line {line} has a byte that is none (offset {offset})",
        hint="export the file again, or open it in a spreadsheet and save it as CSV UTF-8",
        path=label,
        encoding=encoding,
        line=line,
        offset=offset,
    )


def _and_rest(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _first_records(text: str, delimiter: str) -> Iterator[tuple[list[str], int]]:
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


def _delimiter(text: str) -> str:
    """Of comma, TAB and semicolon the one that makes the widest table of the first lines."""
    start = text[:200_000]
    widths = {mark: max((len(cells) for cells, _ in _first_records(start, mark)), default=0) for mark in _DELIMITERS}
    return max(_DELIMITERS, key=lambda mark: widths[mark])


def _has_backticks(text: str, delimiter: str) -> bool:
    """Whether the cells are set apart by a comma and a backtick, so that commas in cells need no quotes."""
    if delimiter != "," or ",`" not in text or '"`' in text:
        return False
    return any(line.startswith("`") and line.count(",`") >= 3 for line in text[:200_000].split("\n"))


def _head(path: Path, delimiter: str) -> tuple[tuple[tuple[str, ...], ...], tuple[int, ...]]:
    with path.open(encoding="utf-8", errors="ignore", newline="") as source:
        text = source.read(1 << 20)
    whole_file = len(text) < 1 << 20
    found = list(_first_records(text if whole_file else text[: text.rfind("\n") + 1], delimiter))
    head = tuple(tuple(cells) for cells, _ in found)
    return head, tuple(line for _, line in found)


def _without_backticks(path: Path, folder: Path) -> Path:
    target = _new_file(folder)
    last = ""
    with path.open(encoding="utf-8-sig", newline="") as source, target.open("w", encoding="utf-8", newline="") as out:
        while text := source.read(CHUNK_BYTES):
            seen = (last + text).replace(",`", _UNIT_SEPARATOR)
            last = seen[-1] if seen.endswith(",") else ""
            out.write(seen[: len(seen) - len(last)])
        out.write(last)
    return target


def _requoted(path: Path, folder: Path, delimiter: str) -> Path:
    """A copy in which every cell is quoted by the rules."""
    target = _new_file(folder)
    csv.field_size_limit(1 << 30)
    with path.open(encoding="utf-8-sig", newline="") as source, target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for cells in csv.reader(source, delimiter=delimiter):
            if cells:
                writer.writerow(cells)
            else:
                out.write("\n")
    return target
