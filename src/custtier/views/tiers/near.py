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
from custtier.views.people import with_people
from custtier.views.shares import parse_share
from custtier.views.tiers.lists import TierList
from custtier.views.tiers.rising import Rising
from custtier.views.tiers.standing import Standing

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


@dataclass(frozen=True)
class Near:
    """Who is within reach of the next tier is asked.

    Args:
        within: How far that is, as typed: see `parse_reach`.
    """

    within: str | None = None

    def listed(self, state: Standing, *, facts: Facts, rows: int | None) -> TierList:
        """The table `near`, and how many they are.

        Raises:
            CusttierError: Those of `parse_reach`.
        """
        reach = parse_reach(self.within, currency=state.everyone.basis.currency)
        named, codes = state.told.named, state.codes
        table, count = near_table(named, rising=state.rising, codes=codes, reach=reach, facts=facts, rows=rows)
        return TierList(
            {"near": table}, {"near": count}, {"near_customers": count}, {"near": True, "within": self.within}
        )


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
    named: pl.DataFrame, *, rising: Rising, codes: Sequence[str], reach: Reach, facts: Facts, rows: int | None
) -> tuple[pl.DataFrame, int]:
    """Everyone who would rise with a little more, the best tier in reach first, then whoever lacks least.

    With `needed_sales` more a customer is in `next_tier`, given that everybody else stays; with one minor unit less
    they are not: see `Rising.needed`. A tier that ties leave to nobody is nobody's next one. Who falls out of a tier by
    the margin that holds others in it needs no more than to be within it.

    Args:
        named: Uses `customer_key`, `net_sales`, `order_count`, `last_day`, `tier`.
        rising: What each tier takes.
        codes: The tiers, best first.
        reach: How far is near.
        facts: Knows the customers.
        rows: How many rows will be shown; None for all.

    Returns:
        `COLUMNS`, and how many there are in all.
    """
    sales, needed = pl.col("net_sales"), pl.col("needed_sales").cast(pl.Int128)
    least = needed + sales
    is_near = (needed <= reach.amount) | (needed * reach.share.denominator <= least * reach.share.numerator)
    if reach.or_usual_order:
        is_near |= needed * pl.col("order_count") <= sales
    found = (
        _with_next(named, rising=rising)
        .lazy()
        .filter(pl.col("place").is_not_null())
        .filter(is_near)
        .with_columns(
            ((needed * pl.col("order_count") + sales - 1) // sales).cast(pl.Int64).alias("needed_orders"),
            average_order().alias("average_order"),
            pl.col("place").replace_strict(dict(enumerate(codes)), return_dtype=pl.String).alias("next_tier"),
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


def average_order() -> pl.Expr:
    """What one order brings, halves up, from `net_sales` and `order_count`."""
    return (2 * pl.col("net_sales") + pl.col("order_count")) // (2 * pl.col("order_count"))


def _with_next(named: pl.DataFrame, *, rising: Rising) -> pl.DataFrame:
    """The customers with `needed_sales` and the `place` that it brings them to; null for those of the best tier."""
    sales, tier = named.get_column("net_sales"), named.get_column("tier").to_physical().cast(pl.Int64)
    within = named.get_column("held_within") if "held_within" in named.columns else None
    needed, place = (pl.repeat(None, named.height, dtype=pl.Int64, eager=True) for _ in range(2))
    for better in reversed(range(len(rising.bounds))):
        lacks = rising.needed(sales, place=better)
        if within is not None:
            falls = within.eq_missing(better)
            lacks = rising.needed_to_hold(sales, place=better).zip_with(falls, lacks)
        # the next tier that somebody is not in yet; where a better one takes no more, they land in that
        lands = (tier > better) & (needed.is_null() | (lacks <= needed))
        needed = needed.zip_with(~lands, lacks)
        place = place.zip_with(~lands, pl.repeat(better, named.height, dtype=pl.Int64, eager=True))
    return named.with_columns(needed.alias("needed_sales"), place.alias("place"))
