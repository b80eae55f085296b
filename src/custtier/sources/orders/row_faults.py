"""Why a row cannot be taken, and in which column: the first fault in the fixed order of rules."""

from collections.abc import Sequence

import polars as pl

from custtier.schema import State
from custtier.sources.fields import DATES, MONEY
from custtier.sources.formats.identify import Match
from custtier.sources.orders.values import BAD, Layout, refund_money
from custtier.sources.records import ORDER, REFUND
from custtier.sources.transforms.statuses import DONE, UNKNOWN
from custtier.sources.transforms.text import is_damaged_id


def reject_reasons(table: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """The table with `reason` and `column` (the file's header) of rows that cannot be taken, in the fixed order."""
    match = layout.match
    checks: list[tuple[str, str, pl.Expr]] = []
    taken = pl.col("role").is_not_null()
    is_order = pl.col("role") == ORDER
    for field in (name for name in DATES if name in table.columns):
        checks.append(("bad_date", field, pl.col(BAD + field)))
    checks += _no_day(table, is_order)
    for money in (name for name in MONEY if BAD + name in table.columns):
        checks.append(("bad_amount", money, pl.col(BAD + money) | _is_negative(money, layout)))
    checks += _no_amount(table, layout, is_order)
    if layout.profile.kind == REFUND:
        done = pl.col("refund_state").fill_null(DONE) == DONE if "refund_state" in table.columns else pl.lit(value=True)
        checks.append(("bad_amount", "refund_amount", done & refund_money(table).is_null()))
    if layout.has_ids:
        by_payment = layout.profile.kind == REFUND and "payment_id" in table.columns
        named = pl.col("payment_id").is_not_null() if by_payment else pl.lit(value=False)
        checks.append(("missing_order_id", "order_id", pl.col("order_id").is_null() & ~named))
        checks.append(("damaged_id", "order_id", is_damaged_id(pl.col("order_id"))))
    if "refund_id" in table.columns:
        checks.append(("damaged_id", "refund_id", is_damaged_id(pl.col("refund_id")) & (pl.col("role") == REFUND)))
    if "status" in table.columns:
        checks.append(("unknown_status", "status", (pl.col("state") == UNKNOWN) & is_order))
    if "quantity" in table.columns and BAD + "quantity" in table.columns:
        checks.append(("bad_quantity", "quantity", pl.col(BAD + "quantity") & is_order))
    bad = pl.any_horizontal([holds.fill_null(value=False) for _, _, holds in checks])
    faulty = table.select(found=bad & taken)["found"]
    if not faulty.any():
        return table.with_columns(reason=pl.lit(None, dtype=pl.String), column=pl.lit(None, dtype=pl.String))
    reason = pl.coalesce([pl.when(holds & taken).then(pl.lit(reason)) for reason, _, holds in checks])
    column = pl.coalesce([pl.when(holds & taken).then(pl.lit(_header(match, field))) for _, field, holds in checks])
    return table.with_columns(reason=reason, column=column)


def _header(match: Match, field: str) -> str:
    """The file's header of a field, or of the field that it was taken from."""
    return match.header_of(field) or match.header_of({"gross": "amount"}.get(field, field)) or field


def _no_day(table: pl.DataFrame, is_order: pl.Expr) -> Sequence[tuple[str, str, pl.Expr]]:
    """An order without any day, in a file that has a column for one."""
    fields = [name for name in ("created_at", "paid_at") if name in table.columns]
    if not fields:
        return []
    blank = pl.all_horizontal(pl.col(name).is_null() for name in fields)
    return [("bad_date", fields[0], blank & is_order & pl.col("is_head"))]


def _no_amount(table: pl.DataFrame, layout: Layout, is_order: pl.Expr) -> Sequence[tuple[str, str, pl.Expr]]:
    """A paid order or item without an amount, in a file that has a column for it."""
    field = "amount" if layout.item_money else "gross"
    if field not in table.columns:
        return []
    blank = pl.col(field).is_null() & (pl.col("state") == State.PAID) & is_order & pl.col("is_head")
    if layout.profile.grain == "auto" and "amount" in table.columns:
        blank = blank & pl.col("amount").is_null()
    if layout.grain == "item_repeated" and layout.has_ids and table.select(blank.any()).item():
        blank = blank & pl.col(field).max().over("order_id").is_null()
    return [("bad_amount", field, blank)]


def _is_negative(field: str, layout: Layout) -> pl.Expr:
    """Money below zero where it cannot be: refund rows write theirs as they like."""
    if field in {"refund", "item_refund", "outstanding", "adjusted", "refund_amount"}:
        return pl.lit(value=False)
    refunds_apart = layout.profile.negative == "refund" and layout.has_ids
    return (pl.col(field) < 0) & (pl.col("role") == ORDER) & pl.lit(not refunds_apart)
