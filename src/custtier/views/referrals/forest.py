"""Everybody who brought somebody or was brought: above whom and below whom they stand, and what that comes to."""

from dataclasses import dataclass

import polars as pl

from custtier.metrics.runs import YEAR_DAYS
from custtier.models.forests import NONE, Ints, generations, heights, sums_below
from custtier.views.basis import Basis
from custtier.views.columns.orders import bought_by
from custtier.views.referrals.edges import Edges


@dataclass(frozen=True)
class Forest:
    """Everybody who brought somebody or was brought.

    Args:
        people: One row a person, in the order of `customer_id`: `customer_key`, `customer_id`, `name`, `phone`,
            `referrer_id` (who brought them), `origin`, `said_on`, `order_count`, `net_sales` (0 of who bought nothing),
            `first_year_sales` (net sales of the 365 days from their first purchase on), `is_buyer`, `generation` (how
            many stand above), `referred_count`, `referred_buyers`, `referred_sales`, `referred_first_year_sales` (of
            those whom they brought themselves), `below_count`, `below_buyers`, `below_sales` (of all below them),
            `generations_below`, `value_with_referred`, `value_with_below` (their own net sales and those).
        parents: The place of the one who brought each, `forests.NONE` for nobody.
    """

    people: pl.DataFrame
    parents: Ints


def forest_of(edges: Edges, *, basis: Basis, totals: pl.DataFrame) -> Forest:
    """The trees of who brought whom, with what everybody bought in scope up to the day observed.

    Args:
        edges: Without rings.
        basis: The orders used.
        totals: `views.basis.totals_in`.
    """
    people = _people(edges, basis=basis, totals=totals)
    numbered = people.select("customer_key", pl.int_range(pl.len(), dtype=pl.Int64).alias("above"))
    above = people.join(
        numbered, left_on="referrer_key", right_on="customer_key", how="left", maintain_order="left"
    ).get_column("above")
    parents = above.fill_null(NONE).to_numpy()
    brought = (
        people.filter(pl.col("referrer_key").is_not_null())
        .group_by("referrer_key")
        .agg(
            pl.len().cast(pl.Int64).alias("referred_count"),
            pl.col("is_buyer").sum().cast(pl.Int64).alias("referred_buyers"),
            pl.col("net_sales").sum().alias("referred_sales"),
            pl.col("first_year_sales").sum().alias("referred_first_year_sales"),
        )
    )
    counts = ("referred_count", "referred_buyers", "referred_sales", "referred_first_year_sales")
    ones = pl.Series("one", [1], dtype=pl.Int64).new_from_index(0, people.height)
    below = {"below_count": ones, "below_buyers": people["is_buyer"].cast(pl.Int64), "below_sales": people["net_sales"]}
    placed = (
        people.join(brought, left_on="customer_key", right_on="referrer_key", how="left", maintain_order="left")
        .with_columns(pl.col(counts).fill_null(0))
        .with_columns(
            pl.Series("generation", generations(parents), dtype=pl.Int64),
            pl.Series("generations_below", heights(parents), dtype=pl.Int64),
            *(
                pl.Series(name, sums_below(parents, values.to_numpy()), dtype=pl.Int64)
                for name, values in below.items()
            ),
        )
        .with_columns(
            (pl.col("net_sales") + pl.col("referred_sales")).alias("value_with_referred"),
            (pl.col("net_sales") + pl.col("below_sales")).alias("value_with_below"),
        )
    )
    ids = placed.select(referrer_key="customer_key", referrer_id="customer_id")
    return Forest(placed.join(ids, on="referrer_key", how="left", maintain_order="left"), parents)


def _people(edges: Edges, *, basis: Basis, totals: pl.DataFrame) -> pl.DataFrame:
    """One row a person, in the order of ids; who has none comes last, by a key that decides no figure."""
    rows = edges.rows
    keys = pl.concat([rows.get_column("customer_key"), rows.get_column("referrer_key")]).unique()
    known = basis.facts.customers.select("customer_key", "customer_id", "name", "phone")
    bought = totals.lazy().select("customer_key", "order_count", "net_sales")
    return (
        keys.alias("customer_key")
        .to_frame()
        .lazy()
        .join(known, on="customer_key", how="left")
        .join(rows.lazy(), on="customer_key", how="left")
        .join(bought, on="customer_key", how="left")
        .join(first_year_sales(basis, keys, totals=totals), on="customer_key", how="left")
        .with_columns(pl.col("order_count").is_not_null().alias("is_buyer"))
        .with_columns(pl.col("order_count", "net_sales", "first_year_sales").fill_null(0))
        .sort("customer_id", "customer_key", nulls_last=True)
        .collect()
    )


def first_year_sales(basis: Basis, keys: pl.Series, *, totals: pl.DataFrame) -> pl.LazyFrame:
    """`customer_key`, `first_year_sales`: net sales of the 365 days from the first purchase on, as of the day."""
    first = totals.lazy().select("customer_key", "first_day").filter(pl.col("customer_key").is_in(keys.implode()))
    return (
        bought_by(basis)
        .join(first, on="customer_key")
        .filter(pl.col("order_day") < pl.col("first_day") + YEAR_DAYS)
        .group_by("customer_key")
        .agg(pl.col("net_sales").sum().alias("first_year_sales"))
    )
