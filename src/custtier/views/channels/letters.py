"""The letter of a channel: whether the share of its contacts who bought lies above or below that of all of them."""

from typing import Final

from custtier.models.proportions import wilson

FEWEST: Final = 30
"""Of fewer contacts nobody can tell whether a channel is good."""

LETTER_REASONS: Final = (
    "above",
    "not_below",
    "not_above",
    "below",
    "below_half",
    "too_few",
    "nobody_bought",
)
"""Why a channel has its letter, A to E; the last two: why it has none."""


def letter_of(bought: int, contacts: int, *, pooled: float) -> tuple[str | None, str]:
    """The letter and the reason for it.

    Args:
        bought: Contacts of the channel who bought.
        contacts: All of the channel.
        pooled: The share who bought among the contacts of all channels.

    Examples:
        >>> letter_of(20, 40, pooled=0.2), letter_of(9, 40, pooled=0.2), letter_of(7, 40, pooled=0.2)
        (('A', 'above'), ('B', 'not_below'), ('C', 'not_above'))
        >>> letter_of(4, 60, pooled=0.2), letter_of(0, 60, pooled=0.2), letter_of(9, 29, pooled=0.2)
        (('D', 'below'), ('E', 'below_half'), (None, 'too_few'))
    """
    interval = wilson(bought, contacts)
    if interval is None or contacts < FEWEST:
        return None, "too_few"
    if pooled <= 0:
        return None, "nobody_bought"
    low, high = interval
    if low > pooled:
        return "A", "above"
    if high < pooled / 2:
        return "E", "below_half"
    if high < pooled:
        return "D", "below"
    return ("B", "not_below") if bought / contacts >= pooled else ("C", "not_above")
