"""`custtier rfm`: recency, frequency and money of every customer, from the store or from files."""

from dataclasses import replace

from custtier.views import rfm as view
from custtier.views.view import View
from custtier.workflows.dataset import open_facts
from custtier.workflows.question import Question
from custtier.workflows.scoping import asked_filters, scope_of


def rfm(question: Question, *, scheme: str = view.CHINESE8) -> View:
    """Every customer's scores and segment.

    Args:
        question: Where the orders come from, and which are used.
        scheme: `chinese8` or `grid10`.

    Returns:
        `views.rfm.rfm`.
    """
    facts = open_facts(question)
    answer = view.rfm(
        facts,
        as_of=question.as_of,
        scope=scope_of(question),
        cuts=question.settings.tier_cuts,
        scheme=scheme,
        rows=question.rows,
    )
    return replace(answer, parameters={**answer.parameters, **asked_filters(question)}, excluded=facts.excluded)
