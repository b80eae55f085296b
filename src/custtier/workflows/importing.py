"""`custtier import` and `custtier imports`: files into the store, what came in, and taking it back."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from custtier.errors import data_error, nothing_error
from custtier.facts import Note
from custtier.settings import Settings
from custtier.sources.lists.rosters import with_rosters
from custtier.sources.reading import Reading
from custtier.store import Outcome, Store
from custtier.views.view import View
from custtier.workflows.left_out import listed, rejected_rows

if TYPE_CHECKING:
    from custtier.sources.packed.passwords import Passwords
    from custtier.sources.reading import Progress

SUMS: Final = ("rows_read", "new", "updated", "unchanged", "excluded", "rejected")
FORGOTTEN: Final = "forgotten"
"""Of `include`: people who were forgotten come in again."""

LIST_FIGURES: Final = {
    "contacts": "contacts",
    "messages": "messages",
    "spend": "spend_rows",
    "dates": "key_dates",
    "costs": "product_costs",
    "links": "linked_accounts",
    "tags": "tags_given",
    "referrals": "referral_pairs",
    "kept": "kept_answers",
}
"""List → the figure of the summary that counts its rows."""

_FILES: Final = {
    "path": pl.String,
    "profile": pl.String,
    "encoding": pl.String,
    "header_row": pl.Int64,
    **dict.fromkeys(SUMS, pl.Int64),
}


@dataclass(frozen=True)
class ImportAnswer:
    """What an import did.

    Args:
        view: Sums, and one row per file.
        rejects: `schema.REJECTS`: the rows that could not be read.
    """

    view: View
    rejects: pl.DataFrame


def import_files(
    paths: Sequence[Path],
    *,
    store: Path,
    settings: Settings,
    profile: str | None = None,
    include: frozenset[str] = frozenset(),
    strict: bool = False,
    skip_bad_files: bool = False,
    complete_on: date | None = None,
    imported_at: datetime,
    passwords: "Passwords | None" = None,
    progress: "Progress | None" = None,
) -> ImportAnswer:
    """What one import of these files brought; all of them go in, or none.

    Args:
        paths: Files and folders; `-` is standard input.
        store: Folder of the store.
        settings: The user's settings.
        profile: Read every file as this; None to recognise them.
        include: Kinds of rows to take that are left out by default.
        strict: Whether a single row that cannot be read stops the import.
        skip_bad_files: Whether files that cannot be read are left out.
        complete_on: The day on which the contact lists among them were complete: whoever had been added to an agent's
            list by then and is missing from it has left; None when they say nothing of others.
        imported_at: UTC, for the record.
        passwords: Those that may open the files.
        progress: Told how far reading is.

    Raises:
        CusttierError: `rejected-rows` under `strict`; what `with_rosters`, reading and the store raise.
    """
    from custtier.sources import read_files

    readings = read_files(
        paths,
        settings=settings,
        profile=profile,
        include=include - {FORGOTTEN},
        skip_bad_files=skip_bad_files,
        passwords=passwords,
        progress=progress,
    )
    if readings.skipped and not readings:
        raise data_error(
            "no-readable-file",
            "none of the {files} files can be read",
            hint="import one of them without --skip-bad-files to see what is wrong with it",
            files=len(readings.skipped),
        )
    if strict:
        _refuse_rejects(readings)
    kept = Store(store, settings=settings)
    told = list(readings)
    if complete_on is not None:
        told = with_rosters(told, on=complete_on, zone=settings.zone)
    outcome = kept.add(told, imported_at=imported_at, include_forgotten=FORGOTTEN in include)
    view = View(
        command="import",
        parameters={
            "profile": profile,
            "include": sorted(include),
            "strict": strict,
            "skip_bad_files": skip_bad_files,
            **({"complete_list": complete_on.isoformat()} if complete_on else {}),
        },
        summary={
            "import_id": outcome.import_id,
            "files": len(outcome.files),
            **_sums(outcome.files),
            **_lists_read(readings),
        },
        tables={"files": _files_table(outcome.files)},
        notes=(
            *_kept_rejects(readings, import_id=outcome.import_id),
            *readings.skipped,
            *readings.passed_over,
            *_file_notes(outcome.files),
            *_left(kept, told, on=complete_on),
            *outcome.notes,
        ),
        data_through=outcome.extent.data_through,
        excluded=_excluded(outcome.files),
    )
    return ImportAnswer(view=view, rejects=kept.rejects(outcome.import_id))


def list_imports(store: Path, settings: Settings) -> View:
    """Every import ever made, newest last; undone ones are marked."""
    listed = _opened(store, settings).imports()
    return _listing(listed, {"imports": listed.height})


def show_import(store: Path, settings: Settings, import_id: int, rejected: bool = False) -> View:
    """One import: its files, and the rows that could not be read.

    Args:
        store: Folder of the store.
        settings: The user's settings.
        import_id: Number of the import.
        rejected: Whether the rows that could not be read are the answer.
    """
    kept = _opened(store, settings)
    files = kept.files(import_id)
    row = kept.imports().row(by_predicate=pl.col("import_id") == import_id, named=True)
    tables = {"files": _files_table(files), "rejects": kept.rejects(import_id)}
    if rejected:
        tables = dict(reversed(tables.items()))
    return View(
        command="imports",
        parameters={"import_id": import_id, "rejected": rejected},
        summary={name: row[name] for name in ("import_id", "imported_at", "files", *SUMS, "undone")},
        tables=tables,
        notes=_file_notes(files),
        excluded=_excluded(files),
    )


def undo_import(store: Path, settings: Settings, import_id: int, at: datetime) -> View:
    """The imports after one of them was taken back.

    Args:
        store: Folder of the store.
        settings: The user's settings.
        import_id: Number of the import.
        at: UTC, for the record.
    """
    kept = _opened(store, settings)
    outcome: Outcome = kept.undo(import_id, at=at)
    return _listing(kept.imports(), {"import_id": import_id, "undone": True, "files": len(outcome.files)})


def _opened(folder: Path, settings: Settings) -> Store:
    kept = Store(folder, settings=settings)
    if kept.imports().is_empty():
        raise nothing_error(
            "no-store",
            "there is no store at {folder} yet",
            hint="import an order export first: custtier import FILE",
            folder=str(folder),
        )
    return kept


def _listing(listed: pl.DataFrame, summary: Mapping[str, object]) -> View:
    return View(command="imports", parameters={}, summary=summary, tables={"imports": listed})


def _lists_read(readings: Sequence[Reading]) -> dict[str, int]:
    """How many rows of each list the files hold, of the lists that they hold."""
    found: Counter[str] = Counter()
    for reading in readings:
        found.update({LIST_FIGURES[name]: rows.height for name, rows in reading.lists.items() if name in LIST_FIGURES})
    return {figure: found[figure] for figure in LIST_FIGURES.values() if figure in found}


def _left(kept: Store, readings: Sequence[Reading], *, on: date | None) -> tuple[Note, ...]:
    """How many people have left by what complete lists do not show any more."""
    if on is None:
        return ()
    rosters = pl.concat([reading.lists["rosters"] for reading in readings if "rosters" in reading.lists])
    places = ["platform", "agent"]
    listed_at = rosters["listed_at"].max()
    facts = kept.facts()
    left = facts.table("contact_events", columns=["contact_key", "event", "at"]).filter(
        (pl.col("event") == "deleted") & (pl.col("at") == listed_at)
    )
    contacts = facts.table("contacts", columns=["contact_key", *places])
    theirs = contacts.join(rosters.lazy().select(places).unique(), on=places, how="semi", nulls_equal=True)
    gone = theirs.join(left, on="contact_key", how="semi").select(pl.len()).collect().item()
    known = theirs.select(pl.len()).collect().item()
    agents = rosters.select(places).n_unique()
    said = Note("complete_list", {"day": on, "agents": agents, "left": gone, "known": known})
    return (said, Note("complete_list_short", {"day": on})) if gone * 2 > known else (said,)


def _kept_rejects(readings: Sequence[Reading], *, import_id: int) -> tuple[Note, ...]:
    reasons = rejected_rows(readings)
    if not reasons:
        return ()
    return (Note("kept_rejects", {"rejected": reasons.total(), "reasons": listed(reasons), "import_id": import_id}),)


def _refuse_rejects(readings: Sequence[Reading]) -> None:
    reasons = rejected_rows(readings)
    if reasons:
        raise data_error(
            "rejected-rows",
            "{rejected} of {rows} rows cannot be read ({reasons}), and --strict takes nothing in then",
            hint="import without --strict and look at them with: custtier imports show ID --rejected",
            rejected=reasons.total(),
            rows=sum(reading.rows_read for reading in readings),
            reasons=listed(reasons),
        )


def _files_table(files: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame([{name: file[name] for name in _FILES} for file in files], schema=_FILES)


def _sums(files: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    return {name: sum(file[name] for file in files) for name in SUMS}


def _file_notes(files: Iterable[Mapping[str, Any]]) -> tuple[Note, ...]:
    return tuple(Note(code, {**values, "file": file["path"]}) for file in files for code, values in file["notes"])


def _excluded(files: Iterable[Mapping[str, Any]]) -> tuple[tuple[str, int], ...]:
    reasons: Counter[str] = Counter()
    for file in files:
        reasons.update(file["reasons"])
    return tuple(sorted(reasons.items()))
