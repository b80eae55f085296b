"""Many invented shops, and how often the interval of a channel's A share holds the chance it was made with.

`python tests/demo/channel_truth.py 200` makes so many shops, each of its own seed, grades their contacts as `grade`
does, and says for each channel in how many shops the 95 % interval held the truth; it fails where these are fewer or
more than chance allows. The shops are put together in memory; that their files say the same is tested beside it.
"""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl
from scipy.stats import binom

from custtier import schema
from custtier.demo.baskets import baskets
from custtier.demo.contacts import contacts as contacts_of
from custtier.demo.leads import true_a_shares
from custtier.demo.words import AGENTS, CHANNELS
from custtier.demo.world import World, make_world
from custtier.facts import TABLES, Extent, Facts, no_tables
from custtier.metrics.scope import Scope
from custtier.views.basis import basis_of
from custtier.views.channels.answer import channels
from custtier.views.leads.leads import leads_of

CUSTOMERS: Final = 500
UNTIL: Final = date(2026, 6, 30)
ZONE: Final = "Asia/Shanghai"
COLUMNS: Final = ("channel", "contacts", "a", "a_share_low", "a_share_high", "letter")
LEVEL: Final = 0.95
CHANCE: Final = 0.001
"""How seldom good intervals may be called bad: by a channel or by all together."""


@dataclass(frozen=True)
class Seen:
    """One channel of one shop: its contacts, those graded A, the interval of their share, its letter.

    `holds` says whether the interval holds the truth.
    """

    channel: str
    contacts: int
    bought: int
    low: float
    high: float
    letter: str | None
    holds: bool


def shop_facts(world: World) -> Facts:
    """The contacts of an invented shop and their orders, as a store gives them once everybody is joined."""
    found = contacts_of(world, end_s=world.until_s)
    orders = world.orders.filter(pl.col("ordered_s") <= world.until_s)
    known = orders.join(found.filter("buys").select("person"), on="person", how="semi", maintain_order="left")
    purchases = _purchases(baskets(known, seed=world.seed, end_s=world.until_s).orders)
    tables = {"contacts": _contacts(found), "contact_events": _events(found)}

    def opener(name: str, columns: Iterable[str]) -> pl.LazyFrame:
        return tables[name].lazy().select(columns) if name in tables else no_tables(name, list(columns))

    return Facts(
        purchases=purchases.lazy(),
        dated_refunds=pl.LazyFrame(schema=dict(schema.DATED_REFUNDS)),
        accounts=pl.LazyFrame(schema=dict(schema.ACCOUNTS)),
        customers=pl.LazyFrame(schema=dict(schema.CUSTOMERS)),
        extent=Extent(world.until, world.until, ("CNY",), purchases=purchases.height),
        opener=opener,
    )


def _account() -> pl.Expr:
    return pl.col("person").cast(pl.Int64).alias("account_key")


def _instant(seconds: str) -> pl.Expr:
    """An instant of local seconds, as the readers make it."""
    return pl.from_epoch(seconds).dt.replace_time_zone(ZONE).dt.convert_time_zone("UTC").dt.cast_time_unit("us")


def _purchases(orders: pl.DataFrame) -> pl.DataFrame:
    paid_on = pl.from_epoch("paid_s").dt.date()
    return schema.conform(
        orders.filter(pl.col("paid_s").is_not_null())
        .with_row_index("order_key")
        .select(
            pl.col("order_key").cast(pl.Int64),
            _account(),
            paid_on.alias("ordered_on"),
            paid_on.cast(pl.Int32).alias("order_day"),
            pl.col("gross"),
            pl.col("refund").alias("undated_refund"),
            pl.lit(0, dtype=pl.Int64).alias("dated_refund"),
            pl.lit(value=False).alias("is_closed"),
            pl.lit("CNY").alias("currency"),
            *(pl.lit(None, dtype=pl.String).alias(name) for name in ("shop", "channel", "agent")),
            pl.lit("demo").alias("source"),
        )
        .sort("account_key", "order_day", "order_key"),
        schema.PURCHASES,
    )


def _contacts(found: pl.DataFrame) -> pl.DataFrame:
    named = found.select(
        _account().alias("contact_key"),
        _account(),
        pl.lit(pl.Series([channel.name for channel in CHANNELS])).gather("channel").alias("channel"),
        pl.lit(pl.Series(AGENTS)).gather("agent").alias("agent"),
        _instant("added_s").alias("added_at"),
        _instant("added_s").alias("first_added_at"),
        _instant("deleted_s").alias("deleted_at"),
    )
    missing = [
        pl.lit(None, dtype=dtype).alias(name) for name, dtype in TABLES["contacts"].items() if name not in named.columns
    ]
    return named.with_columns(missing)


def _events(found: pl.DataFrame) -> pl.DataFrame:
    """Everybody's adding, and the deletions."""
    parts = [
        found.filter(pl.col(column).is_not_null()).select(
            _account().alias("contact_key"), pl.lit(event).alias("event"), _instant(column).alias("at")
        )
        for event, column in (("added", "added_s"), ("deleted", "deleted_s"))
    ]
    return pl.concat(parts)


def channels_of(world: World) -> Iterator[Seen]:
    """What `grade` would say of each channel of this shop."""
    basis = basis_of(shop_facts(world), scope=Scope(), as_of=None)
    table = channels(leads_of(basis, zone=ZONE), basis=basis, zone=ZONE).tables["channels"]
    truth = true_a_shares()
    for channel, people, bought, low, high, letter in table.select(COLUMNS).iter_rows():
        yield Seen(channel, people, bought, low, high, letter, holds=low <= truth[channel] <= high)


def many_shops(count: int, *, first: int = 1, customers: int = CUSTOMERS) -> list[Seen]:
    """The channels of so many shops, of the seeds from `first` on."""
    seeds = range(first, first + count)
    return [seen for seed in seeds for seen in channels_of(make_world(customers=customers, seed=seed, until=UNTIL))]


def bounds(count: int) -> tuple[int, int]:
    """The fewest and the most of so many intervals that hold the truth, unless chance is against us."""
    return int(binom.ppf(CHANCE / 2, count, LEVEL)), int(binom.isf(CHANCE / 2, count, LEVEL))


def main() -> None:
    """Make as many shops as the command line says and print, for each channel, how often the interval held."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    seen = many_shops(count)
    fewest, most = bounds(count)
    print(f"{count} shops of {CUSTOMERS} customers; of 95 % intervals {fewest} to {most} should hold the truth")
    failed = False
    for channel, share in true_a_shares().items():
        own = [one for one in seen if one.channel == channel]
        held = sum(one.holds for one in own)
        shown = sum(one.bought for one in own) / sum(one.contacts for one in own)
        failed |= not fewest <= held <= most
        print(f"{channel}\ttrue {share:.4f}\tseen {shown:.4f}\theld {held}")
    held, (fewest, most) = sum(one.holds for one in seen), bounds(len(seen))
    print(f"all\theld {held} of {len(seen)} ({held / len(seen):.2%}), {fewest} to {most} expected")
    sys.exit(1 if failed or not fewest <= held <= most else 0)


if __name__ == "__main__":
    main()
