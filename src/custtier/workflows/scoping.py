"""What a question's options say about the orders used, for the views and for the record."""

from custtier.metrics.scope import Scope
from custtier.workflows.question import Question


def scope_of(question: Question) -> Scope:
    """The orders that the question's filters leave."""
    return Scope(
        since=question.since,
        until=question.until,
        sources=question.sources,
        shops=question.shops,
        channels=question.channels,
        agents=question.agents,
        currency=question.currency.strip().upper() if question.currency else None,
    )


def asked_filters(question: Question) -> dict[str, object]:
    """The shared options as typed: days as text, lists as lists, None and empty where nothing was typed."""
    return {
        "as_of": question.as_of.isoformat() if question.as_of else None,
        "since": question.since.isoformat() if question.since else None,
        "until": question.until.isoformat() if question.until else None,
        "source": list(question.sources),
        "shop": list(question.shops),
        "channel": list(question.channels),
        "agent": list(question.agents),
        "currency": question.currency,
        "no_exclusions": not question.use_exclusions,
    }
