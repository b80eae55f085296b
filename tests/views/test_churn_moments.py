"""`churn --moments`: against plain Python, by hand, and silent where differences are chance."""

import random
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from math import sqrt
from statistics import NormalDist

import polars as pl
import pytest

from custtier.facts import TABLES, Facts
from custtier.metrics.scope import Scope
from custtier.views.churn.moments import moments
from metrics import plain
from metrics.shops import Order, Shop, facts_of

AS_OF = date(2026, 3, 31)
CHANNELS = ("live", "shop", None)


@cache
def shop(seed: int = 1, *, live_leaves: float = 0.5, others_leave: float = 0.5, customers: int = 300) -> Shop:
    """People who leave after each purchase with a chance of the channel that they bought it in."""
    chance = random.Random(seed)
    orders: list[Order] = []
    for number in range(customers):
        day = AS_OF - timedelta(days=chance.randint(0, 500))
        while day <= AS_OF:
            channel = chance.choice(CHANNELS)
            orders.append(Order(f"u{number}", day, 1000, channel=channel))
            if chance.random() < (live_leaves if channel == "live" else others_leave):
                break
            day += timedelta(days=chance.randint(0, 80))
    return Shop(tuple(orders), merged={"u1": "u2", "u3": "u4", "u5": "u4"})


def wilson(count: int, total: int, confidence: float) -> tuple[float, float]:
    """By its definition: the shares p with |share - p| = z sqrt(p (1 - p) / n), found by halving."""
    z, share = NormalDist().inv_cdf((1 + confidence) / 2), count / total

    def beyond(p: float) -> bool:
        return abs(share - p) > z * sqrt(p * (1 - p) / total)

    ends = []
    for outer in (0.0, 1.0):
        out, inside = outer, share
        for _ in range(200):
            middle = (out + inside) / 2
            out, inside = (middle, inside) if beyond(middle) else (out, middle)
        ends.append(inside)
    return ends[0], ends[1]


def slowly(of: Shop, days: int) -> dict[str, list[tuple[object, ...]]]:
    """The tables by number, month and channel, one customer after the other."""
    people, _ = plain.people(of, AS_OF)
    seen = []  # who, day, number, month, left
    for who, person in people.items():
        for place, day in enumerate(person.days):
            after = [later for later in person.days if 0 < (later - day).days <= days]
            if (AS_OF - day).days >= days:
                month = min((day - person.days[0]).days // 30 + 1, 25)
                seen.append((who, day, min(place + 1, 10), month, not after))
    usual = {
        number: sum(one[4] for one in seen if one[2] == number) / sum(1 for one in seen if one[2] == number)
        for number in {one[2] for one in seen}
    }
    channels = defaultdict(dict)
    for order in sorted(of.orders, key=lambda order: order.day, reverse=True):
        if order.account and order.channel:
            channels[order.channel][of.person(order.account)] = order.day
    tables = {}
    for name, place, last in (("by_number", 2, 10), ("by_month", 3, 25)):
        firsts: dict[tuple[str, int], bool] = {}
        for one in seen:
            firsts.setdefault((one[0], one[place]), one[4])
        pooled = sum(firsts.values()) / len(firsts)
        lines = []
        for value in sorted({moment for _, moment in firsts}):
            left = [has_left for (_, moment), has_left in firsts.items() if moment == value]
            lines.append((f"{value}+" if value == last else str(value), len(left), sum(left), pooled))
        tables[name] = told(lines)
    lines = []
    for channel, firsts_of in channels.items():
        rows = [one for one in seen if firsts_of.get(one[0]) == one[1]]
        if rows:
            expected = sum(usual[one[2]] for one in rows) / len(rows)
            lines.append((channel, len(rows), sum(one[4] for one in rows), expected))
    tables["by_channel"] = told(sorted(lines, key=lambda line: (line[3] - line[2] / line[1], line[0])))
    return tables


def told(lines: list[tuple[str, int, int, float]]) -> list[tuple[object, ...]]:
    kept = [line for line in lines if line[1] >= 30]
    rows: list[tuple[object, ...]] = []
    for moment, count, left, expected in kept:
        low, high = wilson(left, count, 1 - 0.05 / len(kept))
        verdict = "more" if low > expected else "fewer" if high < expected else "no_difference"
        rows.append((moment, count, left, left / count, *wilson(left, count, 0.95), expected, verdict))
    return rows


@pytest.mark.parametrize("seed", range(4))
def test_every_line_agrees_with_plain_python(seed: int) -> None:
    view = moments(facts_of(shop(seed, live_leaves=0.8), seed=seed), as_of=AS_OF, days=60)
    for name, rows in slowly(shop(seed, live_leaves=0.8), 60).items():
        found = view.tables[name].rows()
        assert [row[:3] + row[-1:] for row in found] == [row[:3] + row[-1:] for row in rows]
        for one, other in zip(found, rows, strict=True):
            assert one[3:7] == pytest.approx(other[3:7], abs=1e-9)


def test_a_channel_after_which_people_leave_is_called_so_and_the_others_are_measured_by_it() -> None:
    table = moments(facts_of(shop(1, live_leaves=0.9, others_leave=0.3)), as_of=AS_OF, days=90).tables["by_channel"]
    assert dict(table.select("moment", "than_usual").rows()) == {"live": "more", "shop": "fewer"}


def test_where_the_channel_makes_no_difference_none_is_seen() -> None:
    called = 0
    for seed in range(12):
        table = moments(facts_of(shop(seed + 50, customers=200)), as_of=AS_OF, days=90).tables["by_channel"]
        called += int((table.get_column("than_usual") != "no_difference").sum())
    assert called <= 2


def test_a_purchase_day_too_short_ago_to_see_who_comes_back_does_not_count() -> None:
    orders = [Order(f"a{number}", AS_OF - timedelta(days=30), 100) for number in range(40)]
    orders += [Order(f"b{number}", AS_OF - timedelta(days=29), 100) for number in range(40)]
    view = moments(facts_of(Shop(tuple(orders))), as_of=AS_OF, days=30)
    assert (view.summary["judged_days"], view.summary["left_share"]) == (40, 1.0)


def test_coming_back_on_the_last_of_the_days_is_coming_back() -> None:
    first = AS_OF - timedelta(days=100)
    orders = [Order(f"a{number}", first + timedelta(days=ago), 100) for number in range(35) for ago in (0, 30)]
    orders += [Order(f"b{number}", first + timedelta(days=ago), 100) for number in range(35) for ago in (0, 31)]
    line = moments(facts_of(Shop(tuple(orders))), as_of=AS_OF, days=30).tables["by_number"].row(0, named=True)
    assert (line["moment"], line["customers"], line["left_customers"]) == ("1", 70, 35)


def test_a_line_of_few_customers_is_left_out_and_a_shop_of_few_is_told_so() -> None:
    view = moments(facts_of(shop(3, customers=20)), as_of=AS_OF, days=60)
    assert all(table.is_empty() for table in view.tables.values())
    assert [note.code for note in view.notes][-1] == "moments_few"


def test_days_are_those_that_suit_the_shop_when_none_are_typed() -> None:
    view = moments(facts_of(shop(1)), as_of=AS_OF)
    typed = moments(facts_of(shop(1)), as_of=AS_OF, days=int(str(view.summary["days"])))
    assert "moments_suggested" in {note.code for note in view.notes}
    assert view.tables["by_number"].equals(typed.tables["by_number"])


def test_days_after_the_orders_asked_for_are_not_taken_for_silence() -> None:
    facts = facts_of(shop(1))
    until = AS_OF - timedelta(days=120)
    bounded = moments(facts, as_of=AS_OF, scope=Scope(until=until), days=60)
    then = moments(facts, as_of=until, days=60)
    assert bounded.tables["by_number"].equals(then.tables["by_number"])


def with_items(facts: Facts) -> Facts:
    """The same with one item in each order: tea in those of the channel live, else cake."""
    orders = facts.purchases.select("order_key", "channel").collect()
    items = orders.select(
        "order_key",
        pl.when(pl.col("channel") == "live").then(pl.lit("tea")).otherwise(pl.lit("cake")).alias("product"),
        pl.lit("food").alias("category"),
        pl.lit("paid").alias("state"),
    )

    def opener(name: str, columns: list[str]) -> pl.LazyFrame:  # type: ignore[type-arg]
        assert name == "items"
        missing = [pl.lit(None, dtype=TABLES[name][one]).alias(one) for one in columns if one not in items.columns]
        return items.lazy().with_columns(missing).select(columns)

    return replace(facts, opener=opener)  # type: ignore[arg-type]


def test_products_and_categories_stand_where_items_are_known() -> None:
    view = moments(with_items(facts_of(shop(1, live_leaves=0.9, others_leave=0.3))), as_of=AS_OF, days=90)
    products = dict(view.tables["by_product"].select("moment", "than_usual").rows())
    assert products == {"tea": "more", "cake": "fewer"}
    assert view.tables["by_category"].get_column("moment").to_list() == ["food"]


def refunding_shop(seed: int, *, customers: int = 260, refunded_leave: float = 0.5) -> Shop:
    """People who leave after each purchase with a chance that a refund changes; some orders are refunded in full."""
    chance = random.Random(seed)
    orders: list[Order] = []
    for number in range(customers):
        day = AS_OF - timedelta(days=chance.randint(0, 500))
        while day <= AS_OF:
            gross, kind = chance.choice((500, 1000, 1000, 2500, 9000)), chance.random()
            late = day + timedelta(days=chance.choice((0, 3, 20, 59, 60, 61, 90)))
            back = gross if kind < 0.15 else gross // 2 if kind < 0.4 else 0
            refunds = ((late, back),) if back and late <= AS_OF and chance.random() < 0.8 else ()
            undated = 0 if refunds or not back else back
            orders.append(Order(f"u{number}", day, gross, undated=undated, refunds=refunds))
            if chance.random() < 0.05:
                orders.append(Order(f"u{number}", day, 300, closed=True))
            if chance.random() < (refunded_leave if back else 0.35):
                break
            day += timedelta(days=chance.randint(0, 80))
    return Shop(tuple(orders), merged={"u1": "u2", "u3": "u4", "u5": "u4"})


def refunds_slowly(of: Shop, days: int) -> list[tuple[object, ...]]:
    """The table by refund, one customer after the other."""
    people, _ = plain.people(of, AS_OF)
    back: dict[str, set[date]] = defaultdict(set)
    for order in of.orders:
        in_time = any(amount and on <= AS_OF and (on - order.day).days <= days for on, amount in order.refunds)
        if order.account and not order.closed and order.gross and (order.undated or in_time):
            back[of.person(order.account)].add(order.day)
    left_by_number: dict[int, list[bool]] = defaultdict(list)
    first: dict[tuple[str, str], tuple[int, bool]] = {}

    def left_after(bought: list[date], day: date) -> bool:
        return not any(0 < (later - day).days <= days for later in bought)

    for who, person in people.items():
        judged = [day for day in person.days if (AS_OF - day).days >= days]
        for place, day in enumerate(judged):
            left_by_number[min(place + 1, 10)].append(left_after(person.days, day))
        for day in sorted({*judged, *back[who]}):
            before = [one for one in person.days if one <= day]
            if not before or (AS_OF - day).days < days:
                continue
            stands = day in person.days
            kind = ("refunded_part" if stands else "refunded_full") if day in back[who] else "not_refunded"
            first.setdefault((who, kind), (min(len(before), 10), left_after(person.days, day)))
    usual = {number: sum(left) / len(left) for number, left in left_by_number.items()}
    lines = []
    for kind in ("refunded_part", "refunded_full", "not_refunded"):
        rows = [one for (_, moment), one in first.items() if moment == kind]
        if rows:
            expected = sum(usual[number] for number, _ in rows) / len(rows)
            lines.append((kind, len(rows), sum(left for _, left in rows), expected))
    return told(lines)


@pytest.mark.parametrize("seed", range(6))
def test_lines_of_refunds_agree_with_plain_python(seed: int) -> None:
    of = refunding_shop(seed)
    found = moments(facts_of(of, seed=seed), as_of=AS_OF, days=60).tables["by_refund"].rows()
    for one, other in zip(found, refunds_slowly(of, 60), strict=True):
        assert one[:3] + one[-1:] == other[:3] + other[-1:]
        assert one[3:7] == pytest.approx(other[3:7], abs=1e-9)


def test_people_who_leave_after_a_refund_are_seen() -> None:
    table = moments(facts_of(refunding_shop(3, customers=500, refunded_leave=0.95)), as_of=AS_OF, days=90).tables
    assert dict(table["by_refund"].select("moment", "than_usual").rows())["refunded_part"] == "more"


def test_a_refund_made_later_than_the_days_is_none_and_a_shop_without_any_has_no_such_table() -> None:
    first = AS_OF - timedelta(days=200)

    def of(late: int) -> Shop:
        orders = [Order(f"a{n}", first, 100, refunds=((first + timedelta(days=late), 50),)) for n in range(40)]
        return Shop((*orders, *(Order(f"b{n}", first, 100) for n in range(40))))

    assert moments(facts_of(of(30)), as_of=AS_OF, days=30).tables["by_refund"].get_column("customers").to_list() == [
        40,
        40,
    ]
    assert "by_refund" not in moments(facts_of(of(31)), as_of=AS_OF, days=30).tables
    assert "by_refund" not in moments(facts_of(shop(1)), as_of=AS_OF, days=30).tables


def test_first_purchases_lie_in_fifths_of_their_value_and_equal_ones_together() -> None:
    of = refunding_shop(4)
    table = moments(facts_of(of), as_of=AS_OF, days=60).tables["by_first_basket"]
    people, _ = plain.people(of, AS_OF)
    nets: dict[str, int] = {}
    left: dict[str, bool] = {}
    for who, one in people.items():
        day = one.days[0]
        if (AS_OF - day).days >= 60:
            nets[who] = sum(net for on, net in one.purchases if on == day)
            left[who] = not any(0 < (later - day).days <= 60 for later in one.days)
    ordered = sorted(nets.values())
    bounds = sorted({ordered[len(ordered) * k // 5] for k in range(1, 5)} - {ordered[0]})
    counts = defaultdict(lambda: [0, 0])
    for who, net in nets.items():
        line = counts[sum(net >= bound for bound in bounds)]
        line[0] += 1
        line[1] += left[who]
    kept = [(place, line) for place, line in sorted(counts.items()) if line[0] >= 30]
    assert table.select("customers", "left_customers").rows() == [tuple(line) for _, line in kept]
    assert table.get_column("usual_left_share").to_list() == pytest.approx([sum(left.values()) / len(left)] * len(kept))
    lows, highs = [0, *bounds], [*(bound - 1 for bound in bounds), 0]
    names = [f"CNY {low / 100:.2f}–{high / 100:.2f}" for low, high in zip(lows, highs, strict=True)]
    names[0], names[-1] = f"≤ CNY {highs[0] / 100:.2f}", f"≥ CNY {lows[-1] / 100:.2f}"
    assert table.get_column("moment").to_list() == [names[place] for place, _ in kept]


def test_first_purchases_that_are_all_the_same_are_no_table() -> None:
    assert "by_first_basket" not in moments(facts_of(shop(1)), as_of=AS_OF, days=30).tables
