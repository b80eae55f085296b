"""Totals and rhythm from sorted purchases: each customer's rows stand together, so that neighbours tell them apart.

Polars only, unlike the other metrics: facts lie sorted by account and day, and one pass over neighbours, block by
block, costs little more than reading them. Why, and how the same is said for any engine:
`docs/adr/0012-runs-of-sorted-purchases.md`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

YEAR_DAYS: Final = 365

_BLOCK_ROWS = 400_000
"""Rows taken at once: they stay in the processor's cache."""

_NOTHING = pl.DataFrame(schema={"customer_key": pl.Int64, "order_day": pl.Int32, "net_sales": pl.Int64})
_NO_DAYS: Final[Mapping[str, int]] = {}

_CUSTOMER = pl.col("customer_key")
_DAY = pl.col("order_day")
_SALES = pl.col("net_sales")


@dataclass(frozen=True)
class Ledger:
    """Purchases and whose they are.

    Args:
        purchases: Of `sales.purchases_as_of`.
        accounts: `schema.ACCOUNTS`; None when no account is merged.
        is_sorted: Whether `purchases` are sorted by `account_key`, `order_day`.
    """

    purchases: pl.LazyFrame
    accounts: pl.LazyFrame | None
    is_sorted: bool


@dataclass(frozen=True)
class Rhythm:
    """What the runs of a ledger say.

    Args:
        customers: One row per `customer_key` (null included): the columns of `totals.customer_totals`,
            `purchase_days` (Int64), `last_year_sales` (Int64, minor units: of the 365 days that end on the last
            purchase), `year_before_orders` (Int64: purchases in the 365 days before the last 365).
        gaps: How often each gap between a customer's purchase day and the next one occurs, over all customers:
            `gap_days` (Int32, at least 1), `gaps` (Int64, at least 1), `first_gaps` (Int64: how many of them lie
            between a customer's first two purchase days). None when it was not asked for.
    """

    customers: pl.DataFrame
    gaps: pl.DataFrame | None


def run_totals(ledger: Ledger) -> pl.DataFrame:
    """What `totals.customer_totals` gives: orders, net sales, first and last day of each customer.

    Returns:
        One row per `customer_key` (null included): `order_count` (Int64), `net_sales` (Int64, minor units),
        `first_day` and `last_day` (Int32).
    """
    return _measured(ledger, sums={}, with_gaps=False).customers


def run_window(ledger: Ledger, *, since_day: int) -> pl.DataFrame:
    """What `run_totals` gives, and the orders and net sales of the days from `since_day` on.

    Args:
        ledger: The purchases.
        since_day: Number of the first day of the window.

    Returns:
        The columns of `run_totals`, `window_orders` (Int64), `window_sales` (Int64, minor units).
    """
    return _measured(ledger, sums=_window_sums(since_day), with_gaps=False).customers


def run_until(ledger: Ledger, *, until: Mapping[str, int]) -> pl.DataFrame:
    """What `run_totals` gives, and the same of the purchases up to some days.

    Args:
        ledger: The purchases.
        until: Name → number of the last day that counts.

    Returns:
        The columns of `run_totals`, and for each name `<name>_orders`, `<name>_sales` (Int64, minor units) and
        `<name>_last` (Int32, null without a purchase up to the day).
    """
    return _measured(ledger, sums={}, until=until, with_gaps=False).customers


def run_rhythm(
    ledger: Ledger, *, as_of_day: int, with_gaps: bool, since_day: int | None = None, season_days: int | None = None
) -> Rhythm:
    """Totals of each customer, the days with a purchase, and the sales of the 365 days that end on the last of them.

    Args:
        ledger: The purchases.
        as_of_day: Number of the last day observed.
        with_gaps: Count the gaps too.
        since_day: Number of the first day of a window: `window_orders` and `window_sales` of `run_window` are told too.
        season_days: Tell `off_season_orders` (Int64) too: purchases on days of the year that lie more than so many days
            before and after that of the last purchase.
    """
    last_day = pl.when(_is_last()).then(_DAY).otherwise(None).backward_fill()
    sums = {
        "purchase_days": (_CUSTOMER.ne_missing(_CUSTOMER.shift(1)) | _DAY.ne_missing(_DAY.shift(1))).cast(pl.Int32),
        "last_year_sales": pl.when(last_day - YEAR_DAYS < _DAY).then(_SALES).otherwise(0),
        "year_before_orders": _DAY.is_between(as_of_day - 2 * YEAR_DAYS + 1, as_of_day - YEAR_DAYS).cast(pl.Int32),
    }
    if since_day is not None:
        sums |= _window_sums(since_day)
    if season_days is not None:
        # in quarters of days a year is a whole number
        turned = ((last_day - _DAY + season_days) * 4) % 1461
        sums["off_season_orders"] = (turned > season_days * 8).cast(pl.Int32)
    return _measured(ledger, sums=sums, with_gaps=with_gaps)


def _window_sums(since_day: int) -> dict[str, pl.Expr]:
    is_inside = since_day <= _DAY
    return {"window_orders": is_inside.cast(pl.Int32), "window_sales": pl.when(is_inside).then(_SALES).otherwise(0)}


def _measured(
    ledger: Ledger, *, sums: Mapping[str, pl.Expr], with_gaps: bool, until: Mapping[str, int] = _NO_DAYS
) -> Rhythm:
    """Goes through the runs once.

    Merged accounts are few: their rows are left out where they lie, and sorted apart under their customers.
    """
    pairs = None if ledger.accounts is None else ledger.accounts.collect()
    touched = None if pairs is None else pl.concat([pairs["account_key"], pairs["customer_key"]]).unique().sort()
    customers, gaps, merged = [], [], []
    for rows in _whole_runs(_batches(ledger)):
        first, last = _bounds(rows)
        found = _summed(rows, first, last, sums=sums, until=until)
        if touched is not None:
            is_merged = _are_among(found.get_column("customer_key"), touched)
            merged.append(_rows_of(rows, first.filter(is_merged), last.filter(is_merged)))
            found = found.filter(~is_merged)
        customers.append(found)
        if with_gaps:
            gaps.append(_gaps(rows, sign=1))
    if pairs is not None and merged:
        lying = pl.concat(merged)
        apart = lying.with_columns(_CUSTOMER.replace(pairs["account_key"], pairs["customer_key"]))
        apart = apart.sort("customer_key", "order_day")
        customers.append(_summed(apart, *_bounds(apart), sums=sums, until=until))
        if with_gaps:
            gaps += [_gaps(lying, sign=-1), _gaps(apart, sign=1)]
    return Rhythm(pl.concat(customers), _counted(gaps) if with_gaps else None)


def _batches(ledger: Ledger) -> Iterator[pl.DataFrame]:
    """The purchases in blocks, sorted by customer and day, each account taken for a customer."""
    lying = ledger.purchases.rename({"account_key": "customer_key"})
    if not ledger.is_sorted:
        lying = lying.sort("customer_key", "order_day")
    return lying.collect_batches(chunk_size=_BLOCK_ROWS, maintain_order=True, engine="streaming")


def _whole_runs(batches: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The same rows in blocks that end where a run ends; one block at least."""
    pending: list[pl.DataFrame] = [_NOTHING]
    for batch in batches:
        if batch.is_empty():
            continue
        keys = batch.get_column("customer_key")
        others = keys.ne_missing(keys.item(-1)).arg_true()
        last_run = int(others.item(-1)) + 1 if others.len() else 0
        if last_run == 0 and pending[-1].get_column("customer_key").tail(1).equals(keys.head(1), null_equal=True):
            # one run over several batches: nothing to look at before it ends
            pending.append(batch)
            continue
        yield pl.concat([*pending, batch.head(last_run)])
        pending = [batch.slice(last_run)]
    yield pl.concat(pending)


def _is_last() -> pl.Expr:
    """Whether a row is the last of its customer; the next row's day is null under the very last row."""
    return _CUSTOMER.ne_missing(_CUSTOMER.shift(-1)) | _DAY.shift(-1).is_null()


def _bounds(rows: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """Where each customer's run begins and ends."""
    keys = rows.get_column("customer_key")
    begins = keys.ne_missing(keys.shift(1)).arg_true().cast(pl.Int64)
    if rows.height and (begins.is_empty() or begins.item(0) != 0):
        # before the first row there is null, as under nobody's rows
        begins = pl.concat([pl.Series([0], dtype=pl.Int64), begins])
    return begins.alias("first"), (begins.shift(-1, fill_value=rows.height) - 1).alias("last")


def _are_among(keys: pl.Series, touched: pl.Series) -> pl.Series:
    """Which keys are among the sorted `touched`; a block of sorted customers meets only a stretch of them."""
    known = keys.drop_nulls()
    if known.is_empty():
        return keys.is_not_null()
    low, high = touched.search_sorted(pl.Series([known.min(), known.max()]), side="left")
    return keys.is_in(touched.slice(low, high - low + 1).implode()).fill_null(value=False)


def _rows_of(rows: pl.DataFrame, first: pl.Series, last: pl.Series) -> pl.DataFrame:
    """The rows of some runs."""
    places = pl.select(pl.int_ranges(first, last + 1).explode(empty_as_null=False)).to_series()
    return rows[places]


def _summed(
    rows: pl.DataFrame,
    first: pl.Series,
    last: pl.Series,
    *,
    sums: Mapping[str, pl.Expr],
    until: Mapping[str, int],
) -> pl.DataFrame:
    """Totals of each run; a run's sum is what the running sum has grown by since the end of the run before it."""
    begin, end = pl.lit(first), pl.lit(last)
    counted = {f"{name}_orders": (day >= _DAY).cast(pl.Int32) for name, day in until.items()}
    running = {"net_sales": _SALES, **sums, **counted}
    found = (
        rows.lazy()
        .select(
            _CUSTOMER.gather(end),
            pl.lit(last - first + 1).alias("order_count"),
            _DAY.gather(begin).alias("first_day"),
            _DAY.gather(end).alias("last_day"),
            *(values.cum_sum().gather(end).cast(pl.Int64).alias(name) for name, values in running.items()),
        )
        .with_columns(pl.col(name) - pl.col(name).shift(1, fill_value=0) for name in running)
        .collect(engine="in-memory")
    )
    return _with_reached(found, rows, first, until=until) if until else found


def _with_reached(
    found: pl.DataFrame, rows: pl.DataFrame, first: pl.Series, *, until: Mapping[str, int]
) -> pl.DataFrame:
    """With net sales and last day of each run up to some days; how many of its rows that are says where to look."""
    days, sales = rows.get_column("order_day"), rows.get_column("net_sales")
    running = sales.cum_sum()
    before = running.gather(first) - sales.gather(first)
    for name in until:
        place = (first + found.get_column(f"{name}_orders") - 1).clip(lower_bound=0)
        looked_up = [(running.gather(place) - before).alias(f"{name}_sales"), days.gather(place).alias(f"{name}_last")]
        is_any = pl.col(f"{name}_orders") > 0
        found = found.hstack(looked_up).with_columns(
            pl.when(is_any).then(pl.col(f"{name}_sales")).otherwise(0),
            pl.when(is_any).then(pl.col(f"{name}_last")).otherwise(None),
        )
    return found


def _gaps(rows: pl.DataFrame, *, sign: int) -> pl.DataFrame:
    """How often each gap occurs in some runs, times `sign`."""
    same = (_CUSTOMER.shift(1) == _CUSTOMER).fill_null(value=False)
    return (
        rows.lazy()
        .select(_CUSTOMER, pl.when(same).then(_DAY - _DAY.shift(1)).otherwise(None).alias("gap_days"))
        .filter(pl.col("gap_days") > 0)
        .select("gap_days", _CUSTOMER.ne_missing(_CUSTOMER.shift(1)).alias("is_first"))
        .group_by("gap_days")
        .agg(
            (pl.len().cast(pl.Int64) * sign).alias("gaps"),
            (pl.col("is_first").sum().cast(pl.Int64) * sign).alias("first_gaps"),
        )
        .collect(engine="in-memory")
    )


def _counted(gaps: list[pl.DataFrame]) -> pl.DataFrame:
    """The counts of several blocks in one."""
    return pl.concat(gaps).group_by("gap_days").agg(pl.col("gaps", "first_gaps").sum()).filter(pl.col("gaps") > 0)
