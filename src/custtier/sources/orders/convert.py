"""Recognised sheets become a reading: orders, items, refunds, and what became of every record."""

from collections.abc import Collection, Sequence

import polars as pl

from custtier.facts import Note
from custtier.schema import State
from custtier.settings import Settings
from custtier.sources.fields import field_table
from custtier.sources.formats.identify import Match
from custtier.sources.formats.profile import Profile
from custtier.sources.formats.refusals import buyers_bill
from custtier.sources.no_records import SECTION
from custtier.sources.orders.items import item_rows, once_each
from custtier.sources.orders.order_rows import order_of_row, order_rows, with_order_keys
from custtier.sources.orders.refunds import refund_rows
from custtier.sources.orders.row_faults import reject_reasons
from custtier.sources.orders.trailer_totals import differing_totals
from custtier.sources.orders.values import (
    Layout,
    blank_statuses,
    file_instant,
    pending_refunds,
    settled_grain,
    with_values,
)
from custtier.sources.reading import RECORDS, Reading
from custtier.sources.records import ORDER, REFUND, with_roles
from custtier.sources.rejects import reject_rows
from custtier.sources.transforms.text import is_masked


def convert(matches: Sequence[Match], *, path: str, settings: Settings, include: Collection[str]) -> Reading:
    """The reading of the sheets of one file that match one profile.

    Args:
        matches: At least one, all of the same profile.
        path: As the user gave it.
        settings: For zone and currency where neither file nor profile say.
        include: Switches that take rows in which are left out by default.
    """
    first = matches[0]
    profile = first.profile
    tables = [
        field_table(match, referrals=settings.referrals).with_columns(sheet_number=pl.lit(number))
        for number, match in enumerate(matches)
    ]
    table = with_roles(_joined(tables), profile=profile, include=include)
    has_ids = "order_id" in table.columns
    _refuse_own_purchases(table, profile, path)
    table = _without_refunds_of_others(table, profile)
    layout = Layout(profile, first, settled_grain(table, profile), has_ids, settings)
    if layout.grain == "item_blank":
        table = _with_ids_filled(table)
    table = with_values(table, layout)
    table = _with_refund_rows(table, layout)
    instant = file_instant(table)
    table = _with_whole_orders(reject_reasons(table, layout), layout)
    table = _without_repeats(with_order_keys(table, layout), layout)
    orders = order_rows(table, layout)
    items = item_rows(table, layout)
    refunds = refund_rows(table, layout, items=items)
    stamp = pl.lit(instant, dtype=pl.Datetime("us", "UTC")).alias("file_instant")
    return Reading(
        path=path,
        profile=profile.name,
        encoding=first.sheet.encoding,
        header_row=first.header_row,
        rows_read=table.height,
        file_instant=instant,
        orders=orders.with_columns(stamp),
        items=once_each(items).drop("at").with_columns(stamp),
        refunds=refunds.drop("at").with_columns(stamp),
        records=_records(table, items, refunds),
        rejects=reject_rows(table, matches, path=path),
        notes=(*_notes(table, orders, items, layout, path=path), *differing_totals(table, matches, path=path)),
    )


def _joined(tables: Sequence[pl.DataFrame]) -> pl.DataFrame:
    table = tables[0] if len(tables) == 1 else pl.concat(tables, how="diagonal")
    return table.with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias("at"))


def _refuse_own_purchases(table: pl.DataFrame, profile: Profile, path: str) -> None:
    """An error where one buyer stands beside several sellers: these are the shop's own purchases."""
    if not profile.own_purchases or not {"account", "seller"} <= set(table.columns):
        return
    buyers, sellers = (table[name].drop_nulls().n_unique() for name in ("account", "seller"))
    if buyers == 1 and sellers > 1:
        raise buyers_bill(profile, path)


def _without_refunds_of_others(table: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """Refund rows left out with the row that they take back, where that one is left out."""
    refunds = pl.col("role") == REFUND
    if profile.kind == REFUND or "order_id" not in table.columns or not table.select(refunds.any()).item():
        return table
    table = table.with_columns(of_order=order_of_row(profile))
    orders = table.filter(~refunds | refunds.is_null())
    sold = orders.filter(pl.col("role") == ORDER)["order_id"].drop_nulls().unique()
    others = orders.filter(pl.col("left_out").is_not_null() & ~pl.col("order_id").is_in(sold.implode()))
    reasons = others.select(pl.col("order_id").alias("of_order"), pl.col("left_out").alias("why")).drop_nulls()
    reasons = reasons.unique("of_order", keep="first", maintain_order=True)
    table = table.join(reasons, on="of_order", how="left", maintain_order="left")
    left_out = refunds & pl.col("why").is_not_null()
    return table.with_columns(
        left_out=pl.when(left_out).then("why").otherwise("left_out"),
        role=pl.when(~left_out.fill_null(value=False)).then("role"),
    ).drop("of_order", "why")


def _with_ids_filled(table: pl.DataFrame) -> pl.DataFrame:
    """Order ids carried on to the rows below that leave them blank."""
    if "order_id" not in table.columns:
        return table
    return table.with_columns(
        order_id=pl.when(pl.col("role").is_not_null())
        .then(pl.col("order_id").forward_fill().over("sheet_number"))
        .otherwise("order_id")
    )


def _with_refund_rows(table: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """Rows of a negative amount as refund rows, where the profile says that they are."""
    fields = [name for name in ("gross", "amount") if name in table.columns]
    if layout.profile.negative != "refund" or not layout.has_ids or not fields:
        return table
    negative = pl.any_horizontal((pl.col(name) < 0).fill_null(value=False) for name in fields)
    role = pl.when((pl.col("role") == ORDER) & negative).then(pl.lit(REFUND)).otherwise("role")
    return table.with_columns(role=role)


def _with_whole_orders(table: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """A bad row takes the other rows of its order with it."""
    if not layout.has_ids or table["reason"].null_count() == table.height:
        return table
    marks = pl.col("reason").is_in(["missing_order_id", "damaged_id"])
    order = order_of_row(layout.profile)
    bad = table.filter(pl.col("reason").is_not_null() & ~marks).select(order).to_series().drop_nulls().unique()
    beside = pl.col("reason").is_null() & pl.col("role").is_not_null() & order.is_in(bad.implode())
    return table.with_columns(
        reason=pl.when(beside).then(pl.lit("order_has_bad_row")).otherwise("reason"),
    )


def _without_repeats(table: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """Identical rows left out but for the first, in a format of one row per order with an order id.

    Where only the rows could tell whether each is an order or an item, they tell one row per order if, but for
    identical ones, every order id stands once.
    """
    told_by_rows = layout.profile.grain == "auto" and layout.item_money
    if not (layout.one_row_an_order or told_by_rows):
        return table
    keys = table["order_key"]
    if keys.drop_nulls().n_unique() == len(keys) - keys.null_count():
        return table
    kept = table.filter(pl.col("order_key").is_not_null())
    suspects = kept.filter(kept["order_key"].is_duplicated())
    same = [
        name for name in suspects.columns if name not in {"sheet", "sheet_number", "row", "at", "first_cells", SECTION}
    ]
    firsts = suspects.unique(subset=same, keep="first", maintain_order=True)
    if firsts.height == suspects.height:
        return table
    if told_by_rows and firsts.filter(pl.col("role") == ORDER)["order_key"].is_duplicated().any():
        return table
    repeated = pl.col("at").is_in(suspects.filter(~pl.col("at").is_in(firsts["at"].implode()))["at"].implode())
    return table.with_columns(
        left_out=pl.when(repeated).then(pl.lit("duplicate_row")).otherwise("left_out"),
        role=pl.when(~repeated).then("role"),
    )


def _records(table: pl.DataFrame, items: pl.DataFrame, refunds: pl.DataFrame) -> pl.DataFrame:
    outcome = (
        pl.when(pl.col("left_out").is_not_null())
        .then(pl.lit("excluded"))
        .when(pl.col("reason").is_not_null())
        .then(pl.lit("rejected"))
        .otherwise(pl.lit("kept"))
    )
    records = table.select(
        "sheet", "row", outcome.alias("outcome"), pl.coalesce("left_out", "reason").alias("reason"), "order_key", "at"
    )
    records = records.with_columns(pl.lit(None, dtype=pl.Int64).alias("list_key"))
    for made, key in ((items, "item_key"), (refunds, "refund_key")):
        if made.is_empty():
            records = records.with_columns(pl.lit(None, dtype=pl.Int64).alias(key))
        else:
            records = records.join(made.select("at", key), on="at", how="left", maintain_order="left")
    kept = pl.col("outcome") == "kept"
    return records.with_columns(order_key=pl.when(kept).then("order_key")).select(
        pl.col(name).cast(dtype) for name, dtype in RECORDS.items()
    )


def _notes(
    table: pl.DataFrame, orders: pl.DataFrame, items: pl.DataFrame, layout: Layout, *, path: str
) -> tuple[Note, ...]:
    profile = layout.profile
    notes: list[Note] = []
    tells_people = bool(profile.accounts) or "phone" in profile.columns
    if tells_people and not orders.is_empty() and not _has_buyer(orders):
        notes.append(Note("no_buyer_key", {"file": path, "profile": profile.name}))
    elif profile.weak_accounts and orders["account"].null_count() < orders.height:
        notes.append(Note("weak_account", {"file": path, "profile": profile.name}))
    if profile.money_basis == "shop":
        notes.append(Note("shop_receipt", {"file": path, "profile": profile.name}))
    elif profile.money_basis == "goods":
        notes.append(Note("goods_price", {"file": path, "profile": profile.name}))
    blank = blank_statuses(table)
    if blank:
        column = layout.match.header_of("status")
        notes.append(Note("blank_status_unpaid", {"file": path, "column": column, "orders": blank}))
    unknown = pending_refunds(table)
    if unknown:
        column = layout.match.header_of("refund_status")
        notes.append(Note("unknown_refund_status", {"file": path, "column": column, "rows": unknown}))
    assumed = _assumed_refunds(items if layout.item_money else orders) if profile.refund_statuses.whole else 0
    if assumed:
        notes.append(Note("assumed_refunds", {"file": path, "orders": assumed}))
    return tuple(notes)


def _assumed_refunds(rows: pl.DataFrame) -> int:
    """Orders of which the file says that they, or items of them, were refunded, but not how much."""
    untold = pl.col("stated_refund").is_null()
    return rows.filter((pl.col("state") == State.REFUNDED.value) & untold)["order_key"].n_unique()


def _has_buyer(orders: pl.DataFrame) -> bool:
    """Whether any order has an account, an e-mail or a phone that is not masked."""
    plain_phone = pl.col("phone").is_not_null() & ~is_masked(pl.col("phone")).fill_null(value=False)
    known = pl.col("account").is_not_null() | pl.col("email").is_not_null() | plain_phone
    return bool(orders.select(known.any()).item())
