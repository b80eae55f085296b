"""Payment bills that complete a shop's orders, worked by hand: R5."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from custtier.sources.reading import Reading
from store.readings import at, order, reading, refund
from store.test_fold import facts, only, purchases
from store.test_store import NOW, opened

DAY = date(2026, 3, 20)


def payment(payment_id: str, gross: int, **fields: Any) -> dict[str, Any]:
    filled = {"platform": "wechatpay", "kind": "payment", "payment_id": payment_id, "gross": gross, "account": None}
    return order(f"w{payment_id}", **{**filled, **fields})


def bill(*rows: dict[str, Any], refunds: list[dict[str, Any]] | None = None) -> Reading:
    return reading(rows, refunds=refunds or [], path="bill.csv", profile="wechatpay-merchant")


def bill_refund(refund_id: str, payment_id: str, amount: int, **fields: Any) -> dict[str, Any]:
    filled = {"platform": "wechatpay", "payment_id": payment_id, "refunded_on": DAY}
    return refund(refund_id, f"w{payment_id}", amount, **{**filled, **fields})


def by_gross(*readings: Reading) -> list[tuple[int, int, int]]:
    return sorted((row["gross"], row["dated_refund"], row["undated_refund"]) for row in purchases(*readings))


def test_a_payment_of_a_shops_order_adds_no_sale_and_gives_its_openid() -> None:
    shop = reading([order("1", payment_id="p", account=None)])
    paid = bill(payment("p", 10000, account="o_1", account_kind="openid"))
    for files in ([shop, paid], [paid, shop]):
        assert only(*files)["gross"] == 10000
        assert only(*files)["source"] == "taobao-orders"
        assert only(*files)["account_key"] == only(paid)["account_key"]


def test_a_payment_without_a_shops_order_is_a_sale() -> None:
    assert only(bill(payment("p", 10000)))["gross"] == 10000


def test_refunds_of_the_bill_go_to_the_shops_order() -> None:
    shop = reading([order("1", payment_id="p", stated_refund=3000)])
    paid = bill(payment("p", 10000), refunds=[bill_refund("r", "p", 3000)])
    assert by_gross(shop, paid) == [(10000, 3000, 0)]


def test_a_refund_that_names_only_the_payment_finds_the_shops_order() -> None:
    shop = reading([order("1", payment_id="p")])
    loose = bill(refunds=[{**bill_refund("r", "p", 3000), "order_key": None}])
    assert by_gross(shop, loose) == [(10000, 3000, 0)]


def test_the_same_refund_in_the_shops_file_and_in_the_bill_counts_once() -> None:
    shop = reading([order("1", payment_id="p")], refunds=[refund("a", "1", 3000, refunded_on=DAY)])
    assert by_gross(shop, bill(payment("p", 10000), refunds=[bill_refund("r", "p", 3000)])) == [(10000, 3000, 0)]
    assert by_gross(shop, bill(payment("p", 10000), refunds=[bill_refund("r", "p", 5000)])) == [(10000, 5000, 0)]


def test_refunds_of_a_payment_for_several_orders_lose_nothing_and_double_nothing() -> None:
    shop = reading(
        [
            order("1", payment_id="p", gross=4000, paid_at=at("2026-03-01")),
            order("2", payment_id="p", gross=6000, paid_at=at("2026-03-01")),
        ]
    )
    paid = bill(payment("p", 10000), refunds=[bill_refund("r", "p", 5000), bill_refund("s", "p", 2500)])
    assert by_gross(shop, paid) == [(4000, 4000, 0), (6000, 3500, 0)]


def test_refunds_of_a_payment_go_first_to_the_order_that_states_one() -> None:
    shop = reading(
        [
            order("1", payment_id="p", gross=4000),
            order("2", payment_id="p", gross=6000, state="refunded"),
        ]
    )
    paid = bill(payment("p", 10000), refunds=[bill_refund("r", "p", 6000)])
    assert by_gross(shop, paid) == [(4000, 0, 0), (6000, 6000, 0)]


def test_a_refund_that_the_payments_row_states_without_a_row_has_no_day() -> None:
    shop = reading([order("1", payment_id="p")])
    paid = bill(payment("p", 10000, stated_refund=4000), refunds=[bill_refund("r", "p", 1000)])
    assert by_gross(shop, paid) == [(10000, 1000, 3000)]


def test_two_bills_of_one_payment_are_one_sale_and_one_refund() -> None:
    first = bill(payment("p", 10000), refunds=[bill_refund("r", "p", 3000)])
    other = payment("p", 10000, platform="settlement")
    second = reading([other], refunds=[refund("r", "wp", 3000, platform="settlement", payment_id="p", refunded_on=DAY)])
    assert by_gross(first, second) == [(10000, 3000, 0)]
    assert by_gross(first, second, reading([order("1", payment_id="p")])) == [(10000, 3000, 0)]


def test_a_payment_pays_an_order_that_was_exported_unpaid() -> None:
    shop = reading([order("1", payment_id="p", state="unpaid", paid_at=None)])
    assert by_gross(shop, bill(payment("p", 10000, paid_at=at("2026-03-02")))) == [(10000, 0, 0)]


def test_a_payment_waits_for_nothing_when_the_shops_order_has_no_money() -> None:
    items_only = reading([order("1", payment_id="p", gross=None, state=None)])
    assert by_gross(items_only, bill(payment("p", 7000))) == [(7000, 0, 0)]


@pytest.mark.parametrize("account", ["buyer", None])
def test_an_openid_is_stronger_than_the_shops_account(account: str | None) -> None:
    shop = reading([order("1", payment_id="p", account=account), order("2", account=account)])
    paid = bill(payment("p", 10000, account="o_1", account_kind="openid"))
    found = facts(shop, paid)
    if account is None:
        assert found.purchases.collect()["account_key"].null_count() == 1
    else:
        # the buyer's other order was paid elsewhere: still one person
        assert found.customers.collect().height == 1
        assert found.accounts.collect().height == 1


def test_a_bill_beside_orders_without_a_common_id_is_warned_of() -> None:
    shop = reading([order("1", paid_at=at("2026-03-01")), order("2", paid_at=at("2026-03-20"))])
    notes = facts(shop, bill(payment("p", 10000, paid_at=at("2026-03-10")))).notes
    assert [(note.code, note.values["payments"]) for note in notes] == [("bill_overlaps_orders", 1)]
    assert facts(shop, bill(payment("p", 10000, paid_at=at("2026-05-10")))).notes == ()


def test_a_nickname_of_a_bill_is_not_handed_on_to_the_shops_order() -> None:
    shop = reading([order("1", payment_id="p", account=None)])
    paid = bill(payment("p", 10000, account="Li", account_kind="account"))
    assert only(shop, paid)["account_key"] is None


def test_a_refund_whose_records_name_the_order_and_another_payment_is_the_same_after_a_later_export(
    tmp_path: Path,
) -> None:
    named = refund("r", "1", 700, refunded_on=date(2026, 3, 5))
    bare = {**named, "order_key": None, "payment_id": "p", "amount": 300}
    files = [
        reading([order("1", gross=1000)], [], [named], instant="2026-04-01"),
        reading([], [], [bare], instant="2026-06-01"),
        reading([order("1", gross=1000, state="paid", channel="live")], instant="2026-06-02"),
    ]
    step_by_step, at_once = opened(tmp_path / "steps"), opened(tmp_path / "once")
    for file in files:
        step_by_step.add([file], imported_at=NOW)
    at_once.add(files, imported_at=NOW)
    found = [store.facts().purchases.collect()["dated_refund"].to_list() for store in (step_by_step, at_once)]
    assert found[0] == found[1]


def test_a_later_record_of_a_refund_leaves_the_order_that_an_earlier_one_names(tmp_path: Path) -> None:
    named = refund("r", "1", 700, refunded_on=date(2026, 3, 5))
    bare = {**named, "order_key": None, "payment_id": "p", "amount": 300}
    store = opened(tmp_path / "s")
    store.add([reading([order("1", gross=1000)], refunds=[named])], imported_at=NOW)
    store.add([reading([order("2", gross=900, payment_id="p")], refunds=[bare], instant="2026-06-01")], imported_at=NOW)
    assert sorted(store.facts().purchases.collect()["gross"].to_list()) == [900, 1000]
