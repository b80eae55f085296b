"""Totals and rhythm from sorted purchases: each customer's rows stand together, so that neighbours tell them apart.

Polars only, unlike the other metrics: facts lie sorted by account and day, and one pass over neighbours takes half of
the time of a grouping, for rhythm a quarter. Why, and how the same is said for any engine:
`docs/adr/0012-runs-of-sorted-purchases.md`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

YEAR_DAYS = 365

_BLOCK_ROWS = 200_000

_CUSTOMER = pl.col("customer_key")
_DAY = pl.col("order_day")
_SALES = pl.col("net_sales")


@dataclass(frozen=True)
class Runs:
    """Purchases in which the rows of one customer stand together, by day: `customer_key`, `order_day`, `net_sales`.

    Args:
        rows: Purchases as the facts hold them, each account taken for a customer.
        first: Where in `rows` each customer's run begins; without the accounts that were merged.
        last: Where it ends.
        merged: The rows of merged accounts, and of those that they were merged into; None without any.
        apart: The same rows under their customers, sorted anew.
    """

    rows: pl.DataFrame
    first: pl.Series
    last: pl.Series
    merged: pl.DataFrame | None = None
    apart: pl.DataFrame | None = None


def runs_of(purchases: pl.LazyFrame, *, accounts: pl.LazyFrame | None, is_sorted: bool) -> Runs:
    """The purchases of each customer as one run.

    Merged accounts are few: their purchases are sorted apart, the others stay as they lie.

    Args:
        purchases: Of `sales.purchases_as_of`.
        accounts: `schema.ACCOUNTS`; None when no account is merged.
        is_sorted: Whether `purchases` are sorted by `account_key`, `order_day`.
    """
    lying = purchases.rename({"account_key": "customer_key"})
    rows = lying.collect(engine="streaming") if is_sorted else lying.collect().sort("customer_key", "order_day")
    first, last = _bounds(rows)
    if accounts is None:
        return Runs(rows, first, last)
    pairs = accounts.collect()
    touched = pl.concat([pairs["account_key"], pairs["customer_key"]]).unique()
    is_merged = rows["customer_key"].gather(last).is_in(touched.implode()).fill_null(value=False)
    places = pl.DataFrame({"first": first, "last": last}).filter(is_merged)
    merged = rows[places.select(pl.int_ranges("first", pl.col("last") + 1).explode()).to_series().drop_nulls()]
    apart = merged.with_columns(_CUSTOMER.replace(pairs["account_key"], pairs["customer_key"]))
    return Runs(
        rows, first.filter(~is_merged), last.filter(~is_merged), merged, apart.sort("customer_key", "order_day")
    )


def run_totals(runs: Runs) -> pl.DataFrame:
    """What `totals.customer_totals` gives: orders, net sales, first and last day of each customer.

    Args:
        runs: Of `runs_of`.

    Returns:
        One row per `customer_key` (null included): `order_count` (Int64), `net_sales` (Int64, minor units),
        `first_day` and `last_day` (Int32).
    """
    return pl.concat([_summed(*part, sums={}) for part in _parts(runs)])


def run_rhythm(runs: Runs) -> pl.DataFrame:
    """Totals of each customer, the days with a purchase, and the sales of the 365 days that end on the last of them.

    Args:
        runs: Of `runs_of`.

    Returns:
        One row per `customer_key` (null included): the columns of `run_totals`, `purchase_days` (Int64),
        `last_year_sales` (Int64, minor units).
    """
    last_day = pl.when(_is_last()).then(_DAY).otherwise(None).backward_fill()
    sums = {
        "purchase_days": (_CUSTOMER.ne_missing(_CUSTOMER.shift(1)) | _DAY.ne_missing(_DAY.shift(1))),
        "last_year_sales": pl.when(last_day - YEAR_DAYS < _DAY).then(_SALES).otherwise(0),
    }
    return pl.concat([_summed(*part, sums=sums) for part in _parts(runs)])


def buyers_between(runs: Runs, *, first_day: int, last_day: int) -> int:
    """How many customers bought between two days, both included.

    Args:
        runs: Of `runs_of`.
        first_day: Day number.
        last_day: Day number.
    """

    def buyers(rows: pl.DataFrame | None) -> int:
        if rows is None:
            return 0
        within = rows.lazy().filter(_DAY.is_between(first_day, last_day))
        is_new = _CUSTOMER.is_not_null() & _CUSTOMER.ne_missing(_CUSTOMER.shift(1))
        return int(within.select(is_new.sum()).collect().item())

    return buyers(runs.rows) - buyers(runs.merged) + buyers(runs.apart)


def gap_counts(runs: Runs) -> pl.DataFrame:
    """How often each gap between a customer's purchase day and the next one occurs, over all customers.

    Args:
        runs: Of `runs_of`.

    Returns:
        One row per `gap_days` (Int32, at least 1): `gaps` (Int64, at least 1).
    """
    signed = [(runs.rows, 1), (runs.merged, -1), (runs.apart, 1)]
    same = (_CUSTOMER.shift(1) == _CUSTOMER).fill_null(value=False)
    counted = [
        rows.lazy()
        .select(pl.when(same).then(_DAY - _DAY.shift(1)).otherwise(None).alias("gap_days"))
        .filter(pl.col("gap_days") > 0)
        .group_by("gap_days")
        .agg((pl.len().cast(pl.Int64) * sign).alias("gaps"))
        for rows, sign in signed
        if rows is not None
    ]
    return pl.concat(counted).group_by("gap_days").agg(pl.col("gaps").sum()).filter(pl.col("gaps") > 0).collect()


def _is_last() -> pl.Expr:
    """Whether a row is the last of its customer; the next row's day is null under the very last row."""
    return _CUSTOMER.ne_missing(_CUSTOMER.shift(-1)) | _DAY.shift(-1).is_null()


def _bounds(rows: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """Where each customer's run begins and ends."""
    last = rows.select(_is_last().arg_true().cast(pl.Int64)).to_series()
    return (last.shift(1, fill_value=-1) + 1).alias("first"), last.alias("last")


def _parts(runs: Runs) -> list[tuple[pl.DataFrame, pl.Series, pl.Series]]:
    """The rows, the beginnings and the ends: those that lie as they are, those sorted apart."""
    parts = [(runs.rows, runs.first, runs.last)]
    if runs.apart is not None:
        parts.append((runs.apart, *_bounds(runs.apart)))
    return parts


def _summed(rows: pl.DataFrame, first: pl.Series, last: pl.Series, *, sums: dict[str, pl.Expr]) -> pl.DataFrame:
    """Totals of each run, and the sums of further columns."""
    blocks = [
        _block_sums(rows.slice(begin, end - begin + 1), some_first - begin, some_last - begin, sums=sums)
        for begin, end, some_first, some_last in _blocks(first, last)
    ]
    # one after the other: several at once contend for memory and take longer
    return pl.concat([block.collect() for block in blocks or [_block_sums(rows.clear(), first, last, sums=sums)]])


def _blocks(first: pl.Series, last: pl.Series) -> Iterator[tuple[int, int, pl.Series, pl.Series]]:
    """Whole runs in blocks of rows that stay in the processor's cache: twice as fast as all rows at once."""
    start = 0
    while start < first.len():
        begin = int(first[start])
        stop = max(start + 1, int(last.search_sorted(begin + _BLOCK_ROWS, side="left")))
        yield begin, int(last[stop - 1]), first.slice(start, stop - start), last.slice(start, stop - start)
        start = stop


def _block_sums(rows: pl.DataFrame, first: pl.Series, last: pl.Series, *, sums: dict[str, pl.Expr]) -> pl.LazyFrame:
    """The same of one block; a run's sum is what the running sum has grown by from its first row to its last."""
    begin, end = pl.lit(first), pl.lit(last)
    running = {"net_sales": _SALES, **sums}

    def total(name: str) -> pl.Expr:
        so_far = pl.col(f"{name}_so_far")
        return so_far.gather(end) - so_far.gather(begin) + pl.col(name).gather(begin)

    return (
        rows.lazy()
        .with_columns(expression.cast(pl.Int64).alias(name) for name, expression in running.items())
        .with_columns(pl.col(name).cum_sum().name.suffix("_so_far") for name in running)
        .select(
            _CUSTOMER.gather(end),
            pl.lit(last - first + 1).alias("order_count"),
            _DAY.gather(begin).alias("first_day"),
            _DAY.gather(end).alias("last_day"),
            *(total(name).alias(name) for name in running),
        )
    )
