"""Files become readings: unpacked, recognised, converted, one by one, all or none."""

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from custtier.errors import CusttierError, usage_error
from custtier.facts import Note
from custtier.settings import Settings
from custtier.sources.damaged_phones import damaged_phone_notes
from custtier.sources.formats.identify import Match, forced, identify
from custtier.sources.formats.known import known_profiles, own_profiles, profile_named, usable_profiles
from custtier.sources.formats.profile import Profile
from custtier.sources.formats.refusals import refuse
from custtier.sources.orders.convert import convert
from custtier.sources.packed.archives import Source
from custtier.sources.packed.containers import folders_inside, named_files, shown_name, unpacked
from custtier.sources.packed.passwords import Passwords
from custtier.sources.reading import Progress, Reading, Readings
from custtier.sources.records import switches
from custtier.sources.samples import sample_notes
from custtier.sources.sheets.of_file import sheets_of
from custtier.sources.sheets.sheet import Sheet


def read_files(
    paths: Sequence[Path],
    *,
    settings: Settings,
    profile: str | None = None,
    include: frozenset[str] = frozenset(),
    skip_bad_files: bool = False,
    passwords: Passwords | None = None,
    progress: Progress | None = None,
) -> Readings:
    """The readings of all files, in the order in which they were named; a folder's in the order of their names.

    Args:
        paths: Files, folders (their visible files, not the folders inside), ZIP archives, `-` for standard input.
        settings: For zone and currency where neither file nor profile say.
        profile: Name of the profile to read every file with; None to recognise each.
        include: Switches that take rows in which are left out by default, such as `red-packets`.
        skip_bad_files: Whether a file or an archive's member that cannot be read becomes a note, not an error.
        passwords: Those that may open archives and workbooks; None when there are none.
        progress: Told how far each file is.

    Raises:
        CusttierError: What the first bad file has wrong; `unknown-switch` for an `include` that no profile knows.
    """
    _check_switches(include)
    named = profile_named(profile) if profile is not None else None
    readings: list[Reading] = []
    skipped: list[Note] = []

    def taken(problem: CusttierError, label: str) -> None:
        if not skip_bad_files:
            raise problem
        skipped.append(Note("skipped_file", {"file": label, "problem": problem.code}))

    for path in named_files(paths):
        with tempfile.TemporaryDirectory(prefix="custtier-") as folder:
            try:
                for source in unpacked(path, folder=Path(folder), passwords=passwords):
                    try:
                        sheets = sheets_of(source, Path(folder), passwords=passwords, progress=progress)
                        readings += _readings(source, sheets, convert_with=(settings, include), profile=named)
                    except CusttierError as problem:
                        taken(problem, source.label)
            except CusttierError as problem:
                taken(problem, shown_name(path))
    return Readings(tuple(readings), tuple(skipped), folders_inside(paths))


def _check_switches(include: frozenset[str]) -> None:
    known = switches(list(usable_profiles().values()))
    unknown = sorted(include - known)
    if unknown:
        raise usage_error(
            "unknown-switch",
            "nothing is called {names} that could be included; there is {known}",
            hint="leave `--include` out to read the usual rows",
            names=", ".join(unknown),
            known=", ".join(sorted(known)),
        )


def _readings(
    source: Source,
    sheets: Sequence[Sheet],
    *,
    convert_with: tuple[Settings, frozenset[str]],
    profile: Profile | None,
) -> list[Reading]:
    """The readings of one file: one, or one for each profile that its sheets match."""
    settings, include = convert_with
    if profile is not None:
        matches = forced(sheets, profile, path=source.label)
    else:
        matches = identify(
            sheets, list(known_profiles().values()), path=source.label, own=own_profiles().profiles.keys()
        )
    groups = [list(group) for _, group in groupby(_by_profile(matches), key=lambda match: match.profile.name)]
    found: list[Reading] = []
    for group in groups:
        refuse(group[0].profile, source.label)
        label = source.label if len(groups) == 1 else f"{source.label}/{group[0].sheet.name}"
        found.append(converted(group, path=label, settings=settings, include=include))
    return found


def converted(group: Sequence[Match], *, path: str, settings: Settings, include: frozenset[str]) -> Reading:
    """The reading of sheets that match one profile: orders, or rows of a list."""
    if group[0].profile.is_list:
        from custtier.sources.lists.convert import convert_list

        reading = convert_list(group, path=path, settings=settings, include=include)
    else:
        reading = convert(group, path=path, settings=settings, include=include)
    found = (*damaged_phone_notes(reading), *sample_notes(reading))
    return replace(reading, notes=(*reading.notes, *found)) if found else reading


def _by_profile(matches: Sequence[Match]) -> list[Match]:
    order = {name: number for number, name in enumerate(dict.fromkeys(match.profile.name for match in matches))}
    return sorted(matches, key=lambda match: order[match.profile.name])
