"""A sheet of a list under its header becomes a table of fields: clean text, named as custtier names it."""

import re
from collections.abc import Sequence
from itertools import chain
from typing import Final

import polars as pl

from custtier.sources.formats.identify import Match, normal_header
from custtier.sources.formats.profile import Account
from custtier.sources.no_records import marks, with_sections
from custtier.sources.sheets.sheet import Each, column_name
from custtier.sources.transforms import regions
from custtier.sources.transforms.text import (
    is_cipher,
    is_masked,
    readable,
    trimmed,
    unguarded,
    without_null_tokens,
)

ID_FIELDS: Final = ("contact_id", "union_id", "message_id", "product_id", "sender", "referred", "referrer")
_PERSONAL: Final = ("name", "first_name", "last_name", "phone", "email", "remark", "address")
_ON_EVERY_ROW: Final = ("agent", "channel", "campaign", "person", "spent_on", "sent_at", "category")
"""Fields whose merged cells in a workbook stand for every row they cover."""

_BLANK: Final = "is_blank"
_TAG_MARK: Final = "、"


def list_table(match: Match, *, last: Each | None = None) -> pl.DataFrame:
    """The records of a sheet: one row per non-blank row under the header.

    Args:
        match: The sheet and its profile.
        last: What is done with the rows at once, piece by piece, so that what it drops is never held whole.

    Returns:
        `sheet`, `row`, `first_cells`, every field of the profile's kind that the file has a column for, `account`,
        `account_kind`, `account_platform`, and `instant_0`, `instant_1`, …. All texts are clean.
    """
    profile = match.profile
    fields = {field: columns for field in sorted(profile.fields) if (columns := match.columns_of(field))}
    tags = [*fields.pop("tags", []), *_tag_columns(match)]
    accounts = [(one, columns) for one in profile.accounts if (columns := match.columns_named(one.columns))]
    instants = match.columns_named(profile.instants)
    first = list(range(min(2, len(match.headers)))) if profile.trailers else []
    of_accounts = _flat([columns for _, columns in accounts])
    needed = sorted({*first, *instants, *tags, *_flat(list(fields.values())), *of_accounts})
    ids = {*_flat([fields.get(field, []) for field in ID_FIELDS]), *of_accounts}
    names = [column_name(index) for index in needed]
    made = [
        pl.lit(match.sheet.name or None, dtype=pl.String).alias("sheet"),
        pl.col("row"),
        *([_first_cells(first)] if first else []),
        *(_field(field, columns, cut=profile.agent_cut) for field, columns in fields.items()),
        marks({index: match.headers[index] for index in needed}, whole=",".join(match.headers))[0],
        *([_joined(tags)] if tags else []),
        *_accounts(accounts),
        *(pl.col(column_name(index)).alias(f"instant_{number}") for number, index in enumerate(instants)),
        pl.all_horizontal(pl.lit(value=True), *(pl.col(name).is_null() for name in names)).alias(_BLANK),
    ]

    def each(rows: pl.LazyFrame) -> pl.LazyFrame:
        rows = rows.with_columns(trimmed(name, prefix=profile.cell_prefix) for name in names)
        rows = rows.with_columns(without_null_tokens(name) for name in names).select(made)
        if "address" in fields:
            rows = _with_places(rows, fields)
        return last(rows) if last is not None else rows

    table = match.sheet.below(
        match.header_row,
        needed,
        each=each,
        ids=frozenset(ids),
        merged=frozenset(_flat([fields.get(field, []) for field in _ON_EVERY_ROW])),
    )
    return with_sections(_without_blank_rows(table, match))


def _flat(groups: Sequence[Sequence[int]]) -> list[int]:
    return list(chain.from_iterable(groups))


def _tag_columns(match: Match) -> list[int]:
    pattern = match.profile.tag_columns
    if not pattern:
        return []
    return [index for index, header in enumerate(match.headers) if re.search(pattern, normal_header(header))]


def _first_cells(columns: Sequence[int]) -> pl.Expr:
    cells = [pl.col(column_name(index)).fill_null("") for index in columns]
    return pl.concat_str(cells, separator=",").alias("first_cells")


def _field(field: str, columns: Sequence[int], *, cut: str) -> pl.Expr:
    texts = [pl.col(column_name(index)) for index in columns]
    if field in ID_FIELDS or field == "phone":
        bare = [unguarded(text) for text in texts]
        texts = [pl.when(text != "").then(text) for text in bare]
    if field in _PERSONAL:
        texts = [readable(text) for text in texts]
    if field in {"first_name", "last_name", "remark", "name"}:
        texts = [text.str.replace_all(r"\s*[\r\n]\s*", " / ") for text in texts]
    if field == "agent" and cut:
        bare = [text.str.replace(cut, "").str.strip_chars() for text in texts]
        texts = [pl.when(text != "").then(text) for text in bare]
    return (texts[0] if len(texts) == 1 else pl.coalesce(texts)).alias(field)


def _joined(columns: Sequence[int]) -> pl.Expr:
    cells = [pl.col(column_name(index)) for index in columns]
    told = pl.concat_str(cells, separator=_TAG_MARK, ignore_nulls=True)
    return pl.when(told != "").then(told).alias("tags")


def _accounts(accounts: Sequence[tuple[Account, list[int]]]) -> list[pl.Expr]:
    """The first account that is there, its kind, and its platform if the header tells it; a masked one is none."""
    found: list[tuple[Account, pl.Expr]] = []
    for account, columns in accounts:
        for bare in (unguarded(pl.col(column_name(index))) for index in columns):
            text = bare.str.extract(account.pattern, 1).fill_null("") if account.pattern else bare
            found.append((account, pl.when((text != "") & ~is_cipher(text) & ~is_masked(text)).then(text)))
    if not found:
        return []
    return [
        pl.coalesce([text for _, text in found]).alias("account"),
        _of_first([(text, account.kind) for account, text in found]).alias("account_kind"),
        _of_first([(text, account.platform or None) for account, text in found]).alias("account_platform"),
    ]


def _of_first(told: Sequence[tuple[pl.Expr, str | None]]) -> pl.Expr:
    """What belongs to the first text that is there."""
    return pl.coalesce([pl.when(text.is_not_null()).then(pl.lit(word, dtype=pl.String)) for text, word in told])


def _with_places(rows: pl.LazyFrame, fields: dict[str, list[int]]) -> pl.LazyFrame:
    """Province and city from the address where no column of their own has them; the address itself is not kept."""
    parts = "parts_of_address"
    places = {"province": regions.province_in(pl.col(parts)), "city": regions.city_in(pl.col(parts))}
    return (
        rows.with_columns(regions.parts_of(pl.col("address")).alias(parts))
        .with_columns(place.alias(field) for field, place in places.items() if field not in fields)
        .drop(parts, "address")
    )


def _without_blank_rows(table: pl.DataFrame, match: Match) -> pl.DataFrame:
    """Only rows that hold something, if only in a column that no field is read from."""
    suspects = table.filter(pl.col(_BLANK))["row"]
    if not suspects.is_empty():
        whole = match.sheet.whole(match.header_row, suspects)
        is_filled = pl.any_horizontal((pl.exclude("row").str.strip_chars() != "").fill_null(value=False))
        filled = whole.filter(is_filled)["row"]
        table = table.filter(~pl.col(_BLANK) | pl.col("row").is_in(filled.implode()))
    return table.drop(_BLANK)
