"""`custtier next`: whose next purchase is due."""

from dataclasses import replace
from enum import StrEnum
from typing import Annotated

import typer

from custtier.cli.fail_on import check_names
from custtier.cli.options import Writing, given, question, writing
from custtier.cli.output import answer
from custtier.cli.progress import watched
from custtier.workflows.question import Question


class Forecast(StrEnum):
    """What dates may be reckoned by."""

    RHYTHM = "rhythm"
    MODEL = "model"


class By(StrEnum):
    """What is bought again."""

    PRODUCT = "product"
    CATEGORY = "category"


FIGURES = (
    "customers",
    "rhythm_products",
    "due",
    "dated",
    "undated",
    "expected_buyers",
    "expected_sales",
    "days",
    "horizon",
    "windows",
    "hits",
    "hit_rate",
    "stated_chance",
    "unattributed_orders",
    "unattributed_sales",
)
"""Numbers of the summary: a condition on another one is told before any work."""


@given(asked=question, out=writing)
def next_(
    asked: Question,
    out: Writing,
    *,
    days: Annotated[
        int | None, typer.Option(min=1, metavar="DAYS", help="List whose window begins in so many days; 14 by default.")
    ] = None,
    horizon: Annotated[
        int | None,
        typer.Option(min=1, metavar="DAYS", help="No date for who is unlikely to buy in so many days; 90 by default."),
    ] = None,
    forecast: Annotated[
        Forecast | None,
        typer.Option(
            case_sensitive=False,
            help="Reckon by gaps between purchases (rhythm) or by a model; by what was better on the shop's own past.",
        ),
    ] = None,
    by: Annotated[
        By | None,
        typer.Option(case_sensitive=False, help="When each product, or something of its category, is bought again."),
    ] = None,
    everyone: Annotated[bool, typer.Option("--all", help="List everyone, not only who is due.")] = False,
    refit: Annotated[
        bool, typer.Option("--refit", help="Choose and fit the model anew instead of using the one kept.")
    ] = False,
) -> None:
    """List whose next purchase is due, between which days and how surely, and how often such windows were right."""
    check_names(out.conditions, FIGURES)
    from custtier.workflows.next_purchases import next_purchases as workflow

    with watched(replace(asked, rows=out.rows), quiet=out.quiet) as seen:
        view = workflow(
            seen,
            days=days,
            horizon=horizon,
            forecast=forecast.value if forecast else None,
            by=by.value if by else None,
            everyone=everyone,
            refit=refit,
            lang=out.session.catalogue.lang,
        )
    answer(view, out)
