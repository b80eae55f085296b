"""The chance with which each channel's contacts were made buyers lies in its interval, as often as an interval says."""

from pathlib import Path

import polars as pl
import pytest

from custtier.demo import write_shop
from custtier.demo.leads import true_a_shares
from custtier.demo.world import make_world
from custtier.metrics.scope import Scope
from custtier.settings import Settings
from custtier.sources import read_files
from custtier.store import facts_of
from custtier.views.basis import Basis, basis_of
from custtier.views.leads.leads import leads_of
from demo.channel_truth import UNTIL, ZONE, Seen, bounds, many_shops, shop_facts

SHOPS = 20


@pytest.fixture(scope="module")
def seen() -> list[Seen]:
    return many_shops(SHOPS)


def test_the_truth_of_every_channel_lies_in_its_intervals_as_often_as_they_say(seen: list[Seen]) -> None:
    for channel in true_a_shares():
        own = [one for one in seen if one.channel == channel]
        fewest, most = bounds(len(own))
        assert len(own) == SHOPS
        assert fewest <= sum(one.holds for one in own) <= most
    fewest, most = bounds(len(seen))
    assert fewest <= sum(one.holds for one in seen) <= most


def test_intervals_around_a_wrong_chance_would_be_noticed(seen: list[Seen]) -> None:
    fewest, _ = bounds(len(seen))
    for factor in (0.7, 1.4):
        wrong = {channel: share * factor for channel, share in true_a_shares().items()}
        assert sum(one.low <= wrong[one.channel] <= one.high for one in seen) < fewest


def test_the_best_channel_is_never_called_a_bad_one_nor_the_worst_a_good_one(seen: list[Seen]) -> None:
    best, *_, worst = true_a_shares()
    letters = {name: {one.letter for one in seen if one.channel == name} for name in (best, worst)}
    assert letters[best] <= {"A", "B", None} and "A" in letters[best]
    assert letters[worst] <= {"D", "E", None} and "E" in letters[worst]


def test_the_files_of_a_shop_have_the_same_letters_as_the_shop_in_memory(tmp_path: Path) -> None:
    kinds = frozenset({"taobao-orders", "jd-orders", "youzan-orders", "shopify-orders", "contacts", "links"})
    write_shop(tmp_path, customers=120, seed=7, files=kinds)
    paths = [tmp_path / "contacts.csv", tmp_path / "links.csv", tmp_path / "orders"]
    facts = facts_of(read_files(paths, settings=Settings()), settings=Settings(), id_key=b"key")
    world = make_world(customers=120, seed=7, until=UNTIL)

    def letters(basis: Basis) -> list[tuple[str, str, int]]:
        people = leads_of(basis, zone=ZONE).people
        counts = people.group_by("channel", pl.col("grade").fill_null("-"), "added_on", "deleted_on").len()
        return sorted(counts.rows(), key=str)

    read = basis_of(facts, scope=Scope(), as_of=world.until)
    made = basis_of(shop_facts(world), scope=Scope(), as_of=world.until)
    assert letters(read) == letters(made)
