"""`custtier doctor`: the health of the data before any number."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import typer

from custtier.cli.fail_on import check_names
from custtier.cli.options import Files, Include, Profile, Store, Writing, given, writing
from custtier.cli.output import answer
from custtier.cli.passwords import PasswordFile, passwords_of
from custtier.cli.progress import watched
from custtier.settings import load_settings, store_folder
from custtier.workflows.question import Question

FIGURES = ("checks", "bad", "look", "ok", "orders")
"""Numbers of the summary: a condition on another one is told before any work."""


def patient(
    *,
    ctx: typer.Context,
    files: Files = None,
    profile: Profile = None,
    include: Include = None,
    password_file: PasswordFile = None,
    store: Store = None,
) -> Question:
    """What is to be examined: files, or the store; all of it."""
    settings = load_settings()
    return Question(
        files=tuple(Path(file) for file in files or ()),
        store=store_folder(store, settings),
        profile=profile,
        include=frozenset(include or ()),
        passwords=passwords_of(ctx, password_file),
        settings=settings,
    )


@given(asked=patient, out=writing)
def doctor(asked: Question, out: Writing) -> None:
    """Examine the data before any number: gaps, duplicates, damage, doubtful orders, and what to do about them."""
    check_names(out.conditions, FIGURES)
    from custtier.workflows.doctor import doctor as workflow

    today = datetime.now(UTC).astimezone(ZoneInfo(out.settings.zone)).date()
    with watched(asked, quiet=out.quiet) as seen:
        view = workflow(seen, today=today, lang=out.session.catalogue.lang)
    # one page: all of it, unless less is asked for
    answer(view, replace(out, limit=0) if out.limit is None else out)
