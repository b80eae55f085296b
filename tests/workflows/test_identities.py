"""Who may be one person: listed, marked, merged, taken back; sums stay."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from custtier.errors import DATA, NOTHING, USAGE, CusttierError
from custtier.render import Request, rendered
from custtier.schema import CONTACTS, LINKS, conform
from custtier.settings import Settings
from custtier.sources.reading import RECORDS
from custtier.store import Store
from custtier.text import Catalogue
from custtier.views.view import View
from custtier.workflows.churn import churn
from custtier.workflows.forget import forget_customer, whom
from custtier.workflows.identities import apply_identities, list_identities, propose_identities, undo_identities
from custtier.workflows.question import Question
from custtier.workflows.rfm import rfm
from custtier.workflows.tiers import tiers
from people.somebody import contact, contacts_of, link, links_of
from store.readings import at, order, reading

NOW = at("2026-06-01 08:00")
SETTINGS = Settings()
DOOR = {"province": "浙江省", "city": "杭州市", "address": "浙江省杭州市西湖区文三路88号3幢502室"}

ROWS = [
    order("1", account="taobao_zhang", name="张三丰", phone="138****8001", **DOOR),
    order("2", account="jd_zhang", platform="jd", name="张三丰", phone="13800138001", gross=5000, **DOOR),
    order("3", account="li", name="李四光", gross=700),
    order("4", account="li2", platform="jd", name="李四光", gross=900, stated_refund=100, **DOOR),
    order("5", account="li3", platform="pdd", name="李四光", gross=900, **DOOR),
]


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the orders, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("imported")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CUSTTIER_SETTINGS", str(folder / "settings"))
        patch.setenv("CUSTTIER_ID_KEY", "a key for tests")
        Store(folder / "store", settings=SETTINGS).add([reading(ROWS)], imported_at=NOW)
    return folder / "store"


@pytest.fixture
def store(imported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CUSTTIER_SETTINGS", str(tmp_path / "settings"))
    monkeypatch.setenv("CUSTTIER_ID_KEY", "a key for tests")
    monkeypatch.delenv("CUSTTIER_STORE", raising=False)
    return shutil.copytree(imported, tmp_path / "store")


def proposed(store: Path) -> pl.DataFrame:
    return propose_identities(store, SETTINGS).tables["proposals"]


def marked(store: Path, decision: Callable[[str], str | None], *, form: str = "csv", lang: str = "en") -> Path:
    """The list of proposals as a file, each line marked by what it is decided to be for its hints."""
    view = propose_identities(store, SETTINGS)
    table = view.tables["proposals"]
    written = table.with_columns(
        pl.Series("decision", [decision(hints) for hints in table["hints"].to_list()], dtype=pl.String)
    )
    path = store.parent / f"proposals.{form}"
    view = View(command=view.command, parameters={}, summary=view.summary, tables={"proposals": written})
    path.write_bytes(rendered(view, Request(form=form), Catalogue(lang)))
    return path


def applied(path: Path, store: Path) -> View:
    return apply_identities(path, store=store, settings=SETTINGS, imported_at=NOW)


def taken_back(what: str, store: Path) -> View:
    return undo_identities(what, store=store, settings=SETTINGS, at=NOW)


def snapshot(store: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    facts = Store(store, settings=SETTINGS).facts()
    return facts.accounts.collect(), facts.customers.collect()


def failing(code: str, exit_code: int, ask: Callable[[], object]) -> CusttierError:
    with pytest.raises(CusttierError) as caught:
        ask()
    assert (caught.value.code, caught.value.exit_code) == (code, exit_code)
    return caught.value


def test_proposals_stand_with_both_sides_and_a_column_to_fill_in(store: Path) -> None:
    view = propose_identities(store, SETTINGS)
    rows = view.tables["proposals"]
    assert rows["hints"].to_list() == ["receiver_address_tail", "receiver_address"]
    assert rows["decision"].null_count() == rows.height
    first = rows.row(0, named=True)
    assert {first["account_1"], first["account_2"]} == {"taobao_zhang", "jd_zhang"}
    assert {first["net_sales_1"], first["net_sales_2"]} == {10000, 5000}
    assert view.summary == {"proposals": 2, "strong": 1, "medium": 1, "weak": 0}


def test_only_strong_ones_when_asked(store: Path) -> None:
    assert propose_identities(store, SETTINGS, least="strong").summary["proposals"] == 1


@pytest.mark.parametrize(("form", "lang"), [("csv", "en"), ("csv", "zh"), ("xlsx", "zh"), ("xlsx", "en")])
def test_a_marked_list_is_taken_in_from_any_of_our_forms(store: Path, form: str, lang: str) -> None:
    path = marked(store, lambda hints: "是" if "tail" in hints else None, form=form, lang=lang)
    summary = applied(path, store).summary
    assert {name: summary[name] for name in ("new", "excluded", "rejected", "same", "apart")} == {
        "new": 1, "excluded": 1, "rejected": 0, "same": 1, "apart": 0,
    }  # fmt: skip
    assert (summary["customers_before"], summary["customers"]) == (5, 4)
    assert (summary["net_sales_before"], summary["net_sales"], summary["orders"]) == (17400, 17400, 5)


def test_a_list_that_a_spreadsheet_saved_again_is_taken_in(store: Path) -> None:
    path = marked(store, lambda _: None, form="xlsx", lang="zh")
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    header = [cell.value for cell in sheet[1]]
    sheet.cell(row=2, column=header.index("决定") + 1, value="是")
    book.save(path)
    assert applied(path, store).summary["same"] == 1
    text = store.parent / "gbk.csv"
    frame = proposed(store).with_columns(decision=pl.lit("否"))
    text.write_bytes(
        frame.select("proposal", "decision", "customer_id_1", "customer_id_2").write_csv(separator="\t").encode("gbk")
    )
    assert applied(text, store).summary["apart"] == 1


def test_merged_customers_are_one_in_the_views_and_their_sums_stay(store: Path) -> None:
    before = tiers(Question(store=store))
    applied(marked(store, lambda _: "same"), store)
    after = tiers(Question(store=store))
    assert (before.summary["customers"], after.summary["customers"]) == (5, 3)
    for figure in ("order_count", "net_sales"):
        assert before.tables["customers"][figure].sum() == after.tables["customers"][figure].sum()
    assert sorted(after.tables["customers"]["net_sales"].to_list()) == [700, 1700, 15000]


def test_contacts_who_never_bought_change_no_answer_about_purchases(store: Path) -> None:
    views = (tiers, rfm, churn)
    before = [view(Question(store=store)) for view in views]
    contacts = contacts_of([contact(f"wm{place}", name="小雨") for place in range(3)])
    records = conform(
        contacts.select(list_key=pl.int_range(3, dtype=pl.Int64)).with_columns(outcome=pl.lit("kept")), RECORDS
    )
    keyed = contacts.with_columns(contact_key=pl.int_range(3, dtype=pl.Int64))
    nothing = reading([], instant=None, profile="generic-contacts", path="contacts.csv")
    listed = replace(nothing, rows_read=3, records=records, lists={"contacts": conform(keyed, CONTACTS)})
    Store(store, settings=SETTINGS).add([listed], imported_at=NOW)
    assert snapshot(store)[1].height == 8
    for was, view in zip(before, views, strict=True):
        is_now = view(Question(store=store))
        assert was.summary == is_now.summary
        assert all(table.equals(is_now.tables[name]) for name, table in was.tables.items())


def test_whoever_is_forgotten_goes_from_decisions_too_even_where_a_link_names_the_phone(store: Path) -> None:
    stated = [link("老张", "jd_zhang", platform="jd"), link("老张", "13800138001", account_kind="phone", platform=None)]
    lines = conform(links_of([{**row, "import_id": None} for row in stated]), LINKS)
    records = conform(lines.select(list_key="link_key").with_columns(outcome=pl.lit("kept")), RECORDS)
    nothing = reading([], instant=None, profile="generic-links", path="links.csv")
    kept = Store(store, settings=SETTINGS)
    kept.add([replace(nothing, rows_read=2, records=records, lists={"links": lines})], imported_at=NOW)
    applied(marked(store, lambda _: "same"), store)
    meant = whom("13800138001", store=store, settings=SETTINGS)
    view = forget_customer(meant, store=store, settings=SETTINGS, keep_totals=False, at=NOW)
    assert view.summary["files_with_traces"] == 0
    assert list_identities(store, SETTINGS).tables["links"]["decision"].to_list() == ["same"] * 2


def test_the_same_list_again_brings_nothing_new(store: Path) -> None:
    path = marked(store, lambda _: "same")
    applied(path, store)
    again = applied(path, store).summary
    assert (again["new"], again["updated"], again["unchanged"], again["customers"]) == (0, 0, 2, 3)


def test_an_import_of_decisions_is_listed_and_undone_like_any_other(store: Path) -> None:
    before = snapshot(store)
    number = applied(marked(store, lambda _: "same"), store).summary["import_id"]
    assert Store(store, settings=SETTINGS).imports()["import_id"].to_list() == [1, number]
    Store(store, settings=SETTINGS).undo(number)
    for was, is_now in zip(before, snapshot(store), strict=True):
        assert was.equals(is_now)


def test_an_undo_by_number_and_by_id_is_exact(store: Path) -> None:
    before = snapshot(store)
    path = marked(store, lambda _: "same")
    number = applied(path, store).summary["import_id"]
    merged = snapshot(store)
    ids = list_identities(store, SETTINGS).tables["links"]["link_id"].unique().to_list()
    assert len(ids) == 2
    assert taken_back(ids[0], store).summary["customers"] == 4
    assert taken_back(ids[1], store).summary["links"] == 0
    assert all(was.equals(is_now) for was, is_now in zip(before, snapshot(store), strict=True))
    applied(path, store)
    assert all(was.equals(is_now) for was, is_now in zip(merged, snapshot(store), strict=True))
    taken_back(str(number + 3), store)
    assert all(was.equals(is_now) for was, is_now in zip(before, snapshot(store), strict=True))


def test_those_said_to_be_apart_stay_apart_when_a_phone_would_join_them(store: Path) -> None:
    applied(marked(store, lambda hints: "apart" if "tail" in hints else None), store)
    assert proposed(store)["hints"].to_list() == ["receiver_address"]
    later = [order("6", account="taobao_zhang", phone="13800138001", paid_at=at("2026-05-01"))]
    Store(store, settings=SETTINGS).add([reading(later, instant="2026-05-02")], imported_at=NOW)
    assert snapshot(store)[0].is_empty()
    (apart,) = list_identities(store, SETTINGS).tables["links"]["link_id"].unique().to_list()
    taken_back(apart, store)
    assert snapshot(store)[0].height == 1


def test_a_line_changed_by_hand_is_rejected_and_the_others_go_in(store: Path) -> None:
    path = marked(store, lambda _: "same")
    lines = path.read_text(encoding="utf-8").splitlines()
    other = lines[2].split(",")
    place = lines[0].lstrip("\ufeff").split(",").index("customer_id_1")
    other[place] = "c_aaaaaaaaaaaa"
    path.write_text("\n".join([lines[0], lines[1], ",".join(other)]), encoding="utf-8")
    view = applied(path, store)
    assert (view.summary["same"], view.summary["rejected"]) == (1, 1)
    assert view.notes[0].values["reasons"] == "changed_line 1"
    rejects = Store(store, settings=SETTINGS).rejects(view.summary["import_id"])
    assert rejects.select("row", "column", "reason").rows() == [(3, "proposal", "changed_line")]
    assert "张" not in rejects["cells"].item()


def test_a_list_without_marks_is_an_error(store: Path) -> None:
    failing("no-decisions", DATA, lambda: applied(marked(store, lambda _: None), store))
    assert Store(store, settings=SETTINGS).imports().height == 1


def test_another_file_is_an_error_that_tells_what_is_missing(store: Path) -> None:
    path = store.parent / "orders.csv"
    path.write_text("订单号,金额\n1,2\n", encoding="utf-8")
    problem = failing("missing-column", DATA, lambda: applied(path, store))
    assert problem.values["found"] == "订单号, 金额"


def test_a_folder_is_no_list(store: Path) -> None:
    failing("folder-for-file", USAGE, lambda: applied(store.parent, store))


def test_what_cannot_be_taken_back_is_told(store: Path) -> None:
    failing("unknown-link", USAGE, lambda: taken_back("p_aaaaaaaaaa", store))
    failing("not-links", USAGE, lambda: taken_back("1", store))
    failing("unknown-import", USAGE, lambda: taken_back("9", store))
    number = applied(marked(store, lambda _: "same"), store).summary["import_id"]
    taken_back(str(number), store)
    failing("already-undone", USAGE, lambda: taken_back(str(number), store))


def test_no_store_is_told(tmp_path: Path) -> None:
    for ask in (propose_identities, list_identities):
        failing("no-store", NOTHING, lambda ask=ask: ask(tmp_path / "none", SETTINGS))
