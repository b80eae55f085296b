"""The detectors on a shop with planted orders: what they find, what they miss, and whom they leave alone."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from custtier.facts import Facts
from custtier.metrics.brushed import brushed_orders
from custtier.metrics.suspects import Suspects
from custtier.metrics.wholesale import wholesale_orders
from custtier.rules import BrushedLimits, Detectors, WholesaleLimits
from custtier.settings import Settings
from custtier.sources import read_files
from custtier.store import facts_of
from custtier.text import Catalogue
from custtier.views.exclusions.suspicions import suggestions
from metrics.planted import Shop

ZONE = "Asia/Shanghai"
FOUND = ("one address", "one phone", "numbered accounts", "even crowd")
MISSED = ("night crowd", "mixed baskets", "careful")
HONEST = (
    "ordinary",
    "family",
    "pick-up station",
    "group leader",
    "flash sale",
    "office, half come again",
    "wholesale",
    "one dear thing",
)


@pytest.fixture(scope="module")
def shop() -> Shop:
    return Shop(seed=1, people=1500)


@pytest.fixture(scope="module")
def facts(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Facts:
    return facts_from(shop, tmp_path_factory.mktemp("planted"))


def facts_from(shop: Shop, folder: Path) -> Facts:
    readings = read_files([shop.write(folder / "orders.csv")], settings=Settings())
    return facts_of(readings, settings=Settings(), id_key=b"k" * 32)


def brushed(facts: Facts, limits: BrushedLimits | None = None) -> Suspects:
    assert facts.extent.last_on
    return brushed_orders(facts, as_of=facts.extent.last_on, zone=ZONE, limits=limits or BrushedLimits())


def kinds(shop: Shop, facts: Facts, suspects: Suspects) -> Counter[str]:
    ids = facts.table("details", columns=["order_key", "order_id"]).collect()
    return Counter(shop.truth[number] for number in suspects.orders.join(ids, on="order_key")["order_id"])


def test_planted_rings_are_found_and_honest_people_are_not(shop: Shop, facts: Facts) -> None:
    found, every = kinds(shop, facts, brushed(facts)), Counter(shop.truth.values())
    assert {kind: found[kind] for kind in FOUND} == {kind: every[kind] for kind in FOUND}
    assert {kind: found[kind] for kind in HONEST} == dict.fromkeys(HONEST, 0)


def test_what_leaves_too_little_trace_is_missed_as_the_docs_say(shop: Shop, facts: Facts) -> None:
    found = kinds(shop, facts, brushed(facts))
    assert {kind: found[kind] for kind in MISSED} == dict.fromkeys(MISSED, 0)
    # colleagues who buy together once and never again cannot be told from a ring
    assert found["office, once"] == 24


def test_fewer_points_find_more_and_more_points_less(facts: Facts) -> None:
    counts = [brushed(facts, BrushedLimits(points=points)).orders.height for points in range(2, 9)]
    assert counts == sorted(counts, reverse=True)
    assert counts[-1] == 0


def test_an_order_is_in_one_cluster(facts: Facts) -> None:
    suspects = brushed(facts)
    assert suspects.orders["order_key"].is_unique().all()
    sizes = suspects.orders.group_by("cluster").len().sort("cluster")
    assert sizes["len"].to_list() == suspects.clusters.sort("cluster")["orders"].to_list()


def test_orders_after_the_day_observed_are_no_evidence(facts: Facts) -> None:
    assert facts.extent.last_on
    day = facts.extent.last_on - timedelta(days=200)
    before = replace(facts, purchases=facts.purchases.filter(pl.col("ordered_on") <= day))
    limits = BrushedLimits()
    whole = brushed_orders(facts, as_of=day, zone=ZONE, limits=limits)
    cut = brushed_orders(before, as_of=day, zone=ZONE, limits=limits)
    assert whole.orders.sort("order_key").equals(cut.orders.sort("order_key"))
    assert whole.clusters["until"].max() <= day  # type: ignore[operator]  # clusters have days


def test_wholesale_is_found_and_ordinary_orders_are_not(shop: Shop, facts: Facts) -> None:
    assert facts.extent.last_on
    suspects = wholesale_orders(facts, as_of=facts.extent.last_on, limits=WholesaleLimits())
    found = kinds(shop, facts, suspects)
    assert found["wholesale"] == Counter(shop.truth.values())["wholesale"]
    assert found["one dear thing"] == 0
    assert found.total() - found["wholesale"] <= 3


def test_the_order_of_rows_changes_no_suspicion(shop: Shop, facts: Facts, tmp_path: Path) -> None:
    shuffled = Shop(seed=1, people=1500)
    shuffled.rows.reverse()
    before, after = brushed(facts), brushed(facts_from(shuffled, tmp_path))
    assert before.clusters.equals(after.clusters)
    assert before.orders.sort("order_key").equals(after.orders.sort("order_key"))


def test_a_shop_with_few_orders_has_nothing_to_compare_with(facts: Facts) -> None:
    assert facts.extent.last_on
    few = replace(facts, purchases=facts.purchases.sort("gross", descending=True).head(20).sort("account_key"))
    limits = WholesaleLimits(pieces=10_000)
    assert wholesale_orders(few, as_of=facts.extent.last_on, limits=limits).orders.is_empty()


@pytest.mark.parametrize(("lang", "said"), [("en", "to one address within"), ("zh", "寄到同一地址")])
def test_a_suggestion_says_why_in_words_with_the_numbers(facts: Facts, lang: str, said: str) -> None:
    assert facts.extent.last_on
    catalogue = Catalogue("zh" if lang == "zh" else "en")
    table = suggestions(
        {
            "brushed": brushed(facts),
            "wholesale": wholesale_orders(facts, as_of=facts.extent.last_on, limits=WholesaleLimits()),
        },
        switched_on=["brushed"],
        detectors=Detectors(),
        currency="CNY",
        catalogue=catalogue,
    )
    assert table.filter(pl.col("detail").str.contains(said)).height == 9
    assert table.filter(pl.col("on"))["detector"].unique().to_list() == ["brushed"]
    assert table["detail"].str.contains(r"\d").all()


def test_nothing_planted_nothing_found(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("订单号,下单时间,金额,客户\nA1,2026-01-01 10:00:00,10,amy\n", encoding="utf-8")
    facts = facts_of(read_files([path], settings=Settings()), settings=Settings(), id_key=b"k" * 32)
    assert brushed(facts).orders.is_empty()
    assert facts.extent.last_on
    assert wholesale_orders(facts, as_of=facts.extent.last_on, limits=WholesaleLimits()).orders.is_empty()
