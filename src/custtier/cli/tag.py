"""`custtier tag`: the tags there are, rules tried, and tags given and taken away by hand."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from custtier.cli.about_one import Customer, several
from custtier.cli.fail_on import check_names
from custtier.cli.help import Command, Group
from custtier.cli.options import AsKnownOn, AsOf, Currency, Writing, given, question, writing
from custtier.cli.output import answer
from custtier.cli.progress import watched
from custtier.periods import parse_day
from custtier.workflows.question import Question

app = typer.Typer(cls=Group, rich_markup_mode=None, help="List the tags and who has them; try rules; tag by hand.")

LISTED = ("customers", "tag_rules")
TESTED = (*LISTED, "tagged_customers", "tagged_share", "tagged_sales")
"""Numbers of each summary: a condition on another one is told before any work."""

Tags = Annotated[list[str], typer.Argument(metavar="TAG...", help="The tag, or several.")]


@app.callback(invoke_without_command=True)
@given(out=writing)
def listing(
    ctx: typer.Context,
    out: Writing,
    *,
    as_of: AsOf = None,
    as_known_on: AsKnownOn = None,
    currency: Currency = None,
) -> None:
    """List the tags and who has them; try rules; tag by hand."""
    if ctx.invoked_subcommand is not None:
        return
    check_names(out.conditions, LISTED)
    from custtier.workflows.tags import list_tags

    asked = _asked(out, as_of=as_of, as_known_on=as_known_on, currency=currency)
    answer(list_tags(asked, lang=out.session.catalogue.lang), out)


@app.command("test", cls=Command)
@given(asked=question, out=writing)
def test(
    asked: Question,
    out: Writing,
    rule: Annotated[
        str | None,
        typer.Option(metavar="RULE", help="Only this rule of the settings, or a rule that is not there yet."),
    ] = None,
) -> None:
    """Try the tag rules: who gets the tag, and what each part of the condition takes away."""
    check_names(out.conditions, TESTED)
    from custtier.workflows.tags import try_tags

    with watched(asked, quiet=out.quiet) as seen:
        view = try_tags(seen, rule=rule)
    answer(view, out)


@app.command("fields", cls=Command)
@given(out=writing)
def fields(out: Writing) -> None:
    """List what a tag rule may ask for, and what it may be called."""
    check_names(out.conditions, ())
    from custtier.workflows.tags import field_list

    answer(field_list(out.session.catalogue), out)


@app.command("list", cls=Command)
@given(out=writing)
def tags_of(
    out: Writing,
    customer: Annotated[
        str | None,
        typer.Argument(metavar="[CUSTOMER]", help="Every tag of this customer: id, phone, account, e-mail or name."),
    ] = None,
    as_of: AsOf = None,
    as_known_on: AsKnownOn = None,
    currency: Currency = None,
) -> None:
    """List who was given which tag by hand or in a file; of one customer every tag, and where it comes from."""
    check_names(out.conditions, ())
    from custtier.workflows.tags import tags_of as workflow
    from custtier.workflows.whom import Matches

    asked = _asked(out, as_of=as_of, as_known_on=as_known_on, currency=currency)
    found = workflow(asked, customer=customer)
    if isinstance(found, Matches):
        raise several(found, out)
    answer(found, out)


@app.command("add", cls=Command)
@given(out=writing)
def add(customer: Customer, tags: Tags, out: Writing) -> None:
    """Give a customer a tag, or several."""
    _decide(customer, tags, out, decision="add")


@app.command("remove", cls=Command)
@given(out=writing)
def remove(customer: Customer, tags: Tags, out: Writing) -> None:
    """Take a tag away that a customer was given by hand or in a file."""
    _decide(customer, tags, out, decision="remove")


def _asked(out: Writing, *, as_of: str | None, as_known_on: str | None, currency: str | None) -> Question:
    return Question(
        store=out.store,
        settings=out.settings,
        as_of=parse_day(as_of, option="--as-of") if as_of else None,
        as_known_on=parse_day(as_known_on, option="--as-known-on") if as_known_on else None,
        currency=currency.upper() if currency else None,
    )


def _decide(customer: str, tags: list[str], out: Writing, *, decision: str) -> None:
    check_names(out.conditions, ("import_id",))
    from custtier.workflows.tags import decide_tags
    from custtier.workflows.whom import Matches

    asked = Question(store=out.store, settings=out.settings)
    found = decide_tags(asked, customer=customer, tags=tags, decision=decision, at=datetime.now(UTC))
    if isinstance(found, Matches):
        raise several(found, out)
    answer(found, out)
