"""`custtier imports`: what came in, and taking it back."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from custtier.cli.help import Command, Group
from custtier.cli.options import Writing, given, writing
from custtier.cli.output import answer

app = typer.Typer(cls=Group, rich_markup_mode=None, help="List the imports, show one, take one back.")

ImportId = Annotated[int, typer.Argument(metavar="ID", min=1, help="Number of the import.")]


@app.callback(invoke_without_command=True)
@given(out=writing)
def listing(ctx: typer.Context, out: Writing) -> None:
    """List the imports, show one, take one back."""
    if ctx.invoked_subcommand is not None:
        return
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
    from custtier.workflows.importing import show_import

    answer(show_import(out.store, out.settings, import_id, rejected), out)


@app.command("undo", cls=Command)
@given(out=writing)
def undo(import_id: ImportId, out: Writing) -> None:
    """Take one import back: the store is then as if it had never been."""
    from custtier.workflows.importing import undo_import

    answer(undo_import(out.store, out.settings, import_id, datetime.now(UTC)), out)
