"""Passwords come from a file, from the environment or from the terminal, and go nowhere."""

import os
import select
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Ended
from sources.packing import locked_zip

TABLE = "订单号,日期,客户,金额\nA1,2026-01-02,老李,5\n".encode()
SECRET = "s3cret-of-the-bill"
Command = Callable[..., Ended]


@pytest.fixture
def bill(tmp_path: Path) -> Path:
    return locked_zip(tmp_path / "账单.zip", {"bill.csv": TABLE}, password=SECRET.encode(), aes=3)


def everything_written(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != "words.txt")


def test_a_password_file_opens_what_is_imported_and_what_is_read_directly(
    custtier: Command, bill: Path, tmp_path: Path
) -> None:
    words = tmp_path / "words.txt"
    words.write_bytes(b"\xef\xbb\xbfnot this one\r\n" + SECRET.encode() + b"\r\n")
    for command in (["import", bill], ["tiers", bill], ["rfm", bill], ["churn", bill]):
        ended = custtier(*command, "--password-file", words, "--format", "json")
        assert ended.code == 0, ended.err
        assert SECRET not in ended.out + ended.err
    assert SECRET not in custtier("imports", "--format", "json").out
    assert SECRET.encode() not in everything_written(tmp_path)


def test_the_environment_may_hold_the_password(custtier: Command, bill: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUSTTIER_PASSWORD", SECRET)
    assert custtier("tiers", bill).code == 0


def test_without_a_terminal_nobody_is_asked(
    process: Callable[..., subprocess.CompletedProcess[bytes]], bill: Path
) -> None:
    done = process("import", bill, "--debug")
    assert (done.returncode, b"error[encrypted-file]" in done.stderr) == (1, True)
    done = process("--lang", "zh", "import", bill, "--debug", CUSTTIER_PASSWORD="wrong-one")
    assert (done.returncode, b"error[wrong-password]" in done.stderr) == (1, True)
    assert b"wrong-one" not in done.stderr + done.stdout
    assert "打不开" in done.stderr.decode()


def test_a_password_file_that_cannot_be_read_is_told(custtier: Command, bill: Path, tmp_path: Path) -> None:
    ended = custtier("import", bill, "--password-file", tmp_path / "none.txt")
    assert (ended.code, "error[no-password-file]" in ended.err) == (2, True)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
@pytest.mark.parametrize(("typed", "code", "asked"), [(["qqzz", SECRET], 0, 2), (["a", "b", "c"], 1, 3), ([""], 1, 1)])
def test_a_terminal_is_asked_for_the_password_of_each_file(
    bill: Path, home: Path, typed: list[str], code: int, asked: int
) -> None:
    done, shown = on_terminal(["import", bill.name], typed, cwd=home)
    assert done == code, shown
    assert shown.count("Password of 账单.zip") == asked
    assert not any(word in shown for word in typed if len(word) > 1)


def on_terminal(words: list[str], typed: list[str], *, cwd: Path) -> tuple[int, str]:
    """The exit code of a command whose questions are answered one by one, and all that its terminal showed."""
    import pty

    master, slave = pty.openpty()
    running = subprocess.Popen(
        [sys.executable, "-m", "custtier", *words],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        cwd=cwd,
        start_new_session=True,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    os.close(slave)
    shown = b""
    answered = 0
    until = time.monotonic() + 60
    try:
        while time.monotonic() < until:
            ready, _, _ = select.select([master], [], [], 1)
            try:
                piece = os.read(master, 4096) if ready else b""
            except OSError:
                break
            shown += piece
            if not piece and running.poll() is not None:
                break
            if answered < len(typed) and shown.count(b": ") > answered and shown.rstrip(b" ").endswith(b":"):
                os.write(master, typed[answered].encode() + b"\n")
                answered += 1
        return running.wait(10), shown.decode(errors="replace")
    finally:
        running.kill()
        os.close(master)
