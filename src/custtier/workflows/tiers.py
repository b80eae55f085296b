"""`custtier tiers`: customers by net sales, from the store or from files."""

from dataclasses import replace

from custtier.periods import parse_window
from custtier.views import tiers as view
from custtier.views.view import View
from custtier.workflows.dataset import open_facts
from custtier.workflows.question import Question
from custtier.workflows.scoping import asked_filters, scope_of


def tiers(
    question: Question,
    *,
    top: str | None = None,
    sales: str | None = None,
    window: str | None = None,
    near: bool = False,
    within: str | None = None,
) -> View:
    """Customers by net sales, the top group marked.

    Args:
        question: Where the orders come from, and which are used.
        top: `20%` or `300`; `20%` when neither is given.
        sales: `80%`: the fewest customers who make this share.
        window: `365d`: only the orders of so many last days.
        near: Who is within reach of the next tier instead of everyone.
        within: `15%` of that tier's least net sales, or an amount; asks `near`. One usual order or 15 % without.

    Returns:
        `views.tiers.tiers`.
    """
    window_days = None if window is None else parse_window(window, option="--window")
    facts = open_facts(question)
    answer = view.tiers(
        facts,
        as_of=question.as_of,
        scope=scope_of(question, is_of_period=True),
        cuts=question.settings.tier_cuts,
        top=top,
        sales=sales,
        window_days=window_days,
        near=view.Near(within) if near or within is not None else None,
        rows=question.rows,
    )
    return replace(answer, parameters={**answer.parameters, **asked_filters(question)}, excluded=facts.excluded)
