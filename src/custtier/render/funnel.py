"""The funnel from being added to buying as bars of text, each with its number: any terminal shows it."""

from typing import Final

import polars as pl

from custtier.text import Catalogue, message
from custtier.text.layout import cells, padded
from custtier.text.names import names_of

FUNNEL: Final = "funnel"
"""The table that is drawn."""

USUAL_WIDTH: Final = 80
WIDEST: Final = 100
NARROWEST_BAR: Final = 8
BLOCKS: Final = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")
"""Eighths of a block, from none."""

FULL: Final = "█"
PLAIN: Final = "#"


def funnel_lines(stages: pl.DataFrame, catalogue: Catalogue, *, width: int | None, plain: bool) -> list[str]:
    """A bar a stage, its contacts, their share of all, and of the stage before.

    Args:
        stages: `views.channels.funnel.funnel`.
        catalogue: The language.
        width: Columns of the page; None for `USUAL_WIDTH`.
        plain: Only ASCII signs in the bars.
    """
    names = names_of("stage", catalogue)
    rows = list(stages.select("stage", "contacts", "share", "share_of_before").iter_rows())
    labels = [names.get(stage, stage) for stage, *_ in rows]
    counts = [f"{count:,}" for _, count, *_ in rows]
    shares = ["" if share is None else f"{share:.1%}" for _, _, share, _ in rows]
    steps = ["", *(_of_before(before, catalogue) for *_, before in rows[1:])]
    widths = [max(map(cells, texts), default=0) for texts in (labels, counts, shares, steps)]
    room = min(WIDEST, USUAL_WIDTH if width is None else width) - sum(widths) - 2 * len(widths)
    if room < NARROWEST_BAR:
        # what of it each stage is, the share of all says too
        steps, room = [""] * len(rows), room + widths[3] + 2
    bars = [bar(share or 0.0, max(room, NARROWEST_BAR), plain=plain) for *_, share, _ in rows]
    return [
        "  ".join(
            [
                padded(label, widths[0]),
                padded(drawn, max(room, NARROWEST_BAR)),
                padded(count, widths[1], right=True),
                padded(share, widths[2], right=True),
                step,
            ]
        ).rstrip()
        for label, drawn, count, share, step in zip(labels, bars, counts, shares, steps, strict=True)
    ]


def _of_before(share: float | None, catalogue: Catalogue) -> str:
    return "" if share is None else catalogue.say(message("{share:.1%} of the stage before"), share=share)


def bar(share: float, width: int, *, plain: bool) -> str:
    """A bar for a share of `width` columns; who is there at all has a sign.

    Examples:
        >>> bar(0.5, 8, plain=True), bar(0.01, 8, plain=True), bar(0.0, 8, plain=True)
        ('####', '#', '')
        >>> bar(0.3, 8, plain=False), bar(0.001, 8, plain=False)
        ('██▍', '▏')
    """
    if share <= 0:
        return ""
    if plain:
        return PLAIN * max(round(share * width), 1)
    eighths = max(round(share * width * len(BLOCKS)), 1)
    return FULL * (eighths // len(BLOCKS)) + BLOCKS[eighths % len(BLOCKS)]
