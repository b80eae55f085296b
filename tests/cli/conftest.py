"""How commands are run in tests: in this process, or as a process of their own."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest

from custtier.cli.main import run

SNAPSHOTS = Path(__file__).parent / "snapshots"
NOW = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")
"""The time of an import, which is another one every time."""


@dataclass(frozen=True)
class Ended:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings and store of this test alone; no language but English unless asked for."""
    for name in list(os.environ):
        if name.startswith(("LC_", "CUSTTIER_")) or name in {"LANG", "COLUMNS", "NO_COLOR"}:
            monkeypatch.delenv(name)
    monkeypatch.setenv("CUSTTIER_SETTINGS", str(tmp_path / "settings"))
    monkeypatch.setenv("CUSTTIER_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("CUSTTIER_ID_KEY", "a key for tests")
    return tmp_path


@pytest.fixture
def custtier(capfd: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """Run a command line in this process."""

    def command(*words: object) -> Ended:
        code = run([str(word) for word in words])
        sys.stdout.flush()
        sys.stderr.flush()
        printed = capfd.readouterr()
        return Ended(code, printed.out, printed.err)

    return command


@pytest.fixture
def process(home: Path) -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """Run a command line as a process of its own; keywords are environment variables."""

    def command(
        *words: object, stdin: IO[bytes] | None = None, **environment: str
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-m", "custtier", *(str(word) for word in words)],
            env={**os.environ, **environment},
            cwd=home,
            stdin=stdin,
            capture_output=True,
            check=False,
            timeout=60,
        )

    return command


@pytest.fixture
def snapshot(request: pytest.FixtureRequest, home: Path) -> Callable[[str, Ended], None]:
    """Compare what a command printed with what it printed before."""

    def compare(name: str, ended: Ended) -> None:
        text = f"exit {ended.code}\n--- stdout\n{ended.out}--- stderr\n{ended.err}".replace(str(home), "HOME")
        text = NOW.sub("YYYY-MM-DD HH:MM", text)
        path = SNAPSHOTS / f"{name}.txt"
        if request.config.getoption("--update-snapshots"):
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8")

    return compare
