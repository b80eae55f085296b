"""What joins accounts of orders and contacts, what somebody states, and what never joins."""

import itertools
import random
from collections.abc import Sequence

import polars as pl
import pytest

from custtier.people import find
from people.somebody import OTHER, PHONE, Row, contact, groups, known, link, people
from store.readings import at, order


def together(
    orders: Sequence[Row] = (), contacts: Sequence[Row] = (), links: Sequence[Row] = (), *, limit: int = 3
) -> list[list[str]]:
    return groups(people(orders, contacts, links, limit=limit), known(orders, contacts))


def test_a_contact_with_a_buyers_phone_is_that_buyer() -> None:
    orders, contacts = [order("1", account="a", phone=PHONE)], [contact("wm1", phone=f"+86 {PHONE}")]
    found = people(orders, contacts)
    assert found.customers.select("platforms", "phone").rows() == [("taobao,wecom", PHONE)]


def test_a_contact_who_never_bought_is_a_customer_of_its_own() -> None:
    found = people([order("1", account="a", name="张三")], [contact("wm1", name="小雨")])
    assert sorted(found.customers["name"].to_list()) == ["小雨", "张三"]


def test_contacts_with_one_union_id_are_one_person() -> None:
    contacts = [contact("wm1", union_id="u"), contact("wm2", union_id="u"), contact("wm3", union_id="v")]
    assert together(contacts=contacts) == [["wm1", "wm2"], ["wm3"]]


def test_whoever_is_listed_by_a_union_id_alone_is_whoever_has_it_beside_another_id() -> None:
    contacts = [contact("wm1", union_id="u"), contact("u")]
    assert together([order("1", account="u", account_kind="openid")], contacts) == [["u", "wm1"]]


def test_a_contact_is_whoever_the_other_name_of_its_account_is() -> None:
    wechat = {"platform": "wechat", "account_kind": "wechat"}
    sheet = [order("1", account="lily_tea", account_kind="wechat", platform="generic")]
    book = [contact("wxid_1", alias="lily_tea", **wechat), contact("wxid_2", alias="wxid_2", **wechat)]
    assert together(sheet, book) == [["lily_tea", "wxid_1"], ["wxid_2"]]
    found = people([], book)
    everybody = known([], book).lazy()
    by_name = find("lily_tea", known=everybody, accounts=found.accounts.lazy(), customers=found.customers.lazy())
    by_id = find("wxid_1", known=everybody, accounts=found.accounts.lazy(), customers=found.customers.lazy())
    assert by_name.equals(by_id)
    assert by_name["found_by"].to_list() == ["account"]


def test_keys_chain_union_id_phone_and_link() -> None:
    orders = [order("1", account="a", phone=PHONE), order("2", account="b", platform="jd", phone=OTHER)]
    contacts = [contact("wm1", union_id="u", phone=PHONE), contact("wm2", union_id="u")]
    links = [link("x", "a"), link("x", "b", platform="jd")]
    assert together(orders, contacts) == [["a", "wm1", "wm2"], ["b"]]
    assert together(orders, contacts, links) == [["a", "b", "wm1", "wm2"]]


def test_what_an_order_shows_stands_before_what_a_contact_list_shows() -> None:
    orders = [order("1", account="wm1", account_kind="openid", platform="wecom", phone=PHONE, name="张三")]
    found = people(orders, [contact("wm1", phone=OTHER, name="小雨")])
    assert found.customers.select("name", "phone").rows() == [("张三", PHONE)]
    masked = people([{**orders[0], "name": "张*", "phone": "138****8001"}], [contact("wm1", phone=OTHER, name="小雨")])
    assert masked.customers.select("name", "phone").rows() == [("小雨", OTHER)]


def test_of_a_contact_in_several_lists_the_phone_of_most_of_them_counts() -> None:
    contacts = [contact("wm1", phone=PHONE, agent="a"), contact("wm1", phone=PHONE, agent="b")]
    contacts.append(contact("wm1", phone=OTHER, agent="c", added_at=at("2026-06-01")))
    assert people(contacts=contacts).customers["phone"].to_list() == [PHONE]


@pytest.mark.parametrize(
    "phone", ["138****8001", f"{PHONE}-1234", f"{PHONE}转12", "~abc~", "##ab##", "$$ab$$", "13800138000", "13888888888"]
)
def test_masked_lent_encrypted_and_made_up_numbers_join_nobody(phone: str) -> None:
    orders = [order("1", account="a", phone=phone), order("2", account="b", platform="jd", phone=phone)]
    assert together(orders, [contact("wm1", phone=phone)]) == [["a"], ["b"], ["wm1"]]


def test_a_made_up_number_alone_makes_nobody() -> None:
    assert people([order("1", account=None, phone="13800138000")]).customers.is_empty()


def test_an_agents_own_number_typed_for_many_contacts_joins_nobody() -> None:
    contacts = [contact(f"wm{place}", phone=PHONE) for place in range(4)]
    found = people([order("1", account="a", phone=PHONE)], contacts)
    assert found.customers.height == 5
    assert found.shared.rows() == [(PHONE, 5, 4, "one_platform")]


def test_a_number_of_too_many_accounts_over_all_platforms_joins_nobody() -> None:
    orders = [order(str(place), account=f"a{place}", platform=f"p{place // 3}", phone=PHONE) for place in range(13)]
    assert people(orders[:12]).customers.height == 1
    found = people(orders)
    assert (found.customers.height, found.shared["reason"].to_list()) == (13, ["all_platforms"])


def test_an_email_joins_only_where_the_shop_knows_its_buyers_by_it() -> None:
    orders = [order("1", platform="shopify", account="li@example.com", account_kind="email")]
    web = contact("77", platform="shopify", account_kind="account", email="Li@Example.com ")
    crm = contact("88", platform="crm", account_kind="account", email="li@example.com")
    assert together(orders, [web, crm]) == [["77", "li@example.com"], ["88"]]


def test_an_address_lent_by_a_marketplace_joins_nobody_elsewhere() -> None:
    relay = "x1@marketplace.amazon.com"
    orders = [order("1", platform="amazon", account=relay, account_kind="email")]
    orders.append(order("2", platform="shopify", account="a@b.c", account_kind="email"))
    assert together(orders, [contact("9", platform="shopify", email=relay)]) == [["9"], ["a@b.c"], [relay]]


def test_a_link_joins_accounts_whose_phones_are_shared() -> None:
    crowd = [order(str(place), account=f"a{place}", phone=PHONE) for place in range(4)]
    links = [link("x", "a1"), link("x", "a2")]
    assert together(crowd, links=links) == [["a0"], ["a1", "a2"], ["a3"]]


def test_a_phone_in_a_link_file_brings_in_whoever_uses_it() -> None:
    orders = [order("1", account="a", phone=PHONE), order("2", account="b", platform="jd")]
    links = [link("x", "b", platform="jd"), link("x", PHONE, account_kind="phone", platform=None)]
    assert together(orders, links=links) == [["a", "b"]]


def test_a_link_waits_for_an_account_that_nobody_has_seen() -> None:
    orders = [order("1", account="a"), order("2", account="b")]
    links = [link("x", "a"), link("x", "stranger")]
    assert together(orders, links=links) == [["a"], ["b"]]
    assert together([*orders, order("3", account="stranger")], links=links) == [["a", "stranger"], ["b"]]


def test_a_withdrawn_link_joins_nobody() -> None:
    orders = [order("1", account="a"), order("2", account="b")]
    assert together(orders, links=[link("x", "a", "withdrawn"), link("x", "b", "withdrawn")]) == [["a"], ["b"]]


def test_accounts_that_are_apart_are_not_joined_by_a_phone_and_the_stronger_one_keeps_it() -> None:
    orders = [order(str(place), account=name, phone=PHONE) for place, name in enumerate("abc")]
    apart = [link("x", "a", "apart"), link("x", "b", "apart")]
    assert together(orders, links=apart) == [["a", "c"], ["b"]]


def test_accounts_that_are_apart_do_not_come_together_through_a_third() -> None:
    orders = [order("1", account="a", phone=PHONE), order("2", account="b", phone=OTHER)]
    contacts = [contact("wm1", union_id="u", phone=PHONE), contact("wm2", union_id="u", phone=OTHER)]
    apart = [link("x", "a", "apart"), link("x", "b", "apart")]
    assert together(orders, contacts) == [["a", "b", "wm1", "wm2"]]
    # the union id is stronger than the phones, so wm1 and wm2 stay; the smaller phone joins first
    assert together(orders, contacts, apart) == [["a", "wm1", "wm2"], ["b"]]


def test_who_is_apart_of_a_label_is_none_of_its_others() -> None:
    orders = [order(str(place), account=name, phone=PHONE) for place, name in enumerate("abc")]
    stated = [link("x", "a"), link("x", "b"), link("x", "c", "apart")]
    assert together(orders, links=stated) == [["a", "b"], ["c"]]


def test_of_two_contradicting_statements_the_later_import_holds() -> None:
    orders = [order("1", account="a"), order("2", account="b")]
    same = [link("x", name, import_id=1) for name in "ab"]
    apart = [link("y", name, "apart", import_id=2) for name in "ab"]
    assert together(orders, links=[*same, *apart]) == [["a"], ["b"]]
    again = [{**row, "import_id": 3} for row in same]
    assert together(orders, links=[*again, *apart]) == [["a", "b"]]


def test_the_id_is_that_of_the_strongest_key_over_orders_and_contacts() -> None:
    (by_union,) = people(contacts=[contact("wm1", union_id="A")]).customers["customer_id"]
    orders = [order("1", account="a", phone=PHONE)]
    (joined,) = people(orders, [contact("wm1", union_id="A", phone=PHONE)]).customers["customer_id"]
    (alone,) = people(orders).customers["customer_id"]
    assert by_union == joined != alone


def test_the_order_of_rows_changes_nothing() -> None:
    orders = [order(str(place), account=f"a{place % 7}", phone=f"1380013801{place % 5}") for place in range(30)]
    contacts = [contact(f"wm{place}", union_id=f"u{place % 3}", phone=f"1380013801{place}") for place in range(6)]
    links = [link(f"x{place % 2}", f"a{place}") for place in range(4)]
    links += [link("z", "a0", "apart"), link("z", "a3", "apart")]
    expected = people(orders, contacts, links)
    for seed in range(5):
        mixed: list[list[Row]] = [list(orders), list(contacts), list(links)]
        for rows in mixed:
            random.Random(seed).shuffle(rows)
        found = people(*mixed)
        assert found.accounts.equals(expected.accounts)
        assert found.customers.equals(expected.customers)


def test_a_hundred_accounts_in_a_chain_are_one_person() -> None:
    contacts = [
        contact(f"wm{place:03}", union_id=f"u{place // 2}", phone=f"13800139{(place + 1) // 2:03}")
        for place in range(100)
    ]
    assert people(contacts=contacts).customers.height == 1
    assert (
        people(contacts=contacts)
        .customers["customer_key"]
        .is_in(known(contacts=contacts)["account_key"].implode())
        .all()
    )


def test_of_all_pairs_that_are_apart_none_is_together() -> None:
    names = "abcde"
    orders = [order(name, account=name, phone=PHONE) for name in names]
    for pairs in itertools.combinations(itertools.combinations(names, 2), 2):
        links = [link(f"x{place}", name, "apart") for place, pair in enumerate(pairs) for name in pair]
        found = together(orders, links=links, limit=9)
        assert sorted(name for group in found for name in group) == list(names)
        assert not any(set(pair) <= set(group) for pair in pairs for group in found)
        assert len(found) in {2, 3}


def test_nobody_is_known_where_nothing_was_read() -> None:
    assert people().customers.is_empty()
    assert isinstance(people().shared, pl.DataFrame)
