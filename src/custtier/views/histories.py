"""What models are fitted to: each customer's purchase days as a history, on one day and up to it, and what came after.

Models know no dates: `Past` is where days become the numbers x, t_x and T.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import polars as pl

from custtier.metrics.frames import polars_behind
from custtier.metrics.runs import run_rhythm
from custtier.models.btyd.choice import Known
from custtier.models.btyd.histories import Histories, Ints, histories_of
from custtier.periods import day_number, day_of
from custtier.views.basis import Basis, basis_of


@dataclass(frozen=True)
class Past:
    """The customers of a question as of a day.

    Args:
        customers: One row per customer, sorted by `customer_key`: `x` (purchase days after the first), `t_x` (days
            from the first to the last), `T` (days from the first to the day observed; all three Int64), `first_day`
            and `last_day` (numbers of days), and the further columns of `metrics.runs.Rhythm`.
        everyone: `metrics.runs.Rhythm.customers`: with the row of nobody.
        gaps: How often each gap between purchase days occurs: `gap_days`, `gaps`.
        last_gaps: The last two gaps, `before` and `last`, of each customer with two or more.
        end_day: Number of the last day observed.
    """

    customers: pl.DataFrame
    everyone: pl.DataFrame
    gaps: pl.DataFrame
    last_gaps: pl.DataFrame
    end_day: int

    @cached_property
    def grouped(self) -> tuple[Histories, Ints]:
        """Distinct histories in days, and which of them each row of `customers` has."""
        return histories_of(self.known.x, self.known.t_x, self.known.T, log_gaps=self.known.log_gaps)

    @property
    def histories(self) -> Histories:
        """Distinct histories, in days."""
        return self.grouped[0]

    @property
    def index(self) -> Ints:
        """The number of each customer's history among `histories`."""
        return self.grouped[1]

    @cached_property
    def known(self) -> Known:
        """The same as arrays in the order of `customers`."""
        return Known(
            x=self.customers.get_column("x").to_numpy(),
            t_x=self.customers.get_column("t_x").cast(pl.Float64).to_numpy(),
            T=self.customers.get_column("T").cast(pl.Float64).to_numpy(),
            gap_days=self.gaps.get_column("gap_days").cast(pl.Float64).to_numpy(),
            gap_counts=self.gaps.get_column("gaps").to_numpy(),
            last_gaps=self.last_gaps.cast(pl.Float64).to_numpy(),
        )


def past_of(basis: Basis, *, with_last_gaps: bool = True) -> Past:
    """The customers' histories as of the day of the basis; what belongs to nobody is left out.

    Days after the last of the orders asked for are not observed: they count for nobody's silence.

    Args:
        basis: The orders used.
        with_last_gaps: Whether regularity will be asked for.
    """
    rhythm = run_rhythm(basis.ledger, as_of_day=basis.as_of_day, with_gaps=True)
    assert rhythm.gaps is not None
    until = basis.scope.until
    end_day = min(basis.as_of_day, day_number(until)) if until else basis.as_of_day
    customers = (
        rhythm.customers.filter(pl.col("customer_key").is_not_null())
        .sort("customer_key")
        .with_columns(
            (pl.col("purchase_days") - 1).alias("x"),
            (pl.col("last_day") - pl.col("first_day")).cast(pl.Int64).alias("t_x"),
            (end_day - pl.col("first_day")).cast(pl.Int64).alias("T"),
        )
    )
    pairs = _last_gaps(basis) if with_last_gaps else pl.DataFrame(schema={"before": pl.Int32, "last": pl.Int32})
    return Past(customers, rhythm.customers, rhythm.gaps.sort("gap_days"), pairs, end_day)


def past_until(basis: Basis, *, day: int) -> Past | None:
    """The same as of an earlier day, by what was dated up to it; None when nobody had bought.

    Args:
        basis: The orders used.
        day: Its number.
    """
    first = basis.scope.since
    if first and day < day_number(first):
        return None
    earlier = past_of(basis_of(basis.facts, scope=basis.scope, as_of=day_of(day)))
    return earlier if earlier.customers.height else None


def days_bought(basis: Basis, customers: pl.DataFrame, *, since_day: int) -> pl.Series:
    """On how many days from a day to that of the basis each customer bought: Int64, in the order of `customers`.

    Args:
        basis: The orders used.
        customers: Uses `customer_key`.
        since_day: Number of the first day.
    """
    since = max(filter(None, [day_of(since_day), basis.scope.since]))
    if basis.scope.until and since > basis.scope.until:
        return pl.repeat(0, customers.height, dtype=pl.Int64, eager=True)
    window = basis_of(basis.facts, scope=replace(basis.scope, since=since), as_of=basis.as_of)
    found = run_rhythm(window.ledger, as_of_day=basis.as_of_day, with_gaps=False).customers
    return (
        customers.select("customer_key")
        .join(found.select("customer_key", "purchase_days"), on="customer_key", how="left", maintain_order="left")
        .get_column("purchase_days")
        .fill_null(0)
    )


def times_back(basis: Basis, customers: pl.DataFrame, *, since_day: int) -> pl.Series:
    """The same without first purchases: on how many days each customer came back.

    Args:
        basis: The orders used.
        customers: Uses `customer_key`, `first_day`.
        since_day: Number of the first day.
    """
    is_new = (customers.get_column("first_day") >= since_day).cast(pl.Int64)
    return days_bought(basis, customers, since_day=since_day) - is_new


def _last_gaps(basis: Basis) -> pl.DataFrame:
    """The last two gaps, `before` and `last`, of each customer with two or more; sorted, so that no row order shows."""
    days = polars_behind(basis.purchases).select("account_key", "order_day").filter(pl.col("account_key").is_not_null())
    if basis.accounts is not None:
        owned = days.join(basis.accounts.select("account_key", "customer_key"), on="account_key", how="left")
        days = owned.select(pl.coalesce("customer_key", "account_key").alias("account_key"), "order_day")
    if basis.accounts is not None or not basis.is_sorted:
        days = days.sort("account_key", "order_day")
    owner, day = pl.col("account_key"), pl.col("order_day")
    distinct = days.filter(owner.ne_missing(owner.shift(1)) | day.ne_missing(day.shift(1)))
    gaps = distinct.select(
        (day.shift(1) - day.shift(2)).alias("before"),
        (day - day.shift(1)).alias("last"),
        (owner.ne_missing(owner.shift(-1)) & (owner == owner.shift(2))).fill_null(value=False).alias("is_last"),
    )
    return gaps.filter("is_last").select("before", "last").sort("before", "last").collect()
