"""`custtier moves`: who changed tier or class between two days, and why, from the store or from files."""

from dataclasses import replace
from datetime import date, timedelta

import polars as pl

from custtier.errors import CusttierError, usage_error
from custtier.facts import Facts, Note
from custtier.periods import MOST_WINDOW_DAYS, parse_day, parse_window
from custtier.views.moves import answer as view
from custtier.views.moves.classes import By, Classes
from custtier.views.rfm.answer import CHINESE8, Asked
from custtier.views.rfm.cuts_asked import CutsKind
from custtier.views.view import View
from custtier.workflows.dataset import open_facts
from custtier.workflows.frozen_cuts import kept_cuts
from custtier.workflows.question import Question
from custtier.workflows.scoping import asked_filters, scope_of
from custtier.workflows.tiers import bounds_asked

_MONTHS = {"last-month": 1, "last-quarter": 3, "last-year": 12, "上月": 1, "上季": 3, "上季度": 3, "去年": 12}
"""Words for the last day of a period that is over → its months."""


def moves(
    question: Question,
    *,
    first: str,
    by: str | None = None,
    scheme: str | None = None,
    window: str | None = None,
    cuts: str | None = None,
    everyone: bool = False,
    from_known_on: date | None = None,
) -> View:
    """Who is elsewhere on the day observed than on the first day.

    Args:
        question: Where the orders come from, which are used, and the second day.
        first: A day; `30d`, so many days before the second; `last-month`, `last-quarter` or `last-year`, the last day
            of the one before that of the second.
        by: `tier` or `segment`; tiers unless a scheme is asked for, or cuts that only classes have.
        scheme: See `workflows.rfm.rfm`.
        window: See `workflows.rfm.rfm`.
        cuts: Of classes see `workflows.rfm.rfm`; of tiers `frozen`, the bounds kept.
        everyone: List those too who did not move.
        from_known_on: The first day as it was known at the end of this one; None for as it is known now.

    Returns:
        `views.moves.answer.moves`.

    Raises:
        CusttierError: `bad-first-day`, `classes-only`, `files-have-no-past`, those of the view.
    """
    by = by or _meant(scheme, cuts)
    if by == By.TIER and _meant(scheme, cuts) != by:
        raise usage_error(
            "classes-only",
            "{option} is about classes by recency, frequency and money, not about tiers",
            hint="leave it out, or add `--by segment`",
            option=f"--scheme {scheme}" if scheme else f"--cuts {cuts}",
        )
    window_days = None if window is None else parse_window(window, option="--window")
    check_first(first)
    settings = question.settings
    asked = Asked(
        scheme=scheme or CHINESE8,
        own_schemes=settings.schemes,
        window_days=window_days,
        cuts=cuts,
        written=settings.rfm_cuts,
        frozen=kept_cuts() if cuts == CutsKind.FROZEN and by == By.SEGMENT else None,
    )
    frozen = bounds_asked(cuts) if by == By.TIER else None
    facts = open_facts(question)
    facts_then = _known_then(facts, question, day=from_known_on) if from_known_on else None
    second = question.as_of or facts.extent.last_on
    answer = view.moves(
        facts,
        first=first_day(first, second=second) if second else date.min,
        second=second,
        scope=scope_of(question),
        classes=Classes(by=by, tiers=settings.tier_cuts, frozen=frozen, asked=asked, window_days=window_days),
        everyone=everyone,
        facts_then=facts_then,
        rows=question.rows,
    )
    known_on = {"from_known_on": from_known_on.isoformat() if from_known_on else None}
    asked_for = {**answer.parameters, **known_on, **asked_filters(question)}
    is_unlike = by == By.TIER and settings.tier_hysteresis.is_on
    notes = (*answer.notes, *([Note("nobody_held")] if is_unlike else []))
    return replace(answer, parameters=asked_for, excluded=facts.excluded, notes=notes)


def _known_then(facts: Facts, question: Question, *, day: date) -> Facts:
    """What was known at the end of a day of the customers whom the question is about."""
    then = open_facts(replace(question, as_known_on=day, tags=()))
    if not question.tags:
        return then
    # who has a tag is told by the second day, for both days
    theirs = facts.purchases.select(pl.col("account_key").unique()).collect().to_series()
    return replace(then, purchases=then.purchases.filter(pl.col("account_key").is_in(theirs.implode())))


def _meant(scheme: str | None, cuts: str | None) -> By:
    """What is compared when nobody says."""
    return By.SEGMENT if scheme or cuts not in {None, CutsKind.FROZEN} else By.TIER


def check_first(typed: str) -> None:
    """Return when the first day is written in a way that means something.

    Raises:
        CusttierError: `bad-first-day`.
    """
    first_day(typed, second=date(2000, 1, 1) + timedelta(days=MOST_WINDOW_DAYS))


def first_day(typed: str, *, second: date) -> date:
    """The day that is compared with.

    Raises:
        CusttierError: `bad-first-day`.

    Examples:
        >>> second = date(2026, 7, 20)
        >>> [str(first_day(typed, second=second)) for typed in ("2026-06-01", "30d", "last-month", "last-quarter")]
        ['2026-06-01', '2026-06-20', '2026-06-30', '2026-06-30']
        >>> str(first_day("去年末", second=second))
        '2025-12-31'
    """
    word = typed.strip().lower().removesuffix("末").removesuffix("底")
    if word in _MONTHS:
        months = _MONTHS[word]
        return date(second.year, second.month - (second.month - 1) % months, 1) - timedelta(days=1)
    try:
        if word.endswith(("d", "天")):
            return second - timedelta(days=parse_window(word, option="FROM"))
        return parse_day(typed, option="FROM")
    except (CusttierError, OverflowError) as problem:
        raise usage_error(
            "bad-first-day",
            "FROM was given {typed!r}, a day or a number of days is expected",
            hint="write it as 2026-06-30, as 30d (before the second day), or as last-month, last-quarter, last-year",
            typed=typed,
        ) from problem
