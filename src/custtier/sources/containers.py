"""What the user named becomes files on disk: folders listed, ZIP and gzip unpacked, standard input kept."""

import gzip
import lzma
import os
import shutil
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Protocol, TypeVar

from custtier.errors import CusttierError, data_error, nothing_error, usage_error

MOST_BYTES: Final = 4 << 30
"""A container that unpacks to more than this is refused."""

_CHUNK: Final = 1 << 20
_ZIP, _EMPTY_ZIP, _OLE, _GZIP = b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0", b"\x1f\x8b"
_UTF8_NAME: Final = 0x800
_ENCRYPTED: Final = 0x1


DAMAGE: Final = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, struct.error, RuntimeError, ValueError,
)  # fmt: skip
"""What unpacking damaged bytes raises: each kind of compression has its own."""

_Made = TypeVar("_Made")


class _Bytes(Protocol):
    def read(self, size: int, /) -> bytes: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class Source:
    """One file to read: what the user calls it, and where its bytes lie, or why they cannot be had."""

    label: str
    path: Path
    problem: CusttierError | None = None


def shown_name(path: Path) -> str:
    """A path as text that can be shown and kept; a name that is not UTF-8 is GBK where that reads.

    Examples:
        >>> shown_name(Path(os.fsdecode("一月.csv".encode("gbk"))))
        '一月.csv'
    """
    return _decoded(os.fsencode(path)) or os.fsencode(path).decode("utf-8", errors="replace")


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
                    "empty-folder", "{path} holds no files", hint="name the exported files", path=shown_name(path)
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


def unpacked(path: Path, *, folder: Path) -> Iterator[Source]:
    """The files inside what was named: itself, or the members of a ZIP, one by one, damaged ones with their problem.

    Args:
        path: A file, or `-` for standard input.
        folder: Where members are unpacked.

    Raises:
        CusttierError: `encrypted-file`, `too-large`, `unreadable-file`, `empty-file` of the whole.
    """
    label = shown_name(path)
    if label == "-":
        path = folder / "stdin"
        with path.open("wb") as out:
            shutil.copyfileobj(sys.stdin.buffer, out, _CHUNK)
    elif label != str(path):
        # readers take names in UTF-8 only
        named = folder / "named"
        named.symlink_to(path.absolute())
        path = named
    yield from _inside(Source(label, path), folder)


def kind_of(path: Path) -> str:
    """`xlsx`, `xls`, `zip`, `gzip`, `html` or `text`, told by the first bytes and never by the name."""
    with path.open("rb") as source:
        start = source.read(512)
    if start.startswith((_ZIP, _EMPTY_ZIP)):
        return "xlsx" if _is_workbook(path) else "zip"
    if start.startswith(_OLE):
        return "xls"
    if start.startswith(_GZIP):
        return "gzip"
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return "html" if text.startswith((b"<html", b"<!doctype", b"<table", b"<?xml")) else "text"


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.startswith("xl/workbook") for name in archive.namelist())
    except DAMAGE:
        return False


def _inside(source: Source, folder: Path) -> Iterator[Source]:
    kind = kind_of(source.path)
    if kind == "zip":
        yield from _members(source, folder)
    elif kind == "gzip":
        yield _unpacked(lambda: gzip.GzipFile(source.path), folder, label=source.label)
    else:
        yield source


def _members(source: Source, folder: Path) -> Iterator[Source]:
    with closing(_sound(lambda: zipfile.ZipFile(source.path), label=source.label)) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir() and not _is_hidden(_name(entry))]
        if not entries:
            raise data_error("empty-file", "{path} is empty", hint="export the file again", path=source.label)
        if all(entry.flag_bits & _ENCRYPTED for entry in entries):
            raise encrypted(source.label)
        if sum(entry.file_size for entry in entries) > MOST_BYTES:
            raise _too_large(source.label)
        for entry in sorted(entries, key=_name):
            label = f"{source.label}/{_name(entry)}"
            if entry.flag_bits & _ENCRYPTED:
                yield Source(label, source.path, encrypted(label))
            else:
                yield _unpacked(partial(archive.open, entry), folder, label=label)


def _name(entry: zipfile.ZipInfo) -> str:
    """A member's name; one that the flag does not call UTF-8 is GBK where that reads, as Chinese systems write it."""
    if entry.flag_bits & _UTF8_NAME:
        return entry.filename
    return _decoded(entry.filename.encode("cp437", errors="replace")) or entry.filename


def _decoded(name: bytes) -> str | None:
    for encoding in ("utf-8", "gb18030"):
        try:
            return name.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _is_hidden(name: str) -> bool:
    return name.startswith("__MACOSX/") or name.rsplit("/", 1)[-1].startswith((".", "~$"))


def _unpacked(opened: Callable[[], _Bytes], folder: Path, *, label: str) -> Source:
    """A copy of what is packed; its problem where it is damaged or too large."""
    target = folder / f"{len(list(folder.iterdir()))}.member"
    size = 0
    try:
        with closing(_sound(opened, label=label)) as packed, target.open("wb") as out:
            while chunk := _sound(lambda: packed.read(_CHUNK), label=label):
                size += len(chunk)
                if size > MOST_BYTES:
                    raise _too_large(label)
                out.write(chunk)
    except CusttierError as problem:
        return Source(label, target, problem)
    return Source(label, target)


def _sound(make: Callable[[], _Made], *, label: str) -> _Made:
    """What `make` gives; an error of ours where the bytes are damaged."""
    try:
        return make()
    except DAMAGE as problem:
        raise data_error(
            "unreadable-file",
            "{path} is a damaged archive",
            hint="download it again, or unpack it and name the files inside",
            path=label,
        ) from problem


def encrypted(label: str) -> CusttierError:
    """The error for a file that needs a password."""
    return data_error(
        "encrypted-file",
        "{path} is password-protected",
        hint="open it with its password and save it without one, then name that file",
        path=label,
    )


def _too_large(label: str) -> CusttierError:
    return data_error(
        "too-large",
        "{path} unpacks to more than {gigabytes} GB",
        hint="unpack it and name the files that you need",
        path=label,
        gigabytes=MOST_BYTES >> 30,
    )
