"""`custtier define`: what a word of the answers means."""

from dataclasses import replace
from typing import Annotated

import typer

from custtier.cli.fail_on import check_names
from custtier.cli.options import Writing, given, writing
from custtier.cli.output import answer

FIGURES = ("definitions",)
"""Numbers of the summary: a condition on another one is told before any work."""


@given(out=writing)
def define(
    out: Writing,
    term: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[TERM]...", help="A word of an answer, in English or Chinese, or its code; none lists all terms."
        ),
    ] = None,
) -> None:
    """Say what a word of the answers means: figures, tiers, classes, levels, reasons and checks."""
    check_names(out.conditions, FIGURES)
    from custtier.workflows.define import define as workflow
    from custtier.workflows.define import list_definitions

    lang = out.session.catalogue.lang
    typed = " ".join(term or ()).strip()
    if typed:
        answer(workflow(typed, lang=lang), out)
    else:
        # nobody wants a part of this list
        answer(list_definitions(lang=lang), replace(out, limit=0) if out.limit is None else out)
