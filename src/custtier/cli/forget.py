"""`custtier forget`: one customer out of the store and its history, for good."""

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from custtier.cli.asking import can_ask
from custtier.cli.fail_on import check_names
from custtier.cli.options import Writing, given, writing
from custtier.cli.output import answer, page_width, say_aside
from custtier.errors import usage_error
from custtier.text import message

if TYPE_CHECKING:
    from custtier.workflows.forget import Meant

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
    if not yes and not _agreed(out, meant):
        say_aside(out.session.catalogue.say(message("nobody was forgotten")))
        raise typer.Exit(1)
    done = forget_customer(meant, store=out.store, settings=out.settings, keep_totals=keep_totals, at=datetime.now(UTC))
    answer(done, out)


def _agreed(out: Writing, meant: "Meant") -> bool:
    """Whether somebody at the terminal, who sees whom it is about, says yes."""
    if not can_ask():
        raise usage_error(
            "not-confirmed",
            "forgetting {customer} cannot be undone, and there is no terminal to ask",
            hint="add `--yes` if that is meant",
            customer=meant.customer_id,
        )
    from custtier.render import Request, rendered

    catalogue = out.session.catalogue
    request = Request(reveal=out.reveal, width=page_width(), zone=out.settings.zone)
    say_aside(rendered(meant.view, request, catalogue).decode())
    question = catalogue.say(message("Erase {customer} from the store for good? Type yes"), customer=meant.customer_id)
    typed = typer.prompt(question, default="", show_default=False, err=True).strip().lower()
    sys.stderr.flush()
    return typed in {"yes", "y", "是"}
