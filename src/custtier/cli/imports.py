"""`custtier imports`: what came in, and taking it back."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from custtier.cli.fail_on import check_names
from custtier.cli.help import Command, Group
from custtier.cli.options import Writing, given, writing
from custtier.cli.output import answer

app = typer.Typer(cls=Group, rich_markup_mode=None, help="List the imports, show one, take one back.")

LISTED = ("imports",)
SHOWN = ("import_id", "files", "rows_read", "new", "updated", "unchanged", "excluded", "rejected")
UNDONE = ("import_id", "files")
"""Numbers of each summary: a condition on another one is told before any work."""

ImportId = Annotated[int, typer.Argument(metavar="ID", min=1, help="Number of the import.")]


@app.callback(invoke_without_command=True)
@given(out=writing)
def listing(ctx: typer.Context, out: Writing) -> None:
    """List the imports, show one, take one back."""
    if ctx.invoked_subcommand is not None:
        return
    check_names(out.conditions, LISTED)
    from custtier.workflows.importing import list_imports

    answer(list_imports(out.store, out.settings), out)


@app.command("show", cls=Command)
@given(out=writing)
def show(
    import_id: ImportId,
    out: Writing,
    rejected: Annotated[bool, typer.Option("--rejected", help="List the rows that could not be read.")] = False,
) -> None:
    """Show the files of one import and the rows that could not be read."""
    check_names(out.conditions, SHOWN)
    from custtier.workflows.importing import show_import

    answer(show_import(out.store, out.settings, import_id, rejected), out)


@app.command("undo", cls=Command)
@given(out=writing)
def undo(import_id: ImportId, out: Writing) -> None:
    """Take one import back: the store is then as if it had never been."""
    check_names(out.conditions, UNDONE)
    from custtier.workflows.importing import undo_import

    answer(undo_import(out.store, out.settings, import_id, datetime.now(UTC)), out)
