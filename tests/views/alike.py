"""Shops whose customers fall into groups that are known, and shops without any."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from metrics.shops import Order, Shop

AS_OF: Final = date(2026, 6, 30)


@dataclass(frozen=True)
class Kind:
    """Customers who behave alike: middles of what they do; each does about that."""

    code: str
    days: int
    gap: float
    recency: float
    amount: float
    source: str = "generic"
    refunded: float = 0.0


KINDS: Final = (
    Kind("often_small", days=9, gap=12, recency=6, amount=3800),
    Kind("seldom_large", days=3, gap=90, recency=50, amount=60000),
    Kind("once_new_small", days=1, gap=0, recency=12, amount=2500),
    Kind("once_old_large", days=1, gap=0, recency=300, amount=40000),
)


def about(draw: random.Random, middle: float, *, spread: float = 0.25) -> float:
    return middle * draw.lognormvariate(0, spread)


def bought(draw: random.Random, name: str, kind: Kind) -> Iterator[Order]:
    day = AS_OF - timedelta(days=round(about(draw, kind.recency)))
    for _ in range(max(1 if kind.days == 1 else 2, round(about(draw, kind.days, spread=0.15)) if kind.days > 1 else 1)):
        gross = max(round(about(draw, kind.amount)), 1)
        yield Order(name, day, gross, undated=round(gross * kind.refunded), source=kind.source)
        day -= timedelta(days=max(round(about(draw, kind.gap)), 1))


def planted_shop(seed: int, *, each: int = 80, kinds: tuple[Kind, ...] = KINDS) -> Shop:
    """A shop of so many customers of each kind; a customer's name begins with the kind's code."""
    draw = random.Random(seed)
    orders = [
        order for kind in kinds for number in range(each) for order in bought(draw, f"{kind.code}:{number}", kind)
    ]
    # somebody buys on the last day, so that it is the day observed
    return Shop((*orders, Order(None, AS_OF, 100)))


def plain_shop(seed: int, *, customers: int = 500) -> Shop:
    """A shop in which how often, when and for how much somebody buys come from one distribution each."""
    draw = random.Random(seed)
    orders = []
    for number in range(customers):
        rate = draw.gammavariate(1.2, 1.5)
        usual = draw.lognormvariate(8.5, 0.4)
        gap = draw.lognormvariate(3.3, 0.6)
        day = AS_OF - timedelta(days=int(draw.expovariate(1 / 60)))
        for _ in range(1 + int(draw.gammavariate(rate + 0.1, 1))):
            gross = max(round(usual * draw.lognormvariate(0, 0.5)), 1)
            undated = gross // 3 if draw.random() < 0.05 else 0
            orders.append(Order(f"c{number}", day, gross, undated=undated))
            day -= timedelta(days=max(int(draw.expovariate(1 / gap)), 1))
    return Shop((*orders, Order(None, AS_OF, 100)))
