"""What somebody at a terminal may be asked about a draft."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from custtier.text import message


@dataclass(frozen=True)
class Question:
    """One question with a few answers.

    Args:
        text: An English catalogue message.
        values: What fills its places.
        answers: What may be chosen: texts of the file, or messages of the catalogue.
        details: Beside each answer, how the values look; empty or as many.
    """

    text: str
    answers: Sequence[str]
    values: Mapping[str, object] = field(default_factory=dict)
    details: Sequence[str] = ()


class Asker(Protocol):
    """Asks the person who drafts."""

    def choose(self, question: Question) -> int | None:
        """The number of the answer, from 0; None to leave it open."""


STATES = ("unpaid", "paid", "refunded", "closed")
REFUND_STATES = ("done", "pending", "failed")
STATE_ANSWERS = (
    message("not paid yet"),
    message("paid, on its way or completed"),
    message("refunded in full"),
    message("closed or cancelled"),
)
"""In the order of `STATES`."""
REFUND_ANSWERS = (
    message("refunded"),
    message("asked for, not refunded yet"),
    message("not refunded, refused or withdrawn"),
)
"""In the order of `REFUND_STATES`."""
