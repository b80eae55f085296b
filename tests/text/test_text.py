"""Catalogues: every message in both languages, places filled, widths counted."""

import errno
import os
import string

import pytest
from rich.cells import cell_len

from custtier.render.mask import MASKS
from custtier.schema import CHURN_LEVELS, REJECT_REASONS, SEGMENTS, TIERS
from custtier.sources.formats.profile import load_profiles
from custtier.text import Catalogue
from custtier.text.column_titles import TITLES
from custtier.text.layout import cells, padded, wrapped
from custtier.text.names import names_of
from custtier.text.notes import NOTES, note_text
from custtier.text.titles import title_of
from custtier.text.values import CAUSES, problem_text
from custtier.units import VIEW_UNITS, Unit

CHINESE, ENGLISH = Catalogue("zh"), Catalogue("en")


def test_a_place_without_a_value_stays_as_written() -> None:
    assert ENGLISH.say("{name} is missing") == "{name} is missing"
    assert CHINESE.say("{name} is missing", name="--top") == "缺少 --top"


def test_a_message_that_nobody_translated_is_said_in_english() -> None:
    assert CHINESE.say("no such message {n}", n=1) == "no such message 1"


def test_nothing_said_is_nothing() -> None:
    assert CHINESE.fill("", {}) == ""


def test_a_value_with_braces_is_not_filled_again() -> None:
    assert ENGLISH.say("{name} is missing", name="{name}") == "{name} is missing"


def test_words_in_a_row() -> None:
    assert (ENGLISH.listed(["a", "b"]), CHINESE.listed(["a", "b"])) == ("a, b", "a、b")


@pytest.mark.parametrize(
    ("column", "codes"),
    [("segment", SEGMENTS), ("tier", TIERS), ("churn_level", CHURN_LEVELS), ("reason", REJECT_REASONS)],
)
def test_every_code_has_a_name_in_both_languages(column: str, codes: tuple[str, ...]) -> None:
    for catalogue in (ENGLISH, CHINESE):
        names = names_of(column, catalogue)
        assert [code for code in codes if code not in names] == []
    assert set(names_of(column, CHINESE).values()).isdisjoint(names_of(column, ENGLISH).values())


def test_the_eight_classes_and_the_tiers_have_their_usual_chinese_names() -> None:
    classes = names_of("segment", CHINESE)
    assert [classes[code] for code in SEGMENTS] == [
        "重要价值",
        "重要发展",
        "重要保持",
        "重要挽留",
        "一般价值",
        "一般发展",
        "一般保持",
        "一般挽留",
    ]
    assert [names_of("tier", CHINESE)[code] for code in TIERS] == ["核心", "重要", "成长", "普通", "潜在"]
    assert [names_of("churn_level", CHINESE)[code] for code in CHURN_LEVELS] == ["关注", "预警", "流失"]


def test_every_format_and_platform_has_a_name() -> None:
    profiles = load_profiles()
    # and what custtier itself writes as an import
    assert sorted(names_of("profile", ENGLISH)) == sorted([*profiles, "identities", "kept"])
    assert sorted(names_of("platforms", ENGLISH)) == sorted({profile.platform for profile in profiles.values()})


def test_notes_call_formats_and_reasons_by_their_names() -> None:
    said = note_text("shop_receipt", {"file": "a.csv", "profile": "wechatpay-personal"}, CHINESE)
    assert said.startswith("a.csv：微信个人账单")
    values = {"rejected": 3, "rows": 9, "reasons": "bad_amount 2, bad_date 1"}
    assert "（金额读不懂 2 行、日期读不懂 1 行）" in note_text("rejected_rows", values, CHINESE)


@pytest.mark.parametrize("kind", [errno.ENOENT, errno.EACCES, errno.EISDIR, errno.ENOSPC, errno.EROFS])
def test_troubles_with_files_are_told_in_the_language_of_the_page(kind: int) -> None:
    told = problem_text(os.strerror(kind), CHINESE)
    assert told.isascii() is False
    assert problem_text(os.strerror(kind), ENGLISH) in CAUSES.values()
    assert problem_text("something new", CHINESE) == "something new"


def test_every_column_of_a_view_has_a_title() -> None:
    assert [column for column in VIEW_UNITS if column not in TITLES] == []
    assert title_of("net_sales", CHINESE) == "净销售额"
    assert title_of("a_column_of_tomorrow", CHINESE) == "a_column_of_tomorrow"


def test_every_personal_column_has_its_mask() -> None:
    assert {column for column, unit in VIEW_UNITS.items() if unit is Unit.PERSONAL} <= set(MASKS)


@pytest.mark.parametrize("code", sorted(NOTES))
def test_every_note_is_filled_in_both_languages(code: str) -> None:
    places = [(name, spec) for _, name, spec, _ in string.Formatter().parse(NOTES[code]) if name]
    values = {name: 0.5 if spec else "〇" for name, spec in places}
    english, chinese = note_text(code, values, ENGLISH), note_text(code, values, CHINESE)
    assert "{" not in english + chinese
    assert english != chinese


@pytest.mark.parametrize("text", ["", "abc", "客户 A", "é", "e\u0301", "，。", "ｆｕｌｌ", "한국", "カナ"])
def test_widths_are_those_of_a_terminal(text: str) -> None:
    assert cells(text) == cell_len(text)
    assert cell_len(padded(text, 10)) == cell_len(padded(text, 10, right=True)) == 10


def test_an_empty_text_is_one_empty_line() -> None:
    assert wrapped("", 10) == wrapped("  ", 10) == [""]
