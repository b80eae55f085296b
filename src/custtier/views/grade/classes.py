"""Classes that staff noted by hand beside what became of the leads: how many bought, and whether the notes tell who."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from custtier.grading import GRADES
from custtier.models.proportions import NORMAL, wilson

HOT, HOPEFUL, FAIR, NONE = WORDS = ("hot", "hopeful", "fair", "none")
"""Codes of classes in words, best first."""
TYPED: Final = tuple(f"staff_{letter.lower()}" for letter in GRADES)
"""Codes of letters that staff typed, best first."""
OTHER: Final = "other"
"""What was noted in words that nobody ranks."""

_IN_WORDS: Final[Mapping[str, str]] = {
    HOT: "很有希望 非常有希望 希望很大 高意向 意向高 高 强意向 重点 重点跟进 hot very-likely high",
    HOPEFUL: "有希望 中意向 意向中 中 有意向 likely warm hopeful medium",
    FAIR: "一般 低意向 意向低 低 待观察 fair so-so lukewarm low",
    NONE: "无意向 没意向 没有意向 无希望 没希望 无 放弃 none cold no-interest not-interested",
}
_AS_LETTERS: Final = ("", "级", "类", "类客户")

_SPOKEN: Final[Mapping[str, str]] = {
    **{word: code for code, words in _IN_WORDS.items() for word in words.split()},
    **{f"{code[-1]}{ending}": code for code in TYPED for ending in _AS_LETTERS},
}
"""What is written, in small letters, a hyphen between words → its code."""

FEWEST: Final = 10
"""It takes so many buyers, and so many others, to judge by."""

SCHEMES: Final[Mapping[str, tuple[str, ...]]] = {"words": WORDS, "typed": TYPED}
"""Ways to note classes, each ranked in itself, best first."""

COLUMNS: Final = (
    "noted_class",
    "contacts",
    *(letter.lower() for letter in GRADES),
    "unknown",
    "became_a",
    "hit_share",
    "hit_low",
    "hit_high",
    "open_when_noted",
    "bought_after",
    "after_share",
)


@dataclass(frozen=True)
class Ranking:
    """How well a way of noting tells buyers from others.

    Args:
        scheme: One of `SCHEMES`.
        contacts: How many were looked at.
        chance: That of a buyer and another the buyer has the better class.
        low: Lower end of its 95 % interval.
        high: Upper end.
    """

    scheme: str
    contacts: int
    chance: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """Whether that is more than chance."""
        if self.low > 1 / 2:
            return "better"
        return "worse" if self.high < 1 / 2 else "by_chance"


def class_codes(written: pl.Series) -> pl.Series:
    """The code of each class as it is written; `other` for words that nobody ranks, null where nothing is noted."""
    known = written.drop_nulls().unique().to_list()
    codes = {text: _SPOKEN.get("-".join(text.casefold().split()), OTHER) for text in known if text.strip()}
    if not codes:
        return pl.Series(written.name, [None] * len(written), dtype=pl.String)
    return written.replace_strict(codes, default=None, return_dtype=pl.String)


def classes(people: pl.DataFrame) -> pl.DataFrame:
    """One row per class that was noted, best first: `COLUMNS`.

    Args:
        people: Uses `lead_code` (of `class_codes`), `grade`, `first_order_on`, `first_ever_on`, `noted_on`.

    Returns:
        `contacts`, how many of them have each letter now, `became_a` (a purchase on the day of adding or later),
        its share of them and the 95 % interval of it; `open_when_noted` (who had not bought by the day on which the
        class was first shown, where that day is known), `bought_after` (of them, since) and its share.
    """
    noted = people.filter(pl.col("lead_code").is_not_null())
    rows = []
    for code in (*WORDS, *TYPED, OTHER):
        own = noted.filter(pl.col("lead_code") == code)
        if own.is_empty():
            continue
        counts = dict(own.group_by("grade").len().iter_rows())
        bought = own["first_order_on"].count()
        low, high = wilson(bought, own.height) or (None, None)
        ahead = open_when_noted(own)
        after = ahead["first_ever_on"].count()
        rows.append(
            {
                "noted_class": code,
                "contacts": own.height,
                **{letter.lower(): counts.get(letter, 0) for letter in GRADES},
                "unknown": counts.get(None, 0),
                "became_a": bought,
                "hit_share": bought / own.height,
                "hit_low": low,
                "hit_high": high,
                "open_when_noted": ahead.height,
                "bought_after": after,
                "after_share": after / ahead.height if ahead.height else None,
            }
        )
    return pl.DataFrame(rows, schema={name: _dtype(name) for name in COLUMNS})


def open_when_noted(people: pl.DataFrame) -> pl.DataFrame:
    """Who had not bought by the day on which their class was first shown."""
    had_bought = (pl.col("first_ever_on") <= pl.col("noted_on")).fill_null(value=False)
    return people.filter(pl.col("noted_on").is_not_null() & ~had_bought)


def changes(noted: pl.DataFrame) -> pl.DataFrame:
    """How often one noted class followed another: `noted_from`, `noted_class`, `changes`, the most frequent first.

    Args:
        noted: `contact_key`, `lead_code`, `noted_at`, one row per change.
    """
    before = pl.col("lead_code").shift(1).over("contact_key")
    return (
        noted.sort("contact_key", "noted_at", "lead_code", nulls_last=False)
        .with_columns(before.alias("noted_from"))
        .filter(pl.col("noted_from").is_not_null() & (pl.col("noted_from") != pl.col("lead_code")))
        .group_by("noted_from", pl.col("lead_code").alias("noted_class"))
        .agg(pl.len().cast(pl.Int64).alias("changes"))
        .sort("changes", "noted_from", "noted_class", descending=[True, False, False])
    )


def rankings(people: pl.DataFrame, *, bought: str) -> list[Ranking]:
    """How well each way of noting tells buyers from others.

    The chance is that of two contacts, one who bought and one who did not, the buyer has the better class; a half is
    what tossing a coin comes to. A way of noting with one class, or fewer than `FEWEST` buyers or others, tells
    nothing.

    Args:
        people: Uses `lead_code` and `bought`.
        bought: The day on which they bought; null for who did not.

    Source: Hanley & McNeil 1982; DeLong, DeLong & Clarke-Pearson 1988 for the interval.
    """
    import numpy as np

    from custtier.models.judging import auc

    found = []
    for name, codes in SCHEMES.items():
        own = people.filter(pl.col("lead_code").is_in(list(codes)))
        happened = own[bought].is_not_null().to_numpy()
        buyers = int(happened.sum())
        if own["lead_code"].n_unique() < 2 or min(buyers, own.height - buyers) < FEWEST:
            continue
        scores = -_places(own["lead_code"], codes).to_numpy().astype(np.float64)
        measure = auc(scores, happened)
        half = NORMAL * float(np.sqrt((measure.influence**2).sum()))
        low, high = max(measure.value - half, 0.0), min(measure.value + half, 1.0)
        found.append(Ranking(name, own.height, measure.value, low, high))
    return found


def _places(codes: pl.Series, ranked: Sequence[str]) -> pl.Series:
    return codes.replace_strict({code: place for place, code in enumerate(ranked)}, return_dtype=pl.Int64)


def _dtype(name: str) -> type[pl.DataType]:
    if name == "noted_class":
        return pl.String
    return pl.Float64 if name.startswith("hit_") or name.endswith("_share") else pl.Int64
