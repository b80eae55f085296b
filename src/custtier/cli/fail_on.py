"""Conditions over the figures of a summary, such as `rejected>0`, that make a run end with exit code 3."""

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from custtier.errors import FAIL_ON, CusttierError, usage_error

SHAPE: Final = re.compile(
    r"\s*([A-Za-z0-9_]+)\s*(>=|<=|==|!=|=|>|<)\s*(-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?)\s*(%?)\s*"
)
OPERATORS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    "==": operator.eq,
    "!=": operator.ne,
}


@dataclass(frozen=True)
class Condition:
    """A figure, an operator and a number.

    Args:
        text: As typed.
        name: The figure's name in the summary.
        sign: One of `OPERATORS`.
        bound: The number; money in major units, a percentage as a share.
    """

    text: str
    name: str
    sign: str
    bound: float

    def met_by(self, value: float | None) -> bool:
        """Whether the figure fulfils it; a figure that has no value never does."""
        return value is not None and OPERATORS[self.sign](value, self.bound)


def parse_conditions(texts: Sequence[str]) -> tuple[Condition, ...]:
    """The conditions as typed.

    Raises:
        CusttierError: `bad-condition` when one is not name, operator and number.
    """
    return tuple(_parse(text) for text in texts)


def _parse(text: str) -> Condition:
    found = SHAPE.fullmatch(text)
    if found is None:
        raise usage_error(
            "bad-condition",
            "--fail-on was given {text!r}; a name, an operator and a number are expected",
            hint="write it as 'rejected>0' or 'lapsed_share>=30%', in quotes",
            text=text,
        )
    name, sign, number, percent = found.groups()
    return Condition(text.strip(), name, sign, float(number) / 100 if percent else float(number))


def judge(conditions: Sequence[Condition], figures: Mapping[str, object]) -> None:
    """Return when no condition is met.

    Args:
        conditions: What was asked.
        figures: The summary in major units.

    Raises:
        CusttierError: `unknown-figure` when one names no number of the summary; `fail-on` (exit code 3) when one is
            met.
    """
    known = [name for name, value in figures.items() if value is None or _number(value) is not None]
    check_names(conditions, known)
    for condition in conditions:
        value = _number(figures[condition.name])
        if condition.met_by(value):
            raise CusttierError(
                "fail-on",
                "{condition} holds: {name} is {value}",
                exit_code=FAIL_ON,
                values={"condition": condition.text, "name": condition.name, "value": _shown(figures[condition.name])},
            )


def check_names(conditions: Sequence[Condition], known: Sequence[str]) -> None:
    """Return when every condition names a known figure.

    Raises:
        CusttierError: `unknown-figure`.
    """
    for condition in conditions:
        if condition.name not in known:
            raise usage_error(
                "unknown-figure",
                "--fail-on names {name!r}, which the summary does not hold; it holds {known}",
                hint="`--format json` prints the summary with its names",
                name=condition.name,
                known=", ".join(known) or "-",
            )


def _shown(value: object) -> object:
    """A share with four digits is enough to be told."""
    return round(value, 4) if isinstance(value, float) else value


def _number(value: object) -> float | None:
    return None if isinstance(value, bool) or not isinstance(value, int | float) else value
