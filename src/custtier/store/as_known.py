"""What a store held on an earlier day: the imports made by then, less those undone by then, folded anew."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import polars as pl

from custtier.errors import nothing_error
from custtier.facts import Facts
from custtier.settings import Settings
from custtier.store.layout import LIST_SNAPSHOTS, Layout
from custtier.store.list_tables import ListTables
from custtier.store.lists import MESSAGES
from custtier.store.messages import messages_of
from custtier.store.money_notes import money_notes
from custtier.store.opened import opened_facts
from custtier.store.publish import publish_change
from custtier.store.record import IMPORT, Commit, visible_ids
from custtier.store.snapshots import Snapshots
from custtier.store.state import State
from custtier.store.touched import RawRecords, together
from custtier.store.unwritten import held, unwritten


@dataclass(frozen=True)
class Between:
    """The imports that tell today's store from that of a day.

    Args:
        standing: Ids of the imports that stood then.
        later: Of these that stand today and did not then.
        undone: Of those that stood then and do not today.
    """

    standing: list[int]
    later: list[int]
    undone: list[int]

    @property
    def is_nothing(self) -> bool:
        """Whether the store of that day is today's."""
        return not self.later and not self.undone


def day_of(instant: datetime, zone: str) -> date:
    """The shop's calendar day."""
    return instant.astimezone(ZoneInfo(zone)).date()


def commits_by(commits: Sequence[Commit], day: date, *, zone: str) -> list[Commit]:
    """The commits made by the end of a day. One without an instant was made when the one before it was."""
    made = []
    known = True
    for commit in commits:
        if commit.imported_at is not None:
            known = day_of(commit.imported_at, zone) <= day
        if known:
            made.append(commit)
    return made


def between(state: State, day: date, *, zone: str) -> Between:
    """What tells the store of the end of a day from today's; who was forgotten since is in neither."""
    standing = visible_ids(commits_by(state.commits, day, zone=zone))
    return Between(
        standing=standing,
        later=[number for number in state.visible if number not in set(standing)],
        undone=[number for number in standing if number not in set(state.visible)],
    )


def facts_then(
    then: Between, *, state: State, layout: Layout, settings: Settings, id_key: Callable[[], bytes]
) -> Facts:
    """What views would have read then.

    Only the orders that imports between then and now speak of are folded, from the records that were there then; all
    else is as it stands. Nothing is written.

    Args:
        then: Something stood then, and it was not what stands now.
        state: The store today.
        layout: Its tables.
        settings: As of today: what depends on them is answered by them.
        id_key: Secret of customer ids.
    """
    tables = unwritten(layout.snapshots, state.versions)
    now, raw = (
        RawRecords(layout.raw, versions=state.versions, visible=visible) for visible in (state.visible, then.standing)
    )
    snapshots = Snapshots(tables, versions=state.versions, last=state.last, settings=settings, id_key=id_key())
    changed = together(now.told_by(then.later), raw.told_by(then.undone))
    later, undone = now.lists_of_imports(then.later), raw.lists_of_imports(then.undone)
    versions = dict(state.versions)
    versions |= publish_change(
        changed,
        {name: rows if name == MESSAGES else pl.concat([rows, undone[name]]) for name, rows in later.items()},
        raw=raw,
        snapshots=snapshots,
        lists=ListTables(tables, versions=state.versions),
        settings=settings,
        put=held,
    )
    if not undone[MESSAGES].is_empty():
        table = tables[LIST_SNAPSHOTS[MESSAGES]]
        versions[LIST_SNAPSHOTS[MESSAGES]] = table.replace(table.put(messages_of(raw.scan(MESSAGES).collect())))
    return opened_facts(
        lambda name: tables[name].scan(versions[name]),
        raw=raw,
        extent=snapshots.extent,
        settings=settings,
        notes=money_notes(state.commits, then.standing),
    )


def nothing_known_yet(state: State, day: date, *, zone: str) -> Exception:
    """The error of a day by whose end nothing that stands was imported."""
    made = [commit.imported_at for commit in state.commits if commit.action == IMPORT]
    days = [day_of(instant, zone) for instant in made if instant is not None]
    return nothing_error(
        "nothing-known-yet",
        "by the end of {day} nothing was imported; the first import was made on {first}",
        hint="name a later day; the imports are listed by: custtier imports",
        day=day.isoformat(),
        first=min(days).isoformat() if days else "-",
    )
