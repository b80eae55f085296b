"""What custtier says of an invented shop is what is true of it: files to answers, to the fen."""

import csv
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from custtier.demo import KINDS, LATER_FILE, write_later_export, write_shop
from custtier.settings import Settings
from custtier.store import Store
from custtier.views.view import View
from custtier.workflows.importing import import_files, undo_import
from custtier.workflows.question import Question
from custtier.workflows.tiers import tiers

NOW = datetime(2026, 8, 1, tzinfo=UTC)
PEOPLE = frozenset({"contacts", "chats", "links", "ad-spend"})


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUSTTIER_SETTINGS", str(tmp_path / "settings"))


def imported(paths: list[Path], store: Path) -> View:
    return import_files(paths, store=store, settings=Settings(), imported_at=NOW).view


def holds(truth: dict[str, Any], answer: View) -> None:
    said = truth["customers"] | truth["tiers_top_20_percent"]
    for name in ("customers", "net_sales", "top_customers", "top_sales", "cutoff_sales", "unattributed_orders"):
        assert answer.summary[name] == round(said[name] * (100 if name.endswith("_sales") else 1)), name
    assert answer.as_of is not None and answer.as_of.isoformat() == truth["as_of"]
    assert answer.data_through is not None and answer.data_through.isoformat() == truth["data_through"]


def sales_of(folder: Path) -> Counter[tuple[int, int, str]]:
    with (folder / "truth/truth_customers.csv").open(encoding="utf-8", newline="") as file:
        return Counter(
            (round(float(row["net_sales"]) * 100), int(row["order_count"]), row["last_order_on"])
            for row in csv.DictReader(file)
        )


def said_of(answer: View) -> Counter[tuple[int, int, str]]:
    table = answer.tables["customers"].select("net_sales", "order_count", "last_order_on")
    return Counter((net, count, day.isoformat()) for net, count, day in table.iter_rows())


@pytest.mark.parametrize(("customers", "seed"), [(1, 2), (25, 1), (120, 7), (500, 12)])
def test_tiers_of_a_demo_shop_say_the_truth(tmp_path: Path, customers: int, seed: int) -> None:
    shop = tmp_path / "shop"
    truth = dict(write_shop(shop, customers=customers, seed=seed, files=frozenset(KINDS) - PEOPLE).truth)
    counts = imported([shop / "orders"], tmp_path / "store")
    rows = {file["path"]: file["rows"] for file in truth["files"]}
    files = counts.tables["files"]
    assert {Path(path).name: read for path, read in files.select("path", "rows_read").iter_rows()} == {
        Path(path).name: number for path, number in rows.items()
    }
    assert counts.summary["rejected"] == counts.summary["excluded"] == 0
    answer = tiers(Question(store=tmp_path / "store"))
    holds(truth, answer)
    assert said_of(answer) == sales_of(shop)


def test_files_answer_as_their_store_does(tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    truth = dict(write_shop(shop, customers=90, seed=3, files=frozenset(KINDS) - PEOPLE).truth)
    answer = tiers(Question(files=(shop / "orders",)))
    holds(truth, answer)
    assert said_of(answer) == sales_of(shop)


def test_a_second_import_of_the_same_files_brings_nothing(tmp_path: Path) -> None:
    write_shop(tmp_path / "shop", customers=60, seed=3, files=frozenset(KINDS) - PEOPLE)
    imported([tmp_path / "shop" / "orders"], tmp_path / "store")
    again = imported([tmp_path / "shop" / "orders"], tmp_path / "store").summary
    assert (again["new"], again["updated"], again["unchanged"]) == (0, 0, again["rows_read"])


def test_a_later_export_changes_exactly_what_changed_and_its_undo_takes_it_back(tmp_path: Path) -> None:
    shop, later, store = tmp_path / "shop", tmp_path / "later", tmp_path / "store"
    before = dict(write_shop(shop, customers=300, seed=21, files=frozenset(KINDS) - PEOPLE).truth)
    after = dict(write_later_export(later, customers=300, seed=21).truth)
    imported([shop / "orders"], store)
    counts = imported([later / LATER_FILE], store).summary
    file = after["files"][0]
    assert {name: counts[name] for name in ("new", "updated", "unchanged")} == {
        name: file[name] for name in ("new", "updated", "unchanged")
    }
    answer = tiers(Question(store=store))
    holds(after, answer)
    assert said_of(answer) == sales_of(later)
    undo_import(store=store, settings=Settings(), import_id=int(str(counts["import_id"])), at=NOW)
    undone = tiers(Question(store=store))
    holds(before, undone)
    assert said_of(undone) == sales_of(shop)


def test_the_truth_is_plain_json(tmp_path: Path) -> None:
    written = write_shop(tmp_path, customers=5, seed=1)
    assert json.loads((tmp_path / "truth/truth.json").read_text(encoding="utf-8")) == written.truth


def test_every_contact_who_bought_is_joined_to_their_orders_and_no_customer_is_lost(tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    truth = dict(write_shop(shop, customers=200, seed=11, files=frozenset(KINDS) - {"taobao-workbook"}).truth)
    store = tmp_path / "store"
    imported([shop, shop / "orders"], store)
    holds(truth, tiers(Question(store=store)))
    facts = Store(store, settings=Settings()).facts()
    own = pl.coalesce("customer_key", "account_key").alias("customer_key")
    merged = facts.accounts.collect()
    listed = facts.table("contacts").collect().join(merged, on="account_key", how="left").select("channel", own)
    buyers = facts.purchases.collect().join(merged, on="account_key", how="left").select(own).unique()
    bought = dict(listed.join(buyers, on="customer_key", how="semi").group_by("channel").len().iter_rows())
    said = truth["contacts"]["channels"]
    assert bought == {one["channel"]: one["bought"] for one in said}
    assert listed.height == truth["contacts"]["contacts"]
