"""`custtier prospects`: new customers who start as the best once did, from the store or from files."""

from dataclasses import replace

from custtier.text import Lang
from custtier.views.prospects.answer import prospects as view
from custtier.views.view import View
from custtier.workflows.dataset import open_facts
from custtier.workflows.question import Question
from custtier.workflows.scoping import asked_filters, scope_of


def prospects(
    question: Question,
    *,
    days: int | None = None,
    new_days: int | None = None,
    everyone: bool = False,
    lang: Lang = "en",
) -> View:
    """New customers whose first days look like those of the best, the likeliest first.

    Args:
        question: Where the orders come from, and which are used.
        days: First days looked at; None for the usual 30.
        new_days: New is who first bought at most so many days ago; None for the usual 90.
        everyone: List all who are new.
        lang: Language of the reasons.

    Returns:
        `views.prospects.answer.prospects`.
    """
    facts = open_facts(question)
    answer = view(
        facts,
        as_of=question.as_of,
        scope=scope_of(question),
        days=days,
        new_days=new_days,
        everyone=everyone,
        zone=question.settings.zone,
        lang=lang,
        rows=question.rows,
    )
    return replace(answer, parameters={**answer.parameters, **asked_filters(question)}, excluded=facts.excluded)
