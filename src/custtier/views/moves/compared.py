"""Everyone on two days: what they had bought by each, where that put them, and the cuts that did."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import narwhals.stable.v2 as nw
import polars as pl

from custtier.facts import Facts
from custtier.metrics.frames import Lazy, polars_behind
from custtier.metrics.scope import in_scope
from custtier.metrics.two_days import Days, late_refunds, two_day_totals
from custtier.periods import day_number
from custtier.views.basis import Basis, Customers, customers_of
from custtier.views.moves.causes import AGEING, BOUGHT, REFUNDED, Between, figures
from custtier.views.moves.classes import FIGURES, Classes, rule_of

NO_REFUNDS: Final = pl.DataFrame(schema={"order_key": pl.Int64, "before": pl.Int64, "between": pl.Int64})

_ALL_MADE: Final = frozenset({BOUGHT, REFUNDED, AGEING})


@dataclass(frozen=True)
class Compared:
    """Everyone on two days.

    Args:
        everyone: One row for whoever was a customer on one of them: `customer_key`; `code_from`, `code_known` and
            `code_to`, where they were on the first day as it was seen, where by what is known now, and where they are
            on the second (null for no customer); `moves.classes.FIGURES` of the second day and, ending in `_then`, of
            the first as it was seen; the columns of `metrics.two_days.two_day_totals`.
        between: The days and the cuts.
        found: The customers of the second day, and the remarks.
    """

    everyone: pl.DataFrame
    between: Between
    found: Customers


def compared(basis: Basis, *, first: date, classes: Classes, facts_then: Facts | None) -> Compared:
    """Everyone who was a customer on the first day or is one on the second.

    Args:
        basis: The orders used, as of the second day.
        first: The first day, not after the second.
        classes: By what customers are told apart.
        facts_then: What was known when the first day was looked at; None for what is known now.

    Raises:
        CusttierError: Those of `customers_of` and `rule_of`.
    """
    days = Days(day_number(first), basis.as_of_day, classes.window_days)
    facts = basis.facts
    late = late_refunds(facts.dated_refunds, days=days) if facts.extent.dated_refunds else NO_REFUNDS
    totals = _totals(facts, orders=basis.orders, basis=basis, days=days, late=late)
    has_late, is_somebody = _has_between(late), pl.col("customer_key").is_not_null()
    now = totals.select("customer_key", *figures(_ALL_MADE, days=days, has_late_refunds=has_late))
    found = customers_of(basis, now.filter(classes.has_purchase()))
    totals = totals.filter(is_somebody)
    now = totals.select(figures(_ALL_MADE, days=days, has_late_refunds=has_late))
    before = totals.select(figures(frozenset(), days=days, has_late_refunds=has_late))
    after = rule_of(now, basis=basis, classes=classes)
    if after is None:
        raise AssertionError("the second day has customers, or `customers_of` had refused")
    on_first = replace(basis, as_of=first)
    # a first day without customers has no cuts of its own; nobody is anywhere by any
    rule = rule_of(before, basis=on_first, classes=classes) or after
    between = Between(days, classes, before=rule, after=after, has_late_refunds=has_late)
    code_known = rule.codes(before, days.first).alias("code_known")
    code_to = after.codes(now, days.second).alias("code_to")
    everyone = totals.hstack([code_known, code_to]).hstack(now)
    if facts_then is None:
        seen = before.hstack([code_known.alias("code_from")]).rename({name: f"{name}_then" for name in FIGURES})
        everyone = everyone.hstack(seen)
    else:
        everyone = _as_seen(everyone, on_first=on_first, days=days, between=between, facts_then=facts_then)
    is_customer = pl.col("code_from").is_not_null() | pl.col("code_to").is_not_null()
    return Compared(everyone.filter(is_customer), between, found)


def _totals(facts: Facts, *, orders: Lazy, basis: Basis, days: Days, late: pl.DataFrame) -> pl.DataFrame:
    """`two_day_totals` of the orders; who is one person is as it is known now."""
    return two_day_totals(
        polars_behind(orders),
        accounts=basis.accounts,
        days=days,
        late=late,
        has_dated_refunds=facts.extent.dated_refunds > 0,
        conversion=basis.scope.conversion,
    )


def _as_seen(
    everyone: pl.DataFrame, *, on_first: Basis, days: Days, between: Between, facts_then: Facts
) -> pl.DataFrame:
    """With where everybody was on the first day by what was known then, and those whom only that knew."""
    only_first = replace(days, second=days.first)
    orders = in_scope(nw.from_native(facts_then.purchases), scope=on_first.scope, as_of=on_first.as_of)
    known = facts_then.extent.dated_refunds
    late = late_refunds(facts_then.dated_refunds, days=only_first) if known else NO_REFUNDS
    then = _totals(facts_then, orders=orders, basis=on_first, days=only_first, late=late)
    then = then.filter(pl.col("customer_key").is_not_null())
    seen = then.select(figures(frozenset(), days=only_first, has_late_refunds=False))
    rule = rule_of(seen, basis=on_first, classes=between.classes) or between.before
    code_from = rule.codes(seen, days.first).alias("code_from")
    seen = seen.rename({name: f"{name}_then" for name in FIGURES}).hstack([then["customer_key"], code_from])
    joined = everyone.join(seen, on="customer_key", how="full", coalesce=True)
    # counts and sales of whom only one of the two knows are 0, days are none
    return joined.with_columns(pl.col(pl.Int64).exclude("customer_key").fill_null(0))


def _has_between(late: pl.DataFrame) -> bool:
    """Whether anything was refunded between the days."""
    return bool(late.get_column("between").sum())
