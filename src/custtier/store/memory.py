"""The facts of files that are not imported: the same fold, without a store."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import polars as pl

from custtier.facts import TABLES, Facts, Opener, no_tables
from custtier.people import (
    KNOWN,
    all_known,
    buyers_of,
    contacted_of,
    payers_of,
    people_of,
    with_accounts_of_ids,
    with_contacts,
)
from custtier.schema import ITEMS, ORDERS, REFUNDS, Table, conform, empty
from custtier.settings import Settings
from custtier.sources.reading import Reading
from custtier.store.current import (
    Folded,
    Records,
    extent_of,
    fold,
    is_waiting,
    last_instant,
    purchases_of,
    sorted_purchases,
)
from custtier.store.details import details_in_memory, refund_table
from custtier.store.fold import fold_items
from custtier.store.lists import FOLDED, MESSAGES, events_of, fold_list, lists_of
from custtier.store.messages import messages_of
from custtier.store.noted import noted_classes
from custtier.store.remarks import overlap_notes
from custtier.store.tagged import TAGS


def records_of(readings: Sequence[Reading], *, import_id: int) -> Records:
    """All records of one import, phones and accounts in comparable form."""
    return Records(
        orders=with_contacts(_stacked([reading.orders for reading in readings], ORDERS, import_id)),
        items=_stacked([reading.items for reading in readings], ITEMS, import_id),
        refunds=_stacked([reading.refunds for reading in readings], REFUNDS, import_id),
    )


def facts_of(readings: Sequence[Reading], *, settings: Settings, id_key: bytes) -> Facts:
    """What a store would answer from, had it imported just these files at once.

    Args:
        readings: Files of one import.
        settings: Uses `zone`, `currency`, `shared_phone_accounts`.
        id_key: Secret of customer ids.
    """
    records = records_of(readings, import_id=1)
    folded = fold(records, settings=settings)
    listed = lists_of(readings, import_id=1)
    tables = {name: fold_list(name, rows) for name, rows in listed.items() if name not in (MESSAGES, TAGS)}
    buying = folded.current.filter(~pl.col("is_absorbed")).lazy()
    buyers = buyers_of(buying, id_key=id_key)
    contacted = contacted_of(tables["contacts"], id_key=id_key) if "contacts" in tables else empty(KNOWN)
    if TAGS in listed:
        tables[TAGS] = fold_list(TAGS, with_accounts_of_ids(listed[TAGS], all_known(buyers, contacted)))
    payers = payers_of(buying)
    people = people_of(
        buyers,
        payers,
        contacted=contacted,
        links=tables.get("links"),
        shared_phone_accounts=settings.shared_phone_accounts,
    )
    purchases = sorted_purchases(purchases_of(folded.current.lazy()).collect()).lazy()
    dated = folded.dated_refunds.sort("order_key", "refund_day", "amount").lazy()
    return Facts(
        purchases=purchases,
        dated_refunds=dated,
        accounts=people.accounts.lazy(),
        customers=people.customers.lazy(),
        extent=extent_of(
            purchases,
            dated,
            last_instant=last_instant(folded.current.lazy()),
            merged=people.accounts.height,
            zone=settings.zone,
        ),
        notes=overlap_notes(folded.current.lazy(), fresh=folded.current),
        opener=_opener(records, folded, listed, tables, payers=payers, known=partial(all_known, buyers, contacted)),
    )


def _opener(
    records: Records,
    folded: Folded,
    listed: Mapping[str, pl.DataFrame],
    tables: Mapping[str, pl.DataFrame],
    *,
    payers: pl.DataFrame,
    known: Callable[[], pl.DataFrame],
) -> Opener:
    """Opens the further tables of these files."""
    made: dict[str, Callable[[], pl.DataFrame | pl.LazyFrame]] = {
        "details": lambda: details_in_memory(records, folded),
        "waiting": lambda: details_in_memory(records, folded).filter(is_waiting()),
        "items": lambda: conform(fold_items(records.items), TABLES["items"]),
        "refunds": lambda: refund_table(folded.refunds, folded.current.lazy()),
        "known": known,
        "payers": lambda: payers,
        **{name: partial(_listed, tables, name) for name in FOLDED},
        "contact_events": lambda: events_of(listed["contacts"], tables["contacts"]),
        "noted_classes": lambda: noted_classes(listed["contacts"], tables["contacts"]),
        MESSAGES: lambda: messages_of(listed[MESSAGES]),
    }
    made_of = {"contact_events": "contacts", "noted_classes": "contacts", MESSAGES: MESSAGES}

    def opened(name: str, columns: Sequence[str]) -> pl.LazyFrame:
        if made_of.get(name, name) not in listed and name in made_of:
            return no_tables(name, columns)
        return made[name]().lazy().select(columns)

    return opened


def _listed(tables: Mapping[str, pl.DataFrame], name: str) -> pl.DataFrame:
    return tables[name] if name in tables else empty(TABLES[name])


def _stacked(frames: Sequence[pl.DataFrame], table: Table, import_id: int) -> pl.DataFrame:
    filled = [conform(frame, table) for frame in frames if not frame.is_empty()]
    stacked = pl.concat(filled) if filled else empty(table)
    return stacked.with_columns(pl.lit(import_id, dtype=pl.Int64).alias("import_id"))
