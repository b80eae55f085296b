"""What speaks for and against new customers in words, for many rows at once; and how each level is called."""

from typing import Final

import numpy as np
import polars as pl

from custtier.models.scorecard import Ints, Scorecard
from custtier.text import Catalogue, Lang
from custtier.text.names import names_of
from custtier.text.start_signals import START_SIGNALS
from custtier.views.prospects.levels import SOON_DAYS, Coding, Signal
from custtier.views.prospects.signals import FIRST_SALES, SOURCE
from custtier.views.spoken import spoken_money

MOST_FOR: Final = 3
MOST_AGAINST: Final = 2
LEAST_WEIGHT: Final = 0.14
"""A level that moves the odds by less than about 15 % is not worth a word."""


def level_phrases(signal: Signal, *, days: int, currency: str | None, lang: Lang) -> list[str]:
    """What each level of a signal is called.

    Args:
        signal: With its levels.
        days: The first days looked at.
        currency: Of amounts.
        lang: A language of `text.start_signals`.
    """
    words = START_SIGNALS[lang]
    names = names_of("profile", Catalogue(lang)) if signal.name == SOURCE else {}
    places = {"days": str(days), "soon": str(min(SOON_DAYS, days))}
    found = []
    for place, level in enumerate(signal.levels):
        if signal.name == FIRST_SALES:
            found.append(_money_phrase(int(level), signal.bounds, currency=currency, lang=lang))
            continue
        code = "value" if signal.is_value[place] else level
        template = words.get(f"{signal.name}.{code}") or words[code]
        found.append(template.format(value=names.get(level, level), **places))
    return found


def _money_phrase(number: int, bounds: tuple[int, ...], *, currency: str | None, lang: Lang) -> str:
    words = START_SIGNALS[lang]
    said = [spoken_money(bound, currency) for bound in bounds]
    if number == 0:
        return words[f"{FIRST_SALES}.low"].format(high=said[0])
    if number == len(bounds):
        return words[f"{FIRST_SALES}.high"].format(low=said[-1])
    return words[f"{FIRST_SALES}.middle"].format(low=said[number - 1], high=said[number])


def reasons(levels: Ints, *, coding: Coding, card: Scorecard, days: int, currency: str | None, lang: Lang) -> pl.Series:
    """One line per row: what speaks for it, then what speaks against, the weightiest first, each with its factor.

    Args:
        levels: Of `Coding.codes`.
        coding: The signals behind the columns.
        card: Their weights.
        days: The first days looked at.
        currency: Of amounts.
        lang: A language of `text.start_signals`.
    """
    words = START_SIGNALS[lang]
    said = [
        np.array(
            [
                words["factor"].format(phrase=phrase, factor=spoken_factor(float(weight)))
                for phrase, weight in zip(
                    level_phrases(signal, days=days, currency=currency, lang=lang), weights, strict=True
                )
            ],
            dtype=object,
        )
        for signal, weights in zip(coding.signals, card.weights, strict=True)
    ]
    # rows with the same levels say the same
    rows, place_of = np.unique(levels, axis=0, return_inverse=True)
    parts = card.parts(rows)
    lines = []
    for row, weights in zip(rows, parts, strict=True):
        order = np.argsort(-np.abs(np.round(weights, 9)), kind="stable")
        weighty = [place for place in order if abs(weights[place]) >= LEAST_WEIGHT]
        speaking = [str(said[place][row[place]]) for place in weighty if weights[place] > 0][:MOST_FOR]
        against = [str(said[place][row[place]]) for place in weighty if weights[place] < 0][:MOST_AGAINST]
        if against:
            against[0] = words["against"] + against[0]
        lines.append(words["between"].join([*speaking, *against]) or words["nothing"])
    return pl.Series("reason", np.array(lines, dtype=object)[place_of.reshape(-1)].tolist(), dtype=pl.String)


def spoken_factor(weight: float) -> str:
    """By what the odds are multiplied, with two digits below 10."""
    factor = float(np.exp(weight))
    return f"{factor:.0f}" if factor >= 9.95 else f"{factor:.1f}" if factor >= 0.95 else f"{factor:.2f}"
