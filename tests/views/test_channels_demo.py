"""Channels of the invented shop: what its files come to is what it was made with."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from custtier.views.view import View
from custtier.workflows.grade import grade
from custtier.workflows.grouping import Grouping
from custtier.workflows.question import Question

SHOP = Path(__file__).resolve().parents[2] / "examples" / "shop"


def of_shop() -> Iterator[Path]:
    yield from sorted((SHOP / "orders").iterdir())
    yield from sorted(SHOP.glob("*.csv"))


@pytest.fixture(scope="module")
def view() -> View:
    return grade(Question(files=tuple(of_shop())), grouping=Grouping(by="channel"))


def test_contacts_buyers_and_spend_of_each_channel_are_those_of_the_answer_book(view: View) -> None:
    truth = json.loads((SHOP / "truth" / "truth.json").read_text(encoding="utf-8"))["contacts"]
    rows = {row["channel"]: row for row in view.tables["channels"].iter_rows(named=True)}
    found = {name: (row["contacts"], row["a"], row["spend"]) for name, row in rows.items()}
    assert found == {
        one["channel"]: (one["contacts"], one["bought"], round(one["spend"] * 100)) for one in truth["channels"]
    }
    assert view.summary["placed_contacts"] == truth["contacts"]
    for one in truth["channels"]:
        row = rows[one["channel"]]
        # whoever deleted us and never bought is an E; of those who did, the answer book says no more
        assert row["e"] <= one["deleted"]
        assert row["a_share_low"] <= one["true_a_share"] <= row["a_share_high"]


def test_the_channels_with_letters_are_in_the_order_of_their_truth(view: View) -> None:
    truth = json.loads((SHOP / "truth" / "truth.json").read_text(encoding="utf-8"))["contacts"]["channels"]
    shares = {one["channel"]: one["true_a_share"] for one in truth}
    letters = view.tables["channels"].drop_nulls("letter").sort("letter").select("channel", "letter").rows()
    assert [letter for _, letter in sorted(letters, key=lambda row: -shares[row[0]])] == sorted(
        letter for _, letter in letters
    )
