"""Which list of people `custtier grade` is asked for, as one value."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LeadLists:
    """Which list of people is asked for.

    Args:
        moves: Both days as typed: who has another letter on the second.
        promising: Whether those with B and C are listed who are worth a word.
        capacity: How many of them for each agent.
    """

    moves: tuple[str, str] | None = None
    promising: bool = False
    capacity: int | None = None

    @property
    def is_asked(self) -> bool:
        """Whether anything is."""
        return self != LeadLists()
