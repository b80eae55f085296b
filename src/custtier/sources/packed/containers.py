"""What the user named becomes files on disk: folders listed, archives unpacked, standard input kept."""

import codecs
import os
import re
import sys
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from custtier.errors import data_error, nothing_error, usage_error
from custtier.facts import Note
from custtier.sources.packed import limits
from custtier.sources.packed.archives import DAMAGE, Source, decoded_name, gunzipped, members
from custtier.sources.packed.passwords import Passwords

_CHUNK: Final = 1 << 20
_FOLDERS_SHOWN: Final = 5
_START: Final = 1 << 12
_ZIP, _EMPTY_ZIP, _OLE, _GZIP = b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0", b"\x1f\x8b"
_PACKED: Final = (b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\xfd7zXZ\x00", b"BZh", b"\x28\xb5\x2f\xfd")
_TAR: Final = (257, b"ustar")
_DOCUMENT: Final = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"{\\rtf", b"MIME-Version:")
_MARKUP: Final = re.compile(r"<(?:html|!doctype|table|thead|tbody|tr|body|head|meta|style|div|center|font)\b")
_SPREADSHEET: Final = "urn:schemas-microsoft-com:office:spreadsheet"


def shown_name(path: Path) -> str:
    """A path as text that can be shown and kept; a name that is not UTF-8 is GBK where that reads.

    Examples:
        >>> shown_name(Path(os.fsdecode("一月.csv".encode("gbk"))))
        '一月.csv'
    """
    return decoded_name(os.fsencode(path)) or os.fsencode(path).decode("utf-8", errors="replace")


def named_files(paths: Sequence[Path]) -> list[Path]:
    """The files that the user means: each as given, for a folder all visible files in it, sorted.

    Raises:
        CusttierError: `no-such-file`; `empty-folder`; `stdin-twice`.
    """
    if sum(str(path) == "-" for path in paths) > 1:
        raise usage_error(
            "stdin-twice",
            "standard input (`-`) can be named once only",
            hint="save one of the two to a file and name it",
        )
    found: list[Path] = []
    for path in paths:
        if str(path) == "-":
            found.append(path)
        elif path.is_dir():
            inside = sorted(
                entry for entry in path.iterdir() if entry.is_file() and not entry.name.startswith((".", "~$"))
            )
            if not inside:
                raise nothing_error(
                    "empty-folder",
                    "{path} holds no files",
                    hint="name the exported files, or the folder that they lie in: folders inside are not looked into",
                    path=shown_name(path),
                )
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            raise data_error(
                "no-such-file",
                "there is no file {path}",
                hint="check the path, or quote it if it has spaces",
                path=shown_name(path),
            )
    return found


def folders_inside(paths: Sequence[Path]) -> tuple[Note, ...]:
    """A note on each named folder that holds further ones, which are not looked into unless they are named too."""
    found: list[Note] = []
    named_too = {path.resolve() for path in paths if str(path) != "-"}
    for path in paths:
        if str(path) == "-" or not path.is_dir():
            continue
        inside = sorted(
            shown_name(Path(entry.name))
            for entry in path.iterdir()
            if entry.is_dir() and not entry.name.startswith((".", "__")) and entry.resolve() not in named_too
        )
        if inside:
            named = ", ".join(inside[:_FOLDERS_SHOWN]) + (" …" if len(inside) > _FOLDERS_SHOWN else "")
            first = shown_name(path / inside[0])
            found.append(Note("folders_inside", {"folder": shown_name(path), "folders": named, "first": first}))
    return tuple(found)


def unpacked(path: Path, *, folder: Path, passwords: Passwords | None = None) -> Iterator[Source]:
    """The files inside what was named: itself, or the members of a ZIP, one by one, damaged ones with their problem.

    Args:
        path: A file, or `-` for standard input.
        folder: Where members are unpacked.
        passwords: Those that may open an archive.

    Raises:
        CusttierError: `encrypted-file`, `wrong-password`, `too-large`, `unreadable-file`, `empty-file` of the whole.
    """
    label = shown_name(path)
    if label == "-":
        path = folder / "stdin"
        _keep_standard_input(path)
    elif label != str(path):
        # readers take names in UTF-8 only
        named = folder / "named"
        named.symlink_to(path.absolute())
        path = named
    yield from _inside(Source(label, path), folder, passwords)


def _keep_standard_input(path: Path) -> None:
    """Write standard input to a file; an error where it is larger than any file here may be."""
    left = limits.MOST_BYTES
    with path.open("wb") as out:
        while chunk := sys.stdin.buffer.read(_CHUNK):
            left -= len(chunk)
            if left < 0:
                raise limits.too_long()
            out.write(chunk)


def kind_of(path: Path) -> str:
    """What a file is, told by the first bytes and never by the name.

    `xlsx`, `xls`, `zip`, `gzip`, `archive` (any other kind), `document` (no table at all), `html`, `xml`, or `text`.
    """
    with path.open("rb") as source:
        start = source.read(_START)
    if start.startswith((_ZIP, _EMPTY_ZIP)):
        return _kind_of_zip(path)
    if start.startswith(_OLE):
        return "xls"
    if start.startswith(_GZIP):
        return "gzip"
    if start.startswith(_PACKED) or start.startswith(_TAR[1], _TAR[0]):
        return "archive"
    return "document" if start.startswith(_DOCUMENT) else _kind_of_text(start)


def _kind_of_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except DAMAGE:
        return "zip"
    if "xl/workbook.bin" in names or "content.xml" in names or "word/document.xml" in names:
        return "document"
    return "xlsx" if any(name.startswith("xl/workbook") for name in names) else "zip"


def _kind_of_text(start: bytes) -> str:
    is_wide = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = start.decode("utf-16" if is_wide else "latin-1", errors="ignore").removeprefix("\u00ef\u00bb\u00bf").lstrip()
    if not text.startswith("<"):
        return "text"
    if _SPREADSHEET in text:
        return "xml"
    if _MARKUP.search(text.lower()):
        return "html"
    return "xml" if text.lower().startswith("<?xml") else "text"


def _inside(source: Source, folder: Path, passwords: Passwords | None) -> Iterator[Source]:
    kind = kind_of(source.path)
    if kind == "zip":
        yield from members(source, folder, passwords)
    elif kind == "gzip":
        yield gunzipped(source, folder)
    else:
        yield source
