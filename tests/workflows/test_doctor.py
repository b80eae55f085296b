"""Each check of `doctor`: a file that has the trouble, and one that has none."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from custtier.errors import NOTHING, CusttierError
from custtier.rules import Rule
from custtier.settings import Settings
from custtier.text.checks import FOUND, HINTS
from custtier.views.health.days import old_exports
from custtier.views.health.money import overlapping_bills
from custtier.views.health.repeats import twice_over_sources
from custtier.views.view import View
from custtier.workflows.doctor import doctor
from custtier.workflows.importing import import_files, undo_import
from custtier.workflows.question import Question

TODAY = date(2026, 6, 30)
HEADER = "订单号,下单时间,金额,退款金额,客户,手机号,姓名,币种,状态\n"


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUSTTIER_SETTINGS", str(tmp_path / "settings"))
    monkeypatch.setenv("CUSTTIER_ID_KEY", "doctor")


def row(number: int, **other: object) -> str:
    """One sound order: a day each, a customer each three orders."""
    at = datetime(2026, 1, 1, 14, 7, tzinfo=UTC) + timedelta(days=number % 150, minutes=number)
    sound = {
        "id": f"2026{number:06}",
        "at": f"{at:%Y-%m-%d %H:%M:%S}",
        "amount": f"{50 + number % 40}.00",
        "refund": "",
        "who": f"u{number // 3}",
        "phone": f"138{number // 3:08}",
        "name": "张三",
        "currency": "CNY",
        "state": "已付款",
    }
    return ",".join(str(value) for value in {**sound, **other}.values())


SOUND = [row(number) for number in range(300)]


def examined(folder: Path, *lines: str, **settings: object) -> View:
    path = folder / "orders.csv"
    path.write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")
    question = Question(files=(path,), settings=replace(Settings(), **settings))
    return doctor(question, today=TODAY)


def finding(view: View, check: str) -> Mapping[str, object]:
    found: Mapping[str, object] = view.tables["checks"].row(by_predicate=_is(check), named=True)
    return found


def _is(check: str) -> pl.Expr:
    return pl.col("check") == check


def test_a_sound_export_is_well_in_every_check(tmp_path: Path) -> None:
    view = examined(tmp_path, *SOUND)
    assert view.tables["checks"].filter(status="ok").height == view.tables["checks"].height
    assert view.summary["bad"] == view.summary["look"] == 0
    # a store has one more: the imports themselves
    assert set(view.tables["checks"]["check"]) == set(FOUND) - {"imports"}


@pytest.mark.parametrize(
    ("check", "lines", "status", "count"),
    [
        ("rejected_rows", [row(900, amount="ten")], "look", 1),
        ("rejected_rows", [row(900 + n, amount="ten") for n in range(20)], "bad", 20),
        ("unknown_statuses", [row(900, state="飞走了")], "bad", 1),
        ("damaged_ids", [row(900, id="1.23457E+17")], "bad", 1),
        ("damaged_ids", [row(900, phone="1.39123E+10"), row(901, phone="13912345678.0")], "bad", 1),
        (
            "damaged_ids",
            [row(900 + n, at=f"2026-06-0{1 + n} 10:00:00", id=f"{20260000001 + n}00000000") for n in range(9)],
            "bad",
            9,
        ),
        ("future_days", [row(900, at="2026-07-02 10:00:00")], "bad", 1),
        ("mixed_currencies", [row(900, currency="USD")], "look", 2),
        ("without_money", [row(900 + n, amount="0") for n in range(5)], "look", 5),
        ("undated_refunds", [row(900 + n, refund="10") for n in range(20)], "look", 20),
        ("nobodys_orders", [row(900 + n, who="", phone="138****0001") for n in range(20)], "look", 20),
        ("nobodys_orders", [row(900 + n, who="", phone="") for n in range(200)], "bad", 200),
        ("masked_phones", [row(900 + n, phone="138****0001") for n in range(310)], "look", 310),
        ("lent_phones", [row(900 + n, phone="13800000001-1234") for n in range(310)], "look", 310),
        ("outliers", [row(900, amount="99999")], "look", 1),
        ("duplicates", [row(7, id="x1"), row(9, id="x2")], "look", 2),
        ("shared_phones", [row(900 + 3 * n, phone="13957021834") for n in range(4)], "look", 1),
        ("wholesale", [row(900, amount="99999")], "look", 1),
    ],
)
def test_a_trouble_is_found_and_counted(tmp_path: Path, check: str, lines: list[str], status: str, count: int) -> None:
    found = finding(examined(tmp_path, *SOUND, *lines), check)
    assert (found["status"], found["count"]) == (status, count)
    assert found["detail"]
    assert found["hint"]


def test_a_hole_of_a_week_is_found_and_told_by_its_days(tmp_path: Path) -> None:
    busy = [row(number, id=f"b{number}", who=f"v{number}") for number in range(600)]
    kept = [line for line in (*SOUND, *busy) if not "2026-03-10" <= line.split(",")[1][:10] <= "2026-03-16"]
    found = finding(examined(tmp_path, *kept), "date_gaps")
    assert (found["status"], found["count"]) == ("look", 1)
    assert "2026-03-10 – 2026-03-16" in str(found["detail"])


def test_the_days_after_a_lone_first_order_are_no_hole(tmp_path: Path) -> None:
    opened = [row(n, id=f"d{n}", at=f"2026-{n // 28 + 3:02}-{1 + n % 28:02} 10:00:00") for n in range(1, 50)]
    first = row(0, id="first", at="2026-01-20 10:00:00")
    assert finding(examined(tmp_path, first, *opened), "date_gaps")["status"] == "ok"


def test_closed_sundays_are_no_holes(tmp_path: Path) -> None:
    busy = [row(number, id=f"b{number}", who=f"v{number}") for number in range(1500)]
    kept = [line for line in busy if datetime.fromisoformat(line.split(",")[1]).weekday() != 6]
    assert finding(examined(tmp_path, *kept), "date_gaps")["status"] == "ok"


def test_times_of_another_zone_are_noticed(tmp_path: Path) -> None:
    asleep = [row(number, at=f"2026-02-{1 + number % 28:02} 0{2 + number % 5}:30:00") for number in range(100)]
    assert finding(examined(tmp_path, *asleep), "odd_hours")["status"] == "look"


def test_days_without_a_time_are_neither_night_nor_repeats(tmp_path: Path) -> None:
    view = examined(tmp_path, *(row(n, at=f"2026-02-{1 + n % 28:02}", who="u1", amount="5.00") for n in range(100)))
    assert finding(view, "odd_hours")["status"] == "ok"
    assert finding(view, "duplicates")["status"] == "ok"


def test_the_same_orders_in_two_sources_are_noticed() -> None:
    rows = {
        "order_key": [1, 2, 3, 4, 5, 6],
        "source": ["taobao-orders", "erp", "taobao-orders", "erp", "erp", "erp"],
        "order_id": ["3141592653589793238", "3141592653589793238", "2718281828459045235", "e-4", "e-5", "e-5"],
        "phone": ["13957021834", None, "13957021835", "13957021835", "13957021836", "13957021836"],
        "phone_kind": ["full", None, "full", "full", "full", "full"],
        "gross": [100, 100, 250, 250, 70, 70],
        "ordered_on": [date(2026, 1, 1)] * 6,
    }
    found = twice_over_sources(pl.DataFrame(rows).lazy(), numbers=pl.DataFrame(rows).lazy(), every=6)
    # 1 and 2 share their number, 3 and 4 phone, amount and day; 5 and 6 stand in one source
    assert (found.status, found.count) == ("bad", 2)


def test_a_bill_beside_shop_orders_of_the_same_days_is_noticed() -> None:
    days = [date(2026, 1, 1), date(2026, 1, 31), date(2026, 1, 15), date(2026, 2, 15)]
    rows = {
        "source": ["youzan-orders", "youzan-orders", "wechatpay-merchant", "wechatpay-merchant"],
        "kind": ["order", "order", "payment", "payment"],
        "ordered_on": days,
        "orders": [10, 10, 7, 5],
    }
    found = overlapping_bills(pl.DataFrame(rows))
    assert (found.status, found.count, found.share) == ("bad", 7, 7 / 12)


def test_an_export_that_ends_early_is_noticed_and_a_slow_shop_is_not() -> None:
    day = pl.date_range(date(2026, 1, 1), date(2026, 3, 31), eager=True)
    late = pl.date_range(date(2026, 1, 1), date(2026, 2, 28), eager=True)
    frames = [
        pl.DataFrame({"ordered_on": day}).with_columns(source=pl.lit("youzan-orders"), orders=pl.lit(9)),
        pl.DataFrame({"ordered_on": late}).with_columns(source=pl.lit("jd-orders"), orders=pl.lit(3)),
        pl.DataFrame({"ordered_on": late.gather_every(30)}).with_columns(source=pl.lit("generic"), orders=pl.lit(1)),
    ]
    found = old_exports(pl.concat(frames, how="vertical_relaxed"))
    assert (found.status, found.count, found.values["profiles"]) == ("look", 1, [("jd-orders", "2026-02-28")])


def test_the_worst_stands_first_and_what_is_well_says_nothing(tmp_path: Path) -> None:
    view = examined(tmp_path, *SOUND, row(900, state="飞走了"), row(901, currency="USD"))
    statuses = view.tables["checks"]["status"].to_list()
    assert statuses == sorted(statuses, key=["bad", "look", "ok"].index)
    assert statuses[0] == "bad"
    assert view.tables["checks"].filter(status="ok")["hint"].null_count() == statuses.count("ok")


def test_no_check_lacks_its_hint() -> None:
    assert set(FOUND) - set(HINTS) == {"imports", "exclusions"}


def test_exclusions_are_counted(tmp_path: Path) -> None:
    rules = (Rule(name="a", amount_at_least=1), Rule(name="b", on=False, zero_amount=True))
    found = finding(examined(tmp_path, *SOUND, exclusions=rules), "exclusions")
    assert (found["status"], found["count"], found["detail"]) == ("ok", 2, "exclusions switched on: 1 of 2")


class TestStore:
    """The same on a store."""

    def imported(self, folder: Path, *texts: str) -> Question:
        for number, text in enumerate(texts):
            (folder / f"{number}.csv").write_text(text, encoding="utf-8")
            import_files(
                [folder / f"{number}.csv"],
                store=folder / "store",
                settings=Settings(),
                imported_at=datetime(2026, 6, 1, tzinfo=UTC),
            )
        return Question(store=folder / "store")

    def test_the_checks_are_those_of_the_files(self, tmp_path: Path) -> None:
        text = HEADER + "\n".join([*SOUND, row(900, state="飞走了"), row(901, amount="0")]) + "\n"
        stored = doctor(self.imported(tmp_path, text), today=TODAY).tables["checks"]
        read = doctor(Question(files=(tmp_path / "0.csv",)), today=TODAY).tables["checks"]
        same = ["check", "status", "count", "share"]
        assert stored.filter(~_is("imports")).select(same).equals(read.select(same))

    def test_a_file_that_came_twice_under_another_name_is_told(self, tmp_path: Path) -> None:
        text = HEADER + "\n".join(SOUND) + "\n"
        view = doctor(self.imported(tmp_path, text, text), today=TODAY)
        found = finding(view, "repeated_files")
        assert (found["status"], found["count"]) == ("look", 1)
        assert "1.csv" in str(found["detail"])

    def test_undone_imports_are_counted_and_nothing_else_of_them(self, tmp_path: Path) -> None:
        question = self.imported(tmp_path, HEADER + "\n".join(SOUND) + "\n", HEADER + row(900, state="飞走了") + "\n")
        undo_import(tmp_path / "store", Settings(), 2, datetime(2026, 6, 2, tzinfo=UTC))
        view = doctor(question, today=TODAY)
        assert "undone: 1" in str(finding(view, "imports")["detail"])
        assert finding(view, "unknown_statuses")["count"] == 0

    def test_no_store_ends_with_the_code_for_nothing(self, tmp_path: Path) -> None:
        with pytest.raises(CusttierError) as caught:
            doctor(Question(store=tmp_path / "none"), today=TODAY)
        assert caught.value.exit_code == NOTHING
