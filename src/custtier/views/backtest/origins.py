"""Days of the past from which rules are asked to look ahead: what was known then, and what came.

What is known on an origin is what was dated up to it: orders and refunds. What came is judged by all that is known on
the last day. Origins lie one horizon apart, so that no day is forecast twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl

from custtier.errors import nothing_error
from custtier.metrics.frames import polars_behind
from custtier.models.judging import Flags, Floats, Ints
from custtier.periods import day_number, day_of
from custtier.views.basis import Basis, basis_of
from custtier.views.histories import Past, past_until

MOST_ORIGINS: Final = 3
FEWEST_CUSTOMERS: Final = 30
"""Fewer than these on the last origin are no ground for a comparison."""
FEWEST_EITHER: Final = 10
"""So many must have bought, and so many must not have."""


@dataclass(frozen=True)
class After:
    """What each customer of an origin did in the time after it, in the order of its `customers`.

    Args:
        days: On how many days they bought.
        sales: Their net sales, minor units.
        wait: Days to the first of these days; infinite where there was none.
    """

    days: Ints
    sales: Floats
    wait: Floats

    @cached_property
    def bought(self) -> Flags:
        """Who bought at all."""
        return self.days > 0


@dataclass(frozen=True)
class Origin:
    """A day of the past.

    Args:
        past: What was known then.
        horizon: Days that were looked ahead.
        after: What came in them.
        before: A horizon earlier, with what had come of it by this day; None when nobody had bought by then.
    """

    past: Past
    horizon: int
    after: After
    before: "Origin | None" = None

    @property
    def day(self) -> int:
        """Its number."""
        return self.past.end_day

    @property
    def customers(self) -> int:
        """How many were known."""
        return self.past.customers.height

    @cached_property
    def recency(self) -> Floats:
        """Days since each customer's last purchase."""
        return (self.past.customers["last_day"].cast(pl.Float64) * -1 + self.day).to_numpy()


def origins_of(basis: Basis, *, first_day: int, horizon: int, most: int = MOST_ORIGINS) -> list[Origin]:
    """The origins that a history has room for, the latest first.

    The earliest has at least half a horizon of history before it, and every one has `FEWEST_CUSTOMERS` customers.

    Args:
        basis: The orders used.
        first_day: Number of the day of the first purchase of anybody.
        horizon: Days to look ahead.
        most: At most so many.

    Raises:
        CusttierError: `history-too-short`, `too-few-buyers`.
    """
    end = last_day(basis)
    least = -(-horizon // 2)
    if end - first_day < horizon + least:
        raise nothing_error(
            "history-too-short",
            "the history holds {span} days; to look {horizon} days ahead on the past takes {needed}: half as many to "
            "learn from as to look ahead",
            hint="look less far ahead, or come back when there is more history",
            span=end - first_day,
            horizon=horizon,
            needed=horizon + least,
        )
    found: list[Origin] = []
    past = past_until(basis, day=end - horizon)
    known = past.customers.height if past else 0
    for day in (end - number * horizon for number in range(1, most + 1)):
        if past is None or past.customers.height < FEWEST_CUSTOMERS or day - first_day < least:
            break
        earlier = past_until(basis, day=day - horizon)
        before = None
        if earlier is not None:
            then = basis_of(basis.facts, scope=basis.scope, as_of=day_of(day))
            before = Origin(earlier, horizon, after_of(then, earlier, horizon=horizon))
        found.append(Origin(past, horizon, after_of(basis, past, horizon=horizon), before))
        past = earlier
    if not found:
        raise nothing_error(
            "too-few-buyers",
            "by {day} {customers} customers had bought; rules are compared from {least} on",
            hint="look less far ahead, or come back when there are more customers",
            customers=known,
            day=day_of(end - horizon),
            least=FEWEST_CUSTOMERS,
        )
    return found


def last_day(basis: Basis) -> int:
    """The number of the last day of which anything may be known."""
    until = basis.scope.until
    return min(basis.as_of_day, day_number(until)) if until else basis.as_of_day


def check_both(origins: Sequence[Origin]) -> None:
    """Return when there are some who bought and some who did not.

    Raises:
        CusttierError: `nothing-to-tell-apart`.
    """
    bought = sum(int(origin.after.bought.sum()) for origin in origins)
    customers = sum(origin.customers for origin in origins)
    if min(bought, customers - bought) < FEWEST_EITHER:
        raise nothing_error(
            "nothing-to-tell-apart",
            "of all customers, counted on each of {days} days of the past ({customers}), {bought} bought again in the "
            "{horizon} days ahead: with fewer than {least} on either side no rule can be told from another",
            hint="look further or less far ahead",
            days=len(origins),
            customers=customers,
            bought=bought,
            horizon=origins[0].horizon,
            least=FEWEST_EITHER,
        )


def after_of(basis: Basis, past: Past, *, horizon: int) -> After:
    """What the customers of a day did in the days after it, as known on the day of the basis."""
    day, owner = pl.col("order_day"), pl.col("customer_key")
    bought = polars_behind(basis.purchases).filter(day > past.end_day, day <= past.end_day + horizon)
    if basis.accounts is not None:
        pairs = basis.accounts.select("account_key", "customer_key")
        bought = bought.join(pairs, on="account_key", how="left").with_columns(pl.coalesce(owner, "account_key"))
    else:
        bought = bought.rename({"account_key": "customer_key"})
    came = (
        bought.filter(owner.is_not_null())
        .group_by("customer_key")
        .agg(
            day.n_unique().cast(pl.Int64).alias("days"),
            pl.col("net_sales").sum().cast(pl.Float64).alias("sales"),
            (day.min() - past.end_day).cast(pl.Float64).alias("wait"),
        )
        .collect(engine="streaming")
    )
    found = past.customers.select("customer_key").join(came, on="customer_key", how="left", maintain_order="left")
    return After(
        days=found["days"].fill_null(0).to_numpy(),
        sales=found["sales"].fill_null(0.0).to_numpy(),
        wait=found["wait"].fill_null(float("inf")).to_numpy(),
    )


def whose(origins: Sequence[Origin]) -> Ints:
    """The number of the customer of each row, over all origins one after the other: from 0 on, without gaps."""
    keys = np.concatenate([origin.past.customers["customer_key"].to_numpy() for origin in origins])
    return np.unique(keys, return_inverse=True)[1].reshape(-1).astype(np.int64)
