"""Tags and kept answers in the store: the later import decides, undo brings back, a person who is forgotten is gone."""

from datetime import UTC, date, datetime
from pathlib import Path
from shutil import rmtree

import polars as pl
import pytest

from custtier.facts import Facts
from custtier.people import tags_of_customers
from custtier.settings import Settings
from custtier.sources import read_files
from custtier.store import Store, facts_of
from custtier.workflows.keeping import keep, kept_answers
from store.readings import ID_KEY, link, listing, order, reading

NOW = datetime(2026, 7, 1, 4, 0, tzinfo=UTC)
SETTINGS = Settings()
HEADER = "客户编号,平台,账号,手机号,标签,操作,日期\n"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(tmp_path / "store", settings=SETTINGS, id_key=ID_KEY)
    orders = [order("1", account="a"), order("2", account="b"), order("3", account="c", phone="13800000003")]
    made.add([reading(orders)], imported_at=NOW)
    return made


def told(store: Store, tmp_path: Path, *lines: str) -> int:
    path = tmp_path / "tags.csv"
    path.write_text(HEADER + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return store.add(read_files([path], settings=SETTINGS), imported_at=NOW).import_id


def tags(facts: Facts) -> set[tuple[str, str]]:
    """Name of each customer's account and their tags."""
    known = facts.table("known", columns=["account_key", "account"])
    rows = tags_of_customers(facts.table("tags"), known=facts.table("known"), accounts=facts.accounts).join(
        known, left_on="customer_key", right_on="account_key", how="left"
    )
    return set(rows.select(pl.col("account").fill_null("nobody"), "tag").collect().iter_rows())


def ids(facts: Facts) -> dict[str, str]:
    known = facts.table("known").collect()
    return dict(zip(known["account"], known["customer_id"], strict=True))


def test_a_tag_given_and_taken_away_later_is_gone_until_the_later_import_is_undone(
    store: Store, tmp_path: Path
) -> None:
    told(store, tmp_path, ",淘宝,a,,茶友|送礼,添加,2026-06-30")
    away = told(store, tmp_path, ",淘宝,a,,茶友,移除,2026-01-01")
    assert tags(store.facts()) == {("a", "送礼")}
    store.undo(away, at=NOW)
    assert tags(store.facts()) == {("a", "送礼"), ("a", "茶友")}


def test_the_same_file_again_changes_nothing_and_is_counted_so(store: Store, tmp_path: Path) -> None:
    first = told(store, tmp_path, ",淘宝,a,,茶友,添加,")
    again = told(store, tmp_path, ",淘宝,a,,茶友,添加,")
    assert [store.files(number)[0]["unchanged"] for number in (first, again)] == [0, 1]
    removed = told(store, tmp_path, ",淘宝,a,,茶友,移除,")
    assert store.files(removed)[0]["updated"] == 1
    assert tags(store.facts()) == set()


def test_a_tag_is_given_by_our_own_id_by_phone_and_by_account_alike(store: Store, tmp_path: Path) -> None:
    given = ids(store.facts())["a"]
    told(store, tmp_path, f"{given},,,,大客户,,", ",,,13800000003,大客户,,", ",淘宝,b,,大客户,,")
    facts = store.facts()
    told_of = tags_of_customers(facts.table("tags"), known=facts.table("known"), accounts=facts.accounts).collect()
    assert sorted(told_of["customer_key"]) == sorted(facts.customers.collect()["customer_key"])
    told(store, tmp_path, ",淘宝,a,,大客户,移除,")
    assert ("a", "大客户") not in tags(store.facts())


def test_an_id_that_nobody_has_is_counted_in_a_note_and_belongs_to_nobody(store: Store, tmp_path: Path) -> None:
    made = told(store, tmp_path, "c_aaaaaaaaaaaa,,,,大客户,,")
    assert [code for code, _ in store.files(made)[0]["notes"]] == ["unknown_customer_ids"]
    assert tags(store.facts()) == {("nobody", "大客户")}


def test_what_was_said_last_of_any_account_of_a_person_decides(store: Store, tmp_path: Path) -> None:
    told(store, tmp_path, ",淘宝,a,,茶友,,", ",淘宝,b,,老客户,,")
    told(store, tmp_path, ",淘宝,b,,茶友,移除,")
    merge = store.add([listing(None, links=[link("x", "a"), link("x", "b")])], imported_at=NOW).import_id
    assert {tag for _, tag in tags(store.facts())} == {"老客户"}
    told(store, tmp_path, ",淘宝,a,,茶友,添加,")
    assert {tag for _, tag in tags(store.facts())} == {"老客户", "茶友"}
    store.undo(merge, at=NOW)
    assert tags(store.facts()) == {("b", "老客户"), ("a", "茶友")}


def test_files_alone_give_tags_as_a_store_does(tmp_path: Path, store: Store) -> None:
    given = ids(store.facts())["a"]
    path = tmp_path / "tags.csv"
    path.write_text(f"{HEADER}{given},,,,大客户,,\n,淘宝,b,,茶友,,\n", encoding="utf-8")
    orders = reading([order("1", account="a"), order("2", account="b")])
    facts = facts_of([orders, *read_files([path], settings=SETTINGS)], settings=SETTINGS, id_key=ID_KEY)
    assert tags(facts) == {("a", "大客户"), ("b", "茶友")}


def test_a_store_of_before_there_were_tags_is_read_and_written_to(store: Store, tmp_path: Path) -> None:
    for name in ("tags", "kept", "current_tags", "current_kept"):
        rmtree(store.folder / name)
    assert tags(store.facts()) == set()
    assert kept_answers(store.facts(), "tiers").collect().is_empty()
    told(store, tmp_path, ",淘宝,a,,茶友,添加,")
    assert tags(store.facts()) == {("a", "茶友")}


def kept_rows(facts: Facts, **scores: float) -> pl.DataFrame:
    keys = {row["account"]: row["account_key"] for row in facts.table("known").collect().iter_rows(named=True)}
    return pl.DataFrame(
        {
            "customer_key": [keys[name] for name in scores],
            "value": ["core" if score > 5 else "regular" for score in scores.values()],
            "score": list(scores.values()),
        }
    )


def test_what_is_kept_later_of_the_same_day_takes_the_place_of_what_was_kept(store: Store) -> None:
    facts = store.facts()
    keep(store, "tiers", kept_on=date(2026, 5, 31), rows=kept_rows(facts, a=9, b=1), at=NOW)
    keep(store, "tiers", kept_on=date(2026, 6, 30), rows=kept_rows(facts, a=9, b=1), at=NOW)
    again = keep(store, "tiers", kept_on=date(2026, 6, 30), rows=kept_rows(facts, a=1), at=NOW)
    keep(store, "key", kept_on=date(2026, 6, 30), rows=kept_rows(facts, b=7).drop("score"), at=NOW)
    answers = kept_answers(store.facts(), "tiers").sort("kept_on", "score").collect()
    assert answers["kept_on"].to_list() == [date(2026, 5, 31)] * 2 + [date(2026, 6, 30)]
    assert answers["value"].to_list() == ["regular", "core", "regular"]
    assert kept_answers(store.facts(), "tiers", until=date(2026, 6, 1)).collect().height == 2
    assert kept_answers(store.facts(), "key").collect()["score"].to_list() == [None]
    store.undo(again, at=NOW)
    assert kept_answers(store.facts(), "tiers").collect().height == 4
    assert store.files(again)[0]["path"] == "tiers 2026-06-30"


def test_two_customers_who_became_one_have_one_kept_row_a_day(store: Store) -> None:
    keep(store, "tiers", kept_on=date(2026, 6, 30), rows=kept_rows(store.facts(), a=9, b=1), at=NOW)
    store.add([listing(None, links=[link("x", "a"), link("x", "b")])], imported_at=NOW)
    answers = kept_answers(store.facts(), "tiers").collect()
    assert answers["score"].to_list() == [9.0]
    assert answers["customer_key"].item() in store.facts().customers.collect()["customer_key"].to_list()


def test_forgetting_a_person_takes_their_tags_and_what_was_kept_of_them(store: Store, tmp_path: Path) -> None:
    given = ids(store.facts())["a"]
    told(store, tmp_path, f"{given},,,,大客户,,", ",淘宝,b,,大客户,,")
    keep(store, "tiers", kept_on=date(2026, 6, 30), rows=kept_rows(store.facts(), a=9, b=1), at=NOW)
    customers = store.facts().customers.collect()
    key = customers.filter(pl.col("customer_id") == given)["customer_key"].item()
    done = store.forget(key, keep_totals=False, at=NOW)
    assert (done.rows["tags"], done.rows["kept"]) == (1, 1)
    assert tags(store.facts()) == {("b", "大客户")}
    assert kept_answers(store.facts(), "tiers").collect()["score"].to_list() == [1.0]
    told(store, tmp_path, ",淘宝,a,,大客户,,", f"{given},,,,大客户,,")
    assert {name for name, _ in tags(store.facts())} == {"b", "nobody"}
