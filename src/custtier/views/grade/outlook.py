"""What would make somebody's letter another one: so many messages on the day observed, or so many days of silence."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from custtier.grading import GradeCuts
from custtier.views.leads.letters import BY_ORDERS


@dataclass(frozen=True)
class Outlook:
    """What changes a letter.

    Args:
        messages: So many messages of theirs on the day observed make it `by_messages`; None where none would.
        by_messages: The letter then.
        silent_on: The first day on which it is `by_silence`, if they neither write nor order until then; None where
            none is.
        by_silence: The letter then.
        by_order: The letter that any order makes; None for who has it.
        is_by_orders: Whether silence is that of orders, because no chats are known.
    """

    messages: int | None = None
    by_messages: str | None = None
    silent_on: date | None = None
    by_silence: str | None = None
    by_order: str | None = None
    is_by_orders: bool = False


def outlook(person: Mapping[str, object], *, cuts: GradeCuts, as_of: date) -> Outlook:
    """What would make the letter of a person another one.

    Args:
        person: A row of `views.leads.leads.Leads.people`.
        cuts: How much is talk, and when it is silence.
        as_of: Last day observed.
    """
    grade = person["grade"]
    if grade == "A":
        return Outlook()
    if grade == "E" or person["customer_key"] is None:
        return Outlook(by_order="A")
    if person["grade_reason"] in BY_ORDERS:
        return _by_open_order(person, cuts=cuts)
    count, days = int(str(person["incoming_count"])), int(str(person["incoming_days"]))
    last = person["last_incoming_on"]
    if grade == "B" and isinstance(last, date):
        return Outlook(silent_on=last + timedelta(days=cuts.silent_days + 1), by_silence="C", by_order="A")
    needed = messages_to_b(count, days, wrote_today=last == as_of, cuts=cuts)
    if grade == "C":
        return Outlook(messages=needed, by_messages="B", by_order="A")
    return Outlook(messages=1, by_messages="B" if needed == 1 else "C", by_order="A")


def _by_open_order(person: Mapping[str, object], *, cuts: GradeCuts) -> Outlook:
    """What changes a letter that an order tells which came to nothing: chats, of which none are known, do not."""
    ordered_on = person["open_order_on"]
    if person["grade"] != "B" or not isinstance(ordered_on, date):
        return Outlook(by_order="A", is_by_orders=True)
    silent_on = ordered_on + timedelta(days=cuts.silent_days + 1)
    return Outlook(silent_on=silent_on, by_silence="C", by_order="A", is_by_orders=True)


def messages_to_b(count: int, days: int, *, wrote_today: bool, cuts: GradeCuts) -> int:
    """How many more messages on the day observed make somebody's talk that of B; at least one.

    Examples:
        >>> messages_to_b(2, 1, wrote_today=False, cuts=GradeCuts())
        1
        >>> messages_to_b(0, 0, wrote_today=False, cuts=GradeCuts())
        6
        >>> messages_to_b(4, 1, wrote_today=True, cuts=GradeCuts())
        2
    """
    days_then = days if wrote_today else days + 1
    alone = cuts.b_messages_alone - count
    on_days = cuts.b_messages - count if days_then >= cuts.b_days else alone
    return max(min(alone, on_days), 1)
