"""From being added to buying: how many contacts come so far."""

from typing import Final

import polars as pl

STAGES: Final = ("added", "answered", "considering", "bought")
"""Each is a part of the one before: all who were added; who answered; who bought or talk of it (A and B); A."""

_TALKED: Final = frozenset({"answered", "considering"})


def funnel(groups: pl.DataFrame, *, has_talk: bool) -> pl.DataFrame:
    """How many contacts come to each stage.

    Args:
        groups: Uses `contacts`, `answered`, `b_plus`, `a`.
        has_talk: Whether anything is known of who answered; without it only buying is told.

    Returns:
        `stage`, `contacts` (Int64), `share` (of all), `share_of_before` (of the stage before); null of nobody.
    """
    sums = groups.select(pl.col("contacts", "answered", "b_plus", "a").sum()).row(0)
    counts = [
        (stage, int(count)) for stage, count in zip(STAGES, sums, strict=True) if has_talk or stage not in _TALKED
    ]
    before = [counts[0][1], *(count for _, count in counts[:-1])]
    return pl.DataFrame(
        {
            "stage": [stage for stage, _ in counts],
            "contacts": [count for _, count in counts],
            "share": [count / counts[0][1] if counts[0][1] else None for _, count in counts],
            "share_of_before": [
                count / base if base else None for (_, count), base in zip(counts, before, strict=True)
            ],
        },
        schema={"stage": pl.String, "contacts": pl.Int64, "share": pl.Float64, "share_of_before": pl.Float64},
    )
