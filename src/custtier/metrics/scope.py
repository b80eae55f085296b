"""Which orders a question is about: days, sources, shops, channels, agents, currency."""

from dataclasses import dataclass
from datetime import date

import narwhals.stable.v2 as nw

from custtier.metrics.frames import Lazy
from custtier.periods import day_number
from custtier.rates import Conversion


@dataclass(frozen=True)
class Scope:
    """The orders used; everything empty means all of them.

    `since` and `until` bound the orders, never the day of observation: a customer's recency is still measured to
    `as_of`.

    Args:
        since: First day of orders used.
        until: Last day of orders used.
        sources: Sources (profile names) used.
        shops: Shops used.
        channels: Channels used.
        agents: Agents used.
        currency: The only currency used.
        conversion: Other currencies whose orders are used too, converted into it.
        by_refund_day: Whether a refund counts in the period in which it was made, whenever the order was paid.
    """

    since: date | None = None
    until: date | None = None
    sources: tuple[str, ...] = ()
    shops: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    currency: str | None = None
    conversion: Conversion | None = None
    by_refund_day: bool = False

    @property
    def currencies(self) -> tuple[str, ...]:
        """The currencies used; empty for all."""
        if self.currency is None:
            return ()
        return (self.currency, *(self.conversion.currencies if self.conversion else ()))

    def listed(self) -> dict[str, tuple[str, ...]]:
        """The columns of `schema.PURCHASES` that are held to a list of values, with these values."""
        lists = {
            "source": self.sources,
            "shop": self.shops,
            "channel": self.channels,
            "agent": self.agents,
            "currency": self.currencies,
        }
        return {column: values for column, values in lists.items() if values}


def in_scope(purchases: Lazy, *, scope: Scope, as_of: date) -> Lazy:
    """The orders of `purchases` that a question is about: later ones than `as_of` do not exist.

    Args:
        purchases: Uses `order_day` and the columns that `scope` names.
        scope: The orders used.
        as_of: Last day observed, included.

    Returns:
        The rows and columns of `purchases`, fewer rows.
    """
    last = min(as_of, scope.until) if scope.until else as_of
    kept = purchases.filter(nw.col("order_day") <= day_number(last))
    if scope.since:
        kept = kept.filter(nw.col("order_day") >= day_number(scope.since))
    for column, values in scope.listed().items():
        kept = kept.filter(nw.col(column).is_in(list(values)))
    return kept
