"""Shops whose contacts came through channels that cost money: one worked by hand, others at random."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl

from custtier.facts import TABLES, Facts
from custtier.metrics.scope import Scope
from custtier.views.basis import Basis, basis_of
from metrics.shops import Order, Shop
from views.lead_shops import Entry, LeadShop, Said, at, facts_of_leads, random_lead_shop

AS_OF = date(2026, 6, 30)


@dataclass(frozen=True)
class Payment:
    """One row of a file of spend, in minor units."""

    channel: str | None
    day: date
    amount: int
    campaign: str | None = None
    agent: str | None = None
    currency: str | None = "CNY"
    impressions: int | None = None
    clicks: int | None = None


def facts_with_spend(known: LeadShop, payments: Sequence[Payment], *, seed: int = 0) -> Facts:
    """The facts of a shop and what was spent; addings name the channel of their entry."""
    facts = facts_of_leads(known, seed=seed)
    rows = [
        {
            "spend_key": number,
            "channel": one.channel,
            "campaign": one.campaign,
            "agent": one.agent,
            "spent_on": one.day,
            "amount": one.amount,
            "currency": one.currency,
            "impressions": one.impressions,
            "clicks": one.clicks,
        }
        for number, one in enumerate(payments)
    ]
    schema = dict(TABLES["spend"])
    spend = pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)
    spend = spend.sample(fraction=1, shuffle=True, seed=seed)

    def opened(name: str, columns: list[str]) -> pl.LazyFrame:
        return spend.lazy().select(columns) if name == "spend" else facts.opener(name, columns)

    return replace(facts, opener=opened)


def basis_with(known: LeadShop, payments: Sequence[Payment], day: date = AS_OF, *, seed: int = 0) -> Basis:
    """What a view starts from."""
    return basis_of(facts_with_spend(known, payments, seed=seed), scope=Scope(), as_of=day)


def _bought(account: str, day: str, yuan: int, *refunds: tuple[str, int]) -> Order:
    back = tuple((date.fromisoformat(on), part * 100) for on, part in refunds)
    return Order(account, date.fromisoformat(day), yuan * 100, refunds=back)


def _entry(account: str | None, channel: str | None, added: str | None, deleted: str | None = None) -> Entry:
    return Entry(
        account, "老周", added=(at(added),) if added else (), deleted=(at(deleted),) if deleted else (), channel=channel
    )


def _heard(account: str, *days: str) -> list[Said]:
    return [Said(account, at(day, 9 + number), "老周") for number, day in enumerate(days)]


def _wrote(account: str, day: str) -> list[Said]:
    return [Said(account, at(day), "老周", "out")]


TWENTY = LeadShop(
    Shop(
        (
            _bought("d1", "2026-01-05", 100),
            _bought("d1", "2026-02-01", 50),
            _bought("d1", "2026-05-01", 80),
            _bought("d2", "2026-01-20", 60, ("2026-03-01", 60)),
            _bought("d3", "2025-12-01", 500),
            _bought("d4", "2026-02-11", 40, ("2026-02-20", 10)),
            _bought("l1", "2026-02-01", 200),
            _bought("l2", "2026-05-13", 70),
            _bought("l3", "2026-06-29", 90),
            _bought("o1", "2026-04-01", 10),
            _bought("o2", "2025-11-01", 33),
        )
    ),
    (
        _entry("d1", "抖音", "2026-01-05"),
        _entry("d2", "抖音", "2026-01-10"),
        _entry("d3", "抖音 ", "2026-01-10"),
        _entry("d4", "抖音", "2026-02-01"),
        _entry("d5", "抖音", "2026-03-01"),
        _entry("d6", "抖音", "2026-03-01"),
        _entry("d7", "抖音", "2026-03-05"),
        _entry("d8", "抖音", "2026-03-05", deleted="2026-03-20"),
        _entry("d9", "抖音", "2026-06-20"),
        _entry("l1", "Live", "2026-02-01"),
        _entry("l2", "live", "2026-02-02"),
        _entry("l3", "Live", "2026-05-30"),
        _entry("l4", "Live", "2026-06-25"),
        _entry("l5", "live", "2026-06-25"),
        _entry("l6", " LIVE ", "2026-02-01", deleted="2026-02-20"),
        _entry("o1", "线下", "2026-01-01"),
        _entry("o2", "线下", None),
        _entry("o3", "线下", "2026-04-02"),
        _entry(None, "线下", "2026-04-01"),
        _entry("n1", "  ", "2026-06-01"),
    ),
    (
        *_wrote("d2", "2026-01-10"),
        *_heard("d5", "2026-06-24", "2026-06-25", "2026-06-25"),
        *_heard("d6", "2026-03-02"),
        *_wrote("d7", "2026-03-05"),
        *_heard("l4", *["2026-06-26"] * 6),
        *_wrote("l5", "2026-06-25"),
        *_heard("l6", "2026-02-02"),
        *_wrote("o3", "2026-04-02"),
        *_wrote("n1", "2026-06-01"),
    ),
)
"""Twenty contacts: nine of 抖音, six of Live, four of 线下, one of no channel."""

TWENTY_PAID = (
    Payment("抖音", date(2026, 1, 5), 300_00, impressions=10_000, clicks=100),
    Payment(" 抖音", date(2026, 3, 1), 150_00, impressions=5_000, clicks=60),
    Payment("LIVE", date(2026, 2, 1), 200_00),
    Payment("小红书", date(2026, 2, 1), 50_00),
    Payment(None, date(2026, 2, 1), 20_00),
    Payment("抖音", date(2026, 7, 5), 999_00),
    Payment("抖音", date(2026, 3, 1), 70_00, currency="USD"),
)


def random_channel_shop(seed: int) -> tuple[LeadShop, tuple[Payment, ...], date]:
    """A random shop of contacts, what was spent, and a day."""
    rng = random.Random(seed * 13 + 5)
    shop = random_lead_shop(seed)
    names = [None, "ads", "Ads ", "live", "shop", "quiet"]
    entries = tuple(
        replace(one, channel=rng.choice(names), campaign=rng.choice([None, "spring", "autumn"])) for one in shop.entries
    )
    days = [date(2024, 1, 1) + timedelta(days=rng.randrange(900)) for _ in range(30)]
    payments = tuple(
        Payment(rng.choice(names), rng.choice(days), rng.choice([0, 1, 99, 5_000, 100_00]), agent=rng.choice("AB"))
        for _ in range(rng.choice([0, 0, 3, 25]))
    )
    return replace(shop, entries=entries), payments, date(2025, 1, 1) + timedelta(days=rng.randrange(600))
