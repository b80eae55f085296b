"""Finding a customer by what somebody types."""

import polars as pl

from custtier.people import find
from people.somebody import PHONE, contact, known, people
from store.readings import order

ORDERS = [
    order("1", account="zhang_3", phone=PHONE, name="张三"),
    order("2", account="jd_zhang", platform="jd", phone=PHONE, name="张三"),
    order("3", account="other", name="李四"),
]
CONTACTS = [contact("wm1", name="小雨", email="Rain@Example.com")]


def found(text: str) -> list[tuple[str, str]]:
    everyone = people(ORDERS, CONTACTS)
    rows = find(
        text,
        known=known(ORDERS, CONTACTS).lazy(),
        accounts=everyone.accounts.lazy(),
        customers=everyone.customers.lazy(),
    )
    return rows.select("name", "found_by").rows()  # type: ignore[return-value]


def test_a_customer_is_found_by_phone_account_email_and_name() -> None:
    assert found(f"+86 {PHONE}") == [("张三", "phone")]
    assert found("jd_zhang") == [("张三", "account")]
    assert found("rain@example.COM") == [("小雨", "email")]
    assert found("李四") == [("李四", "name")]
    assert found("nobody") == found(" ") == []


def test_an_id_of_today_and_those_of_every_account_find_the_customer() -> None:
    ids = known(ORDERS, CONTACTS).filter(pl.col("usual_phone") == PHONE)["customer_id"].to_list()
    assert sorted(found(each)[0] for each in ids) == [("张三", "customer_id"), ("张三", "former_id")]


def test_several_people_of_one_name_are_all_found() -> None:
    twins = [order("1", account="a", name="张三"), order("2", account="b", name="张三")]
    everyone = people(twins)
    rows = find(
        "张三", known=known(twins).lazy(), accounts=everyone.accounts.lazy(), customers=everyone.customers.lazy()
    )
    assert rows.height == 2
    assert rows["customer_id"].is_sorted()


def test_a_masked_phone_finds_nobody() -> None:
    assert found("138****8001") == []


def test_a_name_with_stars_is_everybody_whose_name_begins_so() -> None:
    # 张** is what an export writes of one and what screens show of the other: nobody is guessed
    masked = [*ORDERS, order("4", account="jd_other", platform="jd", name="张**")]
    everyone = people(masked)
    both = find(
        "张**", known=known(masked).lazy(), accounts=everyone.accounts.lazy(), customers=everyone.customers.lazy()
    )
    assert sorted(both["name"]) == ["张**", "张三"]
    assert found("李*") == [("李四", "name")]
    assert found("***") == []
