"""Answers on standard output or in a file, notes and errors on standard error, and the exit code that they come to."""

import os
import shutil
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from custtier.cli.choices import Form
from custtier.cli.session import Session
from custtier.errors import INTERRUPTED, CusttierError, data_error, store_error
from custtier.text import message
from custtier.text.values import in_words

if TYPE_CHECKING:
    from custtier.cli.options import Writing
    from custtier.views.view import View

NOTES_INSIDE = frozenset({Form.TEXT, Form.MD, Form.HTML, Form.JSON, Form.XLSX})
"""Forms that carry the notes themselves."""


DRAWN_WITH = "┌┤⠁⣿·█▍"
"""Signs of a drawing, for a terminal that has them."""


def prepare_streams() -> None:
    """Make standard output and standard error take any text: UTF-8, but on a terminal what the terminal speaks."""
    if sys.stdout is None:  # closed by the caller: nobody reads
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - as long as the process
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - as long as the process
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is None:
            continue
        if stream.isatty():
            reconfigure(errors="backslashreplace")
        else:
            reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")


def guarded(session: Session, work: Callable[[], int]) -> int:
    """The exit code of some work; whatever goes wrong is told on standard error.

    A reader that went away (`| head`) is no error: what it did not want to read is not written.
    """
    try:
        code = work()
        put(b"")
    except CusttierError as error:
        if session.debug:
            traceback.print_exc()
        tell(error, session)
        return error.exit_code
    except BrokenPipeError:
        leave(sys.stdout)
        return 0
    except KeyboardInterrupt:
        tell_interrupted(session)
        return INTERRUPTED
    except Exception as problem:  # the one place: a bug must not end in a traceback on a seller's screen
        if session.debug:
            traceback.print_exc()
        told = _of_a_page(problem) or _of_a_gone_file(problem) or _internal(problem)
        tell(told, session)
        return told.exit_code
    return code


def leave(stream: TextIO) -> None:
    """Send what is still to be written to a stream nowhere, so that the interpreter ends without a word."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())


def unwritten(problem: OSError) -> CusttierError:
    """The error of a standard output that takes nothing more."""
    leave(sys.stdout)
    return data_error(
        "cannot-write-output",
        "standard output takes no more: {problem}",
        hint="see that the disk has space, or write to a file elsewhere with `--output FILE`",
        problem=problem.strerror or type(problem).__name__,
    )


def _of_a_page(problem: Exception) -> CusttierError | None:
    """The error when Click could not write a page of help; None for any other problem."""
    frames = list(traceback.walk_tb(problem.__traceback__))
    where = str(frames[-1][0].f_globals.get("__name__", "")) if frames else ""
    return unwritten(problem) if isinstance(problem, OSError) and where.endswith("click.utils") else None


def _of_a_gone_file(problem: Exception) -> CusttierError | None:
    """The error when a file of the store went while it was read; None for any other problem."""
    if not (isinstance(problem, FileNotFoundError) and ".parquet" in str(problem)):
        return None
    return store_error(
        "store-changed",
        "a file of the store went while it was read: somebody was forgotten at this moment",
        hint="ask again",
    )


def tell(error: CusttierError, session: Session) -> None:
    """Print `error[code]: …` and `hint: …`."""
    catalogue = session.catalogue
    values = in_words(error.values, catalogue)
    say_aside(f"error[{error.code}]: {catalogue.fill(error.message, values)}")
    if error.hint:
        say_aside(catalogue.say(message("hint: {text}"), text=catalogue.fill(error.hint, values)))


def tell_interrupted(session: Session) -> None:
    """Say that the run was stopped by its user."""
    say_aside(f"error[interrupted]: {session.catalogue.say(message('stopped before the end'))}")


def say_aside(text: str) -> None:
    """One line on standard error; where that takes nothing there is nobody to tell."""
    try:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()
    except OSError:
        leave(sys.stderr)


def _internal(problem: Exception) -> CusttierError:
    return CusttierError(
        "internal",
        "custtier met something it does not know how to handle ({kind})",
        hint="run it again with `--debug` to see where, and report it without your customers' data",
        values={"kind": type(problem).__name__},
    )


def answer(view: "View", out: "Writing", *, curve: bool = False) -> None:
    """Write an answer where it was asked for, then judge `--fail-on`; with `curve` a text has the Lorenz curve."""
    from custtier.render import Request, rendered, write_whole

    catalogue = out.session.catalogue
    shown = out.output is None and sys.stdout.isatty()
    request = Request(
        form=out.form.value,
        table=out.table,
        limit=out.limit,
        reveal=out.reveal,
        quiet=out.quiet,
        width=page_width() if out.output is None else None,
        colour=shown and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb",
        zone=out.settings.zone,
        curve=curve,
        plain=not can_show(DRAWN_WITH),
    )
    content = rendered(view, request, catalogue)
    if out.output is None:
        put(content)
    else:
        write_whole(out.output, content)
    if not out.quiet:
        _aside(view, out)
    _judge(view, out)


def _aside(view: "View", out: "Writing") -> None:
    """Notes that the form does not carry; on a terminal, where the answer went."""
    if out.form not in NOTES_INSIDE:
        from custtier.render.as_text import note_lines
        from custtier.render.basis import basis_lines

        catalogue = out.session.catalogue
        for line in [*basis_lines(view, catalogue, zone=out.settings.zone), *note_lines(view, catalogue)]:
            say_aside(line)
    if out.output is not None:
        say_written(out.output, out)


def say_written(path: Path, out: "Writing") -> None:
    """On a terminal, name a file that was written: elsewhere success is quiet."""
    if sys.stderr.isatty() and not out.quiet:
        say_aside(out.session.catalogue.say(message("written: {path}"), path=str(path)))


def put(content: bytes) -> None:
    """Write to standard output; a reader that went away has had enough.

    Raises:
        CusttierError: `cannot-write-output`, as when the disk behind it is full.
    """
    try:
        if sys.stdout.isatty():
            sys.stdout.write(content.decode(errors="backslashreplace"))
        else:
            sys.stdout.flush()
            sys.stdout.buffer.write(content)
        sys.stdout.flush()
    except BrokenPipeError:
        leave(sys.stdout)
    except OSError as problem:
        raise unwritten(problem) from problem


def can_show(signs: str) -> bool:
    """Whether standard output, or the file in its place, may be given such signs: not in the locale C, nor in GBK."""
    named = next((os.environ[name] for name in ("LC_ALL", "LANG") if os.environ.get(name)), "")
    if named in {"C", "POSIX"}:
        return False
    try:
        signs.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def page_width() -> int | None:
    """Columns of the page: `COLUMNS`, else the terminal's; None on a pipe, where nothing needs to be cut."""
    typed = os.environ.get("COLUMNS", "")
    if typed.isdigit() and int(typed):
        return int(typed)
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _judge(view: "View", out: "Writing") -> None:
    if not out.conditions:
        return
    from custtier.cli.fail_on import judge
    from custtier.currencies import minor_digits
    from custtier.render.plain import plain_summary

    judge(out.conditions, plain_summary(view, digits=minor_digits(view.currency), zone=out.settings.zone))
