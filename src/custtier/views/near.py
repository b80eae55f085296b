"""Who is within reach of the next tier: how much money is missing, to the minor unit, and how many usual orders."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

import polars as pl

from custtier.currencies import minor_digits
from custtier.errors import usage_error
from custtier.facts import Facts
from custtier.schema import TIERS
from custtier.views.people import with_people
from custtier.views.shares import parse_share

USUAL_SHARE: Final = Fraction(15, 100)
"""Who lacks at most this part of a bound is near it, however small their orders are."""

COLUMNS: Final = (
    "customer_id",
    "name",
    "phone",
    "tier",
    "next_tier",
    "needed_sales",
    "needed_orders",
    "net_sales",
    "order_count",
    "average_order",
    "last_order_on",
    "platforms",
)
"""Columns of the table `near`."""

_RANK: Final = 2**50
"""Above any amount: the tier in reach decides the place in the list before the amount does."""


@dataclass(frozen=True)
class Reach:
    """How far from the next tier is near.

    Args:
        share: A part of the least net sales of the next tier.
        amount: Net sales, minor units.
        or_usual_order: Whether what one usual order brings is near, too.
    """

    share: Fraction = Fraction(0)
    amount: int = 0
    or_usual_order: bool = False


def parse_reach(text: str | None, *, currency: str | None) -> Reach:
    """What `--within` means: `10%` of the next tier's least net sales, or an amount such as `200` or `199.90`.

    Args:
        text: What was typed; None for one usual order or 15 %.
        currency: Says how many digits an amount may have.

    Raises:
        CusttierError: `bad-share`, `bad-within`.
    """
    if text is None:
        return Reach(share=USUAL_SHARE, or_usual_order=True)
    cleaned = text.strip()
    if cleaned.endswith(("%", "％")):
        return Reach(share=parse_share(cleaned, option="--within"))
    digits = minor_digits(currency)
    if re.fullmatch(rf"[0-9]{{1,12}}(\.[0-9]{{1,{digits}}})?" if digits else "[0-9]{1,12}", cleaned):
        amount = int(Decimal(cleaned).scaleb(digits))
        if amount:
            return Reach(amount=amount)
    raise usage_error(
        "bad-within",
        "--within was given {text!r}, a share or an amount above 0 is expected",
        hint="write it as 15% or as 200",
        text=text,
    )


def near_table(
    named: pl.DataFrame, *, bounds: Sequence[int], reach: Reach, facts: Facts, rows: int | None
) -> tuple[pl.DataFrame, int]:
    """Everyone who would rise with a little more, the best tier in reach first, then whoever lacks least.

    With `needed_sales` more a customer is in `next_tier`, given that everybody else stays; with one minor unit less
    they are not. Bounds are those of so many best customers: whoever overtakes the last of them becomes one, and
    whoever ties with the last is in, so that what is needed is exactly what is missing to the bound. A tier that ties
    leave to nobody is nobody's next one.

    Args:
        named: Uses `customer_key`, `net_sales`, `order_count`, `last_day`, `tier`.
        bounds: `named_tiers.tier_bounds`, best tier first.
        reach: How far is near.
        facts: Knows the customers.
        rows: How many rows will be shown; None for all.

    Returns:
        `COLUMNS`, and how many there are in all.
    """
    sales = pl.col("net_sales")
    landing = {bound: place for place, bound in reversed(list(enumerate(bounds)))}
    place, bound = pl.lit(None, dtype=pl.Int64), pl.lit(None, dtype=pl.Int64)
    for least, best in sorted(landing.items(), reverse=True):
        place = pl.when(sales < least).then(pl.lit(best, dtype=pl.Int64)).otherwise(place)
        bound = pl.when(sales < least).then(pl.lit(least, dtype=pl.Int64)).otherwise(bound)
    needed = pl.col("needed_sales").cast(pl.Int128)
    is_near = (needed <= reach.amount) | (needed * reach.share.denominator <= pl.col("bound") * reach.share.numerator)
    if reach.or_usual_order:
        is_near |= needed * pl.col("order_count") <= sales
    found = (
        named.lazy()
        .with_columns(place.alias("place"), bound.alias("bound"), (bound - sales).alias("needed_sales"))
        .filter(pl.col("place").is_not_null())
        .filter(is_near)
        .with_columns(
            ((needed * pl.col("order_count") + sales - 1) // sales).cast(pl.Int64).alias("needed_orders"),
            ((2 * sales + pl.col("order_count")) // (2 * pl.col("order_count"))).alias("average_order"),
            pl.col("place").replace_strict(dict(enumerate(TIERS)), return_dtype=pl.String).alias("next_tier"),
            (-pl.col("place") * _RANK - pl.col("needed_sales")).alias("nearness"),
        )
        .collect(engine="in-memory")
    )
    table = with_people(found, facts=facts, largest_first="nearness", rows=rows)
    return (
        table.head(found.height if rows is None else rows)
        .with_columns(pl.from_epoch("last_day", time_unit="d").alias("last_order_on"), pl.col("tier").cast(pl.String))
        .select(COLUMNS),
        found.height,
    )
