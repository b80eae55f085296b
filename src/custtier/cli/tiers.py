"""`custtier tiers`: customers by net sales."""

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
    "net_sales",
    "top_customers",
    "top_sales",
    "top_sales_share",
    "cutoff_sales",
    "sales80_customers",
    "sales80_share",
    "gini",
    "effective_customers",
    "top10_sales",
    "top10_sales_share",
    "unattributed_orders",
    "unattributed_sales",
)
"""Numbers of the summary: a condition on another one is told before any work."""


NEAR_FIGURES = ("near_customers",)
"""Those that `--near` adds."""


@given(asked=question, out=writing)
def tiers(
    asked: Question,
    out: Writing,
    *,
    top: Annotated[
        str | None, typer.Option(metavar="SHARE", help="The best 20% or 300 customers; 20% by default.")
    ] = None,
    sales: Annotated[
        str | None, typer.Option(metavar="SHARE", help="The fewest customers who make this share of sales, as 80%.")
    ] = None,
    window: Annotated[str | None, typer.Option(metavar="DAYS", help="Only orders of the last 365d.")] = None,
    near: Annotated[bool, typer.Option("--near", help="Who is near the next tier, and what they lack.")] = False,
    within: Annotated[
        str | None,
        typer.Option(metavar="REACH", help="How near: 15% of that tier's least, or 200; else one usual order or 15%."),
    ] = None,
) -> None:
    """Sort customers into tiers by net sales: who makes the money, and how much of it."""
    check_names(out.conditions, (*FIGURES, *(NEAR_FIGURES if near or within is not None else ())))
    from custtier.workflows.tiers import tiers as workflow

    with watched(replace(asked, rows=out.rows), quiet=out.quiet) as seen:
        view = workflow(seen, top=top, sales=sales, window=window, near=near, within=within)
    answer(view, out)
