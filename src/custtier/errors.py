"""The one kind of error that custtier raises on purpose: a code, what was found, a hint, an exit code."""

from collections.abc import Iterable, Mapping

DATA = 1
"""The data cannot be read or cannot answer."""
USAGE = 2
"""The options or the settings are wrong, or one is missing."""
FAIL_ON = 3
"""A `--fail-on` condition is met."""
NOTHING = 4
"""There is nothing to analyse: no store yet, no purchases."""
STORE = 5
"""The store is locked, damaged or newer than this custtier."""
INTERRUPTED = 130


class CusttierError(Exception):
    """An error that a person can act on.

    The texts are catalogue messages with `{name}` places: they are translated and filled when shown, so that no room
    below the command line knows the language.

    Args:
        code: Stable name in kebab case, shown as `error[code]`.
        message: What was found and what was expected, an English catalogue message.
        hint: What to do next, an English catalogue message; empty when there is nothing to say.
        exit_code: The exit code of the process.
        values: What fills the places of both texts. Never a cell of a customer's row.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        hint: str = "",
        exit_code: int = DATA,
        values: Mapping[str, object] | None = None,
    ) -> None:
        self.code = code
        self.message = message
        self.hint = hint
        self.exit_code = exit_code
        self.values = dict(values or {})
        super().__init__(self.code, message.format_map(self.values))

    def __str__(self) -> str:
        """The filled English message, with its code."""
        return f"{self.code}: {self.message.format_map(self.values)}"


def data_error(code: str, message: str, *, hint: str = "", **values: object) -> CusttierError:
    """An error of the data: exit code 1."""
    return CusttierError(code, message, hint=hint, exit_code=DATA, values=values)


def usage_error(code: str, message: str, *, hint: str = "", **values: object) -> CusttierError:
    """An error of options or settings: exit code 2."""
    return CusttierError(code, message, hint=hint, exit_code=USAGE, values=values)


def nothing_error(code: str, message: str, *, hint: str = "", **values: object) -> CusttierError:
    """Nothing to analyse: exit code 4."""
    return CusttierError(code, message, hint=hint, exit_code=NOTHING, values=values)


def store_error(code: str, message: str, *, hint: str = "", **values: object) -> CusttierError:
    """A store that is locked, damaged or newer: exit code 5."""
    return CusttierError(code, message, hint=hint, exit_code=STORE, values=values)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that a misspelt one most likely means; None when none is like it."""
    # difflib is loaded only where something went wrong
    import difflib

    return next(iter(difflib.get_close_matches(name, list(known), n=1, cutoff=0.7)), None)
