"""The options of `grade` about lists of people, as one value."""

from typing import Annotated

import typer

from custtier.workflows.lead_options import LeadLists

MOVE_FIGURES = (
    "contacts_then",
    "contacts",
    "movers",
    "new_since",
    "to_a",
    "b_then",
    "b_to_a",
    "b_to_c",
    "c_then",
    "c_to_b",
    "deleted_since",
)
"""Numbers of the summary of `--moves`."""

PROMISING_FIGURES = (
    "contacts",
    "candidates",
    "grade_b",
    "grade_c",
    "listed_contacts",
    "expected_buyers",
    "horizon",
    "lift",
)
"""Numbers of the summary of `--promising`."""


def lead_lists(
    *,
    moves: Annotated[
        tuple[str, str] | None,
        typer.Option(
            metavar="FROM TO",
            help="Who has another letter on TO (a day) than on FROM (a day, 30d before it, or last-month).",
        ),
    ] = None,
    promising: Annotated[
        bool,
        typer.Option("--promising", help="List B and C worth a word this week, those first who are likeliest to buy."),
    ] = False,
    capacity: Annotated[
        int | None, typer.Option(min=1, metavar="NUMBER", help="With --promising: so many people for each agent.")
    ] = None,
) -> LeadLists:
    """Which list is asked for."""
    return LeadLists(moves, promising, capacity)


def figures_of(lists: LeadLists, otherwise: tuple[str, ...]) -> tuple[str, ...]:
    """The numbers of the summary of the answer that is asked for."""
    if lists.moves is not None:
        return MOVE_FIGURES
    return PROMISING_FIGURES if lists.promising else otherwise
