"""`custtier backtest`: how forecasts would have done on the shop's own past, and what won."""

from dataclasses import replace

from custtier.facts import Note
from custtier.metrics.scope import Scope
from custtier.settings import store_folder
from custtier.views.view import View
from custtier.workflows.dataset import open_facts
from custtier.workflows.question import Question
from custtier.workflows.scoping import asked_filters, scope_of
from custtier.workflows.winners import Winner, keep_winner


def backtest_churn(question: Question, *, days: int | None = None, length: int | None = None, seed: int = 0) -> View:
    """Who would have been right about who buys again.

    Args:
        question: Where the orders come from, and which are used.
        days: Days looked ahead; None for the usual 90, or fewer where the history is short.
        length: Customers on a list; None for the usual 150.
        seed: Of the draws behind intervals.

    Returns:
        `views.backtest.churn.backtest_churn`. What won is kept for the store, when all its orders were used.
    """
    from custtier.views.backtest import churn as view

    facts = open_facts(question)
    answer = view.backtest_churn(
        facts,
        as_of=question.as_of,
        scope=scope_of(question),
        days=days,
        length=view.LIST if length is None else length,
        seed=seed,
    )
    return _told(answer, question, task="churn", measure=view.MEASURE, excluded=facts.excluded)


def backtest_value(question: Question, *, days: int | None = None, seed: int = 0) -> View:
    """Who would have been right about what customers bring.

    Args:
        question: Where the orders come from, and which are used.
        days: Days looked ahead; None for the usual 365, or fewer where the history is short.
        seed: Of the draws behind intervals.

    Returns:
        `views.backtest.value.backtest_value`. What won is kept for the store, when all its orders were used.
    """
    from custtier.views.backtest import value as view

    facts = open_facts(question)
    answer = view.backtest_value(facts, as_of=question.as_of, scope=scope_of(question), days=days, seed=seed)
    return _told(answer, question, task="value", measure=view.MEASURE, excluded=facts.excluded)


def backtest_next(question: Question, *, days: int | None = None, seed: int = 0) -> View:
    """Who would have been right about when customers buy next.

    Args:
        question: Where the orders come from, and which are used.
        days: Days looked ahead; None for the usual 90, or fewer where the history is short.
        seed: Of the draws behind intervals.

    Returns:
        `views.backtest.next.backtest_next`. What won is kept for the store, when all its orders were used.
    """
    from custtier.views.backtest import next as view

    facts = open_facts(question)
    answer = view.backtest_next(facts, as_of=question.as_of, scope=scope_of(question), days=days, seed=seed)
    return _told(answer, question, task="next", measure=view.MEASURE, excluded=facts.excluded)


def _told(answer: View, question: Question, *, task: str, measure: str, excluded: tuple[tuple[str, int], ...]) -> View:
    """The answer with what was asked; what won is kept when it is about the whole store."""
    answer = replace(answer, parameters={**answer.parameters, **asked_filters(question)}, excluded=excluded)
    if question.files or question.tags or question.as_known_on or scope_of(question) != Scope():
        return answer
    said = answer.summary
    figure = said[measure]
    assert isinstance(figure, int | float)
    assert answer.as_of is not None
    winner = Winner(
        rule=str(said["recommended_rule"]),
        simple=str(said["simple_rule"]),
        as_of=answer.as_of,
        horizon_days=_whole(said["horizon_days"]),
        origins=_whole(said["origin_count"]),
        customers=_whole(said["customers"]),
        measure=measure,
        figure=float(figure),
    )
    keep_winner(task, winner, store=store_folder(question.store, question.settings))
    return replace(answer, notes=(*answer.notes, Note("winner_kept", {"forecast_rule": winner.rule})))


def _whole(value: object) -> int:
    assert isinstance(value, int)
    return value
