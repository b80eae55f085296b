"""What a user may settle about grades: how much talk makes somebody who considers, and after how long it is silence."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from custtier.text import message

STRICT: Final[dict[str, Any]] = {"extra": "forbid", "strict": False}

GRADES: Final = ("A", "B", "C", "D", "E")
"""Best first: bought; talked and considers; talked briefly and is silent; never answered; deleted us."""

WORTH_A_WORD: Final = ("B", "C")
"""Who talked, has not bought and has not deleted us."""

UNKNOWN: Final = "unknown"
"""The code, where groups are listed, of those whose letter is not known."""

MOST_DAYS: Final = 3650

Fault = tuple[str, str, object]
"""The key, what is wrong with it (a message), its value."""


@dataclass(frozen=True)
class GradeCuts:
    """From where on somebody considers, and until when.

    Args:
        b_messages: So many messages of theirs, on at least `b_days` days, are talk.
        b_days: See `b_messages`.
        b_messages_alone: So many are talk on however few days.
        silent_days: Whose last message is more days ago is silent.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    b_messages: int = 3
    b_days: int = 2
    b_messages_alone: int = 6
    silent_days: int = 14


def grade_faults(cuts: GradeCuts) -> Iterable[Fault]:
    """What about them has no meaning: key, message and value."""
    for name in ("b_messages", "b_days", "b_messages_alone"):
        value = getattr(cuts, name)
        if value < 1:
            yield f"grades.{name}", message("{path} cannot be used: {key} is {value}, at least 1 is expected"), value
    if not 0 <= cuts.silent_days <= MOST_DAYS:
        wrong = message("{path} cannot be used: {key} is {value}, days from 0 to 3650 are expected")
        yield "grades.silent_days", wrong, cuts.silent_days
    if cuts.b_messages_alone < cuts.b_messages:
        wrong = message(
            "{path} cannot be used: {key} is {value}, as many as b_messages or more are expected, because these count "
            "on however few days"
        )
        yield "grades.b_messages_alone", wrong, cuts.b_messages_alone
