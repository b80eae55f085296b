"""Passwords of files: from a file, from the environment, or asked for on the terminal; nowhere kept or shown."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Final

import typer

from custtier.cli.session import session_of
from custtier.errors import usage_error
from custtier.sources.packed.passwords import KnownPasswords
from custtier.text import Catalogue, message

VARIABLE: Final = "CUSTTIER_PASSWORD"
MOST_TRIES: Final = 3
_MOST_BYTES: Final = 1 << 20

PasswordFile = Annotated[
    Path | None,
    typer.Option(
        "--password-file",
        metavar="FILE",
        help="Text file with the passwords of locked files, one a line; without it the terminal is asked.",
    ),
]


class TypedPasswords(KnownPasswords):
    """The passwords given, then those that somebody types for a file.

    Args:
        known: Those given.
        catalogue: The language of the question.
    """

    def __init__(self, known: list[str], catalogue: Catalogue) -> None:
        super().__init__(known)
        self._catalogue = catalogue
        self.before_asking: Callable[[], None] = lambda: None

    def of(self, label: str) -> Iterator[str]:
        """See `Passwords.of`; nobody is asked where there is no terminal."""
        yield from super().of(label)
        for number in range(MOST_TRIES if _is_terminal() else 0):
            self.before_asking()
            typed = self._ask(label, is_again=number > 0)
            if not typed:
                return
            yield typed

    def _ask(self, label: str, *, is_again: bool) -> str:
        say = self._catalogue.say
        words = (
            say(message("That is not it. Password of {path}"), path=label)
            if is_again
            else say(message("Password of {path}"), path=label)
        )
        return str(typer.prompt(words, default="", show_default=False, hide_input=True, err=True))


def passwords_of(ctx: typer.Context, file: Path | None) -> TypedPasswords:
    """The passwords for a command's files.

    Args:
        ctx: The run, whose language is spoken.
        file: What `--password-file` names.

    Raises:
        CusttierError: `no-password-file`.
    """
    known = _lines(file) if file is not None else []
    from_environment = os.environ.get(VARIABLE)
    if from_environment:
        known.append(from_environment)
    return TypedPasswords(known, session_of(ctx).catalogue)


def _lines(file: Path) -> list[str]:
    try:
        with file.open("rb") as source:
            raw = source.read(_MOST_BYTES)
    except OSError as problem:
        raise usage_error(
            "no-password-file",
            "the password file {path} cannot be read: {problem}",
            hint="write the passwords into a text file, one a line, and name it",
            path=str(file),
            problem=problem.strerror or type(problem).__name__,
        ) from problem
    text = raw.decode("utf-8-sig", errors="surrogateescape")
    return [line for line in dict.fromkeys(text.replace("\r", "\n").split("\n")) if line]


def _is_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()
