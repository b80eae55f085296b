"""Pairs of who brought whom in the store: kept as they are written, undone, erased with either of the two."""

from datetime import UTC, date, datetime
from pathlib import Path
from shutil import rmtree

import polars as pl
import pytest

from custtier.errors import CusttierError
from custtier.facts import Facts
from custtier.settings import Settings
from custtier.sources import read_files
from custtier.store import Store, facts_of
from custtier.views.referrals.answer import Known, known_of, referrals
from custtier.workflows.referring import told_of
from store.readings import ID_KEY, order, reading

NOW = datetime(2026, 7, 1, 4, 0, tzinfo=UTC)
SETTINGS = Settings()
PHONE = "13700236001"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(tmp_path / "store", settings=SETTINGS, id_key=ID_KEY)
    orders = [
        order("1", account="buyer_a"),
        order("2", account="buyer_b", name="王姐"),
        order("3", account="buyer_c", phone=PHONE),
    ]
    made.add([reading(orders)], imported_at=NOW)
    return made


def told(store: Store, tmp_path: Path, *lines: str, header: str = "被推荐人,推荐人,日期", at: datetime = NOW) -> int:
    path = tmp_path / "pairs.csv"
    path.write_text(f"{header}\n" + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return store.add(read_files([path], settings=SETTINGS), imported_at=at).import_id


def brought(facts: Facts) -> set[tuple[str, str]]:
    """Accounts of who was brought and of who brought them."""
    rows = known_of(facts, as_of=date(2026, 6, 30), scope=None, told=told_of(facts, SETTINGS)).edges.rows
    names = dict(facts.table("known", columns=["account_key", "account"]).collect().iter_rows())
    return {(names[who], names[by]) for who, by in rows.select("customer_key", "referrer_key").iter_rows()}


def test_both_are_named_by_id_account_phone_or_name(store: Store, tmp_path: Path) -> None:
    ids = dict(store.facts().table("known", columns=["account", "customer_id"]).collect().iter_rows())
    told(store, tmp_path, "buyer_a,王姐,2026-01-05", f'{ids["buyer_b"]},"=""137-0023-6001""",')
    assert brought(store.facts()) == {("buyer_a", "buyer_b"), ("buyer_b", "buyer_c")}


def test_somebody_whose_orders_come_later_is_found_then(store: Store, tmp_path: Path) -> None:
    told(store, tmp_path, "newcomer,buyer_a,")
    assert brought(store.facts()) == set()
    store.add([reading([order("9", account="newcomer")])], imported_at=NOW)
    assert brought(store.facts()) == {("newcomer", "buyer_a")}


def test_pairs_are_undone_and_the_same_file_again_says_nothing_new(store: Store, tmp_path: Path) -> None:
    first = told(store, tmp_path, "buyer_a,buyer_b,2026-01-05")
    again = told(store, tmp_path, "buyer_a,buyer_b,2026-01-05")
    assert [store.files(number)[0]["new"] for number in (first, again)] == [1, 0]
    store.undo(first, at=NOW)
    assert brought(store.facts()) == {("buyer_a", "buyer_b")}
    store.undo(again, at=NOW)
    assert brought(store.facts()) == set()


def test_pairs_that_came_in_later_are_not_known_as_of_then(store: Store, tmp_path: Path) -> None:
    told(store, tmp_path, "buyer_a,buyer_b,", at=datetime(2026, 7, 3, 4, 0, tzinfo=UTC))
    assert brought(store.facts(as_known_on=date(2026, 7, 2))) == set()
    assert brought(store.facts(as_known_on=date(2026, 7, 3))) == {("buyer_a", "buyer_b")}


def test_files_alone_say_it_as_a_store_does(tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text("referred,referrer,date\nbuyer_a,buyer_b,\n", encoding="utf-8")
    orders = reading([order("1", account="buyer_a"), order("2", account="buyer_b")])
    facts = facts_of([orders, *read_files([path], settings=SETTINGS)], settings=SETTINGS, id_key=ID_KEY)
    assert brought(facts) == {("buyer_a", "buyer_b")}


def test_pairs_dated_after_the_last_order_are_said_with_the_day_to_ask_for(store: Store, tmp_path: Path) -> None:
    told(store, tmp_path, "buyer_a,buyer_b,2026-08-01")
    facts = store.facts()

    def known(as_of: date | None) -> Known:
        return known_of(facts, as_of=as_of, scope=None, told=told_of(facts, SETTINGS))

    with pytest.raises(CusttierError, match="dated after"):
        referrals(known(None))
    assert referrals(known(date(2026, 8, 1))).summary["referred_count"] == 1
    told(store, tmp_path, "buyer_c,buyer_b,")
    facts = store.facts()
    found = {note.code: note.values for note in referrals(known(None)).notes}
    assert found["referrals_later"]["count"] == 1 and found["referrals_later"]["last"] == date(2026, 8, 1)
    assert "referrals_later" not in {note.code for note in referrals(known(date(2026, 8, 2))).notes}


def test_a_tag_by_hand_says_it_too(store: Store, tmp_path: Path) -> None:
    told(store, tmp_path, "淘宝,buyer_a,推荐人-王姐", header="平台,账号,标签")
    assert brought(store.facts()) == {("buyer_a", "buyer_b")}


def test_a_store_of_before_there_were_pairs_is_read_and_written_to(store: Store, tmp_path: Path) -> None:
    for name in ("referrals", "current_referrals"):
        rmtree(store.folder / name)
    assert brought(store.facts()) == set()
    told(store, tmp_path, "buyer_a,buyer_b,")
    assert brought(store.facts()) == {("buyer_a", "buyer_b")}


def test_forgetting_one_of_a_pair_takes_the_pair_and_keeps_it_out(store: Store, tmp_path: Path) -> None:
    lines = (f"buyer_a,{PHONE},", f"+86 {PHONE},buyer_b,", "buyer_a,buyer_b,2026-01-05", "BUYER_C,buyer_b,")
    told(store, tmp_path, *lines)
    facts = store.facts()
    known = facts.table("known", columns=["account_key", "account"]).collect()
    third = known.filter(pl.col("account") == "buyer_c")["account_key"].item()
    forgotten = store.forget(third, keep_totals=False, at=NOW)
    assert forgotten.rows["referrals"] == 3
    left = store.facts().table("referrals").collect()
    assert left.select("referred", "referrer").rows() == [("buyer_a", "buyer_b")]
    again = told(store, tmp_path, *lines)
    assert store.files(again)[0]["excluded"] == 3
    assert store.facts().table("referrals").collect().height == 1


def test_who_is_forgotten_goes_where_a_name_or_an_id_of_theirs_alone_says_that_they_brought_somebody(
    store: Store, tmp_path: Path
) -> None:
    store.add(
        [reading([order("4", account="buyer_d", name="老李"), order("5", account="buyer_e", name="老李")])],
        imported_at=NOW,
    )
    ids = dict(store.facts().table("known", columns=["account", "customer_id"]).collect().iter_rows())
    told(store, tmp_path, "buyer_a,王姐,2026-01-05", f"buyer_c,{ids['buyer_b']},", "buyer_c,老李,")
    told(store, tmp_path, "淘宝,buyer_a,王姐", "淘宝,buyer_c,老李", header="平台,账号,推荐人")
    keys = dict(store.facts().table("known", columns=["account", "account_key"]).collect().iter_rows())
    for account in ("buyer_b", "buyer_d"):
        store.forget(keys[account], keep_totals=False, at=NOW)
    facts = store.facts()
    assert facts.table("referrals").select("referrer").collect().to_series().to_list() == ["老李"]
    # two were called so: nobody knows whether it was this one
    assert set(facts.table("contacts").select("referrer").collect().to_series()) == {None, "老李"}
