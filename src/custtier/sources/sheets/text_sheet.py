"""Text files as sheets: encoding told by the bytes, delimiter by the first lines, rows left to Polars."""

import csv
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import polars as pl

from custtier.errors import CusttierError, data_error
from custtier.sources.packed import limits
from custtier.sources.sheets.decoding import CHUNK_BYTES, encoding_of, pieces, utf8_pieces
from custtier.sources.sheets.sheet import Each, column_name
from custtier.sources.sheets.text_head import delimiter_of, ends_in_returns, first_records, has_backticks
from custtier.sources.sheets.text_lines import TextTable, collected, lines_of, rows_by_line, under_lines
from custtier.sources.sheets.text_marks import UnclosedMarkError, has_wild_quotes, records_of

_START_BYTES: Final = 1 << 18
_HEAD_CHARACTERS: Final = 1 << 20
_UNIT_SEPARATOR: Final = "\x1f"

Advance = Callable[[int], None]


@dataclass
class TextSheet:
    """A delimited text file on disk.

    Args:
        path: The text; replaced by a copy in UTF-8 when its records are not its lines.
        stored: What the bytes at `path` are in: `utf-8` or `gb18030`.
        label: What the user calls the file.
        encoding: What the bytes of the user's file were in.
        table: How its lines make rows.
        head: The first rows.
        lines_through: For each of them, the line it ends on.
        folder: Where a copy may be written.
        advance: Told how many bytes have been read.
        by_line: Whether every line under the header is known to be a record.
        name: Text files have no sheets.
    """

    path: Path
    stored: str
    label: str
    encoding: str
    table: TextTable
    head: tuple[tuple[str, ...], ...]
    lines_through: tuple[int, ...]
    folder: Path
    advance: Advance
    by_line: bool = False
    name: str = ""

    def below(
        self,
        header_row: int,
        columns: Sequence[int],
        *,
        each: Each,
        ids: Collection[int] = (),  # noqa: ARG002 - a text file has no numbers and no merged cells
        merged: Collection[int] = (),  # noqa: ARG002 - the same
    ) -> pl.DataFrame:
        """See `Sheet.below`.

        As many records as lines means that no quotation mark has swallowed a line's end. Otherwise cells have line
        breaks, or stray marks in them: then the file is written anew with every cell quoted.
        """
        names = ["row", *(column_name(index) for index in columns)]

        def taken(rows: pl.LazyFrame) -> pl.LazyFrame:
            return each(rows.select(names))

        texts = utf8_pieces(self.path, self.stored, label=self.label)
        under = under_lines(texts, self.lines_through[header_row - 1], self.advance)
        found = rows_by_line(under, self.table, first_row=header_row + 1, each=taken)
        self.by_line = found is not None
        if found is None:
            self._store_as_utf8()
            found = self._by_record(header_row, taken)
        return found

    def whole(self, header_row: int, rows: pl.Series) -> pl.DataFrame:
        """See `Sheet.whole`."""
        if self.by_line:
            found = self._of_lines(header_row, rows.unique().sort())
        else:
            found = collected(self._scan(header_row).filter(pl.col("row").is_in(rows.implode())))
        if found is None:
            raise self._unreadable()
        return found

    def unquoted(self, *, through: int) -> "TextSheet":
        """The same text in a format that puts no cell in quotation marks: every mark is a character, every line a row.

        Args:
            through: A line that the first rows have to reach.
        """
        with self.path.open(encoding=self.stored, errors="ignore", newline="") as source:
            lines = source.read(_HEAD_CHARACTERS).removeprefix("\ufeff").split("\n")[: max(through, len(self.head))]
        head = tuple(tuple(line.rstrip("\r").split(self.table.delimiter)) for line in lines)
        width = max((len(cells) for cells in head), default=1)
        table = replace(self.table, quoted=False, width=width)
        return replace(self, table=table, head=head, lines_through=tuple(range(1, len(head) + 1)))

    def _of_lines(self, header_row: int, rows: pl.Series) -> pl.DataFrame | None:
        """Every column of rows whose lines are known by their numbers."""
        passed = self.lines_through[header_row - 1] - header_row
        lines = [line.decode(self.stored) for line in lines_of(self.path, (rows + passed).to_list())]
        text = "".join(f"{line}\n" for line in lines).encode()
        found = rows_by_line([text] if text else [], self.table, first_row=0, each=lambda scanned: scanned)
        return None if found is None else found.with_columns(rows.cast(pl.Int32).alias("row"))

    def _by_record(self, header_row: int, each: Each) -> pl.DataFrame:
        """What `each` makes of the rows of a file whose records are not its lines."""
        found = collected(each(self._scan(header_row)))
        line_count, mark_count = _lines_and_marks(self.path)
        as_expected = found is not None and found.height == line_count - self.lines_through[header_row - 1]
        suspect = self.table.quoted and (not as_expected or mark_count % 2 == 1)
        if suspect and has_wild_quotes(self.path, self.table.delimiter):
            self.path = self._requoted()
            found = collected(each(self._scan(header_row)))
        if found is None:
            raise self._unreadable()
        return found

    def _scan(self, header_row: int) -> pl.LazyFrame:
        skip = self.lines_through[header_row - 1]
        return self.table.scan(self.path, skip_lines=skip, first_row=header_row + 1)

    def _store_as_utf8(self) -> None:
        if self.stored != "utf-8":
            self.path = _copied(self.path, self.stored, label=self.label, folder=self.folder)
            self.stored = "utf-8"

    def _requoted(self) -> Path:
        """A copy in which every cell is quoted by the rules; its records end on the same lines."""
        target = new_file(self.folder)
        try:
            with (
                self.path.open(encoding="utf-8-sig", newline="") as source,
                target.open("w", encoding="utf-8", newline="") as out,
            ):
                writer = csv.writer(out, delimiter=self.table.delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
                for cells in records_of(source, self.table.delimiter):
                    if cells:
                        writer.writerow(cells)
                    else:
                        out.write("\n")
        except UnclosedMarkError as problem:
            raise data_error(
                "unreadable-file",
                "the table in {path} cannot be read: a quotation mark in line {line} is not closed",
                hint="export the file again, or open it in a spreadsheet and save it as CSV",
                path=self.label,
                line=problem.line,
            ) from problem
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


def _lines_and_marks(path: Path) -> tuple[int, int]:
    """How many lines a text file has, and how many quotation marks."""
    lines = marks = 0
    end = b"\n"
    for piece, _ in pieces(path):
        lines += piece.count(b"\n")
        marks += piece.count(b'"')
        end = piece[-1:]
    return lines + (end != b"\n"), marks


def text_sheet(path: Path, *, label: str, folder: Path, advance: Advance) -> TextSheet:
    """The sheet in a text file.

    A file in UTF-8 or GB18030 is left where it is: its rows are decoded when they are read.

    Args:
        path: The file as given.
        label: Its name for errors.
        folder: Where a UTF-8 copy may be written.
        advance: Told how many bytes have been read, here or by the sheet.

    Raises:
        CusttierError: `undecodable-file` with the line of the bad byte; `empty-file`; `too-large`.
    """
    encoding = encoding_of(path, label=label)
    start = _start(path, encoding, label=label)
    if not start.strip("\ufeff \t\r\n"):
        raise data_error("empty-file", "{path} is empty", hint="export the file again", path=label)
    delimiter = delimiter_of(start)
    backticks = has_backticks(start, delimiter)
    returns_only = ends_in_returns(start)
    source, stored = path, "gb18030" if encoding == "gb18030" else "utf-8"
    if returns_only or backticks or encoding in {"utf-16", "cp1252", "cp932"}:
        source = _copied(path, encoding, label=label, folder=folder, returns_only=returns_only)
        stored = "utf-8"
    head, lines = _head(source, stored, delimiter)
    width = max((len(cells) for cells in head), default=1)
    if width > limits.MOST_COLUMNS:
        raise limits.too_wide(label)
    return TextSheet(
        path=_without_backticks(source, folder) if backticks else source,
        stored=stored,
        label=label,
        encoding=encoding,
        table=TextTable(
            delimiter=_UNIT_SEPARATOR if backticks else delimiter,
            quoted=not backticks,
            width=width,
        ),
        head=head,
        lines_through=lines,
        folder=folder,
        advance=advance,
    )


def new_file(folder: Path) -> Path:
    """A path in a folder that nothing stands at yet."""
    return folder / f"{len(list(folder.iterdir()))}.utf8"


def _start(path: Path, encoding: str, *, label: str) -> str:
    """The beginning of the file as text; an error where its first lines have a byte that is none."""
    first, _ = next(utf8_pieces(path, encoding, label=label), (b"", 0))
    return first[:_START_BYTES].decode(errors="ignore")


def _copied(path: Path, encoding: str, *, label: str, folder: Path, returns_only: bool = False) -> Path:
    """A copy of the file's text in UTF-8."""
    target = new_file(folder)
    with target.open("wb") as copy:
        for text, _ in utf8_pieces(path, encoding, label=label, returns_only=returns_only):
            copy.write(text)
    return target


def _head(path: Path, stored: str, delimiter: str) -> tuple[tuple[tuple[str, ...], ...], tuple[int, ...]]:
    with path.open(encoding=stored, errors="ignore", newline="") as source:
        text = source.read(_HEAD_CHARACTERS)
    whole_file = len(text) < _HEAD_CHARACTERS
    found = list(first_records(text if whole_file else text[: text.rfind("\n") + 1], delimiter))
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
