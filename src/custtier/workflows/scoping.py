"""What a question's options say about the orders used, for the views and for the record."""

from custtier.errors import usage_error
from custtier.metrics.scope import Scope
from custtier.rates import conversion_to
from custtier.workflows.question import Question

ORDER_DAY, REFUND_DAY = "order", "refund"
"""When a refund counts: with its order, or in the period in which it was made."""


def scope_of(question: Question, *, is_of_period: bool = False) -> Scope:
    """The orders that the question's filters leave.

    Args:
        question: As asked.
        is_of_period: Whether the answer is about the sales of a period, so that refunds may count by their own day.

    Raises:
        CusttierError: `unknown-refund-basis`; `no-period` where refunds by their own day have no meaning.
    """
    _check_refund_basis(question.refund_basis, is_of_period=is_of_period)
    currency = question.currency.strip().upper() if question.currency else None
    rates, base = question.settings.rates, question.settings.currency
    return Scope(
        since=question.since,
        until=question.until,
        sources=question.sources,
        shops=question.shops,
        channels=question.channels,
        agents=question.agents,
        currency=currency,
        conversion=conversion_to(currency, rates=rates, base=base) if currency and rates else None,
        by_refund_day=question.refund_basis == REFUND_DAY,
    )


def _check_refund_basis(basis: str, *, is_of_period: bool) -> None:
    if basis not in (ORDER_DAY, REFUND_DAY):
        raise usage_error(
            "unknown-refund-basis",
            "--refund-basis is {basis!r}, order or refund is expected",
            hint="order takes a refund off its order's day, refund off the day on which it was made",
            basis=basis,
        )
    if basis == REFUND_DAY and not is_of_period:
        raise usage_error(
            "no-period",
            "--refund-basis refund is about the sales of a period; this answer is about people and their days",
            hint="leave it out, or ask `custtier tiers` or `custtier rfm` with --since, --until or --window",
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
        **({"tag": list(question.tags)} if question.tags else {}),
        "currency": question.currency,
        "refund_basis": question.refund_basis,
        "no_exclusions": not question.use_exclusions,
    }
