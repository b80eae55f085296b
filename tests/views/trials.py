"""Shops to judge forecasts on: the published one, invented ones, and a slow recount of what was known and what came."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Final

from custtier.facts import Facts
from metrics.shops import Order, Shop, facts_of
from models.cdnow import rows

AS_OF: Final = date(2026, 6, 30)


@cache
def cdnow_facts() -> Facts:
    """The CDNOW sample as a shop; its holdout is the last 273 days. Free orders count as one cent."""
    orders = [Order(row["sample_id"], row["date"], max(round(row["amount"] * 100), 1)) for row in rows().to_dicts()]
    return facts_of(Shop(tuple(orders)))


def leaving_shop(seed: int, *, customers: int, days: int = 400, gap: float = 20.0, stays: float = 0.8) -> Shop:
    """Customers who come with their own rhythm, and after every purchase may come no more."""
    draw = Random(seed)
    orders = list(_orders(draw, customers=customers, days=days, gap=gap, stays=stays))
    merged = {"k1": "k0", "k3": "k2"} if customers > 10 else {}
    return Shop((*orders, Order(None, AS_OF, 100)), merged)


def _orders(draw: Random, *, customers: int, days: int, gap: float, stays: float) -> Iterator[Order]:
    for number in range(customers):
        own = gap * draw.lognormvariate(0, 0.6)
        day = AS_OF - timedelta(days=draw.randrange(days))
        while day <= AS_OF:
            gross = draw.randrange(1000, 20000)
            late = day + timedelta(days=draw.randrange(60))
            refunds = ((late, gross),) if draw.random() < 0.05 and late <= AS_OF else ()
            yield Order(f"k{number}", day, gross, refunds=refunds)
            if draw.random() > stays:
                break
            day += timedelta(days=1 + round(draw.expovariate(1 / own)))


def counts_by(shop: Shop, *, day: date) -> dict[str, set[date]]:
    """Person → their purchase days up to a day, by what was dated up to it: counted slowly."""
    found: dict[str, set[date]] = {}
    for order in shop.orders:
        if order.account is None or order.day > day:
            continue
        net = order.gross - order.undated - sum(amount for on, amount in order.refunds if on <= day)
        if net > 0 and not order.closed:
            found.setdefault(shop.person(order.account), set()).add(order.day)
    return found


def sales_between(shop: Shop, *, after: date, until: date, known_on: date) -> dict[str, int]:
    """Person → net sales of the days after a day up to another, as known on a third."""
    found: dict[str, int] = {}
    for order in shop.orders:
        if order.account is None or not after < order.day <= until:
            continue
        net = order.gross - order.undated - sum(amount for on, amount in order.refunds if on <= known_on)
        if net > 0 and not order.closed:
            person = shop.person(order.account)
            found[person] = found.get(person, 0) + net
    return found
