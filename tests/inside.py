"""Runs a command line in this process as if it were one of its own: its folder, its environment, its output.

Starting a process and importing everything takes longer than most commands. What is a matter of the process itself
(streams, signals, exit, start-up) is tested with processes: `tests/cli/test_process.py`, `tests/acceptance`.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import pytest

from custtier.cli.main import run


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it printed, in the names of `subprocess.CompletedProcess`."""

    returncode: int
    stdout: str
    stderr: str


def run_inside(
    words: Sequence[str], *, folder: Path, environment: Mapping[str, str], capture: pytest.CaptureFixture[str]
) -> Ended:
    """What `custtier WORDS` prints in `folder` with this environment and no other."""
    capture.readouterr()
    with mock.patch.dict(os.environ, environment, clear=True), chdir(folder):
        code = run(words)
        sys.stdout.flush()
        sys.stderr.flush()
    printed = capture.readouterr()
    return Ended(code, printed.out, printed.err)
