"""One customer's card: the figures of the other answers, every order to the fen, a second route in plain Python."""

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from custtier.demo import write_shop
from custtier.errors import CusttierError
from custtier.rules import Rule
from custtier.settings import Settings
from custtier.store import Store
from custtier.views.view import View
from custtier.workflows.churn import churn
from custtier.workflows.importing import import_files
from custtier.workflows.question import Question
from custtier.workflows.rfm import rfm
from custtier.workflows.show import show
from custtier.workflows.tags import decide_tags
from custtier.workflows.tiers import tiers
from custtier.workflows.whom import Matches

NOW = datetime(2026, 8, 1, tzinfo=UTC)
HALFWAY = date(2026, 1, 31)


def put(paths: list[Path], store: Path) -> None:
    import_files(paths, store=store, settings=Settings(), imported_at=NOW)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the invented shop: five platforms, refunds, contacts."""
    folder = tmp_path_factory.mktemp("shop")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CUSTTIER_SETTINGS", str(folder / "settings"))
        patch.setenv("CUSTTIER_ID_KEY", "a key for tests")
        write_shop(folder / "files", customers=150, seed=7)
        put([folder / "files" / "orders", folder / "files" / "contacts.csv"], folder / "store")
    return folder / "store"


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUSTTIER_SETTINGS", str(tmp_path / "settings"))
    monkeypatch.setenv("CUSTTIER_ID_KEY", "a key for tests")


def card(text: str, question: Question, **words) -> View:
    found = show(text, question, lang="en", with_numbers=True, **words)
    assert isinstance(found, View), "several"
    return found


def some(answer: View) -> list[str]:
    """Ids of customers from the first to the last."""
    ids = answer.tables["customers"]["customer_id"].to_list()
    return ids[:: max(len(ids) // 8, 1)]


def plain_net(store: Path, customer_id: str, as_of: date) -> int:
    """A customer's net sales, order by order, in plain Python."""
    facts = Store(store, settings=Settings()).facts()
    merged = {row[0]: row[1] for row in facts.accounts.collect().iter_rows()}
    key = facts.customers.filter(pl.col("customer_id") == customer_id).collect()["customer_key"].item()
    given: dict[int, int] = {}
    for row in facts.dated_refunds.collect().iter_rows(named=True):
        if row["refunded_on"] <= as_of:
            given[row["order_key"]] = given.get(row["order_key"], 0) + row["amount"]
    total = 0
    for row in facts.purchases.collect().iter_rows(named=True):
        if merged.get(row["account_key"], row["account_key"]) == key and row["ordered_on"] <= as_of:
            net = row["gross"] - row["undated_refund"] - given.get(row["order_key"], 0)
            total += 0 if row["is_closed"] else net
    return total


@pytest.mark.parametrize("as_of", [None, HALFWAY])
def test_figures_are_those_of_the_other_answers(shop: Path, as_of: date | None) -> None:
    question = Question(store=shop, as_of=as_of)
    answers = [tiers(question), rfm(question), churn(question, everyone=True)]
    for customer_id in some(answers[0]):
        mine = card(customer_id, question).tables["customer"].row(0, named=True)
        for answer in answers:
            row = answer.tables["customers"].filter(pl.col("customer_id") == customer_id).row(0, named=True)
            assert {name: mine[name] for name in row if name in mine} == {k: v for k, v in row.items() if k in mine}
        assert mine["tier"] and mine["segment"] and mine["rfm"]


@pytest.mark.parametrize("as_of", [date(2026, 6, 30), HALFWAY])
def test_orders_add_up_to_net_sales_by_two_routes(shop: Path, as_of: date) -> None:
    question = Question(store=shop, as_of=as_of)
    for customer_id in some(tiers(question)):
        found = card(customer_id, question, last_orders=0)
        mine, orders = found.tables["customer"].row(0, named=True), found.tables["orders"]
        assert orders["net_sales"].sum() == mine["net_sales"] == plain_net(shop, customer_id, as_of)
        bought = orders.filter(pl.col("net_sales") > 0)
        assert bought.height == mine["order_count"]
        assert bought["ordered_on"].n_unique() == mine["purchase_days"]
        assert (bought["ordered_on"].min(), bought["ordered_on"].max()) == (
            mine["first_order_on"],
            mine["last_order_on"],
        )
        assert orders["ordered_on"].drop_nulls().is_sorted(descending=True)
        assert all(day <= as_of for day in orders["ordered_on"])


def test_the_place_by_net_sales_counts_who_sold_more(shop: Path) -> None:
    question = Question(store=shop)
    ranked = tiers(question).tables["customers"]
    for customer_id in some(tiers(question)):
        mine = card(customer_id, question).tables["customer"].row(0, named=True)
        assert mine["sales_rank"] == sum(sales > mine["net_sales"] for sales in ranked["net_sales"]) + 1


def test_an_order_after_the_day_observed_changes_nothing(shop: Path, tmp_path: Path) -> None:
    question = Question(store=shop, as_of=HALFWAY)
    customer_id = some(tiers(question))[0]
    later = card(customer_id, Question(store=shop), last_orders=0).tables["orders"]
    early = card(customer_id, question, last_orders=0).tables["orders"]
    assert set(early["order_id"]) == set(later.filter(pl.col("ordered_on") <= HALFWAY)["order_id"])


WORKED = """订单号,下单时间,金额,退款金额,客户,手机号,姓名,商品,数量,状态,渠道
A1,2026-01-01 10:00:00,100.00,0,amy,13957020001,张三,茶,2,已付款,直播
A2,2026-01-11 10:00:00,50.05,20.00,amy,13957020001,张三,杯,1,已付款,直播
A3,2026-01-12 10:00:00,70,0,amy,13957020001,张三,壶,1,待付款,直播
B1,2026-01-21 10:00:00,30,0,bob,13957020002,李四,茶,1,已付款,
C1,2026-01-21 11:00:00,10,0,cat,13957020003,李四,茶,1,已付款,
"""
CONTACTS = """微信号,昵称,手机号,客服,渠道,标签,添加时间,删除时间
wx_amy_01,小张,13957020001,小林,抖音,老客,2025-12-30 09:00:00,2026-01-20 09:00:00
wx_dan_01,丹丹,13957020009,小林,抖音,,2026-01-02 09:00:00,
"""
DATES = """账号,日期类型,日期
amy,生日,1990-05-06
"""


@pytest.fixture
def little(tmp_path: Path) -> Path:
    """Three buyers and one who only asked."""
    for name, text in (("orders", WORKED), ("contacts", CONTACTS), ("dates", DATES)):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    put([tmp_path / "orders.csv", tmp_path / "contacts.csv", tmp_path / "dates.csv"], tmp_path / "store")
    return tmp_path / "store"


def test_a_card_worked_by_hand(little: Path) -> None:
    found = card("amy", Question(store=little))
    mine = found.tables["customer"].row(0, named=True)
    assert (mine["order_count"], mine["net_sales"], mine["average_order"]) == (2, 13005, 6503)
    assert (mine["recency_days"], mine["usual_gap_days"], mine["overdue_ratio"]) == (10, 10.0, 1.0)
    assert (mine["sales_rank"], mine["tier"], mine["found_by"]) == (1, "core", "account")
    assert (mine["agent"], mine["channel"], mine["tags"]) == ("小林", "抖音", "老客")
    orders = found.tables["orders"]
    said = orders.select("order_id", "order_state", "gross", "refunded", "net_sales", "products").rows()
    assert said == [
        ("A3", "unpaid", None, None, None, "壶"),
        ("A2", "paid", 5005, 2000, 3005, "杯"),
        ("A1", "paid", 10000, 0, 10000, "茶 ×2"),
    ]
    assert found.tables["history"].select("event", "agent").rows() == [("added", "小林"), ("deleted", "小林")]
    assert found.tables["dates"].select("date_kind", "calendar", "day").rows() == [("birthday", "solar", "1990-05-06")]


@pytest.mark.parametrize("text", ["amy", "13957020001", "+86 139 5702 0001", "张三", "wx_amy_01"])
def test_a_customer_is_found_by_whatever_they_are_known_by(little: Path, text: str) -> None:
    assert card(text, Question(store=little)).tables["orders"].height == 3


def test_an_id_finds_too(little: Path) -> None:
    by_name = card("张三", Question(store=little)).tables["customer"]["customer_id"].item()
    assert card(by_name, Question(store=little)).tables["customer"]["found_by"].item() == "customer_id"


def test_several_are_listed_and_nobody_is_guessed(little: Path) -> None:
    found = show("李四", Question(store=little), lang="en")
    assert isinstance(found, Matches)
    assert (found.count, found.view.tables["matches"].height) == (2, 2)


def test_nobody_is_an_error_without_the_text(little: Path) -> None:
    with pytest.raises(CusttierError) as told:
        show("13900000000", Question(store=little), lang="en")
    assert told.value.code == "unknown-customer"
    assert "13900000000" not in str(told.value)


def test_a_contact_who_never_bought_is_a_prospect(little: Path) -> None:
    found = card("wx_dan_01", Question(store=little))
    mine = found.tables["customer"].row(0, named=True)
    assert (mine["tier"], mine["order_count"], mine["agent"]) == ("prospect", None, "小林")
    assert [note.code for note in found.notes] == ["no_purchase_of_theirs"]


def test_a_store_of_contacts_alone_has_cards(tmp_path: Path) -> None:
    (tmp_path / "contacts.csv").write_text(CONTACTS, encoding="utf-8")
    put([tmp_path / "contacts.csv"], tmp_path / "store")
    found = card("wx_dan_01", Question(store=tmp_path / "store"))
    assert found.tables["customer"]["tier"].item() == "prospect"
    assert found.tables["orders"].is_empty()


def test_only_so_many_orders_are_listed_and_a_note_says_so(little: Path) -> None:
    found = card("amy", Question(store=little), last_orders=1)
    assert found.tables["orders"]["order_id"].to_list() == ["A3"]
    assert [note.values for note in found.notes] == [{"shown": 1, "orders": 3}]


def test_an_order_that_a_rule_takes_out_has_no_net_sales(little: Path) -> None:
    rules = Settings(exclusions=(Rule(name="r", amount_at_least="100"),))
    question = Question(store=little, settings=rules)
    found = card("amy", question)
    orders = {row["order_id"]: row["net_sales"] for row in found.tables["orders"].iter_rows(named=True)}
    assert orders == {"A1": None, "A2": 3005, "A3": None}
    assert found.tables["customer"]["net_sales"].item() == 3005


def test_an_event_after_the_day_observed_is_not_told(little: Path) -> None:
    found = card("amy", Question(store=little, as_of=date(2026, 1, 15)))
    assert found.tables["history"]["event"].to_list() == ["added"]


def test_a_contact_added_after_the_day_observed_is_none_yet(little: Path) -> None:
    found = card("wx_dan_01", Question(store=little, as_of=date(2026, 1, 1)))
    mine = found.tables["customer"].row(0, named=True)
    assert (mine["tier"], mine["agent"], found.tables["history"].height) == (None, None, 0)


def test_of_several_currencies_one_is_shown(tmp_path: Path) -> None:
    text = """订单号,下单时间,金额,币种,客户,状态
A1,2026-01-01 10:00:00,100.00,CNY,amy,已付款
A2,2026-01-11 10:00:00,50.00,USD,amy,已付款
A3,2026-01-12 10:00:00,70,CNY,bob,已付款
"""
    (tmp_path / "orders.csv").write_text(text, encoding="utf-8")
    put([tmp_path / "orders.csv"], tmp_path / "store")
    with pytest.raises(CusttierError) as told:
        show("amy", Question(store=tmp_path / "store"), lang="en")
    assert told.value.code == "mixed-currency"
    found = card("amy", Question(store=tmp_path / "store", currency="USD"))
    assert found.tables["orders"]["order_id"].to_list() == ["A2"]
    assert (found.currency, found.tables["customer"]["net_sales"].item()) == ("USD", 5000)


def test_tags_of_contact_lists_by_hand_and_by_rule_stand_on_the_card(little: Path) -> None:
    rules = Settings(tags=("often: order_count >= 2", "big: net_sales >= 1000"))
    amy = Question(store=little, settings=rules)
    asked = {"customer": "amy", "decision": "add", "at": NOW}
    decide_tags(amy, tags=["friend"], **asked)
    assert card("amy", amy).tables["customer"]["tags"].item() == "老客, friend, often"
    assert card("bob", amy).tables["customer"]["tags"].item() is None


def test_a_birthday_that_is_known_by_phone_is_theirs_unless_others_have_the_phone(tmp_path: Path) -> None:
    orders, days = tmp_path / "orders.csv", tmp_path / "days.csv"
    shared = "".join(f"S{n},2026-01-02 10:00:00,10,many{n},13957020002\n" for n in range(5))
    orders.write_text(
        f"订单号,下单时间,金额,客户,手机号\nA1,2026-01-01 10:00:00,100,amy,13957020001\n{shared}", encoding="utf-8"
    )
    days.write_text("手机号,生日\n13957020001,1990-05-06\n13957020002,05-07\n", encoding="utf-8")
    put([orders, days], tmp_path / "store")
    asked = Question(store=tmp_path / "store")
    assert card("amy", asked).tables["dates"]["day"].to_list() == ["1990-05-06"]
    assert card("many1", asked).tables["dates"].is_empty()
