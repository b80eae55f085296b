"""What an import or an undo makes of the snapshots: only what it touches is made anew."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from custtier.schema import LISTS
from custtier.settings import Settings
from custtier.store.behind import Put
from custtier.store.counts import Counted
from custtier.store.current import Folded, Records, fold
from custtier.store.list_tables import ListTables
from custtier.store.lists import ListRecords
from custtier.store.snapshots import Snapshots
from custtier.store.touched import RawRecords, no_records, together, widened

_PEOPLE = frozenset({"contacts", "links"})
"""Lists that tell who is who."""

_STATED = frozenset({"links", "tags", "kept"})
"""Lists of which the import that said a thing last matters, even where it says nothing new."""


@dataclass(frozen=True)
class Incoming:
    """What an import brings.

    Args:
        records: Its orders, items and refunds.
        lists: Its lists.
        known: The stored records of the same orders.
        counted: What of it is new.
    """

    records: Records
    lists: ListRecords
    known: Records
    counted: Counted


def publish_import(
    incoming: Incoming, *, raw: RawRecords, snapshots: Snapshots, lists: ListTables, settings: Settings, put: Put
) -> tuple[Mapping[str, int], Folded | None]:
    """New versions of the snapshots that an import changes, and the orders that were folded anew.

    Args:
        incoming: The import.
        raw: The records of the imports that stood before.
        snapshots: Of orders and people.
        lists: The snapshots of lists.
        settings: Uses `zone` and `currency`.
        put: Writes files behind.
    """
    if snapshots.are_outdated() or raw.is_empty():
        parts = lists.made_anew(raw=raw, incoming=incoming.lists, put=put)
        folded = fold(together(raw.all(), incoming.records), settings=settings)
        whole = snapshots.publish(folded, touched=None, put=put, lists=lists)
        return whole | snapshots.named({name: part.result() for name, part in parts.items()}), folded
    names = incoming.counted.lists | (_STATED & incoming.lists.keys())
    parts = lists.publish(names, raw=raw, incoming=incoming.lists, put=put)
    published: dict[str, int] = {}
    touched_folded = None
    if incoming.counted.says_more:
        touched = widened(
            together(incoming.known, incoming.records), raw, current=snapshots.current(), gone=no_records()
        )
        touched_folded = fold(touched, settings=settings)
        published = snapshots.publish(touched_folded, touched=order_keys(touched), put=put, lists=lists)
    elif names & _PEOPLE:
        published = snapshots.publish_people(lists, put=put)
    return published | snapshots.named({name: part.result() for name, part in parts.items()}), touched_folded


def publish_undo(
    import_id: int,
    *,
    before: RawRecords,
    raw: RawRecords,
    snapshots: Snapshots,
    lists: ListTables,
    settings: Settings,
    put: Put,
) -> Mapping[str, int]:
    """New versions of the snapshots that an undo changes.

    Args:
        import_id: What is undone.
        before: The records of the imports that stood before.
        raw: The records of those that stay.
        snapshots: Of orders and people.
        lists: The snapshots of lists.
        settings: Uses `zone` and `currency`.
        put: Writes files behind.
    """
    return publish_change(
        before.told_by([import_id]),
        before.lists_of_imports([import_id]),
        raw=raw,
        snapshots=snapshots,
        lists=lists,
        settings=settings,
        put=put,
    )


def publish_change(
    changed: Records,
    changed_lists: ListRecords,
    *,
    raw: RawRecords,
    snapshots: Snapshots,
    lists: ListTables,
    settings: Settings,
    put: Put,
) -> Mapping[str, int]:
    """New versions of the snapshots where other imports stand than those they were made of.

    Args:
        changed: What the imports speak of that stand in one of the two and not in the other.
        changed_lists: All their records of lists; of messages only those that do not stand any more.
        raw: The records of the imports that stand.
        snapshots: Of orders and people.
        lists: The snapshots of lists.
        settings: Uses `zone` and `currency`.
        put: Writes files behind.
    """
    published: dict[str, int] = {}
    if snapshots.are_outdated() or raw.is_empty():
        parts = lists.made_anew(raw=raw, incoming={}, put=put)
        published = snapshots.publish(fold(raw.all(), settings=settings), touched=None, put=put, lists=lists)
    else:
        parts = lists.without(changed_lists, raw=raw, put=put)
        # another record of a refund may name the order
        refunds = raw.refunds_of("refund_key", changed.refunds.select("refund_key").unique())
        keys = pl.concat([order_keys(changed), refunds.select("order_key")]).drop_nulls().unique()
        if not keys.is_empty() or not changed.refunds.is_empty():
            left = together(raw.of_orders(keys), replace(no_records(), refunds=refunds))
            touched = widened(left, raw, current=snapshots.current(), gone=changed)
            keys = pl.concat([keys, order_keys(touched)]).unique()
            published = snapshots.publish(fold(touched, settings=settings), touched=keys, put=put, lists=lists)
        elif any(not changed_lists[name].is_empty() for name in LISTS if name in _PEOPLE):
            published = snapshots.publish_people(lists, put=put)
    return published | snapshots.named({name: part.result() for name, part in parts.items()})


def order_keys(records: Records) -> pl.DataFrame:
    """`order_key` of every order that the records speak of, unique."""
    frames = (records.orders, records.items, records.refunds)
    return pl.concat([frame.select("order_key") for frame in frames]).drop_nulls().unique()
