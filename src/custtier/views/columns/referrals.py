"""What is known of who brought whom, one row per customer."""

import polars as pl

from custtier.views.basis import Basis, totals_in
from custtier.views.referrals.edges import edges_of
from custtier.views.referrals.statements import Told


def referral_columns(basis: Basis, told: Told) -> pl.DataFrame:
    """The family `referrals`: one row per customer with a purchase, and per other who brought or was brought.

    Returns:
        `customer_key`, `referred_count` (Int64, people brought), `referred_sales` (Int64, minor units, their net sales
        up to the day observed), `is_referred` (Boolean, whether somebody brought the customer). No row where nothing
        says who brought anybody.
    """
    edges = edges_of(basis, told)
    totals = totals_in(basis).lazy().filter(pl.col("customer_key").is_not_null()).select("customer_key", "net_sales")
    rows = edges.rows.lazy()
    brought = (
        rows.join(totals, on="customer_key", how="left")
        .group_by("referrer_key")
        .agg(pl.len().cast(pl.Int64).alias("referred_count"), pl.col("net_sales").sum().alias("referred_sales"))
    )
    keys = [totals.select("customer_key"), rows.select("customer_key"), brought.select(customer_key="referrer_key")]
    everybody = pl.concat(keys).unique()
    return (
        everybody.filter(pl.lit(edges.named))
        .join(brought, left_on="customer_key", right_on="referrer_key", how="left")
        .join(rows.select("customer_key", pl.lit(value=True).alias("is_referred")), on="customer_key", how="left")
        .with_columns(
            pl.col("referred_count", "referred_sales").fill_null(0), pl.col("is_referred").fill_null(value=False)
        )
        .collect()
    )
