"""The facts of files that are not imported: the same fold, without a store."""

from collections.abc import Sequence

import polars as pl

from custtier.facts import Facts
from custtier.people import resolve, with_contacts
from custtier.schema import ITEMS, ORDERS, REFUNDS, Table, conform, empty
from custtier.settings import Settings
from custtier.sources.reading import Reading
from custtier.store.current import Records, extent_of, fold, last_instant, purchases_of, sorted_purchases
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
    folded = fold(records_of(readings, import_id=1), settings=settings)
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
    )


def _stacked(frames: Sequence[pl.DataFrame], table: Table, import_id: int) -> pl.DataFrame:
    filled = [conform(frame, table) for frame in frames if not frame.is_empty()]
    stacked = pl.concat(filled) if filled else empty(table)
    return stacked.with_columns(pl.lit(import_id, dtype=pl.Int64).alias("import_id"))
