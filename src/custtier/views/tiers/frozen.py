"""Bounds of tiers kept from some day, so that later days are measured by them; and how far they have drifted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from custtier.errors import usage_error
from custtier.facts import Note
from custtier.views.tiers.named import codes_by


@dataclass(frozen=True)
class FrozenTiers:
    """The tiers of a day.

    Args:
        as_of: The day.
        currency: Currency of the bounds.
        window_days: Window of the orders; None when they were of all days.
        codes: The tiers, best first.
        bounds: The least net sales of each but the last, minor units.
        customer_shares: What part of the customers was in each.
    """

    as_of: date
    currency: str | None
    window_days: int | None
    codes: tuple[str, ...]
    bounds: tuple[int, ...]
    customer_shares: tuple[float, ...]

    def check_alike(self, *, codes: Sequence[str], currency: str | None, window_days: int | None) -> None:
        """Return when they may be used for such a question.

        Raises:
            CusttierError: `frozen-otherwise`, `frozen-other-tiers`.
        """
        if tuple(codes) != self.codes:
            raise usage_error(
                "frozen-other-tiers",
                "the kept tiers are {kept}, those of the settings are {codes}",
                hint="keep the bounds anew with `custtier tiers --freeze`",
                kept=", ".join(self.codes),
                codes=", ".join(codes),
            )
        if (self.currency, self.window_days) != (currency, window_days):
            raise usage_error(
                "frozen-otherwise",
                "the kept cuts are for {currency} and a window of {window} days (0: none), asked is {asked_currency} "
                "and {asked_window}",
                hint="ask for the same, or keep other bounds with `custtier tiers --freeze`",
                currency=self.currency or "-",
                window=self.window_days or 0,
                asked_currency=currency or "-",
                asked_window=window_days or 0,
            )

    def drift(self, customers: pl.DataFrame, *, bounds_now: Sequence[int]) -> Note:
        """How many customers would be in another tier by bounds of the day observed.

        Args:
            customers: One row each. Uses `net_sales`.
            bounds_now: Those of the day observed.
        """
        kept, now = codes_by(self.bounds, codes=self.codes), codes_by(bounds_now, codes=self.codes)
        changed = int(customers.select((kept != now).sum()).item())
        return Note("frozen_tiers", {"frozen_on": self.as_of, "changed": changed, "count": customers.height})
