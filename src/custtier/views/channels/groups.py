"""Contacts and spend side by side: under one name of a channel, campaign or agent, or of one day, week or month."""

from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "channel": ("channel",),
    "campaign": ("channel", "campaign"),
    "agent": ("agent",),
    "day": ("day",),
    "week": ("week",),
    "month": ("month",),
}
"""What contacts may be told by → the columns that name a group. A campaign is one of its channel."""

PERIODS: Final = ("day", "week", "month")
"""Those that are told by when somebody was added; of spend, by when it was spent."""

TABLES: Final[Mapping[str, str]] = {name: f"{name}s" for name in GROUPS}
"""What contacts are told by → the table that says it."""

_NAMES: Final = ("channel", "campaign", "agent")
_MONTH: Final = "%Y-%m"
_DAY: Final = "%Y-%m-%d"


def folded(name: str | pl.Expr) -> pl.Expr:
    """A name as it is compared, like `same_name.folded_name`; null where nothing is left."""
    text = (pl.col(name) if isinstance(name, str) else name).str.normalize("NFKC").str.strip_chars().str.to_lowercase()
    return pl.when(text.str.len_chars() > 0).then(text)


def one_spelling(contacts: pl.DataFrame, spend: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Both with each channel, campaign and agent spelled one way: as most contacts have it, else as most rows of spend.

    Args:
        contacts: Uses `channel`, `campaign`, `agent`.
        spend: The same columns.
    """
    for name in _NAMES:
        spelled = _spelled(name, contacts, spend)
        contacts, spend = (
            rows.with_columns(pl.col(name).replace_strict(spelled, default=None, return_dtype=pl.String))
            for rows in (contacts, spend)
        )
    return contacts, spend


def _spelled(name: str, *frames: pl.DataFrame) -> dict[str, str | None]:
    """Name as it is written → as it is shown: of equally frequent spellings the first by its text."""
    # names are few, rows are many: only the different ones are looked at
    written = pl.concat(
        rows.lazy()
        .group_by(pl.col(name).alias("written"))
        .agg(pl.len().cast(pl.Int64).alias("rows"))
        .with_columns(pl.lit(place).alias("place"))
        for place, rows in enumerate(frames)
    ).filter(pl.col("written").is_not_null())
    found = written.with_columns(
        folded("written").alias("folded"), pl.col("written").str.strip_chars().alias("shown")
    ).collect()
    counted = found.drop_nulls("folded").group_by("place", "folded", "shown").agg(pl.col("rows").sum())
    best = counted.sort("place", -pl.col("rows"), "shown").unique("folded", keep="first", maintain_order=True)
    shown = dict(best.select("folded", "shown").iter_rows())
    return {text: shown.get(fold) for text, fold in found.select("written", "folded").iter_rows()}


def with_period(rows: pl.DataFrame, *, by: str, day: str) -> pl.DataFrame:
    """`rows` with the day, the Monday of the week or the month in which a day lies, as text; as they are for a name."""
    if by not in PERIODS:
        return rows
    of_day = {
        "day": pl.col(day).dt.to_string(_DAY),
        "week": pl.col(day).dt.truncate("1w").dt.to_string(_DAY),
        "month": pl.col(day).dt.to_string(_MONTH),
    }
    return rows.with_columns(of_day[by].alias(by))


def in_order(rows: pl.DataFrame, *, by: str, keys: Sequence[str]) -> pl.DataFrame:
    """Rows as they are shown: days the latest first, names by how many contacts they have; what is not told last."""
    if by in PERIODS:
        return rows.sort(by, descending=True, nulls_last=True)
    is_untold = pl.all_horizontal(pl.col(name).is_null() for name in keys)
    return rows.sort(is_untold, -pl.col("contacts"), *keys, nulls_last=True)
