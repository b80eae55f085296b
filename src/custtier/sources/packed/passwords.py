"""The passwords that may open a file: those known already, then those that somebody is asked for."""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

from custtier.errors import CusttierError, data_error

Opened = TypeVar("Opened")


class Passwords(Protocol):
    """Where passwords come from; this room reads neither terminal nor environment."""

    def of(self, label: str) -> Iterator[str]:
        """The passwords to try on a file, the likeliest first."""

    def worked(self, password: str) -> None:
        """Told which one fits, so that it is the first to be tried on the next file."""


class KnownPasswords:
    """Passwords given beforehand; each is tried on every file.

    Args:
        known: The passwords.
    """

    def __init__(self, known: Sequence[str]) -> None:
        self._known = list(known)

    def __repr__(self) -> str:
        """How many there are, and never which."""
        return f"{type(self).__name__}({len(self._known)})"

    def of(self, label: str) -> Iterator[str]:  # noqa: ARG002 - all are tried on every file
        """See `Passwords.of`."""
        yield from tuple(self._known)

    def worked(self, password: str) -> None:
        """See `Passwords.worked`."""
        self._known = [password, *(one for one in self._known if one != password)]


def opened(label: str, passwords: Passwords | None, attempt: Callable[[str], Opened | None]) -> Opened:
    """What the first password that fits gives.

    Args:
        label: The file's name for the question and for errors.
        passwords: Those to try; None when there are none.
        attempt: Opens with a password; None when it does not fit.

    Raises:
        CusttierError: `encrypted-file` without any password, `wrong-password` when none fits.
    """
    tried = False
    for password in passwords.of(label) if passwords is not None else ():
        tried = True
        found = attempt(password)
        if found is not None and passwords is not None:
            passwords.worked(password)
            return found
    raise _wrong(label) if tried else encrypted(label)


def encrypted(label: str) -> CusttierError:
    """The error for a file that needs a password."""
    return data_error(
        "encrypted-file",
        "{path} is password-protected",
        hint="run the command on a terminal, which asks for the password; or put it into a text file and name that "
        "with `--password-file FILE`; or set CUSTTIER_PASSWORD",
        path=label,
    )


def _wrong(label: str) -> CusttierError:
    return data_error(
        "wrong-password",
        "no password that was given opens {path}",
        hint="check it for spaces and for capital letters; WeChat Pay and Alipay send the password of each bill in a "
        "message of its own",
        path=label,
    )
