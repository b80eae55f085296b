"""`custtier growth`: new contacts against goals, replies, first orders, buyers who return, from the store or files."""

from dataclasses import replace

from custtier.goals import Targets
from custtier.views.basis import basis_of
from custtier.views.growth.answer import AGENT, CHANNEL, Asked
from custtier.views.growth.answer import growth as view
from custtier.views.leads.asked import of_asked
from custtier.views.leads.leads import leads_of
from custtier.views.view import View
from custtier.workflows.dataset import open_facts
from custtier.workflows.question import Question
from custtier.workflows.scoping import asked_filters, scope_of


def growth(question: Question, *, by: str | None = None) -> View:
    """How the shop grows, against the goals in the settings.

    Args:
        question: Where contacts, chats and orders come from, and which are used; `agents` and `channels` are those of
            contacts.
        by: `agent` or `channel`; None for all together.

    Returns:
        `views.growth.answer.growth`.

    Raises:
        CusttierError: Those of `open_facts`, `basis_of` and `of_asked`.
    """
    facts = open_facts(question)
    # whose contact somebody is decides, not who wrote down the order
    scope = replace(scope_of(question), agents=(), channels=())
    basis = basis_of(facts, scope=scope, as_of=question.as_of)
    zone = question.settings.zone
    leads = of_asked(
        leads_of(basis, zone=zone, cuts=question.settings.grades), agents=question.agents, channels=question.channels
    )
    asked = Asked(question.settings.goals, _targets(question), by)
    answer = view(basis, leads, asked=asked, zone=zone)
    return replace(answer, parameters={**answer.parameters, **asked_filters(question)}, excluded=facts.excluded)


def _targets(question: Question) -> Targets:
    """What everybody asked for is to come to: of one agent or channel theirs, of several nothing is aimed at."""
    goals = question.settings.goals
    if not question.agents and not question.channels:
        return goals.targets
    if question.agents and question.channels:
        return Targets()
    kind, names = (AGENT, question.agents) if question.agents else (CHANNEL, question.channels)
    return goals.targets_of(kind, names[0]) if len(names) == 1 else Targets()
