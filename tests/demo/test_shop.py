"""An invented shop is the same from the same seed, refuses what it cannot make, and looks like a shop."""

import hashlib
import json
import sys
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from custtier.demo import KINDS, shop, write_shop
from custtier.demo.cells import header
from custtier.errors import USAGE, CusttierError
from demo import recount

EXAMPLES = Path(__file__).parents[2] / "examples"
TEXTS = frozenset(KINDS) - {"taobao-workbook"}


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def cells(path: Path) -> list[tuple[object, ...]]:
    book = openpyxl.load_workbook(path)
    return [row for sheet in book.worksheets for row in sheet.iter_rows(values_only=True)]


def test_the_example_files_are_what_the_demo_writes(tmp_path: Path) -> None:
    write_shop(tmp_path / "shop", customers=200, seed=98)
    shop_later = EXAMPLES / "shop_later"
    from custtier.demo import write_later_export

    write_later_export(tmp_path / "shop_later", customers=200, seed=98)
    made, kept = digests(tmp_path / "shop"), digests(EXAMPLES / "shop")
    book = KINDS["taobao-workbook"].path
    made.pop(book)
    kept.pop(book)
    assert made == kept
    assert digests(tmp_path / "shop_later") == digests(shop_later)
    assert cells(tmp_path / "shop" / book) == cells(EXAMPLES / "shop" / book)


def test_the_example_files_stay_small() -> None:
    assert sum(path.stat().st_size for path in EXAMPLES.rglob("*") if path.is_file()) < 1_500_000


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(tmp_path: Path) -> None:
    for name, seed in (("a", 4), ("b", 4), ("c", 5)):
        write_shop(tmp_path / name, customers=120, seed=seed)
    assert digests(tmp_path / "a") == digests(tmp_path / "b")
    made, other = digests(tmp_path / "a"), digests(tmp_path / "c")
    assert all(made[name] != other[name] for name in made)


def test_the_size_of_a_slice_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_shop(tmp_path / "whole", customers=150, seed=8, files=TEXTS)
    monkeypatch.setattr(shop, "SLICE", 17)
    write_shop(tmp_path / "sliced", customers=150, seed=8, files=TEXTS)
    assert digests(tmp_path / "whole") == digests(tmp_path / "sliced")


@pytest.mark.parametrize("customers", [0, -1, 10_000_001])
def test_a_size_that_no_shop_has_is_refused(tmp_path: Path, customers: int) -> None:
    with pytest.raises(CusttierError, match="bad-customers") as refused:
        write_shop(tmp_path / "shop", customers=customers, seed=1)
    assert refused.value.exit_code == USAGE
    assert not (tmp_path / "shop").exists()


def test_a_folder_with_files_of_others_is_refused(tmp_path: Path) -> None:
    (tmp_path / "contacts.csv").write_text("mine")
    with pytest.raises(CusttierError, match="folder-in-use"):
        write_shop(tmp_path, customers=1, seed=1)
    assert (tmp_path / "contacts.csv").read_text() == "mine"


def test_an_earlier_shop_is_written_over(tmp_path: Path) -> None:
    write_shop(tmp_path, customers=30, seed=1, files=TEXTS)
    write_shop(tmp_path, customers=20, seed=2, files=TEXTS)
    truth = json.loads((tmp_path / "truth/truth.json").read_text(encoding="utf-8"))
    assert truth["made_with"] == {"customers": 20, "seed": 2, "until": "2026-06-30"}


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CusttierError, match="cannot-write"):
        write_shop(tmp_path / "file" / "shop", customers=1, seed=1)


def test_an_unknown_file_is_refused_and_the_known_are_named(tmp_path: Path) -> None:
    with pytest.raises(CusttierError, match="taobao-orders"):
        write_shop(tmp_path, customers=1, seed=1, files=frozenset({"ebay"}))


def test_only_the_files_asked_for_are_written(tmp_path: Path) -> None:
    written = write_shop(tmp_path, customers=50, seed=1, files=frozenset({"jd-orders"}))
    assert set(digests(tmp_path)) == {"orders/jd_orders.csv", "truth/truth.json", "truth/truth_customers.csv"}
    assert set(written.truth["platforms"]) == {"jd"}


def test_progress_is_told_up_to_the_end(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []

    class Listener:
        def advance(self, path: str, done: int, total: int) -> None:
            told.append((path, done, total))

    write_shop(tmp_path, customers=60, seed=1, files=TEXTS, progress=Listener())
    last = {path: (done, total) for path, done, total in told}
    assert len(last) == 6, "links and ad spend are written whole"
    assert all(done == total for done, total in last.values())


def test_another_last_day_gives_another_shop_up_to_that_day(tmp_path: Path) -> None:
    write_shop(tmp_path, customers=80, seed=1, until=date(2025, 3, 31), files=TEXTS)
    orders = recount.taobao(tmp_path / "orders" / "taobao_orders.csv")
    assert {order.ordered[:4] for order in orders.values()} <= {"2023", "2024", "2025"}
    assert max(order.ordered for order in orders.values()) < "2025-04-01"


def test_the_workbook_repeats_the_newest_orders_and_is_capped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shop, "WORKBOOK_ROWS", 25)
    written = write_shop(tmp_path, customers=200, seed=3)
    rows = cells(tmp_path / KINDS["taobao-workbook"].path)
    assert rows[0] == header("taobao_orders")
    assert len(rows) == 26
    assert [file.rows for file in written.files if file.encoding == "xlsx"] == [25]
    text = list(recount.records(tmp_path / "orders" / "taobao_orders.csv", "gb18030"))[:25]
    assert [row[0] for row in rows[1:]] == [row["订单编号"].strip('="') for row in text]
    paid = header("taobao_orders").index("买家实际支付金额")
    assert [row[paid] for row in rows[1:]] == [float(row["买家实际支付金额"]) for row in text]


def test_the_shop_looks_like_a_shop(tmp_path: Path) -> None:
    truth = write_shop(tmp_path, customers=5000, seed=6, files=TEXTS).truth
    top = truth["tiers_top_20_percent"]
    assert 0.75 < top["top_sales"] / top["net_sales"] < 0.87
    assert 0.25 < truth["contacts"]["bought"] / truth["contacts"]["contacts"] < 0.35
    assert truth["customers"]["customers"] > truth["customers"]["people"]
    assert truth["customers"]["unattributed_orders"] > 0
    assert all(truth["shop"][name] > 0 for name in ("unpaid", "paid", "refunded", "closed"))
    orders = [order for found in recount.shop_orders(tmp_path).values() for order in found.values()]
    days = [order.ordered[5:10] for order in orders]
    assert days.count("11-11") + days.count("06-18") > 5 * len(orders) / 365
    shares = [channel["bought"] / channel["contacts"] for channel in truth["contacts"]["channels"]]
    assert shares[0] > 0.5 and shares[-1] < 0.15
    kept = recount.customers(orders)
    assert 0.4 < sum(len(own) == 1 for own in kept.values()) / len(kept) < 0.75


def test_chats_hold_no_text_and_never_run_past_the_last_day(tmp_path: Path) -> None:
    write_shop(tmp_path, customers=300, seed=6, files=frozenset({"contacts", "chats"}))
    chats = list(recount.records(tmp_path / "chats.csv", "utf-8-sig"))
    deleted = {row["微信号"]: row["删除时间"] for row in recount.records(tmp_path / "contacts.csv", "utf-8-sig")}
    assert {row["方向"] for row in chats} == {"发出", "收到"}
    assert {row["类型"] for row in chats} <= {"文本", "图片", "语音", "表情"}
    assert all(row["时间"] < "2026-07-01" for row in chats)
    assert all(row["时间"] <= (deleted[row["微信号"]] or "9") for row in chats)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured as Linux tells it")
def test_three_hundred_thousand_customers_fit_in_a_gigabyte(tmp_path: Path) -> None:
    import subprocess

    program = (
        "import sys; from pathlib import Path; from custtier.demo import write_shop, KINDS\n"
        "write_shop(Path(sys.argv[1]), customers=300_000, seed=1, files=frozenset(KINDS) - {'taobao-workbook'})\n"
        "sys.path.insert(0, sys.argv[2]); from memory import peak_megabytes; print(peak_megabytes())"
    )
    words = [str(tmp_path), str(Path(__file__).parents[1])]
    done = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 1_000
