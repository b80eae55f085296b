"""Whoever is forgotten is in no file of the store, in no version, and does not come in again; all others stay."""

import os
import shutil
import subprocess
import sys
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest

from custtier.schema import REJECTS
from custtier.sources.reading import Reading
from custtier.store import Store
from custtier.store.layout import Layout
from custtier.store.person import person_of
from custtier.store.searching import Sought, searched
from custtier.store.tables import StoredTable
from store.readings import at, contact, item, link, listing, many, message, order, reading, refund
from store.test_lists import assert_alike
from store.test_store import NEW, NOW, OLD, assert_same, counts, held, opened

PHONE, MAIL, NAME = "13700236001", "mei.lin@example.org", "林美美"
HERS = {"account": "linmeimei_92", "phone": PHONE, "name": NAME, "email": MAIL, "address": f"花园路 3 号 {PHONE}"}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return opened(tmp_path / "store")


def shop(*, with_her: bool = True) -> list[list[Reading]]:
    """Imports of a shop: she buys on two platforms, pays one order by a bill, is a contact, and is in rejected rows."""
    her = [order("2026000001", **HERS), order("2026000002", **HERS, payment_id="pay-77", gross=700)]
    youzan = [order("E2026", platform="youzan", account=PHONE, account_kind="phone", name=NAME, gross=300)]
    bill = [order("w1", platform="wechatpay", kind="payment", payment_id="pay-77", account=None, gross=700)]
    other = [order("2026000009", account="someone_1", phone="13900236002", name="王五", gross=5000)]
    gift = order("2026000010", account="friend_55", phone=PHONE if with_her else None, name=None, gross=900)
    own = [order(f"202600001{number}", account="friend_55", phone="13900236003", gross=900) for number in (1, 2)]
    bought = [item("2026000001", "茶"), item("2026000009", "茶")]
    backs = [refund("r", "2026000001", 100, refunded_on=date(2026, 3, 5)), refund("s", "2026000009", 50)]
    contacts = [contact("wx_other", phone="13900236002")]
    chats = [message("wx_other", "2026-03-01")]
    if with_her:
        contacts = [*contacts, contact("wx_meimei", phone=PHONE, name=NAME, remark="美美", tags="老客")]
        contacts = [*contacts, contact("wx_third", referrer="wx_meimei", remark=f"她的朋友 {PHONE}")]
        chats = [*chats, message("wx_meimei", "2026-03-02"), message("wx_meimei", "2026-03-03")]
    else:
        contacts = [*contacts, contact("wx_third", remark="她的朋友 ")]
        her, youzan, bill, bought, backs = [], [], [], bought[1:], backs[1:]
    orders = reading([*her, *other, *own, gift], bought, backs, instant=OLD)
    cells = [f'{{"买家": "{NAME}"}}', f'{{"电话": "137-0023-6001 {PHONE}"}}', '{"买家": "赵六"}']
    rejects = pl.DataFrame({"file": ["a.csv"] * 3, "reason": ["bad_date"] * 3, "cells": cells})
    orders = Reading(**{**vars(orders), "rejects": conformed(rejects if with_her else rejects[2:])})
    lists = listing(NEW, contacts=contacts, messages=chats, links=[link("x", "wx_other", platform="wechat")])
    return [[orders], [reading([*youzan, *bill], instant=NEW, path=f"{PHONE}.csv")], [lists]]


def conformed(rejects: pl.DataFrame) -> pl.DataFrame:
    return rejects.select(
        (pl.col(name) if name in rejects.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in REJECTS.items()
    )


def imported(store: Store, *, with_her: bool = True) -> Store:
    for files in shop(with_her=with_her):
        store.add(files, imported_at=NOW)
    return store


@cache
def made(with_her: bool) -> TemporaryDirectory[str]:
    """The shop's store, imported once: tests take copies."""
    folder = TemporaryDirectory()
    imported(opened(Path(folder.name) / "store"), with_her=with_her)
    return folder


def filled(store: Store, *, with_her: bool = True) -> Store:
    shutil.copytree(Path(made(with_her).name) / "store", store.folder)
    return store


def her_key(store: Store) -> int:
    known = store.facts().table("known").filter(pl.col("account") == HERS["account"]).collect()
    accounts = store.facts().accounts.collect()
    own: int = known["account_key"].item()
    merged = accounts.filter(pl.col("account_key") == own)["customer_key"]
    return int(merged.item()) if merged.len() else own


def everything(folder: Path) -> str:
    """All that any file of the store says, decoded and as it is."""
    said = []
    for path in folder.rglob("*"):
        if path.is_file():
            said.append(path.read_bytes().decode("latin-1") + path.name)
        if path.suffix == ".parquet":
            frame = pl.read_parquet(path, hive_partitioning=False)
            said += [str(value) for column in frame.iter_columns() for value in column.to_list()]
    return "\n".join(said)


def forget(store: Store, *, keep_totals: bool = False) -> Any:
    return store.forget(her_key(store), keep_totals=keep_totals, at=NOW)


@pytest.mark.parametrize("keep_totals", [False, True])
def test_no_file_of_the_store_shows_whoever_is_forgotten(store: Store, keep_totals: bool) -> None:
    filled(store)
    before = everything(store.folder)
    shown = [PHONE, MAIL, NAME, HERS["account"], "wx_meimei", "2026000001", "E2026", str(her_key(store))]
    assert [text for text in shown if text not in before] == []
    done = forget(store, keep_totals=keep_totals)
    after = everything(store.folder)
    assert [text for text in shown if text in after] == []
    assert done.searched.found == ()
    # the mark of the writer was there, too
    assert done.searched.files == sum(path.is_file() for path in store.folder.rglob("*")) + 1
    assert done.orders == 4


def test_the_store_is_that_of_all_others(store: Store, tmp_path: Path) -> None:
    forget(filled(store))
    others = filled(opened(tmp_path / "others"), with_her=False)
    assert_same(held(store), held(others))
    assert_alike(store.facts(), others.facts())
    assert store.facts().extent == others.facts().extent
    for import_id in (1, 2, 3):
        assert store.rejects(import_id).height == others.rejects(import_id).height


def test_kept_totals_are_nobodys_and_all_others_are_untouched(store: Store) -> None:
    before = held(filled(store))
    forget(store, keep_totals=True)
    after = held(store)
    for name in ("gross", "undated_refund", "dated_refund"):
        assert before["purchases"][name].sum() == after["purchases"][name].sum()
    assert after["purchases"].filter(pl.col("account_key").is_null()).height == 3
    mine = before["purchases"].join(after["purchases"], on="order_key", how="semi")
    assert mine.sort("order_key").equals(
        after["purchases"].filter(pl.col("account_key").is_not_null()).sort("order_key")
    )
    details = store.facts().table("details").filter(pl.col("account_key").is_null()).collect()
    for name in ("order_id", "account", "name", "phone", "email", "address", "referrer", "city"):
        assert details[name].null_count() == details.height, name


def test_counts_of_imports_stay_and_their_files_are_named_without_keys(store: Store) -> None:
    before = filled(store).imports()
    forget(store)
    assert store.imports().drop("first_file").equals(before.drop("first_file"))
    assert store.imports()["first_file"][1] == "….csv"
    assert store.files(2)[0]["path"] == "….csv"


@pytest.mark.parametrize("keep_totals", [pytest.param(False, marks=pytest.mark.slow), True])
def test_undo_brings_nobody_back(store: Store, keep_totals: bool) -> None:
    filled(store)
    forget(store, keep_totals=keep_totals)
    store.undo(2)
    assert store.facts().customers.filter(pl.col("name") == NAME).collect().is_empty()
    store.undo(1)
    assert store.facts().extent.purchases == 0
    assert PHONE not in everything(store.folder)


def test_an_undone_import_shows_nobody_either(store: Store) -> None:
    filled(store)
    store.undo(1)
    store.add([reading([order("2026000003", **HERS)])], imported_at=NOW)
    forget(store)
    assert not [text for text in (PHONE, NAME, HERS["account"], "2026000001") if text in everything(store.folder)]


def test_a_later_import_of_an_old_export_keeps_the_person_out(store: Store) -> None:
    filled(store)
    forget(store)
    before = held(store)
    outcomes = [store.add(files, imported_at=NOW).files[0] for files in shop()]
    assert [outcome["reasons"] for outcome in outcomes] == [{"forgotten": 3}, {"forgotten": 2}, {"forgotten": 3}]
    assert [outcome["new"] for outcome in outcomes] == [0, 0, 0]
    assert_same(held(store), before)
    # a name alone is nobody's key
    assert not [text for text in (PHONE, MAIL, HERS["account"], "wx_meimei") if text in everything(store.folder)]


def test_an_order_that_went_is_known_again_without_its_buyer(store: Store) -> None:
    filled(store)
    forget(store)
    masked = reading([order("2026000001", account="林**", phone="137****6001")], [item("2026000001", "茶")])
    assert store.add([masked], imported_at=NOW).files[0]["reasons"] == {"forgotten": 1}


def test_who_was_forgotten_comes_in_again_when_told(store: Store) -> None:
    filled(store)
    forget(store)
    outcome = store.add(shop()[0], imported_at=NOW, include_forgotten=True)
    assert (outcome.files[0]["new"], outcome.files[0]["excluded"]) == (3, 0)
    assert NAME in store.facts().customers.collect()["name"].to_list()


@pytest.mark.slow
def test_several_people_can_be_forgotten_one_after_the_other(store: Store) -> None:
    filled(store)
    forget(store)
    other = store.facts().table("known").filter(pl.col("account") == "someone_1").collect()["account_key"].item()
    accounts = store.facts().accounts.filter(pl.col("account_key") == other).collect()
    key = accounts["customer_key"].item() if accounts.height else other
    store.forget(key, keep_totals=False, at=NOW)
    said = everything(store.folder)
    assert not [text for text in (PHONE, "someone_1", "13900236002", "王五") if text in said]
    assert [path.name for path in store.folder.iterdir() if path.is_dir()] == [Layout(store.folder).root]
    assert store.add(shop()[0], imported_at=NOW).files[0]["reasons"] == {"forgotten": 5}


def test_imports_go_on_after_somebody_was_forgotten(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("custtier.store.store.MAINTAIN_EVERY", 2)
    imported(store)
    forget(store)
    assert counts(store, reading([order("2026000020", account="someone_1")], instant=NEW)) == [(1, 0, 0)]
    store.undo(4)
    assert store.facts().extent.purchases == 4


def test_a_store_that_was_opened_before_goes_on(store: Store) -> None:
    filled(store)
    other = opened(store.folder)
    other.facts()
    forget(store)
    assert other.facts().extent.purchases == 4
    assert counts(other, reading([order("2026000020", account="someone_1")], instant=NEW)) == [(1, 0, 0)]


class StoppedError(Exception):
    """Stands for a kill."""


@pytest.mark.parametrize("step", [9, *(pytest.param(step, marks=pytest.mark.slow) for step in (0, 20))])
def test_forgetting_that_stops_half_way_changes_nothing_and_can_be_done_again(
    store: Store, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    before = held(filled(store))
    committing, seen = StoredTable._commit, []

    def stopping(table: StoredTable, actions: list[Any], *, mode: str) -> int:
        seen.append(table.folder.name)
        if len(seen) > step:
            raise StoppedError
        return committing(table, actions, mode=mode)

    monkeypatch.setattr(StoredTable, "_commit", stopping)
    with pytest.raises(StoppedError):
        forget(store)
    monkeypatch.undo()
    assert_same(held(opened(store.folder)), before)
    assert forget(opened(store.folder)).searched.found == ()


KILLED = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from custtier.settings import Settings
from custtier.store import Store
from custtier.store.layout import Layout
from custtier.store.person import person_of
from custtier.store.searching import Sought, searched
from custtier.store.tables import StoredTable
from store.readings import ID_KEY, at

def dying(work):
    def dies(*given, **named):
        result = work(*given, **named) if sys.argv[2] != "sweep" else None
        os.kill(os.getpid(), 9)
        return result
    return dies

if sys.argv[2] == "mark":
    Layout._write_mark = dying(Layout._write_mark)
elif sys.argv[2] == "copy":
    StoredTable.add_all = dying(StoredTable.add_all)
else:
    Layout.take_over = dying(Layout.take_over)
kept = Store(Path(sys.argv[1]), settings=Settings(), id_key=ID_KEY)
kept.forget(int(sys.argv[4]), keep_totals=False, at=at("2026-06-01"))
"""


@pytest.mark.parametrize(
    "moment", [pytest.param("copy", marks=pytest.mark.slow), pytest.param("sweep", marks=pytest.mark.slow), "mark"]
)
def test_a_killed_forgetting_leaves_a_whole_store_that_forgets_when_asked_again(store: Store, moment: str) -> None:
    before = held(filled(store))
    tests = str(Path(__file__).parent.parent)
    words = [sys.executable, "-c", KILLED, str(store.folder), moment, tests, str(her_key(store))]
    assert subprocess.run(words, check=False).returncode == -9
    again = opened(store.folder)
    if moment == "mark":
        # the new tables had taken over: what is left of the old ones goes with the next writer
        assert again.facts().extent.purchases == 4
        again.tidy()
    else:
        assert_same(held(again), before)
        forget(again)
    assert not [text for text in (PHONE, NAME, HERS["account"]) if text in everything(store.folder)]


def test_files_without_the_person_are_shared_and_private(store: Store) -> None:
    filled(store)
    store.add([many(200, accounts=20)], imported_at=NOW)
    kept = {path.name for path in (store.folder / "orders" / "import_id=4").iterdir()}
    forget(store)
    root = store.folder / Layout(store.folder).root
    assert {path.name for path in (root / "orders" / "import_id=4").iterdir()} == kept
    for path in store.folder.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path
    assert os.environ.get("CUSTTIER_STORE") is None or store.folder != Path(os.environ["CUSTTIER_STORE"])


def test_a_word_that_is_an_account_is_not_cut_out_of_other_texts(store: Store) -> None:
    store.add(
        [reading([order("1", account="custom"), order("2", account="b")], [item("2", "customized")])], imported_at=NOW
    )
    known = store.facts().table("known").filter(pl.col("account") == "custom").collect()
    store.forget(known["account_key"].item(), keep_totals=False, at=at("2026-06-02"))
    assert store.facts().table("items").collect()["product"].to_list() == ["customized"]


def test_the_search_reads_checkpoints_and_logs_and_finds_whoever_is_there(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("custtier.store.store.MAINTAIN_EVERY", 1)
    imported(store)
    assert any(store.folder.rglob("*.checkpoint.parquet"))
    facts = store.facts()
    person = person_of(her_key(store), known=facts.table("known").collect(), accounts=facts.accounts)
    found = searched(store.folder, Sought(person=person, keys=person.account_keys)).found
    assert {path.split("/")[0] for path in found} >= {"orders", "current_orders", "buyers", "imports", "rejects"}


def test_the_place_of_a_parcel_and_a_label_of_hers_go_with_the_receiver(store: Store) -> None:
    own = [order(f"{number}", account="friend_55", phone="13900236003") for number in (1, 2)]
    sent = order("3", account="friend_55", phone=PHONE, name=NAME, province="她家的省", city="她家的市", address="她家")
    said = listing(NEW, links=[link("美美的标签", HERS["account"]), link("美美的标签", "friend_55", decision="apart")])
    shown = reading([order("9", **HERS), *own, sent])
    store.add([shown, said], imported_at=NOW)
    assert all(text in everything(store.folder) for text in ("她家的市", "美美的标签"))
    forget(store)
    assert not [text for text in (NAME, "她家", "美美的标签") if text in everything(store.folder)]
    before = store.facts().table("links").collect()
    store.add([shown, said], imported_at=NOW)
    assert not [text for text in ("她家", "美美的标签") if text in everything(store.folder)]
    assert store.facts().table("links").collect().drop("import_id").equals(before.drop("import_id"))
