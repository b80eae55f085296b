"""The page on tags: every rule that stands there can be read."""

import re
import tomllib
from pathlib import Path

import pytest

from custtier.settings import Settings
from custtier.tagging.checking import Shop, condition_of
from custtier.tagging.rules import rule_condition
from custtier.tags import tag_faults, tag_rule
from custtier.views.tags.tagged import codes_of

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "tags.md").read_text(encoding="utf-8")
SHOP = Shop(codes=codes_of(Settings()))
BLOCKS = [tomllib.loads(block)["tags"] for block in re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)]
ROWS = [row.split("|")[1] for row in PAGE.splitlines() if row.startswith("| `")]
WRITTEN = [
    text for row in ROWS for text in re.findall(r"`([^`]+)`", row) if (len(text) > 6 and " " in text) or "“" in text
]
ENDINGS = [
    text
    for text in re.findall(r"`([^`\n]+)`", PAGE.partition("## 标签")[2].rpartition("```")[2])
    if re.search("为空|观察日 - 30天|=|包含|像|属于|买过", text) and not re.search("custtier|--|when", text)
]


@pytest.mark.parametrize("tags", BLOCKS)
def test_the_settings_of_the_page_hold(tags: list[str]) -> None:
    assert len(tags) == 3
    assert not list(tag_faults(tags))
    for written in tags:
        rule_condition(tag_rule(written), SHOP)


def test_the_table_has_rules() -> None:
    assert len(WRITTEN) > 15


@pytest.mark.parametrize("text", [one for one in WRITTEN if one != "as_of - 30天"])
def test_what_the_table_says_can_be_written(text: str) -> None:
    condition_of(text, SHOP)


@pytest.mark.parametrize("text", ENDINGS)
def test_what_the_chinese_part_says_can_be_written(text: str) -> None:
    condition_of(text if "观察日 -" not in text else f"末单日期 > {text}", SHOP)
