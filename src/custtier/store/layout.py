"""Where a store's tables lie, and that the folder is a store that this version understands."""

import json
import os
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from deltalake.exceptions import DeltaError

from custtier.errors import store_error, usage_error
from custtier.facts import TABLES
from custtier.people import BUYERS, KNOWN, PAYERS
from custtier.schema import (
    ACCOUNTS,
    CUSTOMERS,
    DATED_REFUNDS,
    ITEMS,
    LISTS,
    ORDERS,
    PURCHASES,
    REFUNDS,
    REJECTS,
    Table,
)
from custtier.store.forgotten import FORGOTTEN
from custtier.store.lock import HOLDER_NAME, LOCK_NAME
from custtier.store.record import COMMITS
from custtier.store.standing import STANDING
from custtier.store.tables import StoredTable, damaged, unwritten

FORMAT: Final = 2
"""Grows when an older custtier could not read the store any more, or this one not an older store."""

RAW: Final[dict[str, Table]] = {"orders": ORDERS, "items": ITEMS, "refunds": REFUNDS, **LISTS, "rejects": REJECTS}
"""All records of every import, as converted, in partitions by import."""

LIST_SNAPSHOTS: Final[dict[str, str]] = {
    **{name: f"current_{name}" for name in LISTS},
    "contact_events": "contact_events",
    "noted_classes": "noted_classes",
}
"""Table of `facts.TABLES` → the snapshot that holds it."""

SNAPSHOTS: Final[dict[str, Table]] = {
    "current_orders": STANDING,
    "purchases": PURCHASES,
    "dated_refunds": DATED_REFUNDS,
    "accounts": ACCOUNTS,
    "customers": CUSTOMERS,
    "buyers": BUYERS,
    "payers": PAYERS,
    "contacted": KNOWN,
    **{snapshot: TABLES[name] for name, snapshot in LIST_SNAPSHOTS.items()},
}
"""What the visible imports come to; made anew by every commit that changes it."""

IMPORTS: Final = "imports"
FORGOTTEN_TABLE: Final = "forgotten"
_AT_ONCE: Final = 4
"""How many tables are made side by side: each waits for the disk."""
_MARK: Final = "store.json"
_ROOT: Final = re.compile(r"tables-[0-9a-f]{12}")
"""A folder of tables inside the store: after somebody was forgotten, all tables lie in a new one."""


class Layout:
    """The folder of a store.

    Args:
        folder: Need not exist.
        root: Where in it the tables lie; where its mark says when not given.
    """

    def __init__(self, folder: Path, *, root: str | None = None) -> None:
        self.folder = folder
        self.root = _root_of(folder) if root is None else root
        place = folder / self.root
        self.imports = StoredTable(place / IMPORTS, COMMITS, partitioned=False)
        self.forgotten = StoredTable(place / FORGOTTEN_TABLE, FORGOTTEN, partitioned=False)
        self.raw = {name: StoredTable(place / name, columns, partitioned=True) for name, columns in RAW.items()}
        self.snapshots = {
            name: StoredTable(place / name, columns, partitioned=False) for name, columns in SNAPSHOTS.items()
        }

    def table(self, name: str) -> StoredTable:
        """Any table by its name, but that of imports."""
        if name == FORGOTTEN_TABLE:
            return self.forgotten
        return self.raw[name] if name in self.raw else self.snapshots[name]

    def is_store(self) -> bool:
        """Whether a store lies here that this version can read; False where nothing lies yet.

        Raises:
            CusttierError: `store-newer`, `store-older`, or `store-damaged` when its mark or its imports table is gone.
        """
        try:
            text = (self.folder / _MARK).read_text(encoding="utf-8")
        except (FileNotFoundError, NotADirectoryError):
            if self.imports.exists():
                raise damaged(self.folder, f"{_MARK} is missing") from None
            return False
        except (OSError, UnicodeDecodeError) as problem:
            raise damaged(self.folder, f"{_MARK} cannot be read") from problem
        try:
            found = int(json.loads(text)["format"])
        except (ValueError, KeyError, TypeError) as problem:
            raise damaged(self.folder, f"{_MARK} holds no format") from problem
        if found > FORMAT:
            raise store_error(
                "store-newer",
                "the store {folder} was written by a newer custtier (format {found}; this one knows {known})",
                hint="update custtier",
                folder=str(self.folder),
                found=found,
                known=FORMAT,
            )
        if found < FORMAT:
            raise store_error(
                "store-older",
                "the store {folder} was written by an older custtier (format {found}; this one knows {known})",
                hint="move the folder away and import your files again",
                folder=str(self.folder),
                found=found,
                known=FORMAT,
            )
        if not self.imports.exists() and any(table.exists() for table in self.raw.values()):
            raise damaged(self.folder, "the table imports is missing")
        return self.imports.exists()

    def create(self) -> None:
        """Makes what is missing of an empty store. Being stopped half-way harms nothing: the next call goes on.

        Raises:
            CusttierError: `not-a-store` when other files lie in the folder, `store-not-written` when it cannot be made.
        """
        try:
            if not (self.folder / _MARK).exists():
                self._refuse_strangers()
                self._write_mark({"format": FORMAT})
            # the imports table first: raw tables without it are a damaged store
            if not self.imports.exists():
                self.imports.create()
            others = (*self.raw.values(), *self.snapshots.values(), self.forgotten)
            with ThreadPoolExecutor(_AT_ONCE) as workers:
                for made in [workers.submit(table.create) for table in others if not table.exists()]:
                    made.result()
        except (OSError, DeltaError) as problem:
            raise unwritten(self.folder, type(problem).__name__) from problem

    def beside(self) -> "Layout":
        """Empty tables in a folder of their own, which nobody is sent to yet."""
        fresh = Layout(self.folder, root=f"tables-{os.urandom(6).hex()}")
        fresh.create()
        return fresh

    def take_over(self) -> None:
        """Sends everybody to these tables, at once; the former ones are nobody's and are deleted.

        Raises:
            CusttierError: `store-not-written`.
        """
        try:
            self._write_mark({"format": FORMAT, "root": self.root})
        except OSError as problem:
            raise unwritten(self.folder, type(problem).__name__) from problem
        self.sweep()

    def sweep(self) -> None:
        """Deletes tables that nobody is sent to: those of before somebody was forgotten, or of a forgetting stopped."""
        for path in self.folder.iterdir():
            is_former = bool(self.root) and path.name in {IMPORTS, FORGOTTEN_TABLE, *RAW, *SNAPSHOTS}
            is_stray = _ROOT.fullmatch(path.name) is not None and path.name != self.root
            if is_former or is_stray:
                shutil.rmtree(path)
            elif path.name.startswith(f"{_MARK}."):
                path.unlink()

    def _write_mark(self, mark: dict[str, object]) -> None:
        fresh = self.folder / f"{_MARK}.{os.urandom(6).hex()}"
        with fresh.open("w", encoding="utf-8") as opened:
            opened.write(json.dumps(mark) + "\n")
            opened.flush()
            os.fsync(opened.fileno())
        fresh.replace(self.folder / _MARK)

    def prepare_folder(self) -> None:
        """Makes the folder itself, for its owner alone.

        Raises:
            CusttierError: `bad-store-folder` when it cannot be made or written to.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as problem:
            raise self._unusable(type(problem).__name__) from problem
        if not os.access(self.folder, os.W_OK):
            raise self._unusable("no permission to write")

    def _unusable(self, problem: str) -> Exception:
        return usage_error(
            "bad-store-folder",
            "the folder {folder} cannot hold a store: {problem}",
            hint="name another one with --store",
            folder=str(self.folder),
            problem=problem,
        )

    def _refuse_strangers(self) -> None:
        own = {LOCK_NAME, HOLDER_NAME}
        if any(path.name not in own and not path.name.startswith(_MARK) for path in self.folder.iterdir()):
            raise usage_error(
                "not-a-store",
                "the folder {folder} holds other files and no store",
                hint="name an empty or a new folder with --store",
                folder=str(self.folder),
            )


def _root_of(folder: Path) -> str:
    """Where the mark says that the tables lie; in the folder itself when it names no place of ours."""
    try:
        found = json.loads((folder / _MARK).read_text(encoding="utf-8"))["root"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return found if isinstance(found, str) and _ROOT.fullmatch(found) else ""
