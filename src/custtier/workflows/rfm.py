"""`custtier rfm`: recency, frequency and money of every customer, from the store or from files."""

from dataclasses import replace

from custtier.facts import Note
from custtier.periods import parse_window
from custtier.views.rfm import answer as view
from custtier.views.rfm.cuts_asked import CutsKind
from custtier.views.view import View
from custtier.workflows.dataset import open_facts
from custtier.workflows.frozen_cuts import keep_cuts, kept_cuts
from custtier.workflows.kept_tiers import tier_rules
from custtier.workflows.question import Question
from custtier.workflows.scoping import asked_filters, scope_of


def rfm(
    question: Question,
    *,
    scheme: str = view.CHINESE8,
    window: str | None = None,
    with_matrix: bool = False,
    by: str | None = None,
    cuts: str | None = None,
    freeze: bool = False,
) -> View:
    """Every customer's scores and segment.

    Args:
        question: Where the orders come from, and which are used.
        scheme: `chinese8`, `grid10` or the name of a scheme of the settings.
        window: `365d`: count only the orders and sales of so many last days; recency is of all.
        with_matrix: Add the tables of customers by pairs of scores.
        by: `channel`, `agent`, `source` or `category`: add what each of them comes to.
        cuts: `quantile`, `fixed` (of the settings) or `frozen` (those kept); by rank when not given.
        freeze: Keep the cuts of this answer.

    Returns:
        `views.rfm.answer.rfm`.
    """
    asked = view.Asked(
        scheme=scheme,
        own_schemes=question.settings.schemes,
        window_days=None if window is None else parse_window(window, option="--window"),
        with_matrix=with_matrix,
        by=by,
        cuts=cuts,
        freeze=freeze,
        written=question.settings.rfm_cuts,
        frozen=kept_cuts() if cuts == CutsKind.FROZEN else None,
    )
    facts = open_facts(question)
    answer = view.rfm(
        facts,
        as_of=question.as_of,
        scope=scope_of(question, is_of_period=True),
        rules=tier_rules(facts, question),
        asked=asked,
        rows=question.rows,
    )
    if freeze:
        path = keep_cuts(answer, window_days=asked.window_days)
        answer = replace(answer, notes=(*answer.notes, Note("cuts_kept", {"file": path.name})))
    return replace(answer, parameters={**answer.parameters, **asked_filters(question)}, excluded=facts.excluded)
