"""The secret with which customer ids are made: once per installation, readable by its owner alone."""

import os
from hashlib import blake2b
from pathlib import Path

from custtier.errors import usage_error
from custtier.settings import settings_folder

VARIABLE = "CUSTTIER_ID_KEY"
FILE_NAME = "id.key"


def load_id_key(folder: Path | None = None) -> bytes:
    """The key of this installation, made at its first use; `CUSTTIER_ID_KEY` stands before it.

    Args:
        folder: Where `id.key` lies; the settings folder by default.

    Raises:
        CusttierError: `bad-id-key` when the file holds no key or cannot be read or made.
    """
    named = os.environ.get(VARIABLE, "").strip()
    if named:
        return _derived(named)
    path = (folder or settings_folder()) / FILE_NAME
    try:
        if not path.exists():
            _create(path)
        text = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as problem:
        raise _bad_key(path, type(problem).__name__) from problem
    if len(text) < 32:
        raise _bad_key(path, "too short")
    return _derived(text)


def _derived(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=32, person=b"custtier-id").digest()


def _create(path: Path) -> None:
    """Makes the file whole or not at all; when another process makes it first, that one stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f"{FILE_NAME}.{os.urandom(6).hex()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as opened:
        opened.write(os.urandom(32).hex() + "\n")
    try:
        # a hard link, because a rename would replace the key of a process that was faster
        path.hardlink_to(fresh)
    except FileExistsError:
        pass
    except OSError:
        if not path.exists():
            fresh.rename(path)
            return
    fresh.unlink()


def _bad_key(path: Path, problem: str) -> Exception:
    return usage_error(
        "bad-id-key",
        "{path} cannot be used as the key of customer ids: {problem}",
        hint="restore the file from a backup; without it every customer id changes",
        path=str(path),
        problem=problem,
    )
