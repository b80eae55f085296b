"""The raw records of a store without one person: whose rows go, whose stay without what shows the person."""

import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from custtier.people import account_keys, with_owner
from custtier.schema import ITEMS, LIST_KEYS, LISTS, ORDERS, REFUNDS, AccountKind, Table, conform, empty
from custtier.store.current import Records
from custtier.store.fold import NAMING, fold_refunds
from custtier.store.payments import PAYMENT
from custtier.store.person import Person
from custtier.store.tables import Part, StoredTable

_CODES: Final = frozenset(
    {"kind", "platform", "account", "account_kind", "union_id", "phone_kind", "state", "currency", "source"}
    | {"payment_id", "refund_id", "direction", "decision", "calendar", "file", "sheet", "column"}
)
"""Texts that never show a person, or that are somebody else's own key."""

_BESIDE_PHONE: Final = ("phone", "name", "address", "province", "city")
_BUYER: Final = ("account", "account_kind", "phone_kind", "email", *_BESIDE_PHONE)
_KEYS: Final = ("order_key", "item_key", "refund_key")


@dataclass(frozen=True)
class Theirs:
    """What of the raw records is one person's.

    Args:
        person: Who.
        order_keys: Their orders, in whatever import, in the order of platforms and ids.
        payments: Ids of payments that paid for none but their orders.
        others_keys: Orders of somebody else of which some record shows the person as the buyer.
        refund_keys: Refunds of their orders, as all imports that stand tell together.
        others_refunds: Refunds of orders of others that name one of these payments, likewise.
        entries: List → keys of the entries that are theirs, likewise: an older record may show another phone.
    """

    person: Person
    order_keys: pl.Series
    payments: pl.Series
    others_keys: pl.Series
    refund_keys: pl.Series
    others_refunds: pl.Series
    entries: Mapping[str, pl.Series]


def theirs_of(
    person: Person,
    *,
    orders: pl.LazyFrame,
    standing: pl.LazyFrame,
    refunds: pl.LazyFrame,
    lists: Mapping[str, pl.LazyFrame],
) -> Theirs:
    """The orders and payments of a person.

    Args:
        person: Who.
        orders: Raw orders of every import, undone ones too.
        standing: The current orders.
        refunds: Raw refunds of the imports that stand.
        lists: The folded lists whose entries are somebody's.
    """
    keys = person.account_keys.implode()
    current = standing.filter(pl.col("account_key").is_in(keys) & ~pl.col("is_absorbed"))
    shown = orders.filter(
        pl.col("account").is_in(person.accounts["account"].implode())
        | pl.col("phone").is_in(list(person.phones))
        | pl.col("email").is_in(list(person.emails))
    ).collect()
    owned = shown.filter(account_keys(with_owner(shown)).is_in(keys).fill_null(value=False))
    # whose an order is, the fold has decided; the raw records tell of orders that no import that stands shows
    undone = owned.lazy().select("order_key").join(standing.select("order_key"), on="order_key", how="anti")
    found = pl.concat([current.select("order_key"), undone]).unique().collect()
    payments = orders.select("order_key", "kind", "payment_id", *_OWNER).drop_nulls("payment_id")
    paid = payments.join(found.lazy(), on="order_key", how="semi").select("payment_id").unique().collect()
    sharing = payments.join(paid.lazy(), on="payment_id", how="semi").collect()
    # a bill's row that shows nobody else, in no record of it, is about their payment
    owners = account_keys(with_owner(sharing))
    bills = sharing.filter((pl.col("kind") == PAYMENT) & (owners.is_null() | owners.is_in(keys))).select("order_key")
    of_others = standing.filter(pl.col("account_key").is_not_null() & ~pl.col("account_key").is_in(keys))
    bills = bills.join(of_others.select("order_key").collect(), on="order_key", how="anti")
    found = pl.concat([found, bills, _behind(found, sharing, payments=payments, standing=standing)]).unique()
    foreign = sharing.join(found, on="order_key", how="anti")["payment_id"].unique()
    own_payments = paid["payment_id"].filter(~paid["payment_id"].is_in(foreign.implode()))
    others = owned.select("order_key").unique().join(found, on="order_key", how="anti")
    told = _refunds_told(found, own_payments, refunds)
    strange = told.lazy().join(standing, on="order_key", how="semi").join(found.lazy(), on="order_key", how="anti")
    return Theirs(
        person=person,
        order_keys=_in_order_of_ids(found, orders),
        payments=own_payments,
        others_keys=others["order_key"],
        refund_keys=told.join(found, on="order_key", how="semi")["refund_key"],
        others_refunds=strange.select("refund_key").collect()["refund_key"],
        entries=_entries_of(person, lists),
    )


def _entries_of(person: Person, lists: Mapping[str, pl.LazyFrame]) -> dict[str, pl.Series]:
    """List → keys of the entries that are a person's."""
    own = pl.col("account_key").is_in(person.account_keys.implode())
    return {name: rows.filter(own).select(LIST_KEYS[name]).collect()[LIST_KEYS[name]] for name, rows in lists.items()}


def _refunds_told(found: pl.DataFrame, payments: pl.Series, refunds: pl.LazyFrame) -> pl.DataFrame:
    """Refunds of which a record names one of these orders or payments, each from all its records.

    Not every record of a refund names its order.
    """
    named = pl.col("order_key").is_in(found["order_key"].implode()) | pl.col("payment_id").is_in(payments.implode())
    keys = refunds.filter(named.fill_null(value=False)).select("refund_key").unique()
    return fold_refunds(refunds.join(keys, on="refund_key", how="semi").collect())


def _in_order_of_ids(found: pl.DataFrame, orders: pl.LazyFrame) -> pl.Series:
    """`order_key` of these orders, as ties between them are settled."""
    named = orders.select("order_key", "platform", "order_id").join(found.lazy(), on="order_key", how="semi").collect()
    placed = named.unique("order_key", keep="any").sort("platform", "order_id", "order_key", nulls_last=True)
    return placed["order_key"]


def _behind(
    found: pl.DataFrame, sharing: pl.DataFrame, *, payments: pl.LazyFrame, standing: pl.LazyFrame
) -> pl.DataFrame:
    """Rows of bills that stand behind the person's orders and nobody else's, whomever they show: the same money.

    Args:
        found: The person's orders.
        sharing: Records with a payment of these orders.
        payments: All records with a payment.
        standing: The current orders.
    """
    absorbed = standing.filter("is_absorbed").select("order_key")
    rows = sharing.filter(pl.col("kind") == PAYMENT).select("order_key").unique().lazy()
    behind = rows.join(absorbed, on="order_key", how="semi")
    others = standing.filter(~pl.col("is_absorbed")).join(found.lazy(), on="order_key", how="anti")
    elsewhere = payments.join(others.select("order_key"), on="order_key", how="semi").select("payment_id").unique()
    told = payments.join(behind, on="order_key", how="semi").join(elsewhere, on="payment_id", how="semi")
    return behind.join(told.select("order_key"), on="order_key", how="anti").collect()


_OWNER: Final = ("platform", "account", "account_kind", "phone", "phone_kind", "email")


@dataclass
class Erased:
    """What was taken out.

    Args:
        rows: Table → rows that are gone, or anonymous.
        cleaned: Orders of others that showed the person.
        lists: Lists that lost a row or a text.
        orders: Records of orders that went.
        refunds: Records of refunds that went.
    """

    rows: dict[str, int]
    cleaned: pl.DataFrame
    lists: set[str]
    orders: pl.DataFrame
    refunds: pl.DataFrame

    @property
    def gone(self) -> Records:
        """The records that went, as an undo takes records away."""
        return Records(orders=self.orders, items=empty(ITEMS), refunds=self.refunds)


class Eraser:
    """Takes one person out of raw tables, a file at a time.

    Args:
        theirs: What is the person's.
        keep_totals: Whether their orders stay, as nobody's.
        labels: Label that links gave the person → what stands in its place on rows of others.
    """

    def __init__(self, theirs: Theirs, *, keep_totals: bool, labels: Mapping[str, str]) -> None:
        self._theirs = theirs
        self._labels = dict(labels)
        self._keep_totals = keep_totals
        self._pattern = theirs.person.pattern()
        self._renamed: dict[str, pl.DataFrame] = {}
        self.erased = Erased({}, pl.DataFrame(schema={"order_key": pl.Int64}), set(), empty(ORDERS), empty(REFUNDS))
        if keep_totals:
            self._names("order_key", theirs.order_keys)

    def copied(self, name: str, table: StoredTable, version: int, *, into: StoredTable) -> int:
        """The version of `into` that holds a table without the person. Files without them are shared, not copied.

        Args:
            name: Of the raw table.
            table: As it is.
            version: As it is.
            into: An empty table.
        """
        parts: list[Part] = []
        for part in table.parts(version):
            rows = table.scan_part(part)
            if rows.select(self._concerns(name, table.columns).any()).collect().item():
                left = self._without(name, rows.collect(), table.columns)
                parts.append(into.put(conform(left, table.columns), import_id=part.import_id))
            else:
                parts.append(into.adopt(part))
        return into.add_all(parts)

    def _concerns(self, name: str, columns: Table) -> pl.Expr:
        return (self._is_theirs(name, columns) | self._shows(name, columns)).fill_null(value=False)

    def _is_theirs(self, name: str, columns: Table) -> pl.Expr:
        if name == "referrals":
            return self._is_their_pair()
        if name in LISTS:
            return self._is_their_entry(name, columns) if "account_key" in columns else pl.lit(value=False)
        if name == "rejects":
            pattern = self._theirs.person.cells_pattern()
            cells = pl.col("cells").str.normalize("NFKC")
            return _or_false(cells.str.contains(pattern)) if pattern else pl.lit(value=False)
        own = _or_false(pl.col("order_key").is_in(self._theirs.order_keys.implode()))
        if name == "refunds":
            own |= _or_false(pl.col("refund_key").is_in(self._theirs.refund_keys.implode()))
            by_payment = pl.col("payment_id").is_in(self._theirs.payments.implode())
            own |= _or_false(by_payment & ~pl.col("refund_key").is_in(self._theirs.others_refunds.implode()))
        return own

    def _is_their_entry(self, name: str, columns: Table) -> pl.Expr:
        """Whether a row of a list has one of the person's accounts, or no account and another id of theirs.

        Every record of an entry that all records together give to the person is theirs.
        """
        own = _or_false(pl.col("account_key").is_in(self._theirs.person.account_keys.implode()))
        for is_theirs in self._other_ids(columns).values():
            own |= pl.col("account_key").is_null() & is_theirs
        if name in self._theirs.entries:
            own |= _or_false(pl.col(LIST_KEYS[name]).is_in(self._theirs.entries[name].implode()))
        return own

    def _is_their_pair(self) -> pl.Expr:
        """Whether the person is one of a pair: the other alone says nothing."""
        person = self._theirs.person
        sides = [pl.col(side).is_in([*person.texts, *person.called]) for side in ("referred", "referrer")]
        return pl.any_horizontal(*map(_or_false, sides), self._cell_shows("referred"), self._cell_shows("referrer"))

    def _other_ids(self, columns: Table) -> dict[str, pl.Expr]:
        """Column of another id → whether that id is the person's; it may stand beside somebody else's account."""
        accounts = self._theirs.person.accounts
        kinds = {"union_id": AccountKind.OPENID, "alias": AccountKind.WECHAT}
        return {
            column: _or_false(
                pl.col(column).is_in(accounts.filter(pl.col("account_kind") == kind.value)["account"].implode())
            )
            for column, kind in kinds.items()
            if column in columns
        }

    def _shows(self, name: str, columns: Table) -> pl.Expr:
        """Whether a row of somebody else shows the person."""
        if name == "rejects":
            return pl.lit(value=False)
        cells = [self._cell_shows(column) for column in _texts(columns)]
        labelled = [_or_false(pl.col("person").is_in(list(self._labels)))] if name == "links" else []
        return pl.any_horizontal(self._may_name_buyer(name), *cells, *labelled, *self._other_ids(columns).values())

    def _may_name_buyer(self, name: str) -> pl.Expr:
        """Whether a record of somebody else's order has an account that reads as one of the person's."""
        if name != "orders":
            return pl.lit(value=False)
        texts = pl.col("account").is_in(self._theirs.person.accounts["account"].implode())
        return _or_false(pl.col("order_key").is_in(self._theirs.others_keys.implode()) & texts)

    def _without_buyer(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Records of others' orders; those that name the person as the buyer name nobody.

        The same text may be the account of somebody else on another platform: keys tell.
        """
        own = account_keys(with_owner(rows)).is_in(self._theirs.person.account_keys.implode())
        names = rows.select(self._may_name_buyer("orders")).to_series() & own.fill_null(value=False)
        return rows.with_columns(pl.when(~names).then(pl.col(column)).alias(column) for column in _BUYER)

    def _cell_shows(self, column: str) -> pl.Expr:
        whole = pl.col(column).is_in(self._whole_texts(column))
        if self._pattern is None:
            return _or_false(whole)
        return _or_false(whole | pl.col(column).str.contains(self._pattern))

    def _whole_texts(self, column: str) -> list[str]:
        """What is the person's where it fills a cell of this column."""
        person = self._theirs.person
        texts = person.texts if column in ("phone", "email", "referrer") else ()
        return [*texts, *(person.called if column == "referrer" else ())]

    def _without(self, name: str, rows: pl.DataFrame, columns: Table) -> pl.DataFrame:
        is_own = rows.select(self._is_theirs(name, columns)).to_series()
        own, left = rows.filter(is_own), rows.filter(~is_own)
        self.erased.rows[name] = self.erased.rows.get(name, 0) + own.height
        if name in LISTS:
            self.erased.lists.add(name)
        if name == "rejects":
            return left
        if name == "orders":
            self.erased.orders = pl.concat([self.erased.orders, conform(own, ORDERS)])
        if name == "refunds":
            self.erased.refunds = pl.concat([self.erased.refunds, conform(own, REFUNDS)])
        shows = left.select(self._shows(name, columns)).to_series()
        if name == "orders" and shows.any():
            self.erased.cleaned = pl.concat([self.erased.cleaned, left.filter(shows).select("order_key")]).unique()
        if name == "orders":
            left = self._without_buyer(left)
        if name == "links":
            left = left.with_columns(pl.col("person").replace(self._labels))
        left = left.with_columns(self._cleaned(columns))
        if self._keep_totals and name not in LISTS:
            left = pl.concat([left, self._anonymous(own)], how="diagonal")
        return left

    def _cleaned(self, columns: Table) -> list[pl.Expr]:
        """Every text without the person; where a phone was theirs, so were the name and the address beside it."""
        found, other_ids = [], self._other_ids(columns)
        receiver = self._cell_shows("phone") if "phone" in columns else pl.lit(value=False)
        for column in _texts(columns):
            text = pl.col(column)
            kept = text if self._pattern is None else text.str.replace_all(self._pattern, "")
            whole = self._whole_texts(column) if column in ("email", "referrer") else []
            is_whole = _or_false(text.is_in(whole))
            gone = is_whole | (receiver if column in _BESIDE_PHONE else pl.lit(value=False))
            gone |= other_ids.get(column, pl.lit(value=False))
            found.append(pl.when(~gone).then(kept).alias(column))
        if "union_id" in columns:
            found.append(pl.when(~other_ids["union_id"]).then(pl.col("union_id")).alias("union_id"))
        if "phone_kind" in columns:
            found.append(pl.when(~receiver).then(pl.col("phone_kind")).alias("phone_kind"))
        return found

    def _anonymous(self, own: pl.DataFrame) -> pl.DataFrame:
        """Their orders, items or refunds as nobody's, under keys that nothing leads to."""
        blank = own.with_columns(
            pl.lit(None, dtype=own.schema[name]).alias(name) for name in NAMING if name in own.columns
        )
        for key in _KEYS:
            if key in own.columns:
                blank = self._under_new(blank, key)
        if "payment_id" in own.columns:
            blank = self._with_new_payments(blank)
        if "refund_id" in own.columns:
            # two sources that tell of one refund still tell of one
            blank = self._under_new_text(blank, "refund_id", own["refund_id"])
        return blank.select(own.columns)

    def _under_new(self, rows: pl.DataFrame, key: str) -> pl.DataFrame:
        renamed = self._names(key, rows[key])
        joined = rows.join(renamed, on=key, how="left", maintain_order="left")
        return joined.with_columns(pl.col("fresh").alias(key)).drop("fresh")

    def _names(self, key: str, keys: pl.Series) -> pl.DataFrame:
        """Old → `fresh` for all these keys, the same in every table."""
        known = self._renamed.get(key, pl.DataFrame(schema={key: keys.dtype, "fresh": pl.Int64}))
        asked = keys.drop_nulls().unique(maintain_order=True).to_frame(key)
        more = asked.join(known, on=key, how="anti", maintain_order="left")
        # in the order that was asked for, because ties of orders end in their keys
        drawn = sorted(struct.unpack(f"={more.height}q", os.urandom(8 * more.height)))
        self._renamed[key] = pl.concat([known, more.with_columns(pl.Series("fresh", drawn, dtype=pl.Int64))])
        return self._renamed[key]

    def _with_new_payments(self, rows: pl.DataFrame) -> pl.DataFrame:
        """What a payment joins stays joined; a payment that others share keeps its id."""
        own = rows["payment_id"].filter(rows["payment_id"].is_in(self._theirs.payments.implode()))
        return self._under_new_text(rows, "payment_id", own)

    def _under_new_text(self, rows: pl.DataFrame, column: str, texts: pl.Series) -> pl.DataFrame:
        """`rows` with random texts in the place of those."""
        renamed = self._names(column, texts)
        return (
            rows.join(renamed, on=column, how="left", maintain_order="left")
            .with_columns(pl.coalesce(pl.format("{}", "fresh"), column).alias(column))
            .drop("fresh")
        )

    @property
    def touched(self) -> pl.DataFrame:
        """`order_key` of every order that is gone, renamed, fresh or cleaned."""
        fresh = self._renamed["order_key"]["fresh"] if "order_key" in self._renamed else pl.Series([], dtype=pl.Int64)
        keys = pl.concat([self._theirs.order_keys, fresh.alias("order_key"), self.erased.cleaned["order_key"]])
        return keys.unique().to_frame("order_key")


def _texts(columns: Table) -> list[str]:
    return [name for name, dtype in columns.items() if dtype == pl.String and name not in _CODES]


def _or_false(condition: pl.Expr) -> pl.Expr:
    return condition.fill_null(value=False)
