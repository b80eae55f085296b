"""`custtier next`: when customers will buy next, from the store or from files."""

from dataclasses import dataclass, replace

from custtier.errors import usage_error
from custtier.facts import Note
from custtier.settings import store_folder
from custtier.views.backtest.dates import NO_DATE, SIMPLE
from custtier.views.next.answer import checked_days
from custtier.views.next.answer import next_purchases as view
from custtier.views.next.forecasts import MODEL, RHYTHM
from custtier.views.view import View
from custtier.workflows.dataset import open_facts
from custtier.workflows.kept_models import fitting_of
from custtier.workflows.question import Question
from custtier.workflows.scoping import asked_filters, scope_of
from custtier.workflows.winners import kept_winner


def next_purchases(
    question: Question,
    *,
    days: int | None = None,
    horizon: int | None = None,
    forecast: str | None = None,
    by: str | None = None,
    everyone: bool = False,
    refit: bool = False,
    lang: str = "en",
) -> View:
    """Customers whose next purchase is due, those who are expected to bring most first.

    Args:
        question: Where the orders come from, and which are used.
        days: Due are those whose window begins within so many days; None for the usual 14.
        horizon: No window ends later; None for the usual 90.
        forecast: `rhythm` or `model`; None for the one that was better on the shop's own past.
        by: `product` or `category`: when each is bought again; None for anything.
        everyone: List those who are not due too.
        refit: Fit the model anew, whatever is kept.
        lang: Language of the reasons.

    Returns:
        `views.next.answer.next_purchases`, or `views.next.products.next_products`.

    Raises:
        CusttierError: `forecast-of-products`.
    """
    if by is not None and forecast is not None:
        raise usage_error(
            "forecast-of-products",
            "--forecast has no meaning with --by: products are reckoned by their own rhythm",
            hint="leave out --forecast or --by",
        )
    facts = open_facts(question)
    if by is None:
        won = _kept_forecast(question) if forecast is None else None
        answer = view(
            facts,
            as_of=question.as_of,
            scope=scope_of(question),
            days=days,
            horizon=horizon,
            forecast=won.forecast if won else forecast,
            model=won.model if won else None,
            fitting=fitting_of(question, refit=refit),
            everyone=everyone,
            lang=lang,
            rows=question.rows,
        )
        # what won may not be had any more: the notes then say why
        if won and won.forecast in {None, answer.summary["forecast"]}:
            answer = replace(answer, notes=(*answer.notes, won.note))
    else:
        from custtier.views.next.products import next_products

        days, horizon = checked_days(days, horizon)
        answer = next_products(
            facts,
            by=by,
            as_of=question.as_of,
            scope=scope_of(question),
            days=days,
            horizon=horizon,
            everyone=everyone,
            lang=lang,
            rows=question.rows,
        )
    return replace(answer, parameters={**answer.parameters, **asked_filters(question)}, excluded=facts.excluded)


@dataclass(frozen=True)
class _Won:
    """What the backtest kept of a shop says of its forecast; None leaves the choice to `views.next`."""

    forecast: str | None
    model: str | None
    note: Note


def _kept_forecast(question: Question) -> _Won | None:
    """What won `backtest next` on the shop of the store; None for files, and where it was never run."""
    if question.files:
        return None
    won = kept_winner("next", store=store_folder(question.store, question.settings))
    if won is None:
        return None
    said = {"as_of": won.as_of, "forecast_rule": won.rule}
    if won.rule == RHYTHM:
        return _Won(RHYTHM, None, Note("next_backtest", said))
    if won.rule in (SIMPLE, NO_DATE):
        return _Won(None, None, Note("next_backtest_simple", said))
    return _Won(MODEL, won.rule, Note("next_backtest", said))
