"""A progress bar on a terminal, for work that takes longer than a second."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Final

from custtier.cli.passwords import TypedPasswords
from custtier.workflows.question import Question

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

PATIENCE_SECONDS: Final = 1.0
"""Shorter work shows nothing."""


class Bar:
    """Shows how far each file is, on standard error, and is gone at the end.

    Use it as a context; it is silent where standard error is no terminal or when told to be.

    Args:
        quiet: Show nothing.
    """

    def __init__(self, *, quiet: bool) -> None:
        self._shows = not quiet and sys.stderr.isatty()
        self._since = time.monotonic()
        self._progress: Progress | None = None
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> "Bar":
        """Start the clock."""
        self._since = time.monotonic()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bar away."""
        self.hide()

    def hide(self) -> None:
        """Take the bar away until there is more to show."""
        if self._progress is not None:
            self._progress.stop()
        self._progress = None
        self._tasks = {}

    def advance(self, path: str, done: int, total: int) -> None:
        """Show that `done` of `total` bytes (or rows) of a file are through."""
        if not self._shows or time.monotonic() - self._since < PATIENCE_SECONDS:
            return
        if self._progress is None:
            self._progress = _started()
        if path not in self._tasks:
            self._tasks[path] = self._progress.add_task(path, total=total)
        self._progress.update(self._tasks[path], completed=done, total=total)


@contextmanager
def watched(asked: Question, *, quiet: bool) -> Iterator[Question]:
    """The question, with a bar for the files that it reads."""
    with Bar(quiet=quiet) as bar:
        if isinstance(asked.passwords, TypedPasswords):
            asked.passwords.before_asking = bar.hide
        yield replace(asked, progress=bar)


def _started() -> "Progress":
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    bar.start()
    return bar
