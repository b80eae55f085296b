"""A sheet under its header becomes a table of fields: clean text, named as custtier names it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

import polars as pl

from custtier.referring import ReferralWords
from custtier.sources.formats.identify import Match
from custtier.sources.formats.profile import FIELDS, ORDER_LEVEL, Account, Profile
from custtier.sources.no_records import marks, with_sections
from custtier.sources.sheets.sheet import column_name
from custtier.sources.transforms import regions
from custtier.sources.transforms.text import (
    id_of,
    is_cipher,
    is_masked,
    readable,
    trimmed,
    unescaped,
    unguarded,
    without_null_tokens,
)

ID_FIELDS: Final = (
    "order_id", "part_id", "line_id", "payment_id", "refund_id", "movement_id", "product_id",
)  # fmt: skip
MONEY: Final = ("gross", "total", "outstanding", "refund", "adjusted", "refund_amount", "amount", "item_refund")
PLUS, MINUS = "plus_", "minus_"
"""Before a field's name and a number: a further column that belongs to its amount, or is taken off it."""

DATES: Final = ("created_at", "paid_at", "refunded_at", "cancelled_at")
_JUDGED: Final = (*MONEY, *DATES, "status", "item_status", "refund_status", "quantity")
"""Fields whose cells are values or words that are known: any other text in them is a fault."""

_ONE_ROW: Final = ("order", "transaction", "unit")
"""Grains in which no order has several rows that a merged cell could cover."""

_BLANK: Final = "is_blank"
_PARTS: Final = "parts_of_address"
_PERSONAL: Final = ("name", "phone", "email", "address")
_WRITTEN: Final = (
    "name",
    "shop",
    "channel",
    "agent",
    "province",
    "city",
    "product",
    "specification",
    "category",
    "currency",
)
"""What people have written: some formats put the marks of a web page into it."""


def field_table(match: Match, *, referrals: ReferralWords | None = None) -> pl.DataFrame:
    """The records of a sheet: one row per non-blank row under the header.

    Args:
        match: The sheet and its profile.
        referrals: By which words a note names who brought the buyer: where no column does, that name is `referrer`. Of
            the note nothing else is kept.

    Returns:
        `sheet`, `row`, `first_cells` (where trailers are told by them), every field that the file has a column for,
        `account`, `account_kind`, `instant_0`, `instant_1`, … of the profile's further instants, and `plus_amount_0`,
        `minus_amount_0`, … of the profile's sums. Texts are clean, but for money and times: these may stand as the
        file writes them, white space and null tokens included.
    """
    profile = match.profile
    fields = {field: columns for field in sorted(FIELDS) if (columns := match.columns_of(field))}
    accounts = [(account, columns) for account in profile.accounts if (columns := match.columns_named(account.columns))]
    instants = match.columns_named(profile.instants)
    summed = _summed(match)
    clocks = {field: index for field in profile.clocks for index in match.columns_named([profile.clocks[field]])}
    first = list(range(min(2 if profile.trailers else 1, len(match.headers))))
    needed = sorted(
        {
            *first,
            *instants,
            *summed.values(),
            *clocks.values(),
            *_flat(fields.values()),
            *_flat(columns for _, columns in accounts),
        }
    )
    order_level = _flat([*(fields.get(field, ()) for field in ORDER_LEVEL), *(columns for _, columns in accounts)])
    as_written = _as_written(profile, fields, instants) - {*first, *_flat(columns for _, columns in accounts)}
    names = [column_name(index) for index in needed if index not in as_written]
    account, kind = _account(accounts, profile)
    made = [
        pl.lit(match.sheet.name or None, dtype=pl.String).alias("sheet"),
        pl.col("row"),
        *([_first_cells(first)] if profile.trailers else []),
        *marks(
            {index: match.headers[index] for index in needed if index not in as_written}, whole=",".join(match.headers)
        ),
        *(
            _field(field, columns, profile, clock=clocks.get(field))
            for field, columns in fields.items()
            if field not in ("referrer", "note")
        ),
        *_referrer(fields, profile, referrals or ReferralWords()),
        *account,
        *(pl.col(column_name(index)).alias(f"instant_{number}") for number, index in enumerate(instants)),
        *(pl.col(column_name(index)).alias(name) for name, index in summed.items()),
        pl.all_horizontal(pl.lit(value=True), *(pl.col(name).is_null() for name in names)).alias(_BLANK),
    ]
    judged = {*_flat(fields.get(field, ()) for field in _JUDGED), *summed.values(), *clocks.values(), *instants}
    judging = {column_name(index) for index in judged}
    made_names = {expression.meta.output_name() for expression in made}
    guarded = {*_flat(fields.get(field, ()) for field in ID_FIELDS), *_flat(columns for _, columns in accounts)}
    steps = [
        [trimmed(name, prefix=profile.cell_prefix) for name in names],
        [without_null_tokens(name, keeps_errors=name in judging) for name in names],
        [unguarded(pl.col(column_name(index))).alias(_bare(index)) for index in sorted(guarded)],
    ]

    def each(rows: pl.LazyFrame) -> pl.LazyFrame:
        for step in steps:
            rows = rows.with_columns(step)
        return _with_places(rows.select(made).with_columns(kind), made_names)

    table = match.sheet.below(
        match.header_row,
        needed,
        each=each,
        ids=frozenset(_flat(fields.get(field, ()) for field in ID_FIELDS)),
        merged=frozenset(order_level if profile.grain not in _ONE_ROW else ()),
    )
    return with_sections(_without_blank_rows(table, match))


def _as_written(profile: Profile, fields: Mapping[str, Sequence[int]], instants: Collection[int]) -> set[int]:
    """Columns of money and times alone: most cells are values as they stand, so only the others need cleaning."""
    if profile.cell_prefix:
        return set()
    ruled = {field for rule in profile.rows for field in rule.when} | set(profile.clocks)
    values = [field for field in (*MONEY, *DATES) if len(fields.get(field, ())) == 1 and field not in ruled]
    others = _flat(columns for field, columns in fields.items() if field not in values)
    return {*_flat(fields[field] for field in values), *instants} - set(others)


def _summed(match: Match) -> dict[str, int]:
    """Name in the table → column, of every further column that belongs to an amount."""
    return {
        f"{sign}{field}_{number}": index
        for field, parts in match.profile.sums.items()
        for sign, names in ((PLUS, parts.add), (MINUS, parts.subtract))
        for number, index in enumerate(match.columns_named(names))
    }


def _flat(groups: Iterable[Sequence[int]]) -> list[int]:
    return [index for group in groups for index in group]


def _first_cells(columns: Sequence[int]) -> pl.Expr:
    names = [column_name(index) for index in columns]
    return pl.concat_str([pl.col(name).fill_null("") for name in names], separator=",").alias("first_cells")


def _bare(index: int) -> str:
    """The name of a column's texts without the guards that spreadsheets need."""
    return f"bare_{column_name(index)}"


def _field(field: str, columns: Sequence[int], profile: Profile, *, clock: int | None = None) -> pl.Expr:
    if field in ID_FIELDS:
        texts = [id_of(pl.col(_bare(index))) for index in columns]
    else:
        texts = [pl.col(column_name(index)) for index in columns]
    if field == "phone":
        texts = [text.str.strip_chars("'`\"=") for text in texts]
    if field in _PERSONAL:
        texts = [readable(text) for text in texts]
    if field in _WRITTEN:
        texts = [text.map_batches(unescaped, return_dtype=pl.String) for text in texts] if profile.html else texts
    if field == "shop":
        texts = [text.str.replace_all(r"\s*[\r\n]\s*", " / ") for text in texts]
    if field == "site":
        return pl.concat_str(texts, separator=" ", ignore_nulls=True).alias(field)
    if clock is not None:
        # a workbook gives a day with a time, and a time of day with the day on which its calendar begins
        time = pl.col(column_name(clock)).fill_null("").str.strip_prefix("1899-12-31 ")
        texts = [pl.concat_str([text.str.strip_suffix(" 00:00:00"), time], separator=" ") for text in texts]
    return (texts[0] if len(texts) == 1 else pl.coalesce(texts)).alias(field)


def _referrer(fields: Mapping[str, Sequence[int]], profile: Profile, referrals: ReferralWords) -> Sequence[pl.Expr]:
    """Who brought the buyer, by the column that says so, else by a note."""
    told = [_field("referrer", fields["referrer"], profile)] if "referrer" in fields else []
    for pattern in referrals.note_patterns:
        for index in fields.get("note", ()):
            name = pl.col(column_name(index)).str.extract(pattern, 1)
            told.append(pl.when(~name.is_in(referrals.unnamed)).then(name))
    return [pl.coalesce(told).alias("referrer")] if told else []


def _account(accounts: Sequence[tuple[Account, list[int]]], profile: Profile) -> tuple[list[pl.Expr], list[pl.Expr]]:
    """The first account that is there, then its kind; a masked one is a name, not an account."""
    found: list[tuple[str, pl.Expr]] = []
    for account, columns in accounts:
        for bare in (_account_in(pl.col(_bare(index)), account, profile) for index in columns):
            is_one = (bare != "") & ~is_cipher(bare)
            found.append(
                (account.kind, pl.when(is_one if profile.weak_accounts else is_one & ~is_masked(bare)).then(bare))
            )
    if not found:
        return [], []
    first = pl.coalesce([text for _, text in found]).alias("account")
    kinds = {kind for kind, _ in found}
    if len(kinds) == 1:
        return [first], [pl.when(pl.col("account").is_not_null()).then(pl.lit(kinds.pop())).alias("account_kind")]
    kind = pl.coalesce([pl.when(text.is_not_null()).then(pl.lit(kind)) for kind, text in found])
    return [first, kind.alias("account_kind")], []


def _account_in(bare: pl.Expr, account: Account, profile: Profile) -> pl.Expr:
    told = bare.map_batches(unescaped, return_dtype=pl.String) if profile.html else bare
    return told.str.extract(account.pattern, 1).fill_null("") if account.pattern else told


def _without_blank_rows(table: pl.DataFrame, match: Match) -> pl.DataFrame:
    """Only rows that hold something, if only in a column that no field is read from."""
    suspects = table.filter(pl.col(_BLANK))["row"]
    if not suspects.is_empty():
        whole = match.sheet.whole(match.header_row, suspects)
        is_filled = pl.any_horizontal((pl.exclude("row").str.strip_chars() != "").fill_null(value=False))
        filled = whole.filter(is_filled)["row"]
        table = table.filter(~pl.col(_BLANK) | pl.col("row").is_in(filled.implode()))
    return table.drop(_BLANK)


def _with_places(rows: pl.LazyFrame, fields: Collection[str]) -> pl.LazyFrame:
    """Province and city, name and phone out of the address where no column of their own has them."""
    if "address" not in fields or {"name", "phone", "province", "city"} <= set(fields):
        return rows
    address = pl.col("address")
    people = {"name": regions.name_in(address), "phone": regions.phone_in(address)}
    places = {"province": regions.province_in(pl.col(_PARTS)), "city": regions.city_in(pl.col(_PARTS))}
    return (
        rows.with_columns(part.alias(field) for field, part in people.items() if field not in fields)
        .with_columns(regions.parts_of(address).alias(_PARTS))
        .with_columns(part.alias(field) for field, part in places.items() if field not in fields)
        .drop(_PARTS)
    )
