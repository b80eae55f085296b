"""Amounts of several currencies in one."""

import polars as pl

from custtier.rates import Conversion, Step


def converted(amount: pl.Expr, *, conversion: Conversion) -> pl.Expr:
    """Positive amounts in the currency of the answer, at the rate of the row's day, rounded half up.

    What is worth less than one minor unit counts as one: a purchase stays a purchase.

    Args:
        amount: Minor units of the row's `currency`, above 0.
        conversion: The rates. A currency that it does not name stays as it is.

    Returns:
        An expression over `currency` and `order_day`: Int64, minor units of `conversion.to`.
    """
    found = amount
    for name, steps in conversion.steps:
        found = pl.when(pl.col("currency") == name).then(_at_the_days_rate(amount, steps)).otherwise(found)
    return found


def _at_the_days_rate(amount: pl.Expr, steps: tuple[Step, ...]) -> pl.Expr:
    found = _times(amount, steps[0])
    for step in steps[1:]:
        found = pl.when(pl.col("order_day") >= step.since_day).then(_times(amount, step)).otherwise(found)
    return found


def _times(amount: pl.Expr, step: Step) -> pl.Expr:
    top, bottom = (pl.lit(part, dtype=pl.Int128) for part in step.factor.as_integer_ratio())
    return ((amount.cast(pl.Int128) * top * 2 + bottom) // (bottom * 2)).cast(pl.Int64).clip(lower_bound=1)
