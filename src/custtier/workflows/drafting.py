"""`custtier sources new`: a profile drafted from an export that no profile knows, tried on the file and kept."""

import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from custtier.errors import CusttierError, usage_error
from custtier.facts import Note
from custtier.settings import Settings
from custtier.sources.drafting.as_toml import as_toml
from custtier.sources.drafting.choose import can_be
from custtier.sources.drafting.draft import Draft, Wishes, draft, is_anybodys
from custtier.sources.drafting.kinds import KINDS
from custtier.sources.formats.identify import identify
from custtier.sources.formats.known import own_folder, own_profiles, usable_profiles
from custtier.sources.formats.profile import Profile, load_profiles, parse_profile
from custtier.sources.formats.profile_faults import check_usable
from custtier.sources.formats.unread_orders import order_columns
from custtier.sources.packed.containers import named_files, shown_name, unpacked
from custtier.sources.sheets.of_file import sheets_of
from custtier.sources.sheets.sheet import Sheet
from custtier.text import Catalogue
from custtier.text.meant import meant_code
from custtier.views.view import View
from custtier.workflows.draft_reasons import why
from custtier.workflows.left_out import listed
from custtier.workflows.samples import Trial, trial_of
from custtier.workflows.sources import near

if TYPE_CHECKING:
    from custtier.sources.drafting.asking import Asker
    from custtier.sources.packed.passwords import Passwords
    from custtier.sources.reading import Progress

_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_DIGITS: Final = re.compile(r"[\d\-_.\s:()（）]{4,}")


@dataclass(frozen=True)
class Wanted:
    """How the profile is to be.

    Args:
        name: Its name; None to make one from the file's.
        kind: What the file holds; None to tell it from the columns.
        columns: Field → header, settled beforehand.
        words: Word of a status → its state, the same.
        day_first: How to read `01/02/2026`; None to ask where it is open.
        replaces: Whether a profile of the user's of this name may be written over.
        output: Where to write it; None for the settings folder, where it is usable at once.
    """

    name: str | None = None
    kind: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    day_first: bool | None = None
    replaces: bool = False
    output: Path | None = None


@dataclass(frozen=True)
class Drafted:
    """A draft, ready to be written.

    Args:
        view: What was found, and what the file becomes with it.
        text: The profile as TOML.
        path: Where it goes.
    """

    view: View
    text: str
    path: Path


def draft_source(
    path: Path,
    *,
    settings: Settings,
    wanted: Wanted,
    catalogue: Catalogue,
    ask: "Asker | None" = None,
    passwords: "Passwords | None" = None,
    progress: "Progress | None" = None,
) -> Drafted:
    """A profile for a file, tried on it; nothing is written yet.

    Args:
        path: The file.
        settings: The user's settings.
        wanted: How the profile is to be.
        catalogue: Language of the remarks in it.
        ask: Who may be asked; None for nobody.
        passwords: Those that may open the file.
        progress: Told how far reading is.

    Raises:
        CusttierError: `bad-name`, `profile-exists`, `known-already`, `one-file`, and what drafting raises.
    """
    _check_name(wanted)
    (file, *more) = named_files([path])
    if more:
        raise usage_error(
            "one-file",
            "{path} holds several files; a draft is made from one",
            hint="name one of them; check the others with: custtier sources check FOLDER",
            path=shown_name(path),
        )
    with tempfile.TemporaryDirectory(prefix="custtier-") as folder:
        source = next(iter(unpacked(file, folder=Path(folder), passwords=passwords)))
        sheets = sheets_of(source, Path(folder), passwords=passwords, progress=progress)
        profiles = list(usable_profiles().values())
        name = wanted.name or _free_name(shown_name(file))
        others = [profile for profile in profiles if profile.name != name]
        known = _recognised(sheets, others, path=source.label)
        target = _target(wanted, name, known)
        wishes = Wishes(
            kind=wanted.kind and (meant_code(wanted.kind, "kind", codes=KINDS) or wanted.kind),
            columns=wanted.columns,
            words=wanted.words,
            zone=settings.zone,
            day_first=wanted.day_first,
        )
        found = draft(sheets, path=source.label, profiles=others, wishes=wishes, ask=ask)
        title = _title_of(shown_name(file)) or name
        text = as_toml(found, name=name, title=title, platform=name, catalogue=catalogue)
        profile = parse_profile(text, origin=name)
        check_usable(profile, origin=name)
        trial, notes = _tried(sheets, profile, settings=settings, path=source.label)
    view = _view(
        found,
        name,
        target,
        trial,
        catalogue=catalogue,
        notes=(*notes, *_notes(found, profile, known, trial, catalogue), *_elsewhere(wanted)),
    )
    return Drafted(view, text, target)


def keep(drafted: Drafted) -> None:
    """Write the profile: whole or not at all, readable by its owner alone.

    Raises:
        CusttierError: `cannot-write`.
    """
    from custtier.render.files import write_whole

    folder = drafted.path.parent
    if folder == own_folder():
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as problem:
            raise usage_error(
                "cannot-write",
                "{path} cannot be written: {problem}",
                hint="name a file in a folder that exists and that you may write to",
                path=str(folder),
                problem=problem.strerror or type(problem).__name__,
            ) from problem
    write_whole(drafted.path, drafted.text.encode())


def _check_name(wanted: Wanted) -> None:
    if wanted.name is not None and not _NAME.fullmatch(wanted.name):
        raise usage_error(
            "bad-name",
            "{name} cannot be the name of a profile: it takes small letters, digits and dashes between them",
            hint="write it as --name my-shop-orders",
            name=wanted.name,
        )
    if wanted.name is not None and wanted.output is None and not wanted.replaces:
        _check_free(wanted.name)


def _check_free(name: str) -> None:
    own = own_profiles()
    path = own.paths.get(name, own_folder() / f"{name}.toml")
    if path.exists():
        raise usage_error(
            "profile-exists",
            "you have a profile {name} already: {path}",
            hint="give another --name, or write over it with --force",
            name=name,
            path=str(path),
        )


def _free_name(path: str) -> str:
    """A name from the file's, where that has letters that a name may have."""
    stem = Path(path).stem.casefold()
    words = re.findall("[a-z]+", stem) if stem.isascii() else []
    base = "-".join(words[:4]) or "own-format"
    taken = {*usable_profiles(), *own_profiles().broken_names}
    number = next(count for count in range(1, len(taken) + 2) if _numbered(base, count) not in taken)
    return _numbered(base, number)


def _numbered(base: str, count: int) -> str:
    return base if count == 1 else f"{base}-{count}"


def _title_of(path: str) -> str:
    """What the file is called without what changes from one export to the next."""
    return _DIGITS.sub(" ", Path(path).stem).strip(" -_")


def _recognised(sheets: Sequence[Sheet], profiles: Sequence[Profile], *, path: str) -> list[str]:
    """The other profiles that know the file, but for the one of plain tables."""
    found = []
    for profile in profiles:
        if profile.fallback:
            continue
        try:
            identify(sheets, [profile], path=path)
        except CusttierError:
            continue
        found.append(profile.name)
    return found


def _target(wanted: Wanted, name: str, known: Sequence[str]) -> Path:
    """Where the profile goes.

    Raises:
        CusttierError: `known-already` when another profile of the user's knows the file: then it would have two.
    """
    own = own_profiles()
    theirs = [other for other in known if other in own.profiles]
    if theirs and wanted.output is None:
        raise usage_error(
            "known-already",
            "your profile {profile} knows this file already: {path}",
            hint="write over it with --name {profile} --force, or delete that file first",
            profile=theirs[0],
            path=str(own.paths[theirs[0]]),
        )
    return wanted.output or own.paths.get(name, own_folder() / f"{name}.toml")


def _tried(
    sheets: Sequence[Sheet], profile: Profile, *, settings: Settings, path: str
) -> tuple[Trial, tuple[Note, ...]]:
    """What becomes of the file's rows with the draft."""
    from custtier.sources.read import converted

    matches = identify(sheets, [profile], path=path)
    reading = converted(matches, path=path, settings=settings, include=frozenset())
    notes = tuple(Note(note.code, {**note.values, "file": path}) for note in reading.notes)
    return trial_of([reading], settings=settings), notes


def _view(
    found: Draft, name: str, target: Path, trial: Trial, *, catalogue: Catalogue, notes: tuple[Note, ...]
) -> View:
    columns = pl.DataFrame(
        [(one.column.header, one.field or None, one.certainty, why(one, catalogue)) for one in found.placements],
        schema=dict.fromkeys(("column", "field", "certainty", "why"), pl.String),
        orient="row",
    )
    words = pl.DataFrame(
        [(one.field, one.word, one.rows, one.state or None) for one in found.words],
        schema={"field": pl.String, "word": pl.String, "rows": pl.Int64, "state": pl.String},
        orient="row",
    )
    return View(
        command="sources new",
        parameters={},
        summary={
            "source": name,
            "kind": found.kind.name,
            "grain": found.rows.grain if found.kind.name == "order" else None,
            "header_row": found.head.header_row,
            "columns": columns["column"].n_unique(),
            "placed": columns.filter(pl.col("field").is_not_null())["column"].n_unique(),
            "rows_read": trial.rows_read,
            "kept": trial.kept,
            "excluded": trial.excluded,
            "rejected": trial.rejected,
            "orders": trial.orders,
            "net_sales": trial.net_sales,
            "written": near(target),
        },
        tables={"columns": columns, "words": words},
        notes=notes,
        currency=trial.currency,
    )


def _elsewhere(wanted: Wanted) -> tuple[Note, ...]:
    """What a profile that lies outside the user's own is good for."""
    return (Note("draft_elsewhere", {"path": near(wanted.output)}),) if wanted.output is not None else ()


def _notes(
    found: Draft, profile: Profile, known: Sequence[str], trial: Trial, catalogue: Catalogue
) -> tuple[Note, ...]:
    notes = [Note("known_format", {"profile": name}) for name in known]
    if profile.name in load_profiles():
        notes.append(Note("overriding_profile", {"name": profile.name}))
    unknown = [word.word for word in found.words if not word.state]
    if unknown:
        notes.append(Note("unknown_words", {"words": catalogue.listed(unknown)}))
    if found.open_days:
        notes.append(Note("open_days", {}))
    if found.rows.is_open:
        notes.append(Note("open_rows", {"grain": found.rows.grain}))
    if found.kind.name == "order" and "status" not in found.fields:
        notes.append(Note("draft_without_status", {}))
    if is_anybodys(found):
        notes.append(Note("draft_without_buyers", {}))
    unread = [one.column for one in found.placements if not one.field]
    if found.kind.name == "contacts" and (can_be(KINDS["order"], found.placements) or order_columns(unread)):
        notes.append(Note("draft_as_contacts", {}))
    if trial.rejected:
        values = {"rejected": trial.rejected, "rows": trial.rows_read, "reasons": listed(trial.reasons)}
        notes.append(Note("draft_rejects", values))
    return tuple(notes)
