"""`custtier key`: the few customers worth one-to-one care."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

import typer

from custtier.cli.fail_on import check_names
from custtier.cli.options import Writing, given, question, writing
from custtier.cli.output import answer
from custtier.cli.progress import watched
from custtier.errors import usage_error
from custtier.workflows.question import Question

FIGURES = (
    "customers",
    "picked",
    "lowest_key_score",
    "picked_sales",
    "picked_sales_share",
    "tied",
    "stayed",
    "came",
    "went",
    "unattributed_orders",
    "unattributed_sales",
)
"""Numbers of the summary: a condition on another one is told before any work."""

HISTORY_FIGURES = ("lists", "picked", "bought_since", "orders_since", "sales_since")
"""Those of `--history`."""


@given(asked=question, out=writing)
def key(
    asked: Question,
    out: Writing,
    *,
    pick: Annotated[
        int | None, typer.Option(min=1, metavar="NUMBER", help="How many customers to pick; 30 by default.")
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep this list in the store: later lists hold to it and tell who changed.")
    ] = False,
    history: Annotated[
        bool, typer.Option("--history", help="The lists kept so far, and what has been bought since each.")
    ] = False,
) -> None:
    """Pick the few customers worth one-to-one care, and say what speaks for each."""
    check_names(out.conditions, HISTORY_FIGURES if history else FIGURES)
    if history and (keep or pick is not None):
        raise usage_error(
            "history-alone",
            "--history looks back on the lists kept; it picks nobody",
            hint="leave out --pick and --keep, or leave out --history",
        )
    from custtier.workflows import key as workflow

    with watched(replace(asked, rows=None), quiet=out.quiet) as seen:
        if history:
            view = workflow.history(seen)
        else:
            at = datetime.now(UTC) if keep else None
            view = workflow.key(seen, pick=pick, keep_at=at, lang=out.session.catalogue.lang)
    # a list of so many is shown whole: nobody picks people to leave them out
    answer(view, replace(out, limit=0) if out.limit is None else out)
