"""`custtier churn`: who has stopped buying or is about to, from the store or from files."""

from dataclasses import replace
from typing import TYPE_CHECKING

from custtier.errors import usage_error
from custtier.facts import Note
from custtier.settings import store_folder
from custtier.views.churn import answer as view
from custtier.views.churn.levels import FIXED, MODEL
from custtier.views.view import View
from custtier.workflows.dataset import open_facts
from custtier.workflows.question import Question
from custtier.workflows.scoping import asked_filters, scope_of
from custtier.workflows.winners import Winner, kept_winner

if TYPE_CHECKING:
    from custtier.views.fitted import Fitting


def churn(
    question: Question,
    *,
    days: int | None = None,
    method: str = FIXED,
    model: str | None = None,
    everyone: bool = False,
    refit: bool = False,
    lang: str = "en",
) -> View:
    """Customers who have lapsed or are at risk, those with most at stake first.

    Args:
        question: Where the orders come from, and which are used.
        days: Lapsed from so many days on, by the method `fixed`; looked ahead, by the `model`; None for the usual 90.
        method: `fixed`, `own`, `shop` or `model`.
        model: Which model; None for the one that won the shop's backtest, else the one that does best on its past.
        everyone: List everyone.
        refit: Fit the model anew, whatever is kept.
        lang: Language of the reasons.

    Returns:
        `views.churn.answer.churn`.

    Raises:
        CusttierError: `refit-without-model`.
    """
    if refit and method != MODEL:
        raise usage_error(
            "refit-without-model",
            "--refit has no meaning with --method {method}: no model is fitted",
            hint="add `--method model`, or leave out --refit",
            method=method,
        )
    winner = _winner(question) if method == MODEL and model is None else None
    facts = open_facts(question)
    answer = view.churn(
        facts,
        as_of=question.as_of,
        scope=scope_of(question),
        settings=question.settings.churn_levels,
        days=days,
        method=method,
        model=winner.rule if winner and not _is_rule(winner) else model,
        fitting=_fitting(question, refit=refit) if method == MODEL else None,
        everyone=everyone,
        lang=lang,
        rows=question.rows,
    )
    notes = (*answer.notes, *_on_winner(winner, answer)) if winner else answer.notes
    parameters = {**answer.parameters, **asked_filters(question)}
    return replace(answer, parameters=parameters, notes=notes, excluded=facts.excluded)


def moments(question: Question, *, days: int | None = None) -> View:
    """After which purchases people stay away.

    Args:
        question: Where the orders come from, and which are used.
        days: Who bought nothing in so many days has stayed away; None for those that suit the shop.

    Returns:
        `views.churn.moments.moments`.
    """
    from custtier.views.churn import moments as of_moments

    facts = open_facts(question)
    if days is not None:
        view.checked_days(days, FIXED)
    answer = of_moments.moments(facts, as_of=question.as_of, scope=scope_of(question), days=days)
    return replace(answer, parameters={**answer.parameters, **asked_filters(question)}, excluded=facts.excluded)


def _fitting(question: Question, *, refit: bool) -> "Fitting":
    # what fits models takes its time to load, and the other methods do without
    from custtier.workflows.kept_models import fitting_of

    return fitting_of(question, refit=refit)


def _winner(question: Question) -> Winner | None:
    """What won the backtest of the shop in the store; None for files, which have none."""
    return None if question.files else kept_winner("churn", store=store_folder(question.store, question.settings))


def _is_rule(winner: Winner) -> bool:
    """Whether a simple rule won: models have the names of their kind."""
    return "nbd" not in winner.rule


def _on_winner(winner: Winner, answer: View) -> list[Note]:
    if winner.is_simple:
        return [Note("churn_winner_simple", {"day": winner.as_of})]
    is_used = not _is_rule(winner) and answer.summary["method"] == MODEL
    return [Note("churn_winner", {"day": winner.as_of})] if is_used else []
