"""The letter of each contact and the reason for it, by rules that are stated once."""

from typing import Final

import polars as pl

from custtier.grading import GRADES, GradeCuts

REASONS: Final = (
    "bought",
    "bought_before",
    "considers",
    "order_open",
    "short_talk",
    "fell_silent",
    "order_stale",
    "no_answer",
    "deleted",
    "no_chat",
    "no_chats",
    "no_key",
)
"""Why somebody has their letter; the last three: why nobody can tell it.

- `bought`: a purchase on the day of adding or later; `bought_before`: purchases before it alone.
- `considers`: enough talk, the last of it not long ago. `short_talk`: too little; `fell_silent`: enough, long ago.
- `order_open`, `order_stale`: an order that came to nothing, lately or long ago, where no chats are known at all.
- `no_answer`: none of their messages. `deleted`: deleted us, and no purchase is known.
- `no_chat`: no chat with this person is known, though others' are; `no_chats`: nobody's are; `no_key`: nothing tells
  whose chats and orders are theirs.
"""

BY_ORDERS: Final = ("order_open", "order_stale")
"""Those of `REASONS` that stand in for talk."""

RANKED: Final = pl.Enum([*GRADES])
"""Letters in their order, best first."""


def graded(entries: pl.DataFrame, *, cuts: GradeCuts, as_of_day: int, has_chats: bool) -> pl.DataFrame:
    """`entries` with `grade` (a letter; null where it is not known) and `grade_reason` (one of `REASONS`).

    Args:
        entries: Uses `customer_key`, `first_order_on`, `bought_before_on`, `is_deleted`, `has_chat`, `incoming_count`,
            `incoming_days`, `last_incoming_on`, `open_order_on`.
        cuts: How much is talk, and when it is silence.
        as_of_day: Number of the day observed.
        has_chats: Whether any chat of anybody is known on the day observed; where none is, orders that came to
            nothing stand in for talk.
    """
    incoming = pl.col("incoming_count")
    is_talk = (incoming >= cuts.b_messages) & (pl.col("incoming_days") >= cuts.b_days)
    is_talk = is_talk | (incoming >= cuts.b_messages_alone)
    is_fresh = _days_ago("last_incoming_on", as_of_day) <= cuts.silent_days
    order_is_fresh = _days_ago("open_order_on", as_of_day) <= cuts.silent_days
    has_order = pl.lit(value=not has_chats) & pl.col("open_order_on").is_not_null()
    reason = (
        pl.when(pl.col("first_order_on").is_not_null())
        .then(pl.lit("bought"))
        .when(pl.col("bought_before_on").is_not_null())
        .then(pl.lit("bought_before"))
        .when("is_deleted")
        .then(pl.lit("deleted"))
        .when(pl.col("customer_key").is_null())
        .then(pl.lit("no_key"))
        .when(has_order & order_is_fresh)
        .then(pl.lit("order_open"))
        .when(has_order)
        .then(pl.lit("order_stale"))
        .when(~pl.col("has_chat"))
        .then(pl.lit("no_chat" if has_chats else "no_chats"))
        .when(incoming == 0)
        .then(pl.lit("no_answer"))
        .when(~is_talk)
        .then(pl.lit("short_talk"))
        .when(is_fresh)
        .then(pl.lit("considers"))
        .otherwise(pl.lit("fell_silent"))
    )
    return entries.with_columns(reason.alias("grade_reason")).with_columns(
        pl.col("grade_reason").replace_strict(LETTERS, default=None, return_dtype=pl.String).alias("grade")
    )


LETTERS: Final = {
    "bought": "A",
    "bought_before": "A",
    "considers": "B",
    "order_open": "B",
    "short_talk": "C",
    "fell_silent": "C",
    "order_stale": "C",
    "no_answer": "D",
    "deleted": "E",
}
"""Reason → letter."""


def _days_ago(day: str, as_of_day: int) -> pl.Expr:
    return as_of_day - pl.col(day).cast(pl.Int32)
