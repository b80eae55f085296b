"""What each customer lacks to be in a better tier, exactly, whatever the tiers are cut by."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from custtier.tiering import CutKind, TierCuts

_UNREACHED = -1
"""Less than any net sales."""


@dataclass(frozen=True)
class Rising:
    """What it takes to be in a tier or a better one, given that everybody else stays.

    Args:
        bounds: `tiers.named.tier_bounds`, best tier first.
        descending: Net sales of all customers, largest first.
        shares: Where tiers end that are cut by shares of the sales; empty for others.
        margin: Who lacks at most this part of the bound of the tier they fall out of is held in it.
    """

    bounds: Sequence[int]
    descending: pl.Series
    shares: tuple[Fraction, ...] = ()
    margin: Fraction = Fraction(0)

    def needed(self, sales: pl.Series, *, place: int) -> pl.Series:
        """Minor units with which a customer is in the tier at `place`, and with one less is not; 0 for who is in it.

        A bound by customers is the amount of the last of so many best: whoever overtakes them becomes one of these,
        and whoever ties with the last is in. A bound by spending stands still. So it is what is missing to the bound.
        A share of the sales grows with what the customer buys: see `_to_share`.

        Args:
            sales: Net sales, one per customer.
            place: 0 is the best tier; one of the last tier is asked by nobody.
        """
        missing = (self.bounds[place] - sales).clip(lower_bound=0)
        if not self.shares:
            return missing
        return pl.select(pl.when(missing > 0).then(self._to_share(sales, self.shares[place])).otherwise(0)).to_series()

    def needed_to_hold(self, sales: pl.Series, *, place: int) -> pl.Series:
        """Minor units with which whoever falls out of a tier by the margin alone is held in it, and with one less not.

        Args:
            sales: Net sales, one per customer, of whom each lacks more than the margin.
            place: Of the tier.
        """
        low, high = sales * 0, self.needed(sales, place=place)
        if not self.shares:
            return self._least_held(pl.repeat(self.bounds[place], sales.len(), dtype=pl.Int64, eager=True)) - sales
        # what is bought lets the sum grow and the bound sink: the least that is enough is searched by halves
        for _ in range(int(max(high.max() or 0, 1)).bit_length() + 1):  # type: ignore[arg-type]  # a whole number
            middle = (low + high) // 2
            is_enough = sales + middle >= self._least_held(self._bound_after(middle, self.shares[place]))
            high, low = middle.zip_with(is_enough, high), low.zip_with(is_enough, middle)
        return high

    def _least_held(self, bounds: pl.Series) -> pl.Series:
        """The least net sales within the margin of each bound."""
        kept, whole = self.margin.denominator - self.margin.numerator, self.margin.denominator
        return pl.select((pl.lit(bounds).cast(pl.Int128) * kept + whole - 1) // whole).to_series().cast(pl.Int64)

    def _bound_after(self, bought: pl.Series, share: Fraction) -> pl.Series:
        """The bound of a share of the sales when somebody below it has bought so much more."""
        total = pl.lit(bought + int(self.descending.sum())).cast(pl.Int128)
        wanted = (total * share.numerator + share.denominator - 1) // share.denominator
        place = self.descending.cum_sum().search_sorted(pl.select(wanted).to_series().cast(pl.Int64), side="left")
        return self.descending.gather(place.clip(upper_bound=self.descending.len() - 1))

    def _to_share(self, sales: pl.Series, share: Fraction) -> pl.Series:
        """What brings each customer among the fewest who make `share` of all sales; of those who are not yet.

        With x more, a = sales + x is among them when all who sell more than a make less than the share of the new
        total T + x. That is easier the larger a. So the first of all amounts v is sought at which it holds; below it,
        down to the next amount, those who sell more are the same, and x > P / share - T decides, where P is what all
        who sell v or more make.
        """
        known = (
            pl.DataFrame({"amount": self.descending})
            .group_by("amount")
            .agg(pl.col("amount").sum().alias("of_equals"))
            .sort("amount", descending=True)
            .with_columns(pl.col("of_equals").cum_sum().alias("with_better"))
            .sort("amount")
        )
        total = int(self.descending.sum())
        with_better = pl.col("with_better").cast(pl.Int128)
        better = with_better - pl.col("of_equals")
        # whoever sells less than `holds_below` is among them at this amount
        holds_below = total + pl.col("amount") - better * share.denominator // share.numerator
        between = with_better * share.denominator // share.numerator - total + 1
        steps = known.select(
            "amount",
            holds_below.clip(lower_bound=_UNREACHED).cast(pl.Int64).alias("holds_below"),
            between.clip(upper_bound=total).cast(pl.Int64).alias("between"),
        )
        first = steps.get_column("holds_below").search_sorted(sales, side="right").clip(upper_bound=known.height - 1)
        return pl.select(
            pl.min_horizontal(
                pl.lit(steps.get_column("amount")).gather(first) - pl.lit(sales),
                pl.lit(steps.get_column("between")).gather(first),
            )
        ).to_series()


def rising_of(
    descending: pl.Series,
    *,
    bounds: Sequence[int],
    cuts: TierCuts,
    are_frozen: bool = False,
    margin: Fraction | None = None,
) -> Rising:
    """What it takes to rise among these customers.

    Args:
        descending: Net sales of all customers, largest first, not empty.
        bounds: Of these tiers.
        cuts: The tiers.
        are_frozen: The bounds were kept from another day, so they stand still.
        margin: Of `TierHysteresis`.
    """
    moves = cuts.kind is CutKind.SALES and not are_frozen
    return Rising(bounds, descending, cuts.shares if moves else (), margin or Fraction(0))
