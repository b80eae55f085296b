"""Lists in the store: upserted like orders, undone in any order, the same as from files."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from custtier.facts import KNOWN as FACTS_KNOWN
from custtier.facts import TABLES, Facts
from custtier.people import KNOWN
from custtier.schema import LISTS
from custtier.settings import Settings
from custtier.sources.reading import Reading
from custtier.store import Store, facts_of
from store.empty import empty_store
from store.readings import ID_KEY, at, contact, link, listing, message, order, reading
from store.test_store import NEW, NOW, OLD, counts, held

PHONE = "13700236001"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return empty_store(tmp_path / "store")


def tables(facts: Facts) -> dict[str, pl.DataFrame]:
    names = [*LISTS, "contact_events", "known"]
    return {name: facts.table(name).collect().sort(list(TABLES[name]), nulls_last=True) for name in names}


def assert_alike(facts: Facts, others: Facts) -> None:
    found, expected = tables(facts), tables(others)
    for name in found:
        assert found[name].drop("import_id", strict=False).equals(expected[name].drop("import_id", strict=False)), name


def direct(*files: Reading) -> Facts:
    return facts_of(files, settings=Settings(), id_key=ID_KEY)


def only(store: Store, name: str) -> dict[str, object]:
    return store.facts().table(name).collect().row(0, named=True)


def test_known_is_what_people_know() -> None:
    assert dict(FACTS_KNOWN) == dict(KNOWN)


def test_a_list_twice_brings_nothing_new(store: Store) -> None:
    file = listing(
        contacts=[contact("a", phone=PHONE, added_at=at("2026-01-01")), contact("b")],
        messages=[message("a", "2026-01-02"), message("a", "2026-01-02", number=2)],
        spend=[{"spend_key": 1, "channel": "抖音", "spent_on": date(2026, 1, 1), "amount": 500}],
        dates=[{"date_key": 1, "account": "a", "platform": "wechat", "kind": "birthday", "month": 5, "day": 1}],
        costs=[{"cost_key": 1, "product": "茶", "unit_cost": 900}],
        links=[link("x", "a", platform="wechat")],
    )
    assert counts(store, file) == [(8, 0, 0)]
    before = tables(store.facts())
    assert counts(store, file) == [(0, 0, 8)]
    after = tables(store.facts())
    assert after["links"]["import_id"].to_list() == [2]
    for name in before:
        assert after[name].drop("import_id", strict=False).equals(before[name].drop("import_id", strict=False)), name
    assert_alike(store.facts(), direct(file))


def test_a_later_list_brings_its_changes(store: Store) -> None:
    first = listing(OLD, contacts=[contact("a", tags="老客"), contact("b", phone=PHONE), contact("c")])
    later = listing(NEW, contacts=[contact("a", tags="老客,团购"), contact("b", phone="137****6001"), contact("d")])
    store.add([first], imported_at=NOW)
    assert counts(store, later) == [(1, 1, 1)]
    found = {row["account"]: row for row in store.facts().table("contacts").collect().iter_rows(named=True)}
    assert found["a"]["tags"] == "老客,团购"
    assert (found["b"]["phone"], found["b"]["phone_kind"]) == (PHONE, "full")


def test_an_older_list_changes_nothing_that_is_newer(store: Store) -> None:
    store.add([listing(NEW, contacts=[contact("a", lead_class="A")])], imported_at=NOW)
    assert counts(store, listing(OLD, contacts=[contact("a", lead_class="B")])) == [(0, 0, 1)]
    assert only(store, "contacts")["lead_class"] == "A"


def test_the_channel_of_the_first_adding_stands_and_its_history_is_kept(store: Store) -> None:
    once = contact("a", channel="抖音", campaign="直播", added_at=at("2026-01-01"), deleted_at=at("2026-02-01"))
    again = contact("a", channel="朋友介绍", campaign="老带新", added_at=at("2026-03-01"))
    store.add([listing(NEW, contacts=[again])], imported_at=NOW)
    store.add([listing(OLD, contacts=[once])], imported_at=NOW)
    found = only(store, "contacts")
    assert (found["channel"], found["campaign"]) == ("抖音", "直播")
    assert (found["first_added_at"], found["added_at"]) == (at("2026-01-01"), at("2026-03-01"))
    assert found["deleted_at"] is None
    events = store.facts().table("contact_events").collect().sort("at")
    assert events["event"].to_list() == ["added", "deleted", "added"]
    assert events["channel"].to_list() == ["抖音", None, "朋友介绍"]
    store.undo(1)
    assert only(store, "contacts")["deleted_at"] == at("2026-02-01")


def test_a_deletion_after_the_latest_adding_stands(store: Store) -> None:
    store.add([listing(OLD, contacts=[contact("a", added_at=at("2026-01-01"))])], imported_at=NOW)
    gone = listing(NEW, contacts=[contact("a", deleted_at=at("2026-02-01"))])
    assert counts(store, gone) == [(0, 1, 0)]
    assert only(store, "contacts")["deleted_at"] == at("2026-02-01")


def test_a_campaign_is_never_that_of_another_channel(store: Store) -> None:
    rows = [
        contact("a", channel="抖音", added_at=at("2026-01-01")),
        contact("a", channel="展会", campaign="春季", added_at=at("2026-02-01")),
    ]
    store.add([listing(contacts=rows)], imported_at=NOW)
    assert (only(store, "contacts")["channel"], only(store, "contacts")["campaign"]) == ("抖音", None)


def test_an_overlapping_chat_log_adds_only_what_is_new(store: Store) -> None:
    days = [f"2026-01-{day:02}" for day in range(1, 8)]
    first = listing(messages=[message(account, day) for day in days[:5] for account in "ba"])
    later = listing(messages=[message(account, day) for day in days[2:] for account in "ab"])
    store.add([first], imported_at=NOW)
    assert counts(store, later) == [(4, 0, 6)]
    found = store.facts().table("messages").collect()
    assert found.height == 14
    assert found.equals(found.sort("account_key", "sent_at"))
    assert_alike(store.facts(), direct(first, later))
    store.undo(1)
    assert_alike(store.facts(), direct(later))


def test_messages_that_look_alike_stay_as_many_as_the_fullest_log_shows(store: Store) -> None:
    few = listing(messages=[message("a", "2026-01-01", number=number) for number in (1, 2)])
    more = listing(messages=[message("a", "2026-01-01", number=number) for number in (1, 2, 3)])
    for file in (few, more):
        store.add([file], imported_at=NOW)
    assert store.facts().table("messages").collect().height == 3
    store.undo(2)
    assert store.facts().table("messages").collect().height == 2


def test_lists_alone_are_a_store_without_purchases(store: Store) -> None:
    store.add([listing(contacts=[contact("a", phone=PHONE, name="李四")])], imported_at=NOW)
    facts = store.facts()
    assert (facts.extent.purchases, facts.extent.last_on) == (0, None)
    assert facts.customers.collect()["name"].to_list() == ["李四"]


def test_a_list_leaves_the_orders_alone(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.add([reading([order("1", account="a", phone=PHONE)])], imported_at=NOW)
    before = held(store)

    def folding(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr("custtier.store.publish.fold", folding)
    store.add([listing(spend=[{"spend_key": 1, "channel": "抖音", "amount": 500}])], imported_at=NOW)
    store.add([listing(contacts=[contact("w", phone=PHONE)])], imported_at=NOW)
    store.undo(2)
    assert held(store)["purchases"].equals(before["purchases"])


def test_a_contact_with_the_phone_of_a_buyer_is_the_buyer_until_it_is_undone(store: Store) -> None:
    store.add([reading([order("1", account="a", phone=PHONE)])], imported_at=NOW)
    before = held(store)
    store.add([listing(contacts=[contact("w", phone=PHONE)])], imported_at=NOW)
    assert (held(store)["customers"].height, store.facts().extent.merged_accounts) == (1, 1)
    store.undo(2)
    assert held(store)["customers"].equals(before["customers"])
    assert store.facts().extent.merged_accounts == 0


def test_linked_accounts_are_one_customer_also_after_further_orders(store: Store) -> None:
    store.add([reading([order("1", account="a"), order("2", account="b")])], imported_at=NOW)
    store.add([listing(links=[link("x", "a"), link("x", "b")])], imported_at=NOW)
    store.add([reading([order("3", account="c")])], imported_at=NOW)
    assert held(store)["customers"].height == 2
    store.undo(2)
    assert held(store)["customers"].height == 3


def test_a_contacts_account_is_that_of_its_orders(store: Store) -> None:
    store.add([reading([order("1", account="Tb-1", platform="taobao")])], imported_at=NOW)
    store.add([listing(contacts=[contact(" Tb-1 ", platform="taobao")])], imported_at=NOW)
    assert only(store, "contacts")["account_key"] == held(store)["purchases"]["account_key"].item()
    assert held(store)["customers"].height == 1


def test_files_answer_about_lists_as_a_store_does(store: Store) -> None:
    files = [
        reading([order("1", account="a", phone=PHONE)]),
        listing(OLD, contacts=[contact("w", phone=PHONE, added_at=at("2026-01-01")), contact(None, phone=PHONE)]),
        listing(NEW, messages=[message("w", "2026-01-02")], links=[link("x", "a")]),
    ]
    store.add(files, imported_at=NOW)
    assert_alike(store.facts(), direct(*files))
