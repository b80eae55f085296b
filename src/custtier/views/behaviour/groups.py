"""Customers who behave alike: those of one purchase day and those who came again, each in groups if there are any."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
import polars as pl

from custtier.models.clusters import Labels, Trial, centres, clearest, nearest_centre, trials
from custtier.models.one_cloud import Matrix
from custtier.views.behaviour.traits import Traits, traits_of

LEAST_CUSTOMERS: Final = 100
"""Fewer are not divided: what they seem to fall into is chance."""

ONCE: Final = "once"
AGAIN: Final = "again"
PARTS: Final = (AGAIN, ONCE)
"""Whoever bought on one day has no rhythm, so that they are compared with their like."""


@dataclass(frozen=True)
class Part:
    """The customers of one of `PARTS`.

    Args:
        code: Which.
        customers: One row each.
        traits: The same rows in numbers.
        tried: What each number of groups shows; none where the customers are too few or all alike.
    """

    code: str
    customers: pl.DataFrame
    traits: Traits
    tried: tuple[Trial, ...]

    @property
    def is_too_few(self) -> bool:
        """Whether there are customers, but too few to be divided."""
        return 0 < self.customers.height < LEAST_CUSTOMERS

    @property
    def holding(self) -> dict[int, float]:
        """Each number of groups that holds, one undivided group among them, and how clear it is."""
        return {1: 0.0} | {trial.count: trial.clearness for trial in self.tried if trial.holds}


@dataclass(frozen=True)
class Group:
    """Customers who behave alike.

    Args:
        part: Whose group it is.
        members: Which rows of `part.customers`.
        distances: Of each of them to the middle of the group.
        fits: How clearly each of them belongs: 1 in the middle of the group, 0 as near to the next one; NaN in an
            undivided part.
    """

    part: Part
    members: Labels
    distances: Matrix
    fits: Matrix

    @property
    def customers(self) -> pl.DataFrame:
        """One row for each customer of the group."""
        return self.part.customers[self.members]

    @property
    def others(self) -> Labels:
        """The other rows of the part."""
        return np.setdiff1d(np.arange(self.part.customers.height), self.members, assume_unique=True)


def parts_of_customers(customers: pl.DataFrame, *, seed: int) -> tuple[Part, ...]:
    """The parts that have customers, each with what every number of groups shows.

    Args:
        customers: Uses what `behaviour.traits.traits_of` uses.
        seed: Of every draw.
    """
    found = []
    for code in PARTS:
        is_once = code == ONCE
        theirs = customers.filter((pl.col("purchase_days") == 1) == is_once)
        if not theirs.height:
            continue
        traits = traits_of(theirs, is_once=is_once)
        tried: tuple[Trial, ...] = ()
        if theirs.height >= LEAST_CUSTOMERS and traits.used:
            tried = trials(traits.ordered, keeps=[trait.is_heaped for trait in traits.used], seed=seed)
        found.append(Part(code, theirs, traits, tried))
    return tuple(found)


def counts_that_hold(parts: Iterable[Part]) -> list[int]:
    """The numbers of groups that all customers fall into, ascending; none where no part falls into any."""
    sums = {sum(counts) for counts in product(*(part.holding for part in parts)) if max(counts) > 1}
    return sorted(sums)


def chosen_counts(parts: tuple[Part, ...], *, count: int | None) -> tuple[int, ...] | None:
    """How many groups each part is divided into; None where it falls into none, or not into so many.

    Args:
        parts: Of `parts_of_customers`.
        count: So many in all; None for the clearest number in each part.
    """
    if count is None:
        best = [clearest(part.tried) for part in parts]
        counts = tuple(trial.count if trial else 1 for trial in best)
        return counts if max(counts) > 1 else None
    fitting = [
        counts for counts in product(*(part.holding for part in parts)) if sum(counts) == count and max(counts) > 1
    ]
    # a part counts as much as it has customers
    return max(
        fitting,
        key=lambda counts: sum(
            part.holding[one] * part.customers.height for part, one in zip(parts, counts, strict=True)
        ),
        default=None,
    )


def groups_of(parts: tuple[Part, ...], counts: tuple[int, ...], *, seed: int) -> list[Group]:
    """The groups of all parts, those with the most net sales first.

    Args:
        parts: Of `parts_of_customers`.
        counts: Of `chosen_counts`.
        seed: Of every draw.
    """
    found = [
        group for part, count in zip(parts, counts, strict=True) for group in _groups_of_part(part, count, seed=seed)
    ]
    return sorted(found, key=lambda group: (-int(group.customers.get_column("net_sales").sum()), -len(group.members)))


def _groups_of_part(part: Part, count: int, *, seed: int) -> list[Group]:
    rows = part.traits.rows
    if count == 1:
        everyone = np.arange(part.customers.height)
        middle = np.median(rows, axis=0) if rows.shape[1] else np.empty(0)
        distances = np.sqrt(((rows - middle) ** 2).sum(axis=1))
        return [Group(part, everyone, distances, np.full(len(everyone), np.nan))]
    middles = centres(part.traits.ordered, count, seed=seed)
    labels, distances = nearest_centre(rows, middles)
    beyond = np.full(len(rows), np.inf)
    for label in range(count):
        mine = labels == label
        beyond[mine] = nearest_centre(rows[mine], np.delete(middles, label, axis=0))[1]
    fits = 1 - distances / np.maximum(beyond, 1e-9)
    members = [np.flatnonzero(labels == label) for label in range(count)]
    return [Group(part, mine, distances[mine], fits[mine]) for mine in members if len(mine)]
