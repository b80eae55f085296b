"""The named tiers: core, important, growing and regular customers by net sales."""

from fractions import Fraction

import polars as pl

from custtier.models.concentration import lowest_of_best, parts_of
from custtier.schema import TIERS
from custtier.settings import TierCuts
from custtier.views.shares import divided, exact

_WITH_PURCHASES = TIERS[:4]


def tier_bounds(descending: pl.Series, *, cuts: TierCuts) -> tuple[int, ...]:
    """The least net sales of core, important and growing customers: best first, ties up.

    Args:
        descending: Net sales of all customers, largest first, not empty.
        cuts: Shares of the customers at which core, important and growing end; regular is the rest.
    """
    return tuple(
        lowest_of_best(descending, count=parts_of(descending.len(), _bounded(cut)))
        for cut in (cuts.core, cuts.important, cuts.growing)
    )


def tier_codes(descending: pl.Series, *, cuts: TierCuts) -> pl.Expr:
    """The tier of each customer by `net_sales`: best first, each up to its share of the customers, ties up.

    Args:
        descending: Net sales of all customers, largest first, not empty.
        cuts: Shares of the customers at which core, important and growing end; regular is the rest.

    Returns:
        An expression over `net_sales`: an Enum of tier codes.
    """
    lowest = tier_bounds(descending, cuts=cuts)
    kind = pl.Enum(list(_WITH_PURCHASES))
    core, important, growing, regular = (pl.lit(code, dtype=kind) for code in _WITH_PURCHASES)
    sales = pl.col("net_sales")
    return (
        pl.when(sales >= lowest[0])
        .then(core)
        .when(sales >= lowest[1])
        .then(important)
        .when(sales >= lowest[2])
        .then(growing)
        .otherwise(regular)
    )


def tier_table(customers: pl.DataFrame) -> pl.DataFrame:
    """One row per named tier, best first, those without a customer too.

    Args:
        customers: Uses `tier`, `net_sales`.

    Returns:
        `tier` (text), `customers` (Int64), `customer_share` (Float64), `net_sales` (Int64), `sales_share` (Float64),
        `lowest_sales` (Int64, null without customers).
    """
    found = (
        customers.group_by("tier")
        .agg(
            pl.len().cast(pl.Int64).alias("customers"),
            pl.col("net_sales").sum(),
            pl.col("net_sales").min().alias("lowest_sales"),
        )
        .with_columns(pl.col("tier").cast(pl.String))
    )
    everyone, total = customers.height, int(customers.get_column("net_sales").sum())
    return (
        pl.DataFrame({"tier": list(_WITH_PURCHASES)})
        .join(found, on="tier", how="left", maintain_order="left")
        .with_columns(pl.col("customers", "net_sales").fill_null(0))
        .select(
            "tier",
            "customers",
            divided(pl.col("customers"), everyone).alias("customer_share"),
            "net_sales",
            divided(pl.col("net_sales"), total).alias("sales_share"),
            "lowest_sales",
        )
    )


def _bounded(cut: float) -> Fraction:
    return min(Fraction(1), max(Fraction(0), exact(cut)))
