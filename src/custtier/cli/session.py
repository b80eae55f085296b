"""What holds for one run of the program: its language, and whether tracebacks are shown."""

from dataclasses import dataclass

from custtier.text import Catalogue


@dataclass(frozen=True)
class Session:
    """What holds for one run.

    Args:
        catalogue: The language.
        debug: Show the traceback of an error.
    """

    catalogue: Catalogue
    debug: bool = False


def session_of(context: object) -> Session:
    """The session that a Typer context carries; an English one outside a run, as in completion."""
    found = getattr(context, "obj", None)
    return found if isinstance(found, Session) else Session(Catalogue("en"))
