"""Locked archives and workbooks, made as the programs that sellers meet make them."""

import io
import os
import struct
import zlib
from pathlib import Path

from Crypto.Cipher import AES, ARC4
from Crypto.Hash import HMAC, MD5, SHA1
from Crypto.Protocol.KDF import PBKDF2
from Crypto.Util import Counter

LOCAL = struct.Struct("<4sHHHHHIIIHH")
CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
END = struct.Struct("<4sHHHHIIH")
TIME, DAY = 0x6A32, 0x5A21


def crc_step(byte: int, crc: int) -> int:
    value = (crc ^ byte) & 0xFF
    for _ in range(8):
        value = (value >> 1) ^ 0xEDB88320 if value & 1 else value >> 1
    return (crc >> 8) ^ value


class OldCipher:
    """The cipher that ZIP has had from the beginning."""

    def __init__(self, password: bytes) -> None:
        self.keys = [0x12345678, 0x23456789, 0x34567890]
        for byte in password:
            self._update(byte)

    def _update(self, byte: int) -> None:
        first, second, third = self.keys
        first = crc_step(byte, first)
        second = ((second + (first & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        self.keys = [first, second, crc_step(second >> 24, third)]

    def encrypt(self, content: bytes) -> bytes:
        out = bytearray()
        for byte in content:
            mixed = self.keys[2] | 2
            out.append(byte ^ ((mixed * (mixed ^ 1)) >> 8) & 0xFF)
            self._update(byte)
        return bytes(out)


def old_locked(packed: bytes, *, password: bytes, check: int) -> bytes:
    return OldCipher(password).encrypt(os.urandom(11) + bytes([check]) + packed)


def aes_locked(packed: bytes, *, password: bytes, strength: int) -> bytes:
    key_bytes, salt = 8 + 8 * strength, os.urandom(4 + 4 * strength)
    keys = PBKDF2(password, salt, 2 * key_bytes + 2, count=1000, hmac_hash_module=SHA1)  # type: ignore[arg-type]
    cipher = AES.new(keys[:key_bytes], AES.MODE_CTR, counter=Counter.new(128, little_endian=True))
    locked = cipher.encrypt(packed)
    seal = HMAC.new(keys[key_bytes : 2 * key_bytes], locked, digestmod=SHA1).digest()[:10]
    return salt + keys[-2:] + locked + seal


def locked_zip(
    path: Path,
    files: dict[str, bytes],
    *,
    password: bytes | list[bytes],
    aes: int | None = None,
    version: int = 2,
    stored: bool = False,
    described: bool = False,
) -> Path:
    """An archive of which every file is locked.

    Args:
        path: Where it is written.
        files: Name → content.
        password: For all of them, or one for each.
        aes: 1, 2 or 3 for keys of 128, 192 or 256 bits; None for the old cipher.
        version: Of the AES format: 1 keeps the check sum.
        stored: Whether the files are not compressed.
        described: Whether sizes and check sum stand behind each file, as programs do that write to a pipe.
    """
    out, directory = io.BytesIO(), io.BytesIO()
    passwords = password if isinstance(password, list) else [password] * len(files)
    for (name, content), one in zip(files.items(), passwords, strict=True):
        method = 0 if stored else 8
        squeezer = zlib.compressobj(wbits=-15)
        packed = content if stored else squeezer.compress(content) + squeezer.flush()
        crc, extra, flags = zlib.crc32(content), b"", 0x801 | (0x8 if described else 0)
        if aes is None:
            body = old_locked(packed, password=one, check=TIME >> 8 if described else crc >> 24)
        else:
            body = aes_locked(packed, password=one, strength=aes)
            extra = struct.pack("<HHH2sBH", 0x9901, 7, version, b"AE", aes, method)
            method, crc = 99, 0 if version == 2 else crc
        raw, at = name.encode(), out.tell()
        sizes = (crc, len(body), len(content))
        shown = (0, 0, 0) if described else sizes
        out.write(LOCAL.pack(b"PK\x03\x04", 51, flags, method, TIME, DAY, *shown, len(raw), len(extra)) + raw + extra)
        out.write(body + (struct.pack("<4sIII", b"PK\x07\x08", *sizes) if described else b""))
        directory.write(
            CENTRAL.pack(b"PK\x01\x02", 51, 51, flags, method, TIME, DAY, *sizes, len(raw), len(extra), 0, 0, 0, 0, at)
            + raw
            + extra
        )
    start, entries = out.tell(), directory.getvalue()
    out.write(entries + END.pack(b"PK\x05\x06", 0, 0, len(files), len(files), len(entries), start, 0))
    path.write_bytes(out.getvalue())
    return path


def locked_workbook(path: Path, target: Path, *, password: str) -> Path:
    """A workbook as spreadsheets of today lock it."""
    from msoffcrypto.format.ooxml import OOXMLFile

    with path.open("rb") as source, target.open("wb") as out:
        OOXMLFile(source).encrypt(password, out)
    return target


PLAIN_RECORDS = (0x0809, 0x002F, 0x00E1, 0x0194, 0x0195, 0x0196, 0x0138)
"""Records of an old workbook that are not encrypted."""


def locked_old_workbook(path: Path, target: Path, *, password: str) -> Path:
    """A workbook as Excel 97 locks it: the record of its author makes room for the one that tells of the lock."""
    import olefile

    with olefile.OleFileIO(str(path)) as container:
        book = bytearray(container.openstream("Workbook").read())
    raw = path.read_bytes()
    place = raw.index(book)
    salt, proof = os.urandom(16), os.urandom(16)
    first = ARC4.new(_old_key(password, salt, 0))
    lock = struct.pack("<HHH", 1, 1, 1) + salt + first.encrypt(proof) + first.encrypt(MD5.new(proof).digest())
    at = book.index(struct.pack("<HH", 0x005C, 112))
    book[at : at + 116] = (
        struct.pack("<HH", 0x002F, 54) + lock + struct.pack("<HH", 0x005C, 54) + b"\1\0\0a" + b" " * 50
    )
    stream = b"".join(
        ARC4.new(_old_key(password, salt, block)).encrypt(bytes(1024)) for block in range(len(book) // 1024 + 1)
    )
    at = 0
    while at <= len(book) - 4:
        kind, length = struct.unpack_from("<HH", book, at)
        start = at + 4 + (4 if kind == 0x0085 else 0)
        if kind not in PLAIN_RECORDS:
            for index in range(start, min(at + 4 + length, len(book))):
                book[index] ^= stream[index]
        at += 4 + length
    target.write_bytes(raw[:place] + book + raw[place + len(book) :])
    return target


def _old_key(password: str, salt: bytes, block: int) -> bytes:
    start = MD5.new(password.encode("utf-16-le")).digest()[:5]
    short = MD5.new((start + salt) * 16).digest()[:5]
    return MD5.new(short + struct.pack("<I", block)).digest()


def locked_workbook_of_2007(path: Path, target: Path, *, password: str) -> Path:
    """A workbook as Excel 2007 and other programs lock it ("standard" encryption)."""
    from msoffcrypto.method.container.ecma376_encrypted import ECMA376Encrypted
    from msoffcrypto.method.ecma376_standard import ECMA376Standard

    salt, proof = os.urandom(16), os.urandom(16)
    key = ECMA376Standard.makekey_from_password(password, 0x660E, 0x8004, 0x18, 128, 16, salt)
    cipher = AES.new(key, AES.MODE_ECB)
    provider = "Microsoft Enhanced RSA and AES Cryptographic Provider\0".encode("utf-16-le")
    header = struct.pack("<8I", 0x24, 0, 0x660E, 0x8004, 128, 0x18, 0, 0) + provider
    hashed = SHA1.new(proof).digest()
    verifier = struct.pack("<I", 16) + salt + cipher.encrypt(proof) + struct.pack("<I", 20)
    verifier += cipher.encrypt(hashed + bytes(12))
    content = path.read_bytes()
    package = struct.pack("<Q", len(content)) + cipher.encrypt(content + bytes(-len(content) % 16))
    with target.open("wb") as out:
        information = struct.pack("<HHII", 3, 2, 0x24, len(header)) + header + verifier
        ECMA376Encrypted(package, information).write_to(out)
    return target
