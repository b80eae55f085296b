"""Runs of `tiers` that are kept: what later ones are compared with, and what holds somebody in their tier."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

import polars as pl

from custtier.errors import usage_error
from custtier.facts import Facts
from custtier.metrics.scope import Scope
from custtier.settings import store_folder
from custtier.views.tiers.frozen import FrozenTiers
from custtier.views.tiers.held import LastRun
from custtier.views.tiers.standing import Standing, TierRules
from custtier.workflows.question import Question
from custtier.workflows.scoping import scope_of

NAME: Final = "tiers"
FROZEN: Final = "frozen"

Runs = Callable[[date], LastRun | None]


def is_whole(question: Question) -> bool:
    """Whether every order of the store in one currency is asked for: only such runs are kept and compared."""
    scope = scope_of(question, is_of_period=True)
    has_rules = bool(question.settings.exclusions) and not question.use_exclusions
    is_part = bool(question.files or question.tags) or has_rules
    return replace(scope, currency=None, conversion=None) == Scope() and not is_part


def run_name(question: Question, *, window_days: int | None, is_frozen: bool = False) -> str:
    """What a run is kept as: those of another window or currency, and those by kept bounds, are others.

    Examples:
        >>> run_name(Question(currency="cny"), window_days=365), run_name(Question(), window_days=None, is_frozen=True)
        ('tiers 365d CNY', 'tiers frozen')
    """
    window = [] if window_days is None else [f"{window_days}d"]
    currency = [question.currency.strip().upper()] if question.currency else []
    return " ".join([NAME, *window, *currency, *([FROZEN] if is_frozen else [])])


def runs_of(facts: Facts, question: Question, *, window_days: int | None, is_frozen: bool = False) -> Runs:
    """Gives the last run kept as of a day before the one given; None when there is none."""
    name = run_name(question, window_days=window_days, is_frozen=is_frozen)

    def last(as_of: date) -> LastRun | None:
        # a table of its own and its fold are opened by those who compare with an earlier run
        from custtier.workflows.keeping import kept_answers

        kept = facts.table("kept", columns=["name", "kept_on"])
        is_before = (pl.col("name") == name) & (pl.col("kept_on") < as_of)
        day = kept.filter(is_before).select(pl.col("kept_on").max()).collect().item()
        if day is None:
            return None
        rows = kept_answers(facts, name, until=as_of - timedelta(days=1)).filter(pl.col("kept_on") == day)
        runs_before = pl.col("score").fill_null(0).cast(pl.Int64).alias("runs_before")
        return LastRun(day, rows.select("customer_key", pl.col("value").alias("kept_tier"), runs_before).collect())

    return last


def tier_rules(
    facts: Facts, question: Question, *, window_days: int | None = None, frozen: FrozenTiers | None = None
) -> TierRules:
    """By what tiers are told: those of the settings, or kept bounds; held where the settings say so."""
    settings = question.settings
    runs = None
    if settings.tier_hysteresis.is_on and is_whole(question):
        runs = runs_of(facts, question, window_days=window_days, is_frozen=frozen is not None)
    return TierRules(settings.tier_cuts, frozen=frozen, hysteresis=settings.tier_hysteresis, last_run=runs)


def check_keeping(question: Question) -> None:
    """Return when an answer to the question may be kept.

    Raises:
        CusttierError: `keep-needs-store`.
    """
    if not is_whole(question) or question.as_known_on is not None:
        raise usage_error(
            "keep-needs-store",
            "--keep keeps who is in which tier among all orders of the store; asked are files or a part of the orders",
            hint="import the files, and leave out --since, --until, --source, --tag, --as-known-on and the like",
        )


def keep_run(state: Standing, question: Question, *, at: datetime) -> int:
    """Keep who is in which tier, in the place of what was kept of that day before; gives the number of the import."""
    from custtier.store import Store
    from custtier.workflows.keeping import keep

    store = Store(store_folder(question.store, question.settings), settings=question.settings)
    named = state.told.named
    runs = pl.col("runs_below") if "runs_below" in named.columns else pl.lit(0)
    rows = named.select("customer_key", pl.col("tier").cast(pl.String).alias("value"), runs.alias("score"))
    name = run_name(question, window_days=state.window_days, is_frozen=state.rules.frozen is not None)
    return keep(store, name, kept_on=state.everyone.basis.as_of, rows=rows, at=at)
