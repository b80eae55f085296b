"""The files inside ZIP and gzip archives, unpacked one by one: with passwords, and never more than a limit."""

import gzip
import lzma
import os
import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from custtier.errors import CusttierError, data_error
from custtier.sources.packed import limits
from custtier.sources.packed.passwords import Passwords, opened

_CHUNK: Final = 1 << 20
_CAUTIOUS_CHUNK: Final = 1 << 12
"""Compressed bytes read at once where a kind of compression gives all that they unpack to at once."""

_UTF8_NAME: Final = 0x800
_ENCRYPTED: Final = 0x1
_DESCRIBED: Final = 0x8
_DEFLATE64: Final = 9
_LOCAL: Final = struct.Struct("<4sHHHHHIIIHH")
_DESCRIPTION: Final = struct.Struct("<4sIII")
_BINARY: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")

DAMAGE: Final = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, struct.error, RuntimeError, ValueError, KeyError,
    IndexError, OverflowError,
)  # fmt: skip
"""What unpacking damaged bytes raises: each kind of compression has its own."""

_DAMAGED: Final = "unreadable-file"

_Made = TypeVar("_Made")
_Chunks = Callable[[], Iterator[bytes]]


@dataclass(frozen=True)
class Source:
    """One file to read: what the user calls it, and where its bytes lie, or why they cannot be had."""

    label: str
    path: Path
    problem: CusttierError | None = None


class _WrongPasswordError(Exception):
    """The password does not fit."""


class _Allowance:
    """What an archive may still unpack to, all of its files together."""

    def __init__(self, packed: int, *, label: str) -> None:
        self.label = label
        self.most_bytes = limits.most_bytes(packed)
        self.most_rows = limits.most_rows(packed)
        self._bytes = self._rows = 0

    def take(self, chunk: bytes, *, is_text: bool) -> None:
        """Count what has been unpacked; an error where it is more than there should be."""
        self._bytes += len(chunk)
        if self._bytes > self.most_bytes:
            raise limits.too_large(self.label, most=self.most_bytes)
        if is_text:
            self._rows += max(chunk.count(b"\n"), chunk.count(b"\r"))
            if self._rows > self.most_rows:
                raise limits.too_many_rows(self.label, most=self.most_rows)


def gunzipped(source: Source, folder: Path) -> Source:
    """The file in a gzip file; its problem where it is damaged or too large."""

    def chunks() -> Iterator[bytes]:
        with gzip.GzipFile(source.path) as packed:
            while chunk := packed.read(_CHUNK):
                yield chunk

    allowance = _Allowance(source.path.stat().st_size, label=source.label)
    return _unpacked(chunks, _new_member(folder), allowance, label=source.label)


def members(source: Source, folder: Path, passwords: Passwords | None) -> Iterator[Source]:
    """The files in a ZIP archive, by name, damaged ones with their problem; each is gone when the next is asked for.

    Raises:
        CusttierError: Of the whole: `encrypted-file`, `wrong-password`, `too-large`, `unreadable-file`, `empty-file`.
    """
    packed_size = source.path.stat().st_size
    with closing(sound(lambda: zipfile.ZipFile(source.path), label=source.label)) as archive:
        check_entries(archive, packed_size, label=source.label)
        entries = [
            entry for entry in archive.infolist() if not entry.filename.endswith("/") and not _is_hidden(_name(entry))
        ]
        if not entries:
            raise data_error("empty-file", "{path} is empty", hint="export the file again", path=source.label)
        locked = all(entry.flag_bits & _ENCRYPTED for entry in entries)
        allowance = _Allowance(packed_size, label=source.label)
        for entry in sorted(entries, key=_name):
            label = f"{source.label}/{_name(entry)}"
            target = _new_member(folder)
            if entry.flag_bits & _ENCRYPTED:
                asked = source.label if locked else label
                found = _decrypted(source.path, entry, target, allowance, passwords=passwords, label=label, asked=asked)
                if locked and found.problem is not None and found.problem.values["path"] == source.label:
                    raise found.problem
            else:
                chunks = partial(_plain_chunks, archive, entry, source.path)
                found = _unpacked(chunks, target, allowance, label=label)
            yield found
            target.unlink(missing_ok=True)


def check_entries(archive: zipfile.ZipFile, packed_size: int, *, label: str, is_workbook: bool = False) -> None:
    """Return when the directory of a ZIP archive is plausible.

    Files that overlap make a small archive unpack to one of any size.

    Raises:
        CusttierError: `too-large`, `unreadable-file`.
    """
    entries = archive.infolist()
    if len(entries) > limits.MOST_MEMBERS:
        raise limits.too_spread(label) if is_workbook else limits.too_many_members(label, count=len(entries))
    most = limits.most_bytes(packed_size)
    if sum(entry.file_size for entry in entries) > most:
        raise limits.too_spread(label) if is_workbook else limits.too_large(label, most=most)
    end = 0
    for entry in sorted(entries, key=lambda one: one.header_offset):
        if entry.header_offset < end:
            raise damaged(label)
        end = entry.header_offset + _LOCAL.size + entry.compress_size
    if end > packed_size:
        raise damaged(label)


def _plain_chunks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path) -> Iterator[bytes]:
    if entry.compress_type == _DEFLATE64:
        yield from _streamed(path, entry, None)
        return
    size = _CHUNK if entry.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) else _CAUTIOUS_CHUNK
    with archive.open(entry) as packed:
        while chunk := packed.read(size):
            yield chunk


def _decrypted(
    path: Path,
    entry: zipfile.ZipInfo,
    target: Path,
    allowance: _Allowance,
    *,
    passwords: Passwords | None,
    label: str,
    asked: str,
) -> Source:
    """A copy of a file that needs a password.

    The old kind of encryption knows a wrong password in 255 of 256 cases only: in the last one the file looks damaged.
    """
    spoiled: list[CusttierError] = []

    def attempt(password: str) -> Source | None:
        for spelled in _spellings(password):
            try:
                found = _unpacked(partial(_streamed, path, entry, spelled), target, allowance, label=label)
            except _WrongPasswordError:
                continue
            if found.problem is None or found.problem.code != _DAMAGED:
                return found
            spoiled.append(found.problem)
        return None

    try:
        return opened(asked, passwords, attempt)
    except CusttierError as problem:
        return Source(label, target, spoiled[0] if spoiled else problem)


def _spellings(password: str) -> Iterator[bytes]:
    """A password as bytes: as UTF-8, and as Chinese Windows writes it."""
    yield password.encode("utf-8", errors="surrogateescape")
    if not password.isascii():
        try:
            yield password.encode("gb18030")
        except UnicodeEncodeError:
            return


def _streamed(path: Path, entry: zipfile.ZipInfo, password: bytes | None) -> Iterator[bytes]:
    """The content of one file of an archive, by a library that knows every kind of encryption.

    It reads archives from their beginning and believes what stands before each file. It is given an archive of this
    file alone, with what the directory at the end says, which is what every other program believes.
    """
    from stream_unzip import PasswordError, stream_unzip

    try:
        for _, _, chunks in stream_unzip(_alone(path, entry), password=password):
            yield from chunks
    except PasswordError as problem:
        raise _WrongPasswordError from problem


def _alone(path: Path, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    with path.open("rb") as source:
        source.seek(entry.header_offset)
        start = _LOCAL.unpack(source.read(_LOCAL.size))
        source.seek(start[-2] + start[-1], os.SEEK_CUR)
        year, month, day, hour, minute, second = entry.date_time
        yield _LOCAL.pack(
            b"PK\x03\x04", entry.extract_version, entry.flag_bits & ~_UTF8_NAME, entry.compress_type,
            hour << 11 | minute << 5 | second // 2, (year - 1980) << 9 | month << 5 | day,
            entry.CRC, entry.compress_size, entry.file_size, 0, len(entry.extra),
        ) + entry.extra  # fmt: skip
        left = entry.compress_size
        while left and (chunk := source.read(min(left, _CHUNK))):
            left -= len(chunk)
            yield chunk
    if entry.flag_bits & _DESCRIBED:
        yield _DESCRIPTION.pack(b"PK\x07\x08", entry.CRC, entry.compress_size, entry.file_size)
    yield b"PK\x01\x02" + bytes(32)


def _unpacked(chunks: _Chunks, target: Path, allowance: _Allowance, *, label: str) -> Source:
    """A copy of what is packed; its problem where it is damaged or too large."""
    is_text: bool | None = None
    try:
        with target.open("wb") as out:
            for chunk in _sound_chunks(chunks, label=label):
                if is_text is None:
                    is_text = not chunk.startswith(_BINARY)
                allowance.take(chunk, is_text=is_text)
                out.write(chunk)
    except CusttierError as problem:
        return Source(label, target, problem)
    return Source(label, target)


def _sound_chunks(chunks: _Chunks, *, label: str) -> Iterator[bytes]:
    """The chunks; an error of ours where the bytes are damaged."""
    try:
        yield from chunks()
    except DAMAGE as problem:
        raise damaged(label) from problem


def _new_member(folder: Path) -> Path:
    return folder / f"{len(list(folder.iterdir()))}.member"


def _name(entry: zipfile.ZipInfo) -> str:
    """A member's name, fit to be shown; one that the flag does not call UTF-8 is GBK where that reads."""
    name = entry.filename
    if not entry.flag_bits & _UTF8_NAME:
        name = decoded_name(name.encode("cp437", errors="replace")) or name
    return "".join("\ufffd" if unicodedata.category(one) in ("Cc", "Cf", "Cs") else one for one in name)


def decoded_name(name: bytes) -> str | None:
    """A file's name as text: UTF-8, else as Chinese systems write it; None where neither reads."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return name.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _is_hidden(name: str) -> bool:
    parts: Sequence[str] = re.split(r"[/\\]", name)
    return parts[0] == "__MACOSX" or parts[-1].startswith((".", "~$"))


def sound(make: Callable[[], _Made], *, label: str) -> _Made:
    """What `make` gives; an error of ours where the bytes are damaged."""
    try:
        return make()
    except DAMAGE as problem:
        raise damaged(label) from problem


def damaged(label: str) -> CusttierError:
    """The error for an archive whose bytes make no sense."""
    return data_error(
        _DAMAGED,
        "{path} is a damaged archive",
        hint="download it again, or unpack it and name the files inside",
        path=label,
    )
