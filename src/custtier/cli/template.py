"""`custtier template`: a table to fill in and import."""

import sys
from typing import Annotated

import typer

from custtier.cli.choices import Lang
from custtier.cli.options import given, path_of
from custtier.cli.output import put, say_aside
from custtier.cli.session import session_of
from custtier.text import message


@given()
def template(
    ctx: typer.Context,
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="What to fill in: orders, contacts, messages, spend, dates, costs, links, tags or referrals.",
        ),
    ],
    output: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write to this CSV file instead of standard output.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there already.")] = False,
    lang: Lang = None,
) -> None:
    """Write a table to fill in and import: what the columns mean, the headers, two sample rows."""
    del lang
    from custtier.render.files import check_place, write_whole
    from custtier.workflows.template import check_template_place, template_csv

    catalogue = session_of(ctx).catalogue
    content = template_csv(name, catalogue)
    path = path_of(output)
    if path is None:
        put(content)
        return
    check_template_place(path, replaces=force)
    check_place(path)
    write_whole(path, content)
    if sys.stderr.isatty():
        say_aside(catalogue.say(message("written: {path}"), path=str(path)))
