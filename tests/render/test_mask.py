"""Masks: what stays of a personal field, and that nothing more stays."""

import json

import polars as pl
import pytest

from custtier.render import Request
from custtier.render.arrange import arrange
from custtier.render.mask import masked
from render.answers import rejects_answer, tiers_answer


def mask(column: str, text: str | None) -> str | None:
    frame = pl.DataFrame({column: [text]}, schema={column: pl.String})
    return masked(frame, [column]).item()


@pytest.mark.parametrize(
    ("column", "text", "expected"),
    [
        ("name", "张三", "张*"),
        ("name", "王小明", "王**"),
        ("name", "欧阳小明", "欧***"),
        ("name", "爱买东西的小明妈妈", "爱***"),
        ("name", "John Smith", "J***"),
        ("name", "Al", "A***"),
        ("name", "张", "*"),
        ("name", " 张三 ", "张*"),
        ("name", "", ""),
        ("name", None, None),
        ("name", "张*", "张*"),
        ("name", "t**3", "t***"),
        ("phone", "13812345678", "138****5678"),
        ("phone", "138****5678", "138****5678"),
        ("phone", "+14155550123", "+14****0123"),
        ("phone", "1234567", "****67"),
        ("phone", "123", "****"),
        ("phone", None, None),
        ("email", "john@example.com", "j***@example.com"),
        ("email", "john at home", "j***"),
        ("account", "amy_buys", "a***s"),
        ("account", "amy", "a***"),
        ("account", "a", "*"),
        ("openid", "oAbc123456", "o***6"),
    ],
)
def test_a_personal_field_keeps_just_enough_to_know_it_again(
    column: str, text: str | None, expected: str | None
) -> None:
    assert mask(column, text) == expected


@pytest.mark.parametrize("column", ["name", "phone", "email", "account"])
def test_masking_a_masked_text_changes_nothing(column: str) -> None:
    for text in ("张三", "John Smith", "13812345678", "john@example.com", "amy_buys", "+14155550123"):
        once = mask(column, text)
        assert mask(column, once) == once


def test_cells_of_a_rejected_row_stay_an_object_of_the_same_headers() -> None:
    cells = rejects_answer().tables["rejects"].get_column("cells").item()
    hidden = json.loads(mask("cells", cells) or "")
    assert hidden == {"买家会员名": "张***", "金额": "一百", "数量": "1", 'a": "b': "1***"}


def test_an_answer_is_masked_unless_revealed() -> None:
    hidden = arrange(tiers_answer(), Request())[0].frame
    assert hidden.get_column("phone").to_list()[0] == "138****5678"
    shown = arrange(tiers_answer(), Request(reveal=True))[0].frame
    assert shown.get_column("phone").to_list()[0] == "13812345678"


def test_a_million_names_are_masked_as_columns() -> None:
    names = pl.DataFrame({"name": ["张三", "John"] * 500_000})
    assert masked(names, ["name"]).get_column("name").n_unique() == 2
