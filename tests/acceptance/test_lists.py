"""The example shop's contacts, chats and ad spend come to what its answer book says."""

import json
from pathlib import Path
from typing import Any

import polars as pl

from custtier.settings import Settings
from custtier.sources import read_files

SHOP = Path(__file__).parents[2] / "examples" / "shop"
TRUTH: dict[str, Any] = json.loads((SHOP / "truth" / "truth.json").read_text(encoding="utf-8"))


def lists() -> dict[str, pl.DataFrame]:
    readings = read_files([SHOP], settings=Settings())
    assert sum(reading.rejects.height for reading in readings) == 0
    return {name: rows for reading in readings for name, rows in reading.lists.items()}


def test_the_folder_of_the_shop_imports_whole() -> None:
    files = {file["path"]: file for file in TRUTH["files"]}
    found = {Path(reading.path).name: reading for reading in read_files([SHOP], settings=Settings())}
    assert set(found) == {"contacts.csv", "chats.csv", "links.csv", "ad_spend.csv"}
    for name, reading in found.items():
        assert (reading.profile, reading.rows_read) == (files[name]["profile"], files[name]["rows"])


def test_contacts_and_spend_of_every_channel_are_those_of_the_answer_book() -> None:
    found = lists()
    contacts, spend = found["contacts"], found["spend"]
    assert contacts.height == TRUTH["contacts"]["contacts"]
    for channel in TRUTH["contacts"]["channels"]:
        here = contacts.filter(pl.col("channel") == channel["channel"])
        assert here.height == channel["contacts"]
        assert here["deleted_at"].count() == channel["deleted"]
        spent = spend.filter(pl.col("channel") == channel["channel"])["amount"].sum()
        assert spent == round(channel["spend"] * 100)


def test_every_chat_is_with_a_contact() -> None:
    found = lists()
    assert set(found["messages"]["account_key"]) <= set(found["contacts"]["account_key"])
    assert found["messages"]["message_key"].is_unique().all()
