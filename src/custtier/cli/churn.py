"""`custtier churn`: customers slipping away."""

from dataclasses import replace
from enum import StrEnum
from typing import Annotated

import typer

from custtier.cli.fail_on import check_names
from custtier.cli.options import Writing, given, question, writing
from custtier.cli.output import answer
from custtier.cli.progress import watched
from custtier.workflows.question import Question


class Method(StrEnum):
    """The rules by which a customer counts as lapsed."""

    FIXED = "fixed"
    OWN = "own"
    SHOP = "shop"
    MODEL = "model"


FIGURES = (
    "customers",
    "lapsed",
    "lapsed_share",
    "at_risk",
    "value_at_stake",
    "days",
    "unattributed_orders",
    "unattributed_sales",
    "yearly_churn_rate",
    "suggested_days",
)
"""Numbers of the summary: a condition on another one is told before any work."""


@given(asked=question, out=writing)
def churn(
    asked: Question,
    out: Writing,
    *,
    days: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="DAYS",
            help="Lapsed: no purchase in the last so many days; by a model, how far it looks ahead. 90 by default.",
        ),
    ] = None,
    method: Annotated[
        Method,
        typer.Option(
            case_sensitive=False,
            help="Measure by fixed days, by the customer's own rhythm, by the shop's, or by a model's chance of a "
            "purchase; fixed by default.",
        ),
    ] = Method.FIXED,
    model: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Which model; the one that did best on the shop's own past when not given."),
    ] = None,
    everyone: Annotated[bool, typer.Option("--all", help="List everyone, not only who lapsed or is at risk.")] = False,
) -> None:
    """List customers who have stopped buying or are about to, those with most at stake first."""
    check_names(out.conditions, FIGURES)
    from custtier.workflows.churn import churn as workflow

    with watched(replace(asked, rows=out.rows), quiet=out.quiet) as seen:
        view = workflow(
            seen, days=days, method=method.value, model=model, everyone=everyone, lang=out.session.catalogue.lang
        )
    answer(view, out)
