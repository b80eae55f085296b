"""How customers behave, in numbers that can be compared: the traits by which they are grouped."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import polars as pl

from custtier.models.one_cloud import Matrix

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

_DIGITS: Final = 9
_TO_NORMAL: Final = 1.349
"""The quartiles of normal numbers lie so many standard deviations apart."""


class Scale(StrEnum):
    """How a trait's values are made comparable."""

    LOG = "log"
    LOG_FROM_ONE = "log1p"
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
    Trait("usual_gap_days", Scale.LOG, is_heaped=False, is_of_once=False),
    Trait("recency_days", Scale.LOG_FROM_ONE, is_heaped=False, is_of_once=True),
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
    """The traits of customers: logarithms where values are skewed, less the median, in spreads of the middle half.

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
        scaled = _scaled(values, trait.scale)
        if scaled is not None:
            columns.append(scaled)
            used.append(trait)
    rows = np.column_stack(columns) if columns else np.empty((customers.height, 0))
    return Traits(tuple(used), rows)


def _scaled(values: pl.Series, scale: Scale) -> Matrix | None:
    """The values around 0, most of them within 1; None where they are all the same."""
    shown = values
    if scale is Scale.LOG:
        shown = values.log()
    elif scale is Scale.LOG_FROM_ONE:
        shown = values.log1p()
    known = np.sort(shown.drop_nulls().to_numpy())
    if not len(known):
        return None
    low, middle, high = np.quantile(known, [0.25, 0.5, 0.75], method="linear")
    spread = float(high - low) / _TO_NORMAL
    if spread < 10.0**-_DIGITS:
        spread = float(known.std())
    if spread < 10.0**-_DIGITS:
        return None
    centred = (shown.fill_null(float(middle)).to_numpy() - middle) / spread
    # another unit of money moves the last digits: they tell nobody apart
    found: Matrix = np.round(np.clip(centred, -FURTHEST, FURTHEST), _DIGITS) + 0.0
    return found
