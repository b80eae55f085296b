"""What a user may set as goals of growth: new contacts, replies, first orders, buyers who return; of all or of one."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from math import inf
from typing import Any, ClassVar, Final

from custtier.same_name import folded_name
from custtier.text import message

STRICT: Final[dict[str, Any]] = {"extra": "forbid", "strict": False}

Fault = tuple[str, str, object]
"""The key, what is wrong with it (a message), its value."""

MOST_DAYS: Final = 365
COUNTS: Final = ("new_contacts_per_day", "new_contacts_per_week", "new_contacts_per_month")
RATES: Final = ("first_reply_share", "first_order_share", "retention_share", "conversion_share")
LENGTHS: Final = ("reply_days", "order_days", "retention_days")


@dataclass(frozen=True)
class Targets:
    """What is aimed at; None aims at nothing.

    Args:
        new_contacts_per_day: People added on a day.
        new_contacts_per_week: People added from Monday to Sunday; None for seven days of those of a day.
        new_contacts_per_month: People added in a calendar month; None for its days of those of a day.
        first_reply_share: Part of new contacts who write to us within `reply_days`.
        first_order_share: Part of new contacts who buy within `order_days`.
        retention_share: Part of a period's buyers who buy again in the next.
        conversion_share: Part of all contacts who have become buyers.
    """

    new_contacts_per_day: float | None = None
    new_contacts_per_week: float | None = None
    new_contacts_per_month: float | None = None
    first_reply_share: float | None = None
    first_order_share: float | None = None
    retention_share: float | None = None
    conversion_share: float | None = None

    def of_days(self, period: str, *, days: int) -> float | None:
        """The new contacts aimed at in a `day`, `week` or `month` of so many days."""
        named = {"day": self.new_contacts_per_day, "week": self.new_contacts_per_week}
        whole = named.get(period, self.new_contacts_per_month)
        if whole is None and self.new_contacts_per_day is not None:
            return self.new_contacts_per_day * days
        return whole


@dataclass(frozen=True)
class GoalOf(Targets):
    """Goals of one agent or one channel.

    Args:
        agent: Whose they are.
        channel: Or of which channel.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    agent: str = ""
    channel: str = ""


@dataclass(frozen=True)
class Goals(Targets):
    """Goals of the shop, and of agents and channels.

    Args:
        reply_days: Within how many days of being added somebody has to write to count as a first reply.
        order_days: Within how many days of being added somebody has to buy to count as a first order.
        retention_days: Length of a period of which buyers are followed into the next.
        of: Goals of single agents and channels.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    reply_days: int = 7
    order_days: int = 30
    retention_days: int = 30
    of: tuple[GoalOf, ...] = ()

    @property
    def targets(self) -> Targets:
        """Those of the whole shop."""
        return Targets(**{one.name: getattr(self, one.name) for one in fields(Targets)})

    def targets_of(self, kind: str, name: str | None) -> Targets:
        """Those of an agent or channel (`kind`); nothing is aimed at where none are written.

        Examples:
            >>> goals = Goals(new_contacts_per_day=20, of=(GoalOf(agent="Lin", new_contacts_per_day=5),))
            >>> goals.targets_of("agent", "lin").new_contacts_per_day
            5
            >>> goals.targets_of("agent", "Wang").new_contacts_per_day is None
            True
        """
        for one in self.of:
            if name is not None and folded_name(getattr(one, kind)) == folded_name(name):
                return one
        return Targets()


def goal_faults(goals: Goals) -> Iterable[Fault]:
    """What about them has no meaning: key, message and value."""
    for key in LENGTHS:
        days = getattr(goals, key)
        if not 1 <= days <= MOST_DAYS:
            yield f"goals.{key}", message("{path} cannot be used: {key} is {value}, 1 to 365 days are expected"), days
    yield from _target_faults(goals, "goals")
    seen: set[tuple[str, str]] = set()
    for number, one in enumerate(goals.of, start=1):
        place = f"goals.of {number}"
        named = (folded_name(one.agent), folded_name(one.channel))
        if bool(named[0]) == bool(named[1]):
            wrong = message("{path} cannot be used: {key} needs either an agent or a channel, and not both")
            yield place, wrong, ""
        elif named in seen:
            wrong = message("{path} cannot be used: {key}: there are other goals of {value} already")
            yield place, wrong, one.agent or one.channel
        seen.add(named)
        yield from _target_faults(one, place)


def _target_faults(targets: Targets, place: str) -> Iterable[Fault]:
    for key in COUNTS:
        count = getattr(targets, key)
        if count is not None and not 0 < count < inf:
            wrong = message("{path} cannot be used: {key} is {value}, a number above 0 is expected")
            yield f"{place}.{key}", wrong, count
    for key in RATES:
        share = getattr(targets, key)
        if share is not None and not 0 < share <= 1:
            wrong = message("{path} cannot be used: {key} is {value}, a part such as 0.3 for 30 % is expected")
            yield f"{place}.{key}", wrong, share
