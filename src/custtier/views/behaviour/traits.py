"""How customers behave, in numbers that can be compared: the traits by which they are grouped."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import polars as pl

from custtier.models.one_cloud import Matrix
from custtier.models.peaks import heaps, usual_width

FIELDS_READ: Final = (
    "order_count",
    "net_sales",
    "average_order",
    "recency_days",
    "last_order_on",
    "purchase_days",
    "usual_gap_days",
    "refund_share",
    "product_count",
    "main_category",
    "platforms",
)
"""What is read of every customer: some of `customer_fields.FIELDS`."""

LEAST_KNOWN: Final = 0.9
"""A trait that is known of a smaller share of the customers is left aside."""

FURTHEST: Final = 3.0
"""How far from the middle a value counts, in spreads: further out is as far."""

MOST_APART: Final = 4.0
"""So many spreads heaps of values lie apart at most that lie next to each other."""

WEEK_DAYS: Final = 7
"""Days are compared by the logarithm of weeks, from one on: today and yesterday are nearly the same."""

_DIGITS: Final = 9
_TO_NORMAL: Final = 1.349
"""The quartiles of normal numbers lie so many standard deviations apart."""


class Scale(StrEnum):
    """How a trait's values are made comparable."""

    LOG = "log"
    LOG_OF_WEEKS = "log of weeks"
    PLAIN = "plain"


@dataclass(frozen=True)
class Trait:
    """One side of behaviour.

    Args:
        name: One of `FIELDS_READ`, or `products_per_order`.
        scale: How its values are made comparable.
        is_heaped: Whether its values lie in heaps, as counts do: heaps alone make no groups.
        is_of_once: Whether those who bought on one day have it.
    """

    name: str
    scale: Scale
    is_heaped: bool
    is_of_once: bool


TRAITS: Final = (
    Trait("purchase_days", Scale.LOG, is_heaped=True, is_of_once=False),
    Trait("usual_gap_days", Scale.LOG_OF_WEEKS, is_heaped=False, is_of_once=False),
    Trait("recency_days", Scale.LOG_OF_WEEKS, is_heaped=False, is_of_once=True),
    Trait("average_order", Scale.LOG, is_heaped=False, is_of_once=True),
    Trait("refund_share", Scale.PLAIN, is_heaped=True, is_of_once=True),
    Trait("products_per_order", Scale.LOG, is_heaped=True, is_of_once=True),
)
"""The sides of behaviour that are looked at."""


@dataclass(frozen=True)
class Traits:
    """Customers in numbers that can be compared.

    Args:
        used: The traits that tell these customers apart.
        rows: One row per customer, one column for each of `used`.
    """

    used: tuple[Trait, ...]
    rows: Matrix

    @property
    def ordered(self) -> Matrix:
        """The rows in an order that depends on nothing but them."""
        return self.rows[np.lexsort(self.rows.T[::-1])] if self.used else self.rows


def with_products_per_order(customers: pl.DataFrame) -> pl.DataFrame:
    """The customers with `products_per_order` (Float64): different products for each order; null without any known."""
    known = pl.when(pl.col("product_count") > 0).then(pl.col("product_count"))
    return customers.with_columns((known / pl.col("order_count")).alias("products_per_order"))


def traits_of(customers: pl.DataFrame, *, is_once: bool) -> Traits:
    """The traits of customers: logarithms where values are skewed, around the median, in spreads of the middle half.

    A value that is not known stands in the middle. A trait that is known of too few, or the same for all, is left
    aside. Amounts in another unit change nothing.

    Args:
        customers: Uses `FIELDS_READ` and `products_per_order`.
        is_once: Whether these customers bought on one day.
    """
    columns, used = [], []
    for trait in TRAITS:
        if is_once and not trait.is_of_once:
            continue
        values = customers.get_column(trait.name).cast(pl.Float64)
        if values.null_count() > (1 - LEAST_KNOWN) * values.len():
            continue
        scaled = _scaled(values, trait)
        if scaled is not None:
            columns.append(scaled)
            used.append(trait)
    rows = np.column_stack(columns) if columns else np.empty((customers.height, 0))
    return Traits(tuple(used), rows)


def _scaled(values: pl.Series, trait: Trait) -> Matrix | None:
    """The values around 0, most of them within 1; None where they are all the same."""
    shown = values
    if trait.scale is Scale.LOG:
        shown = values.log()
    elif trait.scale is Scale.LOG_OF_WEEKS:
        shown = (values / WEEK_DAYS).log1p()
    known = np.sort(shown.drop_nulls().to_numpy())
    if not len(known) or known[-1] - known[0] < 10.0**-_DIGITS:
        return None
    middle = float(np.median(known))
    spread, low, high = _bounds(known, is_heaped=trait.is_heaped)
    centred = (np.clip(shown.fill_null(middle).to_numpy(), low, high) - middle) / spread
    # another unit of money moves the last digits: they tell nobody apart
    found: Matrix = np.round(centred, _DIGITS) + 0.0
    return found


def _bounds(known: Matrix, *, is_heaped: bool) -> tuple[float, float, float]:
    """The spread that counts as 1, and the values beyond which further out is as far.

    Where values lie in heaps apart from each other, the spread is that within the heaps: by the spread over all of
    them, what tells the customers apart would weigh least.

    Args:
        known: Ascending, not all the same.
        is_heaped: Whether heaps are to be expected and say nothing.
    """
    apart = [] if is_heaped else heaps(known, width=usual_width(known))
    if len(apart) < 2:
        spread = _spread(known)
        middle = float(np.median(known))
        return spread, middle - FURTHEST * spread, middle + FURTHEST * spread
    middles = np.array([np.median(heap) for heap in apart])
    within = np.average([_spread(heap) for heap in apart], weights=[len(heap) for heap in apart])
    spread = float(max(within, np.diff(middles).min() / MOST_APART))
    return spread, float(middles[0]) - FURTHEST * spread, float(middles[-1]) + FURTHEST * spread


def _spread(ascending: Matrix) -> float:
    """The standard deviation that the middle half suggests; the values' own where that half is all the same."""
    low, high = np.quantile(ascending, [0.25, 0.75], method="linear")
    middle_half = float(high - low) / _TO_NORMAL
    return middle_half if middle_half >= 10.0**-_DIGITS else float(ascending.std())
