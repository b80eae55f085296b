"""When each customer began, what they bought in their first days, and what in the days after: by what was known then.

Nothing dated after a customer's first days is in what stands here of these days: no order, and no refund.
"""

from dataclasses import dataclass
from typing import Final

import polars as pl

from custtier.metrics.conversion import converted
from custtier.metrics.frames import polars_behind
from custtier.views.basis import Basis
from custtier.views.churn.judged import seen_until
from custtier.views.columns.orders import whose

LATER_DAYS: Final = (365, 270, 180, 90)
"""How far later sales are looked at: the longest that leaves enough time for newcomers to be learnt from."""
LEAST_COHORT_DAYS: Final = 180
SHORTEST_COHORT_DAYS: Final = 60
"""Days on which those came who are learnt from: enough, and the fewest where the history is short."""
MOST_WARM_UP_DAYS: Final = 90
_WARM_UP_PARTS: Final = 4
"""The first part of these days is left out: who is first seen then may have bought before."""

_DAY, _FIRST, _NET = pl.col("order_day"), pl.col("first_day"), pl.col("net_sales")


@dataclass(frozen=True)
class Calendar:
    """Which first days count for what; numbers of days, both ends included.

    Args:
        days: How many first days are looked at.
        later_days: How many days after them say what became of a customer; None where the history is too short.
        past_from: The first day on which those came who are learnt from.
        past_until: The last.
        new_from: The first day on which a customer came who is new.
        new_until: The last day of coming whose first days are over.
        end: Last day of which anything is known.
    """

    days: int
    later_days: int | None
    past_from: int
    past_until: int
    new_from: int
    new_until: int
    end: int


def calendar_of(*, first: int, end: int, days: int, new_days: int, most_later: int = LATER_DAYS[0]) -> Calendar:
    """The days of a history that begins and ends on two days.

    Args:
        first: Number of the day of anybody's first purchase.
        end: Last day of which anything is known.
        days: First days looked at.
        new_days: So long ago a customer's first purchase may lie who is new.
        most_later: Later sales are looked at for at most so many days.
    """
    open_days = end - first + 1 - days
    enough = [later for later in LATER_DAYS if later <= most_later and open_days - later >= LEAST_COHORT_DAYS]
    least = [LATER_DAYS[-1]] if open_days - LATER_DAYS[-1] >= SHORTEST_COHORT_DAYS else []
    later = next(iter([*enough, *least]), None)
    cohort_days = 0 if later is None else open_days - later + 1
    warm_up = min(MOST_WARM_UP_DAYS, cohort_days // _WARM_UP_PARTS)
    past_from = first + warm_up
    return Calendar(
        days=days,
        later_days=later,
        past_from=past_from,
        past_until=past_from - 1 if later is None else first + cohort_days - 1,
        new_from=end - new_days + 1,
        new_until=end - days + 1,
        end=end,
    )


@dataclass(frozen=True)
class Starts:
    """How customers began.

    Args:
        calendar: Which first days count for what.
        people: One row per customer who is learnt from or new: `customer_key`, `first_day`, sorted by the key.
        orders: Their purchases of the first days, by what was known at the end of these: `customer_key`, `order_key`,
            `order_day`, `first_day`, `net_sales` (minor units), `source`, `channel`.
        refunded: Keys of those to whom money went back within their first days.
        later_sales: `customer_key` → net sales of the `later_days` after the first days, as known on the last of them;
            only of customers who are learnt from, and only where there are any.
        still_starting: How many came so lately that their first days are not over.
    """

    calendar: Calendar
    people: pl.DataFrame
    orders: pl.DataFrame
    refunded: pl.Series
    later_sales: pl.DataFrame
    still_starting: int


def starts_of(basis: Basis, *, days: int, new_days: int, most_later: int = LATER_DAYS[0]) -> Starts | None:
    """How the customers of a question began; None when nobody did.

    A customer begins on the day of the first order that was a purchase `days` days on: what was refunded in full within
    that time never began.

    Args:
        basis: The orders used.
        days: First days looked at.
        new_days: So long ago a first purchase may lie of who is new.
        most_later: Later sales are looked at for at most so many days.
    """
    orders = _orders(basis)
    refunds = _refunds(basis)
    kept = _netted(orders, refunds, until=_DAY + (days - 1), basis=basis).filter(_NET > 0)
    begun = kept.group_by("customer_key").agg(_DAY.min().alias("first_day")).collect(engine="streaming")
    first = begun.get_column("first_day").min()
    if not isinstance(first, int):
        return None
    calendar = calendar_of(first=first, end=seen_until(basis), days=days, new_days=new_days, most_later=most_later)
    is_learnt = is_past(calendar)
    people = begun.filter(is_learnt | is_new(calendar)).sort("customer_key")
    followed = orders.join(people.lazy(), on="customer_key", how="inner")
    first_days = followed.filter((_DAY - _FIRST).is_between(0, days - 1))
    early = _netted(first_days, refunds, until=_FIRST + (days - 1), basis=basis)
    last = days + (calendar.later_days or 0) - 1
    afterwards = followed.filter(is_learnt, (_DAY - _FIRST).is_between(days, last))
    sold_later = _netted(afterwards, refunds, until=_FIRST + last, basis=basis).filter(_NET > 0)
    later = sold_later.group_by("customer_key").agg(_NET.sum().cast(pl.Int64).alias("later_sales"))
    found, sold = pl.collect_all([early, later], engine="streaming")
    return Starts(
        calendar=calendar,
        people=people,
        orders=found.filter(_NET > 0).select(
            "customer_key", "order_key", "order_day", "first_day", "net_sales", "source", "channel"
        ),
        refunded=found.filter(pl.col("refunded") > 0).get_column("customer_key").unique(),
        later_sales=sold,
        still_starting=int((begun.get_column("first_day") > calendar.new_until).sum()),
    )


def is_past(calendar: Calendar) -> pl.Expr:
    """Whether a customer is learnt from."""
    return _FIRST.is_between(calendar.past_from, calendar.past_until)


def is_new(calendar: Calendar) -> pl.Expr:
    """Whether a customer is new, and their first days are over."""
    return _FIRST.is_between(calendar.new_from, calendar.new_until)


def _orders(basis: Basis) -> pl.LazyFrame:
    """Every order that was ever paid, under its customer: what it came to before dated refunds."""
    columns = ["order_key", "account_key", "order_day", "source", "channel", "currency"]
    before = (pl.col("gross") - pl.col("undated_refund")).alias("before")
    return whose(polars_behind(basis.orders).select(*columns, before).filter(pl.col("before") > 0), basis)


def _refunds(basis: Basis) -> pl.LazyFrame | None:
    """The dated refunds up to the day observed; None when there are none."""
    if not basis.facts.extent.dated_refunds:
        return None
    refunds = basis.facts.dated_refunds.filter(pl.col("refund_day") <= basis.as_of_day)
    return refunds.select("order_key", "refund_day", "amount")


def _netted(orders: pl.LazyFrame, refunds: pl.LazyFrame | None, *, until: pl.Expr, basis: Basis) -> pl.LazyFrame:
    """Orders with `net_sales`, by the refunds dated up to a day of each order's own, and `refunded`: these refunds."""
    if refunds is None:
        netted = orders.with_columns(pl.lit(0, dtype=pl.Int64).alias("refunded"))
    else:
        limits = orders.select("order_key", until.alias("until"))
        made = (
            refunds.join(limits, on="order_key", how="inner")
            .filter(pl.col("refund_day") <= pl.col("until"))
            .group_by("order_key")
            .agg(pl.col("amount").sum().cast(pl.Int64).alias("refunded"))
        )
        netted = orders.join(made, on="order_key", how="left").with_columns(pl.col("refunded").fill_null(0))
    net = netted.with_columns((pl.col("before") - pl.col("refunded")).alias("net_sales"))
    rates = basis.scope.conversion
    if rates is None:
        return net
    return net.with_columns(pl.when(_NET > 0).then(converted(_NET, conversion=rates)).otherwise(_NET))
