"""Remarks on what the imports come to: what waits, what may be counted twice, what belongs to nobody."""

from datetime import date

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
    kept_money = (pl.col("state") != State.CLOSED.value) & (pl.col("refunded") < pl.col("gross"))
    nobodys = folded.current.filter(is_purchase() & kept_money & pl.col("account_key").is_null()).height
    if nobodys:
        notes.append(Note("unattributed_orders", {"count": nobodys}))
    if shared_phones:
        notes.append(Note("shared_phones", {"phones": shared_phones}))
    return tuple(notes)


def overlap_notes(current: pl.LazyFrame, *, fresh: pl.DataFrame) -> tuple[Note, ...]:
    """One note per payment bill whose payments fall into the days of a shop's orders and share no id with them.

    Args:
        current: All current orders: `kind`, `source`, `state`, `is_absorbed`, `ordered_on`.
        fresh: Those of this import; bills and days that it does not touch were warned of before.
    """
    alone = (
        current.filter(_paid() & _is_bill() & ~pl.col("is_absorbed"))
        .group_by("source", "ordered_on")
        .agg(pl.len().alias("payments"))
        .collect()
    )
    if alone.is_empty():
        return ()
    days = _span(current)
    fresh_days = _span(fresh.lazy())
    fresh_bills = fresh.filter(_is_bill())["source"].unique()
    touched = pl.col("ordered_on").is_between(*fresh_days) | pl.col("source").is_in(fresh_bills.implode())
    counted = (
        alone.filter(pl.col("ordered_on").is_between(*days) & touched)
        .group_by("source")
        .agg(pl.col("payments").sum(), since=pl.col("ordered_on").min(), until=pl.col("ordered_on").max())
        .sort("source")
    )
    return tuple(
        Note(
            "bill_overlaps_orders",
            {"profile": source, "payments": payments, "since": since.isoformat(), "until": until.isoformat()},
        )
        for source, payments, since, until in counted.iter_rows()
    )


def _paid() -> pl.Expr:
    return pl.col("state").is_in([State.PAID.value, State.REFUNDED.value]) & pl.col("ordered_on").is_not_null()


def _is_bill() -> pl.Expr:
    return (pl.col("kind") == PAYMENT).fill_null(value=False)


def _span(current: pl.LazyFrame) -> tuple[date, date]:
    """First and last day of paid shop orders; an empty span when there are none."""
    day = pl.col("ordered_on")
    first, last = current.filter(_paid() & ~_is_bill()).select(first=day.min(), last=day.max()).collect().row(0)
    return (date.max, date.min) if first is None else (first, last)
