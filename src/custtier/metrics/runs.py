"""Rhythm from sorted purchases: days with a purchase, gaps between them, sales of the last year before the last one.

Polars only, unlike the other metrics: facts lie sorted by account and day, so that one pass over neighbours gives what
otherwise takes a grouping by customer and day. Why, and how the same is said for any engine:
`docs/adr/0012-rhythm-on-sorted-runs.md`.
"""

import polars as pl

YEAR_DAYS = 365


def sorted_by_customer(purchases: pl.LazyFrame, *, accounts: pl.LazyFrame | None, is_sorted: bool) -> pl.LazyFrame:
    """The purchases of each customer as one run, its days ascending.

    Merged accounts are few: their purchases are sorted apart, the others stay as they lie.

    Args:
        purchases: Of `sales.purchases_as_of`.
        accounts: `schema.ACCOUNTS`; None when no account is merged.
        is_sorted: Whether `purchases` are sorted by `account_key`, `order_day`.

    Returns:
        `customer_key` (null for nobody's), `order_day`, `net_sales`; every customer's rows stand together, by day.
    """
    owned = purchases.rename({"account_key": "customer_key"})
    if accounts is None:
        return owned if is_sorted else owned.sort("customer_key", "order_day")
    if not is_sorted:
        persons = accounts.select(
            pl.col("account_key").alias("customer_key"), pl.col("customer_key").alias("person_key")
        )
        return (
            owned.join(persons, on="customer_key", how="left")
            .select(pl.coalesce("person_key", "customer_key").alias("customer_key"), "order_day", "net_sales")
            .sort("customer_key", "order_day")
        )
    merged = accounts.collect()
    touched = pl.concat([merged["account_key"], merged["customer_key"]]).unique()
    is_touched = pl.col("customer_key").is_in(touched.implode())
    apart = owned.filter(is_touched).with_columns(
        pl.col("customer_key").replace(merged["account_key"], merged["customer_key"])
    )
    alone = owned.filter(~is_touched | pl.col("customer_key").is_null())
    return pl.concat([alone, apart.sort("customer_key", "order_day")])


def customer_rhythm(runs: pl.LazyFrame, *, as_of_day: int) -> pl.LazyFrame:
    """Totals of each customer, the days with a purchase, and the sales of the 365 days that end on the last of them.

    Args:
        runs: Of `sorted_by_customer`.
        as_of_day: Number of the last day observed.

    Returns:
        One row per `customer_key` (null included): the columns of `totals.customer_totals`, `purchase_days` (Int64),
        `last_year_sales` (Int64, minor units), `bought_year_before` (whether there is a purchase in the 365 days before
        the last 365).
    """
    day, sales = pl.col("order_day"), pl.col("net_sales")
    customer = pl.col("customer_key")
    # the next row's day is null under the very last row, whoever it belongs to
    is_last = customer.ne_missing(customer.shift(-1)) | day.shift(-1).is_null()
    is_recent = day > pl.when(is_last).then(day).otherwise(None).backward_fill() - YEAR_DAYS
    return (
        runs.with_columns(
            _is_new_day().alias("is_new_day"),
            pl.when(is_recent).then(sales).otherwise(0).alias("recent_sales"),
            day.is_between(as_of_day - 2 * YEAR_DAYS + 1, as_of_day - YEAR_DAYS).alias("is_year_before"),
        )
        .group_by("customer_key")
        .agg(
            pl.len().cast(pl.Int64).alias("order_count"),
            sales.sum(),
            day.min().alias("first_day"),
            day.max().alias("last_day"),
            pl.col("is_new_day").sum().cast(pl.Int64).alias("purchase_days"),
            pl.col("recent_sales").sum().alias("last_year_sales"),
            pl.col("is_year_before").any().alias("bought_year_before"),
        )
    )


def gap_counts(runs: pl.LazyFrame) -> pl.LazyFrame:
    """How often each gap between a customer's purchase day and the next one occurs, over all customers.

    Args:
        runs: Of `sorted_by_customer`.

    Returns:
        One row per `gap_days` (Int32, at least 1): `gaps` (Int64).
    """
    day, customer = pl.col("order_day"), pl.col("customer_key")
    same = (customer == customer.shift(1)).fill_null(value=False)
    return (
        runs.select(pl.when(same).then(day - day.shift(1)).otherwise(None).alias("gap_days"))
        .filter(pl.col("gap_days") > 0)
        .group_by("gap_days")
        .agg(pl.len().cast(pl.Int64).alias("gaps"))
    )


def _is_new_day() -> pl.Expr:
    """Whether a row is the first of its customer and day."""
    customer, day = pl.col("customer_key"), pl.col("order_day")
    return customer.ne_missing(customer.shift(1)) | day.ne_missing(day.shift(1))
