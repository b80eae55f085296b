"""Small shops as facts: from a list of orders written in a test, or at random from a seed."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import polars as pl

from custtier import schema
from custtier.facts import Extent, Facts
from custtier.periods import day_number


@dataclass(frozen=True)
class Order:
    """One paid order, as a test writes it; amounts in minor units."""

    account: str | None
    day: date
    gross: int
    undated: int = 0
    refunds: tuple[tuple[date, int], ...] = ()
    closed: bool = False
    currency: str = "CNY"
    shop: str = "first"
    source: str = "generic"
    channel: str | None = None
    agent: str | None = None


@dataclass(frozen=True)
class Shop:
    """Orders, and which accounts are one person: account → the account that names the person."""

    orders: tuple[Order, ...]
    merged: Mapping[str, str] = field(default_factory=dict)

    def person(self, account: str) -> str:
        return self.merged.get(account, account)

    def people(self) -> list[str]:
        return sorted({self.person(order.account) for order in self.orders if order.account is not None})


def account_key(account: str) -> int:
    """A key whose order has nothing to do with the text's."""
    return (sum(ord(letter) * 257**place for place, letter in enumerate(account)) * 2654435761) % 2**61 - 2**60


def customer_id(person: str) -> str:
    return f"c_{person}"


def facts_of(shop: Shop, *, seed: int = 0) -> Facts:
    """The facts of a shop as the store gives them; `seed` shuffles order keys and rows of refunds."""
    orders = list(shop.orders)
    random.Random(seed).shuffle(orders)
    rows = [
        {
            "order_key": key,
            "account_key": None if order.account is None else account_key(order.account),
            "ordered_on": order.day,
            "order_day": day_number(order.day),
            "gross": order.gross,
            "undated_refund": order.gross if order.closed else order.undated,
            "dated_refund": 0 if order.closed else sum(amount for _, amount in order.refunds),
            "is_closed": order.closed,
            "currency": order.currency,
            "shop": order.shop,
            "source": order.source,
            "channel": order.channel,
            "agent": order.agent,
        }
        for key, order in enumerate(orders)
    ]
    purchases = pl.DataFrame(rows, schema=dict(schema.PURCHASES)).sort("account_key", "order_day", "order_key")
    refunds = [
        {"order_key": key, "refunded_on": day, "refund_day": day_number(day), "amount": amount}
        for key, order in enumerate(orders)
        for day, amount in order.refunds
    ]
    dated_refunds = pl.DataFrame(refunds, schema=dict(schema.DATED_REFUNDS))
    accounts = pl.DataFrame(
        [
            {"account_key": account_key(account), "customer_key": account_key(person)}
            for account, person in shop.merged.items()
            if account != person
        ],
        schema=dict(schema.ACCOUNTS),
    )
    customers = pl.DataFrame(
        [
            {
                "customer_key": account_key(person),
                "customer_id": customer_id(person),
                "name": f"name of {person}",
                "phone": None,
                "platforms": "generic",
            }
            for person in shop.people()
        ],
        schema=dict(schema.CUSTOMERS),
    )
    return Facts(
        purchases=purchases.lazy(),
        dated_refunds=dated_refunds.lazy(),
        accounts=accounts.lazy(),
        customers=customers.lazy(),
        extent=_extent(orders, purchases, dated_refunds, accounts),
    )


def _extent(
    orders: list[Order], purchases: pl.DataFrame, dated_refunds: pl.DataFrame, accounts: pl.DataFrame
) -> Extent:
    days = [order.day for order in orders] + [day for order in orders for day, _ in order.refunds]
    last = max(days, default=None)
    return Extent(
        last_on=last,
        data_through=last,
        currencies=tuple(sorted({order.currency for order in orders})),
        purchases=purchases.height,
        dated_refunds=dated_refunds.height,
        undated_refunds=sum(1 for order in orders if order.undated and not order.closed),
        merged_accounts=accounts.height,
    )


def paid(account: str | None, day: str, yuan: float) -> Order:
    """One order paid on a day written `2026-03-01`."""
    return Order(account, date.fromisoformat(day), round(yuan * 100))


def of_amounts(amounts: Iterable[int], *, day: date = date(2026, 3, 1)) -> Shop:
    """One order per customer, all on one day, of these minor units."""
    return Shop(tuple(Order(f"u{place:03}", day, amount) for place, amount in enumerate(amounts)))


def random_shop(seed: int) -> Shop:
    """A shop of up to 120 accounts with ties, refunds of all kinds, merged accounts and orders of nobody."""
    rng = random.Random(seed)
    accounts = [f"a{number:03}" for number in range(rng.choice([1, 2, 3, 8, 12, 30, 49, 50, 60, 120]))]
    merged = dict.fromkeys(accounts[1:3], accounts[0]) if rng.random() < 0.4 else {}
    if len(accounts) > 20 and rng.random() < 0.5:
        merged |= {accounts[7]: accounts[6], accounts[11]: accounts[10]}
    start = date(2024, 1, 1)
    amounts = [rng.choice([100, 1990, 9900, 12345, 50000, 1]) for _ in range(4)]
    orders = []
    for account in [*accounts, *([None] * (len(accounts) // 6))]:
        for _ in range(rng.choice([1, 1, 1, 2, 3, 4, 6, 9])):
            orders.append(_random_order(rng, account=account, start=start, amounts=amounts))
    return Shop(tuple(orders), merged)


def _random_order(rng: random.Random, *, account: str | None, start: date, amounts: list[int]) -> Order:
    day = start + timedelta(days=rng.choice([rng.randrange(900), rng.randrange(90) * 10]))
    gross = rng.choice([*amounts, rng.randrange(0, 100_000)])
    kind = rng.random()
    if kind < 0.06:
        return Order(account, day, gross, closed=True)
    if kind < 0.14:
        return Order(account, day, gross, undated=rng.choice([gross, gross // 2]))
    if kind < 0.28:
        halves = [(day + timedelta(days=rng.randrange(120)), gross // 2) for _ in range(rng.choice([1, 2]))]
        return Order(account, day, gross, refunds=tuple(halves), shop=rng.choice(["first", "second"]))
    return Order(account, day, gross, shop=rng.choice(["first", "second"]))
