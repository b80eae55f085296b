"""A workbook without its password: the older and the newer kinds of encryption that spreadsheets write."""

import io
import struct
from pathlib import Path
from typing import Final

from custtier.errors import CusttierError, data_error
from custtier.sources.packed.archives import DAMAGE
from custtier.sources.packed.passwords import Passwords, opened
from custtier.sources.sheets.old_workbook import has_password, opened_old_file

_MOST_TURNS: Final = 1_000_000
"""Spreadsheets hash a password 100,000 times; a file may ask for so many that it takes hours."""

_AGILE: Final = (4, 4)


def unlocked(path: Path, folder: Path, *, label: str, passwords: Passwords | None) -> Path:
    """The workbook itself, or a copy that needs no password.

    Raises:
        CusttierError: `encrypted-file`, `wrong-password`, `unreadable-file`.
    """
    with opened_old_file(path, label=label) as streams:
        information = streams.content("EncryptionInfo")
        if information is None and not has_password(streams):
            return path
    if information is not None:
        _check(information, label)
    target = folder / f"{len(list(folder.iterdir()))}.unlocked"

    def attempt(password: str) -> Path | None:
        return target if _decrypted(path, target, password=password, label=label) else None

    return opened(label, passwords, attempt)


def _decrypted(path: Path, target: Path, *, password: str, label: str) -> bool:
    """Whether the password fits; then the content stands at `target`."""
    from xml.parsers.expat import ExpatError

    from msoffcrypto import OfficeFile
    from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError, ParseError

    if not password:
        return False
    content = io.BytesIO()
    try:
        with path.open("rb") as source:
            workbook = OfficeFile(source)
            # of the older kind the password is always verified
            asks = {"verify_password": True} if workbook.format == "ooxml" else {}
            workbook.load_key(password=password, **asks)
            workbook.decrypt(content)
    except InvalidKeyError:
        return False
    except (DecryptionError, FileFormatError, ParseError, ExpatError, AttributeError, TypeError, *DAMAGE) as problem:
        raise _unreadable(label) from problem
    target.write_bytes(content.getbuffer())
    return True


def _check(information: bytes, label: str) -> None:
    """Return when what the file says of its encryption is safe to follow."""
    if len(information) < 8:
        raise _unreadable(label)
    if struct.unpack_from("<HH", information) != _AGILE:
        return
    import re

    turns = re.search(rb'spinCount="(\d{1,12})"', information)
    if b"<!" in information or turns is None or int(turns[1]) > _MOST_TURNS:
        raise _unreadable(label)


def _unreadable(label: str) -> CusttierError:
    return data_error(
        "unreadable-file",
        "{path} is a workbook with a password, encrypted in a way that cannot be read here",
        hint="open it in a spreadsheet with its password and save it without one, then name that file",
        path=label,
    )
