"""A bill's own last lines agree with what came in, and where they do not, the import says so."""

import csv
import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Literal

import pytest

from custtier.facts import Note
from custtier.settings import Settings
from custtier.sources import Reading, read_files
from custtier.text import Catalogue
from custtier.text.notes import note_text

CASES = Path(__file__).parent.parent / "cases"
WECHAT = CASES / "wechatpay-merchant" / "trailer-agrees" / "bill.csv"
OLD_WECHAT = CASES / "wechatpay-merchant" / "before-2018-11" / "bill.csv"
ALIPAY = CASES / "alipay-merchant" / "refund-rows"


def read(path: Path) -> Reading:
    (reading,) = read_files([path], settings=Settings())
    return reading


def changed(source: Path, folder: Path, change: Callable[[list[str]], list[str]], *, encoding: str) -> Path:
    """A copy of a file with its lines changed."""
    target = folder / source.name
    target.write_bytes("".join(change(source.read_bytes().decode(encoding).splitlines(keepends=True))).encode(encoding))
    return target


def differences(reading: Reading) -> list[tuple[object, object, object]]:
    return [
        (note.values["what"], note.values["stated"], note.values["found"])
        for note in reading.notes
        if note.code == "trailer_differs"
    ]


def test_the_totals_under_a_wechat_pay_bill_equal_what_came_in() -> None:
    lines = WECHAT.read_text(encoding="utf-8-sig").splitlines()
    names, values = next(csv.reader(io.StringIO(lines[-2]))), lines[-1].replace("`", "").split(",")
    stated = {name: Decimal(value) for name, value in zip(names, values, strict=True)}
    reading = read(WECHAT)
    kept = reading.records.filter(outcome="kept")
    assert stated["总交易单数"] == kept.height == reading.orders.height + reading.refunds.height
    assert stated["应结订单总金额"] * 100 == reading.orders["gross"].sum()
    assert stated["退款总金额"] * 100 == reading.refunds["amount"].sum()
    assert differences(reading) == []


def test_a_bill_that_lost_a_row_is_warned_of_with_what_it_states_and_what_was_found(tmp_path: Path) -> None:
    path = changed(WECHAT, tmp_path, lambda lines: [lines[0], *lines[2:]], encoding="utf-8-sig")
    assert differences(read(path)) == [("总交易单数", 6, 5), ("应结订单总金额", "1358.00", "58.10")]


def test_a_refund_that_was_cut_off_is_warned_of(tmp_path: Path) -> None:
    path = changed(WECHAT, tmp_path, lambda lines: [*lines[:4], *lines[5:]], encoding="utf-8-sig")
    assert differences(read(path)) == [("总交易单数", 6, 5), ("退款总金额", "308.00", "8.10")]


def test_a_row_that_cannot_be_read_is_missing_in_the_totals_too() -> None:
    reading = read(CASES / "wechatpay-merchant" / "backticks" / "bill.csv")
    assert reading.rejects.height == 1
    assert differences(reading) == [("总交易单数", 6, 5)]


def test_the_totals_of_the_old_layout_are_compared_too(tmp_path: Path) -> None:
    assert differences(read(OLD_WECHAT)) == []
    path = changed(OLD_WECHAT, tmp_path, lambda lines: [*lines[:-1], "1,0.20,0.00,0.00,0.00\n"], encoding="gb18030")
    assert differences(read(path)) == [("总交易额", "0.20", "0.10")]


def test_a_bill_without_totals_is_not_warned_of(tmp_path: Path) -> None:
    path = changed(WECHAT, tmp_path, lambda lines: lines[:-2], encoding="utf-8-sig")
    assert differences(read(path)) == []


def test_a_bill_cut_between_the_names_of_its_totals_and_their_values_is_read(tmp_path: Path) -> None:
    path = changed(WECHAT, tmp_path, lambda lines: lines[:-1], encoding="utf-8-sig")
    reading = read(path)
    assert (reading.orders.height, differences(reading)) == (3, [])


def test_an_alipay_bill_counts_its_sales_and_refunds_under_the_table(tmp_path: Path) -> None:
    (source,) = (path for path in ALIPAY.iterdir() if path.is_file())
    assert differences(read(source)) == []
    path = changed(source, tmp_path, lambda lines: [*lines[:5], *lines[6:]], encoding="gb18030")
    assert differences(read(path)) == [("交易合计", 2, 1)]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            "bill.csv: the file's own last lines do not agree with what came in: 总交易单数 should be 6, found 5; "
            "rows may be missing, or could not be read",
        ),
        ("zh", "bill.csv：文件末尾的合计与导入的不一致：总交易单数应为 6，实为 5；可能缺了行，或有行没读出来"),
    ],
)
def test_the_warning_reads_well(language: Literal["en", "zh"], expected: str) -> None:
    note = Note("trailer_differs", {"file": "bill.csv", "what": "总交易单数", "stated": 6, "found": 5})
    assert note_text(note.code, note.values, Catalogue(language)) == expected
