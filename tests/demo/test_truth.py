"""The truth beside an invented shop equals a slow recount of its files."""

import csv
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from custtier.demo import write_later_export, write_shop
from demo import recount
from demo.recount import Order

SIZES = [(1, 3), (2, 3), (200, 11), (3000, 5)]


@pytest.fixture(scope="module", params=SIZES, ids=[f"{size} customers" for size, _ in SIZES])
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    customers, seed = request.param
    folder = tmp_path_factory.mktemp("shop")
    written = write_shop(folder, customers=customers, seed=seed, files=frozenset(CSV_KINDS))
    truth = json.loads((folder / "truth/truth.json").read_text(encoding="utf-8"))
    assert truth == written.truth
    return folder, truth


CSV_KINDS = (
    "taobao-orders", "taobao-items", "jd-orders", "youzan-orders", "shopify-orders", "contacts", "chats", "ad-spend"
)  # fmt: skip


def everything(folder: Path) -> list[Order]:
    return [order for orders in recount.shop_orders(folder).values() for order in orders.values()]


def test_each_platform_adds_up_to_its_truth(shop: tuple[Path, dict[str, Any]]) -> None:
    folder, truth = shop
    for platform, orders in recount.shop_orders(folder).items():
        if orders:
            assert recount.totals(orders.values()) == truth["platforms"][platform]
        else:
            assert platform not in truth["platforms"]
    assert recount.totals(everything(folder)) == truth["shop"]


def test_each_file_has_the_rows_and_orders_that_the_truth_says(shop: tuple[Path, dict[str, Any]]) -> None:
    folder, truth = shop
    by_platform = recount.shop_orders(folder)
    for file in truth["files"]:
        rows = list(recount.records(folder / file["path"], file["encoding"]))
        assert len(rows) == file["rows"]
        platform = (file["profile"] or "").split("-")[0]
        if by_platform.get(platform):
            counted = recount.totals(by_platform[platform].values())
            assert {name: counted[name] for name in ("orders", "unpaid", "paid", "refunded", "closed")} == {
                name: file[name] for name in ("orders", "unpaid", "paid", "refunded", "closed")
            }


def test_customers_merge_by_their_usual_phone_alone(shop: tuple[Path, dict[str, Any]]) -> None:
    folder, truth = shop
    orders = everything(folder)
    found = recount.customers(orders)
    nobody = [order for order in orders if order.account is None and order.net > 0]
    said = truth["customers"]
    assert said["customers"] == len(found)
    assert said["orders"] == sum(len(own) for own in found.values())
    assert said["net_sales"] == float(sum(order.net for own in found.values() for order in own))
    assert said["unattributed_orders"] == len(nobody)
    assert said["unattributed_sales"] == float(sum((order.net for order in nobody), Decimal(0)))
    assert said["people"] == truth["made_with"]["customers"]


def test_the_best_fifth_is_that_of_the_recount(shop: tuple[Path, dict[str, Any]]) -> None:
    folder, truth = shop
    sales = [sum((order.net for order in own), Decimal(0)) for own in recount.customers(everything(folder)).values()]
    assert truth["tiers_top_20_percent"] == recount.top_fifth(sales)


def test_the_answer_book_holds_every_customer(shop: tuple[Path, dict[str, Any]]) -> None:
    folder, _ = shop
    with (folder / "truth/truth_customers.csv").open(encoding="utf-8", newline="") as file:
        answers = list(csv.DictReader(file))
    found = recount.customers(everything(folder))
    by_key = {
        row["phone"] or (f"taobao {row['taobao_account']}" if row["taobao_account"] else "")
        or (f"jd {row['jd_account']}" if row["jd_account"] else "")
        or f"shopify {row['shopify_email']}": row
        for row in answers
    }  # fmt: skip
    assert by_key.keys() == found.keys()
    for key, own in found.items():
        days = sorted(order.paid[:10] for order in own)
        row = by_key[key]
        assert (row["order_count"], Decimal(row["net_sales"])) == (str(len(own)), sum(order.net for order in own))
        assert (row["first_order_on"], row["last_order_on"]) == (days[0], days[-1])


def test_the_lines_of_a_taobao_order_add_up_to_it(shop: tuple[Path, dict[str, Any]]) -> None:
    folder, _ = shop
    orders = recount.taobao(folder / "orders" / "taobao_orders.csv")
    lines = recount.taobao_lines(folder / "orders" / "taobao_items.csv")
    assert lines.keys() == orders.keys()
    for number, own in lines.items():
        assert sum(refund for _, _, refund in own) == orders[number].refund
        assert sum(paid for _, paid, _ in own) == orders[number].net
    children = [child for own in lines.values() for child, _, _ in own]
    assert len(children) == len(set(children))


def test_the_last_days_are_those_of_the_files(shop: tuple[Path, dict[str, Any]]) -> None:
    folder, truth = shop
    orders = everything(folder)
    assert truth["as_of"] == max(order.paid[:10] for order in orders)
    assert truth["data_through"] == max(order.ordered[:10] for order in orders)
    assert truth["data_through"] <= truth["made_with"]["until"]


def test_contacts_by_channel_add_up(shop: tuple[Path, dict[str, Any]]) -> None:
    folder, truth = shop
    rows = list(recount.records(folder / "contacts.csv", "utf-8-sig"))
    spend = list(recount.records(folder / "ad_spend.csv", "utf-8-sig"))
    assert truth["contacts"]["contacts"] == len(rows)
    for channel in truth["contacts"]["channels"]:
        own = [row for row in rows if row["渠道"] == channel["channel"]]
        assert channel["contacts"] == len(own)
        assert channel["deleted"] == sum(row["删除时间"] != "" for row in own)
        spent = sum((Decimal(row["花费"]) for row in spend if row["渠道"] == channel["channel"]), Decimal(0))
        assert channel["spend"] == float(spent)


def test_after_the_later_export_the_truth_is_that_of_both(tmp_path: Path) -> None:
    write_shop(tmp_path / "shop", customers=400, seed=21, files=frozenset(CSV_KINDS))
    written = write_later_export(tmp_path / "later", customers=400, seed=21)
    by_platform = recount.shop_orders(tmp_path / "shop")
    before = by_platform["taobao"]
    later = recount.taobao(tmp_path / "later" / "taobao_orders_later.csv")
    union = before | later
    changed = [
        number
        for number in later.keys() & before.keys()
        if (later[number].state, later[number].refund) != (before[number].state, before[number].refund)
    ]
    file = written.truth["files"][0]
    assert (file["new"], file["updated"]) == (len(later.keys() - before.keys()), len(changed))
    assert file["new"] + file["updated"] + file["unchanged"] == file["rows"] == len(later)
    assert file["new"] and file["updated"] and file["unchanged"]
    assert recount.totals(union.values()) == written.truth["platforms"]["taobao"]
    orders = [*union.values(), *(order for name in ("jd", "youzan", "shopify") for order in by_platform[name].values())]
    assert recount.totals(orders) == written.truth["shop"]
    sales = [sum((order.net for order in own), Decimal(0)) for own in recount.customers(orders).values()]
    assert written.truth["tiers_top_20_percent"] == recount.top_fifth(sales)


def test_what_was_settled_stays_settled_in_the_later_export(tmp_path: Path) -> None:
    write_shop(tmp_path / "shop", customers=400, seed=22, files=frozenset(CSV_KINDS))
    write_later_export(tmp_path / "later", customers=400, seed=22)
    before = recount.taobao(tmp_path / "shop" / "orders" / "taobao_orders.csv")
    later = recount.taobao(tmp_path / "later" / "taobao_orders_later.csv")
    for number in later.keys() & before.keys():
        assert later[number].refund >= before[number].refund
        assert (later[number].account, later[number].gross) == (before[number].account, before[number].gross)
        if before[number].state in {"refunded", "closed"}:
            assert later[number].state == before[number].state
