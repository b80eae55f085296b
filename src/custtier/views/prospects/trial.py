"""Whether first days told who became one of the best, on newcomers who were left out of the learning."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from custtier.models.judging import Bin, Flags, Floats, Measure, auc, brier, lift, tenths
from custtier.models.judging_draws import Between, intervals, less
from custtier.models.scorecard import Scorecard, beyond_chance, fitted
from custtier.views.prospects.levels import Coding, coding_of
from custtier.views.prospects.signals import FIRST_SALES
from custtier.views.prospects.starts import Starts, is_past

BASE, SIMPLE, SCORECARD = "base-rate", "first-sales", "scorecard"
RULES: Final = (BASE, SIMPLE, SCORECARD)
PARTS: Final = 5
"""The best of a cohort are the best one in so many; so many customers stand on a list of the holdout."""
LEARNT_SHARE: Final = 0.6
"""Whole months, the earliest first, are learnt from until they hold so much of all past newcomers."""
FEWEST_LEARNT: Final = 30
FEWEST_HELD_OUT: Final = 20
"""Of those who became the best, and of the others: with fewer nothing can be told."""
SEED: Final = 0


@dataclass(frozen=True)
class Rule:
    """What one rule said of the customers held out.

    Args:
        name: One of `RULES`.
        auc: With its interval, as the next three.
        over_base: What its AUC is above that of everybody alike.
        over_simple: And above that of the first purchase's value.
        lift: Of those on the list: see `list_length`.
        brier: Of its chances.
        calibration: In fifths.
    """

    name: str
    auc: Between
    over_base: Between
    over_simple: Between
    lift: Between
    brier: float
    calibration: list[Bin]


@dataclass(frozen=True)
class Trial:
    """How rules did, and which is used.

    Args:
        rules: In the order of `RULES`.
        chosen: `SCORECARD`, `SIMPLE`, or `BASE` where nothing tells.
        signals: Those that it uses.
        learnt: Customers that were learnt from.
        held_out: Those it was judged on.
    """

    rules: tuple[Rule, ...]
    chosen: str
    signals: tuple[str, ...]
    learnt: int
    held_out: int

    def of(self, name: str) -> Rule:
        """What a rule said."""
        return next(rule for rule in self.rules if rule.name == name)


@dataclass(frozen=True)
class Past:
    """The newcomers of the past, and what became of them.

    Args:
        seen: Of `signals.seen_of`, sorted by `customer_key`, with `later_sales` (Int64, minor units),
            `cohort_on` (Date, the month of the first purchase), `is_best` and `is_held_out` (Boolean).
        cohorts: One row per `cohort_on`, sorted: `customers`, `best_count` (Int64), `best_from` (Int64: the least later
            sales of the best; null without any), `is_held_out`.
    """

    seen: pl.DataFrame
    cohorts: pl.DataFrame

    @property
    def best_share(self) -> float | None:
        """How many became one of the best; None without anybody."""
        return _share(self.seen) if self.seen.height else None


def past_of(starts: Starts, seen: pl.DataFrame) -> Past:
    """What became of the newcomers of the past.

    Best are those in the first fifth of their month by later net sales, rounded up, with all who tie with the last of
    them, and only who bought later at all.
    """
    later = (
        seen.filter(is_past(starts.calendar))
        .join(starts.later_sales, on="customer_key", how="left", maintain_order="left")
        .with_columns(
            pl.col("later_sales").fill_null(0),
            pl.col("first_day").cast(pl.Date).dt.truncate("1mo").alias("cohort_on"),
        )
    )
    sales, month = pl.col("later_sales"), "cohort_on"
    place = sales.rank("min", descending=True).over(month)
    wanted = (pl.len().over(month) + (PARTS - 1)) // PARTS
    marked = later.with_columns(((place <= wanted) & (sales > 0)).alias("is_best"))
    cohorts = (
        marked.group_by(month)
        .agg(
            pl.len().cast(pl.Int64).alias("customers"),
            pl.col("is_best").sum().cast(pl.Int64).alias("best_count"),
            sales.filter(pl.col("is_best")).min().alias("best_from"),
        )
        .sort(month)
        # a month belongs to those learnt from when it begins before their share is reached
        .with_columns(
            (pl.col("customers").cum_sum() - pl.col("customers") >= LEARNT_SHARE * pl.col("customers").sum()).alias(
                "is_held_out"
            )
        )
    )
    held = cohorts.select(month, "is_held_out")
    return Past(marked.join(held, on=month, how="left", maintain_order="left"), cohorts)


def too_few(past: Past) -> dict[str, int] | None:
    """What is missing for a trial: figures of a note; None when there is enough."""
    found = {}
    for name, is_held_out in (("learnt", False), ("held_out", True)):
        best = past.seen.filter(pl.col("is_held_out") == is_held_out).get_column("is_best")
        found[f"{name}_best"] = int(best.sum())
        found[f"{name}_others"] = best.len() - int(best.sum())
    is_enough = (
        min(found["learnt_best"], found["learnt_others"]) >= FEWEST_LEARNT
        and min(found["held_out_best"], found["held_out_others"]) >= FEWEST_HELD_OUT
    )
    return None if is_enough else found


def learnt_from(seen: pl.DataFrame, *, names: Sequence[str]) -> tuple[Coding, Scorecard]:
    """The levels and weights that past newcomers give.

    Args:
        seen: Uses the signals and `is_best`.
        names: The signals that are used.
    """
    coding = coding_of(seen, names=names)
    return coding, fitted(coding.codes(seen), _came(seen), sizes=coding.sizes)


def telling(seen: pl.DataFrame) -> tuple[str, ...]:
    """The signals with which it differs beyond chance who became one of the best."""
    coding = coding_of(seen)
    levels, came = coding.codes(seen), _came(seen)
    return tuple(
        signal.name
        for place, signal in enumerate(coding.signals)
        if beyond_chance(levels[:, place], came, size=len(signal.levels))
    )


def trial_of(past: Past) -> Trial:
    """How the rules did on the later months, by what the earlier ones taught."""
    learnt = past.seen.filter(~pl.col("is_held_out"))
    judged = past.seen.filter("is_held_out")
    came = _came(judged)
    names = {SIMPLE: (FIRST_SALES,), SCORECARD: telling(learnt)}
    chances = {BASE: np.full(judged.height, _share(learnt))}
    for name, signals in names.items():
        coding, card = learnt_from(learnt, names=signals)
        chances[name] = card.chances(coding.codes(judged))
    scores = {**chances, SIMPLE: judged.get_column(FIRST_SALES).to_numpy().astype(np.float64)}
    rules = _rules(scores, chances, came)
    chosen = _chosen({rule.name: rule for rule in rules})
    return Trial(rules, chosen, names.get(chosen, ()), learnt.height, judged.height)


def _came(seen: pl.DataFrame) -> Flags:
    return seen.get_column("is_best").to_numpy()


def _share(seen: pl.DataFrame) -> float:
    return int(seen.get_column("is_best").sum()) / seen.height


def list_length(scores: Floats) -> int:
    """How many have the highest scores: at most a fifth, equal scores all on the list or all off it, but somebody."""
    counts = np.cumsum(np.unique(-scores, return_counts=True)[1])
    within = counts[counts <= -(-len(scores) // PARTS)]
    return int(within[-1] if len(within) else counts[0])


def _rules(scores: dict[str, Floats], chances: dict[str, Floats], came: Flags) -> tuple[Rule, ...]:
    measures = {name: auc(scores[name], came) for name in RULES}
    drawn: list[Measure] = []
    for name in RULES:
        drawn += [measures[name], less(measures[name], measures[BASE]), less(measures[name], measures[SIMPLE])]
        drawn.append(lift(scores[name], came, length=list_length(scores[name])))
    found = intervals(drawn, np.arange(len(came)), seed=SEED)
    rules = []
    for place, name in enumerate(RULES):
        own, over_base, over_simple, lifted = found[4 * place : 4 * place + 4]
        loss = brier(chances[name], came).value
        fifths = tenths(chances[name], came, parts=PARTS)
        rules.append(Rule(name, own, over_base, over_simple, lifted, loss, fifths))
    return tuple(rules)


def _chosen(rules: dict[str, Rule]) -> str:
    """The plainest rule that beats everybody alike, unless the scorecard beats it beyond chance."""
    simple, card = rules[SIMPLE], rules[SCORECARD]
    does_simple_tell = simple.over_base.low > 0
    if card.over_base.low > 0 and (not does_simple_tell or card.over_simple.low > 0):
        return SCORECARD
    return SIMPLE if does_simple_tell else BASE
