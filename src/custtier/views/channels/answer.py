"""What channels, campaigns, agents, days, weeks or months of adding bring: tables, figures and remarks of `grade`."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import polars as pl

from custtier.errors import usage_error
from custtier.facts import Note
from custtier.text.meant import meant_code
from custtier.views.basis import Basis
from custtier.views.channels.attribution import ATTRIBUTIONS, by_last_adding, contacts_asked, narrowed
from custtier.views.channels.compared import compared
from custtier.views.channels.funnel import funnel
from custtier.views.channels.groups import GROUPS, PERIODS, TABLES, one_spelling, with_period
from custtier.views.channels.letters import FEWEST
from custtier.views.channels.sold import sold_to
from custtier.views.channels.spent import Part as PartOfSpend
from custtier.views.channels.spent import Spent, spent_on_contacts
from custtier.views.channels.table import MATURE, Judged, judged_groups
from custtier.views.leads.asked import of_asked
from custtier.views.leads.leads import Leads
from custtier.views.spoken import spoken_money, spoken_number, spoken_share

CHANNEL: Final = "channel"
_NAMED: Final = 5
"""So many groups are named in a remark."""
_ERROR_SHARE: Final = 0.05
"""Of intervals at 95 % so many miss what is true."""


@dataclass(frozen=True)
class Asked:
    """What is asked of channels.

    Args:
        by: One of `groups.GROUPS`.
        compare: Two groups as typed; None for none.
        added_since: First day of adding, and of spend.
        added_until: Last day of adding, and of spend.
        new_only: Leave out who bought before they were added.
        attribution: `first` or `last` of the addings tells the channel.
        channels: The contacts are those of these channels alone; empty for all.
        agents: They are those of these agents alone.
        is_tagged: They are those with some tag.
    """

    by: str = CHANNEL
    compare: tuple[str, str] | None = None
    added_since: date | None = None
    added_until: date | None = None
    new_only: bool = False
    attribution: str = "first"
    channels: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    is_tagged: bool = False


@dataclass(frozen=True)
class Part:
    """A part of an answer.

    Args:
        tables: By name; the first is the table of groups.
        summary: Single figures.
        notes: Remarks.
        currency: Of amounts, where orders name none but spend does.
    """

    tables: Mapping[str, pl.DataFrame]
    summary: Mapping[str, object]
    notes: tuple[Note, ...]
    currency: str | None


def channels(
    leads: Leads, *, basis: Basis, zone: str, asked: Asked | None = None, everybody: Leads | None = None
) -> Part:
    """Who came through which channel, what it cost and what it brought.

    Args:
        leads: Everybody who had been added by the day observed.
        basis: The orders used, and what lies behind them.
        zone: The shop's.
        asked: What is asked; channels by their first adding when not given.
        everybody: The contacts of all channels and agents, where those asked for are of some; letters hold a group
            against all of them.

    Returns:
        The tables `channels` (or `campaigns`, `agents`, `days`, `weeks`, `months`), `funnel`, `letter_shares`,
        `time_to_a`, and with `compare` `compared_shares` and `compared_sales`.

    Raises:
        CusttierError: `unknown-by`, `unknown-attribution`, `bad-range`, `unknown-group`, `same-group`.
    """
    asked = checked(asked or Asked())
    since, until = asked.added_since, asked.added_until
    leads = narrowed(leads, since=since, until=until, new_only=asked.new_only)
    contacts = contacts_asked(leads, by=asked.by, attribution=asked.attribution)
    if asked.attribution == "last":
        contacts = by_last_adding(contacts, basis=basis, zone=zone)
    part = PartOfSpend(since, until, asked.channels, asked.agents, asked.is_tagged)
    spent = spent_on_contacts(basis, part)
    contacts, spend = one_spelling(contacts, spent.rows)
    contacts = with_period(contacts, by=asked.by, day="added_on")
    spend = with_period(spend, by=asked.by, day="spent_on")
    sold = sold_to(contacts.filter("has_sales"), basis=basis)
    has_spend, has_orders = not spend.is_empty(), basis.facts.extent.purchases > 0
    judged = judged_groups(
        contacts,
        spend,
        sold,
        by=asked.by,
        as_of=basis.as_of,
        has_spend=has_spend,
        has_orders=has_orders,
        pooled=None if everybody is None else _pooled(everybody, asked),
    )
    has_talk = bool(contacts.get_column("has_chat").any()) or bool(contacts["grade"].is_in(["B", "C"]).any())
    currency = basis.currency or spent.currency
    tables = {
        TABLES[asked.by]: judged.groups,
        "funnel": funnel(judged.groups, has_talk=has_talk),
        "letter_shares": judged.letters,
        "time_to_a": judged.curve,
    }
    notes = _notes(contacts, judged, asked=asked, spent=spent, currency=currency)
    if sold.margin_known is not None:
        notes.append(Note("channel_margins", {"share": spoken_share(sold.margin_known)}))
    if asked.compare:
        found = compared(contacts, sold, by=asked.by, names=asked.compare, as_of=pl.lit(basis.as_of))
        tables = {"compared_shares": found.shares, "compared_sales": found.sales, **tables}
        notes.insert(0, Note("compared_groups", {"first": found.names[0], "second": found.names[1]}))
    return Part(tables, _summary(judged, spent, by=asked.by, has_orders=has_orders), tuple(notes), currency)


def _pooled(everybody: Leads, asked: Asked) -> float | None:
    """The share of A among all contacts who tell a group, whichever groups are asked for."""
    others = {"agents": asked.agents} if asked.by != "agent" else {"channels": asked.channels}
    pool = narrowed(
        of_asked(everybody, **others), since=asked.added_since, until=asked.added_until, new_only=asked.new_only
    )
    rows = contacts_asked(pool, by=asked.by) if asked.by not in PERIODS else pool.people.clear()
    told = rows.drop_nulls(GROUPS[asked.by][-1]) if rows.height else rows
    return int((told["grade"] == "A").sum()) / told.height if told.height else None


def checked(asked: Asked) -> Asked:
    """The question with codes as they are written here.

    Raises:
        CusttierError: `unknown-by`, `unknown-attribution`, `bad-range`.
    """
    by, attribution = meant_code(asked.by, "by", codes=GROUPS), asked.attribution.strip().lower()
    if by is None:
        raise usage_error(
            "unknown-by",
            "--by is {by!r}; {known} are expected",
            hint="try `--by channel`",
            by=asked.by,
            known=", ".join(GROUPS),
        )
    if attribution not in ATTRIBUTIONS:
        raise usage_error(
            "unknown-attribution",
            "--attribution is {attribution!r}, first or last is expected",
            hint="first counts a contact for the channel of the first adding, last for that of the latest",
            attribution=asked.attribution,
        )
    if asked.added_since and asked.added_until and asked.added_since > asked.added_until:
        raise usage_error(
            "bad-range",
            "--added-since {since} lies after --added-until {until}",
            hint="give the earlier day to --added-since",
            since=asked.added_since,
            until=asked.added_until,
        )
    if asked.compare and by in PERIODS:
        raise usage_error(
            "compare-by-period",
            "--compare is about channels, campaigns and agents, not about each {by}",
            hint="leave out `--by {by}`, or take `--by channel`",
            by=by,
        )
    return replace(asked, by=by, attribution=attribution)


def _summary(judged: Judged, spent: Spent, *, by: str, has_orders: bool) -> dict[str, object]:
    """Figures over all groups."""
    groups, name = judged.groups, GROUPS[by][-1]
    placed = int(groups.filter(pl.col(name).is_not_null())["contacts"].sum())
    spend = int(spent.rows["spend"].sum()) if spent.rows.height else None
    sales = int(groups["net_sales"].sum()) if has_orders else None
    return {
        "placed_contacts": placed,
        "unplaced_contacts": int(groups["contacts"].sum()) - placed,
        "pooled_a_share": judged.pooled_share,
        "spend": spend,
        "contact_sales": sales,
        "return_on_spend": sales / spend if spend and sales is not None else None,
    }


def _notes(contacts: pl.DataFrame, judged: Judged, *, asked: Asked, spent: Spent, currency: str | None) -> list[Note]:
    notes = [_of_attribution(contacts, asked=asked)]
    if asked.by in PERIODS:
        is_young = judged.groups["maturity"].drop_nulls() != MATURE
        notes += [Note("young_groups")] if is_young.any() else []
    else:
        notes += _of_letters(judged, name=GROUPS[asked.by][-1])
    before = int(contacts["is_customer_before"].sum())
    if before:
        notes.append(Note("before_left_out_of_time", {"contacts": before}))
    # what was left out says more than that nothing is known
    return [*notes, *spent.notes, *_of_spend(judged, spent, asked=asked, currency=currency)]


def _of_letters(judged: Judged, *, name: str) -> list[Note]:
    """How sure the letters are, and of which groups none can be told."""
    groups = judged.groups
    count = groups["letter"].drop_nulls().len()
    few = groups.filter(pl.col("letter_reason") == "too_few").height
    if not count:
        return [Note("no_group_letters", {"few": few, "fewest": FEWEST})] if few else []
    values = {"groups": count, "few": few, "fewest": FEWEST, "share": spoken_share(judged.pooled_share or 0.0)}
    notes = [Note("group_letters", {**values, "by_chance": spoken_number(_ERROR_SHARE * count)})]
    young = groups.filter(pl.col("letter").is_not_null() & (2 * pl.col("matured_contacts") < pl.col("contacts")))
    if young.height:
        names = young.get_column(name).to_list()
        notes.append(Note("young_letters", {"count": young.height, "names": ", ".join(names[:_NAMED])}))
    return notes


def _of_spend(judged: Judged, spent: Spent, *, asked: Asked, currency: str | None) -> list[Note]:
    """Spend that belongs to nobody, and groups without contacts on which something was spent."""
    groups, is_told = judged.groups, pl.col(GROUPS[asked.by][-1]).is_not_null()
    if groups["spend"].null_count() == groups.height:
        return [] if spent.notes else [Note("spend_unknown")]
    notes = []
    untold = int(groups.filter(~is_told)["spend"].sum())
    if untold:
        notes.append(Note("spend_without_group", {"spend": spoken_money(untold, currency)}))
    alone = groups.filter(is_told & (pl.col("contacts") == 0) & (pl.col("spend") > 0))
    if alone.height and asked.by not in PERIODS:
        notes.append(Note("spend_without_contacts", {"groups": alone.height}))
    return notes


def _of_attribution(contacts: pl.DataFrame, *, asked: Asked) -> Note:
    """By what a contact counts for its group."""
    if asked.by in PERIODS:
        return Note("placed_by_day")
    if asked.by == "agent":
        shared = contacts.filter(pl.col("customer_key").is_not_null() & pl.col("customer_key").is_duplicated())
        code = "placed_by_entry" if asked.attribution == "first" else "placed_by_latest_entry"
        return Note(code, {"contacts": shared["customer_key"].n_unique()})
    again = contacts.filter(pl.col("adding_count") > 1).height
    return Note(f"placed_by_{asked.attribution}_adding", {"contacts": again})
