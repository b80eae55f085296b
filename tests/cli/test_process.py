"""Whole processes: any locale, any reader, nothing heavy for a page of help."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Process = Callable[..., subprocess.CompletedProcess[bytes]]

HEAVY = ("polars", "pydantic", "deltalake", "rich", "scipy", "numpy", "openpyxl", "xlsxwriter", "fastexcel", "narwhals")


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["tiers", "--help"], ["imports", "show", "--help"]])
def test_a_page_of_help_loads_nothing_heavy(words: list[str], home: Path) -> None:
    program = (
        "import sys, json\n"
        "from custtier.cli.main import run\n"
        f"code = run({words!r})\n"
        f"print(json.dumps([code, [name for name in {HEAVY!r} if name in sys.modules]]), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False, env=os.environ)
    assert json.loads(done.stderr.splitlines()[-1]) == [0, []]


@pytest.mark.parametrize(
    "environment",
    [
        {"LC_ALL": "C"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LC_ALL": "POSIX"},
        {"PYTHONIOENCODING": "gbk"},
        {"PYTHONIOENCODING": "ascii:strict", "LANG": "zh_CN.GBK"},
    ],
)
def test_output_is_utf8_whatever_the_locale(process: Process, environment: dict[str, str]) -> None:
    done = process("--lang", "zh", "tiers", "--help", **environment)
    assert done.returncode == 0, done.stderr
    assert "按净销售额给客户分层" in done.stdout.decode("utf-8")
    failed = process("--lang", "zh", "tires", **environment)
    assert failed.returncode == 2
    assert "没有 tires 这个命令；是不是想用 tiers？" in failed.stderr.decode("utf-8")


def test_under_c_the_language_is_english(process: Process) -> None:
    assert process("--help", LC_ALL="C").stdout.startswith(b"Usage:")


def test_a_reader_that_went_away_is_no_error(home: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "custtier", "tiers", "--help"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        assert running.stdout is not None and running.stderr is not None
        running.stdout.close()
        err = running.stderr.read()
        assert running.wait(timeout=60) == 0
    assert err == b""


def test_a_file_name_that_is_no_text_can_be_told(process: Process, home: Path) -> None:
    done = process("--lang", "zh", os.fsdecode(b"\xff\xfe.csv"))
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
    assert done.stderr.decode("utf-8")


def test_completion_speaks_without_a_shell(process: Process) -> None:
    done = process(_CUSTTIER_COMPLETE="complete_bash", COMP_WORDS="custtier ti", COMP_CWORD="1")
    assert done.stdout.decode().split() == ["tiers"]
    assert b"complete_bash" in process("--show-completion", "bash").stdout
