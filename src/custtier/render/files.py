"""Files written whole or not at all, readable by their owner alone."""

import contextlib
import errno
import os
import tempfile
from pathlib import Path

from custtier.errors import CusttierError, usage_error


def write_whole(path: Path, content: bytes) -> None:
    """Put `content` at `path`: a new file beside it, on the disk, then moved over it; mode 0600.

    Raises:
        CusttierError: `cannot-write` when the place cannot be written; what stood there before stands.
    """
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            path.write_bytes(content)
            return
        _replace(path.resolve(), content)
    except OSError as problem:
        raise _cannot_write(path, problem) from problem


def check_place(path: Path) -> None:
    """Return when a file may be put at `path`, so that long work is not done for nothing.

    Raises:
        CusttierError: `cannot-write`.
    """
    folder = path.resolve().parent
    if path.is_dir():
        raise _cannot_write(path, IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR)))
    if not folder.is_dir():
        raise _cannot_write(path, FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)))
    if not os.access(folder, os.W_OK) and not path.exists():
        raise _cannot_write(path, PermissionError(errno.EACCES, os.strerror(errno.EACCES)))


def _replace(path: Path, content: bytes) -> None:
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    number, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(number, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        Path(beside).replace(path)
    finally:
        # nothing lies there any more when it was moved to its place
        with contextlib.suppress(OSError):
            Path(beside).unlink()


def _cannot_write(path: Path, problem: OSError) -> CusttierError:
    return usage_error(
        "cannot-write",
        "{path} cannot be written: {problem}",
        hint="name a file in a folder that exists and that you may write to",
        path=str(path),
        problem=problem.strerror or type(problem).__name__,
    )
