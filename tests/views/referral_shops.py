"""Small shops in which it is said who brought whom, and the trees in slow plain Python, read from the rules."""

import random
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from custtier.facts import TABLES, Facts
from metrics import plain
from metrics.shops import Shop, account_key, customer_id, facts_of, random_shop

SHANGHAI = ZoneInfo("Asia/Shanghai")
TWINS = "two of this name"
ORIGINS = ("referral_file", "contact_list", "order_row", "customer_tag")


@dataclass(frozen=True)
class Saying:
    """Somebody says that `by`, as written, brought an account; in a file of pairs `who` is written too."""

    origin: str
    who: str
    by: str
    day: date | None


@dataclass(frozen=True)
class ReferralShop:
    """A shop, what is said, and which further accounts are only contacts; `twins` have the same name."""

    shop: Shop
    sayings: tuple[Saying, ...] = ()
    strangers: tuple[str, ...] = ()
    twins: frozenset[str] = field(default_factory=frozenset)

    def accounts(self) -> list[str]:
        return sorted({order.account for order in self.shop.orders if order.account} | set(self.strangers))

    def people(self) -> list[str]:
        return sorted({self.shop.person(one) for one in self.accounts()})


def facts_of_referrals(known: ReferralShop, *, seed: int = 0) -> Facts:
    """The facts of a shop with what is said; `seed` shuffles rows."""
    facts = facts_of(known.shop, seed=seed)

    def noon(day: date | None) -> datetime | None:
        return None if day is None else datetime(day.year, day.month, day.day, 12, tzinfo=SHANGHAI).astimezone(UTC)

    def of(*origins: str) -> list[Saying]:
        return [one for one in known.sayings if one.origin in origins]

    made = {
        "referrals": [
            {"referral_key": n, "referred": one.who, "referrer": one.by, "referred_on": one.day}
            for n, one in enumerate(of("referral_file"))
        ],
        "contacts": [
            {
                "contact_key": n,
                "account_key": account_key(one.who),
                "referrer": one.by if one.origin == "contact_list" else None,
                "tags": f"old,推荐人:{one.by}" if one.origin == "customer_tag" else "推荐人",
                "first_added_at": noon(one.day),
            }
            for n, one in enumerate(of("contact_list", "customer_tag"))
        ],
        "details": [
            {"order_key": n, "account_key": account_key(one.who), "referrer": f" {one.by} ", "ordered_on": one.day}
            for n, one in enumerate(of("order_row"))
        ],
        "known": [
            {
                "account_key": account_key(one),
                "account": one,
                "customer_id": customer_id(one),
                "name": TWINS if one in known.twins else f"name of {one}",
            }
            for one in known.accounts()
        ],
    }
    tables = {
        name: pl.DataFrame([{c: row.get(c) for c in TABLES[name]} for row in rows], schema=dict(TABLES[name])).sample(
            fraction=1, shuffle=True, seed=seed
        )
        for name, rows in made.items()
    }
    customers = pl.DataFrame(
        [
            {
                "customer_key": account_key(who),
                "customer_id": customer_id(who),
                "name": TWINS if who in known.twins else f"name of {who}",
                "phone": None,
                "platforms": "generic",
            }
            for who in known.people()
        ],
        schema=facts.customers.collect_schema(),
    ).sample(fraction=1, shuffle=True, seed=seed)

    def opened(name: str, columns: list[str]) -> pl.LazyFrame:
        found = tables.get(name)
        return (pl.DataFrame(schema=dict(TABLES[name])) if found is None else found).lazy().select(columns)

    return replace(facts, customers=customers.lazy(), opener=opened)


def random_referral_shop(seed: int) -> ReferralShop:
    """A random shop in which much is said, some of it in rings, of oneself, of nobody and of two people."""
    shop, rng = random_shop(seed), random.Random(seed)
    strangers = tuple(f"w{n}" for n in range(rng.randrange(6)))
    accounts = ReferralShop(shop, strangers=strangers).accounts()
    twins = frozenset(rng.sample([one for one in accounts if one not in shop.merged], k=min(2, len(accounts) // 4)))
    twins = twins if len(twins) == 2 else frozenset()
    start = min((order.day for order in shop.orders), default=date(2024, 1, 1))

    def written() -> str:
        one = rng.choice(accounts)
        return rng.choice([one, one, customer_id(one), f"name of {one}", "nobody here", TWINS])

    sayings = []
    for _ in range(rng.choice([0, 1, 5, 30, 100])):
        origin = rng.choice(ORIGINS)
        day = start + timedelta(days=rng.randrange(-5, 900, 5))
        who = rng.choice([rng.choice(accounts), written()]) if origin == "referral_file" else rng.choice(accounts)
        undated = origin != "order_row" and rng.random() < 0.2
        sayings.append(Saying(origin, who, written(), None if undated else day))
    return ReferralShop(shop, tuple(sayings), strangers, twins)


@dataclass
class Plain:
    """What the plain route finds: who is above whom, rings by their members, and texts that mean nobody."""

    above: dict[str, tuple[str, str, date | None]]
    rings: set[frozenset[str]]
    selves: set[str]
    unmatched: dict[tuple[str, str, str], int]
    net: dict[str, int]

    def below(self, who: str) -> set[str]:
        """Everybody below somebody, by a walk from each of all up to the top."""
        found = set()
        for one in self.above:
            at = one
            while at in self.above:
                at = self.above[at][0]
                if at == who:
                    found.add(one)
        return found

    def brought(self, who: str) -> set[str]:
        """Those whom somebody brought themselves."""
        return {one for one, (by, _, _) in self.above.items() if by == who}

    def generation(self, who: str) -> int:
        """How many stand above."""
        return 1 + self.generation(self.above[who][0]) if who in self.above else 0

    def height(self, who: str) -> int:
        """The longest line below."""
        return max((self.generation(one) - self.generation(who) for one in self.below(who)), default=0)

    def sales(self, people: set[str]) -> int:
        """Their net sales."""
        return sum(self.net.get(one, 0) for one in people)


def plainly(known: ReferralShop, as_of: date) -> Plain:
    """Who brought whom, statement by statement."""
    shop, accounts = known.shop, known.accounts()
    everybody, _ = plain.people(shop, as_of)
    net = {who: one.net for who, one in everybody.items()}
    meanings: list[dict[str, set[str]]] = [defaultdict(set), defaultdict(set), defaultdict(set)]
    for one in accounts:
        who = shop.person(one)
        for place, text in enumerate((customer_id(one), one, TWINS if one in known.twins else f"name of {one}")):
            meanings[place][text].add(who)
        meanings[2][TWINS if who in known.twins else f"name of {who}"].add(who)

    def meant(text: str) -> set[str]:
        return next((table[text] for table in meanings if text in table), set())

    unmatched: dict[tuple[str, str, str], int] = defaultdict(int)
    said = []
    for one in known.sayings:
        if one.day is not None and one.day > as_of:
            continue
        sides = {"referrer": one.by, **({"referred": one.who} if one.origin == "referral_file" else {})}
        for side, text in sides.items():
            if len(meant(text)) != 1:
                unmatched[text, side, one.origin] += 1
        whose = meant(one.who) if one.origin == "referral_file" else {shop.person(one.who)}
        by = meant(one.by)
        if len(whose) == 1 and len(by) == 1:
            rank = ORIGINS.index(one.origin)
            said.append((rank, one.day is None, one.day or as_of, one.by, *whose, *by))
    said.sort(key=lambda row: row[:4])
    above: dict[str, tuple[str, str, date | None]] = {}
    for rank, undated, day, _, who, by in said:
        if who != by and who not in above:
            above[who] = (by, ORIGINS[rank], None if undated else day)
    rings = _broken(above)
    return Plain(above, rings, {who for *_, who, by in said if who == by}, dict(unmatched), net)


def _broken(above: dict[str, tuple[str, str, date | None]]) -> set[frozenset[str]]:
    """Takes the latest said out of every ring, and gives the rings."""
    rings = set()
    for start in sorted(above):
        path = [start]
        while path[-1] in above and above[path[-1]][0] not in path:
            path.append(above[path[-1]][0])
        if path[-1] in above:
            ring = path[path.index(above[path[-1]][0]) :]
            rings.add(frozenset(ring))
            latest = max(
                ring,
                key=lambda one: (
                    above[one][2] is None,
                    above[one][2] or date.min,
                    ORIGINS.index(above[one][1]),
                    customer_id(one),
                ),
            )
            del above[latest]
    return rings
