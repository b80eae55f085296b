"""Definitions: every word that an answer shows has one, in both languages, and is found by whatever it is called."""

import re
import string
from pathlib import Path

import pytest

from custtier.schema import CHURN_LEVELS, REJECT_REASONS, SEGMENTS, TIERS
from custtier.text import LANGS, Catalogue
from custtier.text.column_titles import TITLES
from custtier.text.definitions import (
    COLUMN,
    FOLDER,
    SUBJECTS,
    called,
    definition_of,
    definitions,
    near,
    plain,
)
from custtier.text.names import NAMES
from custtier.text.titles import title_of
from custtier.units import VIEW_UNITS
from custtier.views.churn.answer import COLUMNS as CHURN_COLUMNS
from custtier.views.rfm.answer import COLUMNS as RFM_COLUMNS
from custtier.views.tiers.answer import COLUMNS as TIERS_COLUMNS

DEFINED = (
    "segment",
    "tier",
    "churn_level",
    "method",
    "scheme",
    "reason",
    "check",
    "status",
    "detector",
    "strength",
    "decision",
    "moved_from",
    "direction",
    "cause",
    "buyers",
    "part",
    "contact_state",
    "swap",
    "swap_cause",
    "lifecycle",
    "price_sensitivity",
    "region",
    "tag_origin",
    "than_usual",
    "moment",
    "signal",
    "forecast",
    "grade",
    "grade_reason",
    "noted_class",
    "letter_reason",
    "comparison",
    "referral_origin",
    "referral_refusal",
    "referral_side",
    "match_problem",
    "referral_group",
    "reach_figure",
    "reach_verdict",
    "goal_standing",
    "growth_rate",
    "lead_move",
    "word_order",
)
"""Columns whose codes are words to be explained."""

RULES = Path(__file__).resolve().parents[2] / "docs" / "rules.md"
EVERY = definitions()
PLACES = [one.place for one in EVERY]


def test_every_column_of_a_view_has_a_definition() -> None:
    columns = {*VIEW_UNITS, *RFM_COLUMNS, *TIERS_COLUMNS, *CHURN_COLUMNS}
    assert sorted(name for name in columns if definition_of(f"{COLUMN}.{name}") is None) == []


@pytest.mark.parametrize("column", DEFINED)
def test_every_code_that_has_a_name_has_a_definition(column: str) -> None:
    assert [code for code in NAMES[column] if definition_of(f"{column}.{code}") is None] == []


def test_every_code_of_the_schema_has_a_definition() -> None:
    codes = {"segment": SEGMENTS, "tier": TIERS, "churn_level": CHURN_LEVELS, "reason": REJECT_REASONS}
    places = [f"{column}.{code}" for column, found in codes.items() for code in found]
    assert [place for place in places if definition_of(place) is None] == []


def test_every_definition_is_of_something_that_is_shown() -> None:
    shown = {f"{COLUMN}.{name}" for name in TITLES}
    shown |= {f"{column}.{code}" for column in DEFINED for code in NAMES[column]}
    own = {one.place for one in EVERY if one.titles}
    assert sorted(set(PLACES) - shown - own) == []


def test_nothing_is_defined_twice_and_every_file_is_a_subject() -> None:
    assert len(set(PLACES)) == len(PLACES)
    assert {path.stem for path in FOLDER.glob("*.toml")} == set(SUBJECTS) == set(NAMES["subject"])


@pytest.mark.parametrize("one", EVERY, ids=PLACES)
def test_a_definition_says_it_in_both_languages(one) -> None:
    for texts in filter(None, (one.meanings, one.titles, one.formulas, one.sources)):
        assert set(texts) == set(LANGS)
    assert one.meanings["en"].endswith(".") and one.meanings["zh"].endswith("。")
    assert re.search("[\u4e00-\u9fff]", one.meanings["zh"])
    assert not re.search("[\u4e00-\u9fff]", one.meanings["en"])
    chinese = one.meanings["zh"]
    assert not re.search("[\u4e00-\u9fff][,;:!?]", chinese), "marks beside Chinese are Chinese"
    assert not set(one.code) - set(string.ascii_letters + string.digits + "_.")


def test_what_a_definition_points_at_exists() -> None:
    headings = re.findall(r"^## (.+)$", RULES.read_text(encoding="utf-8"), re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 -]", "", head.lower()).replace(" ", "-") for head in headings} | {""}
    assert {one.rules for one in EVERY} <= anchors
    assert sorted({place for one in EVERY for place in one.see} - set(PLACES)) == []
    assert [one.place for one in EVERY if one.place in one.see] == []


@pytest.mark.parametrize("one", EVERY, ids=PLACES)
def test_a_definition_is_found_by_its_code_and_its_titles(one) -> None:
    for text in (one.code, one.place, *(one.title(Catalogue(lang)) for lang in LANGS), *one.words):
        assert one in called(text), text
        assert one in called(f"  {text.upper()} "), text


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("ＲＦＭ", "column.rfm"),
        ("net-sales", "column.net_sales"),
        ("usual gap", "column.usual_gap_days"),
        ("复购率", "term.repeat_rate"),
        ("重要挽留", "segment.key_rescue"),
        ("刷单", "detector.brushed"),
        ("m3_sales", "column.matrix_sales"),
        ("name_2", "column.name"),
    ],
)
def test_a_word_is_found_however_it_is_written(text: str, place: str) -> None:
    assert place in [one.place for one in called(text)]


def test_a_word_for_several_things_finds_them_all() -> None:
    assert {"segment.at_risk", "column.at_risk"} <= {one.place for one in called("at_risk")}


@pytest.mark.parametrize(
    ("typed", "place"),
    [("net slaes", "column.net_sales"), ("基尼", "column.gini"), ("churn_levl", "column.churn_level")],
)
def test_a_misspelt_word_is_near_to_the_right_one(typed: str, place: str) -> None:
    assert called(typed) == ()
    assert near(typed)[0][0].place == place


@pytest.mark.parametrize("typed", ["", "   ", "qqqqq", "@@", "\x00"])
def test_what_is_like_nothing_is_near_to_nothing(typed: str) -> None:
    assert (called(typed), near(typed)) == ((), ())


def test_words_compare_without_case_and_width() -> None:
    assert plain("Ｎｅｔ  Sales") == plain("net_sales") == "net sales"


def test_titles_are_those_of_the_answers() -> None:
    found = definition_of("column.net_sales")
    assert found is not None
    assert [found.title(Catalogue(lang)) for lang in LANGS] == [
        title_of("net_sales", Catalogue(lang)) for lang in LANGS
    ]
