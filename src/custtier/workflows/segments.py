"""`custtier segments`: customers who are alike, from the store or from files."""

from dataclasses import replace

from custtier.text import Lang
from custtier.views.behaviour.answer import behaviour_segments
from custtier.views.view import View
from custtier.workflows.dataset import open_facts
from custtier.workflows.question import Question
from custtier.workflows.scoping import asked_filters, scope_of


def segments(question: Question, *, count: int | None = None, seed: int = 0, lang: Lang = "en") -> View:
    """Customers in groups that behave alike.

    Args:
        question: Where the orders come from, and which are used.
        count: So many groups; None for the number that stands out most.
        seed: Of every draw.
        lang: Language of names and descriptions.

    Returns:
        `views.behaviour.answer.behaviour_segments`.
    """
    facts = open_facts(question)
    answer = behaviour_segments(
        facts,
        as_of=question.as_of,
        scope=scope_of(question),
        settings=question.settings,
        count=count,
        seed=seed,
        lang=lang,
        rows=question.rows,
    )
    return replace(answer, parameters={**answer.parameters, **asked_filters(question)}, excluded=facts.excluded)
