"""Shops whose new customers begin in known ways, and their first days in slow plain Python."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Final

from metrics.shops import Order, Shop
from views.key_shops import KeyShop

START: Final = date(2023, 10, 1)
AS_OF: Final = date(2026, 6, 30)


def starting_shop(seed: int, *, customers: int = 1500, second: float = 0.0, value: float = 0.0) -> Shop:
    """Customers who begin over two years and nine months, and come again later.

    Args:
        seed: Of the draws.
        customers: How many.
        second: How much more those come later who came again soon: 0 for not at all.
        value: How much more those come later whose first purchase was large.
    """
    draw = Random(seed)
    orders = []
    for number in range(customers):
        first = START + timedelta(days=draw.randrange((AS_OF - START).days))
        is_large, is_soon = draw.random() < 0.3, draw.random() < 0.3
        orders.append(
            Order(f"n{number:04}", first, draw.randrange(15000, 30000) if is_large else draw.randrange(2000, 9000))
        )
        if is_soon:
            again = first + timedelta(days=draw.randrange(1, 30))
            orders.append(Order(f"n{number:04}", again, draw.randrange(2000, 9000)))
        times = draw.choices(range(4), [50, 25, 15, 10])[0]
        times += (draw.random() < second) * is_soon * 3 + (draw.random() < value) * is_large * 3
        for _ in range(times):
            later = first + timedelta(days=draw.randrange(31, 390))
            orders.append(Order(f"n{number:04}", later, draw.randrange(2000, 20000)))
    return Shop(tuple(order for order in orders if order.day <= AS_OF))


def net_until(order: Order, day: date) -> int:
    """What an order comes to by what was refunded up to a day."""
    if order.closed:
        return 0
    return order.gross - order.undated - sum(amount for on, amount in order.refunds if on <= day)


def plain_starts(known: KeyShop, *, as_of: date, days: int) -> dict[str, dict[str, object]]:
    """Person → when they began and what was seen of them in their first days, read from the rules."""
    shop = known.shop
    baskets = dict(enumerate(known.baskets))
    people: dict[str, list[tuple[int, Order]]] = {}
    for place, order in enumerate(shop.orders):
        if order.account is not None and order.day <= as_of:
            kept = replace(order, refunds=tuple((on, amount) for on, amount in order.refunds if on <= as_of))
            people.setdefault(shop.person(order.account), []).append((place, kept))
    found = {}
    for who, orders in people.items():
        begun = [o.day for _, o in orders if net_until(o, o.day + timedelta(days=days - 1)) > 0]
        if not begun:
            continue
        first = min(begun)
        last = first + timedelta(days=days - 1)
        early = [(place, o) for place, o in orders if first <= o.day <= last and net_until(o, last) > 0]
        others = sorted(o.day for _, o in early if o.day > first)
        products = {
            product for place, o in early if o.day == first and place in baskets for product in baskets[place].products
        }
        found[who] = {
            "first_day": first,
            "first_sales": sum(net_until(o, last) for _, o in early if o.day == first),
            "start_sales": sum(net_until(o, last) for _, o in early),
            "second": others[0] if others else None,
            "products": len(products) or None,
            "refund": any(
                on <= last and amount
                for _, o in orders
                if first <= o.day <= last and not o.closed and o.gross > o.undated
                for on, amount in o.refunds
            ),
            "orders": orders,
        }
    return found


def plain_later(orders: list[tuple[int, Order]], *, first: date, days: int, later_days: int) -> int:
    """Net sales of the days after the first ones, as known on the last of them."""
    begin, end = first + timedelta(days=days), first + timedelta(days=days + later_days - 1)
    nets = [net_until(o, end) for _, o in orders if begin <= o.day <= end]
    return sum(net for net in nets if net > 0)
