"""`moves` on random shops: against slow plain Python that tries every order of changes, and what always holds."""

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import permutations
from statistics import median

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from custtier.tiering import Tier, TierCuts
from custtier.views.moves.answer import NO_PURCHASE, moves
from custtier.views.moves.classes import By, Classes
from custtier.views.rfm.answer import Asked, rfm
from custtier.views.tiers.answer import tiers
from custtier.views.view import View
from metrics import plain
from metrics.shops import Order, Shop, customer_id, facts_of, random_shop

SEEDS = range(0, 160, 2)
CHANGES = ("bought", "refunded", "aged", "cuts_moved")
WINDOWS = (None, 30, 200)


def days_of(shop: Shop, seed: int) -> tuple[date, date]:
    rng = random.Random(seed)
    second = plain.last_day(shop) - timedelta(days=rng.choice([0, 0, 40, 200]))
    return second - timedelta(days=rng.choice([0, 1, 31, 90, 300, 700])), second


class Slow:
    """Where everybody is if only some changes had come."""

    def __init__(self, shop: Shop, first: date, second: date, *, by: str, window: int | None) -> None:
        self.by, self.window, self.first, self.second = by, window, first, second
        self.placed: dict[tuple[str, frozenset[str]], str | None] = {}
        self.orders: dict[str, list[Order]] = {who: [] for who in shop.people()}
        for order in shop.orders:
            if order.account:
                self.orders[shop.person(order.account)].append(order)
        self.before = self._customers(frozenset())
        self.after = self._customers(frozenset(CHANGES))

    def _customers(self, made: frozenset[str]) -> list[tuple[date, int, int]]:
        return [found for who in self.orders if (found := self.figures(who, made)) is not None]

    def figures(self, who: str, made: frozenset[str]) -> tuple[date, int, int] | None:
        """Last day, orders and net sales; None for no customer."""
        day = self.second if "aged" in made else self.first
        days, nets = [], []
        for order in self.orders[who]:
            is_new = order.day > self.first
            net = plain.net_on(order, self.second if is_new or "refunded" in made else self.first)
            if net <= 0 or (is_new and "bought" not in made):
                continue
            is_inside = self.window is None or order.day > day - timedelta(days=self.window)
            if is_inside:
                nets.append(net)
            if is_inside or self.by == "segment":
                days.append(order.day)
        return (max(days), len(nets), sum(nets)) if days else None

    def place(self, who: str, made: frozenset[str]) -> str | None:
        if (who, made) not in self.placed:
            self.placed[who, made] = self._place(who, made)
        return self.placed[who, made]

    def _place(self, who: str, made: frozenset[str]) -> str | None:
        found = self.figures(who, made)
        if found is None:
            return None
        last, orders, net = found
        is_after = "cuts_moved" in made or not self.before
        others, others_day = (self.after, self.second) if is_after else (self.before, self.first)
        if self.by == "tier":
            return plain.tier(net, [other[2] for other in others])
        day = self.second if "aged" in made else self.first
        recent = (day - last).days <= median((others_day - other[0]).days for other in others)
        rich = net > 0 and net >= median(Fraction(other[2]) for other in others)
        return plain.CLASSES[recent, orders >= 2, rich]

    def is_there(self, who: str, made: frozenset[str]) -> bool:
        """Whether they are where they are at last, by tiers as high or as low."""
        here, last, first = (self.place(who, some) for some in (made, frozenset(CHANGES), frozenset()))
        if self.by == "segment":
            return here == last
        height = {None: 0, "regular": 1, "growing": 2, "important": 3, "core": 4}
        if height[last] > height[first]:
            return height[here] >= height[last]
        return height[here] <= height[last]

    def cause(self, who: str) -> tuple[str, Fraction]:
        parts = dict.fromkeys(CHANGES, 0)
        orders = list(permutations(CHANGES))
        for order in orders:
            made: frozenset[str] = frozenset()
            for change in order:
                was = self.is_there(who, made)
                made |= {change}
                parts[change] += self.is_there(who, made) - was
        best = max(CHANGES, key=lambda change: (parts[change], -CHANGES.index(change)))
        return best, Fraction(parts[best], len(orders))


def is_comparable(slow: Slow) -> bool:
    least = 10 if slow.by == "segment" else 1
    return len(slow.after) >= least and (len(slow.before) >= least or not slow.before)


def asked(shop: Shop, slow: Slow, **more) -> View:
    return moves(
        facts_of(shop, seed=more.pop("seed", 0)),
        first=slow.first,
        second=slow.second,
        classes=Classes(by=slow.by, window_days=slow.window),
        **more,
    )


def shops(seeds: Iterable[int]) -> list[tuple[int, str, int | None]]:
    """Those of the seeds that can be asked, by tiers and by classes."""
    found = []
    for seed in seeds:
        shop, window = random_shop(seed), WINDOWS[seed // 2 % 3]
        for by in (By.TIER, By.SEGMENT):
            if is_comparable(Slow(shop, *days_of(shop, seed), by=by, window=window)):
                found.append((seed, str(by), window))
    return found


EVERY = shops(SEEDS)
every_shop = pytest.mark.parametrize(("seed", "by", "window"), EVERY)
some_shops = pytest.mark.parametrize(("seed", "by", "window"), EVERY[::4])


@every_shop
def test_moves_agree_with_plain_python(seed: int, by: str, window: int | None) -> None:
    shop = random_shop(seed)
    slow = Slow(shop, *days_of(shop, seed), by=by, window=window)
    expected = {}
    for who in slow.orders:
        here, there = slow.place(who, frozenset()), slow.place(who, frozenset(CHANGES))
        if here is None and there is None:
            continue
        cause = slow.cause(who) if here != there else (None, None)
        expected[customer_id(who)] = (here or "no_purchase", there or "no_purchase", *cause)
    columns = ("customer_id", "moved_from", "moved_to", "cause", "cause_share")
    table = asked(shop, slow, everyone=True, seed=seed).tables["customers"].select(columns)
    found = {
        who: (*places, share and Fraction(share).limit_denominator(24)) for who, *places, share in table.iter_rows()
    }
    assert found == expected


@every_shop
def test_the_tables_add_up(seed: int, by: str, window: int | None) -> None:
    shop = random_shop(seed)
    slow = Slow(shop, *days_of(shop, seed), by=by, window=window)
    view = asked(shop, slow)
    summary, matrix, pairs = view.summary, view.tables["matrix"], view.tables["pairs"]
    places = matrix.get_column("moved_from").to_list()
    counts = matrix.drop("moved_from").rows()
    assert sum(map(sum, counts[:-1])) == summary["customers_then"] == len(slow.before)
    assert sum(sum(row[:-1]) for row in counts) == summary["customers"] == len(slow.after)
    movers = sum(count for here, row in enumerate(counts) for there, count in enumerate(row) if here != there)
    assert movers == summary["movers"] == view.tables["causes"].get_column("customers").sum()
    assert movers == view.tables["customers"].height
    for here, there, count, *_ in pairs.rows():
        assert counts[places.index(here)][places.index(there)] == count
    assert pairs.get_column("net_sales_then").sum() == summary["net_sales_then"] == sum(net for *_, net in slow.before)
    assert pairs.get_column("net_sales").sum() == summary["net_sales"] == sum(net for *_, net in slow.after)
    causes = view.tables["causes"]
    for column in ("net_sales_then", "net_sales"):
        assert causes.get_column(column).sum() == view.tables["customers"].get_column(column).sum()
    ways = [summary[name] for name in ("newcomers", "leavers", "risen", "fallen") if name in summary]
    assert sum(ways) == movers or by == "segment"


@some_shops
def test_both_days_are_those_of_the_other_answers(seed: int, by: str, window: int | None) -> None:
    shop = random_shop(seed)
    slow = Slow(shop, *days_of(shop, seed), by=by, window=window)
    facts = facts_of(shop)
    table = asked(shop, slow, everyone=True).tables["customers"]
    for day, column, customers in ((slow.first, "moved_from", slow.before), (slow.second, "moved_to", slow.after)):
        if not customers or (by == "segment" and window and not any(count for _, count, _ in customers)):
            continue
        if by == "tier":
            view = tiers(facts, as_of=day, window_days=window)
        else:
            view = rfm(facts, as_of=day, asked=Asked(window_days=window))
        expected = dict(view.tables["customers"].select("customer_id", by).rows())
        found = dict(table.filter(pl.col(column) != NO_PURCHASE).select("customer_id", column).rows())
        assert found == expected


@some_shops
def test_the_order_of_rows_changes_no_move(seed: int, by: str, window: int | None) -> None:
    shop = random_shop(seed)
    slow = Slow(shop, *days_of(shop, seed), by=by, window=window)
    orders = list(shop.orders)
    random.Random(seed).shuffle(orders)
    one, other = asked(shop, slow), asked(replace(shop, orders=tuple(orders)), slow, seed=seed)
    assert one.summary == other.summary
    for name, table in one.tables.items():
        assert_frame_equal(table, other.tables[name])


@some_shops
def test_the_same_day_moves_nobody(seed: int, by: str, window: int | None) -> None:
    shop = random_shop(seed)
    slow = Slow(shop, days_of(shop, seed)[1], days_of(shop, seed)[1], by=by, window=window)
    view = asked(shop, slow, facts_then=facts_of(shop))
    assert (view.summary["movers"], view.tables["customers"].height) == (0, 0)


@some_shops
def test_orders_and_refunds_after_the_second_day_move_nobody(seed: int, by: str, window: int | None) -> None:
    shop = random_shop(seed)
    slow = Slow(shop, *days_of(shop, seed), by=by, window=window)
    later = slow.second + timedelta(days=1)
    refunded = tuple(
        replace(order, refunds=(*order.refunds, (later, 1))) if plain.net_on(order, slow.second) > 1 else order
        for order in shop.orders
    )
    more = Shop((*refunded, Order("new", later, 5000)), shop.merged)
    one, other = asked(shop, slow), asked(more, slow)
    for name, table in one.tables.items():
        assert_frame_equal(table, other.tables[name])


@some_shops
def test_a_history_without_refunds_where_nobody_buys_moves_by_time_and_cuts_alone(
    seed: int, by: str, window: int | None
) -> None:
    shop = random_shop(seed)
    first, second = days_of(shop, seed)
    still = Shop(
        tuple(replace(order, refunds=(), undated=0) for order in shop.orders if order.day <= first), shop.merged
    )
    slow = Slow(still, first, second, by=by, window=window)
    if not is_comparable(slow):
        return
    causes = dict(asked(still, slow).tables["causes"].select("cause", "customers").rows())
    assert causes["bought"] == causes.get("refunded", 0) == 0
    if by == "tier" and window is None:
        assert asked(still, slow).summary["movers"] == 0


@some_shops
def test_what_was_known_then_is_a_cause_of_its_own_and_all_causes_add_up(
    seed: int, by: str, window: int | None
) -> None:
    shop = random_shop(seed)
    slow = Slow(shop, *days_of(shop, seed), by=by, window=window)
    rng = random.Random(seed)
    then = Shop(tuple(order for order in shop.orders if rng.random() < 0.9), shop.merged)
    seen = Slow(then, slow.first, slow.first, by=by, window=window)
    if not is_comparable(seen):
        return
    view = asked(shop, slow, facts_then=facts_of(then), everyone=True)
    table = view.tables["customers"].select("customer_id", "moved_from", "moved_to", "cause")
    for who, here, there, cause in table.iter_rows():
        person = who.removeprefix("c_")
        assert here == ((seen.place(person, frozenset()) if person in seen.orders else None) or "no_purchase")
        assert there == (slow.place(person, frozenset(CHANGES)) or "no_purchase")
        known = slow.place(person, frozenset()) or "no_purchase"
        assert (cause == "data_changed") == (here != there and known == there)
    assert view.tables["causes"].get_column("customers").sum() == view.summary["movers"]


@pytest.mark.parametrize("seed", SEEDS)
def test_by_cuts_that_stay_and_without_refunds_only_own_orders_move_anybody(seed: int) -> None:
    shop = random_shop(seed)
    first, second = days_of(shop, seed)
    plainer = replace(shop, orders=tuple(replace(order, refunds=()) for order in shop.orders))
    cuts = TierCuts((Tier("gold", spending=500), Tier("silver", spending=100), Tier("rest")))
    if not plain.people(plainer, second)[0]:
        return
    table = moves(facts_of(plainer), first=first, second=second, classes=Classes(tiers=cuts)).tables["customers"]
    assert set(table.select("cause", "cause_share").rows()) <= {("bought", 1.0)}
    assert not table.get_column("direction").is_in(["fallen", "gone"]).any()
