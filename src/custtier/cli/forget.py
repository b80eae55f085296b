"""`custtier forget`: one customer out of the store and its history, for good."""

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from custtier.cli.asking import can_ask
from custtier.cli.fail_on import check_names
from custtier.cli.options import Writing, given, writing
from custtier.cli.output import answer, say_aside
from custtier.errors import usage_error
from custtier.text import message

FIGURES = ("orders", "rows", "files_searched", "files_with_traces")
"""Numbers of the summary: a condition on another one is told before anybody is forgotten."""


@given(out=writing)
def forget(
    customer: Annotated[
        str, typer.Argument(metavar="CUSTOMER", help="Id, full phone, account, e-mail or name of the customer.")
    ],
    out: Writing,
    *,
    keep_totals: Annotated[
        bool, typer.Option("--keep-totals", help="Keep the orders as nobody's, so that no total changes.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; needed where nobody can be asked.")] = False,
) -> None:
    """Erase one customer from the store and its history; it cannot be undone."""
    check_names(out.conditions, FIGURES)
    from custtier.workflows.forget import forget_customer, whom

    meant = whom(customer, store=out.store, settings=out.settings)
    if not yes and not _agreed(out, customer_id=meant.customer_id, purchases=meant.purchases):
        say_aside(out.session.catalogue.say(message("nobody was forgotten")))
        raise typer.Exit(1)
    done = forget_customer(meant, store=out.store, settings=out.settings, keep_totals=keep_totals, at=datetime.now(UTC))
    answer(done, out)


def _agreed(out: Writing, *, customer_id: str, purchases: int) -> bool:
    """Whether somebody at the terminal says yes."""
    if not can_ask():
        raise usage_error(
            "not-confirmed",
            "forgetting {customer} cannot be undone, and there is no terminal to ask",
            hint="add `--yes` if that is meant",
            customer=customer_id,
        )
    say = out.session.catalogue.say
    question = say(
        message("Erase {customer} and {purchases} purchases from the store for good? Type yes"),
        customer=customer_id,
        purchases=purchases,
    )
    typed = typer.prompt(question, default="", show_default=False, err=True).strip().lower()
    sys.stderr.flush()
    return typed in {"yes", "y", "是"}
