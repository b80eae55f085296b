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
_START_BYTES: Final = 1 << 18
_DELIMITERS: Final = (",", "\t", ";")
_UNIT_SEPARATOR: Final = "\x1f"
_SURE_CHARACTERS: Final = 12
"""So many characters beyond ASCII, decoded as UTF-8, are no accident: the file is UTF-8 with a bad byte."""

Advance = Callable[[int], None]


@dataclass
class TextSheet:
    """A delimited text file in UTF-8 on disk.

    Args:
        path: The text, in UTF-8; replaced by a copy when its quotation marks follow no rule.
        label: What the user calls the file.
        encoding: What the bytes were in.
        delimiter: Between cells.
        quoted: Whether cells may stand in quotation marks.
        head: The first rows.
        lines_through: For each of them, the line it ends on.
        line_count: Lines of the whole file.
        folder: Where a copy may be written.
        name: Text files have no sheets.
    """

    path: Path
    label: str
    encoding: str
    delimiter: str
    quoted: bool
    head: tuple[tuple[str, ...], ...]
    lines_through: tuple[int, ...]
    line_count: int
    folder: Path
    name: str = ""

    def below(
        self,
        header_row: int,
        columns: Sequence[int],
        *,
        ids: Collection[int] = (),  # noqa: ARG002 - a text file has no numbers and no merged cells
        merged: Collection[int] = (),  # noqa: ARG002
    ) -> pl.DataFrame:
        """See `Sheet.below`.

        As many records as lines means that no quotation mark has swallowed a line's end. Otherwise cells have line
        breaks, or stray marks in them: then the file is written anew with every cell quoted.
        """
        names = [column_name(index) for index in columns]
        found = self._collect(self._scan(header_row).select("row", *names))
        lines = self.line_count - self.lines_through[header_row - 1]
        as_expected = found is not None and found.height == lines
        if not as_expected and self.quoted and has_wild_quotes(self.path, self.delimiter):
            self.path = self._requoted()
            found = self._collect(self._scan(header_row).select("row", *names))
        if found is None:
            raise self._unreadable()
        return found

    def whole(self, header_row: int, rows: pl.Series) -> pl.DataFrame:
        """See `Sheet.whole`."""
        found = self._collect(self._scan(header_row).filter(pl.col("row").is_in(rows.implode())))
        if found is None:
            raise self._unreadable()
        return found

    def _scan(self, header_row: int) -> pl.LazyFrame:
        width = max(len(cells) for cells in self.head)
        return pl.scan_csv(
            self.path,
            has_header=False,
            skip_lines=self.lines_through[header_row - 1],
            schema={column_name(index): pl.String for index in range(width)},
            infer_schema=False,
            separator=self.delimiter,
            quote_char='"' if self.quoted else None,
            truncate_ragged_lines=True,
            missing_columns="insert",
            row_index_name="row",
            row_index_offset=header_row + 1,
        ).with_columns(pl.col("row").cast(pl.Int32))

    def _collect(self, frame: pl.LazyFrame) -> pl.DataFrame | None:
        """The rows; None where Polars can make no table of the lines."""
        try:
            return frame.collect()
        except pl.exceptions.NoDataError:
            return pl.DataFrame(schema=frame.collect_schema())
        except pl.exceptions.ComputeError:
            return None

    def _requoted(self) -> Path:
        """A copy in which every cell is quoted by the rules; its records end on the same lines."""
        target = new_file(self.folder)
        csv.field_size_limit(1 << 30)
        try:
            with (
                self.path.open(encoding="utf-8-sig", newline="") as source,
                target.open("w", encoding="utf-8", newline="") as out,
            ):
                writer = csv.writer(out, delimiter=self.delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
                for cells in csv.reader(source, delimiter=self.delimiter):
                    if cells:
                        writer.writerow(cells)
                    else:
                        out.write("\n")
        except csv.Error as problem:
            raise self._unreadable() from problem
        return target

    def _unreadable(self) -> CusttierError:
        return data_error(
            "unreadable-file",
            "the table in {path} cannot be read: a quotation mark is not closed, or a line is cut",
            hint="export the file again, or open it in a spreadsheet and save it as CSV",
            path=self.label,
        )


def has_wild_quotes(path: Path, delimiter: str) -> bool:
    """Whether cells of a text file hold quotation marks that CSV would have doubled.

    It looks at bytes: no byte of a character beyond ASCII looks like a mark, a delimiter or a line's end in UTF-8.
    """
    mark = delimiter.encode()
    edge = re.escape(mark) + rb'\r\n"'
    inside = re.compile(b'"(?=[^' + edge + b"])(?<![" + edge + b']")')
    last = b"\n\n"
    opening = closing = 0
    for piece, _ in _pieces(path):
        seen = last[-1:] + piece
        opening += sum(seen.count(before + b'"') for before in (mark, b"\n"))
        closing += sum(seen.count(b'"' + after) for after in (mark, b"\n", b"\r"))
        if inside.search(last + piece, len(last) - 1) is not None:
            return True
        last = (last + piece)[-2:]
    return opening != closing + last.endswith(b'"')


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
    first = _start(path, encoding)
    if not first.strip("\ufeff \t\r\n"):
        raise data_error("empty-file", "{path} is empty", hint="export the file again", path=label)
    delimiter = _delimiter(first)
    returns_only = "\r" in first and "\n" not in first
    if encoding in {"utf-8", "utf-8-sig"} and not returns_only:
        source = path
        pieces = _pieces(path)
    else:
        source = new_file(folder)
        pieces = _copied(path, source, encoding, label=label, returns_only=returns_only)
    line_count, end = 0, b"\n"
    for piece, done in pieces:
        line_count += piece.count(b"\n")
        end = piece[-1:] or end
        advance(done)
    backticks = _has_backticks(first, delimiter)
    head, lines = _head(source, delimiter)
    return TextSheet(
        path=_without_backticks(source, folder) if backticks else source,
        label=label,
        encoding=encoding,
        delimiter=_UNIT_SEPARATOR if backticks else delimiter,
        quoted=not backticks,
        head=head,
        lines_through=lines,
        line_count=line_count + (end != b"\n"),
        folder=folder,
    )


def new_file(folder: Path) -> Path:
    """A path in a folder that nothing stands at yet."""
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


def _pieces(path: Path) -> Iterator[tuple[bytes, int]]:
    """The file's bytes in pieces, and how many have been read."""
    done = 0
    with path.open("rb") as source:
        while piece := source.read(CHUNK_BYTES):
            done += len(piece)
            yield piece, done


def _start(path: Path, encoding: str) -> str:
    """The beginning of the file as text; a character that the cut hits is left away."""
    with path.open("rb") as source:
        return source.read(_START_BYTES).decode(encoding, errors="ignore")


def _copied(path: Path, target: Path, encoding: str, *, label: str, returns_only: bool) -> Iterator[tuple[bytes, int]]:
    """Writes the file's text in UTF-8; gives it in pieces, and how many bytes of the file have been read."""
    decoder = codecs.getincrementaldecoder(encoding)()
    offset = 0
    with target.open("wb") as copy:
        for piece, done in _pieces_then_end(path):
            pending = len(decoder.getstate()[0])
            try:
                text = decoder.decode(piece, final=not piece)
            except UnicodeDecodeError as problem:
                raise _undecodable(path, offset - pending + problem.start, encoding, label) from problem
            utf8 = (text.replace("\r", "\n") if returns_only else text).encode()
            copy.write(utf8)
            offset = done
            yield utf8, done


def _pieces_then_end(path: Path) -> Iterator[tuple[bytes, int]]:
    done = 0
    for piece, done in _pieces(path):
        yield piece, done
    yield b"", done


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
    widths = {mark: max((len(cells) for cells, _ in _first_records(text, mark)), default=0) for mark in _DELIMITERS}
    return max(_DELIMITERS, key=lambda mark: widths[mark])


def _has_backticks(text: str, delimiter: str) -> bool:
    """Whether the cells are set apart by a comma and a backtick, so that commas in cells need no quotes."""
    if delimiter != "," or ",`" not in text or '"`' in text:
        return False
    return any(line.startswith("`") and line.count(",`") >= 3 for line in text.split("\n"))


def _head(path: Path, delimiter: str) -> tuple[tuple[tuple[str, ...], ...], tuple[int, ...]]:
    with path.open(encoding="utf-8", errors="ignore", newline="") as source:
        text = source.read(1 << 20)
    whole_file = len(text) < 1 << 20
    found = list(_first_records(text if whole_file else text[: text.rfind("\n") + 1], delimiter))
    head = tuple(tuple(cells) for cells, _ in found)
    return head, tuple(line for _, line in found)


def _without_backticks(path: Path, folder: Path) -> Path:
    target = new_file(folder)
    last = ""
    with path.open(encoding="utf-8-sig", newline="") as source, target.open("w", encoding="utf-8", newline="") as out:
        while text := source.read(CHUNK_BYTES):
            seen = (last + text).replace(",`", _UNIT_SEPARATOR).replace("\n`", "\n")
            last = seen[-1] if seen.endswith((",", "\n")) else ""
            out.write(seen[: len(seen) - len(last)])
        out.write(last)
    return target
