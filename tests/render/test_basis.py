"""Every report says what it counts by: money, refunds, orders, days, exclusions."""

import io
import json
from dataclasses import replace

import openpyxl
import polars as pl
import pytest

from custtier.facts import Note
from custtier.render import Request, rendered
from custtier.render.basis import basis_lines, basis_of
from custtier.text import Catalogue
from custtier.views.glossary import footnotes
from custtier.views.view import View
from render.answers import rejects_answer, tiers_answer

ENGLISH, CHINESE = Catalogue("en"), Catalogue("zh")
ZONE = "Asia/Shanghai"


def asked(**parameters: object) -> View:
    return replace(tiers_answer(), parameters=parameters)


def line_of(view: View) -> str:
    return basis_lines(view, ENGLISH, zone=ZONE)[0]


def test_the_line_says_money_refunds_orders_data_zone_and_exclusions() -> None:
    assert line_of(tiers_answer()) == (
        "counted: paid less refunded, refunds with their order · orders of all days · data through 2026-07-02 · "
        "days in Asia/Shanghai · no exclusions"
    )


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"since": "2026-01-01"}, "orders since 2026-01-01"),
        ({"until": "2026-03-31"}, "orders until 2026-03-31"),
        ({"since": "2026-01-01", "until": "2026-03-31"}, "orders from 2026-01-01 to 2026-03-31"),
        ({"window": 365}, "of the last 365 days"),
        ({"window": 365, "until": "2026-03-31"}, "orders until 2026-03-31, of the last 365 days"),
        ({"refund_basis": "refund"}, "refunds on their own day"),
        ({"refund_basis": "order"}, "refunds with their order"),
        ({"no_exclusions": True}, "exclusions switched off"),
    ],
)
def test_what_was_asked_changes_the_line(parameters: dict[str, object], said: str) -> None:
    assert said in line_of(asked(**parameters))


def test_the_rules_that_took_orders_out_are_named() -> None:
    receipts = tuple(
        Note("excluded_by_rule", {"rule": rule, "orders": 1, "sales": "1.00"}) for rule in ("staff", "赠品")
    )
    view = replace(tiers_answer(), notes=receipts)
    assert line_of(view).endswith("exclusions: staff, 赠品")
    assert (basis_of(view, zone=ZONE) or {})["exclusions"] == ["staff", "赠品"]


def test_an_answer_without_money_or_day_says_nothing_of_it() -> None:
    assert basis_lines(rejects_answer(), ENGLISH, zone=ZONE) == []
    assert json.loads(rendered(rejects_answer(), Request(form="json"), ENGLISH))["basis"] is None


def test_machines_get_codes() -> None:
    found = json.loads(rendered(asked(window=90), Request(form="json", zone="UTC"), CHINESE))["basis"]
    assert found == {
        "money": "paid_less_refunded",
        "refund_basis": "order",
        "window_days": 90,
        "since": None,
        "until": None,
        "zone": "UTC",
        "exclusions": [],
    }


@pytest.mark.parametrize("form", ["text", "md"])
def test_documents_carry_the_line_unless_they_are_to_be_quiet(form: str) -> None:
    said = basis_lines(tiers_answer(), CHINESE, zone=ZONE)[0]
    assert said in rendered(tiers_answer(), Request(form=form), CHINESE).decode()
    assert said not in rendered(tiers_answer(), Request(form=form, quiet=True), CHINESE).decode()


def test_workbooks_carry_the_line_beside_the_summary() -> None:
    written = rendered(tiers_answer(), Request(form="xlsx"), CHINESE)
    cells = [row[0].value for row in openpyxl.load_workbook(io.BytesIO(written))["汇总"].iter_rows()]
    assert basis_lines(tiers_answer(), CHINESE, zone=ZONE)[0] in cells


def test_markdown_says_what_its_words_mean() -> None:
    text = rendered(tiers_answer(), Request(form="md"), CHINESE).decode()
    lines = text.split("## 释义\n\n")[1].splitlines()
    assert all(line.startswith("- **") for line in lines)
    assert any(line.startswith("- **核心**：") or line.startswith("- **核心**: ") for line in lines)


def test_every_class_that_is_shown_is_explained_and_no_other() -> None:
    table = pl.DataFrame({"tier": ["core"], "next_tier": ["important"], "churn_level": [None], "reason": ["lapsed"]})
    meant = [one.place for one in footnotes([table], {})]
    assert "tier.core" in meant
    assert "tier.important" in meant
    assert not any(place.startswith(("tier.growing", "churn_level.")) for place in meant)
