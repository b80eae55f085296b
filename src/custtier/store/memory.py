"""The facts of files that are not imported: the same fold, without a store."""

from collections.abc import Sequence

import polars as pl

from custtier.facts import TABLES, Facts, Opener, no_tables
from custtier.people import resolve, with_contacts
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
from custtier.store.remarks import overlap_notes


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
    people = resolve(
        folded.current.filter(~pl.col("is_absorbed")),
        id_key=id_key,
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
        opener=_opener(records, folded),
    )


def _opener(records: Records, folded: Folded) -> Opener:
    """Opens the further tables of these files."""

    def opened(name: str, columns: Sequence[str]) -> pl.LazyFrame:
        if name in ("details", "waiting"):
            rows = details_in_memory(records, folded)
            rows = rows.filter(is_waiting()) if name == "waiting" else rows
        elif name == "items":
            rows = conform(fold_items(records.items), TABLES["items"])
        elif name == "refunds":
            rows = refund_table(folded.refunds, folded.current.lazy())
        else:
            return no_tables(name, columns)
        return rows.lazy().select(columns)

    return opened


def _stacked(frames: Sequence[pl.DataFrame], table: Table, import_id: int) -> pl.DataFrame:
    filled = [conform(frame, table) for frame in frames if not frame.is_empty()]
    stacked = pl.concat(filled) if filled else empty(table)
    return stacked.with_columns(pl.lit(import_id, dtype=pl.Int64).alias("import_id"))
