"""The imports table: what every commit did, and which version of every table it made visible."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

import polars as pl

from custtier.facts import Extent
from custtier.schema import INSTANT, Table

COMMITS: Final[Table] = {
    "commit": pl.Int64,
    "action": pl.String,
    "import_id": pl.Int64,
    "imported_at": INSTANT,
    "files": pl.String,
    "counts": pl.String,
    "versions": pl.String,
    "extent": pl.String,
    "basis": pl.String,
    "undone": pl.Boolean,
}
"""One row per commit. `files`, `counts`, `versions`, `extent` and `basis` are JSON."""

IMPORT: Final = "import"
UNDO: Final = "undo"
FORGET: Final = "forget"
SUMS: Final = ("rows_read", "new", "updated", "unchanged", "excluded", "rejected")


@dataclass(frozen=True)
class Commit:
    """One row of the imports table.

    Args:
        number: Grows by one with every commit.
        action: `import`, `undo` or `forget`.
        import_id: The import made or undone; 0 when somebody was forgotten.
        imported_at: When it was made; None for an undo.
        files: Per file: path, profile, encoding, header_row, the counts, `reasons`, `notes`.
        counts: Sums over the files.
        versions: Table → version that readers open.
        extent: What the snapshots hold.
        basis: The settings that the snapshots were made with.
    """

    number: int
    action: str
    import_id: int
    imported_at: datetime | None
    files: list[dict[str, Any]]
    counts: dict[str, int]
    versions: dict[str, int]
    extent: Extent
    basis: dict[str, Any] = field(default_factory=dict)

    def row(self) -> pl.DataFrame:
        """This commit as a row of `COMMITS`."""
        values = {
            "commit": self.number,
            "action": self.action,
            "import_id": self.import_id,
            "imported_at": self.imported_at,
            "files": _written(self.files),
            "counts": _written(self.counts),
            "versions": _written(self.versions),
            "extent": _written(vars(self.extent)),
            "basis": _written(self.basis),
            "undone": self.action == UNDO,
        }
        return pl.DataFrame({name: [value] for name, value in values.items()}, schema=dict(COMMITS))


def commits_of(rows: pl.DataFrame) -> list[Commit]:
    """The commits of the imports table, oldest first."""
    return [
        Commit(
            number=row["commit"],
            action=row["action"],
            import_id=row["import_id"],
            imported_at=row["imported_at"],
            files=json.loads(row["files"]),
            counts=json.loads(row["counts"]),
            versions=json.loads(row["versions"]),
            extent=_extent(json.loads(row["extent"])),
            basis=json.loads(row["basis"]),
        )
        for row in rows.sort("commit").iter_rows(named=True)
    ]


def visible_ids(commits: list[Commit]) -> list[int]:
    """Ids of the imports that stand, in the order in which they were made."""
    undone = {commit.import_id for commit in commits if commit.action == UNDO}
    return [commit.import_id for commit in commits if commit.action == IMPORT and commit.import_id not in undone]


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _extent(found: Mapping[str, Any]) -> Extent:
    days = {name: date.fromisoformat(found[name]) if found[name] else None for name in ("last_on", "data_through")}
    return Extent(**{**found, **days, "currencies": tuple(found["currencies"])})
