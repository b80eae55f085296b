"""Runs whole processes in turn and says how long each took and how much memory it held."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Run:
    """One process: seconds from start to end, seconds of processor time, peak memory in bytes."""

    seconds: float
    cpu_seconds: float
    peak: int


@dataclass
class Runs:
    """All runs of one command."""

    runs: list[Run] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """The median of the runs."""
        return median(run.seconds for run in self.runs)

    @property
    def cpu_seconds(self) -> float:
        """The median of the runs."""
        return median(run.cpu_seconds for run in self.runs)

    @property
    def peak(self) -> int:
        """The largest of the runs, in bytes."""
        return max(run.peak for run in self.runs)


def run(words: Sequence[str], *, env: dict[str, str]) -> Run:
    """Start a process, wait for its end and measure it; its output is thrown away.

    Raises:
        SystemExit: When the process fails, with what it said.
    """
    started = time.perf_counter()
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=env)
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.stderr.close()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(words)} ended with {process.returncode}:\n{said.decode(errors='replace')}")
    # kilobytes on Linux, bytes on macOS
    unit = 1 if sys.platform == "darwin" else 1024
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit)


def in_turn(
    commands: Sequence[Sequence[str]], *, rounds: int, env: dict[str, str], before: Callable[[], None]
) -> list[Runs]:
    """The runs of each command: one of each a round, so that a busy moment strikes all alike.

    Args:
        commands: Each is the words of a process.
        rounds: How many are measured, after one that only warms the caches.
        env: Of every process.
        before: Called before every process, outside the clock.
    """
    found = [Runs() for _ in commands]
    for number in range(rounds + 1):
        for runs, words in zip(found, commands, strict=True):
            before()
            measured = run(words, env=env)
            if number:
                runs.runs.append(measured)
    return found
