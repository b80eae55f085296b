"""Groups of customers in words: what sets each apart from its like, with its own figures, under a name of its own."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from custtier.text import Catalogue, Lang
from custtier.text.behaviours import BEHAVIOURS, WORDS
from custtier.text.names import names_of
from custtier.views.behaviour.groups import Group
from custtier.views.behaviour.traits import Trait
from custtier.views.spoken import spoken_money, spoken_number

LEAST_DIFFERENCE: Final = 0.5
"""Standard deviations between a group's mean and the others' from which a trait sets it apart (Cohen's medium)."""

MOST_NAMED: Final = 2
MOST_PHRASES: Final = 4
"""Traits in a name, where more are not needed to tell two groups apart, and in a description."""

CONCENTRATED: Final = 0.6
CLEARLY_MORE: Final = 0.25
"""A platform or category sets a group apart that holds so much of it, and so much more than of the others."""

_PLACES: Final = ("platforms", "main_category")


@dataclass(frozen=True)
class Difference:
    """What a trait says of a group.

    Args:
        key: In `text.behaviours.BEHAVIOURS`.
        size: Standard deviations from the others, above 0.
        own: The group's figure as it is said.
        others: The others'.
    """

    key: str
    size: float
    own: str
    others: str


@dataclass(frozen=True)
class Described:
    """A group in words.

    Args:
        name: A few words; no other group of the answer has the same.
        description: A sentence with the figures.
    """

    name: str
    description: str


def described(groups: Sequence[Group], *, lang: Lang, currency: str | None) -> list[Described]:
    """Each group in words, in the order of `groups`.

    A group is compared with the other customers of its part. What differs most comes first.
    """
    words, behaviours = WORDS[lang], BEHAVIOURS[lang]
    found = [differences(group, currency=currency) for group in groups]
    names = _distinct(
        [words[group.part.code] for group in groups],
        [[behaviours[one.key].name for one in each] for each in found],
        [len(group.others) > 0 for group in groups],
        like_most=words["like_most"],
        between=words["between_names"],
    )
    told = []
    for group, name, each in zip(groups, names, found, strict=True):
        phrases = [
            behaviours[one.key].phrase.format(own=one.own, others=one.others) for one in each[:MOST_PHRASES]
        ] + _places(group, lang=lang)
        if not len(group.others):
            start, phrases = words[f"{group.part.code}_all"], []
        else:
            start, phrases = words[f"{group.part.code}_part"], phrases or [words["middle"]]
        told.append(Described(name, words["between"].join([start, *phrases])))
    return told


def differences(group: Group, *, currency: str | None) -> list[Difference]:
    """What sets a group apart from the other customers of its part, the largest difference first.

    A difference that the figures do not show, because they are said the same, is none.
    """
    others = group.others
    if not len(others):
        return []
    found = []
    everyone = group.part.customers
    for place, trait in enumerate(group.part.traits.used):
        scaled = group.part.traits.rows[:, place]
        spread = float(scaled.std())
        size = float(scaled[group.members].mean() - scaled[others].mean()) / spread
        values = everyone.get_column(trait.name)
        own, rest = _typical(values[group.members], trait), _typical(values[others], trait)
        said = _saying(trait, currency)
        if abs(size) < LEAST_DIFFERENCE or (size > 0) != (own > rest) or said(own) == said(rest):
            continue
        found.append(Difference(f"{trait.name}.{'high' if size > 0 else 'low'}", abs(size), said(own), said(rest)))
    # equal differences keep the order of the traits
    return sorted(found, key=lambda one: -round(one.size, 6))


def _typical(values: pl.Series, trait: Trait) -> float:
    """The median; of shares the mean, because most people's are 0."""
    known = np.sort(values.drop_nulls().cast(pl.Float64).to_numpy())
    if not len(known):
        return 0.0
    return float(known.mean() if trait.name == "refund_share" else np.median(known))


def _saying(trait: Trait, currency: str | None) -> Callable[[float], str]:
    """How a figure of a trait is said."""
    if trait.name == "average_order":
        return lambda value: spoken_money(round(value), currency)
    if trait.name == "refund_share":
        return lambda value: f"{value * 100:.0f}%"
    return spoken_number


def _places(group: Group, *, lang: Lang) -> list[str]:
    """Where a group buys, and what, when that sets it apart."""
    words, catalogue = WORDS[lang], Catalogue(lang)
    said = []
    for column in _PLACES:
        values = group.part.customers.get_column(column)
        mine = values[group.members]
        known = mine.drop_nulls()
        if not known.len():
            continue
        counted = known.value_counts().sort("count", column, descending=[True, False])
        value = str(counted.item(0, column))
        own = int(counted.item(0, "count")) / mine.len()
        rest = values[group.others]
        others = int((rest == value).sum()) / max(rest.len(), 1)
        if own < CONCENTRATED or own - others < CLEARLY_MORE:
            continue
        names = names_of(column, catalogue)
        where = catalogue.listed(names.get(code, code) for code in value.split(",")) if names else value
        said.append(words[column].format(where=where, own=f"{own * 100:.0f}%", others=f"{others * 100:.0f}%"))
    return said


def _distinct(
    parts: Sequence[str], words: Sequence[Sequence[str]], is_divided: Sequence[bool], *, like_most: str, between: str
) -> list[str]:
    """A name for each group: its part and what sets it apart most, in as few words as tell it from all others."""

    def named(place: int, count: int) -> str:
        said = list(words[place][:count]) or ([like_most] if is_divided[place] else [])
        return between.join([parts[place], *said])

    counts = [MOST_NAMED] * len(parts)
    for more in range(MOST_NAMED + 1, 1 + max((len(each) for each in words), default=0)):
        taken = Counter(named(place, count) for place, count in enumerate(counts))
        counts = [more if taken[named(place, count)] > 1 else count for place, count in enumerate(counts)]
    names = [named(place, count) for place, count in enumerate(counts)]
    seen: Counter[str] = Counter()
    for place, name in enumerate(names):
        seen[name] += 1
        if seen[name] > 1:
            names[place] = f"{name} {seen[name]}"
    return names
