"""`exclusions`, `exclusions test` and `doctor` from their words to what they print; rules that mean nothing."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Ended
from custtier.cli.main import run
from custtier.errors import FAIL_ON, NOTHING, USAGE

Custtier = Callable[..., Ended]

SETTINGS = """[[exclusions]]
name = "批发"
amount_at_least = "5000"

[[exclusions]]
name = "员工"
staff_list = "staff.csv"

[[exclusions]]
name = "刷单"
on = false
detector = "brushed"
"""


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The export and a store that holds it, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "订单.csv").write_text(export_text(), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("CUSTTIER_SETTINGS", str(folder / "settings"))
        patch.setenv("CUSTTIER_ID_KEY", "a key for tests")
        assert run(["import", "订单.csv", "--quiet", "--store", str(folder / "store")]) == 0
    return folder


@pytest.fixture
def export(made: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The export in the working directory, so that its path is short."""
    monkeypatch.chdir(home)
    shutil.copy(made / "订单.csv", home)
    return Path("订单.csv")


@pytest.fixture
def shop(export: Path, made: Path, home: Path) -> Path:
    """The same, imported."""
    shutil.copytree(made / "store", home / "store")
    return export


def export_text() -> str:
    """Three months of a small shop: a reseller, somebody who works here, six orders to one door in a day."""
    rows = ["订单号,下单时间,金额,客户,手机号,姓名,地址,商品,数量,状态"]
    for number in range(120):
        day = f"2026-{1 + number % 3:02}-{1 + number // 3 % 28:02}"
        who = number // 2
        at = f"{day} {9 + number % 12:02}:{number % 60:02}:00"
        rows.append(
            f"A{number:03},{at},{40 + number % 30},u{who},1395702{who:04},李四,文山路{who}号2幢101室,茶,1,已付款"
        )
    rows.append("B001,2026-02-03 10:00:00,8800,shop88,13957029001,王总,武山路9号2幢101室,茶,100,已付款")
    rows.append("B002,2026-02-04 10:00:00,55,amy,13957029002,店长,武山路8号2幢101室,茶,1,已付款")
    for number, called in enumerate("一二三四五六"):
        at = f"2026-01-1{number // 3} 1{number}:10:00"
        who = f"x{number}y,1395703{number:04},张{called}"
        rows.append(f"C{number:03},{at},39,{who},文海路7号2幢502室,杯,1,已付款")
    rows.append("D001,2026-03-05 10:00:00,55,amy2,13957029005,赵六,武山路7号2幢101室,茶,1,飞走了")
    return "\n".join(rows) + "\n"


def write(home: Path, text: str) -> None:
    (home / "settings").mkdir(exist_ok=True)
    (home / "settings" / "settings.toml").write_text(text, encoding="utf-8")
    (home / "settings" / "staff.csv").write_text("手机号\n13957029002\n", encoding="utf-8")


@pytest.mark.parametrize("lang", ["en", "zh"])
class TestSnapshots:
    """What each command prints on eighty columns."""

    @pytest.fixture(autouse=True)
    def _narrow(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("COLUMNS", "80")
        write(home, SETTINGS)

    def test_exclusions(self, custtier: Custtier, shop: Path, snapshot: Callable, lang: str) -> None:
        snapshot(f"exclusions-{lang}", custtier("exclusions", "--lang", lang))

    def test_exclusions_test(self, custtier: Custtier, shop: Path, snapshot: Callable, lang: str) -> None:
        snapshot(f"exclusions-test-{lang}", custtier("exclusions", "test", "--lang", lang))

    def test_exclusions_test_of_one_rule(self, custtier: Custtier, export: Path, snapshot: Callable, lang: str) -> None:
        ended = custtier("exclusions", "test", export, "--rule", "员工", "--lang", lang)
        snapshot(f"exclusions-test-rule-{lang}", ended)

    def test_an_answer_with_receipts(self, custtier: Custtier, shop: Path, snapshot: Callable, lang: str) -> None:
        snapshot(f"tiers-excluded-{lang}", custtier("tiers", "--limit", 3, "--lang", lang))

    def test_an_answer_without_exclusions(self, custtier: Custtier, shop: Path, snapshot: Callable, lang: str) -> None:
        ended = custtier("tiers", "--limit", 3, "--no-exclusions", "--lang", lang)
        snapshot(f"tiers-no-exclusions-{lang}", ended)

    def test_doctor(self, custtier: Custtier, export: Path, snapshot: Callable, lang: str) -> None:
        # of the files: the size of a store is another one on every machine
        snapshot(f"doctor-{lang}", custtier("doctor", export, "--lang", lang))


def test_receipts_stand_in_the_envelope(custtier: Custtier, shop: Path, home: Path) -> None:
    write(home, SETTINGS)
    answer = json.loads(custtier("rfm", "--format", "json").out)
    assert answer["excluded"] == [{"reason": "批发", "rows": 1}, {"reason": "员工", "rows": 1}]
    assert [note["code"] for note in answer["notes"]].count("excluded_by_rule") == 2
    assert answer["parameters"]["no_exclusions"] is False


def test_the_store_and_its_files_give_the_same_receipts(custtier: Custtier, shop: Path, home: Path) -> None:
    write(home, SETTINGS)
    stored = json.loads(custtier("tiers", "--format", "json").out)
    read = json.loads(custtier("tiers", shop, "--format", "json").out)
    rules = [one for one in read["excluded"] if one["reason"] in {"批发", "员工"}]
    assert rules == stored["excluded"]
    assert stored["summary"] == read["summary"]


def test_names_and_phones_of_orders_are_masked_unless_revealed(custtier: Custtier, shop: Path, home: Path) -> None:
    write(home, SETTINGS)
    words = ("exclusions", "test", "--table", "orders", "--format", "csv")
    assert "13957029002" not in custtier(*words).out
    assert "13957029002" in custtier(*words, "--reveal").out


def test_doctor_ends_with_three_when_something_is_bad(custtier: Custtier, shop: Path) -> None:
    ended = custtier("doctor", "--fail-on", "bad>0", "--quiet")
    assert ended.code == FAIL_ON
    assert custtier("doctor").code == 0


def test_doctor_writes_its_checks_in_every_form(custtier: Custtier, shop: Path) -> None:
    csv = custtier("doctor", "--format", "csv").out
    assert csv.splitlines()[0] == "check,status,count,share,detail,hint"
    answer = json.loads(custtier("doctor", "--format", "json").out)
    assert {one["status"] for one in answer["tables"]["checks"]} <= {"ok", "look", "bad"}
    assert answer["summary"]["checks"] == len(answer["tables"]["checks"])


@pytest.mark.parametrize("words", [("doctor",), ("exclusions",), ("exclusions", "test")])
def test_no_store_is_told_with_the_way_out(custtier: Custtier, words: tuple[str, ...]) -> None:
    ended = custtier(*words)
    assert ended.code == NOTHING
    assert "custtier import" in ended.err


BAD = [
    ("[[exclusions]]\namount_at_least = 1", "exclusions"),
    ('[[exclusions]]\nname = "r"', "'r'"),
    ('[[exclusions]]\nname = "r"\ncolour = "red"', '"r" colour'),
    ('[[exclusions]]\nname = "r"\namount_at_least = "much"', "amount_at_least"),
    ('[[exclusions]]\nname = "r"\nquantity_at_least = 0', "quantity_at_least"),
    ('[[exclusions]]\nname = "r"\nquantity_at_least = "ten"', '"r" quantity_at_least'),
    ('[[exclusions]]\nname = "r"\nphones = "13800000001"', '"r" phones'),
    ('[[exclusions]]\nname = "r"\nproducts = [""]', "products"),
    ('[[exclusions]]\nname = "r"\ngift = [""]', "gift"),
    ('[[exclusions]]\nname = "r"\ndetector = "spam"', "detector"),
    ('[[exclusions]]\nname = " "\nzero_amount = true', "name"),
    ('[[exclusions]]\nname = "r"\nzero_amount = true\n[[exclusions]]\nname = "r"\ngift = true', "'r'"),
    ('exclusions = "none"', "exclusions"),
    ("[detectors.brushed]\npoints = 0", "detectors.brushed.points"),
    ("[detectors.brushed]\nnight_share = 2", "detectors.brushed.night_share"),
    ("[detectors.wholesale]\ntimes = 2", "detectors.wholesale.times"),
]


@pytest.mark.parametrize(("text", "named"), BAD)
def test_a_rule_without_a_meaning_is_named(custtier: Custtier, home: Path, text: str, named: str) -> None:
    write(home, text + "\n")
    ended = custtier("tiers")
    assert ended.code == USAGE
    assert "error[bad-settings]" in ended.err
    assert named in ended.err


def test_phones_may_be_written_without_quotation_marks(custtier: Custtier, shop: Path, home: Path) -> None:
    write(home, '[[exclusions]]\nname = "r"\nphones = [13957029002]\ndetector = ""\n')
    answer = json.loads(custtier("tiers", "--format", "json").out)
    assert answer["excluded"] == [{"reason": "r", "rows": 1}]


def test_a_staff_list_lies_beside_the_settings(custtier: Custtier, shop: Path, home: Path) -> None:
    write(home, SETTINGS)
    (home / "settings" / "staff.csv").unlink()
    ended = custtier("tiers")
    assert ended.code == USAGE
    assert "员工" in ended.err
    assert "does not exist" in ended.err


def test_without_rules_the_answer_says_where_they_are_written(custtier: Custtier, shop: Path, home: Path) -> None:
    path = str(home / "settings" / "settings.toml")
    listed = json.loads(custtier("exclusions", "--format", "json").out)
    told = next(note["text"] for note in listed["notes"] if note["code"] == "no_exclusions_yet")
    assert path in told
    ended = custtier("exclusions", "test", "--rule", "批发")
    assert (ended.code, path in ended.err) == (USAGE, True)
