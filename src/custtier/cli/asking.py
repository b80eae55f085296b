"""Questions with a few answers, asked on the terminal."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

from custtier.text import Catalogue, message
from custtier.text.names import names_of

if TYPE_CHECKING:
    from custtier.sources.drafting.asking import Question


def can_ask() -> bool:
    """Whether somebody sits at a terminal."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


class TerminalAsker:
    """Asks on standard error and reads standard input.

    Args:
        catalogue: The language.
        before_asking: Done before each question, such as taking a progress bar away.
    """

    def __init__(self, catalogue: Catalogue, before_asking: Callable[[], None] = lambda: None) -> None:
        self._catalogue = catalogue
        self._before_asking = before_asking

    def choose(self, question: "Question") -> int | None:
        """The number of the answer, from 0; None when nothing was typed."""
        say = self._catalogue.say
        self._before_asking()
        fields = names_of("field", self._catalogue)
        values = {name: fields.get(str(value), value) for name, value in question.values.items()}
        typer.echo(self._catalogue.fill(question.text, values), err=True)
        shown = [say(answer) for answer in question.answers]
        for number, answer in enumerate(shown, 1):
            typer.echo(f"  {number}  {answer}", err=True)
        while True:
            typed = typer.prompt(
                say(message("Number (Enter leaves it open)")), default="", show_default=False, err=True
            ).strip()
            if not typed:
                return None
            if typed in shown:
                return shown.index(typed)
            if typed.isdecimal() and 1 <= int(typed) <= len(question.answers):
                return int(typed) - 1
            typer.echo(say(message("a number from 1 to {most} is expected"), most=len(question.answers)), err=True)
