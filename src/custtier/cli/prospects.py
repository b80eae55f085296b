"""`custtier prospects`: which new customers may become the best."""

from dataclasses import replace
from typing import Annotated

import typer

from custtier.cli.fail_on import check_names
from custtier.cli.options import Writing, given, question, writing
from custtier.cli.output import answer
from custtier.cli.progress import watched
from custtier.workflows.question import Question

FIGURES = (
    "new_buyers",
    "promising",
    "still_starting",
    "first_days",
    "later_days",
    "past_newcomers",
    "held_out_newcomers",
    "best_share",
    "auc",
    "auc_low",
    "auc_high",
    "lift",
    "lift_low",
    "lift_high",
    "unattributed_orders",
    "unattributed_sales",
)
"""Numbers of the summary: a condition on another one is told before any work."""


@given(asked=question, out=writing)
def prospects(
    asked: Question,
    out: Writing,
    *,
    days: Annotated[
        int | None, typer.Option(min=1, metavar="DAYS", help="First days that are looked at; 30 by default.")
    ] = None,
    new: Annotated[
        int | None, typer.Option(min=1, metavar="DAYS", help="New is who first bought so long ago; 90 by default.")
    ] = None,
    everyone: Annotated[bool, typer.Option("--all", help="List everyone new, not only who looks promising.")] = False,
) -> None:
    """List new customers whose first days look like those of customers who became the best."""
    check_names(out.conditions, FIGURES)
    from custtier.workflows.prospects import prospects as workflow

    with watched(replace(asked, rows=out.rows), quiet=out.quiet) as seen:
        view = workflow(seen, days=days, new_days=new, everyone=everyone, lang=out.session.catalogue.lang)
    answer(view, out)
