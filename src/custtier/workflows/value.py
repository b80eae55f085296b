"""`custtier value`: what customers will bring in the coming days, from the store or from files."""

from dataclasses import replace

from custtier.errors import usage_error
from custtier.facts import Note
from custtier.models.btyd.contest import SIMPLE
from custtier.models.btyd.fits import MODELS
from custtier.periods import parse_window
from custtier.settings import store_folder
from custtier.views.shares import parse_share
from custtier.views.value import answer as view
from custtier.views.value.answer import Asked
from custtier.views.view import View
from custtier.workflows.dataset import open_facts
from custtier.workflows.kept_models import fitting_of
from custtier.workflows.question import Question
from custtier.workflows.scoping import asked_filters, scope_of
from custtier.workflows.winners import Winner, kept_winner

HORIZON = "365d"
MOST_HORIZON_DAYS = 3 * 365
"""Further ahead no model of the past says anything."""


def value(
    question: Question,
    *,
    horizon: str = HORIZON,
    model: str | None = None,
    discount: str | None = None,
    with_margin: bool = False,
    refit: bool = False,
) -> View:
    """What each customer and all of them are expected to bring.

    Args:
        question: Where the orders come from, and which are used.
        horizon: How many days, such as `365d`.
        model: Name of a model, or `last-period`, the simplest rule; None for the one that did best.
        discount: How much less money is worth a year later, such as `10%`; None for none.
        with_margin: Also what is left after the costs of goods.
        refit: Fit anew, whatever is kept.

    Returns:
        `views.value.answer.value`.

    Raises:
        CusttierError: `bad-window`, `far-horizon`, `bad-share`, `unknown-model`, those of the view.
    """
    days = parse_window(horizon, option="--horizon")
    if days > MOST_HORIZON_DAYS:
        raise usage_error(
            "far-horizon",
            "--horizon was given {days} days, at most {most} can be told",
            hint="write it as --horizon 365d",
            days=days,
            most=MOST_HORIZON_DAYS,
        )
    rate = None if discount is None else float(parse_share(discount, option="--discount"))
    name = model.strip().lower() if model else None
    winner = None if name or question.files else _winner(question)
    name = winner.rule if winner else name
    facts = open_facts(question)
    answer = view.value(
        facts,
        asked=Asked(horizon_days=days, model=name, discount=rate, with_margin=with_margin),
        as_of=question.as_of,
        scope=scope_of(question),
        fitting=fitting_of(question, refit=refit),
        rows=question.rows,
    )
    asked = {**answer.parameters, "model": model, "discount": discount, "refit": refit, **asked_filters(question)}
    notes = tuple(_of_winner(note, winner) for note in answer.notes) if winner else answer.notes
    return replace(answer, parameters=asked, notes=notes, excluded=facts.excluded)


def _winner(question: Question) -> Winner | None:
    """What `backtest value` found best for the store, if it can be asked for here."""
    winner = kept_winner("value", store=store_folder(question.store, question.settings))
    return winner if winner and winner.rule in {SIMPLE, *MODELS} else None


def _of_winner(note: Note, winner: Winner) -> Note:
    """Nobody asked for the rule: it won."""
    if note.code not in {"value_model_asked", "value_asked"}:
        return note
    return Note("value_winner", {"forecast_rule": winner.rule, "day": winner.as_of})
