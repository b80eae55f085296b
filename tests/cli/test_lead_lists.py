"""`grade --moves` and `--promising`: what they print in both languages at two widths, what machines get, errors."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Ended
from custtier.errors import FAIL_ON, USAGE

Custtier = Callable[..., Ended]

ROOT = Path(__file__).resolve().parents[2]
TWENTY = tuple(ROOT / "tests" / "data" / "twenty_contacts" / f"{name}.csv" for name in ("contacts", "chats", "orders"))
SHOP = tuple(ROOT / "examples" / "shop" / name for name in ("orders", "contacts.csv", "chats.csv", "links.csv"))


def answered(custtier: Custtier, *words: object) -> dict:
    ended = custtier("grade", *words, "--format", "json", "--lang", "en", "--reveal")
    assert ended.code == 0, ended.err
    return json.loads(ended.out)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [80, 140])
def test_what_moves_of_letters_print(
    custtier: Custtier, snapshot: Callable, monkeypatch: pytest.MonkeyPatch, width: int, lang: str
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    ended = custtier("grade", *TWENTY, "--moves", "2026-03-11", "2026-03-31", "--limit", 6, "--lang", lang)
    snapshot(f"grade-moves-{width}-{lang}", ended)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [80, 140])
def test_what_the_list_of_this_week_prints(
    custtier: Custtier, snapshot: Callable, monkeypatch: pytest.MonkeyPatch, width: int, lang: str
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    ended = custtier("grade", *SHOP, "--promising", "--capacity", 4, "--limit", 5, "--lang", lang)
    snapshot(f"grade-promising-{width}-{lang}", ended)


def test_letters_of_both_days_are_those_of_grade(custtier: Custtier) -> None:
    moved = answered(custtier, *TWENTY, "--moves", "20d", "2026-03-31")
    then, now = (
        {row["name"]: row["grade"] for row in answered(custtier, *TWENTY, "--as-of", day)["tables"]["contacts"]}
        for day in ("2026-03-11", "2026-03-31")
    )
    told = {row["name"]: (row["moved_from"], row["moved_to"]) for row in moved["tables"]["contacts"]}
    assert told == {
        name: (then.get(name, "no_contact"), letter) for name, letter in now.items() if then.get(name) != letter
    }


def test_a_script_may_fail_when_too_many_have_left(custtier: Custtier) -> None:
    words = (*TWENTY, "--moves", "2026-03-01", "2026-03-31")
    assert custtier("grade", *words, "--fail-on", "deleted_since>=1").code == FAIL_ON
    assert custtier("grade", *words, "--fail-on", "deleted_since>9").code == 0
    assert custtier("grade", *words, "--fail-on", "lift>1").code == USAGE


def test_each_agent_gets_a_list_of_their_own(custtier: Custtier) -> None:
    whole = answered(custtier, *SHOP, "--promising")
    agents = sorted({row["agent"] for row in whole["tables"]["contacts"]})
    for agent in agents:
        mine = answered(custtier, *SHOP, "--promising", "--capacity", 3, "--agent", agent)["tables"]["contacts"]
        assert {row["agent"] for row in mine} == {agent}
        assert [row["agent_place"] for row in mine] == list(range(1, len(mine) + 1))
        assert len(mine) <= 3
    silent = [row for row in whole["tables"]["contacts"] if row["grade"] == "C"]
    only = answered(custtier, *SHOP, "--promising", "--grade", "C")["tables"]["contacts"]
    assert [row["customer_id"] for row in only] == [row["customer_id"] for row in silent]


def test_a_store_and_its_files_list_the_same(custtier: Custtier) -> None:
    assert custtier("import", *SHOP, "--quiet").code == 0
    for words in (("--promising",), ("--moves", "last-month", "2026-06-30")):
        assert answered(custtier, *words)["tables"] == answered(custtier, *SHOP, *words)["tables"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--moves", "2026-03-31", "2026-03-01"), "moves-backwards"),
        (("--moves", "soon", "2026-03-01"), "bad-first-day"),
        (("--moves", "30d", "soon"), "bad-day"),
        (("--moves", "30d", "2026-03-31", "--as-of", "2026-03-30"), "two-last-days"),
        (("--moves", "30d", "2026-03-31", "--promising"), "one-answer"),
        (("--promising", "--by", "channel"), "one-answer"),
        (("--capacity", "5"), "capacity-alone"),
        (("--promising", "--grade", "A"), "no-word-worth"),
        (("--promising", "--capacity", "0"), "usage"),
    ],
)
def test_what_cannot_be_asked_is_told_in_a_line(custtier: Custtier, words: tuple[str, ...], code: str) -> None:
    ended = custtier("grade", *TWENTY, *words)
    assert ended.code == USAGE
    assert ended.err.startswith(f"error[{code}]")
