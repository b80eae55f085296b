"""Small shops with goods, receivers, contacts and chats, and the points of one-to-one care in slow plain Python."""

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import polars as pl

from custtier.facts import TABLES, Facts
from metrics import plain
from metrics.shops import Shop, account_key, customer_id, facts_of, random_shop

SHANGHAI = ZoneInfo("Asia/Shanghai")
PARTS = ("repurchase", "value", "influence", "referral", "reachability")
WEIGHTS = {"repurchase": 3000, "value": 3000, "influence": 1000, "referral": 1000, "reachability": 2000}


@dataclass(frozen=True)
class Basket:
    """What one order shows beside its money."""

    products: tuple[str, ...] = ()
    receiver: str | None = None
    phone: str | None = None
    phone_kind: str | None = None
    referrer: str | None = None
    amount: int | None = None


@dataclass(frozen=True)
class Contact:
    """A person in somebody's list of contacts."""

    account: str
    agent: str | None = None
    referrer: str | None = None
    remark: str | None = None
    added: tuple[datetime, ...] = ()
    deleted: tuple[datetime, ...] = ()


@dataclass(frozen=True)
class Message:
    """One message."""

    account: str
    at: datetime
    direction: str = "in"
    kind: str = "text"


@dataclass(frozen=True)
class KeyShop:
    """A shop and what is known beside its orders; `baskets` stand beside `shop.orders`."""

    shop: Shop
    baskets: tuple[Basket, ...] = ()
    contacts: tuple[Contact, ...] = ()
    messages: tuple[Message, ...] = ()
    phones: dict[str, str] = field(default_factory=dict)
    costs: tuple[dict[str, object], ...] = ()


def at(day: date, hour: int = 12) -> datetime:
    """An hour of a day in Shanghai."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI).astimezone(UTC)


def facts_of_key(known: KeyShop, *, seed: int = 0) -> Facts:
    """The facts of a shop with its further tables; `seed` shuffles rows."""
    facts = facts_of(known.shop, seed=seed)
    places = list(range(len(known.shop.orders)))
    random.Random(seed).shuffle(places)
    baskets = known.baskets or (Basket(),) * len(places)
    details, items = [], []
    for key, place in enumerate(places):
        order, basket = known.shop.orders[place], baskets[place]
        details.append(
            {
                "order_key": key,
                "account_key": None if order.account is None else account_key(order.account),
                "ordered_on": order.day,
                "name": basket.receiver,
                "phone": basket.phone,
                "phone_kind": basket.phone_kind,
                "referrer": basket.referrer,
                "ordered_at": at(order.day),
            }
        )
        items += [
            {"order_key": key, "item_key": key * 100 + n, "product": p, "amount": basket.amount}
            for n, p in enumerate(basket.products)
        ]
    contacts = [
        {
            "contact_key": number,
            "account_key": account_key(one.account),
            "agent": one.agent,
            "referrer": one.referrer,
            "remark": one.remark,
            "added_at": max(one.added, default=None),
            "first_added_at": min(one.added, default=None),
        }
        for number, one in enumerate(known.contacts)
    ]
    events = [
        {"contact_key": number, "event": event, "at": when}
        for number, one in enumerate(known.contacts)
        for event, instants in (("added", one.added), ("deleted", one.deleted))
        for when in instants
    ]
    messages = [
        {"account_key": account_key(one.account), "sent_at": one.at, "direction": one.direction, "kind": one.kind}
        for one in known.messages
    ]
    accounts = sorted(
        {order.account for order in known.shop.orders if order.account} | {c.account for c in known.contacts}
    )
    everyone = [
        {"account_key": account_key(one), "account": one, "customer_id": customer_id(one), "name": f"name of {one}"}
        for one in accounts
    ]
    made = {
        "details": details,
        "items": items,
        "contacts": contacts,
        "contact_events": events,
        "messages": messages,
        "known": everyone,
        "costs": list(known.costs),
    }
    tables = {
        name: pl.DataFrame([{c: row.get(c) for c in TABLES[name]} for row in rows], schema=dict(TABLES[name])).sample(
            fraction=1, shuffle=True, seed=seed
        )
        for name, rows in made.items()
    }
    customers = facts.customers.with_columns(
        phone=pl.col("customer_id").replace_strict(
            {customer_id(who): phone for who, phone in known.phones.items()}, default=None, return_dtype=pl.String
        )
    )

    def opened(name: str, columns: list[str]) -> pl.LazyFrame:
        found = tables.get(name)
        return (pl.DataFrame(schema=dict(TABLES[name])) if found is None else found).lazy().select(columns)

    return replace(facts, customers=customers, opener=opened)


def random_key_shop(seed: int) -> KeyShop:
    """A random shop with some of everything; sometimes a kind of knowledge is missing altogether."""
    shop, rng = random_shop(seed), random.Random(seed)
    people = shop.people() or ["nobody"]
    accounts = sorted({order.account for order in shop.orders if order.account})
    names = [*(f"name of {one}" for one in people), *accounts, *(customer_id(one) for one in people), "who knows"]
    has = {
        name: rng.random() < 0.8 for name in ("products", "receivers", "referrers", "contacts", "messages", "phones")
    }

    def basket() -> Basket:
        return Basket(
            products=tuple(rng.choices("pqrstu", k=rng.randrange(4))) if has["products"] else (),
            receiver=rng.choice([None, "x", "y", "z", " x "]) if has["receivers"] else None,
            phone=rng.choice([None, "13900000001", "13900000002", "139****0003"]),
            phone_kind=rng.choice(["full", "masked", "virtual", None]),
            referrer=rng.choice(names) if has["referrers"] and rng.random() < 0.2 else None,
        )

    def instants(most: int) -> tuple[datetime, ...]:
        return tuple(
            at(date(2024, 1, 1) + timedelta(days=rng.randrange(1000)), rng.randrange(24))
            for _ in range(rng.randrange(most))
        )

    listed = [
        Contact(
            account=one,
            agent=rng.choice(["A", "B", None]),
            referrer=rng.choice(names) if has["referrers"] and rng.random() < 0.3 else None,
            remark=rng.choice([None, f"remark {one}"]),
            added=instants(3),
            deleted=instants(3),
        )
        for one in [*accounts, "w1", "w2"]
        if has["contacts"] and rng.random() < 0.5
    ]
    last = plain.last_day(shop) if shop.orders else date(2024, 1, 1)
    talk = [
        Message(
            rng.choice(accounts or ["w1"]),
            at(last - timedelta(days=rng.choice([0, 1, 88, 89, 90, 91, 300])), rng.randrange(24)),
            rng.choice(["in", "in", "out", "system"]),
            rng.choice(["text", "greeting", "money", "deleted_us"]),
        )
        for _ in range(rng.randrange(30) if has["messages"] else 0)
    ]
    phones = {
        one: rng.choice(["13900000009", "139****0009", "010-123"])
        for one in people
        if has["phones"] and rng.random() < 0.6
    }
    return KeyShop(shop, tuple(basket() for _ in shop.orders), tuple(listed), tuple(talk), phones)


@dataclass(frozen=True)
class Judged:
    """What the plain route says of one customer: tenths of a point, null where unknown, and their weighted sum."""

    parts: dict[str, int | None]
    weighted: int
    net: int


def judged(known: KeyShop, as_of: date, *, influencers: frozenset[str] = frozenset()) -> dict[str, Judged]:
    """Everyone's points, read from the rules."""
    shop = known.shop
    people, _ = plain.people(shop, as_of)
    found: dict[str, dict[str, int | None]] = {who: {} for who in people}
    usual = plain.usual_gaps(people)
    year = {
        who: sum(net for day, net in one.purchases if day > as_of - timedelta(days=365)) for who, one in people.items()
    }
    for who, one in people.items():
        gap, days = usual[who] or Fraction(30), len(one.days)
        left = (3 - Fraction((as_of - one.days[-1]).days) / gap) / 2
        found[who]["repurchase"] = int(1000 * Fraction(days, days + 1) * min(max(left, Fraction(0)), Fraction(1)))
        above = sum(sales for sales in year.values() if sales > year[who])
        total = sum(year.values())
        found[who]["value"] = int(Fraction(1000 * (total - above), total)) if total else None
    for part, points in (
        ("influence", _influence(known, people, as_of, influencers)),
        ("referral", _referral(known, people, as_of)),
        ("reachability", _reach(known, people, as_of)),
    ):
        for who in people:
            found[who][part] = points[who]
    weights = {part: WEIGHTS[part] if any(one[part] is not None for one in found.values()) else 0 for part in PARTS}
    return {
        who: Judged(parts, sum((parts[part] or 0) * weights[part] for part in PARTS), people[who].net)
        for who, parts in found.items()
    }


def _orders(known: KeyShop, as_of: date):
    baskets = known.baskets or (Basket(),) * len(known.shop.orders)
    return [
        (order, basket)
        for order, basket in zip(known.shop.orders, baskets, strict=True)
        if order.account is not None and plain.net_on(order, as_of) > 0
    ]


def _influence(known: KeyShop, people: dict, as_of: date, influencers: frozenset[str]) -> dict[str, int | None]:
    products: dict[str, set[str]] = {}
    shown: dict[str, dict[str, list[tuple[str, str]]]] = {}
    for order, basket in _orders(known, as_of):
        who = known.shop.person(order.account)
        if basket.products:
            products.setdefault(who, set()).update(basket.products)
        if basket.receiver and basket.phone and basket.phone_kind in ("full", "masked"):
            shown.setdefault(who, {}).setdefault(order.account, []).append((basket.receiver.strip(), basket.phone))
    receivers = {
        who: max(min(len({n for n, _ in rows}), len({p for _, p in rows})) for rows in by_account.values())
        for who, by_account in shown.items()
    }
    counts = [{who: len(names) for who, names in products.items()}, receivers]
    counts = [one for one in counts if one]
    points: dict[str, int | None] = {}
    for who in people:
        mine = [one.get(who) for one in counts]
        if who in influencers:
            points[who] = 1000
        elif all(count is None for count in mine):
            points[who] = None
        else:
            points[who] = int(1000 * sum(1 - Fraction(1, count or 1) for count in mine) / len(mine))
    return points


def _referral(known: KeyShop, people: dict, as_of: date) -> dict[str, int | None]:
    shop = known.shop
    accounts = {order.account for order in shop.orders if order.account} | {c.account for c in known.contacts}
    ids = {customer_id(one): {shop.person(one)} for one in accounts}
    own = {one: {shop.person(one)} for one in accounts}
    names: dict[str, set[str]] = {}
    for one in accounts:
        names.setdefault(f"name of {one}", set()).add(shop.person(one))
    for contact in known.contacts:
        if contact.remark:
            names.setdefault(contact.remark, set()).add(shop.person(contact.account))

    def meant(text: str) -> str | None:
        for source in (ids, own, names):
            if text in source:
                return next(iter(source[text])) if len(source[text]) == 1 else None
        return None

    end = at(as_of + timedelta(days=1), 0)
    told = []
    baskets = known.baskets or (Basket(),) * len(shop.orders)
    shown = [
        (order, basket.referrer)
        for order, basket in zip(shop.orders, baskets, strict=True)
        if order.account is not None and order.day <= as_of and basket.referrer
    ]
    for contact in known.contacts:
        first = min(contact.added, default=None)
        if contact.referrer and (first is None or first < end):
            day = first.astimezone(SHANGHAI).date() if first else None
            told.append((shop.person(contact.account), 1, day, contact.referrer))
    told += [(shop.person(order.account), 2, order.day, text) for order, text in shown]
    told = [(who, rank, when, text) for who, rank, when, text in told if meant(text) is not None]
    if not told:
        return dict.fromkeys(people)
    told.sort(key=lambda row: (row[0], row[1], row[2] is None, row[2] or as_of, row[3]))
    above: dict[str, tuple[int, date | None, str]] = {}
    for who, rank, when, text in told:
        if meant(text) != who and who not in above:
            above[who] = (rank, when, meant(text))
    without_rings(above)
    brought: dict[str, list[str]] = {}
    for who, (_, _, by) in above.items():
        brought.setdefault(by, []).append(who)
    points = {}
    for who in people:
        halves = sum(2 if one in people else 1 for one in brought.get(who, []))
        points[who] = int(Fraction(1000 * halves, halves + 2))
    return points


def without_rings(above: dict[str, tuple[int, date | None, str]]) -> None:
    """Takes the latest said out of every ring; walks from everybody, one step after the other."""
    for start in sorted(above):
        path = [start]
        while path[-1] in above and above[path[-1]][2] not in path:
            path.append(above[path[-1]][2])
        if path[-1] in above:
            ring = path[path.index(above[path[-1]][2]) :]
            del above[
                max(
                    ring,
                    key=lambda one: (above[one][1] is None, above[one][1] or date.min, above[one][0], customer_id(one)),
                )
            ]


def _later(contact: Contact, end: datetime) -> bool:
    return bool(contact.added) and min(contact.added) >= end


def _reach(known: KeyShop, people: dict, as_of: date) -> dict[str, int | None]:
    shop, end = known.shop, at(as_of + timedelta(days=1), 0)
    start = at(as_of - timedelta(days=89), 0)
    there: dict[str, list[tuple[bool, str | None]]] = {}
    for contact in known.contacts:
        if _later(contact, end):
            continue
        events = [(when, "added") for when in contact.added if when < end]
        events += [(when, "deleted") for when in contact.deleted if when < end]
        gone = bool(events) and max(events)[1] == "deleted"
        there.setdefault(shop.person(contact.account), []).append((gone, contact.agent))
    wrote = {
        shop.person(one.account)
        for one in known.messages
        if one.direction == "in" and one.kind not in ("greeting", "system", "deleted_us") and start <= one.at < end
    }
    pieces = {
        who: {
            4: any(not gone for gone, _ in there.get(who, [])),
            3: who in wrote,
            2: known.phones.get(who, "").isdigit() and len(known.phones.get(who, "")) == 11,
            1: any(not gone and agent for gone, agent in there.get(who, []))
            or any(order.agent for order, _ in _orders(known, as_of) if shop.person(order.account) == who),
        }
        for who in people
    }
    told = {4: bool(there), 3: bool(wrote)}
    told |= {weight: any(one[weight] for one in pieces.values()) for weight in (2, 1)}
    known_weight = sum(weight for weight, is_told in told.items() if is_told)
    if not known_weight:
        return dict.fromkeys(people)
    return {
        who: int(Fraction(1000 * sum(w for w, holds in one.items() if holds and told[w]), known_weight))
        for who, one in pieces.items()
    }


def plain_picks(
    found: dict[str, Judged], *, count: int, kept: frozenset[str] = frozenset(), margin: int = 0, always=(), never=()
) -> list[str]:
    """Who is picked, most points first, by trying one after the other."""
    held = kept if margin else frozenset()

    def place(who: str):
        one = found[who]
        raised = one.weighted * (1000 + (margin if who in held else 0))
        return (who not in always, -raised, who not in held, -one.net, customer_id(who))

    taken = sorted((who for who in found if who not in never), key=place)[:count]
    return sorted(taken, key=lambda who: (-found[who].weighted, -found[who].net, customer_id(who)))
