"""`custtier identities`: who may be one person, decided line by line, and taken back."""

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from custtier.cli.fail_on import check_names
from custtier.cli.help import Command, Group
from custtier.cli.options import Writing, given, writing
from custtier.cli.output import answer

app = typer.Typer(cls=Group, rich_markup_mode=None, help="Find accounts that may be one person; decide; take it back.")

LISTED = ("links", "same", "apart", "customers")
PROPOSED = ("proposals", "strong", "medium", "weak")
APPLIED = (
    "import_id", "rows_read", "new", "updated", "unchanged", "excluded", "rejected", "same", "apart",
    "customers_before", "customers", "orders", "net_sales_before", "net_sales",
)  # fmt: skip
UNDONE = ("customers_before", "customers", "orders", "net_sales_before", "net_sales", "links")
"""Numbers of each summary: a condition on another one is told before any work."""


class Strength(StrEnum):
    """How strong a proposal is."""

    WEAK = "weak"
    MEDIUM = "medium"
    STRONG = "strong"


@app.callback(invoke_without_command=True)
@given(out=writing)
def listing(ctx: typer.Context, out: Writing) -> None:
    """Find accounts that may be one person; decide; take it back."""
    if ctx.invoked_subcommand is not None:
        return
    check_names(out.conditions, LISTED)
    from custtier.workflows.identities import list_identities

    answer(list_identities(out.store, out.settings), out)


@app.command("propose", cls=Command)
@given(out=writing)
def propose(
    out: Writing,
    strength: Annotated[
        Strength, typer.Option(case_sensitive=False, help="The weakest proposals wanted.")
    ] = Strength.WEAK,
) -> None:
    """List customers who may be one person, with reasons, in a file to mark."""
    check_names(out.conditions, PROPOSED)
    from custtier.workflows.identities import propose_identities

    answer(propose_identities(out.store, out.settings, least=strength.value), out)


@app.command("apply", cls=Command)
@given(out=writing)
def apply(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The list of proposals as you marked it.")],
    out: Writing,
) -> None:
    """Take the marked lines in: same is merged, apart is never merged."""
    check_names(out.conditions, APPLIED)
    from custtier.workflows.identities import apply_identities

    answer(apply_identities(file, store=out.store, settings=out.settings, imported_at=datetime.now(UTC)), out)


@app.command("undo", cls=Command)
@given(out=writing)
def undo(
    what: Annotated[
        str, typer.Argument(metavar="ID", help="Id of a decision, its label, or the number of an import of links.")
    ],
    out: Writing,
) -> None:
    """Take one decision back, or a whole import of them."""
    check_names(out.conditions, UNDONE)
    from custtier.workflows.identities import undo_identities

    answer(undo_identities(what, store=out.store, settings=out.settings, at=datetime.now(UTC)), out)
