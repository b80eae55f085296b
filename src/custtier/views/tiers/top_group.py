"""The best group that `--top` or `--sales` asks for, and the least net sales in it."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import polars as pl

from custtier.errors import usage_error
from custtier.models.concentration import lowest_of_best, lowest_of_fewest, parts_of
from custtier.views.shares import parse_share, parse_top

DEFAULT_TOP: Final = "20%"


@dataclass(frozen=True)
class TopGroup:
    """What was asked for.

    Args:
        typed_top: `20%` or `300`; None when a share of the sales was asked for.
        top: What it means.
        sales: The share of the sales.
    """

    typed_top: str | None
    top: Fraction | int | None
    sales: Fraction | None

    def cutoff(self, amounts: pl.Series) -> int:
        """The least net sales in the group; everyone with as much is in it.

        Args:
            amounts: Net sales of all customers, largest first, not empty.
        """
        if self.sales is not None:
            return lowest_of_fewest(amounts, share=self.sales)
        wanted = self.top if isinstance(self.top, int) else parts_of(amounts.len(), self.top or Fraction(1))
        return lowest_of_best(amounts, count=wanted)


def top_group(top: str | None, sales: str | None) -> TopGroup:
    """The group that the options ask for; the best 20% of the customers without any.

    Raises:
        CusttierError: `top-and-sales`, `bad-top`, `bad-share`.
    """
    if top is not None and sales is not None:
        raise usage_error(
            "top-and-sales", "--top and --sales were both given, they choose the same thing", hint="leave one out"
        )
    typed_top = DEFAULT_TOP if top is None and sales is None else top
    return TopGroup(
        typed_top,
        None if typed_top is None else parse_top(typed_top),
        None if sales is None else parse_share(sales, option="--sales"),
    )
