"""What is pointed at on a Lorenz curve: the best customers asked for, and the few who make 80 % of the sales."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import polars as pl

from custtier.text import Catalogue, message
from custtier.views.view import View

LORENZ: Final = "lorenz"
"""The table that is drawn."""


@dataclass(frozen=True)
class Mark:
    """A point of the curve: how many customers lie below it, what they make, and what is said of it."""

    customer_share: float
    sales_share: float
    text: str


def axes_of(catalogue: Catalogue) -> tuple[str, str]:
    """What is told across and what upwards."""
    across = catalogue.say(message("share of customers, the smallest first"))
    return across, catalogue.say(message("their share of sales"))


def alike_of(catalogue: Catalogue) -> str:
    """What the straight line stands for."""
    return catalogue.say(message("if everybody bought for the same"))


def marks_of(view: View, curve: pl.DataFrame, catalogue: Catalogue) -> list[Mark]:
    """The marks of an answer of `tiers`, the further to the right the later; each with the figures of its summary.

    The curve begins with the smallest customers, so the best 20 % lie right of 80 %.

    Args:
        view: Its summary has `customers`, `top_customers`, `top_sales_share`, `sales80_share`.
        curve: `models.concentration.lorenz`.
        catalogue: The language.
    """
    figures = [view.summary.get(name) for name in ("customers", "top_customers", "top_sales_share", "sales80_share")]
    customers, in_top, top_sales, few = (value if isinstance(value, int | float) else None for value in figures)
    said = message("best {customers:.1%} of customers: {sales:.1%} of sales")
    found: list[Mark] = []
    if few is not None:
        best = catalogue.say(message("80% of sales: best {customers:.1%} of customers"), customers=few)
        found.append(Mark(1 - few, height_at(curve, 1 - few), best))
    if customers and in_top is not None and top_sales is not None and in_top / customers != few:
        text = catalogue.say(said, customers=in_top / customers, sales=top_sales)
        found.append(Mark(1 - in_top / customers, 1 - top_sales, text))
    return sorted(found, key=lambda mark: mark.customer_share)


def height_at(curve: pl.DataFrame, share: float) -> float:
    """The height of a curve of straight pieces, between its two points around a share.

    Examples:
        >>> curve = pl.DataFrame({"across": [0.0, 0.5, 1.0], "up": [0.0, 0.2, 1.0]})
        >>> height_at(curve, 0.25), height_at(curve, 1.0)
        (0.1, 1.0)
    """
    points: Sequence[tuple[float, float]] = curve.rows()
    for (left, low), (right, high) in pairwise(points):
        if share <= right:
            return low + (high - low) * (share - left) / (right - left)
    return points[-1][1]
