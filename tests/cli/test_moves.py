"""`moves` on a shop of sixty customers: what it prints in both languages at two widths, its days, its errors."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from cli.conftest import Ended
from custtier.errors import FAIL_ON, NOTHING, USAGE
from custtier.settings import load_settings
from custtier.workflows.importing import import_files

Custtier = Callable[..., Ended]
HEAD = "订单号,日期,金额,客户,姓名,手机号,状态"


def row(number: str, day: date, amount: str, place: int) -> str:
    return f"{number},{day},{amount},c{place:02},客{place:02},138000000{place:02},已付款"


def lines() -> list[str]:
    """Sixty customers: the further down, the longer ago and the less; every third bought again, every tenth in June."""
    rows = [HEAD]
    for place in range(60):
        for again in range(1 + (place % 3 == 0) * (1 + place % 5)):
            day = date(2026, 5, 31) - timedelta(days=6 * place + 40 * again)
            rows.append(row(f"B{place:02}{again}", day, f"{3000 - 45 * place}.{place % 10}0", place))
        if place % 10 == 5:
            rows.append(row(f"J{place:02}", date(2026, 6, 1) + timedelta(days=place // 2), "1800.00", place))
    return rows


@pytest.fixture
def orders(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shop's export in the working directory, so that its path is short."""
    monkeypatch.chdir(home)
    (home / "订单.csv").write_text("\n".join(lines()), encoding="utf-8")
    return Path("订单.csv")


OPTIONS = {
    "tiers": ("2026-05-31", "--limit", 8),
    "classes": ("last-month", "--by", "segment", "--limit", 6),
    "window": ("30d", "--window", "120d", "--limit", 5),
}


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [80, 140])
@pytest.mark.parametrize("option", OPTIONS)
def test_what_moves_prints(
    custtier: Custtier,
    orders: Path,
    snapshot: Callable,
    monkeypatch: pytest.MonkeyPatch,
    option: str,
    width: int,
    lang: str,
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    first, *more = OPTIONS[option]
    snapshot(f"moves-{option}-{width}-{lang}", custtier("moves", first, orders, *more, "--lang", lang))


def asked(custtier: Custtier, *words: object) -> dict:
    ended = custtier("moves", *words, "--format", "json")
    assert ended.code == 0, ended.err
    return json.loads(ended.out)


def test_the_second_day_is_the_last_one_unless_it_is_named_in_either_way(custtier: Custtier, orders: Path) -> None:
    view = asked(custtier, "2026-05-31", orders)
    assert (view["parameters"]["from"], view["parameters"]["to"], view["as_of"]) == (
        "2026-05-31",
        "2026-06-28",
        "2026-06-28",
    )
    named = asked(custtier, "2026-04-30", "2026-05-31", orders)
    assert named["parameters"]["to"] == "2026-05-31"
    assert named["tables"] == asked(custtier, "2026-04-30", orders, "--as-of", "2026-05-31")["tables"]


@pytest.mark.parametrize(
    ("first", "day"),
    [("28d", "2026-05-31"), ("last-month", "2026-05-31"), ("上季末", "2026-03-31"), ("last-year", "2025-12-31")],
)
def test_the_first_day_may_be_a_word(custtier: Custtier, orders: Path, first: str, day: str) -> None:
    assert asked(custtier, first, orders)["parameters"]["from"] == day


def test_the_first_day_may_be_an_empty_shop(custtier: Custtier, orders: Path) -> None:
    summary = asked(custtier, "2020-01-01", orders)["summary"]
    assert (summary["customers_then"], summary["newcomers"], summary["movers"]) == (0, 60, 60)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("yesterday",), "bad-first-day"),
        (("0d",), "bad-first-day"),
        (("99999d",), "bad-first-day"),
        (("2026-05-31", "2026-06-31"), "bad-day"),
        (("2026-05-31", "nothing.csv"), "bad-day"),
        (("2026-05-31", "2026-06-10", "--as-of", "2026-06-11"), "two-last-days"),
        (("2026-05-31", "2026-05-30"), "moves-backwards"),
        (("2026-05-31", "--by", "tier", "--scheme", "grid10"), "classes-only"),
        (("2026-05-31", "--by", "tier", "--cuts", "fixed"), "classes-only"),
        (("2026-05-31", "--cuts", "frozen"), "no-frozen-cuts"),
        (("2026-05-31", "--by", "segment", "--cuts", "frozen"), "no-frozen-cuts"),
        (("2026-05-31", "--scheme", "none"), "unknown-scheme"),
        (("2026-05-31", "--window", "x"), "bad-window"),
        (("2026-05-31", "--from-known-on", "2026-06-01"), "files-have-no-past"),
        (("2026-05-31", "--refund-basis", "refund"), "no-period"),
        (("2026-05-31", "--by", "segment", "--fail-on", "risen>0"), "unknown-figure"),
    ],
)
def test_what_means_nothing_is_refused(custtier: Custtier, orders: Path, words: tuple[str, ...], code: str) -> None:
    days = [word for word in words[:2] if not word.startswith("-")]
    ended = custtier("moves", *days, orders, *words[len(days) :])
    assert ended.code == USAGE
    assert f"error[{code}]" in ended.err


def test_too_few_to_be_classed_and_no_purchase_at_all_are_nothing(custtier: Custtier, orders: Path) -> None:
    assert custtier("moves", "2025-06-01", orders, "--by", "segment").code == NOTHING
    assert custtier("moves", "2019-01-01", "2020-01-01", orders).code == NOTHING


def test_a_condition_may_ask_how_many_fell(custtier: Custtier, orders: Path) -> None:
    assert custtier("moves", "2026-05-31", orders, "--fail-on", "fallen>0", "--quiet").code == FAIL_ON
    assert custtier("moves", "2026-05-31", orders, "--fail-on", "fallen>50", "--quiet").code == 0


def test_kept_bounds_of_tiers_do_not_move(custtier: Custtier, orders: Path) -> None:
    assert custtier("tiers", orders, "--as-of", "2026-05-31", "--freeze").code == 0
    view = asked(custtier, "2026-05-31", orders, "--cuts", "frozen")
    causes = {row["cause"]: row["customers"] for row in view["tables"]["causes"]}
    assert causes["cuts_moved"] == 0 and causes["bought"] == view["summary"]["movers"] > 0
    assert view["summary"]["fallen"] == 0


def test_who_is_held_in_a_tier_is_told_of(custtier: Custtier, orders: Path, home: Path) -> None:
    (home / "settings").mkdir(exist_ok=True)
    (home / "settings" / "settings.toml").write_text('[tier_hysteresis]\nmargin = "10%"\n', encoding="utf-8")
    codes = [note["code"] for note in asked(custtier, "2026-05-31", orders)["notes"]]
    assert "nobody_held" in codes
    assert "nobody_held" not in [
        note["code"] for note in asked(custtier, "2026-05-31", orders, "--by", "segment")["notes"]
    ]


def test_every_table_can_be_asked_for(custtier: Custtier, orders: Path) -> None:
    heads = {
        "customers": "customer_id,name,phone,moved_from,moved_to,direction,cause,cause_share",
        "matrix": "moved_from,segment.core,segment.important,segment.growing,segment.regular,segment.no_purchase",
        "pairs": "moved_from,moved_to,customers,net_sales_then,net_sales",
        "causes": "cause,customers,share,risen,fallen,net_sales_then,net_sales",
    }
    for table, head in heads.items():
        ended = custtier("moves", "2026-05-31", orders, "--format", "csv", "--table", table)
        assert ended.out.startswith(f"{head}"), table


def imported(path: Path, *, at: datetime) -> None:
    import_files([path], store=path.parent / "store", settings=load_settings(), imported_at=at)


def test_what_later_imports_changed_about_the_first_day_is_a_cause(custtier: Custtier, home: Path) -> None:
    amounts = {1: "100.00", 2: "90.00", 3: "80.00", 4: "70.00", 5: "60.00"}
    first = [HEAD, *(row(f"A{place}", date(2026, 5, 20), amount, place) for place, amount in amounts.items())]
    (home / "may.csv").write_text("\n".join(first), encoding="utf-8")
    imported(home / "may.csv", at=datetime(2026, 6, 2, 4, tzinfo=UTC))
    later = [HEAD, row("B5", date(2026, 5, 25), "500.00", 5), row("B4", date(2026, 6, 10), "400.00", 4)]
    (home / "june.csv").write_text("\n".join(later), encoding="utf-8")
    imported(home / "june.csv", at=datetime(2026, 7, 2, 4, tzinfo=UTC))
    words = ("2026-05-31", "2026-06-30", "--format", "json", "--from-known-on")
    found = json.loads(custtier("moves", *words, "2026-06-02").out)
    moved = {
        one["customer_id"]: (one["moved_from"], one["moved_to"], one["cause"]) for one in found["tables"]["customers"]
    }
    assert sorted(moved.values()) == [
        ("core", "growing", "data_changed"),
        ("growing", "regular", "cuts_moved"),
        ("growing", "regular", "data_changed"),
        ("regular", "core", "data_changed"),
        ("regular", "growing", "bought"),
    ]
    assert found["parameters"]["from_known_on"] == "2026-06-02"
    everything = json.loads(custtier("moves", *words, "2026-07-02").out)
    assert "data_changed" not in {one["cause"] for one in everything["tables"]["customers"]}
    ended = custtier("moves", *words, "2026-06-01")
    assert (ended.code, "nothing-known-yet" in ended.err) == (NOTHING, True)


def test_a_tag_of_the_second_day_holds_on_both_days(custtier: Custtier, home: Path) -> None:
    first = [HEAD, *(row(f"A{place}", date(2026, 5, 20), f"{100 - place}.00", place) for place in range(4))]
    (home / "may.csv").write_text("\n".join(first), encoding="utf-8")
    imported(home / "may.csv", at=datetime(2026, 6, 2, 4, tzinfo=UTC))
    (home / "tags.csv").write_text("客户编号,标签,操作\nc01,茶友,添加\nc03,茶友,添加\n", encoding="utf-8")
    later = [HEAD, row("B3", date(2026, 5, 25), "500.00", 3), row("B2", date(2026, 6, 10), "400.00", 2)]
    (home / "june.csv").write_text("\n".join(later), encoding="utf-8")
    for name in ("tags.csv", "june.csv"):
        imported(home / name, at=datetime(2026, 7, 2, 4, tzinfo=UTC))
    words = ("2026-05-31", "2026-06-30", "--tag", "茶友", "--from-known-on", "2026-06-02", "--all", "--format", "json")
    found = json.loads(custtier("moves", *words).out)["tables"]["customers"]
    assert sorted((one["net_sales_then"], one["net_sales"], one["cause"]) for one in found) == [
        (97.0, 597.0, "data_changed"),
        (99.0, 99.0, "data_changed"),
    ]
