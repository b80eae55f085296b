"""Who is in which tier on a day: by today's cuts or those kept, and held where the settings say so."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from custtier.facts import Facts, Note
from custtier.metrics.scope import Scope
from custtier.tiering import TierCuts, TierHysteresis
from custtier.views.tiers.frozen import FrozenTiers
from custtier.views.tiers.held import LastRun, hold
from custtier.views.tiers.named import codes_by, tier_bounds
from custtier.views.tiers.ranked import Ranked, ranked
from custtier.views.tiers.rising import Rising, rising_of

HELD_COLUMNS = ("tier_now", "runs_below")
"""Columns beside `tier` where customers may be held in their tier."""


@dataclass(frozen=True)
class TierRules:
    """By what tiers are told.

    Args:
        cuts: The tiers.
        frozen: Bounds kept from another day, to be used instead of those of the day observed.
        hysteresis: When somebody falls.
        last_run: Gives the last run kept before a day, None when there is none. None where nobody is held: an answer
            from files, or about a part of the orders.
    """

    cuts: TierCuts = field(default_factory=TierCuts)
    frozen: FrozenTiers | None = None
    hysteresis: TierHysteresis = field(default_factory=TierHysteresis)
    last_run: Callable[[date], LastRun | None] | None = None

    @property
    def may_hold(self) -> bool:
        """Whether customers may be shown in another tier than today's cuts give."""
        return self.hysteresis.is_on and self.last_run is not None


@dataclass(frozen=True)
class Told:
    """Customers with their tiers.

    Args:
        named: As given, with `tier` (an Enum); where customers may be held also `HELD_COLUMNS`.
        bounds: The least net sales of each tier but the last.
        notes: Remarks.
    """

    named: pl.DataFrame
    bounds: tuple[int, ...]
    notes: tuple[Note, ...]


def told_tiers(
    totals: pl.DataFrame,
    descending: pl.Series,
    *,
    rules: TierRules,
    as_of: date,
    currency: str | None,
    window_days: int | None = None,
) -> Told:
    """The tier of every customer.

    Args:
        totals: Uses `customer_key`, `net_sales`.
        descending: The net sales, largest first, not empty.
        rules: By what.
        as_of: Last day observed.
        currency: Of the net sales.
        window_days: The window of the orders.

    Raises:
        CusttierError: Those of `FrozenTiers.check_alike`.
    """
    cuts, notes = rules.cuts, []
    bounds = tier_bounds(descending, cuts=cuts, currency=currency)
    if rules.frozen is not None:
        rules.frozen.check_alike(codes=cuts.codes, currency=currency, window_days=window_days)
        notes.append(rules.frozen.drift(totals, bounds_now=bounds))
        bounds = rules.frozen.bounds
    named = totals.with_columns(codes_by(bounds, codes=cuts.codes).alias("tier"))
    if rules.hysteresis.is_on and rules.last_run is None:
        notes.append(Note("tiers_not_held"))
    if not rules.may_hold or rules.last_run is None:
        return Told(named, bounds, tuple(notes))
    last = rules.last_run(as_of)
    if last is None:
        notes.append(Note("no_kept_run"))
        last = LastRun(
            as_of, pl.DataFrame(schema={"customer_key": pl.Int64, "kept_tier": pl.String, "runs_before": pl.Int64})
        )
    named = hold(named, last=last, bounds=bounds, codes=cuts.codes, rules=rules.hysteresis)
    held = int((named.get_column("tier") != named.get_column("tier_now")).sum())
    if held:
        notes.append(Note("tiers_held", {"count": held, "kept_on": last.kept_on}))
    return Told(named, bounds, tuple(notes))


@dataclass(frozen=True)
class Standing:
    """Everyone and their tier.

    Args:
        everyone: Who bought, and what.
        told: Their tiers.
        rules: By what these are told.
        window_days: The window of the orders; None for all.
    """

    everyone: Ranked
    told: Told
    rules: TierRules
    window_days: int | None

    @property
    def codes(self) -> tuple[str, ...]:
        """The tiers, best first."""
        return self.rules.cuts.codes

    @property
    def rising(self) -> Rising:
        """What it takes to rise."""
        is_frozen = self.rules.frozen is not None
        return rising_of(
            self.everyone.amounts,
            bounds=self.told.bounds,
            cuts=self.rules.cuts,
            are_frozen=is_frozen,
            margin=self.rules.hysteresis.share if self.rules.may_hold else None,
        )

    @property
    def notes(self) -> tuple[Note, ...]:
        """All remarks."""
        return (*self.everyone.notes, *self.told.notes)


def standing(
    facts: Facts, *, as_of: date | None, scope: Scope | None, window_days: int | None, rules: TierRules
) -> Standing:
    """Everyone who bought among the orders asked for, and their tier.

    Raises:
        CusttierError: Those of `ranked` and `told_tiers`.
    """
    everyone = ranked(facts, as_of=as_of, scope=scope, window_days=window_days)
    told = told_tiers(
        everyone.found.totals,
        everyone.amounts,
        rules=rules,
        as_of=everyone.basis.as_of,
        currency=everyone.basis.currency,
        window_days=window_days,
    )
    return Standing(everyone, told, rules, window_days)
