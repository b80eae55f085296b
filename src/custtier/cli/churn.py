"""`custtier churn`: customers slipping away."""

from dataclasses import replace
from enum import StrEnum
from typing import Annotated

import typer

from custtier.cli.fail_on import check_names
from custtier.cli.options import Writing, given, question, writing
from custtier.cli.output import answer
from custtier.cli.progress import watched
from custtier.errors import usage_error
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
    "seasonal",
    "suggested_days",
)
"""Numbers of the summary: a condition on another one is told before any work."""

MOMENTS_FIGURES = ("customers", "judged_days", "left_share", "days", "unattributed_orders", "unattributed_sales")
"""Those of `--moments`."""


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
    refit: Annotated[
        bool, typer.Option("--refit", help="Choose and fit the model anew instead of using the one kept.")
    ] = False,
    everyone: Annotated[bool, typer.Option("--all", help="List everyone, not only who lapsed or is at risk.")] = False,
    moments: Annotated[
        bool,
        typer.Option(
            "--moments",
            help="Show after which purchase, month, product, category, channel and agent customers stay away.",
        ),
    ] = False,
) -> None:
    """List customers who have stopped buying or are about to, those with most at stake first."""
    check_names(out.conditions, MOMENTS_FIGURES if moments else FIGURES)
    if moments:
        _check_alone(method=method, model=model, everyone=everyone, refit=refit)
        from custtier.workflows.churn import moments as of_moments

        with watched(asked, quiet=out.quiet) as seen:
            view = of_moments(seen, days=days)
        answer(view, out)
        return
    from custtier.workflows.churn import churn as workflow

    with watched(replace(asked, rows=out.rows), quiet=out.quiet) as seen:
        view = workflow(
            seen,
            days=days,
            method=method.value,
            model=model,
            everyone=everyone,
            refit=refit,
            lang=out.session.catalogue.lang,
        )
    answer(view, out)


def _check_alone(*, method: Method, model: str | None, everyone: bool, refit: bool) -> None:
    """Return when nothing was asked of a list beside the moments.

    Raises:
        CusttierError: `moments-alone`.
    """
    for option, is_given in (
        ("--method", method is not Method.FIXED),
        ("--model", model is not None),
        ("--all", everyone),
        ("--refit", refit),
    ):
        if is_given:
            raise usage_error(
                "moments-alone",
                "--moments lists no customers: {option} has no meaning with it",
                hint="leave out {option}, or ask for the list in a command of its own",
                option=option,
            )
