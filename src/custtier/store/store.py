"""The store: imports go in whole or not at all, any of them can be undone, readers are never disturbed."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from custtier.errors import nothing_error, usage_error
from custtier.facts import Extent, Facts, Note
from custtier.people import load_id_key
from custtier.schema import REJECTS, conform, empty
from custtier.settings import Settings
from custtier.sources.reading import Reading
from custtier.store.behind import writing_behind
from custtier.store.collisions import check_keys
from custtier.store.counts import file_counts
from custtier.store.current import Records
from custtier.store.entrance import Entrance
from custtier.store.layout import FORGOTTEN_TABLE, RAW, SNAPSHOTS, Layout
from custtier.store.list_tables import ListTables, known_lists
from custtier.store.lists import ListRecords, lists_of, lists_together
from custtier.store.lock import writing
from custtier.store.memory import records_of
from custtier.store.money_notes import money_notes
from custtier.store.opened import opened_facts
from custtier.store.publish import Incoming, order_keys, publish_import, publish_undo
from custtier.store.record import IMPORT, SUMS, UNDO, Commit, commits_of, visible_ids
from custtier.store.remarks import remarks
from custtier.store.snapshots import Snapshots
from custtier.store.state import State, import_of, imports_of, unknown_import
from custtier.store.tables import private_files
from custtier.store.tagged import settled_ids
from custtier.store.touched import RawRecords, no_records, together

if TYPE_CHECKING:
    from custtier.store.forgetting import Forgotten
    from custtier.store.late import Late

MAINTAIN_EVERY: Final = 20
"""Commits between two cleanings of the tables' logs and of files that nobody can need any more."""


@dataclass(frozen=True)
class Outcome:
    """What a commit did.

    Args:
        import_id: The import made or undone.
        files: Per file: `path, profile, encoding, header_row, rows_read, new, updated, unchanged, excluded,
            rejected, reasons, rejected_reasons, notes`.
        extent: What the store holds now.
        notes: Remarks on the import as a whole.
    """

    import_id: int
    files: tuple[dict[str, Any], ...]
    extent: Extent
    notes: tuple[Note, ...] = ()


class Store:
    """A folder of tables.

    Args:
        folder: Need not exist: the first import makes it.
        settings: Uses `zone`, `currency`, `shared_phone_accounts`, `lock_wait_seconds`.
        id_key: Secret of customer ids; this installation's when not given. Only writers use it.
    """

    def __init__(self, folder: Path, *, settings: Settings, id_key: bytes | None = None) -> None:
        self.folder = folder
        self._settings = settings
        self._id_key = id_key
        self._layout = Layout(folder)

    def facts(self, *, as_known_on: date | None = None) -> Facts:
        """What views read, from exactly the versions that the last commit names.

        Args:
            as_known_on: What they would have read at the end of this day: imports and undoings of later days do not
                count. Who was forgotten since is not there.

        Raises:
            CusttierError: `no-store` (exit 4) before the first import, `nothing-known-yet` (exit 4) when that was after
                the day asked for; `store-damaged`, `store-newer` (exit 5).
        """
        state = self._state()
        last = state.last
        if last is None:
            raise nothing_error(
                "no-store",
                "there is no store at {folder} yet",
                hint="import an order export first: custtier import FILE",
                folder=str(self.folder),
            )

        layout = self._layout
        if as_known_on is not None:
            from custtier.store.as_known import between, facts_then, nothing_known_yet

            then = between(state, as_known_on, zone=self._settings.zone)
            if not then.standing:
                raise nothing_known_yet(state, as_known_on, zone=self._settings.zone)
            if not then.is_nothing:
                return facts_then(then, state=state, layout=layout, settings=self._settings, id_key=self._secret)
        return opened_facts(
            lambda name: layout.snapshots[name].scan(state.versions[name]),
            raw=self._raw(state),
            extent=last.extent,
            settings=self._settings,
            notes=money_notes(state.commits, state.visible),
        )

    def late_changes(self, as_of: date, *, as_known_on: date | None = None) -> "Late | None":
        """What imports changed of the orders up to a day after others had told of them; None where none did.

        Args:
            as_of: The day.
            as_known_on: Only imports made by the end of this day count.
        """
        from custtier.store.late import late_changes

        state = self._state()
        return late_changes(state, as_of, as_known_on=as_known_on, layout=self._layout, settings=self._settings)

    def imports(self) -> pl.DataFrame:
        """One row per import ever made, oldest first: id, instant, files, sums, whether it was undone, a name."""
        return imports_of(self._state())

    def files(self, import_id: int) -> tuple[dict[str, Any], ...]:
        """The files of an import, as `Outcome.files`.

        Raises:
            CusttierError: `unknown-import` (exit 2).
        """
        return tuple(import_of(self._state(), import_id).files)

    def rejects(self, import_id: int) -> pl.DataFrame:
        """The rejected records of an import, `schema.REJECTS`, in the order of files and rows.

        Raises:
            CusttierError: `unknown-import` (exit 2).
        """
        state = self._state()
        import_of(state, import_id)
        found = self._layout.raw["rejects"].scan(state.versions["rejects"], import_ids=[import_id])
        return conform(found.collect(), REJECTS)

    def add(self, readings: Sequence[Reading], *, imported_at: datetime, include_forgotten: bool = False) -> Outcome:
        """Imports files: all of them become visible at once, or none.

        Args:
            readings: The files in the order in which they were given.
            imported_at: UTC.
            include_forgotten: Whether forgotten people whom the files show come in again, now and later.

        Raises:
            CusttierError: `store-locked`, `store-damaged`, `store-newer`, `key-collision` (exit 5).
        """
        with self._writing() as state:
            import_id = 1 + max((commit.import_id for commit in state.commits), default=0)
            versions = dict(state.versions)
            entrance = self._entrance(state)
            readings = settled_ids(readings, known_there=entrance.known)
            if include_forgotten:
                versions[FORGOTTEN_TABLE] = entrance.welcome(readings, import_id=import_id)
            readings = entrance.passed(readings, version=versions[FORGOTTEN_TABLE], import_id=import_id)
            fresh = [records_of([reading], import_id=import_id) for reading in readings]
            fresh_lists = [lists_of([reading], import_id=import_id) for reading in readings]
            raw = self._raw(state)
            incoming = self._incoming(readings, fresh, fresh_lists, raw)
            rejects = pl.concat([conform(reading.rejects, REJECTS) for reading in readings] or [empty(REJECTS)])
            notes: tuple[Note, ...] = ()
            with writing_behind() as put:
                parts = {
                    name: put(self._layout.raw[name], rows, import_id=import_id)
                    for name, rows in {**vars(incoming.records), **incoming.lists, "rejects": rejects}.items()
                    if not rows.is_empty()
                }
                snapshots = self._snapshots(state)
                published, folded = publish_import(
                    incoming,
                    raw=raw,
                    snapshots=snapshots,
                    lists=self._lists(state),
                    settings=self._settings,
                    put=put,
                )
                versions |= published
                for name, part in parts.items():
                    versions[name] = self._layout.raw[name].add(part.result())
            if folded is not None:
                notes = remarks(folded, shared_phones=snapshots.shared_phones) + snapshots.notes
            return self._commit(
                state,
                IMPORT,
                import_id=import_id,
                files=incoming.counted.files,
                versions=versions,
                snapshots=snapshots,
                imported_at=imported_at,
                notes=notes,
            )

    def undo(self, import_id: int, *, at: datetime | None = None) -> Outcome:
        """Takes an import back: the store answers as if only the others had been made.

        Args:
            import_id: Any import that stands, not only the last.
            at: UTC, for the record.

        Raises:
            CusttierError: `unknown-import`, `already-undone` (exit 2).
        """
        if not self._layout.is_store():
            raise unknown_import(import_id)
        with self._writing() as state:
            undone = import_of(state, import_id)
            if import_id not in state.visible:
                raise usage_error(
                    "already-undone",
                    "import {import_id} was undone before",
                    hint="list the imports with: custtier imports",
                    import_id=import_id,
                )
            others = [number for number in state.visible if number != import_id]
            snapshots = self._snapshots(state)
            with writing_behind() as put:
                published = publish_undo(
                    import_id,
                    before=self._raw(state),
                    raw=self._raw(state, visible=others),
                    snapshots=snapshots,
                    lists=self._lists(state),
                    settings=self._settings,
                    put=put,
                )
            return self._commit(
                state,
                UNDO,
                import_id=import_id,
                files=undone.files,
                versions={**state.versions, **published},
                snapshots=snapshots,
                imported_at=at,
            )

    def forget(self, customer_key: int, *, keep_totals: bool, at: datetime) -> "Forgotten":
        """Takes a customer out of every table and out of history, for good, and proves it.

        Args:
            customer_key: Of `schema.CUSTOMERS`.
            keep_totals: Whether their orders stay as nobody's.
            at: UTC, for the record.

        Raises:
            CusttierError: `store-locked`, `store-damaged`, `forget-incomplete` (exit 5).
        """
        from custtier.store.forgetting import Standing, forget

        with self._writing() as state:
            standing = Standing(
                layout=self._layout,
                commits=state.commits,
                versions=state.versions,
                visible=state.visible,
                snapshots=self._snapshots(state),
                settings=self._settings,
                id_key=self._secret(),
            )
            done = forget(standing, customer_key, keep_totals=keep_totals, at=at)
            self._layout = Layout(self.folder)
            return done

    def tidy(self) -> None:
        """Deletes what a stopped writer left behind."""
        if self._layout.is_store():
            with self._writing():
                pass

    def _entrance(self, state: State) -> Entrance:
        limit = self._settings.shared_phone_accounts
        return Entrance(
            self._layout, versions=state.versions, visible=state.visible, id_key=self._secret(), limit=limit
        )

    def _secret(self) -> bytes:
        return self._id_key or load_id_key()

    @contextmanager
    def _writing(self) -> Iterator[State]:
        """The state that a writer starts from: what a stopped one left half-done is swept away first."""
        with private_files():
            self._layout.is_store()
            self._layout.prepare_folder()
            with writing(self.folder, wait_seconds=self._settings.lock_wait_seconds):
                # another writer may have moved the tables meanwhile
                self._layout = Layout(self.folder)
                self._layout.create()
                self._layout.sweep()
                state = self._state()
                # what a stopped writer appended must not come in with what is appended next
                for name in (*RAW, "current_orders", FORGOTTEN_TABLE):
                    state.versions[name] = self._layout.table(name).restore(state.versions[name])
                yield state

    def _state(self) -> State:
        versions = dict.fromkeys((*RAW, *SNAPSHOTS, FORGOTTEN_TABLE), 0)
        self._layout = Layout(self.folder)
        if not self._layout.is_store():
            return State([], versions, [])
        commits = commits_of(self._layout.imports.scan_last().collect())
        if commits:
            versions |= commits[-1].versions
        return State(commits, versions, visible_ids(commits))

    def _raw(self, state: State, *, visible: Sequence[int] | None = None) -> RawRecords:
        return RawRecords(
            self._layout.raw, versions=state.versions, visible=state.visible if visible is None else visible
        )

    def _incoming(
        self,
        readings: Sequence[Reading],
        fresh: Sequence[Records],
        fresh_lists: Sequence[ListRecords],
        raw: RawRecords,
    ) -> Incoming:
        """What the files bring together, beside what is stored of the same keys."""
        records = together(*fresh) if fresh else no_records()
        lists = lists_together(*fresh_lists)
        known = no_records() if raw.is_empty() else raw.of_orders(order_keys(records))
        known = _with_known_refunds(known, records, raw)
        check_keys(pl.concat([known.orders, records.orders]))
        before = known_lists(raw, lists)
        counted = file_counts(readings, fresh, before=known, lists=fresh_lists, lists_before=before)
        return Incoming(records=records, lists=lists, known=known, counted=counted)

    def _lists(self, state: State) -> ListTables:
        return ListTables(self._layout.snapshots, versions=state.versions)

    def _snapshots(self, state: State) -> Snapshots:
        return Snapshots(
            self._layout.snapshots,
            versions=state.versions,
            last=state.last,
            settings=self._settings,
            id_key=self._secret(),
        )

    def _commit(
        self,
        state: State,
        action: str,
        *,
        import_id: int,
        files: Sequence[dict[str, Any]],
        versions: dict[str, int],
        snapshots: Snapshots,
        imported_at: datetime | None = None,
        notes: tuple[Note, ...] = (),
    ) -> Outcome:
        """Appends the record that makes everything written before it visible."""
        commit = Commit(
            number=len(state.commits) + 1,
            action=action,
            import_id=import_id,
            imported_at=imported_at,
            files=list(files),
            counts={name: sum(file[name] for file in files) for name in SUMS},
            versions=versions,
            extent=snapshots.extent,
            basis=snapshots.basis(),
        )
        self._layout.imports.append(commit.row())
        if commit.number % MAINTAIN_EVERY == 0:
            self._maintain(versions)
        return Outcome(import_id=import_id, files=tuple(files), extent=commit.extent, notes=notes)

    def _maintain(self, versions: dict[str, int]) -> None:
        for name, table in {**self._layout.raw, **self._layout.snapshots}.items():
            table.maintain(versions[name])
        self._layout.imports.maintain(self._layout.imports.version(), compact=True)


def _with_known_refunds(known: Records, incoming: Records, raw: RawRecords) -> Records:
    """`known` and the stored records of incoming refunds that name no order."""
    loose = incoming.refunds.filter(pl.col("order_key").is_null()).select("refund_key").unique()
    if loose.is_empty():
        return known
    return Records(
        orders=known.orders,
        items=known.items,
        refunds=pl.concat([known.refunds, raw.refunds_of("refund_key", loose)]),
    )
