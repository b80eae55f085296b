"""Fields become values: money in minor units, instants in UTC, quantities, states; and which of them are bad."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

import polars as pl

from custtier.currencies import minor_digits
from custtier.schema import State
from custtier.settings import Settings
from custtier.sources.fields import DATES, MINUS, MONEY, PLUS
from custtier.sources.formats.identify import Match
from custtier.sources.formats.profile import Profile
from custtier.sources.records import ORDER
from custtier.sources.transforms.instants import instants, is_no_day, is_zone, no_instants, usual_instants
from custtier.sources.transforms.money import NEVER_DECIMAL, minor_units, plain_units, without_dots
from custtier.sources.transforms.statuses import CANCELLED, DONE, UNKNOWN, refund_states, states
from custtier.sources.transforms.text import cleaned, plain_width

_FURTHER: Final = "instant_"
_COLUMNS_AT_ONCE: Final = 4
Reader = Callable[[pl.Series], pl.Series]
ColumnReader = Callable[[], tuple[pl.Series, pl.Series]]
_PRODUCTS: Final = ("product_id", "product", "specification")
BAD: Final = "bad_"
"""Before a field's name: the column that says whether its text could not be read."""


@dataclass(frozen=True)
class Layout:
    """How the rows of a file make orders.

    Args:
        profile: The profile.
        match: The first sheet's match, for the names of columns.
        grain: The profile's, with `auto` settled.
        has_ids: Whether the file has a column of order ids.
        settings: The user's settings.
    """

    profile: Profile
    match: Match
    grain: str
    has_ids: bool
    settings: Settings

    @property
    def item_money(self) -> bool:
        """Whether only items carry money, so that orders carry neither amount nor state."""
        return self.grain in {"item", "unit"}

    @property
    def one_row_an_order(self) -> bool:
        """Whether two identical rows are one record shown twice."""
        return self.grain in {"order", "transaction"} and self.has_ids

    @property
    def zone(self) -> str:
        """The zone of times without an offset."""
        return self.profile.zone or self.settings.zone


def settled_grain(table: pl.DataFrame, profile: Profile) -> str:
    """The grain of a file: what the profile says, or for `auto` what the rows show.

    One row an order, unless each row is an item: an amount of the row beside a product is the item's, whatever other
    rows show, because the next file may hold another item of the order. Money of whole orders stands once an order,
    or on every item's row where some order id stands beside several products.
    """
    if profile.grain != "auto":
        return profile.grain
    if not tells_items(table):
        return "order"
    if "gross" not in table.columns:
        return "item"
    products = [name for name in _PRODUCTS if name in table.columns]
    rows = table.filter(pl.col("role") == ORDER).select("order_id", *products).unique()
    return "item_repeated" if rows["order_id"].drop_nulls().is_duplicated().any() else "order"


def tells_items(table: pl.DataFrame) -> bool:
    """Whether rows name a product of an order that other rows, here or in another file, may name too."""
    return "order_id" in table.columns and any(name in table.columns for name in _PRODUCTS)


def with_values(table: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """The table with values in place of texts, a `bad_…` column beside each, `state`, `refund_state` and `is_head`.

    `is_head` marks the rows that carry their order's cells: all but the later rows of an order whose cells are blank.
    """
    table = _with_currency(table, layout)
    with ThreadPoolExecutor(_COLUMNS_AT_ONCE) as readers:
        read = readers.map(lambda reader: reader(), [*_dates(table, layout), *_money(table)])
    told = [column for columns in read for column in columns if not column.name.startswith(BAD + _FURTHER)]
    table = table.with_columns(told).with_columns(_quantity(table))
    table = _with_head(table, layout)
    table = _with_states(table, layout)
    return _with_order_money(table, layout)


def file_instant(table: pl.DataFrame) -> datetime | None:
    """The latest instant that stands in the file: of past events only."""
    names = [*(name for name in DATES if name in table.columns), *_further(table)]
    latest = [value for name in names if isinstance(value := table[name].max(), datetime)]
    return max(latest, default=None)


def _further(table: pl.DataFrame) -> list[str]:
    return [name for name in table.columns if name.startswith(_FURTHER)]


def _with_currency(table: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    profile = layout.profile
    default = pl.lit(layout.match.currency or profile.currency or layout.settings.currency)
    if profile.currency_symbols:
        cells = [name for name in ("currency", "gross", "amount") if name in table.columns][:1]
        symbols = [
            pl.when(pl.col(name).str.contains(symbol, literal=True)).then(pl.lit(currency))
            for name in cells
            for symbol, currency in profile.currency_symbols.items()
        ]
        return table.with_columns(currency=pl.coalesce(*symbols, default))
    if "currency" in table.columns:
        named = pl.col("currency").str.to_uppercase().replace({"人民币": "CNY", "RMB": "CNY", "元": "CNY"})
        if layout.grain == "item_blank" and "order_id" in table.columns:
            named = pl.coalesce(named, named.drop_nulls().first().over("order_id"))
        # a row without money often names no currency either
        usual = named.drop_nulls().mode().sort().first()
        return table.with_columns(currency=pl.coalesce(named, usual, default))
    if profile.currency_of_country and "country" in table.columns:
        return table.with_columns(
            currency=pl.col("country").replace_strict(
                profile.currency_of_country, default=default, return_dtype=pl.String
            )
        )
    return table.with_columns(currency=default)


def _money(table: pl.DataFrame) -> list[ColumnReader]:
    """What reads the money fields in minor units, each with its `bad_…`."""
    currencies = table["currency"].unique().to_list()
    by_digits = {minor_digits(currency) for currency in currencies}
    names = [name for name in table.columns if name in MONEY or name.startswith((PLUS, MINUS))]
    if len(by_digits) > 1 or NEVER_DECIMAL & set(currencies):
        return [partial(_money_by_currency, table[name], table["currency"]) for name in names]
    digits = next(iter(by_digits), 2)
    as_it_stands, read = partial(plain_units, digits=digits), partial(minor_units, digits=digits)
    return [partial(_read, table[name], as_it_stands=as_it_stands, clean=_amount_told, read=read) for name in names]


def _read(text: pl.Series, *, as_it_stands: Reader, clean: Reader, read: Reader) -> tuple[pl.Series, pl.Series]:
    """The values of a column of texts and its `bad_…`: only what is no value as it stands is cleaned and read again."""
    value = as_it_stands(text)
    bad = text.is_not_null() & value.is_null()
    if bad.any():
        left = bad.arg_true()
        told = clean(text.gather(left))
        found = read(told)
        value = value.scatter(left, found)
        bad = bad.scatter(left, told.is_not_null() & found.is_null())
    return value, bad.alias(BAD + text.name)


def _money_by_currency(text: pl.Series, currency: pl.Series) -> tuple[pl.Series, pl.Series]:
    text = _amount_told(text)
    value = pl.Series(text.name, [None] * len(text), dtype=pl.Int64)
    for one in currency.unique().to_list():
        rows = currency.eq_missing(one)
        texts = without_dots(text.filter(rows)) if one in NEVER_DECIMAL else text.filter(rows)
        value = value.scatter(rows.arg_true(), minor_units(texts, digits=minor_digits(one)))
    return value, (text.is_not_null() & value.is_null()).alias(BAD + text.name)


def _dates(table: pl.DataFrame, layout: Layout) -> list[ColumnReader]:
    """What reads the date fields and the file's further instants, each with its `bad_…`."""
    profile, zone = layout.profile, layout.zone
    as_it_stands = no_instants if profile.date_formats else partial(usual_instants, zone=zone)
    read = partial(instants, zone=zone, formats=profile.date_formats, day_first=profile.day_first)
    texts = [table[name] for name in (*DATES, *_further(table)) if name in table.columns]
    if profile.day and "order_id" in table.columns:
        day = "20" + table["order_id"].str.extract(profile.day)
        texts = [_days_told(text).fill_null(day) if text.name == "created_at" else text for text in texts]
    if profile.zones and "zone" in table.columns:
        zones = _zones(table["zone"], profile.zones, otherwise=zone)
        return [partial(_instants_in, text, zones, read=read) for text in texts]
    return [partial(_read, text, as_it_stands=as_it_stands, clean=_days_told, read=read) for text in texts]


def _zones(names: pl.Series, known: Mapping[str, str], *, otherwise: str) -> pl.Series:
    """The IANA name of each row's zone; null where it is neither known nor one itself."""
    unique = names.unique().drop_nulls().to_list()
    told = {name: known.get(name, name) for name in unique}
    usable = {name: zone for name, zone in told.items() if is_zone(zone)}
    return names.fill_null(otherwise).replace_strict(
        {otherwise: otherwise, **usable}, default=None, return_dtype=pl.String
    )


def _instants_in(text: pl.Series, zones: pl.Series, *, read: Callable[..., pl.Series]) -> tuple[pl.Series, pl.Series]:
    """The instants of a column of texts whose zone stands on their rows, and its `bad_…`."""
    told = _days_told(text)
    value = no_instants(told)
    for zone in zones.unique().drop_nulls().to_list():
        rows = (zones == zone).fill_null(value=False)
        value = value.scatter(rows.arg_true(), read(told.filter(rows), zone=zone))
    return value, (told.is_not_null() & value.is_null()).alias(BAD + text.name)


def _amount_told(text: pl.Series) -> pl.Series:
    return plain_width(cleaned(text))


def _days_told(text: pl.Series) -> pl.Series:
    """Clean text, null where it is the day that stands for "never"."""
    told = plain_width(cleaned(text))
    return pl.select(pl.when(~is_no_day(told)).then(told)).to_series().alias(text.name)


def _quantity(table: pl.DataFrame) -> list[pl.Series]:
    if "quantity" not in table.columns:
        return []
    text = table["quantity"]
    value = text.str.replace_all(r"[,，\s]|[件个]$", "").cast(pl.Float64, strict=False)
    value = pl.select(pl.when(value.is_finite() & (value >= 0)).then(value)).to_series()
    return [value.alias("quantity"), (text.is_not_null() & value.is_null()).alias(BAD + "quantity")]


def _with_head(table: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    if layout.grain != "item_blank":
        return table.with_columns(is_head=pl.lit(value=True))
    telling = [pl.col(name).is_not_null() for name in ("status", "gross", "paid_at") if name in table.columns]
    telling += [pl.col(BAD + "gross")] if "gross" in table.columns else []
    return table.with_columns(is_head=pl.any_horizontal(telling))


def _with_states(table: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """`state` from the status, the pay time and the refund status; `UNKNOWN` where the word is not known."""
    profile = layout.profile
    paid_at = pl.col("paid_at").is_not_null() if "paid_at" in table.columns else pl.lit(value=False)
    by_pay_time = pl.when(paid_at).then(pl.lit(State.PAID)).otherwise(pl.lit(State.UNPAID))
    if "status" in table.columns:
        word = states(table["status"], rules=profile.statuses).alias("word")
        table = table.with_columns(word)
        state = (
            pl.when(pl.col("word") == CANCELLED)
            .then(pl.when(paid_at).then(pl.lit(State.REFUNDED)).otherwise(pl.lit(State.CLOSED)))
            .when(pl.col("word").is_null())
            .then(by_pay_time)
            .otherwise(pl.col("word"))
        )
    elif profile.statuses.absent == "paid" and "paid_at" not in table.columns:
        state = pl.lit(State.PAID)
    else:
        state = by_pay_time
    if "cancelled_at" in table.columns:
        cancelled = pl.col("cancelled_at").is_not_null() & state.is_in([State.PAID, State.UNPAID])
        state = pl.when(cancelled).then(pl.lit(State.CLOSED)).otherwise(state)
    if "item_status" in table.columns:
        table = table.with_columns(states(table["item_status"], rules=profile.statuses).alias("item_word"))
        ended = pl.col("item_word").is_in([State.CLOSED, State.REFUNDED]) & state.is_in([State.PAID, State.UNPAID])
        state = pl.when(ended).then("item_word").otherwise(state)
    table = table.with_columns(state=pl.when("is_head").then(state))
    if "refund_status" in table.columns:
        table = table.with_columns(
            refund_states(table["refund_status"], rules=profile.refund_statuses).alias("refund_state")
        )
        if profile.refund_statuses.judge_amount:
            not_done = (pl.col("refund_state") != DONE).fill_null(value=False)
            stated = [name for name in ("refund", "item_refund") if name in table.columns]
            table = table.with_columns(pl.when(not_done).then(0).otherwise(pl.col(name)).alias(name) for name in stated)
        if profile.refund_statuses.whole:
            whole = (pl.col("refund_state") == DONE) & pl.col("state").is_in([State.PAID, State.CLOSED])
            table = table.with_columns(state=pl.when(whole).then(pl.lit(State.REFUNDED)).otherwise("state"))
    return table.drop("word", "item_word", strict=False)


def _with_order_money(table: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """`gross` before refunds, `refund` where the row states one, `amount` and `item_refund` of the item alike."""
    profile = layout.profile
    if profile.statuses.amount_pattern and "status" in table.columns:
        stated = minor_units(table["status"].str.extract(profile.statuses.amount_pattern), digits=2)
        earlier = pl.col("refund") if "refund" in table.columns else pl.lit(None, dtype=pl.Int64)
        table = table.with_columns(refund=pl.coalesce(stated, earlier))
    if profile.grain == "auto":
        table = _with_money_of_its_level(table, layout)
    table = _with_sums(table)
    if profile.paid == "net":
        table = table.with_columns(
            _before_refunds(table, paid, stated) for paid, stated in _NET if paid in table.columns
        )
    if "total" in table.columns:
        gross = pl.coalesce("gross", "total") if "gross" in table.columns else pl.col("total")
        table = table.with_columns(gross=gross)
    if profile.statuses.partly_paid and "outstanding" in table.columns:
        partly = pl.col("status").str.to_lowercase().is_in([word.lower() for word in profile.statuses.partly_paid])
        left = pl.max_horizontal(pl.col("gross") - pl.col("outstanding").fill_null(0).clip(0), 0)
        table = table.with_columns(gross=pl.when(partly).then(left).otherwise("gross"))
    if "adjusted" in table.columns and "gross" in table.columns:
        given_back = pl.when((pl.col("adjusted") > 0) & (pl.col("adjusted") < pl.col("gross"))).then(
            pl.col("gross") - pl.col("adjusted")
        )
        known = [pl.col("refund")] if "refund" in table.columns else []
        table = table.with_columns(refund=pl.coalesce(*known, given_back))
    if layout.grain == "unit" and "quantity" not in table.columns:
        table = table.with_columns(quantity=pl.lit(1.0))
    return table


def _with_sums(table: pl.DataFrame) -> pl.DataFrame:
    """Amounts with the further columns that belong to them: where any of them cannot be read, the amount is bad."""
    for field in MONEY:
        plus = [name for name in table.columns if name.startswith(f"{PLUS}{field}_")]
        minus = [name for name in table.columns if name.startswith(f"{MINUS}{field}_")]
        if field not in table.columns or not plus + minus:
            continue
        more = pl.sum_horizontal(*(pl.col(name) for name in plus), *(-pl.col(name).abs() for name in minus))
        bad = pl.any_horizontal(BAD + name for name in (field, *plus, *minus))
        table = table.with_columns(pl.col(field) + more, bad.alias(BAD + field)).drop(plus, minus)
    return table


def _with_money_of_its_level(table: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """Money of a row is its order's where no row is an item; a refund of a row is the order's unless its amount is."""
    lifted = [] if tells_items(table) else [("gross", "amount")]
    lifted += [] if layout.item_money else [("refund", "item_refund")]
    for whole, own in lifted:
        if own not in table.columns:
            continue
        names = [name for name in (whole, own) if name in table.columns]
        table = table.with_columns(
            pl.coalesce(names).alias(whole), pl.any_horizontal(BAD + name for name in names).alias(BAD + whole)
        ).drop(own, BAD + own)
    return table


_NET: Final = (("gross", "refund"), ("amount", "item_refund"))


def _before_refunds(table: pl.DataFrame, paid: str, stated: str) -> pl.Expr:
    if stated not in table.columns:
        return pl.col(paid)
    return (pl.col(paid) + pl.col(stated).fill_null(0)).alias(paid)


def refund_money(table: pl.DataFrame) -> pl.Expr:
    """The amount of a row that is a refund, as the file signs it: where its rule says, else in the usual fields."""
    usual = [pl.col(name) for name in ("refund_amount", "gross", "amount") if name in table.columns]
    amount = pl.coalesce(usual) if usual else pl.lit(None, dtype=pl.Int64)
    if "refund_field" not in table.columns:
        return amount
    for name in table["refund_field"].drop_nulls().unique().sort():
        own = pl.col(name) if name in table.columns else pl.lit(None, dtype=pl.Int64)
        amount = pl.when(pl.col("refund_field") == name).then(own).otherwise(amount)
    return amount


def blank_statuses(table: pl.DataFrame) -> int:
    """Orders that count as unpaid because nothing says otherwise: neither a status nor the time of a payment."""
    if "status" not in table.columns or not table["status"].null_count():
        return 0
    taken = (pl.col("role") == ORDER) & pl.col("reason").is_null() & pl.col("is_head")
    silent = pl.col("status").is_null() & (pl.col("state") == State.UNPAID)
    return int(table.filter(taken & silent).select(pl.col("order_key").n_unique()).item())


def pending_refunds(table: pl.DataFrame) -> int:
    """Rows whose refund status is a word that the profile does not know."""
    if "refund_state" not in table.columns:
        return 0
    return int(table.select(((pl.col("refund_state") == UNKNOWN) & pl.col("role").is_not_null()).sum()).item())
