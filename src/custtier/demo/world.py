"""The invented people and every order that they will ever place, as numbers; text is made when a file is written."""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Final

import polars as pl

from custtier.demo import draws
from custtier.demo.seasons import LATER_DAYS, ORDER_STEPS, Calendar, calendar, extra_orders, hours, stay_days
from custtier.periods import day_number

DAY_SECONDS: Final = 86_400
_DAYS_IN_MONTH: Final = 30
_PLACE_BITS: Final = 1 << 16


class Role(IntEnum):
    """What a person does in this shop."""

    CUSTOMER = 0
    """Has a purchase by the day of the exports."""
    BROWSER = 1
    """Only abandons orders or sends everything back."""
    STRANGER = 2
    """Buys, but no file says who it was."""
    NEWCOMER = 3
    """Comes after the day of the exports."""


class Platform(IntEnum):
    """Where an order was placed."""

    TAOBAO = 0
    JD = 1
    YOUZAN = 2
    SHOPIFY = 3


_SHARES: Final = {int(Platform.TAOBAO): 52, int(Platform.JD): 18, int(Platform.YOUZAN): 20, int(Platform.SHOPIFY): 10}


class Fate(IntEnum):
    """What becomes of an order."""

    KEPT = 0
    PARTIAL = 1
    """A part is refunded."""
    RETURNED = 2
    """Refunded in full."""
    ABANDONED = 3
    """Never paid."""


@dataclass(frozen=True)
class World:
    """An invented shop.

    Args:
        customers: People with a purchase by `until`.
        seed: Of every draw.
        until: Last day of the exports.
        persons: `person`, `role`, `first_s` (seconds since 1970-01-01, local), one row a person.
        orders: `person`, `seq`, `role`, `platform`, `ordered_s`, `fate`; newest first.
    """

    customers: int
    seed: int
    until: date
    persons: pl.DataFrame
    orders: pl.DataFrame

    @property
    def until_s(self) -> int:
        """The last second of the day of the exports."""
        return end_of(self.until)


def end_of(day: date) -> int:
    """The last second of a local day, in seconds since 1970-01-01."""
    return (day_number(day) + 1) * DAY_SECONDS - 1


def make_world(*, customers: int, seed: int, until: date) -> World:
    """The shop of this seed: the same on every machine, in every run."""
    days = calendar(until)
    people = _people(customers, seed=seed, days=days)
    orders = _orders(people, seed=seed, days=days)
    first = orders.filter(pl.col("seq") == 0).select("person", first_s="ordered_s")
    return World(
        customers=customers,
        seed=seed,
        until=until,
        persons=people.select("person", "role").join(first, on="person", how="left", maintain_order="left"),
        orders=orders.sort("ordered_s", "person", "seq", descending=[True, False, False]),
    )


def _people(customers: int, *, seed: int, days: Calendar) -> pl.DataFrame:
    """`person`, `role`, `place` of the first order, `order_count`."""
    counts = {
        Role.CUSTOMER: customers,
        Role.BROWSER: customers // 24,
        Role.STRANGER: customers // 30,
        Role.NEWCOMER: customers // 50 + 1,
    }
    roles = [pl.Series("role", [int(role)], dtype=pl.UInt8).new_from_index(0, count) for role, count in counts.items()]
    row = pl.col("row")
    early = pl.max_horizontal(draws.below(row, "come", days.until_place), draws.below(row, "grow", days.until_place))
    late = days.until_place + draws.below(row, "come", days.places - days.until_place)
    role = pl.col("role")
    known = role.is_in([Role.CUSTOMER, Role.NEWCOMER])
    return (
        pl.DataFrame([pl.concat(roles)])
        .with_row_index("person")
        .with_columns(row=draws.base(seed, "person"))
        .with_columns(place=pl.when(role == Role.NEWCOMER).then(late).otherwise(early))
        .with_columns(came=pl.lit(days.day_at).gather(pl.col("place")) - day_number(days.first))
        .with_columns(stay=pl.lit(stay_days()).gather(draws.below(row, "stay", 1024)))
        .with_columns(stay=pl.min_horizontal("stay", days.days - 1 - pl.col("came")))
        .with_columns(
            order_count=pl.when(known)
            .then(1 + pl.lit(_all_extra_orders(days)).gather(_order_quantile(row)))
            .otherwise(1 + draws.happens(row, "again", per_mille=150).cast(pl.Int64)),
            last_place=pl.lit(days.place_after).gather(pl.col("came") + pl.col("stay")) - 1,
        )
        .select("person", "role", "place", "last_place", "order_count")
    )


def _all_extra_orders(days: Calendar) -> pl.Series:
    return extra_orders(days.days // _DAYS_IN_MONTH + 1)


def _order_quantile(row: pl.Expr) -> pl.Expr:
    month = (pl.col("stay") + _DAYS_IN_MONTH // 2) // _DAYS_IN_MONTH
    return month * ORDER_STEPS + draws.below(row, "orders", ORDER_STEPS)


def _orders(people: pl.DataFrame, *, seed: int, days: Calendar) -> pl.DataFrame:
    """Every order of everybody, with its day and second, platform and fate."""
    row = pl.col("row")
    return (
        people.with_columns(seq=pl.int_ranges(0, "order_count", dtype=pl.Int64))
        .explode("seq")
        .with_columns(row=draws.base(seed, "person", "seq"), whose=draws.base(seed, "person"))
        .with_columns(day=pl.lit(days.day_at).gather(_place(row)))
        .select(
            "person",
            pl.col("seq").cast(pl.UInt8),
            "role",
            platform=_platform(row).cast(pl.UInt8),
            ordered_s=pl.col("day") * DAY_SECONDS + _second(row),
            fate=_fate(row),
        )
        .with_columns(
            # JD's order file has no refund amount: a part that was refunded there would never be seen
            fate=pl.when((pl.col("platform") == Platform.JD) & (pl.col("fate") == Fate.PARTIAL))
            .then(int(Fate.KEPT))
            .otherwise("fate")
            .cast(pl.UInt8)
        )
    )


def _place(row: pl.Expr) -> pl.Expr:
    """The first order where its person came; later ones evenly spaced for some, anyhow for others."""
    start, count = pl.col("place"), pl.col("order_count")
    span = pl.max_horizontal(pl.col("last_place") - start, 1)
    jitter = draws.below(row, "jitter", _PLACE_BITS)
    steps = pl.max_horizontal(count - 1, 1) * _PLACE_BITS
    regular = start + ((pl.col("seq") - 1) * _PLACE_BITS + jitter) * span // steps
    anyhow = start + draws.below(row, "when", span)
    steady = draws.happens(pl.col("whose"), "steady", per_mille=550)
    later = pl.when(steady).then(regular).otherwise(anyhow)
    return pl.when(pl.col("seq") == 0).then(start).otherwise(pl.min_horizontal(later, pl.col("last_place")))


def _second(row: pl.Expr) -> pl.Expr:
    """Seconds since midnight, never within five minutes of the next, so that who pays at once pays on the same day."""
    hour = draws.weighted(row, "hour", hours())
    return hour * 3600 + draws.below(row, "second", 55 * 60)


def home(whose: pl.Expr) -> pl.Expr:
    """The platform of a person's first order, and of most others."""
    return draws.weighted(whose, "home", _SHARES)


def _platform(row: pl.Expr) -> pl.Expr:
    """The home of most, a second platform now and then; a stranger buys where buyers may stay unnamed."""
    whose = pl.col("whose")
    second = draws.weighted(whose, "second", _SHARES)
    strays = draws.happens(whose, "strays", per_mille=300) & (pl.col("seq") > 0)
    elsewhere = strays & draws.happens(row, "elsewhere", per_mille=400)
    unnamed = draws.weighted(whose, "home", {int(Platform.YOUZAN): 3, int(Platform.SHOPIFY): 1})
    return pl.when(pl.col("role") == Role.STRANGER).then(unnamed).when(elsewhere).then(second).otherwise(home(whose))


def _fate(row: pl.Expr) -> pl.Expr:
    """A customer's first order is kept, whole or in part; a browser keeps nothing."""
    usual = draws.weighted(row, "fate", {Fate.KEPT: 88, Fate.PARTIAL: 4, Fate.RETURNED: 4, Fate.ABANDONED: 4})
    first = draws.weighted(row, "fate", {Fate.KEPT: 96, Fate.PARTIAL: 4})
    browsing = draws.weighted(row, "fate", {Fate.RETURNED: 40, Fate.ABANDONED: 60})
    role = pl.col("role")
    return (
        pl.when(role == Role.BROWSER)
        .then(browsing)
        .when((pl.col("seq") == 0) & (role != Role.STRANGER))
        .then(first)
        .otherwise(usual)
    )


__all__ = ["DAY_SECONDS", "LATER_DAYS", "Fate", "Platform", "Role", "World", "end_of", "make_world"]
