"""Random shops, import by import: sensible ones, and contradictory ones, whose records deny each other."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from custtier.keys import key_of
from custtier.sources.reading import Reading
from store import test_list_replay, test_replay
from store.readings import at, contact, item, link, listing, message, order, reading, refund


class Shop(list[Any]):
    """The imports of a shop; hypothesis need not print them."""

    def __repr__(self) -> str:
        """How many imports."""
        return f"Shop of {len(self)}"


CONTRADICTORY = st.lists(
    st.lists(st.one_of(test_replay.files(), test_list_replay.files()), min_size=1, max_size=2), min_size=1, max_size=4
).map(Shop)
"""Whatever a record can say: a payment pays orders of several people, a refund's id is of two orders, an order has
several buyers, a contact several phones."""

BUYERS = ("a", "b", "c")
ORDERS, BILLS, ACCOUNTS = ("0", "1", "2", "3", "4", "5"), ("w0", "w1", "w2"), ("a", "b", "c")
AGENTS = ("小王", "小李")
PHONES = {"a": ("13800138001", "13800138002"), "b": ("13900139001", "13900139002"), "c": ("13700137001", "13800138001")}
"""The last of `c` is also a phone of `a`: they may be one household."""
NAMES = {"a": ("张三", "张*"), "b": ("李四", "李*"), "c": ("张三", None)}
INSTANTS = st.sampled_from([None, "2026-04-01", "2026-05-01", "2026-06-01"])
MONEY = st.sampled_from([None, 0, 300, 500, 1000])
DAYS = st.one_of(st.none(), st.integers(0, 20).map(lambda days: date(2026, 3, 1) + timedelta(days=days)))
STATES = st.sampled_from(["unpaid", "paid", "paid", "refunded", "closed", None])


@dataclass(frozen=True)
class World:
    """What is so, whatever the records say of it.

    Args:
        buyers: Order → who bought it.
        payments: Order → the payment that paid it; one of its buyer's.
        bills: Row of a bill → its payment.
        payers: Payment → who paid it; mostly the buyer.
        contacts: Account of a contact → whose it is; it may read as somebody else's account of the shop.
        unnamed: Agent → whose the contact without an account is.
        dates: Key → whose day it is.
    """

    buyers: Mapping[str, str]
    payments: Mapping[str, str | None]
    bills: Mapping[str, str]
    payers: Mapping[str, str]
    contacts: Mapping[str, str]
    unnamed: Mapping[str, str]
    dates: Mapping[int, str]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Who is who and who bought what."""
    buyer = st.sampled_from(BUYERS)
    buyers = {number: draw(buyer) for number in ORDERS}
    own = {person: [f"p{person}1", f"p{person}2"] for person in BUYERS}
    every = [payment for payments in own.values() for payment in payments]
    contacts = draw(st.permutations(BUYERS))
    return World(
        buyers=buyers,
        payments={number: draw(st.sampled_from([None, *own[person]])) for number, person in buyers.items()},
        bills={row: draw(st.sampled_from(every)) for row in BILLS},
        payers={payment: draw(st.sampled_from([payment[1], payment[1], *BUYERS])) for payment in every},
        contacts=dict(zip(ACCOUNTS, contacts, strict=True)),
        unnamed={agent: draw(buyer) for agent in AGENTS},
        dates={key: draw(buyer) for key in (1, 2)},
    )


def _shown(draw: st.DrawFn, *values: Any) -> Any:
    """One of the values, or nothing."""
    return draw(st.sampled_from([None, *values]))


def _phone(draw: st.DrawFn, person: str) -> str | None:
    own = PHONES[person]
    shown: str | None = _shown(draw, *own, own[0], f"{own[0][:3]}****{own[0][-4:]}", f"{own[0]}-12")
    return shown


def _an_order(draw: st.DrawFn, world: World) -> dict[str, Any]:
    number = draw(st.sampled_from(ORDERS))
    person = world.buyers[number]
    # a present goes to somebody else
    receiver = draw(st.sampled_from([person, person, person, *BUYERS]))
    return order(
        number,
        account=_shown(draw, person, person, f"{person}***"),
        phone=_phone(draw, receiver),
        name=_shown(draw, *NAMES[receiver]),
        payment_id=_shown(draw, world.payments[number]),
        **_said(draw),
    )


def _a_bill(draw: st.DrawFn, world: World) -> dict[str, Any]:
    row = draw(st.sampled_from(BILLS))
    payer = world.payers[world.bills[row]]
    return order(
        row,
        platform="wechatpay",
        kind="payment",
        account=_shown(draw, f"o{payer}", f"o{payer}", f"o{payer}***"),
        account_kind="openid",
        phone=_phone(draw, payer),
        payment_id=world.bills[row],
        **_said(draw),
    )


def _said(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "state": draw(STATES),
        "gross": draw(MONEY),
        "stated_refund": draw(MONEY),
        "paid_at": _shown(draw, at("2026-03-02"), at("2026-03-05")),
        "ordered_at": _shown(draw, at("2026-03-01")),
    }


def _a_refund(draw: st.DrawFn, world: World) -> dict[str, Any]:
    said = {
        "amount": draw(st.sampled_from([100, 300, 700])),
        "refunded_on": draw(DAYS),
        "state": draw(st.sampled_from(["done", "done", "pending", "failed"])),
    }
    if draw(st.booleans()):
        number, part = draw(st.sampled_from(ORDERS)), draw(st.sampled_from(["1", "2"]))
        # two sources may know a refund by keys of their own, and both by the platform's number
        own = draw(st.sampled_from(["", "b"]))
        payment, shown = _shown(draw, world.payments[number]), _shown(draw, f"n{number}{part}")
        return {**refund(f"{number}-{part}{own}", number, **said, payment_id=payment), "refund_id": shown}
    row = draw(st.sampled_from(BILLS))
    target = _shown(draw, row)
    payment = world.bills[row] if target is None else _shown(draw, world.bills[row])
    return refund(row, target, platform="wechatpay", **said, payment_id=payment)


def _orders(draw: st.DrawFn, world: World) -> Reading:
    orders = [draw(st.one_of(_drawn(_an_order, world), _drawn(_a_bill, world))) for _ in range(draw(st.integers(0, 5)))]
    named = sorted({row["order_id"] for row in orders if row["kind"] == "order"})
    items = [
        item(
            draw(st.sampled_from(named)),
            draw(st.sampled_from(["x", "y"])),
            amount=draw(MONEY),
            stated_refund=draw(MONEY),
            state=draw(STATES),
        )
        for _ in range(draw(st.integers(0, 2)) if named else 0)
    ]
    refunds = [_a_refund(draw, world) for _ in range(draw(st.integers(0, 3)))]
    profile = draw(st.sampled_from(["taobao-orders", "taobao-orders", "taobao-refunds"]))
    return reading(orders, items, refunds, instant=draw(INSTANTS), profile=profile)


def _drawn(make: Any, world: World) -> st.SearchStrategy[dict[str, Any]]:
    return st.composite(make)(world)


def _a_contact(draw: st.DrawFn, world: World) -> dict[str, Any]:
    account, agent = _shown(draw, *ACCOUNTS), draw(st.sampled_from(AGENTS))
    person = world.unnamed[agent] if account is None else world.contacts[account]
    moments = [at("2026-01-01"), at("2026-02-01")]
    return contact(
        account,
        agent,
        phone=_phone(draw, person),
        name=_shown(draw, *NAMES[person]),
        union_id=_shown(draw, f"union-{person}"),
        remark=_shown(draw, "老客", f"{NAMES[person][0]} {PHONES[person][0]}"),
        referrer=_shown(draw, *ACCOUNTS),
        channel=_shown(draw, "x", "y"),
        added_at=_shown(draw, *moments),
        deleted_at=_shown(draw, *moments),
    )


def _a_date(draw: st.DrawFn, world: World) -> dict[str, Any]:
    key = draw(st.sampled_from(sorted(world.dates)))
    person = world.dates[key]
    own = [account for account, owner in world.contacts.items() if owner == person]
    said = {"account": _shown(draw, *own), "phone": _phone(draw, person), "name": _shown(draw, *NAMES[person])}
    return {"date_key": key, "platform": "wechat", "kind": "birthday", "month": draw(st.integers(1, 2)), **said}


def _a_message(draw: st.DrawFn, world: World) -> dict[str, Any]:
    sent = draw(st.sampled_from(["2026-01-01", "2026-01-02"]))
    return message(draw(st.sampled_from(sorted(world.contacts))), sent, number=draw(st.integers(1, 2)))


def _a_link(draw: st.DrawFn, world: World) -> dict[str, Any]:
    return link(
        draw(st.sampled_from(["p", "q"])),
        draw(st.sampled_from(sorted(world.contacts))),
        decision=draw(st.sampled_from(["same", "same", "apart"])),
        platform=draw(st.sampled_from(["taobao", "wechat"])),
    )


def _a_tag(draw: st.DrawFn, world: World) -> dict[str, Any]:
    person = draw(st.sampled_from(BUYERS))
    own = [("taobao", "account", person), ("", "phone", PHONES[person][0])]
    own += [("wechat", "account", account) for account, owner in world.contacts.items() if owner == person]
    (platform, kind, account), tag = draw(st.sampled_from(own)), draw(st.sampled_from(["茶友", "老客"]))
    return {
        "tag_key": key_of(f"tag\x1f{platform}\x1f{kind}\x1f{account}\x1f{tag}"),
        "platform": platform or None,
        "account": account,
        "account_kind": kind,
        "name": _shown(draw, *NAMES[person]),
        "tag": tag,
        "decision": draw(st.sampled_from(["add", "add", "remove"])),
        "noted_on": _shown(draw, date(2026, 6, 1), date(2026, 6, 2)),
    }


def _a_kept(draw: st.DrawFn, world: World) -> dict[str, Any]:
    person, kept_on = draw(st.sampled_from(BUYERS)), date(2026, 6, draw(st.integers(1, 2)))
    platform, account = draw(st.sampled_from([("taobao", person), ("wechat", person)]))
    key = key_of(f"account\x1f{platform}\x1f{account}")
    return {
        "kept_key": key_of(f"kept\x1ftiers\x1f{kept_on}\x1f{key}"),
        "name": "tiers",
        "kept_on": kept_on,
        "account_key": key,
        "value": draw(st.sampled_from(["core", "regular"])),
        "score": 1.0,
    }


_KINDS = {
    "contacts": _a_contact,
    "messages": _a_message,
    "dates": _a_date,
    "links": _a_link,
    "tags": _a_tag,
    "kept": _a_kept,
}


def _lists(draw: st.DrawFn, world: World) -> Reading:
    chosen = draw(st.lists(st.sampled_from(list(_KINDS)), min_size=1, max_size=3, unique=True))
    rows = {name: [_KINDS[name](draw, world) for _ in range(draw(st.integers(0, 3)))] for name in chosen}
    return listing(draw(INSTANTS), **rows)


@st.composite
def sensible(draw: st.DrawFn) -> Shop:
    """A shop whose records may be few, masked, old or wrong, but not of somebody else.

    An order has one buyer, a payment pays orders of one buyer, a refund is of one order or payment, a contact is one
    person.
    """
    world = draw(worlds())
    return Shop(
        [
            _orders(draw, world) if draw(st.integers(0, 2)) else _lists(draw, world)
            for _ in range(draw(st.integers(1, 2)))
        ]
        for _ in range(draw(st.integers(1, 4)))
    )


SENSIBLE = sensible()
