"""`tiers` over time: runs that are kept, tiers held by them, who rose, bounds kept, contacts who never bought."""

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from custtier.errors import USAGE, CusttierError
from custtier.settings import Settings
from custtier.tiering import Tier, TierHysteresis
from custtier.views.view import View
from custtier.workflows.importing import import_files
from custtier.workflows.question import Question
from custtier.workflows.rfm import rfm
from custtier.workflows.show import show
from custtier.workflows.tiers import Listing, tiers

NOW = datetime(2026, 7, 1, 8, tzinfo=UTC)
GOLD = (Tier("gold", spending=100), Tier("silver", spending=50), Tier("rest"))
HEADER = "订单号,日期,金额,客户,状态"
"""Windows of 30 days: ann buys 120 in May, 80 in June, nothing in July; bob 60 in May and 200 in June."""
ORDERS = [
    "1,2026-05-10,120,ann,已付款",
    "2,2026-06-15,80,ann,已付款",
    "3,2026-05-20,60,bob,已付款",
    "4,2026-06-20,200,bob,已付款",
    "5,2026-07-30,30,cat,已付款",
    "6,2026-07-14,20,ann,已付款",
]
MAY, JUNE, JULY = date(2026, 5, 31), date(2026, 6, 30), date(2026, 7, 31)


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the orders, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("imported")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CUSTTIER_SETTINGS", str(folder / "settings"))
        patch.setenv("CUSTTIER_ID_KEY", "a key for tests")
        take_in(folder, "订单.csv", [HEADER, *ORDERS])
    return folder / "store"


@pytest.fixture
def store(imported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store with the orders; settings of its own."""
    monkeypatch.setenv("CUSTTIER_SETTINGS", str(tmp_path / "settings"))
    monkeypatch.setenv("CUSTTIER_ID_KEY", "a key for tests")
    return shutil.copytree(imported, tmp_path / "store")


def take_in(folder: Path, name: str, lines: list[str]) -> None:
    (folder / name).write_text("\n".join(lines), encoding="utf-8")
    import_files(
        [folder / name],
        store=folder / "store",
        settings=Settings(),
        profile=None,
        include=frozenset(),
        strict=False,
        skip_bad_files=False,
        imported_at=NOW,
        progress=None,
    )


def asked(store: Path, day: date, *, runs: int = 0, margin: str | float = 0, **more: object) -> Question:
    settings = Settings(tiers=GOLD, tier_hysteresis=TierHysteresis(runs, margin))
    return Question(store=store, as_of=day, settings=settings, **more)  # type: ignore[arg-type]  # fields of a question


def shown(table: pl.DataFrame, *columns: str) -> dict[str, object]:
    """Name → the value of a column, or the values of several."""
    rows = table.select("name", *columns).rows()
    return {name: values[0] if len(values) == 1 else tuple(values) for name, *values in rows}


def names(store: Path) -> dict[str, str]:
    """Customer id → name, by what they bought."""
    found = tiers(asked(store, JULY)).tables["customers"].select("net_sales", "customer_id").rows()
    called = {22_000: "ann", 26_000: "bob", 3_000: "cat"}
    return {who: called[sales] for sales, who in found}


def by_name(store: Path, table: pl.DataFrame) -> pl.DataFrame:
    return table.with_columns(pl.col("customer_id").replace_strict(names(store)).alias("name"))


def test_a_kept_run_holds_a_tier_until_the_second_run_below_and_tiers_rfm_and_show_agree(store: Path) -> None:
    window = {"window": "30d"}
    tiers(asked(store, MAY, runs=2), keep_at=NOW, **window)
    june = tiers(asked(store, JUNE, runs=2), keep_at=NOW, **window)
    assert shown(by_name(store, june.tables["customers"]), "tier", "tier_now", "runs_below") == {
        "ann": ("gold", "silver", 1),
        "bob": ("gold", "gold", 0),
    }
    (held,) = [note for note in june.notes if note.code == "tiers_held"]
    assert held.values == {"count": 1, "kept_on": MAY}
    counts = dict(june.tables["tiers"].select("tier", "customers").rows())
    assert counts == {"gold": 2, "silver": 0, "rest": 0}
    july = tiers(asked(store, JULY, runs=2), **window)
    assert shown(by_name(store, july.tables["customers"]), "tier", "tier_now") == {
        "ann": ("rest", "rest"),
        "cat": ("rest", "rest"),
    }


def test_asking_again_on_the_day_of_a_kept_run_says_the_same(store: Path) -> None:
    window = {"window": "30d"}
    tiers(asked(store, MAY, runs=2), keep_at=NOW, **window)
    first = tiers(asked(store, JUNE, runs=2), keep_at=NOW, **window)
    again = tiers(asked(store, JUNE, runs=2), keep_at=NOW, **window)
    assert first.tables["customers"].equals(again.tables["customers"])


def held_in_june(store: Path) -> Question:
    """A question as of June in which bob is held in silver."""
    tiers(asked(store, MAY, margin="60%"), keep_at=NOW)
    # a refund takes bob's 60 to 40: below silver, and within 60 % of it
    changed = ["3,2026-05-20,60,bob,已付款,20", "4,2026-06-20,200,bob,已关闭,"]
    take_in(store.parent, "五月.csv", [f"{HEADER},退款金额", *changed])
    return asked(store, JUNE, margin="60%")


def test_a_tag_by_tier_means_the_tier_that_is_held(store: Path) -> None:
    question = held_in_june(store)
    settings = replace(question.settings, tags=("stays when tier = 'silver'",))
    tagged = tiers(replace(question, settings=settings, tags=("stays",)))
    assert tagged.tables["customers"].get_column("net_sales").to_list() == [4_000]
    assert "tiers_not_held" in [note.code for note in tagged.notes]


def test_prospects_have_no_tags_of_customers(store: Path) -> None:
    settings = Settings(tags=("all when order_count >= 1",))
    question = Question(store=store, settings=settings, tags=("all",))
    with pytest.raises(CusttierError) as caught:
        tiers(question, listing=Listing(prospects=True))
    assert (caught.value.code, caught.value.exit_code) == ("prospects-with-tag", USAGE)


def test_rfm_and_show_say_the_tier_that_tiers_holds(store: Path) -> None:
    question = asked(store, JUNE, margin="60%")
    tiers(asked(store, MAY, margin="60%"), keep_at=NOW)
    # refunds of June take bob's 60 to 40: below silver, and within 60 % of it
    take_in(
        store.parent,
        "五月.csv",
        [f"{HEADER},退款金额", "3,2026-05-20,60,bob,已付款,20", "4,2026-06-20,200,bob,已关闭,"],
    )
    customers = tiers(question).tables["customers"]
    assert dict(customers.select("net_sales", "tier").rows()) == {20_000: "gold", 4_000: "silver"}
    assert dict(customers.select("net_sales", "tier_now").rows()) == {20_000: "gold", 4_000: "rest"}
    scored = rfm(question).tables["customers"]
    assert dict(scored.select("net_sales", "tier").rows()) == {20_000: "gold", 4_000: "silver"}
    near = tiers(question, listing=Listing(within="100%")).tables["near"]
    assert near.select("tier", "next_tier", "needed_sales").rows() == [("silver", "gold", 6_000)]
    for who, tier in customers.select("customer_id", "tier").rows():
        card = show(who, question, lang="en")
        assert isinstance(card, View)
        assert card.tables["customer"].get_column("tier").item() == tier


def test_a_part_of_the_orders_is_never_held_and_never_kept(store: Path) -> None:
    part = asked(store, JUNE, runs=2, since=date(2026, 6, 1))
    assert "tiers_not_held" in [note.code for note in tiers(part).notes]
    with pytest.raises(CusttierError) as caught:
        tiers(part, keep_at=NOW)
    assert (caught.value.code, caught.value.exit_code) == ("keep-needs-store", USAGE)


def test_without_a_kept_run_nobody_is_held_and_a_note_says_so(store: Path) -> None:
    view = tiers(asked(store, JUNE, runs=2))
    assert "no_kept_run" in [note.code for note in view.notes]
    assert (
        view.tables["customers"]
        .get_column("tier")
        .equals(view.tables["customers"].get_column("tier_now").alias("tier"))
    )


def test_runs_of_another_window_are_others(store: Path) -> None:
    tiers(asked(store, MAY, runs=2), keep_at=NOW, window="30d")
    assert "no_kept_run" in [note.code for note in tiers(asked(store, JUNE, runs=2), window="60d").notes]


def test_who_rose_and_who_fell_since_a_day_and_since_a_kept_run(store: Path) -> None:
    by_day = tiers(asked(store, JUNE), window="30d", listing=Listing(compared_with="2026-05-31"))
    columns = ("tier_then", "tier", "net_sales_then", "net_sales")
    assert shown(by_name(store, by_day.tables["risen"]), *columns) == {"bob": ("silver", "gold", 6_000, 20_000)}
    assert shown(by_name(store, by_day.tables["fallen"]), *columns) == {"ann": ("gold", "silver", 12_000, 8_000)}
    assert list(by_day.tables) == ["risen", "fallen", "tiers"]
    tiers(asked(store, MAY), keep_at=NOW, window="30d")
    by_run = tiers(asked(store, JUNE), window="30d", listing=Listing(risen=True))
    assert shown(by_name(store, by_run.tables["risen"]), *columns) == {"bob": ("silver", "gold", None, 20_000)}
    assert by_run.parameters["compared_with"] == "2026-05-31"


def test_newcomers_rise_above_the_last_tier_only_and_who_is_gone_has_fallen(store: Path) -> None:
    view = tiers(asked(store, JULY), window="30d", listing=Listing(compared_with="2026-06-30"))
    assert view.tables["risen"].is_empty()
    assert shown(by_name(store, view.tables["fallen"]), "tier_then", "tier") == {
        "bob": ("gold", None),
        "ann": ("silver", "rest"),
    }
    assert (view.summary["new_customers"], view.summary["gone_customers"]) == (1, 1)


@pytest.mark.parametrize(
    ("listing", "code"),
    [
        (Listing(risen=True), "no-kept-run"),
        (Listing(compared_with="2026-06-30"), "compared-too-late"),
        (Listing(compared_with="soon"), "bad-day"),
        (Listing(near=True, prospects=True), "one-list"),
        (Listing(ahead="30d", within="5%"), "slipping-needs-window"),
    ],
)
def test_a_list_that_cannot_be_made_is_refused(store: Path, listing: Listing, code: str) -> None:
    with pytest.raises(CusttierError) as caught:
        tiers(asked(store, JUNE), listing=listing)
    assert (caught.value.code, caught.value.exit_code) == (code, USAGE)


def test_kept_bounds_stand_still_and_say_how_far_tiers_have_drifted(store: Path) -> None:
    ranked = Question(store=store, as_of=MAY)
    kept = tiers(ranked, freeze=True)
    assert kept.notes[-1].values == {"file": "tier-cuts.json"}
    later = tiers(Question(store=store, as_of=JULY), cuts="frozen")
    assert dict(later.tables["customers"].select("net_sales", "tier").rows()) == {
        26_000: "core",
        22_000: "core",
        3_000: "regular",
    }
    (drift,) = [note for note in later.notes if note.code == "frozen_tiers"]
    assert drift.values == {"frozen_on": MAY, "changed": 1, "count": 3}
    table = later.tables["tiers"].select("tier", "customers", "customer_share_then").rows()
    assert table == [("core", 2, 0.5), ("important", 0, 0.0), ("growing", 0, 0.0), ("regular", 1, 0.5)]


def test_near_a_kept_bound_is_what_is_missing_to_it(store: Path) -> None:
    tiers(Question(store=store, as_of=MAY), freeze=True)
    question = Question(store=store, as_of=JULY)
    near = tiers(question, cuts="frozen", listing=Listing(within="100%")).tables["near"]
    assert near.select("net_sales", "next_tier", "needed_sales").rows() == [(3_000, "core", 9_000)]
    for more, tier in ((90, "core"), (89.99, "regular")):
        take_in(store.parent, f"{more}.csv", [HEADER, f"9,2026-07-31,{more},cat,已付款"])
        table = tiers(question, cuts="frozen").tables["customers"]
        assert dict(table.select("net_sales", "tier").rows())[3_000 + round(more * 100)] == tier


@pytest.mark.parametrize(
    ("question", "more", "code"),
    [
        ({}, {"cuts": "frozen"}, "no-frozen-cuts"),
        ({}, {"cuts": "fixed"}, "unknown-cuts"),
        ({}, {"cuts": "frozen", "freeze": True}, "freeze-frozen"),
    ],
)
def test_bounds_that_are_not_kept_are_refused(store: Path, question: dict, more: dict, code: str) -> None:
    with pytest.raises(CusttierError) as caught:
        tiers(asked(store, JUNE, **question), **more)
    assert (caught.value.code, caught.value.exit_code) == (code, USAGE)


def test_kept_bounds_of_other_tiers_or_another_window_are_refused(store: Path, tmp_path: Path) -> None:
    tiers(asked(store, JUNE), freeze=True)
    for question, window, code in (
        (Question(store=store), None, "frozen-other-tiers"),
        (asked(store, JULY), "30d", "frozen-otherwise"),
    ):
        with pytest.raises(CusttierError) as caught:
            tiers(question, cuts="frozen", window=window)
        assert (caught.value.code, caught.value.exit_code) == (code, USAGE)
    path = tmp_path / "settings" / "tier-cuts.json"
    for broken in ("", "{}", path.read_text().replace("10000", '"10000"'), path.read_text().replace("10000", "1")):
        path.write_text(broken)
        with pytest.raises(CusttierError) as caught:
            tiers(asked(store, JULY), cuts="frozen")
        assert caught.value.code == "bad-frozen-cuts"


def test_contacts_who_never_bought_are_prospects(store: Path) -> None:
    take_in(store.parent, "六月.csv", ["订单号,日期,金额,手机号,状态", "9,2026-06-01,5,13911112222,已付款"])
    rows = [
        "微信号,昵称,手机号,添加时间,添加人",
        "wx_fay,菲,13911112222,2026-05-01,小林",
        "wx_dan,丹,,2026-06-02,小林",
        "wx_eve,伊,,2026-07-03,阿敏",
        "wx_dan,丹,,2026-06-09,阿敏",
        ",没有号,,2026-06-09,阿敏",
    ]
    take_in(store.parent, "通讯录.csv", rows)
    view = tiers(asked(store, JUNE))
    assert view.tables["tiers"].rows()[-1] == ("prospect", 1, None, None, None, None)
    late = tiers(asked(store, JULY), listing=Listing(prospects=True))
    table = late.tables["prospects"]
    assert table.select("tier", "agent", "added_on").rows() == [
        ("prospect", "阿敏", date(2026, 7, 3)),
        ("prospect", "阿敏", date(2026, 6, 9)),
    ]
    assert late.summary["prospect_customers"] == 2
    assert late.tables["tiers"].rows()[-1][:2] == ("prospect", 2)
    assert late.notes[-1].values == {"count": 1}
    # whoever bought before a filter's days is no prospect
    filtered = tiers(asked(store, JULY, since=date(2026, 7, 20)), listing=Listing(prospects=True))
    assert filtered.summary["prospect_customers"] == 2
    assert tiers(asked(store, JULY, since=date(2026, 7, 20))).tables["tiers"].height == len(GOLD)


def test_runs_by_kept_bounds_are_others(store: Path) -> None:
    tiers(asked(store, MAY, runs=2), freeze=True, keep_at=NOW)
    assert "no_kept_run" in [note.code for note in tiers(asked(store, JUNE, runs=2), cuts="frozen").notes]
    tiers(asked(store, MAY, runs=2), cuts="frozen", keep_at=NOW)
    assert "no_kept_run" not in [note.code for note in tiers(asked(store, JUNE, runs=2), cuts="frozen").notes]


def test_orders_leave_the_window_with_their_refunds_or_not_at_all(store: Path) -> None:
    question = asked(store, JUNE, refund_basis="refund")
    with pytest.raises(CusttierError) as caught:
        tiers(question, window="30d", listing=Listing(slipping=True))
    assert (caught.value.code, caught.value.exit_code) == ("slipping-by-order-day", USAGE)
