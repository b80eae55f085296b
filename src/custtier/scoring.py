"""What a user may settle about scores: own cuts of recency, frequency and money."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite
from typing import Any, ClassVar, Final

from custtier.currencies import BEYOND_AMOUNTS
from custtier.text import message

STRICT: Final[dict[str, Any]] = {"extra": "forbid", "strict": False}

CUT_COUNT: Final = 4
"""Cuts between five scores."""

Fault = tuple[str, str, object]
"""The key, what is wrong with it (a message), its value."""


@dataclass(frozen=True)
class RfmCuts:
    """Where the scores 2, 3, 4 and 5 begin with `rfm --cuts fixed`.

    Args:
        recency_days: The most days since the last purchase that still get each score, falling.
        orders: The fewest orders of each score, growing.
        net_sales: The least net sales of each score, growing, in the currency's main unit.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    recency_days: tuple[int, ...] = ()
    orders: tuple[int, ...] = (2, 3, 4, 6)
    net_sales: tuple[float, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """The settings that have no default and were not written."""
        return tuple(key for key in ("recency_days", "net_sales") if not getattr(self, key))


def cut_faults(cuts: RfmCuts) -> Iterable[Fault]:
    """What about the cuts has no meaning: key, message and value."""
    falling = tuple(-days for days in cuts.recency_days)
    if cuts.recency_days and not (_grows(falling) and cuts.recency_days[-1] >= 0):
        wrong = message("{path} cannot be used: {key} is {value}, four numbers of days that fall are expected")
        yield "rfm_cuts.recency_days", wrong, _listed(cuts.recency_days)
    if not (_grows(cuts.orders) and cuts.orders[0] >= 1):
        wrong = message("{path} cannot be used: {key} is {value}, four numbers of orders that grow are expected")
        yield "rfm_cuts.orders", wrong, _listed(cuts.orders)
    if cuts.net_sales and not (_grows(cuts.net_sales) and 0 < cuts.net_sales[0] < cuts.net_sales[-1] < BEYOND_AMOUNTS):
        wrong = message(
            "{path} cannot be used: {key} is {value}, four amounts above 0 that grow, with at most 12 digits, are "
            "expected"
        )
        yield "rfm_cuts.net_sales", wrong, _listed(cuts.net_sales)


def _grows(numbers: tuple[float, ...]) -> bool:
    """Whether there are as many numbers as there are cuts, each larger than the one before."""
    rises = all(one < other for one, other in pairwise(numbers))
    return len(numbers) == CUT_COUNT and rises and all(isfinite(number) for number in numbers)


def _listed(numbers: tuple[float, ...]) -> str:
    return ", ".join(f"{number:g}" for number in numbers)
