"""What a user may settle about customers picked for one-to-one care: weights, who stays, who is in or out by hand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from math import isfinite
from typing import Any, ClassVar, Final

from custtier.text import message

STRICT: Final[dict[str, Any]] = {"extra": "forbid", "strict": False}

PARTS: Final = ("repurchase", "value", "influence", "referral", "reachability")
"""What a pick is judged by."""

WEIGHT_UNITS: Final = 1000
"""Weights are counted in thousandths."""
MOST_WEIGHT: Final = 1000

Fault = tuple[str, str, object]
"""The key, what is wrong with it (a message), its value."""

Words = tuple[str | int, ...]


@dataclass(frozen=True)
class KeyWeights:
    """How much each part counts; 0 leaves it out."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    repurchase: float = 3.0
    value: float = 3.0
    influence: float = 1.0
    referral: float = 1.0
    reachability: float = 2.0

    @property
    def thousandths(self) -> Mapping[str, int]:
        """Part → its weight in thousandths."""
        return {part: round(getattr(self, part) * WEIGHT_UNITS) for part in PARTS}


@dataclass(frozen=True)
class KeyPicks:
    """Who is picked besides by points.

    Args:
        stay_margin: Who was picked last time stays unless somebody else's score is higher by more than this part of
            theirs; 0 holds nobody.
        always: Ids of customers who are always picked, former ones too.
        never: Ids of customers who are never picked; they stand before `always`.
        always_tags: Tags whose customers are always picked.
        never_tags: Tags whose customers are never picked.
        influence_tags: Tags of people who influence others, such as the head of a group: full points for influence.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    stay_margin: float = 0.1
    always: Words = ()
    never: Words = ()
    always_tags: Words = ()
    never_tags: Words = ()
    influence_tags: Words = ()

    def texts(self, key: str) -> tuple[str, ...]:
        """The words of a list, stripped."""
        return tuple(str(word).strip() for word in getattr(self, key))

    @property
    def stay_thousandths(self) -> int:
        """The margin in thousandths."""
        return round(self.stay_margin * 1000)


def pick_faults(weights: KeyWeights, picks: KeyPicks) -> Iterable[Fault]:
    """What about them has no meaning: key, message and value."""
    for part in PARTS:
        weight = getattr(weights, part)
        if not (weight == 0 or 1 / WEIGHT_UNITS <= weight <= MOST_WEIGHT):
            wrong = message("{path} cannot be used: {key} is {value}, 0 or a number from 0.001 to 1000 is expected")
            yield f"key_weights.{part}", wrong, weight
    if not any(getattr(weights, part) for part in PARTS):
        wrong = message("{path} cannot be used: every part of {key} is 0, so that nothing tells customers apart")
        yield "key_weights", wrong, 0
    if not (isfinite(picks.stay_margin) and 0 <= picks.stay_margin <= 10):
        wrong = message("{path} cannot be used: {key} is {value}, a part such as 0.1 for a tenth is expected")
        yield "key_picks.stay_margin", wrong, picks.stay_margin
    for one in fields(picks):
        if one.name != "stay_margin" and not all(picks.texts(one.name)):
            wrong = message("{path} cannot be used: {key} holds an empty text")
            yield f"key_picks.{one.name}", wrong, ""
