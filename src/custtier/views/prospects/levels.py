"""Signals as a few levels each: where the cuts lie is learnt from past newcomers alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from custtier.models.scorecard import Ints
from custtier.views.fifths import FIFTHS, fifth_bounds
from custtier.views.prospects.signals import (
    CATEGORY,
    CHANNEL,
    CONTACT,
    FIRST_SALES,
    MESSAGES,
    PRODUCT,
    PRODUCTS,
    REFUND,
    SECOND,
    SIGNALS,
    SOURCE,
)

LEAST: Final = 20
"""A level of fewer customers who are learnt from joins the others of its signal."""
MOST_LEVELS: Final = 8
"""Values of a signal that are told apart; the rest are one level."""
SOON_DAYS: Final = 7
OTHER, UNKNOWN = "other_values", "not_known"

_TEXTS: Final = (CATEGORY, PRODUCT, SOURCE, CHANNEL)
_FROM: Final = {
    PRODUCTS: {3: "more", 2: "two", 1: "one"},
    MESSAGES: {3: "more", 1: "few", 0: "none"},
}
"""From how many on a count is called so, the most first."""


@dataclass(frozen=True)
class Signal:
    """One signal, put into levels.

    Args:
        name: One of `signals.SIGNALS`.
        levels: Their codes; of texts the values themselves; of money their numbers from 0 on.
        bounds: Of money: the lowest amount of each level but the first, minor units.
        is_value: Which levels are texts of the data, not codes.
    """

    name: str
    levels: tuple[str, ...]
    bounds: tuple[int, ...] = ()
    is_value: tuple[bool, ...] = ()

    def codes(self, seen: pl.DataFrame) -> Ints:
        """The number of each row's level; what is none of them is `OTHER`, else `UNKNOWN`."""
        return _numbers(_level_text(self.name, seen, bounds=self.bounds), self.levels)


@dataclass(frozen=True)
class Coding:
    """The signals that say anything, in the order of `signals.SIGNALS`."""

    signals: tuple[Signal, ...]

    @property
    def sizes(self) -> list[int]:
        """How many levels each has."""
        return [len(signal.levels) for signal in self.signals]

    def codes(self, seen: pl.DataFrame) -> Ints:
        """One row per customer, one column per signal: the numbers of their levels."""
        columns = [signal.codes(seen) for signal in self.signals]
        return np.stack(columns, axis=1) if columns else np.zeros((seen.height, 0), dtype=np.int64)

    def only(self, *names: str) -> "Coding":
        """The same with these signals alone."""
        return Coding(tuple(signal for signal in self.signals if signal.name in names))


def coding_of(past: pl.DataFrame, *, names: Sequence[str] = SIGNALS) -> Coding:
    """The levels that the newcomers of the past fill; a signal with one such level says nothing and is left out.

    Args:
        past: Of `signals.seen_of`, those who are learnt from.
        names: Signals to be used where they are known.
    """
    found = (_signal(name, past) for name in names if name in past.columns)
    return Coding(tuple(signal for signal in found if signal is not None))


def _signal(name: str, past: pl.DataFrame) -> Signal | None:
    bounds = fifth_bounds(past.get_column(name)) if name == FIRST_SALES else ()
    text = _level_text(name, past, bounds=bounds)
    counts = text.drop_nulls().value_counts().sort("count", text.name, descending=[True, False])
    # fifths are of a size, but for ties
    filled = counts if name == FIRST_SALES else counts.filter(pl.col("count") >= LEAST)
    kept = filled.head(MOST_LEVELS).get_column(text.name).to_list() if name in _TEXTS else _in_order(name, filled)
    levels = [*kept]
    if counts.height > len(kept) and OTHER not in levels and name != FIRST_SALES:
        levels.append(OTHER)
    if text.null_count():
        levels.append(UNKNOWN)
    if len(kept) + (text.null_count() >= LEAST) < 2:
        return None
    is_value = tuple(name in _TEXTS and level in kept for level in levels)
    return Signal(name, tuple(levels), bounds, is_value)


def _in_order(name: str, filled: pl.DataFrame) -> list[str]:
    """Codes in the order in which they are read."""
    found = set(filled.to_series(0).to_list())
    return [code for code in _ORDER.get(name, tuple(str(number) for number in range(FIFTHS))) if code in found]


_ORDER: Final = {
    SECOND: ("week", "later", "none"),
    PRODUCTS: ("one", "two", "more"),
    CONTACT: ("before", "during", "not"),
    MESSAGES: ("none", "few", "more"),
    REFUND: ("no", "yes"),
}
"""The codes of each signal that has codes."""


def _level_text(name: str, seen: pl.DataFrame, *, bounds: tuple[int, ...]) -> pl.Series:
    """What each row's level is called; null where nothing is known."""
    value = pl.col(name)
    if name in _TEXTS:
        return seen.get_column(name)
    if name == FIRST_SALES:
        reached = np.searchsorted(np.asarray(bounds, dtype=np.int64), seen.get_column(name).to_numpy(), side="right")
        return pl.Series("level", reached).cast(pl.String)
    if name == SECOND:
        said = pl.when(value <= SOON_DAYS).then(pl.lit("week")).when(value.is_not_null()).then(pl.lit("later"))
        told = said.otherwise(pl.lit("none"))
    elif name == REFUND:
        told = pl.when(value).then(pl.lit("yes")).otherwise(pl.lit("no"))
    elif name in _FROM:
        told = pl.lit(None, pl.String)
        for least, code in reversed(_FROM[name].items()):
            told = pl.when(value >= least).then(pl.lit(code)).otherwise(told)
    else:
        told = value
    return seen.select(told.alias("level")).to_series()


def _numbers(text: pl.Series, levels: tuple[str, ...]) -> Ints:
    """The place of each text among the levels; what is none of them is `other`, nothing known `unknown`."""
    places = {level: place for place, level in enumerate(levels)}
    rest = places.get(OTHER, places.get(UNKNOWN, 0))
    nothing = places.get(UNKNOWN, rest)
    known = text.replace_strict(places, default=rest, return_dtype=pl.Int64)
    return known.set(text.is_null(), nothing).to_numpy()
