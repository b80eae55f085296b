"""One writer at a time; readers need no lock."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from custtier.errors import CusttierError, store_error

LOCK_NAME: Final = ".lock"
HOLDER_NAME: Final = ".writer.json"


@contextmanager
def writing(folder: Path, *, wait_seconds: float) -> Iterator[None]:
    """Holds the store for one writer.

    Raises:
        CusttierError: `store-locked` when another process holds it for longer than the wait.
    """
    # readers never lock, and they should not wait for this to load
    from filelock import FileLock, Timeout

    lock = FileLock(folder / LOCK_NAME, timeout=wait_seconds, mode=0o600)
    try:
        lock.acquire()
    except Timeout as problem:
        raise _locked(folder, wait_seconds) from problem
    holder = folder / HOLDER_NAME
    try:
        # a full disk: who writes is not told then, and what is written next says what is wrong
        with suppress(OSError):
            holder.write_text(json.dumps({"pid": os.getpid()}), encoding="ascii")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _locked(folder: Path, wait_seconds: float) -> CusttierError:
    hint = "wait until it is done, or raise lock_wait_seconds in the settings"
    holder = folder / HOLDER_NAME
    try:
        pid = json.loads(holder.read_text(encoding="ascii"))["pid"]
        since = datetime.fromtimestamp(holder.stat().st_mtime, tz=UTC)
    except (OSError, ValueError, KeyError):
        return store_error(
            "store-locked",
            "another process writes to the store {folder}; waited {seconds:g} seconds",
            hint=hint,
            folder=str(folder),
            seconds=wait_seconds,
        )
    return store_error(
        "store-locked",
        "process {pid} has been writing to the store {folder} since {since} UTC; waited {seconds:g} seconds",
        hint=hint,
        folder=str(folder),
        pid=pid,
        since=since.strftime("%Y-%m-%d %H:%M:%S"),
        seconds=wait_seconds,
    )
