"""`custtier value`: what customers will bring."""

from dataclasses import replace
from typing import Annotated

import typer

from custtier.cli.fail_on import check_names
from custtier.cli.options import Writing, given, question, writing
from custtier.cli.output import answer
from custtier.cli.progress import watched
from custtier.workflows.question import Question

FIGURES = (
    "customers",
    "expected_orders",
    "expected_sales",
    "sales_low",
    "sales_high",
    "expected_margin",
    "margin_low",
    "margin_high",
    "margin_share",
    "costs_known_share",
    "present_value",
    "horizon_days",
    "unattributed_orders",
    "unattributed_sales",
)
"""Numbers of the summary: a condition on another one is told before any work."""


@given(asked=question, out=writing)
def value(
    *,
    asked: Question,
    out: Writing,
    horizon: Annotated[str, typer.Option(metavar="DAYS", help="How far to look ahead from the day observed.")] = "365d",
    model: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="bg-nbd, mbg-nbd, pareto-nbd, nbd, mbg-cnbd-2 … or last-period, the simplest rule; the one that did "
            "best on the shop's own past when it is left out.",
        ),
    ] = None,
    discount: Annotated[
        str | None, typer.Option(metavar="SHARE", help="Money is worth so much less a year later, such as 10%.")
    ] = None,
    margin: Annotated[
        bool, typer.Option("--margin", help="Also what is left after the costs of goods, and who leaves most first.")
    ] = False,
    refit: Annotated[
        bool, typer.Option("--refit", help="Choose and fit the model anew instead of using the one kept.")
    ] = False,
) -> None:
    """Forecast what each customer will bring: chance of staying, orders and sales, each with its range."""
    check_names(out.conditions, FIGURES)
    from custtier.workflows.value import value as workflow

    with watched(replace(asked, rows=out.rows), quiet=out.quiet) as seen:
        view = workflow(seen, horizon=horizon, model=model, discount=discount, with_margin=margin, refit=refit)
    answer(view, out)
