"""Every source format has a page that says what its profile does."""

import importlib.util
import re
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from custtier.sources import load_profiles
from custtier.sources.formats.profile import (
    FIELDS,
    Account,
    Profile,
    RefundStatuses,
    RowRule,
    Signature,
    Statuses,
    Sum,
    Totals,
    Trailer,
    Words,
    parse_profile,
)
from custtier.sources.formats.profile_fields import LIST_FIELDS

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "sources"
GUIDE = ROOT / "docs" / "contributing" / "profiles.md"
HEADINGS = ("## Where to export", "## What is special", "## In short")
NAMES = sorted(load_profiles())


@pytest.fixture(scope="module")
def source_pages() -> ModuleType:
    """The tool, whose folder is no package."""
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        spec = importlib.util.spec_from_file_location("source_pages", ROOT / "tools" / "source_pages.py")
        assert spec and spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(ROOT / "tools"))
    return module


def page_of(name: str) -> str:
    return (FOLDER / f"{name}.md").read_text(encoding="utf-8")


def test_every_profile_has_a_page_and_every_page_a_profile() -> None:
    assert {page.stem for page in FOLDER.glob("*.md")} == {*NAMES, "README"}


@pytest.mark.parametrize("name", NAMES)
def test_a_page_says_how_sure_we_are_where_to_export_and_what_is_special(name: str) -> None:
    text, title = page_of(name), load_profiles()[name].title
    assert text.startswith(f"# {title.zh} · {title.en}\n")
    evidence = re.search(r"^\*\*Evidence:\*\* (seen in|made for)", text, re.MULTILINE)
    assert evidence, "the page does not say where the format is known from"
    for heading in HEADINGS:
        written = text.partition(f"{heading}\n")[2].partition("\n#")[0]
        assert len(written.strip()) > 30, f"nothing stands under {heading}"


LETTERS = {"seen in a real": "A", "seen in real": "A", "seen in part": "C", "seen in": "B", "made for": ""}
"""How a page's sentence on evidence begins → the letter of its profile."""


@pytest.mark.parametrize("name", NAMES)
def test_a_profile_is_as_sure_of_its_format_as_its_page(name: str) -> None:
    said = page_of(name).partition("**Evidence:** ")[2]
    letter = next(letter for start, letter in LETTERS.items() if said.startswith(start))
    assert load_profiles()[name].evidence == letter, 'set `evidence = "…"` in the profile'


@pytest.mark.parametrize("name", NAMES)
def test_a_page_names_every_header_word_and_reason_of_its_profile(name: str) -> None:
    profile, text = load_profiles()[name], page_of(name).replace(r"\|", "|")
    if not profile.is_read:
        return
    said = {header for headers in profile.columns.values() for header in headers}
    said |= {header for account in profile.accounts for header in account.columns}
    said |= {word for value in profile.statuses.model_dump().values() if isinstance(value, tuple) for word in value}
    said |= {word for key in ("done", "pending", "failed") for word in getattr(profile.refund_statuses, key)}
    said |= {rule.reason for rule in profile.rows if rule.reason} | {trailer.reason for trailer in profile.trailers}
    assert sorted(word for word in said if f"`{word}`" not in text) == []


def test_the_generated_parts_are_up_to_date(source_pages: ModuleType) -> None:
    assert source_pages.stale(write=False) == [], "run `python tools/reference.py`"


def test_the_table_of_formats_lists_every_profile() -> None:
    listed = re.findall(r"^\| \[[^\]]+\]\(([a-z0-9-]+)\.md\)", page_of("README"), re.MULTILINE)
    assert listed == NAMES


def test_the_everyday_headers_of_plain_tables_are_all_listed() -> None:
    text = page_of("README")
    known = {header for headers in load_profiles()["generic"].columns.values() for header in headers}
    assert sorted(header for header in known if f"`{header}`" not in text) == []


def test_a_stale_part_is_written_anew_and_the_rest_is_left(source_pages: ModuleType) -> None:
    page = (
        "# Title\n\n<!-- generated -->\nold\n<!-- end -->\n\nby hand\n\n<!-- generated: other -->\nkept\n<!-- end -->\n"
    )
    once = source_pages.with_parts(page, {"": lambda: "new"})
    assert "old" not in once
    assert "\nnew\n" in once
    assert "by hand" in once
    assert "kept" in once
    assert source_pages.with_parts(once, {"": lambda: "new"}) == once


def test_the_guide_explains_every_key_of_a_profile() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    parts = (Profile, Signature, Account, Statuses, RefundStatuses, Words, RowRule, Trailer, Totals, Sum)
    keys = {key for part in parts for key in part.model_fields} | FIELDS.union(*LIST_FIELDS.values())
    assert sorted(key for key in keys if f"`{key}`" not in text) == []


def test_the_example_of_the_guide_is_a_profile() -> None:
    blocks = re.findall(r"^```toml\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    whole, totals, rule = blocks
    assert parse_profile(whole, origin=GUIDE.name).name == "example-orders"
    assert Totals.model_validate(tomllib.loads(totals)["totals"]).records == ("总交易单数",)
    assert [RowRule.model_validate(one).take for one in tomllib.loads(rule)["rows"]] == ["leave_out"]
