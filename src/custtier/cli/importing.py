"""`custtier import`: exports into the store."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from custtier.cli.fail_on import check_names
from custtier.cli.options import Include, Profile, Writing, given, writing
from custtier.cli.output import answer, say_written
from custtier.cli.passwords import PasswordFile, passwords_of
from custtier.cli.progress import Bar
from custtier.errors import usage_error
from custtier.periods import parse_day

FIGURES = ("import_id", "files", "rows_read", "new", "updated", "unchanged", "excluded", "rejected")
"""Numbers of the summary: a condition on another one is told before anything goes in."""


@given(out=writing)
def import_(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILES...", help="Exports, folders or ZIP files; - is standard input.")
    ],
    out: Writing,
    *,
    ctx: typer.Context,
    profile: Profile = None,
    include: Include = None,
    password_file: PasswordFile = None,
    strict: Annotated[bool, typer.Option("--strict", help="Take nothing in when a single row cannot be read.")] = False,
    skip_bad_files: Annotated[
        bool, typer.Option("--skip-bad-files", help="Leave out files that cannot be read, take the rest in.")
    ] = False,
    complete_list: Annotated[
        str | None,
        typer.Option(
            metavar="DAY",
            help="The contact lists are complete as of this day: who is missing from an agent's list has deleted us.",
        ),
    ] = None,
    rejects: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the rows that could not be read to this CSV file.")
    ] = None,
) -> None:
    """Take exports into the store, orders and contacts alike: what is new is added, what changed is updated."""
    from custtier.render.files import check_place, write_whole
    from custtier.workflows.importing import import_files

    check_names(out.conditions, FIGURES)
    if rejects is not None:
        if str(rejects) == "-":
            raise usage_error(
                "rejects-to-stdout",
                "--rejects takes a file: the answer stands on standard output already",
                hint="write it as --rejects rejected.csv",
            )
        check_place(rejects)
    passwords = passwords_of(ctx, password_file)
    with Bar(quiet=out.quiet) as bar:
        passwords.before_asking = bar.hide
        imported = import_files(
            files,
            store=out.store,
            settings=out.settings,
            profile=profile,
            include=frozenset(include or ()),
            strict=strict,
            skip_bad_files=skip_bad_files,
            complete_on=parse_day(complete_list, option="--complete-list") if complete_list else None,
            imported_at=datetime.now(UTC),
            passwords=passwords,
            progress=bar,
        )
    if rejects is not None:
        from custtier.render.as_csv import rejects_csv

        write_whole(rejects, rejects_csv(imported.rejects, reveal=out.reveal))
        say_written(rejects, out)
    answer(imported.view, out)
