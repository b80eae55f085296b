"""What the last commit of a store left: all commits, the versions to read, the imports that stand."""

from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

import polars as pl

from custtier.errors import CusttierError, usage_error
from custtier.schema import INSTANT, Table
from custtier.store.record import IMPORT, SUMS, Commit

IMPORTS: Final[Table] = {
    "import_id": pl.Int64,
    "imported_at": INSTANT,
    "files": pl.Int64,
    **dict.fromkeys(SUMS, pl.Int64),
    "undone": pl.Boolean,
    "first_file": pl.String,
}
"""The list of imports. `files` counts them, `first_file` is the name of the first, without its folders."""


@dataclass(frozen=True)
class State:
    """All commits, the version of every table, the imports that stand."""

    commits: list[Commit]
    versions: dict[str, int]
    visible: list[int]

    @property
    def last(self) -> Commit | None:
        """The latest commit."""
        return self.commits[-1] if self.commits else None


def imports_of(state: State) -> pl.DataFrame:
    """One row per import ever made, oldest first: id, instant, number of files, sums, whether it was undone, a name."""
    standing = set(state.visible)
    rows = [
        {
            "import_id": commit.import_id,
            "imported_at": commit.imported_at,
            "files": len(commit.files),
            **{name: commit.counts.get(name, 0) for name in SUMS},
            "undone": commit.import_id not in standing,
            "first_file": PurePath(commit.files[0]["path"]).name if commit.files else None,
        }
        for commit in state.commits
        if commit.action == IMPORT
    ]
    return pl.DataFrame(rows, schema=dict(IMPORTS))


def import_of(state: State, import_id: int) -> Commit:
    """The commit of an import.

    Raises:
        CusttierError: `unknown-import` (exit 2).
    """
    for commit in state.commits:
        if commit.action == IMPORT and commit.import_id == import_id:
            return commit
    raise unknown_import(import_id)


def unknown_import(import_id: int) -> CusttierError:
    """The error of an import that was never made."""
    return usage_error(
        "unknown-import",
        "there is no import {import_id}",
        hint="list the imports with: custtier imports",
        import_id=import_id,
    )
