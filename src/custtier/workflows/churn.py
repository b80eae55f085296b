"""`custtier churn`: who has stopped buying or is about to, from the store or from files."""

from dataclasses import replace

from custtier.views.churn import answer as view
from custtier.views.churn.levels import FIXED
from custtier.views.view import View
from custtier.workflows.dataset import open_facts
from custtier.workflows.question import Question
from custtier.workflows.scoping import asked_filters, scope_of


def churn(
    question: Question,
    *,
    days: int | None = None,
    method: str = FIXED,
    everyone: bool = False,
    lang: str = "en",
) -> View:
    """Customers who have lapsed or are at risk, those with most at stake first.

    Args:
        question: Where the orders come from, and which are used.
        days: Lapsed from so many days on, by the method `fixed` alone; None for the usual 90.
        method: `fixed`, `own` or `shop`.
        everyone: List everyone.
        lang: Language of the reasons.

    Returns:
        `views.churn.answer.churn`.
    """
    facts = open_facts(question)
    answer = view.churn(
        facts,
        as_of=question.as_of,
        scope=scope_of(question),
        settings=question.settings.churn_levels,
        days=days,
        method=method,
        everyone=everyone,
        lang=lang,
        rows=question.rows,
    )
    return replace(answer, parameters={**answer.parameters, **asked_filters(question)}, excluded=facts.excluded)
