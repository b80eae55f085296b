"""Whoever is forgotten and comes again under another account stays out; others who write to them stay in."""

import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest

from custtier.sources.reading import Reading
from custtier.store import Store
from store.readings import contact, link, listing, message, order, reading, refund
from store.test_store import NEW, NOW, OLD, opened

PHONE, MAIL = "13700236001", "mei.lin@example.org"


def shop() -> list[list[Reading]]:
    orders = [
        order("1", account="linmeimei_92", phone=PHONE, name="林美美"),
        order("2", account="someone_1", phone="13900236002", name="王五"),
        order("w1", platform="woocommerce", account=MAIL, account_kind="email"),
        order("w2", platform="woocommerce", account="zhao@example.org", account_kind="email"),
    ]
    said = [link("她", "linmeimei_92"), {**link("她", MAIL, platform="woocommerce"), "account_kind": "email"}]
    return [[reading(orders, instant=OLD)], [listing(NEW, links=said)]]


@cache
def forgotten() -> TemporaryDirectory[str]:
    """The shop's store without her, made once: tests take copies."""
    folder = TemporaryDirectory()
    kept = opened(Path(folder.name) / "store")
    for files in shop():
        kept.add(files, imported_at=NOW)
    kept.forget(key_of_account(kept, "linmeimei_92"), keep_totals=False, at=NOW)
    return folder


@pytest.fixture
def store(tmp_path: Path) -> Store:
    shutil.copytree(Path(forgotten().name) / "store", tmp_path / "store")
    return opened(tmp_path / "store")


def key_of_account(store: Store, account: str) -> int:
    known = store.facts().table("known").filter(pl.col("account") == account).collect()
    own: int = known["account_key"].item()
    merged = store.facts().accounts.filter(pl.col("account_key") == own).collect()["customer_key"]
    return int(merged.item()) if merged.len() else own


def accounts(store: Store) -> set[str]:
    return set(store.facts().table("known").collect()["account"].to_list())


def details(store: Store, order_id: str) -> dict[str, Any]:
    return store.facts().table("details").filter(pl.col("order_id") == order_id).collect().row(0, named=True)


def reasons(store: Store, *readings: Reading, include_forgotten: bool = False) -> list[dict[str, int]]:
    outcome = store.add(list(readings), imported_at=NOW, include_forgotten=include_forgotten)
    return [file["reasons"] for file in outcome.files]


def jd(order_id: str, account: str, phone: str | None = PHONE, **fields: Any) -> dict[str, Any]:
    return order(order_id, platform="jd", account=account, phone=phone, **fields)


def test_a_new_account_with_the_phone_of_somebody_forgotten_stays_out_with_all_it_has(store: Store) -> None:
    bought = reading([jd("j1", "meimei_jd"), jd("j2", "meimei_jd", phone=None), jd("j3", "other_jd", "13900236009")])
    listed = listing(contacts=[contact("wx_mei", phone=PHONE)], messages=[message("wx_mei", "2026-03-02")])
    returned = reading([], [], [refund("r1", "j1", 500, platform="jd")])
    assert reasons(store, bought, listed, returned) == [{"forgotten": 2}, {"forgotten": 2}, {"forgotten": 1}]
    assert {"other_jd"} == accounts(store) - {"someone_1", "zhao@example.org"}
    assert store.facts().table("messages").collect().is_empty()


def test_an_account_that_usually_has_another_phone_only_loses_the_receiver(store: Store) -> None:
    others = [jd(f"j{number}", "friend_jd", "13900236009") for number in (1, 2)]
    assert reasons(store, reading([*others, jd("j3", "friend_jd", name="林美美", address="花园路")])) == [{}]
    sent = details(store, "j3")
    assert [sent[name] for name in ("account", "phone", "name", "address")] == ["friend_jd", None, None, None]


def test_a_known_account_only_loses_the_receiver(store: Store) -> None:
    assert reasons(store, reading([order("3", account="someone_1", phone=PHONE, name="林美美")])) == [{}]
    assert (details(store, "3")["account"], details(store, "3")["phone"]) == ("someone_1", None)


def test_a_phone_that_many_new_accounts_use_is_an_office_and_keeps_nobody_out(store: Store) -> None:
    office = reading([jd(f"j{number}", f"colleague_{number}") for number in range(4)])
    assert reasons(store, office) == [{}]
    assert {details(store, f"j{number}")["phone"] for number in range(4)} == {None}


def test_a_chain_of_new_accounts_that_leads_to_somebody_forgotten_stays_out(store: Store) -> None:
    contacts = [contact("wx_a", phone=PHONE, union_id="u-mei-1"), contact("wx_b", agent="小李", union_id="u-mei-1")]
    assert reasons(store, listing(contacts=[*contacts, contact("wx_c", union_id="u-else")])) == [{"forgotten": 2}]
    assert "wx_c" in accounts(store)
    assert not {"wx_a", "wx_b", "u-mei-1"} & accounts(store)


def test_an_email_keeps_out_only_where_it_is_strong(store: Store) -> None:
    customers = [
        contact("cust-7", platform="woocommerce", email=MAIL.title()),
        contact("lead-7", platform="crm", email=MAIL),
    ]
    assert reasons(store, listing(contacts=customers)) == [{"forgotten": 1}]
    assert "lead-7" in accounts(store)
    assert store.facts().table("contacts").collect()["email"].to_list() == [None]


def test_a_link_to_somebody_forgotten_keeps_the_new_account_out(store: Store) -> None:
    said = listing(links=[link("她", "linmeimei_92"), link("她", "meimei_jd", platform="jd")])
    assert reasons(store, said, reading([jd("j1", "meimei_jd", None)]))[1] == {"forgotten": 1}


def test_who_is_kept_out_for_a_phone_is_judged_anew_by_every_import(store: Store) -> None:
    assert reasons(store, reading([jd("j1", "friend_jd")])) == [{"forgotten": 1}]
    own = [jd(f"j{number}", "friend_jd", "13900236009") for number in (2, 3)]
    assert reasons(store, reading([*own, jd("j1", "friend_jd")])) == [{}]
    assert details(store, "j1")["phone"] is None


def test_whoever_is_let_in_again_is_off_the_list(store: Store) -> None:
    assert reasons(store, shop()[0][0], include_forgotten=True) == [{}]
    later = reading([order("9", account="linmeimei_92", phone=PHONE)], instant=NEW)
    assert reasons(store, later) == [{}]
    assert details(store, "9")["phone"] == PHONE


def test_an_undo_of_letting_in_keeps_out_again(store: Store) -> None:
    import_id = store.add(shop()[0], imported_at=NOW, include_forgotten=True).import_id
    store.undo(import_id)
    assert reasons(store, shop()[0][0]) == [{"forgotten": 2}]


def test_letting_one_person_in_lets_nobody_else_in(store: Store) -> None:
    store.forget(key_of_account(store, "someone_1"), keep_totals=False, at=NOW)
    hers = reading([order("1", account="linmeimei_92", phone=PHONE), order("8", account="third", phone="13900236002")])
    # one more order of an account that the store does not know, sent to the other one's phone: not the other's own
    own = reading([order(f"8{number}", account="third", phone="13900236008") for number in range(2)])
    assert reasons(store, hers, own, include_forgotten=True) == [{}, {}]
    assert details(store, "8")["phone"] is None
    assert reasons(store, shop()[0][0]) == [{"forgotten": 1}]


def test_whoever_was_let_in_and_is_forgotten_again_stays_out_with_everything_of_before(store: Store) -> None:
    store.add([reading([order("9", account="linmeimei_92", phone=PHONE)])], imported_at=NOW, include_forgotten=True)
    store.forget(key_of_account(store, "linmeimei_92"), keep_totals=False, at=NOW)
    assert reasons(store, shop()[0][0]) == [{"forgotten": 2}]


def test_a_stopped_import_lets_nobody_in(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_given: Any, **_named: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("custtier.store.store.file_counts", stopped)
    with pytest.raises(KeyboardInterrupt):
        store.add(shop()[0], imported_at=NOW, include_forgotten=True)
    monkeypatch.undo()
    assert reasons(store, shop()[0][0]) == [{"forgotten": 2}]
