"""The progress bar: on a terminal, for long work, and gone at the end."""

import io
import sys

import pytest

from custtier.cli import progress
from custtier.cli.progress import Bar


class Terminal(io.StringIO):
    """A standard error that is a terminal."""

    def isatty(self) -> bool:
        return True


def screen_of(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """A terminal in place of standard error; pytest puts its own there between a fixture and its test."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    return terminal


def test_short_work_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = screen_of(monkeypatch)
    with Bar(quiet=False) as bar:
        bar.advance("a.csv", 1, 2)
    assert screen.getvalue() == ""


def test_long_work_shows_how_far_each_file_is(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = screen_of(monkeypatch)
    monkeypatch.setattr(progress, "PATIENCE_SECONDS", 0.0)
    with Bar(quiet=False) as bar:
        bar.advance("订单 [1].csv", 1, 2)
        bar.advance("订单 [1].csv", 2, 2)
    assert "订单 [1].csv" in screen.getvalue()
    assert screen.getvalue().rstrip("\n\r ").endswith(("\x1b[2K", "\x1b[?25h"))


def test_quiet_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = screen_of(monkeypatch)
    monkeypatch.setattr(progress, "PATIENCE_SECONDS", 0.0)
    with Bar(quiet=True) as bar:
        bar.advance("a.csv", 1, 2)
    assert screen.getvalue() == ""


def test_without_a_terminal_there_is_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE_SECONDS", 0.0)
    pipe = io.StringIO()
    monkeypatch.setattr(sys, "stderr", pipe)
    with Bar(quiet=False) as bar:
        bar.advance("a.csv", 1, 2)
    assert pipe.getvalue() == ""
