"""The main job on the example shop: import, import again, a later export, undo, the three answers."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.shell import LATER, ROOT, SHOP, Inside, Shell

COUNTS = ("new", "updated", "unchanged", "excluded", "rejected")


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.fixture
def inside(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Inside:
    return Inside(tmp_path, capfd)


def truth_of(folder: str) -> dict[str, Any]:
    truth: dict[str, Any] = json.loads((ROOT / "examples" / folder / "truth/truth.json").read_text(encoding="utf-8"))
    return truth


def totals(shell: Shell) -> dict[str, Any]:
    """All three answers, without what names the question."""
    return {
        command: {key: shell.ask(command, *options)[key] for key in ("summary", "tables", "as_of")}
        for command, options in (("tiers", ()), ("rfm", ()), ("churn", ("--all",)))
    }


def test_every_record_read_is_counted_once(inside: Inside) -> None:
    answer = inside.ask("import", SHOP)
    for file in [*answer["tables"]["files"], answer["summary"]]:
        assert file["rows_read"] == sum(file[count] for count in COUNTS)
    rows = {file["path"]: file["rows"] for file in truth_of("shop")["files"]}
    assert {Path(file["path"]).name: file["rows_read"] for file in answer["tables"]["files"]} == {
        Path(path).name: count for path, count in rows.items() if path.startswith("orders/")
    }
    assert answer["summary"]["rejected"] == 0


def test_importing_twice_changes_nothing(inside: Inside) -> None:
    inside.ask("import", SHOP)
    before = totals(inside)
    again = inside.ask("import", SHOP)["summary"]
    assert (again["new"], again["updated"], again["rejected"]) == (0, 0, 0)
    assert again["unchanged"] == again["rows_read"]
    assert totals(inside) == before


def test_tiers_says_what_the_demo_knows(inside: Inside) -> None:
    inside.run("import", SHOP)
    answer = inside.ask("tiers", "--top", "20%")
    expected = truth_of("shop")["tiers_top_20_percent"]
    for name, value in expected.items():
        assert Decimal(str(answer["summary"][name])) == Decimal(str(value)), name


def test_a_later_export_changes_exactly_what_changed_and_undo_takes_it_back(shell: Shell) -> None:
    shell.run("import", SHOP)
    first = totals(shell)
    later = shell.ask("import", LATER)["summary"]
    expected = truth_of("shop_later")
    changes = {count: expected["files"][0][count] for count in ("new", "updated", "unchanged")}
    assert {count: later[count] for count in COUNTS} == {**changes, "excluded": 0, "rejected": 0}
    union = shell.ask("tiers")["summary"]
    for name, value in expected["tiers_top_20_percent"].items():
        assert Decimal(str(union[name])) == Decimal(str(value)), name
    shell.run("imports", "undo", later["import_id"])
    assert totals(shell) == first


def test_any_import_can_be_undone_and_the_others_stand(inside: Inside, tmp_path: Path) -> None:
    parts = sorted(SHOP.iterdir())
    ids = [inside.ask("import", part)["summary"]["import_id"] for part in parts]
    other = tmp_path / "other"
    other.mkdir()
    alone = Inside(other, inside.capture)
    gone = {0, 2}
    for index in gone:
        inside.run("imports", "undo", ids[index])
    alone.run("import", *(part for index, part in enumerate(parts) if index not in gone))
    assert totals(inside) == totals(alone)


def test_files_answer_as_the_store_does(inside: Inside) -> None:
    inside.run("import", SHOP)
    for command in ("tiers", "rfm", "churn"):
        stored, direct = inside.ask(command), inside.ask(command, SHOP)
        assert direct["summary"] == stored["summary"]
        assert direct["tables"] == stored["tables"]


def test_an_empty_store_says_what_to_do(inside: Inside) -> None:
    for command in ("tiers", "rfm", "churn"):
        done = inside.run(command, expect=4)
        assert done.stdout == ""
        assert "custtier import" in done.stderr


ORDERS = "order id,date,customer,amount,status\n"
AWKWARD = {
    "one customer": (ORDERS + "1,2026-01-01,ann,10.00,paid\n", 0),
    "only refunds": (ORDERS + "1,2026-01-01,ann,10.00,refunded\n2,2026-01-02,bob,5,refunded\n", 4),
    "all the same amount": (ORDERS + "".join(f"{n},2026-01-{n:02},c{n},10,paid\n" for n in range(1, 21)), 0),
    "only one-order buyers": (
        ORDERS + "".join(f"{n},2026-01-{n % 28 + 1:02},c{n},{n},paid\n" for n in range(1, 80)),
        0,
    ),
    "nobody paid": (ORDERS + "1,2026-01-01,ann,10.00,unpaid\n", 4),
    "no records": (ORDERS, 4),
    "nobody named": ("order id,date,customer,amount,status\n1,2026-01-01,,10.00,paid\n", 4),
}


@pytest.mark.parametrize("shop", AWKWARD)
@pytest.mark.parametrize("command", ["tiers", "rfm", "churn", "churn --method own", "churn --method shop"])
def test_awkward_shops_get_a_plain_answer_or_a_clear_error(inside: Inside, shop: str, command: str) -> None:
    text, expected = AWKWARD[shop]
    (inside.folder / "orders.csv").write_text(text, encoding="utf-8")
    done = inside.run(*command.split(), "orders.csv", expect=expected)
    assert done.stdout if expected == 0 else done.stderr.startswith("error[")
