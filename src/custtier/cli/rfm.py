"""`custtier rfm`: customers by recency, frequency and money."""

from dataclasses import replace
from enum import StrEnum
from typing import Annotated

import typer

from custtier.cli.fail_on import check_names
from custtier.cli.options import Writing, given, question, writing
from custtier.cli.output import answer
from custtier.cli.progress import watched
from custtier.workflows.question import Question


class CutsFrom(StrEnum):
    """Where the cuts between scores come from."""

    QUANTILE = "quantile"
    FIXED = "fixed"
    FROZEN = "frozen"


class By(StrEnum):
    """What customers may be told apart by."""

    CHANNEL = "channel"
    AGENT = "agent"
    SOURCE = "source"
    CATEGORY = "category"


FIGURES = ("customers", "orders", "net_sales", "unattributed_orders", "unattributed_sales")
"""Numbers of the summary: a condition on another one is told before any work."""


@given(asked=question, out=writing)
def rfm(
    *,
    asked: Question,
    out: Writing,
    scheme: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="Eight classes by R, F and M (chinese8, the default), ten by R and F (grid10), or a scheme of yours.",
        ),
    ] = "chinese8",
    window: Annotated[
        str | None, typer.Option(metavar="DAYS", help="Count only orders of the last 365d; days since count from any.")
    ] = None,
    cuts: Annotated[
        CutsFrom | None,
        typer.Option(
            case_sensitive=False, help="Score by rank (quantile), by cuts of the settings, or by those kept; by rank."
        ),
    ] = None,
    freeze: Annotated[
        bool, typer.Option("--freeze", help="Keep the cuts of this answer, for --cuts frozen later.")
    ] = False,
    by: Annotated[
        By | None,
        typer.Option(case_sensitive=False, help="Add what each channel, agent, format or category comes to, by class."),
    ] = None,
    matrix: Annotated[
        bool, typer.Option("--matrix", help="Add how many customers have each pair of scores: R by F, R by M.")
    ] = False,
) -> None:
    """Score customers by recency, frequency and money, and sort them into classes."""
    check_names(out.conditions, FIGURES)
    from custtier.workflows.rfm import rfm as workflow

    with watched(replace(asked, rows=out.rows), quiet=out.quiet) as seen:
        view = workflow(
            seen,
            scheme=scheme,
            window=window,
            with_matrix=matrix,
            by=by.value if by else None,
            cuts=cuts.value if cuts else None,
            freeze=freeze,
        )
    answer(view, out)
