"""The rows of a file become its orders: one row an order, whatever the grain."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from custtier.keys import key_column
from custtier.schema import ORDERS, STATE_RANK, PhoneKind, State
from custtier.sources.formats.profile import Profile
from custtier.sources.no_records import SECTION
from custtier.sources.orders.made_up_ids import with_made_up_ids
from custtier.sources.orders.values import Layout
from custtier.sources.records import ORDER, REFUND

_TEXTS: Final = (
    "account", "account_kind", "name", "phone", "phone_expiry", "email", "province", "city",
    "shop", "channel", "agent", "referrer", "payment_id",
)  # fmt: skip
_PART_TURN: Final = {State.PAID: 0, State.REFUNDED: 1, State.UNPAID: 2, State.CLOSED: 3}
_KEY_PARTS: Final = ("key_platform", "key_shop", "key_order")


def with_order_keys(table: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """The table with the text parts of the order's key and `order_key`; null for rows that belong to no order.

    An order of a format without order ids is known by its person, instant and amount, and by its number among twins.
    """
    platform = _platform(table, layout.profile).alias("key_platform")
    by_shop = layout.profile.account_shop and "shop" in table.columns
    shop = pl.col("shop").fill_null("") if by_shop else pl.lit("")
    table = table.with_columns(platform, shop.alias("key_shop"))
    keyed = pl.col("role").is_not_null() & pl.col("reason").is_null()
    if layout.has_ids:
        table = table.with_columns(key_order=pl.when(keyed).then(order_of_row(layout.profile)))
    else:
        table = with_made_up_ids(table, keyed=keyed)
    parts = _KEY_PARTS if layout.profile.account_shop else ("key_platform", "key_order")
    return table.with_columns(key_column(table, parts).alias("order_key"))


def _platform(table: pl.DataFrame, profile: Profile) -> pl.Expr:
    """The platform on which a row's order was placed: the profile's, where no known word says another."""
    platform = pl.lit(profile.platform)
    if not profile.platforms or "site" not in table.columns:
        return platform
    site = pl.col("site").fill_null("")
    told = {name: site.str.contains_any(list(words)) for name, words in profile.platforms.items()}
    for name, holds in told.items():
        platform = pl.when(holds).then(pl.lit(name)).otherwise(platform)
    # a shop whose name tells of two platforms tells of none
    return pl.when(pl.sum_horizontal(told.values()) == 1).then(platform).otherwise(pl.lit(profile.platform))


def order_of_row(profile: Profile) -> pl.Expr:
    """The id of the order that a row belongs to: its own, for a refund row without what the platform adds."""
    if not profile.id_cut:
        return pl.col("order_id")
    cut = pl.col("order_id").str.replace(profile.id_cut, "")
    return pl.when(pl.col("role") == REFUND).then(cut).otherwise("order_id")


def order_rows(table: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """`schema.ORDERS`: one row per order that the kept order rows show, in the order of the file.

    Of several rows of one order the furthest state, then the larger refund counts, then the fuller row; money on each
    row is the order's and is taken once. Their order in the file decides nothing.
    """
    rows = table.filter((pl.col("role") == ORDER) & pl.col("left_out").is_null() & pl.col("reason").is_null())
    keys = rows["order_key"]
    if keys.n_unique() == len(keys):
        return _conformed(_settled(rows, layout), layout)
    several = keys.is_duplicated()
    single = rows.filter(~several)
    folded = (
        _with_parts(rows.filter(several), layout)
        if "part_id" in rows.columns
        else _folded(rows.filter(several), layout)
    )
    together = pl.concat([single, folded.select(single.columns)], how="vertical_relaxed").sort("row", "sheet_number")
    return _conformed(_settled(together, layout), layout)


def _with_parts(rows: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """One row per order that was split into parts with money of their own: the sum of those that count.

    As with items, the order is paid if any part is, else refunded, else unpaid, else closed; parts of another state
    carry no money.
    """
    parts = _folded(rows, layout, by=("order_key", "part_id"))
    turn = pl.col("state").replace_strict(_PART_TURN, default=len(_PART_TURN), return_dtype=pl.Int8)
    ties = [pl.col(name) for name in ("paid_at", "created_at", "gross") if name in parts.columns]
    ordered = parts.with_columns(turn=turn).sort("order_key", "turn", *ties, "part_id", nulls_last=True)
    counts = ordered.filter(pl.col("turn") == pl.col("turn").min().over("order_key"))
    sums = [name for name in ("gross", "refund", "item_refund") if name in parts.columns]
    others = [name for name in parts.columns if name not in {"order_key", "row", "sheet", "sheet_number", *sums}]
    whole = counts.group_by("order_key").agg(
        *(_sum(name).alias(name) for name in sums), *(pl.col(name).drop_nulls().first() for name in others)
    )
    places = ordered.group_by("order_key").agg(
        pl.col("row").min(), pl.col("sheet", "sheet_number").sort_by("sheet_number", "row").first()
    )
    return whole.join(places, on="order_key").select(parts.columns)


def _folded(rows: pl.DataFrame, layout: Layout, *, by: Sequence[str] = ("order_key",)) -> pl.DataFrame:
    """One row per order: values of the row that is furthest, gaps filled from the others."""
    sums_items = _sums_item_refunds(rows, layout)
    if sums_items:
        rows = rows.with_columns(_sum_of_export("item_refund", by=by))
    rank = pl.col("state").replace_strict(STATE_RANK, default=-1, return_dtype=pl.Int8)
    rows = rows.with_columns(
        state_rank=rank, refund_rank=pl.col("refund").fill_null(0) if "refund" in rows.columns else pl.lit(0)
    )
    values = [name for name in rows.columns if name not in {"row", "sheet", "sheet_number", *by}]
    later = [name for name in ("paid_at", "created_at", "gross") if name in rows.columns]
    ties = [name for name in _TEXTS if name in rows.columns]
    ranks = ["is_head", "state_rank", "refund_rank", *later, *ties]
    ordered = rows.sort(*by, *ranks, descending=[*[False] * len(by), *[True] * len(ranks)], nulls_last=True)
    sums: dict[str, pl.Expr] = {"item_refund": pl.col("item_refund").max()} if sums_items else {}
    largest: dict[str, pl.Expr] = {name: pl.col(name).max() for name in ("gross", "refund") if name in rows.columns}
    whole = {**largest, **sums}
    return ordered.group_by(by).agg(
        pl.col("row").min(),
        pl.col("sheet", "sheet_number").sort_by("sheet_number", "row").first(),
        *(whole.get(name, pl.col(name).drop_nulls().first()).alias(name) for name in values),
    )


def _sum(name: str) -> pl.Expr:
    """The sum of what is there; null where nothing is."""
    return pl.when(pl.col(name).count() > 0).then(pl.col(name).sum())


def _sum_of_export(name: str, *, by: Sequence[str]) -> pl.Expr:
    """The sum over the rows of one export; several that were pasted into one file tell of the same items."""
    count = pl.col(name).count().over(*by, "sheet_number", SECTION)
    return pl.when(count > 0).then(pl.col(name).sum().over(*by, "sheet_number", SECTION).abs()).alias(name)


def _sums_item_refunds(rows: pl.DataFrame, layout: Layout) -> bool:
    return "item_refund" in rows.columns and not layout.item_money


def _settled(rows: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """Money and state of whole orders: refunds of items added up, full refunds told from closed orders."""
    refund = pl.col("refund").abs() if "refund" in rows.columns else pl.lit(None, dtype=pl.Int64)
    if layout.item_money or "gross" not in rows.columns:
        stated = refund if layout.item_money else pl.lit(None, dtype=pl.Int64)
        no_money, no_state = pl.lit(None, dtype=pl.Int64), pl.lit(None, dtype=pl.String)
        return rows.with_columns(gross=no_money, refund=stated, state=no_state)
    if _sums_item_refunds(rows, layout):
        refund = pl.col("item_refund").abs()
    paid_at = pl.col("paid_at").is_not_null() if "paid_at" in rows.columns else pl.lit(value=False)
    rows = rows.with_columns(refund=refund)
    in_full = (pl.col("refund") >= pl.col("gross")) & (pl.col("gross") > 0) & paid_at
    closed = pl.col("state") == State.CLOSED
    rows = rows.with_columns(state=pl.when(closed & in_full).then(pl.lit(State.REFUNDED)).otherwise("state"))
    by_status = (pl.col("state") == State.REFUNDED) & (pl.col("refund").fill_null(0) == 0)
    # where no column says how much, rows of refunds may say that it was less than the whole
    whole = pl.lit(None, dtype=pl.Int64) if layout.profile.refund_statuses.whole else pl.col("gross")
    return rows.with_columns(refund=pl.when(by_status).then(whole).otherwise("refund"))


def _conformed(rows: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    profile = layout.profile
    virtual = pl.lit(value=False)
    if {"phone", "phone_expiry"} <= set(rows.columns):
        virtual = pl.col("phone_expiry").is_not_null() & pl.col("phone").is_not_null()
    times = [pl.col(name) for name in ("created_at", "paid_at") if name in rows.columns]
    made: dict[str, pl.Expr] = {
        "kind": pl.lit(profile.kind),
        "platform": pl.col("key_platform"),
        "phone_kind": pl.when(virtual).then(pl.lit(PhoneKind.VIRTUAL.value)),
        "ordered_at": pl.coalesce(times) if times else pl.lit(None),
        "stated_refund": pl.col("refund"),
        "source": pl.lit(profile.name),
        "import_id": pl.lit(None),
    }
    return rows.select(
        made.get(name, pl.col(name) if name in rows.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in ORDERS.items()
    )
