"""Tables that are drawn as one line a rule beside the line on which expected and seen are the same."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from custtier.text import Catalogue, message
from custtier.text.names import names_of
from custtier.text.titles import title_of

RULE: Final = "forecast_rule"
DRAWN: Final = {
    ("calibration", "expected_share"): "bought_share",
    ("tenths", "expected_per_customer"): "seen_per_customer",
    ("gains", "customer_share"): "",
}
"""Table and what is told across → what is told upwards; the last column where it is empty or has another name."""


@dataclass(frozen=True)
class RuleLines:
    """What is drawn of a table.

    Args:
        across: The column told across.
        up: The column told upwards.
        lines: Rule → the first of its rows and how many there are, in the order of the table.
        is_share: Whether both go from 0 to 1.
        most: Where the axes end.
    """

    across: str
    up: str
    lines: dict[str, tuple[int, int]]
    is_share: bool
    most: float


def lines_of(table: str, frame: pl.DataFrame) -> RuleLines | None:
    """What is drawn of a table of a backtest; None of any other, and of one without rows.

    Args:
        table: Its name.
        frame: With the rows of each rule one after the other.
    """
    found = [(across, up) for (name, across), up in DRAWN.items() if name == table and across in frame.columns]
    if not found or RULE not in frame.columns or frame.is_empty():
        return None
    across, named = found[0]
    up = named if named in frame.columns else frame.columns[-1]
    runs = frame.with_row_index("row").group_by(RULE, maintain_order=True).agg(pl.col("row").min(), pl.len())
    lines = {rule: (int(row), int(count)) for rule, row, count in runs.iter_rows()}
    is_share = table != "tenths"
    highest = float(frame.select(across, up).to_numpy().max())
    return RuleLines(across, up, lines, is_share, 1.0 if is_share else highest or 1.0)


def rule_names(lines: RuleLines, catalogue: Catalogue) -> list[str]:
    """What each line is called."""
    names = names_of(RULE, catalogue)
    return [names.get(rule, rule) for rule in lines.lines]


def axes_of(lines: RuleLines, catalogue: Catalogue) -> tuple[str, str]:
    """What is told across and what upwards."""
    return title_of(lines.across, catalogue), title_of(lines.up, catalogue)


def even_of(table: str, catalogue: Catalogue) -> str:
    """What the straight line stands for."""
    if table == "gains":
        return catalogue.say(message("drawn by lot"))
    return catalogue.say(message("as was said"))
