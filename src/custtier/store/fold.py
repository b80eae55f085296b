"""Many records of one order, item or refund become one, by rule R3: a pure function of the set of records."""

from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from custtier.schema import ITEMS, ORDERS, PROVENANCE, REFUNDS, STATE_RANK, PhoneKind, State
from custtier.store.latest import Records, first_of

ORDER_FIELDS: Final = tuple(name for name in ORDERS if name not in PROVENANCE and name != "address")
ITEM_FIELDS: Final = tuple(name for name in ITEMS if name not in PROVENANCE)
REFUND_FIELDS: Final = tuple(name for name in REFUNDS if name not in PROVENANCE)
"""What a record says. Where it came from decides which record wins and is no part of what it says."""

ORDER_COLUMNS: Final = (*ORDER_FIELDS, "source")
"""What is kept of an order: views ask for its source."""

REFUND_COLUMNS: Final = (*REFUND_FIELDS, "source")
"""What is kept of a refund: two sources may show the same money."""

NAMING: Final = (
    "order_id", "account", "account_kind", "name", "phone", "phone_kind", "email", "province", "city", "address",
    "referrer",
)  # fmt: skip
"""What of an order shows whose it is: gone where it stays as nobody's."""

_LAST: Final = frozenset({*NAMING, "order_key", "item_key", "refund_key", "payment_id", "refund_id"})
"""Of tied records these decide last, so that an order that became nobody's comes to the same money as before."""

_PHONE_RANK: Final = (PhoneKind.FULL, PhoneKind.ODD, PhoneKind.VIRTUAL, PhoneKind.MASKED, PhoneKind.CIPHER)
"""Fullest first."""

_REFUND_RANK: Final = {"pending": 0, "failed": 1, "done": 1}
_REFUND_FURTHER: Final = {"pending": 0, "failed": 1, "done": 2}


def fold_orders(records: pl.DataFrame) -> pl.DataFrame:
    """One row per order: `ORDER_COLUMNS`.

    Args:
        records: `schema.ORDERS` of any number of imports, phones and accounts in comparable form. The order of rows
            does not matter.
    """
    singles, several = singles_and_several(records, key="order_key", fields=ORDER_COLUMNS)
    if several.is_empty():
        return singles
    ranked = several.with_columns(_rank("state", STATE_RANK))
    held = Records(oldest_first(ranked, key="order_key", further=["rank", "stated_refund"]), key="order_key")
    account = whole_or_any(held, "account")
    phone = best_phone(held)
    settled = {
        "order_key": held.at("order_key", held.ends),
        "account": held.at("account", account),
        "account_kind": first_of([held.at("account_kind", account), held.newest("account_kind")]),
        "phone": held.at("phone", phone),
        "phone_kind": held.at("phone_kind", phone),
        "state": _furthest_state(held),
        "stated_refund": _stated_refund(held),
        # the source of the money: a report of items must not take an order away from its shop's order report
        "source": first_of([held.at("source", held.last(pl.col("gross").is_not_null())), held.at("source", held.ends)]),
    }
    for name in ("gross", "ordered_at", "paid_at"):
        settled[name] = held.newest(name)
    for name in ORDER_FIELDS:
        if name not in settled:
            settled[name] = held.fullest(name)
    return pl.concat([singles, pl.DataFrame({name: settled[name] for name in ORDER_COLUMNS})])


def fold_items(records: pl.DataFrame) -> pl.DataFrame:
    """One row per item: `ITEM_FIELDS`.

    Args:
        records: `schema.ITEMS` of any number of imports.
    """
    singles, several = singles_and_several(records, key="item_key", fields=ITEM_FIELDS)
    if several.is_empty():
        return singles
    ranked = several.with_columns(_rank("state", STATE_RANK))
    held = Records(oldest_first(ranked, key="item_key", further=["rank", "stated_refund"]), key="item_key")
    settled = {
        "order_key": held.at("order_key", held.ends),
        "item_key": held.at("item_key", held.ends),
        "state": _furthest_state(held),
        "stated_refund": _stated_refund(held),
        "quantity": held.newest("quantity"),
        "amount": held.newest("amount"),
    }
    for name in ("product_id", "product", "specification", "category"):
        settled[name] = held.fullest(name)
    return pl.concat([singles, pl.DataFrame({name: settled[name] for name in ITEM_FIELDS})])


def fold_refunds(records: pl.DataFrame) -> pl.DataFrame:
    """One row per refund: `REFUND_COLUMNS`. What was done or failed is never pending again.

    Args:
        records: `schema.REFUNDS` of any number of imports.
    """
    singles, several = singles_and_several(records, key="refund_key", fields=REFUND_COLUMNS)
    if several.is_empty():
        return singles
    ranked = several.with_columns(_rank("state", _REFUND_RANK), _rank("state", _REFUND_FURTHER, name="further"))
    held = Records(oldest_first(ranked, key="refund_key", further=["further", "amount"]), key="refund_key")
    state = first_of([held.last(pl.col("rank") == 1), held.last(pl.col("rank") == 0)])
    settled = {
        "refund_key": held.at("refund_key", held.ends),
        "state": held.at("state", state),
        "source": held.at("source", held.ends),
    }
    for name in ("order_key", "item_key", "refunded_on", "amount"):
        settled[name] = held.newest(name)
    for name in ("reason", "payment_id", "refund_id"):
        settled[name] = held.fullest(name)
    return pl.concat([singles, pl.DataFrame({name: settled[name] for name in REFUND_COLUMNS})])


def roll_up(orders: pl.DataFrame, items: pl.DataFrame, refunds: pl.DataFrame) -> pl.DataFrame:
    """`orders` whose missing money and state are taken from their items, by rule R2.

    An item that is refunded as a whole carries no money, unless rows say what was refunded of it, or of its order
    without naming an item: then these rows take the money off, and nothing is taken off twice.

    Args:
        orders: As `fold_orders` gives them.
        items: As `fold_items` gives them.
        refunds: Refunds that were done, each once: `order_key`, `item_key`.

    Returns:
        The same rows. Money of the order itself stands before money summed from items.
    """
    wanting = orders.filter(pl.col("gross").is_null() | pl.col("state").is_null()).select("order_key")
    if wanting.is_empty() or items.is_empty():
        return orders
    state = pl.col("state")
    carries = state.is_null() | (state == State.PAID.value)
    summed = (
        _before_refund_rows(items.join(wanting, on="order_key", how="semi"), refunds)
        .group_by("order_key")
        .agg(
            pl.when(pl.col("amount").is_not_null().any())
            .then(pl.col("amount").filter(carries.fill_null(value=True)).sum())
            .alias("item_gross"),
            pl.when(pl.col("stated_refund").is_not_null().any())
            .then(pl.col("stated_refund").filter(carries.fill_null(value=True)).sum())
            .alias("item_refund"),
            *((state == each.value).any().alias(f"any_{each.value}") for each in State),
        )
    )
    item_state = (
        pl.when(pl.col("any_paid"))
        .then(pl.lit(State.PAID.value))
        .when(pl.col("any_refunded"))
        .then(pl.lit(State.REFUNDED.value))
        .when(pl.col("any_unpaid"))
        .then(pl.lit(State.UNPAID.value))
        .when(pl.col("any_closed"))
        .then(pl.lit(State.CLOSED.value))
    )
    return (
        orders.join(summed, on="order_key", how="left", maintain_order="left")
        .with_columns(
            pl.coalesce("gross", "item_gross").alias("gross"),
            pl.when(pl.col("gross").is_null())
            .then(pl.coalesce("stated_refund", "item_refund"))
            .otherwise("stated_refund")
            .alias("stated_refund"),
            pl.coalesce("state", item_state).alias("state"),
        )
        .select(orders.columns)
    )


def _before_refund_rows(items: pl.DataFrame, refunds: pl.DataFrame) -> pl.DataFrame:
    """`items` with those paid again of which refund rows tell what was refunded."""
    rows = refunds.join(items.select("order_key").unique(), on="order_key", how="semi").select("order_key", "item_key")
    if rows.is_empty():
        return items
    loose = rows.join(items.select("item_key"), on="item_key", how="anti").select("order_key").unique()
    told = pl.col("item_key").is_in(rows["item_key"].drop_nulls().implode()) | pl.col("order_key").is_in(
        loose["order_key"].implode()
    )
    refunded = pl.col("state") == State.REFUNDED.value
    return items.with_columns(state=pl.when(refunded & told).then(pl.lit(State.PAID.value)).otherwise("state"))


def differing(records: pl.DataFrame, *, key: str, fields: Sequence[str]) -> pl.DataFrame:
    """The keys (`key`) of which two records say different things, in one of `fields`.

    Records are compared by a 64-bit hash of all fields.
    """
    said = records.select(pl.col(key), records.select(fields).hash_rows().alias("said"))
    return (
        said.group_by(key)
        .agg((pl.col("said").min() != pl.col("said").max()).alias("differs"))
        .filter("differs")
        .select(key)
    )


def singles_and_several(records: pl.DataFrame, *, key: str, fields: Sequence[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One record of each key whose records all say the same, and the records of the other keys.

    Nearly all keys occur once, and most of the others come from an export that was imported again: they need no fold,
    for between records that agree nothing is to be decided.
    """
    # finding that there is none costs half of finding which
    if records[key].n_unique() == records.height:
        return records.select(fields), records.clear()
    repeated = records[key].is_duplicated()
    several = records.filter(repeated)
    torn = differing(several, key=key, fields=fields)
    alike = several.join(torn, on=key, how="anti") if torn.height else several
    alike = alike.filter(alike[key].is_first_distinct())
    singles = pl.concat([records.filter(~repeated).select(fields), alike.select(fields)])
    return singles, several.join(torn, on=key, how="semi")


def _rank(column: str, ranks: Mapping[str, int], *, name: str = "rank") -> pl.Expr:
    return pl.col(column).replace_strict(ranks, default=None, return_dtype=pl.Int8).alias(name)


def oldest_first(records: pl.DataFrame, *, key: str, further: Sequence[str]) -> pl.DataFrame:
    """`records` sorted by key and then by who wins, the winner last.

    Two records of the same import and instant that differ only in what the rule does not name are put in the order of
    their values: which row stood first in a file must not decide.
    """
    by = [key, "file_instant", "import_id", *further]
    placed = records.sort(by, nulls_last=False)
    as_before = placed.select(pl.all_horizontal(pl.col(name).eq_missing(pl.col(name).shift(1)) for name in by))
    tied = as_before.to_series()
    if not tied.any():
        return placed
    either = tied | tied.shift(-1).fill_null(value=False)
    values = sorted((name for name in records.columns if name not in {*by, "row"}), key=_LAST.__contains__)
    by_value = placed.filter(either).sort(values, nulls_last=False).with_row_index("tie")
    others = placed.filter(~either).with_columns(tie=pl.lit(0, dtype=by_value["tie"].dtype))
    return pl.concat([others.select(by_value.columns), by_value]).sort([*by, "tie"], nulls_last=False)


def best_phone(held: Records) -> pl.Series:
    """Number of the record of each key whose phone is the fullest, and of these the newest."""
    return first_of([held.last(pl.col("phone_kind") == kind.value) for kind in _PHONE_RANK])


def whole_or_any(held: Records, column: str) -> pl.Series:
    """Number of the newest record of each key whose text has no mask, else of the newest with any."""
    whole = pl.col(column).is_not_null() & ~pl.col(column).str.contains("*", literal=True)
    return first_of([held.last(whole), held.last(pl.col(column).is_not_null())])


def _furthest_state(held: Records) -> pl.Series:
    """The last of the furthest states: a state never goes back."""
    furthest = sorted(set(STATE_RANK.values()), reverse=True)
    return held.at("state", first_of([held.last(pl.col("rank") == rank) for rank in furthest]))


def _stated_refund(held: Records) -> pl.Series:
    """The largest refund stated by the newest instant that states one: it falls only by a newer file."""
    newest = held.last(pl.col("stated_refund").is_not_null())
    instants = held.at("file_instant", newest).gather(held.groups).alias("newest_instant")
    largest = (
        held.frame.select("file_instant", "stated_refund", held.groups.alias("group"), instants)
        .filter(pl.col("stated_refund").is_not_null() & pl.col("file_instant").eq_missing(pl.col("newest_instant")))
        .group_by("group")
        .agg(pl.col("stated_refund").max())
    )
    every = held.groups.gather(held.ends).alias("group").to_frame()
    return every.join(largest, on="group", how="left", maintain_order="left")["stated_refund"]
