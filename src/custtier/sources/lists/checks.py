"""Which rows of a list are bad, and why: the first fault of each."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import polars as pl

from custtier.sources.lists.values import Layout
from custtier.sources.transforms.text import is_damaged_id

ORDER: Final = (
    "bad_date", "bad_amount", "missing_account", "missing_person", "missing_referral", "missing_product", "damaged_id",
    "unknown_direction", "unknown_decision", "bad_quantity",
)  # fmt: skip
"""A row with two faults gets the first of these."""


class Fault(NamedTuple):
    """Where `holds`, a row is bad: `reason`, told of the column of `field`."""

    reason: str
    field: str
    holds: pl.Expr | pl.Series


def account_faults() -> list[Fault]:
    """The faults of a row that must be somebody's."""
    return [Fault("missing_account", "account", pl.col("account_key").is_null()), damaged_account()]


def damaged_account() -> Fault:
    """An account that a spreadsheet has turned into a number."""
    return Fault("damaged_id", "account", pl.col("own_account") & is_damaged_id(pl.col("account")))


def with_faults(rows: pl.DataFrame, faults: Sequence[Fault], layout: Layout) -> pl.DataFrame:
    """`rows` with `reason` and `column` of the first fault; null for a row without one, or one that is left out."""
    none = pl.lit(None, dtype=pl.String)
    marks = {f"fault_{number}": fault for number, fault in enumerate(sorted(faults, key=_rank))}
    marked = rows.with_columns(
        (pl.lit(fault.holds) if isinstance(fault.holds, pl.Series) else fault.holds).fill_null(value=False).alias(name)
        for name, fault in marks.items()
    )
    if not marked.select(pl.any_horizontal(pl.lit(value=False), *marks).any()).item():
        return rows.with_columns(none.alias("reason"), none.alias("column"))
    taken = pl.col("left_out").is_null()
    reasons = [pl.when(pl.col(name) & taken).then(pl.lit(fault.reason)) for name, fault in marks.items()]
    columns = [
        pl.when(pl.col(name) & taken).then(pl.lit(_header(layout, fault.field), dtype=pl.String))
        for name, fault in marks.items()
    ]
    return marked.with_columns(
        pl.coalesce(none, *reasons).alias("reason"), pl.coalesce(none, *columns).alias("column")
    ).drop(list(marks))


def _rank(fault: Fault) -> int:
    return ORDER.index(fault.reason)


def _header(layout: Layout, field: str) -> str | None:
    """The file's header of a field; the first account column for `account`."""
    match = layout.match
    if field != "account":
        return match.header_of(field) or field
    columns = [index for one in match.profile.accounts for index in match.columns_named(one.columns)]
    return match.headers[columns[0]] if columns else match.header_of("phone") or match.header_of("name")
