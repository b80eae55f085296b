"""What a list of some customers by their tier gives, and what whoever asks for one has to offer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl

from custtier.facts import Facts, Note
from custtier.views.tiers.standing import Standing


@dataclass(frozen=True)
class TierList:
    """Some of the customers.

    Args:
        tables: By name; the first is the list itself.
        heights: How many rows each has in all.
        summary: Its figures.
        asked: What was asked, for the record.
        notes: Remarks.
    """

    tables: Mapping[str, pl.DataFrame]
    heights: Mapping[str, int]
    summary: Mapping[str, int]
    asked: Mapping[str, object] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()


class Listed(Protocol):
    """A list that may be asked for instead of all customers."""

    def listed(self, state: Standing, *, facts: Facts, rows: int | None) -> TierList:
        """The list.

        Args:
            state: Everyone and their tier.
            facts: Knows the customers.
            rows: How many rows of each of its tables will be shown; None for all.
        """
