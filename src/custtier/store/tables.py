"""One Delta table: appended to, overwritten, or read at a version. Nothing else in custtier knows Delta."""

import json
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import polars as pl
from deltalake import DeltaTable, Field, Schema
from deltalake.exceptions import DeltaError
from deltalake.schema import PrimitiveType
from deltalake.transaction import AddAction

from custtier.errors import CusttierError, store_error
from custtier.schema import Table

PARTITION: Final = "import_id"
RETENTION_HOURS: Final = 24
"""How long a file that no version needs stays: longer than any reader reads."""

_DELTA_NAMES: Final = {
    pl.Int64(): "long",
    pl.Int32(): "integer",
    pl.Float64(): "double",
    pl.String(): "string",
    pl.Boolean(): "boolean",
    pl.Date(): "date",
    pl.Datetime("us", "UTC"): "timestamp",
}
_LOGGED: Final = re.compile(r"[0-9]{20}\.json")
"""An entry of the log is named by the version that it makes."""
_CONFIGURATION: Final = {"delta.deletedFileRetentionDuration": "interval 1 days"}


@contextmanager
def private_files() -> Iterator[None]:
    """Everything made inside is for its owner alone: files 0600, folders 0700."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


@dataclass(frozen=True)
class Part:
    """A file of rows that a table does not name yet: for readers it does not exist.

    Args:
        path: Where it lies; nothing lies there when it has no rows.
        height: Its rows.
        import_id: The import that they belong to, in a partitioned table.
    """

    path: Path
    height: int
    import_id: int | None = None


class StoredTable:
    """A table in its own folder.

    Readers name the version that they read; which version that is, the imports table says. Parquet files are written
    by Polars, streaming, and then named in the log: a file that no log names does not exist.

    Args:
        folder: The folder of this table.
        columns: Names and types.
        partitioned: Whether every import lies in files of its own.
    """

    def __init__(self, folder: Path, columns: Table, *, partitioned: bool) -> None:
        self.folder = folder
        self.columns = columns
        self.partitioned = partitioned
        self._named: dict[int, list[tuple[str, int]]] = {}

    @property
    def store(self) -> Path:
        """The folder of the store that this table is of."""
        place = self.folder.parent
        return place.parent if place.name.startswith("tables-") else place

    def exists(self) -> bool:
        """Whether the table was created."""
        log = self.folder / "_delta_log"
        return any(path.suffix in {".json", ".parquet"} for path in log.glob("[0-9]*"))

    def create(self) -> None:
        """Makes the table with no rows: version 0."""
        DeltaTable.create(
            str(self.folder),
            schema=self._schema(),
            mode="ignore",
            partition_by=self._partition_by(),
            configuration=_CONFIGURATION,
        )

    def version(self) -> int:
        """The last version, read or not."""
        logged = self._last_logged()
        return self._open(None).version() if logged is None else logged

    def append(self, rows: pl.DataFrame | pl.LazyFrame, *, import_id: int | None = None) -> int:
        """Adds rows, in a partition of their own when the table is partitioned.

        Returns:
            The version that holds them; the last one when there are none.
        """
        return self.add(self.put(rows, import_id=import_id))

    def put(self, rows: pl.DataFrame | pl.LazyFrame, *, import_id: int | None = None) -> Part:
        """A file of these rows that no version names yet. Any thread may write one."""
        place = self.folder / f"{PARTITION}={import_id}" if self.partitioned else self.folder
        path = place / f"part-{os.urandom(8).hex()}.parquet"
        try:
            place.mkdir(parents=True, exist_ok=True)
            self.as_stored(rows).sink_parquet(
                path, compression="zstd", compression_level=1, statistics=False, sync_on_close="all"
            )
            height = pl.scan_parquet(path, glob=False, hive_partitioning=False).select(pl.len()).collect().item()
            if not height:
                path.unlink()
        except (OSError, pl.exceptions.ComputeError) as problem:
            # Polars tells a full disk as a failed computation
            raise unwritten(self.store, type(problem).__name__) from problem
        return Part(path=path, height=height, import_id=import_id)

    def as_stored(self, rows: pl.DataFrame | pl.LazyFrame) -> pl.LazyFrame:
        """The rows with the types of this table: texts may be held as categories."""
        named = self.columns.items()
        return rows.lazy().select(
            pl.col(name).cast(dtype) for name, dtype in named if not (self.partitioned and name == PARTITION)
        )

    def add(self, part: Part) -> int:
        """The version that holds the rows of a part beside those of before; the last one when the part has none."""
        return self._named_in("append", part) if part.height else self.version()

    def replace(self, part: Part) -> int:
        """The version that holds the rows of a part alone."""
        return self._named_in("overwrite", part)

    def parts(self, version: int) -> list[Part]:
        """The files of a version."""
        return [
            Part(
                path=path,
                height=pl.scan_parquet(path, glob=False, hive_partitioning=False).select(pl.len()).collect().item(),
                import_id=int(path.parent.name.removeprefix(f"{PARTITION}=")) if self.partitioned else None,
            )
            for path in self._files(version)
        ]

    def scan_part(self, part: Part) -> pl.LazyFrame:
        """The rows of a file, without the import that they belong to."""
        return pl.scan_parquet(part.path, glob=False, hive_partitioning=False)

    def adopt(self, part: Part) -> Part:
        """The file of another table, as one of this: it lies in both folders and takes space once."""
        place = self.folder / part.path.parent.name if self.partitioned else self.folder
        path = place / part.path.name
        try:
            place.mkdir(parents=True, exist_ok=True)
            try:
                path.hardlink_to(part.path)
            except OSError:
                # a file system without hard links
                shutil.copyfile(part.path, path)
        except OSError as problem:
            raise unwritten(self.store, type(problem).__name__) from problem
        return replace(part, path=path)

    def add_all(self, parts: Sequence[Part]) -> int:
        """The version that holds the rows of several parts beside those of before."""
        actions = [self._added(part) for part in parts if part.height]
        try:
            return self._commit(actions, mode="append") if actions else self.version()
        except (OSError, DeltaError) as problem:
            raise unwritten(self.store, type(problem).__name__) from problem

    def scan(self, version: int, *, import_ids: Sequence[int] | None = None) -> pl.LazyFrame:
        """The rows of a version, lazily.

        Args:
            version: As the imports table names it.
            import_ids: Only these partitions.

        Raises:
            CusttierError: `store-damaged` when the version or one of its files is missing or cut off.
        """
        # the first version holds nothing; a store of before there was this table has not even that
        files = self._files(version) if version else []
        if not self.partitioned:
            parts = [pl.scan_parquet(files, glob=False, hive_partitioning=False)] if files else []
        else:
            parts = self._partitions(files, import_ids)
        if not parts:
            return pl.LazyFrame(schema=dict(self.columns))
        return pl.concat(parts).select(list(self.columns))

    def scan_last(self) -> pl.LazyFrame:
        """The rows of the last version, lazily."""
        table = self._open(None)
        self._named[table.version()] = _named(table)
        return self.scan(table.version())

    def _partitions(self, files: list[Path], import_ids: Sequence[int] | None) -> list[pl.LazyFrame]:
        # not by Polars' own reading of key=value folders: the store may lie in such a folder itself
        by_import: dict[int, list[Path]] = {}
        for file in files:
            by_import.setdefault(int(file.parent.name.removeprefix(f"{PARTITION}=")), []).append(file)
        return [
            pl.scan_parquet(found, glob=False, hive_partitioning=False).with_columns(
                pl.lit(import_id, dtype=self.columns[PARTITION]).alias(PARTITION)
            )
            for import_id, found in sorted(by_import.items())
            if import_ids is None or import_id in import_ids
        ]

    def restore(self, version: int) -> int:
        """Makes the rows of an earlier version the present ones again.

        Returns:
            The version that holds them: this one when nothing was written since.
        """
        if self.version() == version:
            return version
        table = self._open(None)
        try:
            table.restore(version)
        except (DeltaError, OSError) as problem:
            raise damaged(self.store, f"the log of the table {self.folder.name} is not whole") from problem
        return table.version()

    def maintain(self, version: int, *, compact: bool = False) -> None:
        """Shortens the log and removes files that no reader can still need.

        Args:
            version: The version that readers are sent to; it stays whatever its age.
            compact: Whether many small files become one; only for a table that is read at its last version.
        """
        table = self._open(None)
        if compact:
            table.optimize.compact()
        table.create_checkpoint()
        table.vacuum(retention_hours=RETENTION_HOURS, dry_run=False, full=True, keep_versions=[version])

    def _named_in(self, mode: str, part: Part) -> int:
        try:
            return self._commit([self._added(part)] if part.height else [], mode=mode)
        except (OSError, DeltaError) as problem:
            raise unwritten(self.store, type(problem).__name__) from problem

    def _commit(self, actions: list[AddAction], *, mode: str) -> int:
        """Names files in the log: from here on they exist."""
        table = self._open(None)
        table.create_write_transaction(
            list(actions), mode=mode, schema=self._schema(), partition_by=self._partition_by()
        )
        # nobody else writes meanwhile: the last entry is this one
        return self.version()

    def _added(self, part: Part) -> AddAction:
        found = part.path.stat()
        return AddAction(
            path=part.path.relative_to(self.folder).as_posix(),
            size=found.st_size,
            partition_values={PARTITION: str(part.import_id)} if self.partitioned else {},
            modification_time=int(found.st_mtime * 1000),
            data_change=True,
            stats=json.dumps({"numRecords": part.height}),
        )

    def _files(self, version: int) -> list[Path]:
        if version not in self._named:
            # a version never changes, so its list of files is read once
            self._named[version] = _named(self._open(version))
        files: list[Path] = []
        for name, size in self._named[version]:
            path = self.folder / name
            try:
                whole = path.stat().st_size == size
            except OSError as problem:
                raise damaged(self.store, f"{self.folder.name}/{name} is missing") from problem
            if not whole:
                raise damaged(self.store, f"{self.folder.name}/{name} was cut off or changed")
            files.append(path)
        return files

    def _last_logged(self) -> int | None:
        """The version that the last entry of the log makes, by its name; None where entries are missing.

        Opening a table reads its log; every import asks a score of tables, most of which nobody wrote to.
        """
        try:
            names = [path.name for path in (self.folder / "_delta_log").iterdir()]
        except OSError:
            return None
        logged = [int(name[:20]) for name in names if _LOGGED.fullmatch(name)]
        is_whole = bool(logged) and max(logged) - min(logged) + 1 == len(logged)
        return max(logged) if is_whole else None

    def _open(self, version: int | None) -> DeltaTable:
        try:
            return DeltaTable(str(self.folder), version=version)
        except (DeltaError, OSError, ValueError) as problem:
            raise damaged(self.store, f"the table {self.folder.name} cannot be opened") from problem

    def _partition_by(self) -> list[str]:
        return [PARTITION] if self.partitioned else []

    def _schema(self) -> Schema:
        return Schema(
            [
                Field(name, PrimitiveType(_DELTA_NAMES[pl.Schema({name: dtype})[name]]))
                for name, dtype in self.columns.items()
            ]
        )


def _named(table: DeltaTable) -> list[tuple[str, int]]:
    """Names and sizes of the files of a table, relative to its folder."""
    added = table.get_add_actions(flatten=True)
    names, sizes = (added.column(column).to_pylist() for column in ("path", "size_bytes"))
    return [(str(name), int(size)) for name, size in zip(names, sizes, strict=True)]


def unwritten(folder: Path, problem: str) -> CusttierError:
    """The error of a store that could not be written."""
    return store_error(
        "store-not-written",
        "the store {folder} could not be written ({problem}); it is as it was before",
        hint="see that the disk has space and that you may write there, then do it again",
        folder=str(folder),
        problem=problem,
    )


def damaged(folder: Path, problem: str) -> CusttierError:
    """The error of a store that cannot be read."""
    return store_error(
        "store-damaged",
        "the store {folder} is damaged: {problem}",
        hint="restore the folder from a backup, or move it away and import your files again",
        folder=str(folder),
        problem=problem,
    )
