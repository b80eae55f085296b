"""Small shops with lists of contacts and chats, and the letters in slow plain Python, read from the rules."""

import random
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from custtier.facts import TABLES, Facts
from custtier.grading import GradeCuts
from custtier.metrics.scope import Scope
from custtier.views.basis import Basis, basis_of
from metrics import plain
from metrics.shops import Shop, account_key, customer_id, facts_of, random_shop

ZONE = "Asia/Shanghai"
SHANGHAI = ZoneInfo(ZONE)


def at(day: date | str, hour: int = 12, minute: int = 0) -> datetime:
    """An instant of a day in Shanghai."""
    day = date.fromisoformat(day) if isinstance(day, str) else day
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


@dataclass(frozen=True)
class Entry:
    """A row of an agent's list; `account` None: it shows no key; `phone`: a full one stands beside the account."""

    account: str | None
    agent: str | None = None
    added: tuple[datetime, ...] = ()
    deleted: tuple[datetime, ...] = ()
    channel: str | None = None
    campaign: str | None = None
    referrer: str | None = None
    lead_class: str | None = None
    phone: bool = False


@dataclass(frozen=True)
class Said:
    """One message."""

    account: str
    when: datetime
    agent: str | None = None
    direction: str | None = "in"
    kind: str | None = "text"


@dataclass(frozen=True)
class OpenOrder:
    """An order that was never paid, or closed."""

    account: str
    day: date
    state: str = "unpaid"


@dataclass(frozen=True)
class LeadShop:
    """A shop, who was added, and what was said."""

    shop: Shop = field(default_factory=lambda: Shop(()))
    entries: tuple[Entry, ...] = ()
    messages: tuple[Said, ...] = ()
    open_orders: tuple[OpenOrder, ...] = ()

    def until(self, day: date) -> "LeadShop":
        """What an export made at the end of that day would have shown."""
        end = at(day + timedelta(days=1), 0)

        def cut(instants: tuple[datetime, ...]) -> tuple[datetime, ...]:
            return tuple(one for one in instants if one < end)

        orders = tuple(
            replace(one, refunds=tuple(refund for refund in one.refunds if refund[0] <= day))
            for one in self.shop.orders
            if one.day <= day
        )
        return LeadShop(
            replace(self.shop, orders=orders),
            tuple(
                replace(one, added=cut(one.added), deleted=cut(one.deleted))
                for one in self.entries
                if not one.added or cut(one.added)
            ),
            tuple(one for one in self.messages if one.when < end),
            tuple(one for one in self.open_orders if one.day <= day),
        )


def facts_of_leads(known: LeadShop, *, seed: int = 0) -> Facts:
    """The facts of a shop with contacts and chats; `seed` shuffles every table."""
    facts = facts_of(known.shop, seed=seed)
    contacts = [
        {
            "contact_key": 1000 + number,
            "account_key": None if one.account is None else account_key(one.account),
            "name": f"entry {number}",
            "agent": one.agent,
            "channel": one.channel,
            "campaign": one.campaign,
            "referrer": one.referrer,
            "lead_class": one.lead_class,
            "phone_kind": "full" if one.phone else None,
            "added_at": max(one.added, default=None),
            "first_added_at": min(one.added, default=None),
            "deleted_at": _gone(one),
        }
        for number, one in enumerate(known.entries)
    ]
    events = [
        {"contact_key": 1000 + number, "event": event, "at": when}
        for number, one in enumerate(known.entries)
        for event, instants in (("added", one.added), ("deleted", one.deleted))
        for when in sorted(set(instants))
    ]
    messages = [
        {
            "account_key": account_key(one.account),
            "agent": one.agent,
            "sent_at": one.when,
            "direction": one.direction,
            "kind": one.kind,
        }
        for one in known.messages
    ]
    made = {"contacts": contacts, "contact_events": events, "messages": messages, "details": _details(known, facts)}
    tables = {
        name: pl.DataFrame([{c: row.get(c) for c in TABLES[name]} for row in rows], schema=dict(TABLES[name])).sample(
            fraction=1, shuffle=True, seed=seed
        )
        for name, rows in made.items()
    }
    tables["messages"] = tables["messages"].sort("account_key", "sent_at")

    def opened(name: str, columns: list[str]) -> pl.LazyFrame:
        found = tables.get(name)
        return (pl.DataFrame(schema=dict(TABLES[name])) if found is None else found).lazy().select(columns)

    return replace(facts, customers=_customers(known), opener=opened)


def _gone(one: Entry) -> datetime | None:
    last = max(one.deleted, default=None)
    return last if last and last >= max(one.added, default=last) else None


def _customers(known: LeadShop) -> pl.LazyFrame:
    accounts = {order.account for order in known.shop.orders if order.account}
    accounts |= {one.account for one in (*known.entries, *known.messages, *known.open_orders) if one.account}
    people = sorted({known.shop.person(one) for one in accounts})
    rows = [
        {
            "customer_key": account_key(one),
            "customer_id": customer_id(one),
            "name": f"name of {one}",
            "phone": None,
            "platforms": "wechat",
        }
        for one in people
    ]
    schema = dict(facts_of(Shop(())).customers.collect_schema())
    return pl.DataFrame(rows, schema=schema).lazy()


def _details(known: LeadShop, facts: Facts) -> list[dict]:
    paid = facts.purchases.collect().iter_rows(named=True)
    rows = [
        {
            "order_key": row["order_key"],
            "account_key": row["account_key"],
            "state": "closed" if row["is_closed"] else "paid",
            "ordered_on": row["ordered_on"],
            "ordered_at": at(row["ordered_on"]),
            "is_absorbed": False,
            **{name: row[name] for name in ("source", "shop", "channel", "agent", "currency")},
        }
        for row in paid
    ]
    for number, one in enumerate(known.open_orders):
        rows.append(
            {
                "order_key": 10_000_000 + number,
                "account_key": account_key(one.account),
                "state": one.state,
                "ordered_on": one.day,
                "ordered_at": at(one.day),
                "is_absorbed": False,
            }
        )
    return rows


def basis_at(known: LeadShop, day: date, *, seed: int = 0) -> Basis:
    """What a view starts from."""
    return basis_of(facts_of_leads(known, seed=seed), scope=Scope(), as_of=day)


# --- the letters again, person by person, read from the rules


@dataclass(frozen=True)
class Letter:
    """What the plain route says: letter or None, reason, talk, deletion."""

    grade: str | None
    reason: str
    incoming: int = 0
    is_deleted: bool = False


def letters(known: LeadShop, day: date, cuts: GradeCuts | None = None) -> dict[tuple, Letter]:
    """The letter of each entry: (person or number of the entry, agent) → letter; contact lists are not empty."""
    cuts = cuts or GradeCuts()
    end = at(day + timedelta(days=1), 0)
    bought: dict[str, list[date]] = defaultdict(list)
    for who, one in plain.people(known.shop, day)[0].items():
        bought[who] = one.days
    said = [one for one in known.messages if one.when < end]
    lists: dict[tuple, list[Entry]] = defaultdict(list)
    for number, entry in enumerate(known.entries):
        if not entry.added or min(entry.added) < end:
            who = number if entry.account is None else known.shop.person(entry.account)
            lists[who, entry.agent].append(entry)
    agents_of = defaultdict(set)
    for who, agent in lists:
        agents_of[who].add(agent)
    open_days = _open_days(known, day)
    return {
        (who, agent): _letter(
            rows,
            talk=[
                one
                for one in said
                if known.shop.person(one.account) == who and _belongs(one.agent, agent, agents_of[who])
            ],
            bought=bought.get(who, []) if isinstance(who, str) else [],
            open_days=open_days.get(who, []) if not said else None,
            any_chat=bool(said),
            end=end,
            day=day,
            cuts=cuts,
        )
        for (who, agent), rows in lists.items()
    }


def _belongs(chat_agent: str | None, list_agent: str | None, agents: set) -> bool:
    if chat_agent is None or chat_agent == list_agent:
        return True
    return list_agent is None and chat_agent not in agents


def _open_days(known: LeadShop, day: date) -> dict[str, list[date]]:
    found: dict[str, list[date]] = defaultdict(list)
    for one in known.open_orders:
        if one.day <= day:
            found[known.shop.person(one.account)].append(one.day)
    for order in known.shop.orders:
        if order.account and order.day <= day and order.gross > 0 and plain.net_on(order, day) <= 0:
            found[known.shop.person(order.account)].append(order.day)
    return found


def _letter(
    rows: list[Entry],
    *,
    talk: list[Said],
    bought: list[date],
    open_days: list[date] | None,
    any_chat: bool,
    end: datetime,
    day: date,
    cuts: GradeCuts,
) -> Letter:
    added = [one for row in rows for one in row.added if one < end]
    incoming = [one for one in talk if one.direction == "in" and one.kind not in {"greeting", "system", "deleted_us"}]
    gone = _is_deleted(rows, talk, incoming, end=end)
    count = len(incoming)
    if bought:
        first = min(added).astimezone(SHANGHAI).date() if added else None
        after = [one for one in bought if first is None or one >= first]
        return Letter("A", "bought" if after else "bought_before", count, gone)
    if gone:
        return Letter("E", "deleted", count, gone)
    if rows[0].account is None:
        return Letter(None, "no_key")
    if open_days:
        is_fresh = (day - max(open_days)).days <= cuts.silent_days
        return Letter("B", "order_open") if is_fresh else Letter("C", "order_stale")
    if not talk:
        return Letter(None, "no_chat" if any_chat else "no_chats")
    if not incoming:
        return Letter("D", "no_answer")
    days = {one.when.astimezone(SHANGHAI).date() for one in incoming}
    if not (count >= cuts.b_messages and len(days) >= cuts.b_days) and count < cuts.b_messages_alone:
        return Letter("C", "short_talk", count)
    if (day - max(days)).days > cuts.silent_days:
        return Letter("C", "fell_silent", count)
    return Letter("B", "considers", count)


def _is_deleted(rows: list[Entry], talk: list[Said], incoming: list[Said], *, end: datetime) -> bool:
    def left(row: Entry) -> bool:
        history = [(when, 0) for when in row.added if when < end] + [(when, 1) for when in row.deleted if when < end]
        return bool(history) and max(history)[1] == 1

    if all(left(row) for row in rows):
        return True
    notices = [one.when for one in talk if one.kind == "deleted_us"]
    if not notices:
        return False
    later = [one.when for one in incoming] + [when for row in rows for when in row.added if when < end]
    return all(when < max(notices) for when in later)


def random_lead_shop(seed: int) -> LeadShop:
    """A random shop with lists, chats and orders of all kinds; sometimes a kind of knowledge is missing altogether."""
    shop, rng = random_shop(seed), random.Random(seed * 7 + 1)
    accounts = sorted({order.account for order in shop.orders if order.account})
    accounts += [f"w{number}" for number in range(rng.choice([3, 10, 40]))]
    has_chats = rng.random() < 0.75
    days = [date(2024, 1, 1) + timedelta(days=rng.randrange(900)) for _ in range(6)]

    def instant() -> datetime:
        day = rng.choice(days) + timedelta(days=rng.choice([0, 0, 1, 2, 13, 14, 15, 30]))
        return at(day, rng.choice([0, 9, 12, 23]), rng.choice([0, 30]))

    def instants(most: int) -> tuple[datetime, ...]:
        return tuple(instant() for _ in range(rng.randrange(most)))

    entries = tuple(
        Entry(
            None if rng.random() < 0.05 else account,
            agent,
            added=instants(3),
            deleted=instants(2) if rng.random() < 0.3 else (),
            channel=rng.choice([None, "ads", "live"]),
        )
        for account in accounts
        for agent in rng.sample(["A", "B", None], rng.choice([0, 1, 1, 1, 2, 3]))
    )
    messages = tuple(
        Said(
            rng.choice(accounts),
            instant(),
            rng.choice(["A", "A", "B", "C", None]),
            rng.choice(["in", "in", "in", "out", "system", None]),
            rng.choice(["text", "text", "text", "image", "greeting", "system", "deleted_us", None]),
        )
        for _ in range(rng.choice([5, 40, 400]) if has_chats else 0)
    )
    open_orders = tuple(
        OpenOrder(rng.choice(accounts), instant().astimezone(SHANGHAI).date(), rng.choice(["unpaid", "closed"]))
        for _ in range(rng.randrange(20))
    )
    return LeadShop(shop, entries, messages, open_orders)
