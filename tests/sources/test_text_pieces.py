"""A text file is read in pieces: where they are cut changes nothing, and a line is found by its number."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from custtier.errors import CusttierError
from custtier.settings import Settings
from custtier.sources import Reading, read_files
from custtier.sources.sheets import decoding
from custtier.sources.sheets.text_lines import lines_of

HEADER = "订单号,日期,客户,金额,商品名称\n"


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Bytes decoded by sevens and handed on by lines of forty."""
    with monkeypatch.context() as patched:
        patched.setattr(decoding, "_DECODED_BYTES", 7)
        patched.setattr(decoding, "PIECE_BYTES", 40)
        yield


def read(path: Path) -> Reading:
    (reading,) = read_files([path], settings=Settings())
    return reading


def written(folder: Path, text: str, encoding: str = "gb18030") -> Path:
    path = folder / "orders.csv"
    path.write_bytes(text.encode(encoding))
    return path


def outcome(path: Path) -> Reading | str:
    try:
        return read(path)
    except CusttierError as problem:
        return str(problem)


cell = st.sampled_from(["茶", "", '"两\n行"', '5"屏', '"a""b"', '"打开', " x ", "—", '"逗,号"'])
amount = st.sampled_from(["5", "x", "", "¥6.5"])
odd = st.sampled_from(["", " ,,,,", "A1", "A1,2026-01-02,老李,5,茶,多,余", "," * 11 + "远"])
line = st.one_of(odd, st.tuples(amount, cell).map(lambda row: f"A1,2026-01-02,老李,{row[0]},{row[1]}"))


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(line, max_size=12), encoding=st.sampled_from(["gb18030", "utf-8", "utf-16"]), ends=st.booleans())
def test_where_a_file_is_cut_into_pieces_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    lines: list[str],
    encoding: str,
    ends: bool,
) -> None:
    numbered = [row.replace("A1", f"A{number}") for number, row in enumerate(lines)]
    text = HEADER + "\n".join(numbered) + ("\n" if ends else "")
    path = written(tmp_path_factory.mktemp("pieces"), text, encoding)
    whole = outcome(path)
    with monkeypatch.context() as patched:
        patched.setattr(decoding, "_DECODED_BYTES", 7)
        patched.setattr(decoding, "PIECE_BYTES", 40)
        cut = outcome(path)
    if isinstance(whole, str) or isinstance(cut, str):
        assert whole == cut
        return
    assert whole.rows_read == cut.rows_read
    for table in ("orders", "items", "records", "rejects"):
        assert_frame_equal(getattr(whole, table), getattr(cut, table))


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_a_bad_byte_far_from_the_header_is_named_by_its_line(tmp_path: Path, encoding: str) -> None:
    path = written(tmp_path, HEADER + "A1,2026-01-02,老李,5,茶\n" * 20, encoding)
    path.write_bytes(path.read_bytes() + b"A2,2026-01-02,\xff\xff,5,x\n")
    with pytest.raises(CusttierError, match="undecodable-file") as caught:
        read(path)
    assert (caught.value.values["encoding"], caught.value.values["line"]) == (encoding, 22)


@pytest.mark.usefixtures("small_pieces")
def test_rejected_rows_far_from_each_other_keep_their_cells(tmp_path: Path) -> None:
    rows = "".join(f"A{number},2026-01-02,老李,{'x' if number % 17 == 3 else 5},茶\n" for number in range(60))
    rejects = read(written(tmp_path, HEADER + rows)).rejects
    assert rejects["row"].to_list() == [5, 22, 39, 56]
    assert '"订单号": "A37"' in rejects["cells"][2]


@pytest.mark.usefixtures("small_pieces")
def test_progress_goes_on_while_the_rows_are_read(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []

    class Told:
        def advance(self, path: str, done: int, total: int) -> None:
            told.append((done, total))

    path = written(tmp_path, HEADER + "A1,2026-01-02,老李,5,茶\n" * 20)
    read_files([path], settings=Settings(), progress=Told())
    size = path.stat().st_size
    assert told == sorted(told)
    assert len(told) > 5
    assert told[-1] == (size, size)


@pytest.mark.parametrize("size", [1, 4, 1000])
def test_lines_are_found_by_their_numbers(tmp_path: Path, size: int) -> None:
    path = written(tmp_path, "a\nbb\n\nccc\nd", "utf-8")
    assert lines_of(path, [1, 3, 4, 5], size=size) == [b"a", b"", b"ccc", b"d"]
    assert lines_of(path, [], size=size) == []
