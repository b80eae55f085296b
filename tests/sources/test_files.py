"""What may be named: files, folders, archives, standard input; what is skipped, refused and told on the way."""

import gzip
import io
import os
import sys
import zipfile
from pathlib import Path

import pytest

from custtier.errors import CusttierError
from custtier.facts import Note
from custtier.settings import Settings
from custtier.sources import Readings, read_files
from custtier.sources.packed import limits

TABLE = "订单号,日期,客户,金额\nA1,2026-01-02,老李,5\n"


def read(*paths: Path, **options: object) -> Readings:
    return read_files(list(paths), settings=Settings(), **options)  # type: ignore[arg-type]


def problem_of(*paths: Path, **options: object) -> CusttierError:
    with pytest.raises(CusttierError) as caught:
        read(*paths, **options)
    return caught.value


def write(path: Path, content: str | bytes = TABLE) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_standard_input_that_does_not_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_BYTES", 3 << 20)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\n" * (4 << 20))))
    found = problem_of(Path("-"))
    assert (found.code, found.values["megabytes"]) == ("too-large", 3)


def test_a_folder_stands_for_its_visible_files_by_name(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", ".hidden", "~$open.xlsx"):
        write(tmp_path / name)
    (tmp_path / "deeper").mkdir()
    write(tmp_path / "deeper" / "c.csv")
    assert [Path(reading.path).name for reading in read(tmp_path)] == ["a.csv", "b.csv"]


def test_folders_inside_a_folder_are_named_not_read(tmp_path: Path) -> None:
    write(tmp_path / "a.csv")
    for name in ("2025", "2024", ".git", "__MACOSX"):
        (tmp_path / name).mkdir()
    assert read(tmp_path / "a.csv").passed_over == ()
    values = {"folder": str(tmp_path), "folders": "2024, 2025", "first": str(tmp_path / "2024")}
    assert read(tmp_path).passed_over == (Note("folders_inside", values),)
    write(tmp_path / "2025" / "b.csv")
    values = {"folder": str(tmp_path), "folders": "2024", "first": str(tmp_path / "2024")}
    assert read(tmp_path, tmp_path / "2025").passed_over == (Note("folders_inside", values),)


def test_an_archive_stands_for_every_member_with_its_chinese_name(tmp_path: Path) -> None:
    path = tmp_path / "orders.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("二月.csv", "folder/一月.csv", "__MACOSX/._x"):
            entry = zipfile.ZipInfo(name)
            archive.writestr(entry, TABLE)
    raw = path.read_bytes()
    for name in ("二月.csv", "folder/一月.csv"):
        assert name.encode() in raw
    assert [reading.path for reading in read(path)] == [f"{path}/folder/一月.csv", f"{path}/二月.csv"]


def test_a_member_name_in_gbk_is_read(tmp_path: Path) -> None:
    path = tmp_path / "orders.zip"
    stand_in = "xxxx.csv"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(stand_in, TABLE)
    path.write_bytes(path.read_bytes().replace(stand_in.encode(), "一月".encode("gbk") + b".csv"))
    assert [reading.path for reading in read(path)] == [f"{path}/一月.csv"]


def test_an_archive_with_a_password_says_so(tmp_path: Path) -> None:
    path = tmp_path / "bill.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("bill.csv", TABLE)
    raw = bytearray(path.read_bytes())
    raw[6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(raw)
    found = problem_of(path)
    assert found.code == "encrypted-file"
    assert "password" in str(found)


def damaged_members(path: Path, kind: int = zipfile.ZIP_DEFLATED) -> Path:
    """An archive of three files of which the second has bytes that are none."""
    with zipfile.ZipFile(path, "w", kind) as archive:
        for name in ("a.csv", "b.csv", "c.csv"):
            archive.writestr(name, TABLE.replace("A1", name[0]) + "# \n" * 200)
    raw = bytearray(path.read_bytes())
    start = raw.index(b"b.csv") + len("b.csv")
    raw[start : start + 20] = b"\xff" * 20
    return write(path, bytes(raw))


@pytest.mark.parametrize("kind", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_of_an_archive_only_the_damaged_member_is_skipped(tmp_path: Path, kind: int) -> None:
    path = damaged_members(tmp_path / "orders.zip", kind)
    found = problem_of(path)
    assert (found.code, found.values["path"]) == ("unreadable-file", f"{path}/b.csv")
    readings = read(path, skip_bad_files=True)
    assert [reading.path for reading in readings] == [f"{path}/a.csv", f"{path}/c.csv"]
    assert [note.values["file"] for note in readings.skipped] == [f"{path}/b.csv"]


def test_a_member_in_a_format_that_nobody_knows_is_skipped_alone(tmp_path: Path) -> None:
    path = tmp_path / "orders.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", TABLE)
        archive.writestr("b.txt", "one, two\n")
    assert problem_of(path).code == "unknown-format"
    assert len(read(path, skip_bad_files=True)) == 1


def test_a_damaged_gzip_file_says_so(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(TABLE.encode() * 100))
    for cut in (packed[:-20], packed[:12] + b"\xff" * 30 + packed[42:]):
        path = write(tmp_path / "orders.gz", bytes(cut))
        assert problem_of(path).code == "unreadable-file"
        assert read(path, write(tmp_path / "a.csv"), skip_bad_files=True).skipped


def test_an_empty_archive_says_that_it_is_empty(tmp_path: Path) -> None:
    for names in ((), ("folder/",)):
        with zipfile.ZipFile(tmp_path / "orders.zip", "w") as archive:
            for name in names:
                archive.writestr(name, "")
        assert problem_of(tmp_path / "orders.zip").code == "empty-file"


def test_a_file_whose_name_is_not_utf8_is_read_under_a_name_that_can_be_shown(tmp_path: Path) -> None:
    for raw, shown in (("一月.csv".encode("gbk"), "一月.csv"), (b"\xff\xff.csv", "\ufffd\ufffd.csv")):
        path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + raw))
        (reading,) = read(write(path))
        assert reading.path == f"{tmp_path}/{shown}"
        bad = write(path.with_suffix(".bad"), b"")
        assert problem_of(bad).values["path"] == f"{tmp_path}/{shown}".replace(".csv", ".bad")
        assert [note.values["file"].isprintable() for note in read(bad, skip_bad_files=True).skipped] == [True]


def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_BYTES", 1000)
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("orders.csv", TABLE * 1000)
    assert problem_of(path).code == "too-large"
    assert problem_of(write(tmp_path / "bomb.gz", gzip.compress(TABLE.encode() * 1000))).code == "too-large"


def test_a_gzip_file_is_unpacked(tmp_path: Path) -> None:
    assert read(write(tmp_path / "bill.csv.gz", gzip.compress(TABLE.encode())))[0].rows_read == 1


def test_a_dash_is_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TABLE.encode("gb18030"))))
    (reading,) = read(Path("-"))
    assert (reading.path, reading.encoding, reading.orders.height) == ("-", "gb18030", 1)
    assert problem_of(Path("-"), Path("-")).code == "stdin-twice"


def test_what_is_not_there_or_holds_nothing_says_so(tmp_path: Path) -> None:
    assert problem_of(tmp_path / "none.csv").code == "no-such-file"
    assert (problem_of(tmp_path).code, problem_of(tmp_path).exit_code) == ("empty-folder", 4)


def test_one_bad_file_stops_all_unless_it_is_skipped(tmp_path: Path) -> None:
    good, bad = write(tmp_path / "a.csv"), write(tmp_path / "b.csv", b"")
    assert problem_of(good, bad).code == "empty-file"
    found = read(good, bad, skip_bad_files=True)
    assert [reading.path for reading in found] == [str(good)]
    assert found.skipped == (Note("skipped_file", {"file": str(bad), "problem": "empty-file"}),)


def test_a_refused_format_is_a_bad_file_like_any_other(tmp_path: Path) -> None:
    bill = write(tmp_path / "bill.csv", "交易时间,商户名称,交易说明,金额,交易订单号\n2026-01-01,x,y,1,2\n")
    assert problem_of(bill).code == "buyers-bill"
    assert len(read(write(tmp_path / "a.csv"), bill, skip_bad_files=True)) == 1


def test_a_switch_that_no_profile_knows_is_a_usage_error(tmp_path: Path) -> None:
    found = problem_of(write(tmp_path / "a.csv"), include=frozenset({"gifts"}))
    assert (found.code, found.exit_code) == ("unknown-switch", 2)
    assert "red-packets" in str(found)


def test_progress_is_told_to_the_last_byte(tmp_path: Path) -> None:
    class Told:
        seen: list[tuple[str, int, int]] = []  # noqa: RUF012

        def advance(self, path: str, done: int, total: int) -> None:
            self.seen.append((path, done, total))

    path = write(tmp_path / "a.csv", TABLE.encode("gb18030"))
    read(path, progress=Told())
    assert Told.seen[-1] == (str(path), path.stat().st_size, path.stat().st_size)


def test_reading_leaves_nothing_beside_the_file(tmp_path: Path) -> None:
    read(write(tmp_path / "a.csv", (TABLE + 'A2,2026-01-02,"老\n李",6\nA3,2026-01-02,7"李,6\n').encode("gb18030")))
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]
