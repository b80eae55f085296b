"""The named tiers by net sales: where each begins, who is in which, and what each comes to."""

from collections.abc import Sequence
from decimal import ROUND_CEILING

import polars as pl

from custtier.currencies import minor_digits
from custtier.models.concentration import lowest_of_best, lowest_of_fewest, parts_of
from custtier.tiering import PROSPECT, CutKind, TierCuts
from custtier.views.shares import divided


def tier_bounds(descending: pl.Series, *, cuts: TierCuts, currency: str | None) -> tuple[int, ...]:
    """The least net sales in each tier but the last: best first, ties up.

    Args:
        descending: Net sales of all customers, largest first, not empty.
        cuts: The tiers; the last is the rest.
        currency: Says how many digits an amount has; a fraction of the smallest unit is rounded up.
    """
    if cuts.kind is CutKind.SPENDING:
        unit = 10 ** minor_digits(currency)
        return tuple(int((amount * unit).to_integral_value(rounding=ROUND_CEILING)) for amount in cuts.amounts)
    if cuts.kind is CutKind.SALES:
        return tuple(lowest_of_fewest(descending, share=share) for share in cuts.shares)
    return tuple(lowest_of_best(descending, count=parts_of(descending.len(), share)) for share in cuts.shares)


def codes_by(bounds: Sequence[int], *, codes: Sequence[str]) -> pl.Expr:
    """The best tier whose bound `net_sales` reaches, else the last: an Enum of `codes`.

    Args:
        bounds: `tier_bounds`.
        codes: Best first, one more than bounds.
    """
    kind = pl.Enum(list(codes))
    tier = pl.lit(codes[-1], dtype=kind)
    for bound, code in reversed(list(zip(bounds, codes, strict=False))):
        tier = pl.when(pl.col("net_sales") >= bound).then(pl.lit(code, dtype=kind)).otherwise(tier)
    return tier


def tier_table(customers: pl.DataFrame, *, codes: Sequence[str]) -> pl.DataFrame:
    """One row per named tier, best first, those without a customer too.

    Args:
        customers: Uses `tier`, `net_sales`.
        codes: The tiers, best first.

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
        pl.DataFrame({"tier": list(codes)})
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


def with_prospects(tiers: pl.DataFrame, *, count: int) -> pl.DataFrame:
    """The table of tiers with a row for those who never bought; the same without any.

    Args:
        tiers: Of `tier_table`.
        count: How many.
    """
    if not count:
        return tiers
    row = pl.DataFrame({"tier": [PROSPECT], "customers": [count]}, schema_overrides={"customers": pl.Int64})
    return pl.concat([tiers, row], how="diagonal")
