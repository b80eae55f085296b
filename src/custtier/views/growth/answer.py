"""How the shop grows: new contacts against goals, where the month will end, who replies, buys and comes back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

import polars as pl

from custtier.errors import nothing_error
from custtier.facts import Note
from custtier.goals import Goals, Targets
from custtier.periods import day_number
from custtier.views.basis import Basis
from custtier.views.columns.orders import bought_by
from custtier.views.growth.months import MONTH_COLUMNS, Month, month_row, months_of, months_seen
from custtier.views.growth.newcomers import GOAL_COLUMNS, MONTH, Daily, Schema, daily_of, goal_of, goal_rows
from custtier.views.growth.rates import (
    CONVERSION,
    FIRST_ORDER,
    FIRST_REPLY,
    RATE_COLUMNS,
    RATES,
    RETENTION,
    Counted,
    Known,
    latest_rates,
    rate_row,
)
from custtier.views.growth.remarks import Heard, remarks
from custtier.views.leads.days import day_in, end_of
from custtier.views.leads.leads import Leads
from custtier.views.view import View

AGENT, CHANNEL = BY = ("agent", "channel")
"""By what growth is told apart."""

CONTACT_COLUMNS: Final = (
    "customer_key",
    "added_on",
    "has_chat",
    "chats_until",
    "first_incoming_on",
    "first_order_on",
    "bought_before_on",
)


@dataclass(frozen=True)
class Asked:
    """What is asked.

    Args:
        goals: What is aimed at.
        targets: Goals of everybody who is asked for.
        by: One of `BY`; None for all together.
        is_part: Whether only some contacts are asked for; then only their purchases count.
    """

    goals: Goals
    targets: Targets
    by: str | None = None
    is_part: bool = False


@dataclass(frozen=True)
class Grown:
    """What is known of groups: None is the group of all, or of those without an agent or channel.

    Args:
        daily: Group → new contacts day by day.
        rates: Rate → group → how many.
        months: The months seen, the earliest first.
    """

    daily: Mapping[str | None, Daily]
    rates: Mapping[str, Mapping[str | None, Counted]]
    months: Sequence[Month]

    @property
    def are_days_known(self) -> bool:
        """Whether any list says when anybody was added."""
        return bool(self.daily)


def growth(basis: Basis, leads: Leads, *, asked: Asked, zone: str) -> View:
    """New contacts against goals and what the month will come to; replies, first orders, returning buyers, conversion.

    People count on the day on which they were first added: in all together and by channel each person once, by agent
    once in each agent's list.

    Args:
        basis: The orders used and the day observed.
        leads: Everybody who was added by that day, of those asked for.
        asked: Goals, and by what growth is told apart.
        zone: The shop's.

    Returns:
        Tables `goals` (`newcomers.GOAL_COLUMNS`: day, week and month), `rates` (`rates.RATE_COLUMNS`) and `months`
        (`months.MONTH_COLUMNS`); with `by` one row of each per group, before the columns stands its name.

    Raises:
        CusttierError: `no-contacts` when nobody had been added.
    """
    if leads.people.is_empty():
        raise nothing_error(
            "no-contacts",
            "nobody had been added by {as_of} among the contacts asked for",
            hint="import a contact list, or chats; a table to fill in: custtier template contacts",
            as_of=basis.as_of,
        )
    chats = _chats(basis, zone=zone)
    known, leads = _known(basis, chats), _with_chats(leads, chats)
    contacts = _contacts(leads, by=asked.by)
    since = contacts.get_column("added_on").min()
    bought = _bought(basis, contacts if asked.by or asked.is_part else None)
    months = months_of(contacts, bought, known=known, goals=asked.goals, since=_first_month(since, bought))
    found = Grown(
        daily_of(contacts, as_of=basis.as_of), latest_rates(contacts, bought, known=known, goals=asked.goals), months
    )
    everybody = found if asked.by is None else _together(basis, leads, known=known, asked=asked)
    daily = everybody.daily.get(None)
    goal = goal_of(asked.targets, period=MONTH, day=basis.as_of)
    undated = leads.people.get_column("added_on").null_count()
    heard = Heard(daily, everybody.months, known, asked.goals, goal, undated)
    return View(
        command="growth",
        parameters={"by": asked.by},
        summary=_summary(leads, everybody, daily, targets=asked.targets, as_of=basis.as_of),
        tables=_tables(found, asked=asked, as_of=basis.as_of),
        notes=(*_data_notes(basis), *remarks(heard)),
        as_of=basis.as_of,
        data_through=basis.facts.extent.data_through,
    )


def _known(basis: Basis, chats: pl.DataFrame) -> Known:
    until = chats.get_column("until").max()
    return Known(until if isinstance(until, date) else None, basis.facts.extent.data_through, basis.as_of)


def _chats(basis: Basis, *, zone: str) -> pl.DataFrame:
    """`agent` (null where chats name none), `until`: the last day of which chats of each agent are known."""
    sent = pl.col("sent_at")
    told = basis.facts.table("messages", columns=["agent", "sent_at"]).filter(sent < end_of(basis.as_of, zone=zone))
    last = told.group_by("agent").agg(sent.max()).select("agent", day_in("sent_at", zone=zone).alias("until"))
    return last.collect(engine="streaming")


def _with_chats(leads: Leads, chats: pl.DataFrame) -> Leads:
    """The contacts with `chats_until`: how far chats of their agent reach, or of all where none of theirs are known."""
    nobodys = chats.filter(pl.col("agent").is_null()).get_column("until")
    others = pl.lit(nobodys.item() if nobodys.len() else None, dtype=pl.Date)
    anybodys = pl.lit(chats.get_column("until").max(), dtype=pl.Date)

    def told(rows: pl.DataFrame) -> pl.DataFrame:
        joined = rows.join(chats.drop_nulls("agent"), on="agent", how="left", maintain_order="left")
        own = pl.max_horizontal("until", others)
        return joined.with_columns(pl.coalesce(own, anybodys).alias("chats_until")).drop("until")

    return replace(leads, entries=told(leads.entries), people=told(leads.people))


def _contacts(leads: Leads, *, by: str | None) -> pl.DataFrame:
    """`group` and `CONTACT_COLUMNS`: persons, by agent entries."""
    if by is None:
        return leads.people.select(pl.lit(None, dtype=pl.String).alias("group"), *CONTACT_COLUMNS)
    rows = leads.entries if by == AGENT else leads.people
    return rows.select(pl.col(by).alias("group"), *CONTACT_COLUMNS)


def _bought(basis: Basis, contacts: pl.DataFrame | None) -> pl.DataFrame:
    """`group`, `customer_key`, `bought_on`: days of purchase; of groups those of their contacts alone."""
    first = months_seen(basis.as_of, since=date.min)[0][0] - timedelta(days=731)
    days = (
        bought_by(basis)
        .filter(pl.col("order_day") >= day_number(first))
        .select("customer_key", pl.col("order_day").cast(pl.Date).alias("bought_on"))
        .unique()
    )
    if contacts is None:
        return days.select(pl.lit(None, dtype=pl.String).alias("group"), pl.all()).collect(engine="streaming")
    members = contacts.lazy().select("group", "customer_key").filter(pl.col("customer_key").is_not_null()).unique()
    return (
        days.join(members, on="customer_key", how="inner")
        .select("group", "customer_key", "bought_on")
        .collect(engine="streaming")
    )


def _first_month(since: object, bought: pl.DataFrame) -> date | None:
    """The first day of which anything is known."""
    days = [day for day in (since, bought.get_column("bought_on").min()) if isinstance(day, date)]
    return min(days, default=None)


def _together(basis: Basis, leads: Leads, *, known: Known, asked: Asked) -> Grown:
    """The same of everybody who is asked for."""
    contacts = _contacts(leads, by=None)
    bought = _bought(basis, contacts if asked.is_part else None)
    since = _first_month(contacts.get_column("added_on").min(), bought)
    return Grown(
        daily_of(contacts, as_of=basis.as_of),
        latest_rates(contacts, bought, known=known, goals=asked.goals),
        months_of(contacts, bought, known=known, goals=asked.goals, since=since),
    )


def _tables(found: Grown, *, asked: Asked, as_of: date) -> dict[str, pl.DataFrame]:
    def targets(name: str | None) -> Targets:
        return asked.targets if asked.by is None else asked.goals.targets_of(asked.by, name)

    names = _names(found) if asked.by else [None]
    is_told = found.are_days_known
    made: dict[str, tuple[Schema, list[tuple[object, ...]]]] = {
        "goals": (
            GOAL_COLUMNS,
            [
                row
                for n in names
                for row in goal_rows(n, found.daily.get(n), targets=targets(n), as_of=as_of, are_days_known=is_told)
            ],
        ),
        "rates": (
            RATE_COLUMNS,
            [rate_row(n, rate, found.rates[rate].get(n), targets=targets(n)) for n in names for rate in RATES],
        ),
        "months": (
            MONTH_COLUMNS,
            [
                month_row(n, month, found.daily.get(n), targets=targets(n), as_of=as_of, are_days_known=is_told)
                for n in names
                for month in found.months
            ],
        ),
    }
    group = asked.by or "group"
    tables = {
        table: pl.DataFrame(rows, schema={group: pl.String, **columns}, orient="row")
        for table, (columns, rows) in made.items()
    }
    return tables if asked.by else {table: frame.drop("group") for table, frame in tables.items()}


def _names(found: Grown) -> list[str | None]:
    """The groups, those with most contacts first."""
    sizes = {name: int(one.counts.sum()) for name, one in found.daily.items()}
    everyone = {*sizes, *(name for groups in found.rates.values() for name in groups)}
    return sorted(everyone, key=lambda name: (name is None, -sizes.get(name, 0), name or ""))


def _summary(leads: Leads, found: Grown, daily: Daily | None, *, targets: Targets, as_of: date) -> dict[str, object]:
    """The figures of everybody who is asked for."""
    columns = list(GOAL_COLUMNS)
    rows = goal_rows(None, daily, targets=targets, as_of=as_of, are_days_known=found.are_days_known)
    day, week, month = (dict(zip(columns, row[1:], strict=True)) for row in rows)
    return {
        "contacts": leads.people.height,
        "new_contacts_today": day["new_contacts"],
        "new_contacts_week": week["new_contacts"],
        "new_contacts_month": month["new_contacts"],
        "goal": month["goal"],
        "done_share": month["done_share"],
        "new_contacts_share": month["pace_share"],
        "run_rate": month["run_rate"],
        "expected_contacts": month["expected_contacts"],
        "contacts_low": month["contacts_low"],
        "contacts_high": month["contacts_high"],
        "meet_chance": month["meet_chance"],
        "days_left": month["days_left"],
        "needed_per_day": month["needed_per_day"],
        **{f"{rate}_share": _share(found, rate) for rate in (FIRST_REPLY, FIRST_ORDER, RETENTION, CONVERSION)},
    }


def _share(found: Grown, rate: str) -> float | None:
    counted = found.rates[rate].get(None)
    return counted.share if counted else None


def _data_notes(basis: Basis) -> list[Note]:
    through = basis.facts.extent.data_through
    if through and basis.as_of > through:
        return [Note("as_of_after_data", {"as_of": basis.as_of, "data_through": through})]
    return []
