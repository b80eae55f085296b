"""What a view reads: the frames of purchases, refunds and people, and what is known about them without reading."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import polars as pl

from custtier.schema import (
    CONTACTS,
    INSTANT,
    ITEMS,
    KEPT,
    KNOWN,
    LINKS,
    LISTS,
    MESSAGES,
    ORDERS,
    PAYERS,
    PROVENANCE,
    REFUNDS,
    TAGS,
    Table,
)

DETAILS: Final[Table] = {
    **{name: ORDERS[name] for name in ("order_key", "kind", "platform", "shop", "order_id")},
    "account_key": pl.Int64,
    **{name: dtype for name, dtype in ORDERS.items() if name not in PROVENANCE},
    "source": pl.String,
    "ordered_on": pl.Date,
    "is_absorbed": pl.Boolean,
}
"""One row per current order of any state, with all that its records say, folded.

`gross` is null where neither the order nor its items say what was paid. `is_absorbed`: a row of a payment bill that
stands behind another order and is none of its own. `ordered_on` is the shop's day. `account_key` is null for an order
that belongs to nobody. `address` is the newest that any record shows.
"""

CONTACT_EVENTS: Final[Table] = {
    **{name: CONTACTS[name] for name in ("contact_key", "account_key", "agent")},
    "event": pl.String,
    "at": INSTANT,
    **{name: CONTACTS[name] for name in ("channel", "campaign")},
}
"""One row per contact, event (`added` or `deleted`) and instant: the history of every contact."""


NOTED_CLASSES: Final[Table] = {
    **{name: CONTACTS[name] for name in ("contact_key", "account_key", "agent", "lead_class")},
    "noted_at": INSTANT,
}
"""One row per contact and class that was noted of it by hand, with the instant of the first file that shows it: a class
that is noted again after another one has a row of its own. `noted_at` is null where no file that shows it has one."""


def _said(table: Table, *left_out: str) -> Table:
    """The columns of a table that a fold keeps: all but where a record came from; its profile stays."""
    gone = {*PROVENANCE, *left_out} - {"source"}
    return {name: dtype for name, dtype in table.items() if name not in gone}


TABLES: Final[Mapping[str, Table]] = {
    "details": DETAILS,
    "waiting": DETAILS,
    "items": {name: dtype for name, dtype in ITEMS.items() if name not in PROVENANCE},
    "refunds": {**_said(REFUNDS), "is_unmatched": pl.Boolean},
    **{name: _said(table) for name, table in LISTS.items()},
    "contacts": {**_said(CONTACTS), "first_added_at": INSTANT},
    "contact_events": CONTACT_EVENTS,
    "noted_classes": NOTED_CLASSES,
    "known": KNOWN,
    "payers": PAYERS,
    "links": {**_said(LINKS), "import_id": pl.Int64},
    "tags": {**_said(TAGS), "import_id": pl.Int64},
    "kept": {**_said(KEPT), "import_id": pl.Int64},
    "messages": {name: MESSAGES[name] for name in ("account_key", "agent", "sent_at", "direction", "kind")},
}
"""What `Facts.table` opens.

- `waiting`: orders of `details` that lack their day, state or, being paid, money; their items wait for it.
- `items`: current items, folded. `refunds`: refund rows, folded; `is_unmatched` where their order is unknown.
- `contacts`: one row per contact; `added_at` is the latest adding, `first_added_at` the first, whose `channel` and
  `campaign` stand; `deleted_at` is null when the contact was added again later.
  `account` is a full phone where nothing stronger is known.
- `known`: every account, as `people.find` asks for it. `payers`: who paid for what a shop knows under another account.
- `links`: `import_id` is the last import that states it.
- `tags`: what was last said of each account and tag, removals too; `import_id` is the last import that said it. What
  this comes to for each customer, `people.tags_of_customers` says.
- `kept`: of each name and day only what the last import kept.
- `messages`: sorted by account, then instant; each message once.
"""


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


Opener = Callable[[str, Sequence[str]], pl.LazyFrame]
"""Called with the name of one of `TABLES` and the columns that are asked for."""


def no_tables(name: str, columns: Sequence[str]) -> pl.LazyFrame:
    """A table of no rows: facts that hold only what views read."""
    return pl.LazyFrame(schema={column: TABLES[name][column] for column in columns})


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
        opener: Opens the tables that only some questions ask for.
    """

    purchases: pl.LazyFrame
    dated_refunds: pl.LazyFrame
    accounts: pl.LazyFrame
    customers: pl.LazyFrame
    extent: Extent
    notes: tuple[Note, ...] = ()
    excluded: tuple[tuple[str, int], ...] = ()
    opener: Opener = no_tables

    def table(self, name: str, *, columns: Sequence[str] | None = None) -> pl.LazyFrame:
        """One of `TABLES`. Nothing is read of it, and nothing folded, before it is asked for.

        Args:
            name: Such as `details` or `contacts`.
            columns: Only these; all when not given. Few columns of `details` and `items` cost much less than all.
        """
        return self.opener(name, list(TABLES[name]) if columns is None else columns)
