"""Locked archives and workbooks open with their password, and tell what is missing without one."""

import shutil
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook

from custtier.errors import CusttierError
from custtier.settings import Settings
from custtier.sources import Readings, read_files
from custtier.sources.packed.passwords import KnownPasswords
from sources.packing import locked_old_workbook, locked_workbook, locked_workbook_of_2007, locked_zip

TABLE = "订单号,日期,客户,金额\nA1,2026-01-02,老李,5\n".encode()
SECRET = "p@ss Wörd 密码"


def read(path: Path, *passwords: str, **options: object) -> Readings:
    return read_files([path], settings=Settings(), passwords=KnownPasswords(passwords), **options)  # type: ignore[arg-type]


def problem_of(path: Path, *passwords: str) -> CusttierError:
    with pytest.raises(CusttierError) as caught:
        read(path, *passwords)
    return caught.value


@pytest.mark.parametrize("aes", [None, 1, 2, 3])
@pytest.mark.parametrize("described", [False, True])
@pytest.mark.parametrize("stored", [False, True])
def test_every_kind_of_locked_archive_opens_with_its_password(
    tmp_path: Path, aes: int | None, described: bool, stored: bool
) -> None:
    path = locked_zip(
        tmp_path / "bill.zip", {"账单.csv": TABLE}, password=b"123456", aes=aes, described=described, stored=stored
    )
    (reading,) = read(path, "123456")
    assert (reading.path, reading.rows_read) == (f"{path}/账单.csv", 1)


def test_the_older_format_of_aes_opens_too(tmp_path: Path) -> None:
    assert len(read(locked_zip(tmp_path / "a.zip", {"a.csv": TABLE}, password=b"1", aes=3, version=1), "1")) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_password_beyond_ascii_is_tried_as_every_system_writes_it(tmp_path: Path, encoding: str) -> None:
    path = locked_zip(tmp_path / "a.zip", {"a.csv": TABLE}, password=SECRET.encode(encoding), aes=3)
    assert len(read(path, SECRET)) == 1


@pytest.mark.parametrize("aes", [None, 3])
def test_a_locked_archive_without_a_password_says_how_to_give_one(tmp_path: Path, aes: int | None) -> None:
    path = locked_zip(tmp_path / "bill.zip", {"a.csv": TABLE, "b.csv": TABLE}, password=b"right", aes=aes)
    with pytest.raises(CusttierError) as nobody_to_ask:
        read_files([path], settings=Settings())
    for found in (problem_of(path), nobody_to_ask.value):
        assert (found.code, found.exit_code, found.values["path"]) == ("encrypted-file", 1, str(path))
        assert all(way in found.hint for way in ("terminal", "--password-file", "CUSTTIER_PASSWORD"))


@pytest.mark.parametrize("aes", [None, 3])
def test_a_wrong_password_is_told_and_never_shown(tmp_path: Path, aes: int | None) -> None:
    # the old cipher takes one wrong password of 256 for the right one, and finds damage then
    wrong = [f"wrong{number}" for number in range(3)]
    path = locked_zip(tmp_path / "bill.zip", {"a.csv": TABLE}, password=b"right", aes=aes)
    found = problem_of(path, *wrong)
    assert found.code == "wrong-password" if aes else found.code in {"wrong-password", "unreadable-file"}
    shown = "".join(traceback.format_exception(found)) + str(found) + found.hint + repr(KnownPasswords(wrong))
    assert not any(one in shown for one in wrong)


def test_each_file_may_have_its_own_password(tmp_path: Path) -> None:
    files = {"a.csv": TABLE, "b.csv": TABLE.replace(b"A1", b"B1")}
    path = locked_zip(tmp_path / "bill.zip", files, password=[b"one", b"two"], aes=3)
    assert len(read(path, "nothing", "two", "one")) == 2
    found = problem_of(path, "one")
    assert found.code == "wrong-password"


def test_a_damaged_locked_file_is_damaged_and_not_wrongly_opened(tmp_path: Path) -> None:
    path = locked_zip(tmp_path / "bill.zip", {"a.csv": TABLE * 50}, password=b"right", aes=3)
    raw = bytearray(path.read_bytes())
    raw[90] ^= 0xFF
    path.write_bytes(raw)
    assert problem_of(path, "right").code == "unreadable-file"


def test_a_locked_archive_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    path = locked_zip(tmp_path / "bomb.zip", {"a.csv": bytes(100 << 20)}, password=b"right", aes=3)
    assert problem_of(path, "right").code == "too-large"


def plain_workbook(path: Path) -> Path:
    workbook = Workbook()
    for row in (["订单号", "日期", "客户", "金额"], ["A1", "2026-01-02", "老李", 5]):
        workbook.active.append(row)
    workbook.save(path)
    return path


@pytest.mark.parametrize("lock", [locked_workbook, locked_workbook_of_2007])
def test_a_locked_workbook_opens_with_its_password(tmp_path: Path, lock: Callable[..., Path]) -> None:
    path = lock(plain_workbook(tmp_path / "plain.xlsx"), tmp_path / "orders.xlsx", password=SECRET)
    (reading,) = read(path, "wrong", SECRET)
    assert (reading.encoding, reading.orders.height, reading.path) == ("xlsx", 1, str(path))
    assert problem_of(path).code == "encrypted-file"
    assert problem_of(path, "wrong").code == "wrong-password"
    assert problem_of(path, "").code == "wrong-password"


def test_a_locked_workbook_of_the_older_kind_opens_too(tmp_path: Path) -> None:
    plain = Path(__file__).parent.parent / "cases" / "generic" / "old-workbook" / "orders.xls"
    path = locked_old_workbook(plain, tmp_path / "orders.xls", password="right")
    assert problem_of(path).code == "encrypted-file"
    assert problem_of(path, "wrong").code == "wrong-password"
    (reading,) = read(path, "wrong", "right")
    (expected,) = read(plain)
    assert reading.orders.drop("file_instant", strict=False).equals(expected.orders.drop("file_instant", strict=False))


def test_a_locked_workbook_in_a_locked_archive_takes_both_passwords(tmp_path: Path) -> None:
    inner = locked_workbook(plain_workbook(tmp_path / "plain.xlsx"), tmp_path / "orders.xlsx", password="inner")
    path = locked_zip(tmp_path / "a.zip", {"orders.xlsx": inner.read_bytes()}, password=b"outer", aes=3)
    assert len(read(path, "outer", "inner")) == 1
    assert problem_of(path, "outer").values["path"] == f"{path}/orders.xlsx"


def test_a_workbook_that_asks_for_endless_work_is_refused_before_it_is_done(tmp_path: Path) -> None:
    path = locked_workbook(plain_workbook(tmp_path / "plain.xlsx"), tmp_path / "orders.xlsx", password="right")
    raw = path.read_bytes()
    assert b'spinCount="100000" ' in raw
    path.write_bytes(raw.replace(b'spinCount="100000" ', b'spinCount="9999999"'))
    assert problem_of(path, "right").code == "unreadable-file"


def test_what_was_unlocked_is_gone_when_all_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(kept))
    path = locked_workbook(plain_workbook(tmp_path / "plain.xlsx"), tmp_path / "orders.xlsx", password="right")
    assert len(read(path, "right")) == 1
    assert list(kept.iterdir()) == []
    shutil.rmtree(kept)
