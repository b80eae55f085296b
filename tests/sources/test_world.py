"""Files of one marketplace that tell of the same orders make one order of each, with the better money."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from custtier.facts import Facts
from custtier.settings import Settings
from custtier.sources import Reading, read_files
from custtier.store import facts_of
from store.readings import ID_KEY

CASES = Path(__file__).parent.parent / "cases"
AMAZON = Path(__file__).parent.parent / "cases" / "headers" / "amazon-order-report.csv"
REPORT = AMAZON.read_text(encoding="utf-8").strip().split("\t")
ALL_ORDERS = (AMAZON.parent / "amazon-all-orders.csv").read_text(encoding="utf-8").strip().split("\t")


def case(name: str) -> Path:
    return next(path for path in (CASES / name).iterdir() if path.is_file())


def table(folder: Path, name: str, headers: Sequence[str], rows: Sequence[dict[str, str]], mark: str = "\t") -> Path:
    path = folder / name
    lines = [headers, *([row.get(header, "") for header in headers] for row in rows)]
    path.write_text("".join(mark.join(cells) + "\n" for cells in lines), encoding="utf-8")
    return path


def read(*paths: Path) -> list[Reading]:
    return list(read_files(paths, settings=Settings()))


def facts(*paths: Path) -> Facts:
    return facts_of(read(*paths), settings=Settings(), id_key=ID_KEY)


def sales(found: Facts) -> dict[str, tuple[int, int]]:
    """Order id → what was paid, and what of it was refunded without a day."""
    orders = found.table("details").collect().join(found.purchases.collect(), on="order_key", suffix="_bought")
    return {row["order_id"]: (row["gross_bought"], row["undated_refund"] or 0) for row in orders.to_dicts()}


def report_row(order: str, sku: str, price: str, **more: str) -> dict[str, str]:
    return {
        "order-id": order,
        "order-item-id": f"item-{order}-{sku}",
        "purchase-date": "2026-01-03T10:00:00+00:00",
        "payments-date": "2026-01-03T10:05:00+00:00",
        "buyer-email": "aaa111@marketplace.amazon.com",
        "sku": sku,
        "product-name": "Cup",
        "quantity-purchased": "1",
        "currency": "USD",
        "item-price": price,
        **more,
    }


def all_row(order: str, sku: str, price: str, **more: str) -> dict[str, str]:
    return {
        "amazon-order-id": order,
        "purchase-date": "2026-01-03T10:00:00+00:00",
        "last-updated-date": "2026-01-09T10:00:00+00:00",
        "order-status": "Shipped",
        "product-name": "Cup",
        "sku": sku,
        "item-status": "Shipped",
        "quantity": "1",
        "currency": "USD",
        "item-price": price,
        **more,
    }


def test_the_order_file_of_etsy_and_its_item_file_make_one_order_each_with_the_true_total() -> None:
    orders, items = case("etsy-orders/adjusted-totals"), case("etsy-items/several-items")
    expected = {"3000000101": (6145, 0), "3000000102": (2550, 1000), "3000000103": (102650, 0)}
    for files in ([orders, items], [items, orders]):
        assert sales(facts(*files)) == expected


def test_the_item_file_of_etsy_alone_sells_goods_without_shipping() -> None:
    found = facts(case("etsy-items/several-items"))
    assert sales(found) == {"3000000101": (5600, 0), "3000000102": (2000, 0)}


def test_both_etsy_files_know_a_buyer_by_the_same_account() -> None:
    found = facts(case("etsy-orders/adjusted-totals"), case("etsy-items/several-items"))
    assert sorted(name for name in found.table("details").collect()["account"].to_list() if name) == [
        "fake_user_01",
        "fake_user_03",
    ]


def test_the_two_reports_of_amazon_make_one_order_of_each(tmp_path: Path) -> None:
    report = table(tmp_path, "report.txt", REPORT, [report_row("1", "A", "30.00"), report_row("1", "B", "10.00")])
    every = table(tmp_path, "all.txt", ALL_ORDERS, [all_row("1", "A", "30.00"), all_row("1", "B", "10.00")])
    for files in ([report, every], [every, report]):
        found = facts(*files)
        assert sales(found) == {"1": (4000, 0)}
        assert found.table("items").collect().height == 2


def test_two_lines_of_one_article_stay_two_in_both_reports_of_amazon(tmp_path: Path) -> None:
    report = table(tmp_path, "report.txt", REPORT, [report_row("1", "A", "30.00")] * 2)
    every = table(tmp_path, "all.txt", ALL_ORDERS, [all_row("1", "A", "30.00")] * 2)
    assert sales(facts(report, every)) == {"1": (6000, 0)}


def test_an_order_that_amazon_cancelled_later_is_no_sale_although_it_was_paid(tmp_path: Path) -> None:
    report = table(tmp_path, "report.txt", REPORT, [report_row("1", "A", "30.00"), report_row("2", "A", "30.00")])
    cancelled = all_row("1", "A", "", **{"order-status": "Cancelled", "item-status": "Cancelled", "currency": ""})
    every = table(tmp_path, "all.txt", ALL_ORDERS, [cancelled, all_row("2", "A", "30.00")])
    assert sales(facts(report, every)) == {"2": (3000, 0)}


def test_the_report_of_all_orders_alone_knows_nobody(tmp_path: Path) -> None:
    found = facts(table(tmp_path, "all.txt", ALL_ORDERS, [all_row("1", "A", "30.00")]))
    assert found.purchases.collect()["account_key"].to_list() == [None]


def test_an_address_that_amazon_lends_is_no_address_elsewhere(tmp_path: Path) -> None:
    report = table(tmp_path, "report.txt", REPORT, [report_row("1", "A", "30.00")])
    grid = (CASES / "headers" / "magento-orders.csv").read_text(encoding="utf-8").strip().split(",")
    row = {
        "ID": "9",
        "Purchase Date": "2026-01-05 09:00:00",
        "Grand Total (Purchased)": "$20.00",
        "Status": "complete",
        "Customer Email": "aaa111@marketplace.amazon.com",
    }
    other = table(tmp_path, "grid.csv", grid, [row], mark=",")
    accounts = facts(report, other).purchases.collect()["account_key"]
    assert (accounts.null_count(), accounts.n_unique()) == (0, 2)


def test_a_persons_own_address_is_one_account_in_all_web_shops(tmp_path: Path) -> None:
    grid = (CASES / "headers" / "magento-orders.csv").read_text(encoding="utf-8").strip().split(",")
    row = {
        "ID": "9",
        "Purchase Date": "2026-01-05 09:00:00",
        "Grand Total (Purchased)": "$20.00",
        "Status": "complete",
        "Customer Email": "BO@example.com",
    }
    bill = case("stripe-payments/live-and-test")
    found = facts(bill, table(tmp_path, "grid.csv", grid, [row], mark=","))
    details = found.table("details").collect()
    keys = details.filter(details["account"].str.to_lowercase() == "bo@example.com")["account_key"]
    assert (keys.len(), keys.n_unique()) == (2, 1)


def test_a_stripe_payment_completes_the_shops_order_of_the_same_number_and_adds_no_sale(tmp_path: Path) -> None:
    headers = "Name,Financial Status,Lineitem quantity,Lineitem name,Total,Currency,Created at,Paid at,Payment ID,Email"
    row = "#1,paid,1,Cup,30.00,USD,2026-01-03 20:30:00 +0000,2026-01-03 20:30:00 +0000,ch_test2,bo@example.com"
    shop = tmp_path / "orders_export.csv"
    shop.write_text(f"{headers}\n{row}\n", encoding="utf-8")
    found = sales(facts(shop, case("stripe-payments/live-and-test")))
    assert found["#1"] == (3000, 1000)
    assert "ch_test2" not in found


def test_square_refund_rows_net_their_sale() -> None:
    found = facts(case("square-items/refund-rows"))
    assert sales(found)["TR1"] == (111616, 0)
    refunds = found.dated_refunds.collect().sort("amount")
    assert refunds["amount"].to_list() == [872, 872]


def test_a_refund_row_of_woocommerce_is_not_taken_off_twice() -> None:
    found = facts(case("woocommerce-orders/refund-rows"))
    assert sales(found)["1002"] == (2550, 0)
    assert sales(found)["1003"] == (1840, 0)
    assert sorted(found.dated_refunds.collect()["amount"].to_list()) == [1000, 1840]


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("Jörg Müller, 20 €, Zoë’s", "cp1252"),
        ("湯のみ茶わんペアセットを買う", "cp932"),
        ("王小明买了青瓷杯，一千二百元整", "gb18030"),
        ("緑茶、紅茶、烏龍茶", "gb18030"),
    ],
)
def test_the_code_page_of_a_text_is_told_by_its_bytes(name: str, encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    row: dict[str, Any] = report_row("1", "A", "30.00", **{"buyer-name": name})
    text = "\t".join(REPORT) + "\n" + "\t".join(str(row.get(header, "")) for header in REPORT) + "\n"
    path.write_bytes(text.encode(encoding))
    (reading,) = read(path)
    assert (reading.encoding, reading.orders["name"].to_list()) == (encoding, [name])
