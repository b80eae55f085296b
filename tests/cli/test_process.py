"""Whole processes: any locale, any reader, nothing heavy for a page of help."""

import json
import os
import re
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.cells import cell_len

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


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
@pytest.mark.parametrize("form", ["text", "csv", "json", "xlsx", "help"])
def test_a_full_disk_behind_standard_output_is_told(orders: str, form: str) -> None:
    words = ["tiers", "--help"] if form == "help" else ["tiers", orders, "--format", form]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "custtier", "--lang", "zh", *words],
            stdout=full,
            stderr=subprocess.PIPE,
            env=dict(os.environ),
            check=False,
            timeout=60,
        )
    assert done.returncode == 1
    first, second = done.stderr.decode().splitlines()[-2:]
    assert first == "error[cannot-write-output]: 无法写到标准输出：磁盘已满"
    assert second.startswith("提示：")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_notes_that_nobody_can_read_do_not_spoil_the_answer(orders: str) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "custtier", "rfm", orders, "--format", "csv"],
            stdout=subprocess.PIPE,
            stderr=full,
            env=dict(os.environ),
            check=False,
            timeout=60,
        )
    assert (done.returncode, done.stdout.count(b"\n")) == (0, 3)


def test_a_closed_standard_output_is_nobody_who_reads(orders: str) -> None:
    command = f'exec "{sys.executable}" -m custtier tiers "{orders}" >&-'
    done = subprocess.run(["sh", "-c", command], stderr=subprocess.PIPE, env=dict(os.environ), check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_file_name_that_is_no_text_can_be_told(process: Process, home: Path) -> None:
    done = process("--lang", "zh", os.fsdecode(b"\xff\xfe.csv"))
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
    assert done.stderr.decode("utf-8")


def test_completion_speaks_without_a_shell(process: Process) -> None:
    done = process(_CUSTTIER_COMPLETE="complete_bash", COMP_WORDS="custtier ti", COMP_CWORD="1")
    assert done.stdout.decode().split() == ["tiers"]
    # Typer looks for the shell among the processes above, where a test may have none
    named = process("--show-completion", "bash", _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")
    assert b"complete_bash" in named.stdout


@pytest.mark.parametrize("columns", [72, 80, 100])
@pytest.mark.parametrize("command", ["tiers", "rfm", "churn"])
def test_a_narrow_terminal_still_tells_who_it_is(process: Process, orders: str, command: str, columns: int) -> None:
    extra = ["--all"] if command == "churn" else []
    done = process(command, orders, *extra, "--lang", "zh", COLUMNS=str(columns))
    lines = done.stdout.decode().splitlines()
    header = next(line for line in lines if line.startswith("客户编号"))
    assert [title for title in ("客户编号", "姓名", "电话") if title not in header] == []
    assert [line for line in lines if cell_len(line) > columns] == []


def on_a_terminal(*words: str, columns: int, **environment: str) -> tuple[int, bytes]:
    """How a command ends on a terminal of so many columns, and what it shows there."""
    pty, fcntl, termios = (pytest.importorskip(name) for name in ("pty", "fcntl", "termios"))
    near, far = pty.openpty()
    fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    with subprocess.Popen(
        [sys.executable, "-m", "custtier", *words],
        stdin=far,
        stdout=far,
        stderr=far,
        env={**os.environ, "TERM": "xterm", **environment},
    ) as running:
        os.close(far)
        shown = b""
        try:
            while more := os.read(near, 65_536):
                shown += more
        except OSError:  # Linux says so when the other side has closed
            pass
        finally:
            os.close(near)
    return running.returncode, shown


@pytest.fixture
def orders(home: Path) -> str:
    path = home / "orders.csv"
    path.write_text(
        "订单号,日期,金额,客户,姓名\n1,2026-01-05,120,amy,张三\n2,2026-01-06,80,bob,John Smith\n", encoding="utf-8"
    )
    return str(path)


@pytest.mark.parametrize("columns", [80, 140])
def test_a_terminal_gets_what_fits_into_its_columns(orders: str, columns: int) -> None:
    code, shown = on_a_terminal("tiers", orders, "--lang", "zh", columns=columns)
    lines = re.sub(r"\x1b\[\d*m", "", shown.decode()).splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("客户编号"))
    assert code == 0
    assert len({cell_len(line) for line in lines[start : start + 4]}) == 1
    assert cell_len(lines[start]) <= columns
    assert ("平台" in lines[start]) == (columns == 140)
    assert b"\x1b[1m" in shown


def test_a_terminal_that_speaks_gbk_is_spoken_to_in_gbk(orders: str) -> None:
    code, shown = on_a_terminal("tiers", orders, "--lang", "zh", columns=80, PYTHONIOENCODING="gbk", NO_COLOR="1")
    assert code == 0
    assert shown.decode("gbk").startswith("客户分层（按净销售额）")
    assert b"\x1b" not in shown


def test_a_workbook_is_not_poured_onto_a_terminal(orders: str, home: Path) -> None:
    code, shown = on_a_terminal("import", orders, "--format", "xlsx", columns=80)
    assert code == 2
    assert shown.startswith(b"error[binary-on-terminal]")
    assert not (home / "store").exists()
