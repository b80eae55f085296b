"""`custtier demo`: an invented shop to try every command on."""

from pathlib import Path
from typing import Annotated

import typer

from custtier.cli.options import Writing, given, telling
from custtier.cli.output import answer
from custtier.cli.progress import Bar


@given(out=telling)
def demo(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder for the files; made when it is missing.")],
    out: Writing,
    customers: Annotated[
        int, typer.Option(min=1, metavar="N", help="How many people have bought; 200 by default.")
    ] = 200,
    seed: Annotated[int, typer.Option(min=0, metavar="S", help="The same seed gives the same shop; 1 by default.")] = 1,
) -> None:
    """Write an invented shop: orders as several platforms export them, contacts, chats, ad spend."""
    from custtier.workflows.demo import demo as workflow

    with Bar(quiet=out.quiet) as bar:
        view = workflow(folder, customers=customers, seed=seed, progress=bar)
    answer(view, out)
