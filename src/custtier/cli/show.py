"""`custtier show`: one customer's card."""

from typing import Annotated

import typer

from custtier.cli.about_one import Customer, about_one, several
from custtier.cli.fail_on import check_names
from custtier.cli.options import Writing, given, writing
from custtier.cli.output import answer
from custtier.cli.progress import watched
from custtier.workflows.question import Question


@given(asked=about_one, out=writing)
def show(
    customer: Customer,
    asked: Question,
    out: Writing,
    *,
    orders: Annotated[
        int, typer.Option(min=0, metavar="NUMBER", help="How many of the last orders are listed; 0 is all.")
    ] = 10,
    numbers: Annotated[
        bool, typer.Option("--numbers", help="Order numbers too; in a large store that takes longer.")
    ] = False,
) -> None:
    """Show one customer: orders, rhythm, tier and class, accounts, contacts, key dates."""
    check_names(out.conditions, ())
    from custtier.workflows.show import show as workflow
    from custtier.workflows.whom import Matches

    with watched(asked, quiet=out.quiet) as seen:
        found = workflow(customer, seen, lang=out.session.catalogue.lang, last_orders=orders, with_numbers=numbers)
    if isinstance(found, Matches):
        raise several(found, out)
    answer(found, out)
