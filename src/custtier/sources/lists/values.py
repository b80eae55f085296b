"""Texts of lists become values: instants, days, money, counts, shares; each with whether it could be read."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, NamedTuple

import polars as pl

from custtier.currencies import minor_digits
from custtier.schema import INSTANT
from custtier.settings import Settings
from custtier.sources.formats.identify import Match
from custtier.sources.formats.profile import Profile
from custtier.sources.transforms.instants import instants, instants_alone, is_no_day, usual_instants
from custtier.sources.transforms.money import minor_units

_YUAN: Final = {"人民币": "CNY", "RMB": "CNY", "元": "CNY", "￥": "CNY", "¥": "CNY"}
_SECONDS: Final = (1_000_000_000, 1_999_999_999)
_WAN: Final = 10_000


class Layout(NamedTuple):
    """How the rows of a list are read.

    Args:
        match: The first sheet's, for the names of columns.
        settings: The user's.
    """

    match: Match
    settings: Settings

    @property
    def profile(self) -> Profile:
        """The format."""
        return self.match.profile

    @property
    def zone(self) -> str:
        """The zone of times without an offset."""
        return self.profile.zone or self.settings.zone


class Read(NamedTuple):
    """A column of values, and where a text stood that is none."""

    values: pl.Series
    bad: pl.Series


def read_instants(text: pl.Series, layout: Layout) -> Read:
    """Instants in UTC; a zero date is none, and is not bad."""
    return _read_by(text, [_usual(layout), _any(layout)])


def _read_by(text: pl.Series, attempts: Sequence[Callable[[pl.Series], pl.Series]]) -> Read:
    told = pl.select(pl.when(~is_no_day(text)).then(text)).to_series().alias(text.name)
    numbers = told.cast(pl.Int64, strict=False)
    seconds = numbers.is_between(*_SECONDS)
    found = pl.select(pl.when(seconds).then(numbers * 1_000_000).cast(INSTANT)).to_series()
    for attempt in attempts:
        left = told.is_not_null() & found.is_null()
        if not left.any():
            break
        found = found.scatter(left.arg_true(), attempt(told.filter(left)))
    return Read(found.alias(text.name), told.is_not_null() & found.is_null())


def instants_alone_in(text: pl.Series, layout: Layout) -> pl.Series:
    """What `read_instants` gives of each text that needs no other to be read; null elsewhere."""
    zone, formats = layout.zone, layout.profile.date_formats
    return _read_by(text, [_usual(layout), lambda left: instants_alone(left, zone=zone, formats=formats)]).values


def _usual(layout: Layout) -> Callable[[pl.Series], pl.Series]:
    return lambda text: usual_instants(text, zone=layout.zone)


def _any(layout: Layout) -> Callable[[pl.Series], pl.Series]:
    profile = layout.profile
    return lambda text: instants(text, zone=layout.zone, formats=profile.date_formats, day_first=profile.day_first)


def read_days(text: pl.Series, layout: Layout) -> Read:
    """Calendar days in the file's zone."""
    found, bad = read_instants(text, layout)
    return Read(found.dt.convert_time_zone(layout.zone).dt.date(), bad)


def currencies(table: pl.DataFrame, layout: Layout) -> pl.Series:
    """The currency of each row: its own, else the profile's, else the settings'."""
    default = pl.lit(layout.profile.currency or layout.settings.currency)
    own = table["currency"] if "currency" in table.columns else no_texts(table.height)
    named = pl.DataFrame({"currency": own}).with_columns(pl.col("currency").str.to_uppercase().replace(_YUAN))
    return named.select(pl.coalesce("currency", default)).to_series()


def read_money(text: pl.Series, currency: pl.Series) -> Read:
    """Amounts in minor units of each row's currency; a negative one cannot be read."""
    values = pl.Series(text.name, [None] * len(text), dtype=pl.Int64)
    for one in currency.unique().to_list():
        rows = currency == one
        values = values.scatter(rows.arg_true(), minor_units(text.filter(rows), digits=minor_digits(one)))
    negative = (values < 0).fill_null(value=False)
    values = pl.select(pl.when(~negative).then(values)).to_series().alias(text.name)
    return Read(values, text.is_not_null() & values.is_null())


def read_counts(text: pl.Series) -> Read:
    """Whole numbers, `1.2万` among them."""
    bare = text.str.replace_all(r"[,，\s]|[次个]$", "")
    in_wan = bare.str.contains(r"[万wW]$")
    number = bare.str.replace(r"[万wW]$", "").cast(pl.Float64, strict=False)
    scaled = pl.select(pl.when(in_wan).then(number * _WAN).otherwise(number)).to_series()
    whole = scaled.is_finite() & (scaled >= 0) & ((scaled - scaled.round()).abs() < 1e-6)
    values = pl.select(pl.when(whole).then(scaled.round().cast(pl.Int64, strict=False))).to_series()
    return Read(values.alias(text.name), text.is_not_null() & values.is_null())


def read_shares(text: pl.Series) -> Read:
    """Shares from 0 to 1: `35%`, `0.35`, and `35`, which above 1 can only be per cent."""
    bare = text.str.replace_all(r"[\s,，]", "").str.replace("％", "%", literal=True)
    number = bare.str.strip_suffix("%").cast(pl.Float64, strict=False)
    is_percent = bare.str.ends_with("%") | (number > 1)
    share = pl.select(pl.when(is_percent).then(number / 100).otherwise(number).round(12)).to_series()
    values = pl.select(pl.when(share.is_between(0, 1)).then(share)).to_series()
    return Read(values.alias(text.name), text.is_not_null() & values.is_null())


def no_texts(count: int) -> pl.Series:
    """As many texts that are not there."""
    return pl.Series([None], dtype=pl.String).new_from_index(0, count)


def latest(table: pl.DataFrame, names: list[str], layout: Layout) -> datetime | None:
    """The latest instant in these columns of instants and in the profile's further ones."""
    further = [name for name in table.columns if name.startswith("instant_")]
    columns = [table[name] for name in names if name in table.columns]
    columns += [read_instants(table[name], layout).values for name in further]
    found = [value for column in columns if isinstance(value := column.max(), datetime)]
    return max(found, default=None)
