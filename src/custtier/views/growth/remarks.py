"""What is said beside the figures of growth: where the month is heading, how such forecasts did, what is not known."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from custtier.facts import Note
from custtier.goals import COUNTS, RATES, Goals
from custtier.models.daily_counts import FEWEST_DAYS, PATTERN_WEEKS, WEEK
from custtier.views.growth.months import Month, seen_then
from custtier.views.growth.newcomers import MONTH, Daily, bounds, outlook
from custtier.views.growth.rates import Known

_SILENT_COUNT: Final = 5
"""A silence during which so many would usually have been added looks like the end of the list."""
FEWEST_CHECKED: Final = 2


@dataclass(frozen=True)
class Heard:
    """What a note is about.

    Args:
        daily: The new contacts of everybody asked for; None where none has a day.
        months: The months seen.
        known: How far what is known reaches.
        goals: What is aimed at.
        goal: The new contacts aimed at in the month observed; None for none.
        undated: Contacts of whom nobody knows when they were added.
    """

    daily: Daily | None
    months: Sequence[Month]
    known: Known
    goals: Goals
    goal: int | None
    undated: int


def remarks(heard: Heard) -> list[Note]:
    """The notes on an answer."""
    as_of = heard.known.as_of
    notes = [] if heard.daily is None else [*_month(heard, heard.daily), *_silence(heard.daily)]
    if heard.daily is None:
        notes.append(Note("growth_no_days"))
    elif heard.undated:
        notes.append(Note("growth_undated", {"count": heard.undated}))
    if heard.daily is not None and heard.known.chats_until is None:
        notes.append(Note("growth_no_chats"))
    elif heard.daily is not None and heard.known.chats_until != as_of:
        notes.append(Note("growth_chats_until", {"until": heard.known.chats_until, "days": heard.goals.reply_days}))
    if heard.known.orders_until is None:
        notes.append(Note("growth_no_orders"))
    if not any(getattr(heard.goals, name) is not None for name in (*COUNTS, *RATES)) and not heard.goals.of:
        notes.append(Note("growth_no_goals"))
    return notes


def _month(heard: Heard, daily: Daily) -> list[Note]:
    """Where the month is heading, whether that comes to its goal, and how such forecasts did before."""
    as_of = heard.known.as_of
    seen = outlook(daily, period=MONTH, as_of=as_of)
    _, last = bounds(MONTH, as_of)
    if seen.more is None:
        return [Note("growth_too_short", {"days": len(daily.counts), "needed": FEWEST_DAYS})]
    if not seen.days_left:
        return []
    told = {"expected": seen.expected, "low": seen.low, "high": seen.high, "until": last}
    notes = [Note("growth_month", {"so_far": seen.so_far, **told})]
    chance = seen.chance(heard.goal)
    if heard.goal is not None and chance is not None and seen.so_far < heard.goal:
        wanted: dict[str, object] = {
            "goal": heard.goal,
            "chance": chance,
            "needed": seen.needed(heard.goal),
            "days_left": seen.days_left,
        }
        notes.append(Note("growth_goal", wanted))
    if len(daily.counts) < PATTERN_WEEKS * WEEK:
        notes.append(Note("growth_no_weekdays", {"weeks": PATTERN_WEEKS}))
    return [*notes, *checked(heard, daily)]


def checked(heard: Heard, daily: Daily) -> list[Note]:
    """How far off what was to be expected on the same day of the months before would have been."""
    held: list[bool] = []
    came_in_all = off = 0
    for month in heard.months[:-1]:
        then = seen_then(daily, month, as_of=heard.known.as_of)
        if then is None or then.expected is None or then.low is None or then.high is None:
            continue
        came = daily.between(month.first, month.last)
        held.append(then.low <= came <= then.high)
        came_in_all += came
        off += abs(then.expected - came)
    if len(held) < FEWEST_CHECKED or not came_in_all:
        return []
    return [Note("growth_checked", {"months": len(held), "held": sum(held), "off": off / came_in_all})]


def _silence(daily: Daily) -> list[Note]:
    """A silence up to the day observed that looks as if the list had been exported before it."""
    numbers = daily.counts.nonzero()[0]
    silent = len(daily.counts) - 1 - int(numbers[-1])
    before = daily.counts[: int(numbers[-1]) + 1][-FEWEST_DAYS:]
    if silent and float(before.mean()) * silent >= _SILENT_COUNT:
        last = date.fromordinal(daily.last.toordinal() - silent)
        return [Note("growth_silent", {"last_on": last, "days": silent})]
    return []
