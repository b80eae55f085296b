"""`custtier exclusions`: the user's rules, and what they and the detectors would take out."""

from typing import Annotated

import typer

from custtier.cli.fail_on import check_names
from custtier.cli.help import Command, Group
from custtier.cli.options import Writing, given, question, writing
from custtier.cli.output import answer
from custtier.cli.progress import watched
from custtier.workflows.question import Question

app = typer.Typer(cls=Group, rich_markup_mode=None, help="List the exclusion rules and what they take out; test them.")

LISTED = ("rules", "rules_on", "orders_taken_out", "sales_taken_out")
TESTED = (*LISTED, "suggestions", "suggested_orders")
"""Numbers of each summary: a condition on another one is told before any work."""


@app.callback(invoke_without_command=True)
@given(out=writing)
def listing(ctx: typer.Context, out: Writing) -> None:
    """List the exclusion rules and what they take out; test them."""
    if ctx.invoked_subcommand is not None:
        return
    check_names(out.conditions, LISTED)
    from custtier.workflows.exclusions import list_exclusions

    answer(list_exclusions(Question(store=out.store, settings=out.settings)), out)


@app.command("test", cls=Command)
@given(asked=question, out=writing)
def test(
    asked: Question,
    out: Writing,
    rule: Annotated[str | None, typer.Option(metavar="NAME", help="Only this rule, even when it is off.")] = None,
) -> None:
    """Show what the rules and the detectors of wholesale and brushed orders would take out, and which orders."""
    check_names(out.conditions, TESTED)
    from custtier.workflows.exclusions import try_exclusions as workflow

    with watched(asked, quiet=out.quiet) as seen:
        view = workflow(seen, rule=rule, lang=out.session.catalogue.lang)
    answer(view, out)
