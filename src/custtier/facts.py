"""What a view reads: the frames of purchases, refunds and people, and what is known about them without reading."""

from dataclasses import dataclass, field
from datetime import date

import polars as pl


@dataclass(frozen=True)
class Note:
    """A remark beside an answer: a stable code and what fills its text."""

    code: str
    values: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Extent:
    """What a store or a set of files holds, known without reading its frames.

    Args:
        last_on: Last day of any paid order or dated refund: the default `as_of`. None when nothing was ever paid.
        data_through: Last day that any order shows, paid or not.
        currencies: Currencies of paid orders, sorted.
        purchases: Rows in `purchases`.
        dated_refunds: Rows in `dated_refunds`.
        undated_refunds: Orders with a refund whose day is not known.
        merged_accounts: Rows in `accounts`.
        closed_paid_orders: Orders cancelled although paid and not refunded; None when they were not counted.
        orders_without_money: Orders paid without money; None when they were not counted.
    """

    last_on: date | None = None
    data_through: date | None = None
    currencies: tuple[str, ...] = ()
    purchases: int = 0
    dated_refunds: int = 0
    undated_refunds: int = 0
    merged_accounts: int = 0
    closed_paid_orders: int | None = None
    orders_without_money: int | None = None


@dataclass(frozen=True)
class Facts:
    """The frames that every view reads, from the store or from files alike.

    Args:
        purchases: `schema.PURCHASES`, sorted by account.
        dated_refunds: `schema.DATED_REFUNDS`.
        accounts: `schema.ACCOUNTS`: merged accounts only.
        customers: `schema.CUSTOMERS`.
        extent: What is known without reading them.
        notes: Remarks that hold for every answer from these facts.
        excluded: Rows that reading left out, by reason.
    """

    purchases: pl.LazyFrame
    dated_refunds: pl.LazyFrame
    accounts: pl.LazyFrame
    customers: pl.LazyFrame
    extent: Extent
    notes: tuple[Note, ...] = ()
    excluded: tuple[tuple[str, int], ...] = ()
