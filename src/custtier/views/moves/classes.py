"""By what customers are told apart on two days: tiers or classes, and the cuts of a day held against any day."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

import polars as pl

from custtier.errors import nothing_error, usage_error
from custtier.tiering import TierCuts
from custtier.views.basis import Basis
from custtier.views.rfm.answer import Asked, segment_codes
from custtier.views.rfm.cuts import LEAST_SCORED, Cuts
from custtier.views.rfm.cuts_asked import check_cuts, cuts_asked
from custtier.views.tiers.frozen import FrozenTiers
from custtier.views.tiers.named import codes_by, tier_bounds

FIGURES: Final = ("last_day", "order_count", "net_sales")
"""What a customer is told apart by, on a day."""


class By(StrEnum):
    """What may have changed."""

    TIER = "tier"
    SEGMENT = "segment"


@dataclass(frozen=True)
class Classes:
    """By what customers are told apart.

    Args:
        by: One of `By`.
        tiers: The named tiers.
        frozen: Bounds of the tiers kept from some day, which hold on both days; None for those of each day.
        asked: Scheme and cuts of the classes by recency, frequency and money.
        window_days: Orders and net sales count only those of so many days that end on the day; None for all.
    """

    by: str = By.TIER
    tiers: TierCuts = field(default_factory=TierCuts)
    frozen: FrozenTiers | None = None
    asked: Asked = field(default_factory=Asked)
    window_days: int | None = None

    @property
    def codes(self) -> tuple[str, ...]:
        """The tiers or classes, in their order.

        Raises:
            CusttierError: `unknown-scheme`.
        """
        return self.tiers.codes if self.by == By.TIER else self.asked.codes

    @property
    def is_ordered(self) -> bool:
        """Whether one of them is better than another."""
        return self.by == By.TIER

    @property
    def is_by_day(self) -> bool:
        """Whether somebody who does nothing may change by the passing of days alone."""
        return self.by == By.SEGMENT or self.window_days is not None

    @property
    def labels(self) -> Mapping[str, Mapping[str, str]]:
        """Names of the user's own: code → language → name."""
        if self.by == By.TIER:
            return self.tiers.labels.get("tier", {})
        return self.asked.own_scheme.labels if self.asked.own_scheme else {}

    @property
    def parameters(self) -> dict[str, object]:
        """What was asked, for the record."""
        if self.by == By.TIER:
            cuts = "frozen" if self.frozen else None
            return {"by": str(self.by), "cuts": cuts, "window": self.window_days}
        return {"by": str(self.by), "scheme": self.asked.scheme, "cuts": self.asked.cuts, "window": self.window_days}

    def has_purchase(self) -> pl.Expr:
        """Whether somebody is a customer on the day, by `FIGURES`: in the window for tiers, ever for classes."""
        return pl.col("order_count") > 0 if self.by == By.TIER else pl.col("last_day").is_not_null()


@dataclass(frozen=True)
class Rule:
    """The tier or class of each customer by the cuts of some day.

    Args:
        cuts: What they are, comparable, as if of day 0.
        codes: A frame with `FIGURES` and the number of the day observed → the codes; null for no customer.
    """

    cuts: object
    codes: Callable[[pl.DataFrame, int], pl.Series]


def rule_of(customers: pl.DataFrame, *, basis: Basis, classes: Classes) -> Rule | None:
    """The cuts that hold on a day; None when there is nobody on it to take them from.

    Args:
        customers: One row for everyone known. Uses `FIGURES`, those of the day.
        basis: The day and the currency.
        classes: By what customers are told apart.

    Raises:
        CusttierError: `too-few-to-compare` when customers are too few to be scored; those of `cuts_asked` and
            `FrozenTiers.check_alike`.
    """
    found = customers.filter(classes.has_purchase())
    if found.is_empty():
        return None
    if classes.by == By.TIER:
        return _by_tier(found, basis=basis, classes=classes)
    cuts = cuts_asked(
        basis,
        days=found.get_column("last_day"),
        sales=found.get_column("net_sales").sort(),
        kind=classes.asked.kind,
        written=classes.asked.written,
        frozen=classes.asked.frozen,
        window_days=classes.window_days,
    )
    if cuts is None:
        raise nothing_error(
            "too-few-to-compare",
            "on {day} there are {customers} customers; classes need at least {least}",
            hint="compare tiers with `--by tier`, or take a later first day",
            day=basis.as_of,
            customers=found.height,
            least=LEAST_SCORED,
        )
    return _by_segment(cuts, basis=basis, classes=classes)


def check_classes(classes: Classes) -> None:
    """Return when customers can be told apart in this way.

    Raises:
        CusttierError: `unknown-by`, `unknown-scheme`, those of `check_cuts`.
    """
    if classes.by not in set(By):
        raise usage_error(
            "unknown-by",
            "--by {by!r} is not known; there are {known}",
            hint="name one of them",
            by=classes.by,
            known=", ".join(By),
        )
    if classes.by == By.SEGMENT:
        asked = classes.asked
        check_cuts(asked.kind, freeze=False, written=asked.written, frozen=asked.frozen)
        # an unknown scheme is told before any work
        _ = asked.codes


def _by_tier(found: pl.DataFrame, *, basis: Basis, classes: Classes) -> Rule:
    if classes.frozen is None:
        amounts = found.get_column("net_sales").sort(descending=True)
        bounds = tier_bounds(amounts, cuts=classes.tiers, currency=basis.currency)
    else:
        classes.frozen.check_alike(codes=classes.codes, currency=basis.currency, window_days=classes.window_days)
        bounds = classes.frozen.bounds
    code = pl.when(classes.has_purchase()).then(codes_by(bounds, codes=classes.codes)).otherwise(None)
    return Rule(bounds, lambda figures, _: figures.select(code.alias("code")).to_series())


def _by_segment(cuts: Cuts, *, basis: Basis, classes: Classes) -> Rule:
    def codes(figures: pl.DataFrame, day: int) -> pl.Series:
        on_day = _later(cuts, days=day - basis.as_of_day)
        code = pl.when(classes.has_purchase()).then(segment_codes(on_day, classes.asked)).otherwise(None)
        # who never bought has no scores; any will do for a code that is left out
        scored = figures.with_columns(score.fill_null(1) for score in on_day.expressions())
        return scored.select(code.alias("code")).to_series()

    return Rule(_later(cuts, days=-basis.as_of_day), codes)


def _later(cuts: Cuts, *, days: int) -> Cuts:
    """The same cuts, of recency in days, so many days later."""
    last_days = tuple(None if day is None else day + days for day in cuts.last_days)
    return replace(cuts, last_days=last_days, recent_day=cuts.recent_day + days)
