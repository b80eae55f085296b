"""Where a store's tables lie, and that the folder is a store that this version understands."""

import json
import os
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
_MARK: Final = "store.json"


class Layout:
    """The folder of a store.

    Args:
        folder: Need not exist.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.imports = StoredTable(folder / IMPORTS, COMMITS, partitioned=False)
        self.raw = {name: StoredTable(folder / name, columns, partitioned=True) for name, columns in RAW.items()}
        self.snapshots = {
            name: StoredTable(folder / name, columns, partitioned=False) for name, columns in SNAPSHOTS.items()
        }

    def table(self, name: str) -> StoredTable:
        """A raw table or a snapshot by its name."""
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
                fresh = self.folder / f"{_MARK}.{os.urandom(6).hex()}"
                fresh.write_text(json.dumps({"format": FORMAT}) + "\n", encoding="utf-8")
                fresh.replace(self.folder / _MARK)
            # the imports table first: raw tables without it are a damaged store
            for table in (self.imports, *self.raw.values(), *self.snapshots.values()):
                if not table.exists():
                    table.create()
        except (OSError, DeltaError) as problem:
            raise unwritten(self.folder, type(problem).__name__) from problem

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
