"""The bytes of a text file: their encoding, the same text in UTF-8 piece by piece, and where a bad byte stands."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from custtier.errors import CusttierError, data_error

CHUNK_BYTES: Final = 4 << 20
PIECE_BYTES: Final = 8 << 20
"""UTF-8 that is handed on at once: whole lines of about so many bytes."""

_DECODED_BYTES: Final = 1 << 17
"""Bytes decoded at once: a text of so many stays in the processor's cache, which makes decoding a quarter faster."""

_SURE_CHARACTERS: Final = 12
"""So many characters beyond ASCII, decoded as UTF-8, are no accident: the file is UTF-8 with a bad byte."""


_HIGH: Final = re.compile(rb"[\x80-\xff]")
_LONE: Final = re.compile(
    rb"(?<![\x80-\xff])(?<![\x81-\xfe][0-9])(?:[\xc0-\xff][\x91-\x97]?|[\x80\x85\x91-\x97\xa0-\xbf])"
    rb"(?![\x80-\xff])(?![0-9][\x81-\xfe][0-9])"
)
"""A letter or a sign of Western Europe among ASCII, and none of the four bytes of GB18030's rarest characters."""

_KANA: Final = re.compile(rb"\x82[\x9f-\xf1]|\x83[\x40-\x96]")
_TELLING_BYTES: Final = 10_000
"""So many bytes beyond ASCII tell what a text is in."""


def encoding_of(path: Path, *, label: str) -> str:
    """`utf-8`, `utf-8-sig`, `utf-16`, `gb18030`, `cp1252` (Western Europe) or `cp932` (Japan), told by the bytes.

    Raises:
        CusttierError: `undecodable-file` when the bytes plainly are UTF-8, or say so, but for one.
    """
    with path.open("rb") as source:
        start = source.read(3)
    if start == codecs.BOM_UTF8:
        for _ in _decoded(path, "utf-8", label=label):
            pass
        return "utf-8-sig"
    if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    return "utf-8" if _is_utf8(path, label=label) else _code_page(path)


def _code_page(path: Path) -> str:
    """`gb18030`, unless the bytes look like another code page.

    Chinese characters are pairs of bytes beyond ASCII. A Western letter stands alone between letters of ASCII; and of
    a Japanese text a good part is kana, which are pairs that GB18030 gives to characters that hardly anybody writes.
    """
    lone = high = kana = 0
    for piece, _ in pieces(path, size=_DECODED_BYTES):
        high += len(_HIGH.findall(piece))
        lone += sum(map(len, _LONE.findall(piece)))
        kana += len(_KANA.findall(piece))
        if high >= _TELLING_BYTES:
            break
    if kana * 4 >= high and _decodes(path, "cp932"):
        return "cp932"
    return "cp1252" if lone * 2 > high and _decodes(path, "cp1252") else "gb18030"


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for piece, _ in _pieces_then_end(path):
            decoder.decode(piece, final=not piece)
    except UnicodeDecodeError:
        return False
    return True


def pieces(path: Path, *, size: int = CHUNK_BYTES) -> Iterator[tuple[bytes, int]]:
    """The file's bytes in pieces, and how many have been read."""
    done = 0
    with path.open("rb") as source:
        while piece := source.read(size):
            done += len(piece)
            yield piece, done


def utf8_pieces(path: Path, encoding: str, *, label: str, returns_only: bool = False) -> Iterator[tuple[bytes, int]]:
    """The file's text in UTF-8 in pieces of whole lines, and how many bytes of the file have been read.

    Args:
        path: The file.
        encoding: What its bytes are in; `utf-8` is taken as it is.
        label: The file's name for errors.
        returns_only: Whether its lines end in carriage returns alone; the pieces' lines never do.

    Raises:
        CusttierError: `undecodable-file` with the line of the bad byte.
    """
    if encoding.startswith("utf-8"):
        decoded = pieces(path, size=_DECODED_BYTES)
    else:
        decoded = _decoded(path, encoding, label=label)
    parts: list[bytes] = []
    held = done = 0
    for utf8, done in decoded:
        text = utf8.replace(b"\r", b"\n") if returns_only else utf8
        parts.append(text)
        held += len(text)
        cut = text.rfind(b"\n") + 1 if held >= PIECE_BYTES else 0
        if cut:
            parts[-1] = text[:cut]
            yield b"".join(parts), done
            parts = [text[cut:]]
            held = len(parts[0])
    if held:
        yield b"".join(parts), done


def _decoded(path: Path, encoding: str, *, label: str) -> Iterator[tuple[bytes, int]]:
    decoder = codecs.getincrementaldecoder(encoding)()
    offset = 0
    for piece, done in _pieces_then_end(path):
        pending = len(decoder.getstate()[0])
        try:
            text = decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as problem:
            raise _undecodable(path, offset - pending + problem.start, encoding, label) from problem
        offset = done
        yield text.encode(), done


def _pieces_then_end(path: Path) -> Iterator[tuple[bytes, int]]:
    done = 0
    for piece, done in pieces(path, size=_DECODED_BYTES):
        yield piece, done
    yield b"", done


def _is_utf8(path: Path, *, label: str) -> bool:
    """Whether the bytes are UTF-8; an error when they plainly are, but for one."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    beyond_ascii = 0
    offset = 0
    with path.open("rb") as source:
        while True:
            chunk = source.read(_DECODED_BYTES)
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
