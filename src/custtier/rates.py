"""What a user's exchange rates may say: a currency's worth, from a day on; and what they come to in one currency."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from custtier.currencies import minor_digits
from custtier.periods import day_number
from custtier.text import message

Rate = float | dict[str, float]
"""The worth of one unit in the settings' currency: a number, or the day from which each number holds → the number."""

LEAST_RATE: Final = 1e-6
MOST_RATE: Final = 1e6
"""No currency is worth less or more in another; what lies beyond is a slip, and amounts would leave 64 bits."""

Fault = tuple[str, dict[str, object]]
"""What is wrong (a message), and what fills its places."""


@dataclass(frozen=True)
class Step:
    """A factor and the day from which it holds.

    Args:
        since_day: Number of its first day.
        factor: Minor units of the target that one minor unit is worth.
    """

    since_day: int
    factor: Fraction


@dataclass(frozen=True)
class Conversion:
    """What other currencies are worth in one.

    Args:
        to: The currency of the answer.
        steps: Currency → its steps by day; the first holds before its day too.
    """

    to: str
    steps: tuple[tuple[str, tuple[Step, ...]], ...]

    @property
    def currencies(self) -> tuple[str, ...]:
        """Those that are converted."""
        return tuple(name for name, _ in self.steps)


def conversion_to(currency: str, *, rates: Mapping[str, Rate], base: str) -> Conversion | None:
    """What the rates come to in one currency; None when they say nothing of it.

    Args:
        currency: That of the answer.
        rates: Of the settings, without faults.
        base: The settings' currency, in which the rates stand.

    Examples:
        >>> found = conversion_to("CNY", rates={"JPY": 0.05}, base="CNY")
        >>> [(name, steps[0].factor) for name, steps in found.steps]
        [('JPY', Fraction(5, 1))]
        >>> conversion_to("USD", rates={"JPY": 0.05}, base="CNY")
    """
    worth = {name: _dated(rate) for name, rate in rates.items()} | {base: {0: Fraction(1)}}
    if currency not in worth or len(worth) == 1:
        return None
    target = worth.pop(currency)
    return Conversion(currency, tuple((name, _steps(name, worth[name], currency, target)) for name in sorted(worth)))


def _steps(name: str, worth: Mapping[int, Fraction], currency: str, target: Mapping[int, Fraction]) -> tuple[Step, ...]:
    shift = Fraction(10) ** (minor_digits(currency) - minor_digits(name))
    days = sorted({*worth, *target})
    return tuple(Step(day, _on(worth, day) / _on(target, day) * shift) for day in days)


def _on(worth: Mapping[int, Fraction], day: int) -> Fraction:
    """The worth on a day: the latest that holds by then, else the first."""
    begun = [since for since in worth if since <= day]
    return worth[max(begun)] if begun else worth[min(worth)]


def _dated(rate: Rate) -> dict[int, Fraction]:
    """Day number → worth, exact as written."""
    if isinstance(rate, dict):
        return {day_number(date.fromisoformat(day)): Fraction(Decimal(str(each))) for day, each in rate.items()}
    return {0: Fraction(Decimal(str(rate)))}


def rate_faults(rates: Mapping[str, Rate], *, base: str) -> Iterable[Fault]:
    """What is wrong with the rates of the settings."""
    for name, rate in rates.items():
        if re.fullmatch("[A-Z]{3}", name) is None:
            yield (
                message("{path} cannot be used: rates names {key!r}, three capital letters such as USD are expected"),
                {"key": name},
            )
        elif name == base:
            yield message("{path} cannot be used: rates stand in {key}, which has none of its own"), {"key": name}
        elif rate == {}:
            yield message("{path} cannot be used: rates.{key} says no rate"), {"key": name}
        else:
            yield from _wrong_numbers(name, rate)


def _wrong_numbers(name: str, rate: Rate) -> Iterable[Fault]:
    for day, number in rate.items() if isinstance(rate, dict) else [("", rate)]:
        if day and not _is_day(day):
            wrong = message(
                "{path} cannot be used: rates.{key} has the day {value!r}, one such as 2026-07-01 is expected"
            )
            yield wrong, {"key": name, "value": day}
        elif not LEAST_RATE <= number <= MOST_RATE:
            wrong = message(
                "{path} cannot be used: rates.{key} is {value}, a number from {least} to {most} is expected"
            )
            yield wrong, {"key": name, "value": f"{number:g}", "least": "0.000001", "most": "1000000"}


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
