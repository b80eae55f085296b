"""`custtier show`: one customer's card."""

from typing import Annotated

import typer

from custtier.cli.fail_on import check_names
from custtier.cli.options import AsOf, Currency, NoExclusions, Writing, given, writing
from custtier.cli.output import answer
from custtier.errors import usage_error
from custtier.periods import parse_day
from custtier.workflows.question import Question


@given(out=writing)
def show(
    customer: Annotated[
        str, typer.Argument(metavar="CUSTOMER", help="Id, full phone, account, e-mail or name of the customer.")
    ],
    out: Writing,
    *,
    as_of: AsOf = None,
    orders: Annotated[
        int, typer.Option(min=0, metavar="NUMBER", help="How many of the last orders are listed; 0 is all.")
    ] = 10,
    numbers: Annotated[
        bool, typer.Option("--numbers", help="Order numbers too; in a large store that takes longer.")
    ] = False,
    currency: Currency = None,
    no_exclusions: NoExclusions = False,
) -> None:
    """Show one customer: orders, rhythm, tier and class, accounts, contacts, key dates."""
    check_names(out.conditions, ())
    from custtier.workflows.show import Matches
    from custtier.workflows.show import show as workflow

    asked = Question(
        store=out.store,
        as_of=parse_day(as_of, option="--as-of") if as_of else None,
        currency=currency.upper() if currency else None,
        use_exclusions=not no_exclusions,
        settings=out.settings,
    )
    found = workflow(customer, asked, lang=out.session.catalogue.lang, last_orders=orders, with_numbers=numbers)
    if not isinstance(found, Matches):
        answer(found, out)
        return
    answer(found.view, out)
    raise usage_error(
        "several-customers",
        "{count} customers are meant",
        hint="name one of them by the id",
        count=found.count,
    )
