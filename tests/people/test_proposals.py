"""Weaker evidence: what is proposed, with which reasons, and what is not."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import pytest

from custtier.people import payers_of, with_customers
from custtier.people.joins import apart_pairs
from custtier.people.proposals import Proposals, proposal_ids, propose
from custtier.schema import CONTACTS, ORDERS, conform
from people.somebody import Row, contact, contacts_of, known, link, links_of, orders_of, people
from store.readings import order

HOME = "浙江省杭州市西湖区文三路88号3幢1单元502室"
SAME_HOME = "文三路 88号 3栋1-502"
PLACE = {"province": "浙江省", "city": "杭州市"}


def proposals(
    orders: Sequence[Row] = (),
    contacts: Sequence[Row] = (),
    links: Sequence[Row] = (),
    *,
    paid_for: Mapping[str, int] | None = None,
) -> Proposals:
    """`paid_for`: account → the shop's account that it paid for."""
    everyone = people(orders, contacts, links)
    current = orders_of(orders)
    shop_keys = pl.col("account").replace_strict(paid_for or {}, default=None, return_dtype=pl.Int64)
    return propose(
        known=with_customers(known(orders, contacts).lazy(), everyone.accounts.lazy()).collect(),
        customers=everyone.customers,
        details=conform(current, {**ORDERS, "account_key": pl.Int64}).lazy(),
        contacts=conform(contacts_of(contacts), CONTACTS),
        payers=payers_of(current.with_columns(shop_keys.alias("shop_account_key")).lazy()),
        apart=apart_pairs(links_of(links)),
    )


def reasons(
    orders: Sequence[Row] = (), contacts: Sequence[Row] = (), *, paid_for: Mapping[str, int] | None = None
) -> list[str]:
    return proposals(orders, contacts, paid_for=paid_for).pairs["reasons"].to_list()


def bought(account: str, **fields: Any) -> Row:
    return order(account, account=account, platform="jd", **{**PLACE, **fields})


def test_the_same_receiver_at_the_same_door_with_the_same_phone_tail_is_strong() -> None:
    one = bought("a", name="张三丰", address=HOME, phone="138****8001")
    other = bought("b", name="张三丰", address=SAME_HOME, phone="13900138001")
    found = proposals([one, other]).pairs
    assert found.select("strength", "score", "reasons").rows() == [("strong", 0.95, "receiver_address_tail")]
    assert found["customer_id_1"].item() < found["customer_id_2"].item()


def test_another_tail_leaves_the_receiver_and_the_door() -> None:
    one, other = bought("a", name="张三丰", address=HOME), bought("b", name="张三丰", address=SAME_HOME)
    assert reasons([one, other]) == ["receiver_address"]
    assert reasons([one, {**other, "address": "浙江省杭州市西湖区文三路90号"}]) == []
    assert reasons([one, {**other, "name": "李四光"}]) == []


def test_two_full_phones_at_one_door_are_weak() -> None:
    one = bought("a", name="张三丰", address=HOME, phone="13811118001")
    for phone in ("13922229002", "13922228001"):
        found = proposals([one, bought("b", name="张三丰", address=HOME, phone=phone)]).pairs
        assert found.select("strength", "reasons").rows() == [("weak", "receiver_address_other_phone")]


def test_a_masked_address_or_a_mere_city_is_no_door() -> None:
    for address in ("浙江省杭州市西湖区文三路**号", "浙江省杭州市"):
        assert reasons([bought("a", name="张三丰", address=address), bought("b", name="张三丰", address=address)]) == []


def test_a_masked_phone_with_the_same_name_in_the_same_city() -> None:
    one, other = bought("a", name="张三", phone="138****8001"), bought("b", name="张三", phone="13877778001")
    assert reasons([one, other]) == ["masked_phone_name_city"]
    assert reasons([{**one, "name": "张*"}, {**other, "name": "张**"}]) == ["masked_phone_city"]
    assert reasons([one, {**other, "city": "宁波市"}]) == []


def test_two_full_phones_are_not_one_masked_one() -> None:
    one, other = bought("a", name="张三", phone="13811118001"), bought("b", name="张三", phone="13877778001")
    assert reasons([one, other]) == []


def test_two_full_names_are_not_one_masked_one() -> None:
    one = bought("a", name="张三", address=HOME, phone="138****8001")
    assert reasons([one, bought("b", name="张飞", address=HOME, phone="138****8001")]) == []


def test_an_office_that_many_share_is_no_evidence_and_is_counted() -> None:
    crowd = [bought(f"a{place:02}", name="前台", address=HOME) for place in range(21)]
    found = proposals(crowd)
    assert (found.pairs.height, found.crowds) == (0, 1)
    assert proposals(crowd[:20]).pairs.height == 19
    assert proposals(crowd[:5]).pairs.height == 10


def test_names_on_a_shared_phone_tell_who_is_who() -> None:
    crowd = [bought(f"a{place}", name=f"员工{place // 2}", phone="13800138001") for place in range(4)]
    assert reasons(crowd) == ["shared_phone_name"] * 2


def test_an_email_where_it_is_no_key() -> None:
    one, other = bought("a", email="Li.Lei@example.com"), bought("b", email="li.lei@example.com")
    assert reasons([one, other]) == ["same_email"]
    assert reasons([one, {**other, "email": "li.lei@other.com"}]) == ["email_name"]
    assert reasons([{**one, "email": "service@a.com"}, {**other, "email": "service@b.com"}]) == []


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"remark": "老客户13800138001回购"}, "remark_phone"),
        ({"remark": "淘宝 zhang_san_77"}, "remark_account"),
        ({"remark": "张三丰", **PLACE}, "remark_name_city"),
        ({"remark": "张三丰"}, "remark_name"),
        ({"name": "zhang_san_77"}, "nickname_account"),
    ],
)
def test_what_a_contacts_remark_or_nickname_tells(fields: dict[str, Any], reason: str) -> None:
    buyer = bought("zhang_san_77", name="张三丰", phone="13800138001")
    assert reasons([buyer], [contact("wm1", **fields)]) == [reason]


def test_a_name_that_two_buyers_have_is_no_evidence_without_a_city() -> None:
    buyers = [bought("aaaa", name="张三丰"), bought("bbbb", name="张三丰", city="宁波市")]
    assert reasons(buyers, [contact("wm1", remark="张三丰")]) == []
    assert reasons(buyers, [contact("wm1", remark="张三丰", **PLACE)]) == ["remark_name_city"]


def test_a_name_is_no_evidence_against_two_full_phones() -> None:
    buyer = bought("zhang_san_77", name="张三丰", phone="13800138001")
    assert reasons([buyer], [contact("wm1", remark="张三丰", phone="13922229002")]) == []


def test_the_same_payer_is_a_hint_where_phones_differ() -> None:
    rows = [bought("payer", account_kind="openid"), bought("shop", phone="13800138001")]
    shop_key = orders_of(rows)["account_key"][1]
    assert reasons(rows, paid_for={"payer": shop_key}) == ["same_payer"]


def test_reasons_of_several_kinds_add_up_and_those_of_one_kind_do_not() -> None:
    buyer = bought("zhang_san_77", name="张三丰", phone="13800138001", email="zhang@example.com")
    found = proposals([buyer], [contact("wm1", remark="zhang_san_77 13800138001", email="zhang@example.com")]).pairs
    assert found.select("score", "reasons").rows() == [(0.99, "remark_phone,same_email")]


def test_those_who_are_one_customer_already_are_not_proposed() -> None:
    orders = [bought("a", name="张三", address=HOME, phone="13800138001")]
    orders.append(bought("b", name="张三", address=HOME, phone="13800138001"))
    assert reasons(orders) == []


def test_those_who_are_apart_are_not_proposed_again() -> None:
    orders = [bought("a", name="张三", address=HOME), bought("b", name="张三", address=HOME)]
    stated = [link("x", account, "apart", platform="jd") for account in ("a", "b")]
    assert reasons(orders) == ["receiver_address"]
    found = proposals(orders, links=stated)
    assert (found.pairs.height, found.decided) == (0, 1)


def test_a_proposals_id_hangs_on_the_two_customers_alone() -> None:
    orders = [bought("a", name="张三", address=HOME), bought("b", name="张三", address=HOME)]
    first = proposals(orders).pairs
    more = proposals([*reversed(orders), order("9", account="a", platform="jd", gross=5)]).pairs
    assert first["proposal"].item() == more["proposal"].item() == proposal_ids(first).item()
    assert first["proposal"].item().startswith("p_")


def test_nothing_is_proposed_where_nobody_is_known() -> None:
    assert proposals().pairs.is_empty()
