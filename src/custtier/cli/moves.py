"""`custtier moves`: who changed tier or class between two days, and why."""

from dataclasses import replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from custtier.cli.fail_on import check_names
from custtier.cli.options import Writing, given, question, writing
from custtier.cli.output import answer
from custtier.cli.progress import watched
from custtier.cli.rfm import CutsFrom
from custtier.errors import CusttierError, usage_error
from custtier.periods import parse_day
from custtier.workflows.question import Question


class By(StrEnum):
    """What may have changed."""

    TIER = "tier"
    SEGMENT = "segment"


FIGURES = (
    "customers_then",
    "customers",
    "movers",
    "newcomers",
    "leavers",
    "net_sales_then",
    "net_sales",
    "unattributed_orders",
    "unattributed_sales",
)
"""Numbers of the summary: a condition on another one is told before any work."""

TIER_FIGURES = ("risen", "fallen")
"""Those of tiers alone: classes are not ordered, so nobody rises."""


@given(asked=question, out=writing)
def moves(
    first: Annotated[
        str,
        typer.Argument(
            metavar="FROM",
            help="The first day: 2026-06-30, 30d before the second, or last-month, last-quarter, last-year.",
        ),
    ],
    second: Annotated[
        str | None, typer.Argument(metavar="[TO]", help="The second day; the last day known when it is left out.")
    ] = None,
    *,
    asked: Question,
    out: Writing,
    by: Annotated[
        By | None, typer.Option(case_sensitive=False, help="Compare tiers, or classes (segment); tiers.")
    ] = None,
    scheme: Annotated[
        str | None, typer.Option(metavar="NAME", help="Classes of this scheme: see `custtier rfm --help`.")
    ] = None,
    window: Annotated[
        str | None, typer.Option(metavar="DAYS", help="Count only orders of the 365d that end on each of the two days.")
    ] = None,
    cuts: Annotated[
        CutsFrom | None,
        typer.Option(
            case_sensitive=False, help="By the same cuts on both days: those kept (frozen), of classes also others."
        ),
    ] = None,
    everyone: Annotated[bool, typer.Option("--all", help="List everyone, not only who moved.")] = False,
    from_known_on: Annotated[
        str | None,
        typer.Option(
            metavar="DAY",
            help="The first day as it was known on this day: what imports have changed since is a cause.",
        ),
    ] = None,
) -> None:
    """List who changed tier or class between two days, and why."""
    is_by_tier = by is By.TIER or not (by or scheme or cuts in {CutsFrom.QUANTILE, CutsFrom.FIXED})
    check_names(out.conditions, (*FIGURES, *TIER_FIGURES) if is_by_tier else FIGURES)
    from custtier.workflows.moves import moves as workflow

    with watched(replace(_with_second(asked, second), rows=out.rows), quiet=out.quiet) as seen:
        view = workflow(
            seen,
            first=first,
            by=by.value if by else None,
            scheme=scheme,
            window=window,
            cuts=cuts.value if cuts else None,
            everyone=everyone,
            from_known_on=parse_day(from_known_on, option="--from-known-on") if from_known_on else None,
        )
    answer(view, out)


def _with_second(asked: Question, second: str | None) -> Question:
    """The question as of the second day; what is no day but a file is the first of the files.

    Raises:
        CusttierError: `bad-day`; `two-last-days` when `--as-of` names another one.
    """
    if second is None:
        return asked
    try:
        day: date = parse_day(second, option="TO")
    except CusttierError:
        if second != "-" and not Path(second).exists():
            raise
        return replace(asked, files=(Path(second), *asked.files))
    if asked.as_of not in {None, day}:
        raise usage_error(
            "two-last-days",
            "TO is {second}, --as-of is {as_of}; both name the second day",
            hint="leave out one of the two",
            second=day,
            as_of=asked.as_of,
        )
    return replace(asked, as_of=day)
