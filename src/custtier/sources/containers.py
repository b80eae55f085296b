"""What the user named becomes files on disk: folders listed, ZIP and gzip unpacked, standard input kept."""

import gzip
import shutil
import sys
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from custtier.errors import CusttierError, data_error, nothing_error

MOST_BYTES: Final = 4 << 30
"""A container that unpacks to more than this is refused."""

_CHUNK: Final = 1 << 20
_ZIP, _OLE, _GZIP = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b"
_UTF8_NAME: Final = 0x800
_ENCRYPTED: Final = 0x1


@dataclass(frozen=True)
class Source:
    """One file to read: what the user calls it, and where its bytes lie."""

    label: str
    path: Path


def named_files(paths: Sequence[Path]) -> list[Path]:
    """The files that the user means: each as given, for a folder all visible files in it, sorted.

    Raises:
        CusttierError: `no-such-file`; `empty-folder`.
    """
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
                    "empty-folder", "{path} holds no files", hint="name the exported files", path=str(path)
                )
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            raise data_error(
                "no-such-file",
                "there is no file {path}",
                hint="check the path, or quote it if it has spaces",
                path=str(path),
            )
    return found


def unpacked(path: Path, *, folder: Path) -> Iterator[Source]:
    """The files inside what was named: itself, or the members of a ZIP, one by one.

    Args:
        path: A file, or `-` for standard input.
        folder: Where members are unpacked.

    Raises:
        CusttierError: `encrypted-file`, `too-large`, `unreadable-file`.
    """
    label = str(path)
    if label == "-":
        path = folder / "stdin"
        with path.open("wb") as out:
            shutil.copyfileobj(sys.stdin.buffer, out, _CHUNK)
    yield from _inside(Source(label, path), folder)


def kind_of(path: Path) -> str:
    """`xlsx`, `xls`, `zip`, `gzip`, `html` or `text`, told by the first bytes and never by the name."""
    with path.open("rb") as source:
        start = source.read(512)
    if start.startswith(_ZIP):
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
    except zipfile.BadZipFile:
        return False


def _inside(source: Source, folder: Path) -> Iterator[Source]:
    kind = kind_of(source.path)
    if kind == "zip":
        yield from _members(source, folder)
    elif kind == "gzip":
        with _readable(source.label), gzip.open(source.path) as packed:
            yield Source(source.label, _copied(packed, folder, label=source.label))
    else:
        yield source


def _members(source: Source, folder: Path) -> Iterator[Source]:
    with _readable(source.label), zipfile.ZipFile(source.path) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir() and not _is_hidden(_name(entry))]
        if any(entry.flag_bits & _ENCRYPTED for entry in entries):
            raise encrypted(source.label)
        if sum(entry.file_size for entry in entries) > MOST_BYTES:
            raise _too_large(source.label)
        for entry in sorted(entries, key=_name):
            label = f"{source.label}/{_name(entry)}"
            with archive.open(entry) as packed:
                yield Source(label, _copied(packed, folder, label=label))


def _name(entry: zipfile.ZipInfo) -> str:
    """A member's name; one that the flag does not call UTF-8 is GBK where that reads, as Chinese systems write it."""
    if entry.flag_bits & _UTF8_NAME:
        return entry.filename
    raw = entry.filename.encode("cp437", errors="replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.filename


def _is_hidden(name: str) -> bool:
    return name.startswith("__MACOSX/") or name.rsplit("/", 1)[-1].startswith((".", "~$"))


def _copied(packed: IO[bytes] | gzip.GzipFile, folder: Path, *, label: str) -> Path:
    target = folder / f"{len(list(folder.iterdir()))}.member"
    size = 0
    with target.open("wb") as out:
        while chunk := packed.read(_CHUNK):
            size += len(chunk)
            if size > MOST_BYTES:
                raise _too_large(label)
            out.write(chunk)
    return target


class _readable:  # noqa: N801 - reads as a word in a with statement
    """Turns what unpacking a damaged container raises into an error of ours."""

    def __init__(self, label: str) -> None:
        self.label = label

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, _trace: object) -> None:
        if isinstance(problem, (zipfile.BadZipFile, EOFError, gzip.BadGzipFile, NotImplementedError)):
            raise data_error(
                "unreadable-file",
                "{path} is a damaged archive",
                hint="download it again, or unpack it and name the files inside",
                path=self.label,
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
