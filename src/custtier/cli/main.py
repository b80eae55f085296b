"""The program: `custtier …` from the words of the command line to the exit code."""

import gc
import sys
from collections.abc import Sequence
from typing import Final

from custtier.cli.language import chosen_language
from custtier.cli.output import guarded, prepare_streams, tell_interrupted
from custtier.cli.session import Session
from custtier.errors import INTERRUPTED
from custtier.text import Catalogue

DEBUG = "--debug"


_OBJECTS_BETWEEN_COLLECTIONS: Final = 200_000
"""So many objects come with imports alone; looking through them for cycles takes as long as some commands."""


def main() -> None:
    """Run the command line of this process and end it."""
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    sys.exit(run(sys.argv[1:]))


def run(words: Sequence[str]) -> int:
    """The exit code of one command line.

    Args:
        words: The command line without the program's name. `--lang` and `--debug` count wherever they stand.
    """
    prepare_streams()
    session = Session(Catalogue(chosen_language(words)), debug=_asks_for_traceback(words))
    return guarded(session, lambda: _invoke(_without_debug(words), session))


def _invoke(words: Sequence[str], session: Session) -> int:
    """Parse the words and run the command that they name."""
    import typer

    from custtier.cli.app import app
    from custtier.cli.parsing import PARSING_ERRORS, parsing_error

    try:
        code = typer.main.get_command(app).main(
            args=list(words), prog_name="custtier", standalone_mode=False, obj=session
        )
    except SystemExit as stop:
        if isinstance(stop.__context__, BrokenPipeError):
            return 0  # Click turns a reader that went away into exit code 1
        raise
    except typer.Abort as stop:
        raise KeyboardInterrupt from stop
    except PARSING_ERRORS as problem:
        raise parsing_error(problem, session.catalogue) from problem
    if code == INTERRUPTED:
        tell_interrupted(session)
    return code if isinstance(code, int) else 0


def _asks_for_traceback(words: Sequence[str]) -> bool:
    return DEBUG in _options(words)


def _without_debug(words: Sequence[str]) -> list[str]:
    options = _options(words)
    return [word for word in options if word != DEBUG] + list(words[len(options) :])


def _options(words: Sequence[str]) -> list[str]:
    """The words before `--`, after which everything is a file."""
    return list(words[: list(words).index("--")]) if "--" in words else list(words)
