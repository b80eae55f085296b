"""Remarks on what the imports come to: what waits, what may be counted twice, what belongs to nobody."""

import polars as pl

from custtier.facts import Note
from custtier.schema import State
from custtier.store.current import Folded, is_purchase, is_waiting
from custtier.store.netting import unmatched
from custtier.store.payments import PAYMENT


def remarks(folded: Folded, *, shared_phones: int) -> tuple[Note, ...]:
    """Notes on the orders of an import.

    Args:
        folded: The orders that it touched.
        shared_phones: Phones that merge nobody.
    """
    notes = []
    waiting = folded.current.filter(is_waiting()).height
    if waiting:
        notes.append(Note("waiting_items", {"orders": waiting}))
    lost = unmatched(folded.refunds, folded.current).height
    if lost:
        notes.append(Note("unmatched_refunds", {"refunds": lost}))
    nobodys = folded.current.filter(is_purchase() & pl.col("account_key").is_null()).height
    if nobodys:
        notes.append(Note("unattributed_orders", {"count": nobodys}))
    if shared_phones:
        notes.append(Note("shared_phones", {"phones": shared_phones}))
    return tuple(notes)


def overlap_notes(current: pl.LazyFrame) -> tuple[Note, ...]:
    """One note per payment bill whose payments fall into the days of a shop's orders and share no id with them.

    Args:
        current: Current orders: `kind`, `source`, `state`, `is_absorbed`, `ordered_on`.
    """
    paid = pl.col("state").is_in([State.PAID.value, State.REFUNDED.value]) & pl.col("ordered_on").is_not_null()
    is_bill = (pl.col("kind") == PAYMENT).fill_null(value=False)
    alone = (
        current.filter(paid & is_bill & ~pl.col("is_absorbed"))
        .group_by("source", "ordered_on")
        .agg(pl.len().alias("payments"))
        .collect()
    )
    if alone.is_empty():
        return ()
    days = current.filter(paid & ~is_bill).select("ordered_on").unique()
    span = days.select(pl.col("ordered_on").min().alias("first"), pl.col("ordered_on").max().alias("last")).collect()
    first, last = span.row(0)
    if first is None:
        return ()
    within = alone.filter(pl.col("ordered_on").is_between(first, last)).group_by("source")
    counted = within.agg(
        pl.col("payments").sum(), since=pl.col("ordered_on").min(), until=pl.col("ordered_on").max()
    ).sort("source")
    return tuple(
        Note(
            "bill_overlaps_orders",
            {"profile": source, "payments": payments, "since": since.isoformat(), "until": until.isoformat()},
        )
        for source, payments, since, until in counted.iter_rows()
    )
