"""`custtier segments`: customers who are alike."""

from dataclasses import replace
from enum import StrEnum
from typing import Annotated

import typer

from custtier.cli.fail_on import check_names
from custtier.cli.options import Writing, given, question, writing
from custtier.cli.output import answer
from custtier.cli.progress import watched
from custtier.workflows.question import Question


class By(StrEnum):
    """What customers are alike in."""

    BEHAVIOUR = "behaviour"


FIGURES = (
    "customers",
    "orders",
    "net_sales",
    "unattributed_orders",
    "unattributed_sales",
    "segment_count",
    "silhouette",
    "by_chance",
    "stability",
)
"""Numbers of the summary: a condition on another one is told before any work."""


@given(asked=question, out=writing)
def segments(
    *,
    asked: Question,
    out: Writing,
    by: Annotated[By, typer.Option(case_sensitive=False, help="What they are alike in: how they buy.")] = By.BEHAVIOUR,
    count: Annotated[
        int | None,
        typer.Option(metavar="NUMBER", help="So many segments; by default the number that stands out most."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, metavar="NUMBER", help="Another one draws other samples.")] = 0,
) -> None:
    """Group customers who behave alike, and say in words what sets each group apart."""
    del by
    check_names(out.conditions, FIGURES)
    from custtier.workflows.segments import segments as workflow

    with watched(replace(asked, rows=out.rows), quiet=out.quiet) as seen:
        view = workflow(seen, count=count, seed=seed, lang=out.session.catalogue.lang)
    answer(view, out)
