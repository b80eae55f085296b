"""Files appear whole or not at all, for their owner alone."""

import os
import stat
from pathlib import Path

import pytest

from custtier.errors import USAGE, CusttierError
from custtier.render import write_whole


def test_a_file_is_written_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "客户.csv"
    write_whole(path, b"a\n")
    assert path.read_bytes() == b"a\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"


def test_what_stood_there_stays_when_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CusttierError) as caught:
        write_whole(path, b"new")
    assert (caught.value.code, caught.value.exit_code) == ("cannot-write", USAGE)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["missing/a.csv", "."])
def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(CusttierError) as caught:
        write_whole(tmp_path / name, b"a")
    assert caught.value.code == "cannot-write"
    assert str(tmp_path) in str(caught.value)


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    write_whole(tmp_path / "link.csv", b"a")
    assert (tmp_path / "real.csv").read_bytes() == b"a"
    assert (tmp_path / "link.csv").is_symlink()


def test_a_device_is_written_to_and_not_replaced() -> None:
    write_whole(Path(os.devnull), b"a")
    assert Path(os.devnull).is_char_device()
