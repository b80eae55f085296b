"""The answers in slow plain Python, read from the rules and not from the queries: the second route of the tests."""

import math
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from statistics import median

from metrics.shops import Order, Shop


@dataclass
class Person:
    """Purchases of one customer: day and net sales, in the order of days."""

    purchases: list[tuple[date, int]] = field(default_factory=list)

    @property
    def net(self) -> int:
        return sum(net for _, net in self.purchases)

    @property
    def days(self) -> list[date]:
        return sorted({day for day, _ in self.purchases})

    @property
    def gaps(self) -> list[int]:
        return [(later - earlier).days for earlier, later in zip(self.days, self.days[1:], strict=False)]


def net_on(order: Order, as_of: date) -> int:
    if order.closed or order.day > as_of:
        return 0
    return order.gross - order.undated - sum(amount for day, amount in order.refunds if day <= as_of)


def people(shop: Shop, as_of: date) -> tuple[dict[str, Person], list[int]]:
    """Everyone with a purchase, and the net sales of each purchase of nobody."""
    found: dict[str, Person] = defaultdict(Person)
    nobody = []
    for order in sorted(shop.orders, key=lambda order: order.day):
        net = net_on(order, as_of)
        if net <= 0:
            continue
        if order.account is None:
            nobody.append(net)
        else:
            found[shop.person(order.account)].purchases.append((order.day, net))
    return dict(found), nobody


def last_day(shop: Shop) -> date:
    return max([order.day for order in shop.orders] + [day for order in shop.orders for day, _ in order.refunds])


def best(amounts: list[int], count: int) -> int:
    """The amount of the last of the best `count`."""
    return sorted(amounts, reverse=True)[count - 1]


def fewest(amounts: list[int], share: Fraction) -> int:
    """The amount of the last of the fewest who make `share` of the sum."""
    running = 0
    for amount in sorted(amounts, reverse=True):
        running += amount
        if Fraction(running, sum(amounts)) >= share:
            return amount
    raise AssertionError("a sum reaches each of its shares")


def gini(amounts: list[int]) -> float:
    """By its definition: half the mean absolute difference over the mean."""
    differences = sum(abs(one - other) for one in amounts for other in amounts)
    return float(Fraction(differences, 2 * len(amounts) * sum(amounts)))


def tier(amount: int, amounts: list[int]) -> str:
    for code, percent in (("core", 5), ("important", 20), ("growing", 50)):
        if amount >= best(amounts, math.ceil(Fraction(len(amounts) * percent, 100))):
            return code
    return "regular"


def linear_quantile(values: list[float], share: Fraction) -> Fraction:
    ordered = sorted(Fraction(value) for value in values)
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def bins_of(count: int) -> int | None:
    if count < 10:
        return None
    return 3 if count < 50 else 5


def scores(person: Person, everyone: list[Person], as_of: date) -> tuple[int, int, int] | None:
    bins = bins_of(len(everyone))
    if bins is None:
        return None
    orders = len(person.purchases)
    recency = (as_of - person.days[-1]).days
    older = sum(1 for other in everyone if (as_of - other.days[-1]).days > recency)
    poorer = sum(1 for other in everyone if other.net < person.net)
    by_orders = {1: 1, 2: 2, 3: 3, 4: 4, 5: 4} if bins == 5 else {1: 1, 2: 3}
    frequency = by_orders.get(orders, 5)
    step = 1 if bins == 5 else 2
    return 1 + step * (bins * older // len(everyone)), frequency, 1 + step * (bins * poorer // len(everyone))


CLASSES = {
    (True, True, True): "key_value",
    (True, False, True): "key_develop",
    (False, True, True): "key_keep",
    (False, False, True): "key_rescue",
    (True, True, False): "general_value",
    (True, False, False): "general_develop",
    (False, True, False): "general_keep",
    (False, False, False): "general_rescue",
}


def segment(person: Person, everyone: list[Person], as_of: date) -> str | None:
    if len(everyone) < 10:
        return None
    recencies = [(as_of - other.days[-1]).days for other in everyone]
    recent = (as_of - person.days[-1]).days <= median(recencies)
    rich = person.net >= median(Fraction(other.net) for other in everyone)
    return CLASSES[recent, len(person.purchases) >= 2, rich]


def usual_gaps(found: dict[str, Person]) -> dict[str, Fraction | None]:
    own = {
        who: Fraction((person.days[-1] - person.days[0]).days, len(person.days) - 1)
        for who, person in found.items()
        if len(person.days) > 1
    }
    shop = median(own.values()) if own else None
    return {who: own.get(who, shop) for who in found}


def back_by(came: list[int], waits: list[int]) -> dict[int, Fraction]:
    """Day → share of all who have come back by then, day by day; empty where fewer than 30 did."""
    stayed, found, returns = Fraction(1), {}, 0
    for day in sorted(set(came)):
        there = sum(1 for one in [*came, *waits] if one >= day)
        if there < 30:
            break
        stayed *= 1 - Fraction(came.count(day), there)
        found[day] = 1 - stayed
        returns += came.count(day)
    return found if returns >= 30 else {}


def back_at(curve: dict[int, Fraction], share: Fraction) -> int:
    """The day by which this share of those who ever come back have done so."""
    return next(day for day, reached in curve.items() if reached >= share * list(curve.values())[-1])


def once_starts(found: dict[str, Person], as_of: date) -> list[int]:
    """Where the levels begin of who bought on one day, by the gaps between the others' first two."""
    firsts = [person.gaps[0] for person in found.values() if person.gaps]
    curve = back_by(firsts, [(as_of - person.days[-1]).days for person in found.values() if not person.gaps])
    return [back_at(curve, Fraction(share, 100)) for share in (50, 80, 95)] if curve else []


def season_until(days: list[date], *, least: int = 3) -> date | None:
    """The last day on which the next season is waited for, trying every start of a season; None without seasons."""
    epoch = date(1970, 1, 1)
    quarters = [4 * (day - epoch).days for day in days]
    for start in {one % 1461 for one in quarters}:
        if all((one - start) % 1461 <= 62 * 4 for one in quarters):
            lasts = max((one - start) % 1461 for one in quarters)
            cycles = {(one - start) // 1461 for one in quarters}
            if len(cycles) < least or len(cycles) < max(cycles) - min(cycles) + 1:
                return None
            return epoch + timedelta(days=(start + (max(cycles) + 1) * 1461 + lasts) // 4 + 30)
    return None


def level(
    method: str,
    person: Person,
    usual: Fraction | None,
    pooled: list[int],
    as_of: date,
    days: int,
    once: list[int] | None = None,
) -> str | None:
    recency = (as_of - person.days[-1]).days
    until = season_until(person.days)
    if method != "fixed" and until is not None and as_of <= until:
        return None
    if method != "fixed" and once and not person.gaps:
        reached = [recency >= start for start in once]
    elif method == "fixed":
        reached = [recency >= math.ceil(Fraction(2 * days, 3)), recency >= math.ceil(Fraction(5 * days, 6))]
        reached.append(recency >= days)
    elif method == "own":
        ratio = None if usual is None else recency / usual
        reached = [ratio is not None and ratio >= start for start in (Fraction(3, 2), 2, 3)]
    else:
        starts = [linear_quantile(pooled, Fraction(share, 100)) for share in (50, 80, 95)] if pooled else []
        reached = [recency >= start for start in starts]
    codes = [code for code, holds in zip(("watch", "warning", "lapsed"), reached, strict=False) if holds]
    return codes[-1] if codes else None


def at_stake(person: Person) -> int:
    last = person.days[-1]
    return sum(net for day, net in person.purchases if day > last - timedelta(days=365))
