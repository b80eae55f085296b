"""`custtier growth`: new contacts against goals, and how many of them reply, buy and come back."""

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
    """By what growth may be told apart."""

    AGENT = "agent"
    CHANNEL = "channel"


FIGURES = (
    "contacts",
    "new_contacts_today",
    "new_contacts_week",
    "new_contacts_month",
    "goal",
    "done_share",
    "new_contacts_share",
    "run_rate",
    "expected_contacts",
    "contacts_low",
    "contacts_high",
    "meet_chance",
    "days_left",
    "needed_per_day",
    "first_reply_share",
    "first_order_share",
    "retention_share",
    "conversion_share",
)
"""Numbers of the summary: a condition on another one is told before any work."""


@given(asked=question, out=writing)
def growth(
    asked: Question,
    out: Writing,
    *,
    by: Annotated[
        By | None, typer.Option(case_sensitive=False, help="One row per agent, or per channel, with their own goals.")
    ] = None,
) -> None:
    """Hold new contacts, replies, first orders and returns against goals, and say where the month will end."""
    check_names(out.conditions, FIGURES)
    from custtier.workflows.growth import growth as workflow

    with watched(replace(asked, rows=None), quiet=out.quiet) as seen:
        view = workflow(seen, by=by.value if by else None)
    answer(view, out)
