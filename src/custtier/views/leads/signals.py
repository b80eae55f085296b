"""What tells those who talked apart on a day, and who of them bought within so many days after it."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

import polars as pl

from custtier.grading import WORTH_A_WORD
from custtier.periods import day_number

SILENT_BANDS: Final = (4, 8, 15, 31, 61, 91, 181)
"""Days since they last wrote at which a band begins."""
MESSAGE_BANDS: Final = (1, 3, 6, 11)
AGE_BANDS: Final = (8, 31, 91, 366)

SIGNALS: Final = ("grade", "silent_band", "message_band", "age_band", "channel")
"""From the one that says most to the one that says least; groups are nested in this order."""


def candidates(people: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """Those with a letter of `grading.WORTH_A_WORD` who have not deleted us, with their signals.

    Args:
        people: `Leads.people` of the day.
        as_of: The day.

    Returns:
        The columns of `people`, `silent_days` (Int32: since they last wrote, or since an order that came to nothing;
        null where neither is known), and `SIGNALS`: bands are numbers (Int64), null where nothing is known.
    """
    today = day_number(as_of)
    last = pl.coalesce("last_incoming_on", "open_order_on")
    held = people.filter(
        pl.col("grade").is_in(WORTH_A_WORD),
        ~pl.col("is_deleted").fill_null(value=False),
        pl.col("customer_key").is_not_null(),
    )
    return held.with_columns((today - last.cast(pl.Int32)).alias("silent_days")).with_columns(
        _band("silent_days", SILENT_BANDS).alias("silent_band"),
        _band("incoming_count", MESSAGE_BANDS).alias("message_band"),
        _band(today - pl.col("added_on").cast(pl.Int32), AGE_BANDS).alias("age_band"),
    )


def _band(value: str | pl.Expr, begins: Sequence[int]) -> pl.Expr:
    """How many bounds a number has reached; null where there is no number."""
    number = pl.col(value) if isinstance(value, str) else value
    return pl.sum_horizontal((number >= begin).cast(pl.Int64) for begin in begins) + number * 0


def with_outcome(held: pl.DataFrame, bought: pl.DataFrame, *, as_of: date, days: int) -> pl.DataFrame:
    """`held` with `did`: whether they bought within so many days after the day.

    Args:
        held: `candidates` of the day.
        bought: `customer_key`, `order_day`: every purchase known.
        as_of: The day.
        days: How many days after it count.
    """
    first, last = day_number(as_of) + 1, day_number(as_of + timedelta(days=days))
    buyers = bought.filter(pl.col("order_day").is_between(first, last)).select("customer_key").unique()
    return held.join(
        buyers.with_columns(pl.lit(value=True).alias("did")), on="customer_key", how="left", maintain_order="left"
    ).with_columns(pl.col("did").fill_null(value=False))
