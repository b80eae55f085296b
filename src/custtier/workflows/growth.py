"""`custtier growth`: new contacts against goals, replies, first orders, buyers who return, from the store or files."""

from dataclasses import replace

from custtier.goals import Targets
from custtier.views.growth.answer import AGENT, CHANNEL, Asked
from custtier.views.growth.answer import growth as view
from custtier.views.view import View
from custtier.workflows.leads import asked_leads
from custtier.workflows.question import Question
from custtier.workflows.scoping import asked_filters


def growth(question: Question, *, by: str | None = None) -> View:
    """How the shop grows, against the goals in the settings.

    Args:
        question: Where contacts, chats and orders come from, and which are used; `agents` and `channels` are those of
            contacts.
        by: `agent` or `channel`; None for all together.

    Returns:
        `views.growth.answer.growth`.

    Raises:
        CusttierError: Those of `asked_leads`.
    """
    found = asked_leads(question)
    is_part = bool(question.agents or question.channels or question.tags)
    asked = Asked(question.settings.goals, _targets(question), by, is_part)
    answer = view(found.basis, found.leads, asked=asked, zone=question.settings.zone)
    return replace(
        answer,
        parameters={**answer.parameters, **asked_filters(question)},
        notes=(*found.notes, *answer.notes),
        excluded=found.facts.excluded,
    )


def _targets(question: Question) -> Targets:
    """What everybody asked for is to come to: of one agent or channel theirs, of any other part nothing is aimed at."""
    goals = question.settings.goals
    if not (question.agents or question.channels or question.tags):
        return goals.targets
    if question.tags or (question.agents and question.channels):
        return Targets()
    kind, names = (AGENT, question.agents) if question.agents else (CHANNEL, question.channels)
    return goals.targets_of(kind, names[0]) if len(names) == 1 else Targets()
