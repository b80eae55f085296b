"""The records that an import or an undo touches: those of its orders, and of all that share a payment with them."""

from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from custtier.keys import are_among, are_first
from custtier.schema import HELD_MESSAGES, ITEMS, LIST_KEYS, LISTS, ORDERS, REFUNDS, empty
from custtier.store.current import Records
from custtier.store.lists import MESSAGES
from custtier.store.payments import PAYMENT
from custtier.store.tables import StoredTable

_FEW_KEYS: Final = 1_000_000
_TOLD = ("order_key", "kind", "refund_key", "payment_id")


class RawRecords:
    """The records of the visible imports, looked up by order or payment.

    Args:
        tables: `orders`, `items`, `refunds` and the lists.
        versions: Version of each.
        visible: Ids of the imports that stand.
    """

    def __init__(
        self, tables: Mapping[str, StoredTable], *, versions: Mapping[str, int], visible: Sequence[int]
    ) -> None:
        self._tables = tables
        self._versions = versions
        self._visible = list(visible)

    def is_empty(self) -> bool:
        """Whether no import stands."""
        return not self._visible

    def of_orders(self, keys: pl.DataFrame) -> Records:
        """All records of these orders.

        Args:
            keys: `order_key`, unique.
        """
        return Records(*(self._found(name, "order_key", keys) for name in ("orders", "items", "refunds")))

    def refunds_of(self, column: str, values: pl.DataFrame) -> pl.DataFrame:
        """All refund records whose `column` has one of these values."""
        return self._found("refunds", column, values)

    def orders_of_payments(self, payments: pl.DataFrame) -> pl.DataFrame:
        """`order_key` of every order of which any record shows one of these payments.

        Args:
            payments: `payment_id`, unique.
        """
        shown = self._scan("orders", self._visible).select("order_key", "payment_id")
        return shown.join(payments.lazy(), on="payment_id", how="semi").select(pl.col("order_key").unique()).collect()

    def of_list(self, name: str, keys: pl.DataFrame) -> pl.DataFrame:
        """The records of a list that have one of these keys; of messages, which may be many, only their keys.

        Args:
            name: One of `schema.LISTS`.
            keys: Uses the key of that list.
        """
        key = LIST_KEYS[name]
        if name != MESSAGES:
            return self._found(name, key, keys.select(key).unique())
        stored, asked = self.scan(name).select(key), keys.select(key)
        if asked.height <= _FEW_KEYS:
            return stored.join(asked.lazy().unique(), on=key, how="semi").unique().collect()
        told = asked[key].filter(are_among(asked[key], stored.collect()[key]))
        return told.filter(are_first(told)).to_frame()

    def lists_of_imports(self, import_ids: Sequence[int]) -> dict[str, pl.DataFrame]:
        """All records of lists that these imports brought; of messages, which may be many, each text once."""
        rows = {name: self._scan(name, import_ids) for name in LISTS}
        held = [pl.col(column).cast(dtype) for column, dtype in HELD_MESSAGES.items()]
        return {
            name: found.select(held).collect(engine="streaming") if name == MESSAGES else found.collect()
            for name, found in rows.items()
        }

    def has_loose_refunds(self) -> bool:
        """Whether any refund names a payment."""
        named = self._scan("refunds", self._visible).select(pl.col("payment_id").is_not_null().any())
        found: bool = named.collect().item()
        return found

    def of_imports(self, import_ids: Sequence[int]) -> Records:
        """All records of these imports."""
        return Records(*(self._scan(name, import_ids).collect() for name in ("orders", "items", "refunds")))

    def told_by(self, import_ids: Sequence[int], *, columns: Sequence[str] = ()) -> Records:
        """Of what orders, payments and refunds these imports speak: their keys, and little else of the records.

        Args:
            import_ids: Which.
            columns: Further columns, where a table has them.
        """
        asked = dict.fromkeys((*_TOLD, *columns))
        return Records(
            *(
                self._scan(name, import_ids).select(column for column in asked if column in table).collect()
                for name, table in {"orders": ORDERS, "items": ITEMS, "refunds": REFUNDS}.items()
            )
        )

    def all(self) -> Records:
        """All records of the visible imports."""
        # an empty store is not looked at: that would wait behind the files that are being written
        return no_records() if self.is_empty() else self.of_imports(self._visible)

    def scan(self, name: str) -> pl.LazyFrame:
        """All records of one table, of the visible imports."""
        return self._scan(name, self._visible)

    def _scan(self, name: str, import_ids: Sequence[int]) -> pl.LazyFrame:
        return self._tables[name].scan(self._versions[name], import_ids=import_ids)

    def _found(self, name: str, column: str, values: pl.DataFrame) -> pl.DataFrame:
        """Two passes: which imports hold any of the values, from one narrow column; then only those imports."""
        nothing = empty(self._tables[name].columns)
        if values.is_empty() or not self._visible:
            return nothing
        holding = (
            self._scan(name, self._visible)
            .select(column, "import_id")
            .join(values.lazy(), on=column, how="semi")
            .select(pl.col("import_id").unique())
            .collect()
            .to_series()
            .to_list()
        )
        if not holding:
            return nothing
        return self._scan(name, holding).join(values.lazy(), on=column, how="semi").collect()


def widened(records: Records, raw: RawRecords, *, current: pl.LazyFrame, gone: Records) -> Records:
    """`records` and the stored records of every order that shares a payment with one of them, however far.

    An order's payment id is a folded field, so every id that any of its records shows is followed; so are the order
    and the payment that a refund names. A record may come twice: the fold does not mind. Where neither a payment bill
    nor a refund of a payment was ever imported, shop orders that share a payment do not touch each other.

    Args:
        records: Stored and fresh records of the touched orders.
        raw: The store's records.
        current: Folded orders of the store: `kind`.
        gone: Records that an undo takes away: their payments are touched, too.
    """
    if not (_tells_of_payments(records) or _tells_of_payments(gone) or raw.has_loose_refunds() or _has_bills(current)):
        return records
    found = records
    left = pl.concat([gone.orders.select("payment_id"), gone.refunds.select("payment_id")])
    followed, whole = left.clear(), found.refunds.select("refund_key").clear()
    while True:
        named = pl.concat([found.orders.select("payment_id"), found.refunds.select("payment_id"), left])
        payments = named.unique().drop_nulls().join(followed, on="payment_id", how="anti")
        partial = found.refunds.select("refund_key").unique().join(whole, on="refund_key", how="anti")
        if payments.is_empty() and partial.is_empty():
            return found
        followed, whole = pl.concat([followed, payments]), pl.concat([whole, partial])
        # one record of a refund may name the order and another the payment
        refunds = pl.concat([raw.refunds_of("payment_id", payments), raw.refunds_of("refund_key", partial)])
        sharing = raw.orders_of_payments(payments)
        have = pl.concat([found.orders.select("order_key"), found.items.select("order_key")])
        missing = (
            pl.concat([sharing, refunds.select("order_key")])
            .unique()
            .drop_nulls()
            .join(have, on="order_key", how="anti")
        )
        drawn = raw.of_orders(missing)
        found = Records(
            orders=pl.concat([found.orders, drawn.orders]),
            items=pl.concat([found.items, drawn.items]),
            refunds=pl.concat([found.refunds, drawn.refunds, refunds]),
        )


def _tells_of_payments(records: Records) -> bool:
    return bool((records.orders["kind"] == PAYMENT).any()) or records.refunds["payment_id"].is_not_null().any()


def _has_bills(current: pl.LazyFrame) -> bool:
    found: bool = current.select((pl.col("kind") == PAYMENT).any()).collect().item()
    return found


def together(first: Records, *others: Records) -> Records:
    """The records of all."""
    every = (first, *others)
    return Records(
        orders=_stacked([records.orders for records in every]),
        items=_stacked([records.items for records in every]),
        refunds=_stacked([records.refunds for records in every]),
    )


def _stacked(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The rows of all; a single frame stays in one piece, which every later step is faster on."""
    filled = [frame for frame in frames if not frame.is_empty()]
    return pl.concat(filled) if len(filled) > 1 else (filled or list(frames))[0]


def no_records() -> Records:
    """No records."""
    return Records(orders=empty(ORDERS), items=empty(ITEMS), refunds=empty(REFUNDS))
