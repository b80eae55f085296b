"""`define` from its words to what it prints."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Ended
from custtier.errors import USAGE

Custtier = Callable[..., Ended]
WORDS = {
    "net-sales": ("net", "sales"),
    "level": ("流失",),
    "several": ("at_risk",),
    "nearest": ("基尼",),
    "unknown": ("新",),
    "nothing": ("qqqqq",),
}


@pytest.mark.parametrize("lang", ["en", "zh"])
class TestSnapshots:
    """What it prints on eighty and on a hundred and forty columns."""

    @pytest.mark.parametrize("name", WORDS)
    def test_define(self, custtier: Custtier, snapshot: Callable, monkeypatch, name: str, lang: str) -> None:
        monkeypatch.setenv("COLUMNS", "80")
        snapshot(f"define-{name}-80-{lang}", custtier("define", *WORDS[name], "--lang", lang))

    def test_define_on_a_wide_page(self, custtier: Custtier, snapshot: Callable, monkeypatch, lang: str) -> None:
        monkeypatch.setenv("COLUMNS", "140")
        snapshot(f"define-140-{lang}", custtier("define", "usual_gap_days", "--lang", lang))


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("columns", [80, 140])
def test_no_line_of_the_list_is_wider_than_the_page(custtier: Custtier, monkeypatch, lang: str, columns: int) -> None:
    from rich.cells import cell_len

    monkeypatch.setenv("COLUMNS", str(columns))
    ended = custtier("define", "--lang", lang)
    assert ended.code == 0
    assert [line for line in ended.out.splitlines() if cell_len(line) > columns] == []


def test_codes_do_not_follow_the_language(custtier: Custtier) -> None:
    rows = [
        json.loads(custtier("define", "净销售额", "--format", "json", "--lang", lang).out)["tables"]["definitions"][0]
        for lang in ("en", "zh")
    ]
    for name in ("code", "subject", "unit", "counted_by"):
        assert rows[0][name] == rows[1][name]
    assert (rows[0]["code"], rows[0]["unit"]) == ("net_sales", "money")
    assert rows[0]["meaning"] != rows[1]["meaning"]


@pytest.mark.parametrize("form", ["csv", "json", "md", "xlsx", "parquet"])
@pytest.mark.parametrize("words", [(), ("gini",)])
def test_it_is_written_in_every_form(custtier: Custtier, home: Path, form: str, words: tuple[str, ...]) -> None:
    path = home / f"words.{form}"
    assert custtier("define", *words, "--output", path).code == 0
    assert path.stat().st_size > 0


def test_all_definitions_are_a_table(custtier: Custtier) -> None:
    lines = custtier("define", "--table", "definitions", "--format", "csv").out.splitlines()
    assert lines[0] == "title,code,subject,meaning,formula,unit,counted_by,literature,see_also"
    assert len(lines) > 250


def test_a_note_says_that_a_word_was_misspelt(custtier: Custtier) -> None:
    answer = json.loads(custtier("define", "net", "slaes", "--format", "json").out)
    assert [note["code"] for note in answer["notes"]] == ["nearest_term"]
    assert answer["tables"]["definitions"][0]["code"] == "net_sales"


@pytest.mark.parametrize("words", [("qqqqq",), ("\x1b[31m",), ("{0!r}}",), ("新",)])
def test_an_unknown_word_ends_with_two(custtier: Custtier, words: tuple[str, ...]) -> None:
    ended = custtier("define", *words)
    assert (ended.code, ended.out) == (USAGE, "")
    assert "error[unknown-term]" in ended.err and "\x1b" not in ended.err
