"""Runs the command line as a user does: another folder, its own store, and where it matters another process."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from inside import Ended, run_inside

ROOT = Path(__file__).resolve().parents[2]
SHOP = ROOT / "examples" / "shop" / "orders"
LATER = ROOT / "examples" / "shop_later" / "taobao_orders_later.csv"


@dataclass(frozen=True)
class Shell:
    """A user's machine: `folder` holds the settings and the store."""

    folder: Path

    def run(self, *words: object, expect: int = 0, **environment: str) -> Ended:
        """What `custtier WORDS` printed; its exit code must be `expect` and it never shows a traceback."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "CUSTTIER_"))}
        done = self._ended(
            [str(word) for word in words],
            {
                **inherited,
                "LANG": "en_US.UTF-8",
                "CUSTTIER_SETTINGS": str(self.folder / "settings"),
                "CUSTTIER_STORE": str(self.folder / "store"),
                "CUSTTIER_ID_KEY": "acceptance",
                **environment,
            },
        )
        assert "Traceback" not in done.stdout + done.stderr
        assert done.returncode == expect, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def _ended(self, words: list[str], environment: dict[str, str]) -> Ended:
        done = subprocess.run(
            [sys.executable, "-m", "custtier", *words],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def ask(self, *words: object) -> dict[str, Any]:
        """The JSON envelope of `custtier WORDS`."""
        answer: dict[str, Any] = json.loads(self.run(*words, "--format", "json").stdout)
        return answer


@dataclass(frozen=True)
class Inside(Shell):
    """The same within this process: for what no process of its own is needed."""

    capture: pytest.CaptureFixture[str]

    def _ended(self, words: list[str], environment: dict[str, str]) -> Ended:
        return run_inside(words, folder=self.folder, environment=environment, capture=self.capture)
