"""Whom each customer brought: how many, how many of them bought, and for how much."""

from dataclasses import dataclass

import polars as pl

from custtier.views.basis import Basis
from custtier.views.referrals.edges import edges_of
from custtier.views.referrals.statements import Told


@dataclass(frozen=True)
class Referrals:
    """What is known of who brought whom.

    Args:
        rows: `customers` with `referred_count`, `referred_buyers` (Int64) and `referred_sales` (Int64, minor units);
            null where nothing that is said of it means anybody known.
        unknown: Different texts that name nobody known, or several people.
    """

    rows: pl.DataFrame
    unknown: int


def with_referrals(customers: pl.DataFrame, *, basis: Basis, told: Told) -> Referrals:
    """`customers` with the people whom each brought, and what these bought up to the day observed.

    Args:
        customers: One row per `customer_key`, with `net_sales`.
        basis: The orders used.
        told: How it is read who brought whom.
    """
    edges = edges_of(basis, told)
    brought = (
        edges.rows.join(customers.select("customer_key", "net_sales"), on="customer_key", how="left")
        .group_by("referrer_key")
        .agg(
            pl.len().cast(pl.Int64).alias("referred_count"),
            pl.col("net_sales").count().cast(pl.Int64).alias("referred_buyers"),
            pl.col("net_sales").sum().alias("referred_sales"),
        )
    )
    rows = customers.join(brought, left_on="customer_key", right_on="referrer_key", how="left", maintain_order="left")
    if edges.rows.height or edges.refused.height:
        rows = rows.with_columns(pl.col("referred_count", "referred_buyers", "referred_sales").fill_null(0))
    return Referrals(rows, unknown=edges.unknown_texts)
