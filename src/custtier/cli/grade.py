"""`custtier grade`: every contact gets a letter from A to E."""

from dataclasses import replace
from typing import Annotated

import typer

from custtier.cli.fail_on import check_names
from custtier.cli.grouping import grouping
from custtier.cli.lead_lists import figures_of, lead_lists
from custtier.cli.options import Writing, given, question, writing
from custtier.cli.output import answer
from custtier.cli.progress import watched
from custtier.workflows.grouping import Grouping
from custtier.workflows.lead_options import LeadLists
from custtier.workflows.question import Question

FIGURES = (
    "contacts",
    "entries",
    "graded_contacts",
    "grade_a",
    "grade_b",
    "grade_c",
    "grade_d",
    "grade_e",
    "unknown_contacts",
    "former_buyers",
    "lost_customers",
    "lost_sales",
    "placed_contacts",
    "unplaced_contacts",
    "pooled_a_share",
    "spend",
    "contact_sales",
    "return_on_spend",
)
"""Numbers of the summary: a condition on another one is told before any work."""


@given(asked=question, groups=grouping, lists=lead_lists, out=writing)
def grade(
    *,
    asked: Question,
    groups: Grouping,
    lists: LeadLists,
    out: Writing,
    letters: Annotated[
        list[str] | None,
        typer.Option("--grade", metavar="LETTER", help="List only contacts with this letter; B,C for several."),
    ] = None,
) -> None:
    """Grade every contact A to E: bought, considers, fell silent, never answered, deleted us; and say why."""
    check_names(out.conditions, figures_of(lists, FIGURES))
    from custtier.workflows.grade import grade as workflow

    with watched(replace(asked, rows=out.rows), quiet=out.quiet) as seen:
        view = workflow(seen, letters=letters or (), grouping=groups, lists=lists, lang=out.session.catalogue.lang)
    answer(view, out)
