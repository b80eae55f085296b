"""What each record is: an order's row, a refund's row, or none of them and why."""

from collections.abc import Collection
from typing import Final

import polars as pl

from custtier.sources.formats.profile import Profile, Words
from custtier.sources.no_records import HEADER_AGAIN, SECTION, TOTAL, no_record

ORDER: Final = "order"
REFUND: Final = "refund"
_AROUND_NUMBERS: Final = r"[,，¥￥元\s]"


def with_roles(table: pl.DataFrame, *, profile: Profile, include: Collection[str]) -> pl.DataFrame:
    """The table with `role` (`order` or `refund`; null for a row that is left out) and `left_out` (why).

    Where rules say so, also `refund_field` (where a refund row has its amount; null for the usual fields) and
    `is_undated` (whether its time is not the refund's).

    Args:
        table: Fields of all sheets, in the order of the file.
        profile: Its trailers, description row and row rules decide.
        include: Switches that turn off rules that leave rows out.
    """
    marked = table.with_columns(left_out=_no_record(table, profile))
    role = pl.lit(_usual(profile))
    reason = field = pl.lit(None, dtype=pl.String)
    undated = pl.lit(value=False)
    for rule in reversed(profile.rows):
        if rule.include and rule.include in include:
            continue
        holds = pl.all_horizontal(
            pl.lit(value=True), *(_holds(name, words, table) for name, words in rule.when.items())
        )
        taken = None if rule.take == "leave_out" else rule.take
        role = pl.when(holds).then(pl.lit(taken, dtype=pl.String)).otherwise(role)
        reason = pl.when(holds).then(pl.lit(rule.reason if taken is None else None, dtype=pl.String)).otherwise(reason)
        field = pl.when(holds).then(pl.lit(rule.amount or None, dtype=pl.String)).otherwise(field)
        undated = pl.when(holds).then(not rule.dated).otherwise(undated)
    if any(rule.amount or not rule.dated for rule in profile.rows):
        marked = marked.with_columns(refund_field=field, is_undated=undated)
    return (
        marked.with_columns(left_out=pl.coalesce("left_out", reason))
        .with_columns(role=pl.when(pl.col("left_out").is_null()).then(role))
        .drop(HEADER_AGAIN, TOTAL, strict=False)
    )


def _usual(profile: Profile) -> str:
    return REFUND if profile.kind == REFUND else ORDER


def switches(profiles: Collection[Profile]) -> set[str]:
    """Every switch that some profile's rules know."""
    return {rule.include for profile in profiles for rule in profile.rows if rule.include}


def _no_record(table: pl.DataFrame, profile: Profile) -> pl.Expr:
    """Why a row is no record at all: a trailer, a total, a description of the columns."""
    reason: pl.Expr = no_record(table, blank=("order_id", "created_at", "paid_at"))
    for trailer in profile.trailers:
        starts = pl.col("first_cells").str.contains(trailer.starts)
        holds = starts.cum_max().over("sheet_number", SECTION) if trailer.to_end else starts
        reason = pl.when(reason.is_null() & holds).then(pl.lit(trailer.reason)).otherwise(reason)
    if profile.description_row and "order_id" in table.columns:
        after_header = pl.col(HEADER_AGAIN).shift(1, fill_value=False)
        is_first = (pl.col("row") == pl.col("row").min().over("sheet_number")) | after_header
        odd = ~pl.col("order_id").str.contains(profile.description_row)
        reason = pl.when(reason.is_null() & is_first & odd).then(pl.lit("description_row")).otherwise(reason)
    return reason


def _holds(field: str, words: Words, table: pl.DataFrame) -> pl.Expr:
    """Whether a field meets a condition; a file without the field has it blank."""
    text = pl.col(field).cast(pl.String) if field in table.columns else pl.lit(None, dtype=pl.String)
    conditions: list[pl.Expr] = []
    if words.equals:
        conditions.append(text.is_in(words.equals))
    if words.contains:
        conditions.append(text.str.contains_any(list(words.contains)))
    if words.lacks:
        conditions.append(~text.fill_null("").str.contains_any(list(words.lacks)))
    if words.prefix:
        conditions.append(pl.any_horizontal(text.str.starts_with(prefix) for prefix in words.prefix))
    if words.blank is not None:
        conditions.append(text.is_null() if words.blank else text.is_not_null())
    number = text.str.replace_all(_AROUND_NUMBERS, "").cast(pl.Float64, strict=False)
    if words.zero is not None:
        is_zero = text.is_null() | (number == 0).fill_null(value=False)
        conditions.append(is_zero if words.zero else ~is_zero)
    if words.negative is not None:
        is_negative = (number < 0).fill_null(value=False)
        conditions.append(is_negative if words.negative else ~is_negative)
    return pl.all_horizontal(conditions).fill_null(value=False)
