"""What a customer's scores would be with other figures while everybody else stays, and where they change.

Asked of the same code that scores everybody, so that what is said here can not differ from what the commands say.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Final

import polars as pl

from custtier.periods import day_of
from custtier.schemes import BUILT_IN, Scheme
from custtier.views.rfm.answer import Asked, segment_codes
from custtier.views.rfm.cuts import OFTEN_ORDERS, SCORES, Cuts, FrozenCuts, no_scores, ranked_cuts
from custtier.views.tiers.named import codes_by
from custtier.views.tiers.standing import TierRules, Told, told_tiers
from custtier.views.tiers.top_group import TopGroup

TIER: Final = "tier"
TOP: Final = "top"

State = tuple[int, ...]
"""What of somebody's figures the scores look at; every part grows, or every part falls, with what is asked."""


@dataclass(frozen=True)
class Own:
    """One customer's figures.

    Args:
        order_count: Purchases.
        net_sales: Minor units.
        last_day: Day number of the last purchase.
    """

    order_count: int
    net_sales: int
    last_day: int


@dataclass(frozen=True)
class Others:
    """Everybody else, and what everybody is measured by.

    Args:
        last_days: Day numbers of their last purchases, ascending.
        sales: Their net sales, ascending.
        as_of_day: Number of the day observed.
        currency: Of every amount.
        kept: Cuts that do not hang on the customers; None for cuts by rank.
        schemes: The user's own.
        rules: By what tiers are told.
        group: The top group.
        customer_key: Of whoever is asked about: an earlier run may hold them in their tier.
        window_days: Orders and net sales are those of so many last days; who has none of them is in no tier. None for
            all.
    """

    last_days: pl.Series
    sales: pl.Series
    as_of_day: int
    currency: str | None
    kept: Cuts | None
    schemes: tuple[Scheme, ...]
    rules: TierRules
    group: TopGroup
    customer_key: int
    window_days: int | None = None

    @cached_property
    def _descending(self) -> pl.Series:
        return self.sales.slice(int(self.sales.search_sorted(0, side="right"))).reverse()

    def place(self, own: Own) -> int:
        """One more than those with larger net sales."""
        return self.sales.len() - int(self.sales.search_sorted(own.net_sales, side="right")) + 1

    @property
    def buyer_count(self) -> int:
        """How many of them have net sales."""
        return self._descending.len()

    def cuts(self, own: Own) -> Cuts | None:
        """The cuts of the scores when somebody has these figures; None where all are too few to be scored."""
        if self.kept is not None:
            return self.kept
        return ranked_cuts(_placed(self.last_days, own.last_day), _placed(self.sales, own.net_sales))

    def largest_first(self, own: Own) -> pl.Series:
        """The net sales of everybody who has any."""
        above = self.sales.len() - int(self.sales.search_sorted(own.net_sales, side="right"))
        one = pl.Series(self.sales.name, [own.net_sales], dtype=self.sales.dtype)
        return pl.concat([self._descending.head(above), one, self._descending.slice(above)], rechunk=False)

    def told(self, own: Own) -> Told:
        """The tier, and where each tier but the last begins."""
        one = pl.DataFrame(
            {"customer_key": [self.customer_key], "net_sales": [own.net_sales]},
            schema={"customer_key": pl.Int64, "net_sales": pl.Int64},
        )
        return told_tiers(
            one,
            self.largest_first(own),
            rules=self.rules,
            as_of=day_of(self.as_of_day),
            currency=self.currency,
            window_days=self.window_days,
        )

    def cutoff(self, own: Own) -> int:
        """The least net sales in the top group."""
        return self.group.cutoff(self.largest_first(own))

    def placed(self, own: Own) -> "Placed | None":
        """Where tiers and the top group begin, and the tier; None without net sales."""
        if not own.net_sales:
            return None
        told = self.told(own)
        return Placed(told.bounds, self.cutoff(own), str(told.named.get_column(TIER).item()))

    def values(self, own: Own, *, cuts: Cuts | None = None, kept: "Placed | None" = None) -> dict[str, str | None]:
        """Score → what somebody with these figures has, as the commands say it.

        Args:
            own: The figures.
            cuts: Cuts of the scores to take instead of those of the day.
            kept: Bounds to take instead of those of the day.
        """
        cuts = cuts or self.cuts(own)
        schemes = [*BUILT_IN, *(one.name for one in self.schemes)]
        row = pl.DataFrame(
            {"order_count": [own.order_count], "net_sales": [own.net_sales], "last_day": [own.last_day]},
            schema={"order_count": pl.Int64, "net_sales": pl.Int64, "last_day": pl.Int32},
        ).with_columns(*(cuts.expressions() if cuts else no_scores()))
        found = row.select(
            *SCORES,
            *(segment_codes(cuts, Asked(scheme=name, own_schemes=self.schemes)).alias(name) for name in schemes),
        )
        scored = dict(zip(found.columns, found.select(pl.all().cast(pl.String)).row(0), strict=True))
        if not own.net_sales:
            return {**scored, TIER: None, TOP: None}
        if kept is None:
            placed = self.placed(own)
            return {**scored, **(placed.values(own) if placed else {})}
        tier = row.select(codes_by(kept.bounds, codes=self.rules.cuts.codes)).item()
        return {**scored, **replace(kept, tier=str(tier)).values(own)}

    def state(self, own: Own) -> State:
        """What of the figures the scores look at beside the last day."""
        cuts, sales = self.cuts(own), own.net_sales
        scored: State = ()
        if cuts is not None:
            scored = (
                sum(sales >= bound for bound in cuts.sales if bound is not None),
                int(sales >= cuts.rich_sales),
                sum(own.order_count >= bound for bound in cuts.orders),
            )
        if not sales:
            return (*scored, 0)
        in_tier = int(self.told(own).named.get_column(TIER).to_physical().item())
        return (*scored, -in_tier, int(sales >= self.cutoff(own)), int(own.order_count >= OFTEN_ORDERS))

    @property
    def enough(self) -> int:
        """Net sales from which more of them change nothing."""
        amounts = [int(self.sales[-1])] if self.sales.len() else [0]
        if self.kept is not None:
            amounts += [*(bound for bound in self.kept.sales if bound is not None), self.kept.rich_sales]
        # of tiers by spending the bounds hang on nobody
        amounts += self.told(Own(1, max(amounts), self.as_of_day)).bounds
        return max(amounts) + 1


def rules_for_one(rules: TierRules, customer_key: int, *, as_of: date) -> TierRules:
    """The rules; of an earlier run that holds people, what it says of one customer, read once."""
    if not rules.may_hold or rules.last_run is None:
        return rules
    last = rules.last_run(as_of)
    mine = None if last is None else replace(last, tiers=last.tiers.filter(pl.col("customer_key") == customer_key))
    return replace(rules, last_run=lambda _: mine)


@dataclass(frozen=True)
class Placed:
    """Where tiers and the top group begin, and somebody's tier.

    Args:
        bounds: The least net sales of each tier but the last.
        cutoff: The least net sales in the top group.
        tier: Theirs.
    """

    bounds: tuple[int, ...]
    cutoff: int
    tier: str

    def values(self, own: Own) -> dict[str, str | None]:
        """The tier, and whether they are in the top group."""
        return {TIER: self.tier, TOP: "yes" if own.net_sales >= self.cutoff else "no"}


@dataclass(frozen=True)
class Step:
    """From where on something is otherwise.

    Args:
        at: Minor units, orders or days: with one less it is not so yet.
        values: What the scores are then.
    """

    at: int
    values: dict[str, str | None]


def with_one_order(others: Others, own: Own | None) -> list[Step]:
    """What one more order on the day observed makes of somebody, by what it brings: every amount that matters.

    Args:
        others: Everybody else.
        own: The figures; None for somebody who never bought.

    Returns:
        Amounts in minor units, ascending; the first is the least an order can bring.
    """

    def then(amount: int) -> Own:
        sales, orders = (own.net_sales, own.order_count) if own else (0, 0)
        return Own(orders + 1, sales + amount, others.as_of_day)

    most = max(others.enough - (own.net_sales if own else 0), 1)
    places = changes(lambda amount: others.state(then(amount)), low=1, high=most)
    return [Step(amount, others.values(then(amount))) for amount in places]


def with_usual_orders(others: Others, own: Own) -> list[Step]:
    """What several orders on the day observed make of somebody, together as many times what one of theirs brings.

    The mean of their orders so far, times their number, is cut off at the minor unit.

    Args:
        others: Everybody else.
        own: The figures.

    Returns:
        Numbers of orders, ascending from 1.
    """

    def then(orders: int) -> Own:
        return Own(
            own.order_count + orders, own.net_sales + orders * own.net_sales // own.order_count, others.as_of_day
        )

    places = changes(lambda orders: others.state(then(orders)), low=1, high=most_orders(others, own))
    return [Step(orders, others.values(then(orders))) for orders in places]


def most_orders(others: Others, own: Own) -> int:
    """So many more orders as usual that another one changes no score."""
    cuts = others.cuts(own)
    most_money = -(-(others.enough * own.order_count) // own.net_sales)
    return max(most_money, *(cuts.orders if cuts else (1,)), 1)


def with_time(others: Others, own: Own, *, most_days: int, purchases: Sequence[tuple[int, int]] = ()) -> list[Step]:
    """What becomes of somebody who buys nothing, by the cuts of the day observed.

    Recency by rank would not change while nobody buys: all grow older alike. By the cuts of the day, kept, it says when
    they pass those whom they are among today: what `rfm --freeze` and `rfm --cuts frozen` say, and with a window
    `tiers --freeze` and `tiers --cuts frozen`.

    Args:
        others: Everybody else.
        own: The figures.
        most_days: So far ahead is looked.
        purchases: Day number and net sales of every purchase, for a window: they leave it one after the other.

    Returns:
        Days from the day observed, ascending, 0 excluded.
    """
    later = _Later(others, own, purchases=purchases)
    return [Step(days, later.values(days)) for days in changes(later.state, low=0, high=most_days) if days]


class _Later:
    """Somebody who buys nothing from a day on, measured by what held on it."""

    def __init__(self, others: Others, own: Own, *, purchases: Sequence[tuple[int, int]]) -> None:
        self._others, self._own, self._purchases = others, own, purchases
        self._placed = others.placed(own)
        cuts, today = others.cuts(own), others.as_of_day
        self._kept = None
        if cuts is not None:
            shown, high = cuts.shown(as_of_day=today), cuts.high(as_of_day=today)
            self._kept = FrozenCuts(day_of(today), others.currency, others.window_days, shown, high)

    def _then(self, days: int) -> Own:
        """Their figures after so many days."""
        if self._others.window_days is None:
            return self._own
        since = self._others.as_of_day + days - self._others.window_days + 1
        inside = [sales for day, sales in self._purchases if day >= since]
        return Own(len(inside), sum(inside), self._own.last_day)

    def _cuts(self, days: int) -> Cuts | None:
        return None if self._kept is None else self._kept.on(self._others.as_of_day + days)

    def state(self, days: int) -> State:
        """What of the figures the scores look at."""
        own, cuts = self._then(days), self._cuts(days)
        scored: State = ()
        if cuts is not None:
            scored = (
                sum(own.last_day >= bound for bound in cuts.last_days if bound is not None),
                int(own.last_day >= cuts.recent_day),
            )
        if self._others.window_days is None:
            return scored
        if cuts is not None:
            scored += (
                sum(own.net_sales >= bound for bound in cuts.sales if bound is not None),
                int(own.net_sales >= cuts.rich_sales),
                sum(own.order_count >= bound for bound in cuts.orders),
            )
        bounds = (*self._placed.bounds, self._placed.cutoff) if self._placed else ()
        reached = sum(own.net_sales >= bound for bound in bounds)
        return (*scored, reached, int(own.order_count >= OFTEN_ORDERS), int(own.net_sales > 0))

    def values(self, days: int) -> dict[str, str | None]:
        """What the scores are then; who is held in a tier is looked at as they are today."""
        own, cuts = self._then(days), self._cuts(days)
        found = self._others.values(own, cuts=cuts, kept=self._placed)
        if self._others.rules.may_hold or self._others.window_days is None:
            return {**found, TIER: self._placed.tier if self._placed else None}
        return found


def changes(state: Callable[[int], State], *, low: int, high: int) -> list[int]:
    """`low`, and every number up to `high` at which the state is another than at the number below.

    Args:
        state: A state that is left never comes back.
        low: The first number.
        high: The last one, not below `low`.

    Examples:
        >>> changes(lambda number: (number >= 7, number >= 90), low=1, high=100)
        [1, 7, 90]
    """
    places, now, last = [low], state(low), state(high)
    while now != last:
        below, above = places[-1], high
        while above - below > 1:
            middle = (below + above) // 2
            if state(middle) == now:
                below = middle
            else:
                above = middle
        places.append(above)
        now = state(above)
    return places


def without(ascending: pl.Series, value: int) -> pl.Series:
    """The series without one of its values that is equal to `value`."""
    place = int(ascending.search_sorted(value, side="left"))
    return pl.concat([ascending.head(place), ascending.slice(place + 1)])


def _placed(ascending: pl.Series, value: int) -> pl.Series:
    """The series with one more value, in its place."""
    place = int(ascending.search_sorted(value, side="left"))
    one = pl.Series(ascending.name, [value], dtype=ascending.dtype)
    return pl.concat([ascending.head(place), one, ascending.slice(place)], rechunk=False)
