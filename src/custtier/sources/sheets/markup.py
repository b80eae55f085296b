"""Tables in markup as sheets: web pages that shop systems call XLS, and spreadsheets saved as one XML file."""

import codecs
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol

from custtier.errors import CusttierError, data_error
from custtier.sources.sheets.decoding import encoding_of, utf8_pieces
from custtier.sources.sheets.grid import Grid, GridSheet

_START: Final = 1 << 12
_SPACES: Final = re.compile(r"[ \t\r\n\xa0\u3000]+")
_SHORT_NUMBER: Final = re.compile(r"^-?\d(?:\.\d+)?[eE]\+?\d+$")
_CHARSET: Final = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE)
_MOST_DEEP: Final = 200
_OTHER_CODECS: Final = frozenset({"big5", "cp950", "big5hkscs", "shift_jis", "cp932", "euc_kr", "cp949", "cp1252"})
"""What a file may be in that is neither Unicode nor GB18030, if it says so."""


class Tables(Protocol):
    """Makes grids of the events of a parser."""

    grids: list[Grid]

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""

    def end(self, tag: str) -> None:
        """An element ends."""

    def data(self, text: str) -> None:
        """A text, or a part of one."""


def markup_sheets(path: Path, *, kind: str, label: str) -> Sequence[GridSheet]:
    """The tables of a file of markup that hold anything; several are named by number.

    Args:
        path: The file.
        kind: `html`, or `xml` for a spreadsheet.
        label: The file's name for errors.

    Raises:
        CusttierError: `unreadable-file`, `undecodable-file`, `too-large`, `empty-file`.
    """
    from lxml import etree

    tables: HtmlTables | XmlTables
    if kind == "html":
        tables = HtmlTables(label)
        parser = etree.HTMLParser(target=tables, encoding="utf-8", no_network=True, huge_tree=True)
    else:
        tables = XmlTables(label)
        parser = etree.XMLParser(
            target=tables, encoding="utf-8", no_network=True, resolve_entities=False, load_dtd=False, huge_tree=False
        )
    encoding = _encoding(path, label=label)
    try:
        for number, (piece, _) in enumerate(utf8_pieces(path, encoding, label=label)):
            parser.feed(piece.removeprefix(codecs.BOM_UTF8) if number == 0 else piece)
        parser.close()
    except etree.LxmlError as problem:
        raise _unreadable(label) from problem
    sheets = [sheet for grid in tables.grids if (sheet := grid.sheet(kind)) is not None]
    if not sheets:
        raise _unreadable(label)
    return sheets


class HtmlTables:
    """The tables of a web page; one inside a cell of another stands for itself."""

    def __init__(self, label: str) -> None:
        self.grids: list[Grid] = []
        self._label = label
        self._open: list[_OpenTable] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """See `Tables`."""
        if tag == "table":
            self._start_table()
        elif tag == "tr":
            self._now().start_row()
        elif tag in {"td", "th"}:
            self._now().start_cell(attributes)
        elif tag == "br" and self._open:
            self._open[-1].data("\n")

    def end(self, tag: str) -> None:
        """See `Tables`."""
        if not self._open:
            return
        if tag in {"td", "th", "tr"}:
            self._open[-1].end_cell()
        elif tag == "table":
            self._open.pop().end_cell()

    def data(self, text: str) -> None:
        """See `Tables`."""
        if self._open:
            self._open[-1].data(text)

    def close(self) -> None:
        """The parser is done."""
        while self._open:
            self._open.pop().end_cell()
        if len(self.grids) > 1:
            for number, grid in enumerate(self.grids, 1):
                grid.name = str(number)

    def _now(self) -> "_OpenTable":
        if not self._open:
            self._start_table()
        return self._open[-1]

    def _start_table(self) -> None:
        if len(self._open) > _MOST_DEEP:
            raise _unreadable(self._label)
        self.grids.append(Grid(label=self._label))
        self._open.append(_OpenTable(self.grids[-1]))


class _OpenTable:
    """A table whose cells are being read."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._texts: list[str] | None = None
        self._attributes: Mapping[str, str] = {}

    def start_row(self) -> None:
        self.end_cell()
        self._grid.start_row()

    def start_cell(self, attributes: Mapping[str, str]) -> None:
        self.end_cell()
        self._texts = []
        self._attributes = dict(attributes)

    def data(self, text: str) -> None:
        if self._texts is not None:
            self._texts.append(text)

    def end_cell(self) -> None:
        if self._texts is None:
            return
        text = _SPACES.sub(" ", "".join(self._texts)).strip()
        # spreadsheets write a number in full beside its shown form
        exact = self._attributes.get("x:num")
        if exact and _SHORT_NUMBER.match(text):
            text = exact
        self._grid.put(
            text, across=_count(self._attributes.get("colspan")), down=_count(self._attributes.get("rowspan"))
        )
        self._texts = None


class XmlTables:
    """The sheets of a spreadsheet saved as one XML file, as Excel 2003 does."""

    def __init__(self, label: str) -> None:
        self.grids: list[Grid] = []
        self._label = label
        self._cell: dict[str, str] = {}
        self._texts: list[str] | None = None
        self._text = ""

    def doctype(self, *_: str | None) -> None:
        """No spreadsheet declares a document type, and what one may declare is not safe."""
        raise _unreadable(self._label)

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """See `Tables`."""
        kind, known = _local(tag), {_local(name): value for name, value in attributes.items()}
        if kind == "Worksheet":
            self.grids.append(Grid(label=self._label, name=known.get("Name", "")))
        elif not self.grids:
            return
        elif kind == "Row":
            number = known.get("Index", "")
            self.grids[-1].start_row(_count(number) if number else None)
        elif kind == "Cell":
            self._cell, self._text = known, ""
        elif kind == "Data":
            self._texts = []

    def end(self, tag: str) -> None:
        """See `Tables`."""
        kind = _local(tag)
        if kind == "Data":
            self._text = "".join(self._texts or ()).strip()
            self._texts = None
        elif kind == "Cell" and self.grids:
            number = self._cell.get("Index", "")
            self.grids[-1].put(
                self._text,
                column=_count(number) - 1 if number else None,
                across=_count(self._cell.get("MergeAcross"), otherwise=0) + 1,
                down=_count(self._cell.get("MergeDown"), otherwise=0) + 1,
            )

    def data(self, text: str) -> None:
        """See `Tables`."""
        if self._texts is not None:
            self._texts.append(text)

    def close(self) -> None:
        """The parser is done."""


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _count(text: str | None, *, otherwise: int = 1) -> int:
    """A whole number in an attribute, of so few digits that it stays small; else what holds without one."""
    stripped = (text or "").strip()
    return int(stripped) if stripped.isascii() and stripped.isdigit() and len(stripped) <= 9 else otherwise


def _encoding(path: Path, *, label: str) -> str:
    """What the bytes are in: as they look, unless they say that they are of some other kind."""
    found = encoding_of(path, label=label)
    if found != "gb18030":
        return found
    with path.open("rb") as source:
        said = _CHARSET.search(source.read(_START))
    if said is None:
        return found
    try:
        codec = codecs.lookup(said[1].decode().lower()).name
    except (LookupError, ValueError):
        return found
    return codec if codec.replace("-", "_") in _OTHER_CODECS else found


def _unreadable(label: str) -> CusttierError:
    return data_error(
        "unreadable-file",
        "{path} is a web page or an XML file without a table that can be read",
        hint="open it in a spreadsheet and save it as XLSX or CSV",
        path=label,
    )
