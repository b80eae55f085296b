"""The customers of a question and their net sales, largest first; with a window, those of its days alone."""

from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from custtier.errors import CusttierError, nothing_error
from custtier.facts import Facts, Note
from custtier.metrics.scope import Scope
from custtier.periods import day_number, day_of
from custtier.views.basis import Basis, Customers, basis_of, customers_of, totals_in


@dataclass(frozen=True)
class Ranked:
    """Everyone who bought.

    Args:
        basis: The orders used.
        found: The customers.
        amounts: Their net sales, largest first, not empty.
        notes: Remarks.
    """

    basis: Basis
    found: Customers
    amounts: pl.Series
    notes: tuple[Note, ...]


def ranked(facts: Facts, *, as_of: date | None, scope: Scope | None, window_days: int | None) -> Ranked:
    """The customers with a purchase among the orders asked for.

    Args:
        facts: Orders, refunds and customers.
        as_of: Last day observed; None for the last day known.
        scope: Which orders are used.
        window_days: Only those of so many days that end on the day observed; None for all.

    Raises:
        CusttierError: `no-purchases` when the window holds none, and those of `basis_of` and `customers_of`.
    """
    asked, observed = scope or Scope(), as_of or facts.extent.last_on
    if window_days is None or observed is None:
        basis = basis_of(facts, scope=asked, as_of=as_of)
        return _ranked(basis, totals_in(basis))
    since = day_of(day_number(observed) - window_days + 1)
    if asked.until and asked.until < since:
        raise nothing_in_window(window_days, observed)
    basis = basis_of(facts, scope=replace(asked, since=max(since, asked.since or since)), as_of=as_of)
    totals = totals_in(basis)
    if totals.is_empty():
        raise nothing_in_window(window_days, observed)
    return _ranked(basis, totals, Note("only_window", {"days": window_days, "since": since, "as_of": observed}))


def _ranked(basis: Basis, totals: pl.DataFrame, *notes: Note) -> Ranked:
    found = customers_of(basis, totals)
    amounts = found.totals.get_column("net_sales").sort(descending=True)
    return Ranked(basis, found, amounts, (*found.notes, *notes))


def nothing_in_window(days: int, as_of: date) -> CusttierError:
    """The error where nobody bought in a window."""
    return nothing_error(
        "no-purchases",
        "there is no purchase in the {days} days up to {as_of} among the orders asked for",
        hint="take a longer --window, or an earlier --as-of",
        days=days,
        as_of=as_of,
    )
