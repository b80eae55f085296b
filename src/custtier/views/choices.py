"""What a question may choose from: known sources, shops, channels, agents, and the one currency of an answer."""

import polars as pl

from custtier.errors import usage_error
from custtier.facts import Facts
from custtier.metrics.frames import Lazy, polars_behind
from custtier.metrics.scope import Scope
from custtier.text.meant import nearest_code

_SHOWN = 10
_NAMED_AS = {"source": "profile"}
"""Option → the column whose names its values have, where that is another one."""


def check_choices(facts: Facts, scope: Scope) -> None:
    """Refuses a value of `scope` that no order has, and lists those there are.

    Raises:
        CusttierError: `unknown-source`, `unknown-shop`, `unknown-channel`, `unknown-agent` or `unknown-currency`.
    """
    for column, values in scope.listed().items():
        known = _known(facts, column)
        unknown = [value for value in values if value not in known]
        if column == "currency" and len(unknown) < len(values):
            continue  # of several currencies that are converted one is enough
        if not unknown:
            continue
        near = nearest_code(unknown[0], _NAMED_AS.get(column, column), codes=known) if known else None
        if near is not None:
            raise usage_error(
                f"unknown-{column}",
                "--{option} {value!r} stands in no order; is {near} meant?",
                hint="write it exactly as one of these: {known}",
                option=column,
                value=unknown[0],
                near=near,
                known=_listed(known),
            )
        raise usage_error(
            f"unknown-{column}",
            "--{option} {value!r} stands in no order; known: {known}",
            hint="write it exactly as one of these",
            option=column,
            value=unknown[0],
            known=_listed(known),
        )


def one_currency(facts: Facts, scope: Scope, orders: Lazy) -> str | None:
    """The currency of every amount in the answer; None when no order names one.

    Args:
        facts: Knows the currencies of all orders.
        scope: Names one, or none.
        orders: The orders in scope, read only when there are several currencies and none is named.

    Raises:
        CusttierError: `mixed-currency` when the orders in scope have several.
    """
    if scope.currency:
        return scope.currency
    found = list(facts.extent.currencies)
    if len(found) > 1:
        distinct = polars_behind(orders.select("currency").unique(subset="currency", keep="any"))
        found = sorted(distinct.collect(engine="streaming").to_series().drop_nulls().to_list())
    if len(found) > 1:
        raise usage_error(
            "mixed-currency",
            "the orders are in several currencies: {currencies}; an answer has one",
            hint="choose one with --currency {first}; rates under [rates] in the settings convert the others into it",
            currencies=_listed(found),
            first=found[0],
        )
    return found[0] if found else None


def _known(facts: Facts, column: str) -> list[str]:
    """The values of a column over all orders, sorted."""
    if column == "currency":
        return list(facts.extent.currencies)
    values = facts.purchases.select(pl.col(column).unique()).collect(engine="streaming").to_series()
    return sorted(values.drop_nulls().to_list())


def _listed(values: list[str]) -> str:
    """At most ten values, and how many more there are."""
    shown = ", ".join(values[:_SHOWN]) or "-"
    return shown if len(values) <= _SHOWN else f"{shown}, … (+{len(values) - _SHOWN})"
