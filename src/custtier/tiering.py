"""What a user may settle about tiers: which there are, where each ends, and when somebody falls out of one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from math import isfinite
from typing import Any, ClassVar, Final

from custtier.currencies import BEYOND_AMOUNTS
from custtier.text import message

STRICT: Final[dict[str, Any]] = {"extra": "forbid", "strict": False}

PROSPECT: Final = "prospect"
"""The tier of contacts who never bought, beside all others."""

LEAST_RUNS: Final = 2
"""To fall after one run is to fall at once."""

_FINEST: Final = 1_000_000
"""A share is a part of so many at most."""

Fault = tuple[str, dict[str, object]]
"""What is wrong (a message), and what fills its places."""


class CutKind(StrEnum):
    """By what tiers are cut, named as in the settings."""

    CUSTOMERS = "customers"
    SALES = "sales"
    SPENDING = "spending"


@dataclass(frozen=True)
class Tier:
    """One tier; the last of a list takes everybody who is left and has no cut.

    Args:
        code: What machine formats call it.
        zh: Its Chinese name; that of the code, or the code, when there is none.
        en: Its English name, likewise.
        customers: The share of the customers at which it ends, counted from the best: `5%` or 0.05.
        sales: The share of net sales at which it ends: the fewest best customers who make as much.
        spending: The least net sales of its customers, in the currency's main unit.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    code: str
    zh: str = ""
    en: str = ""
    customers: str | float = ""
    sales: str | float = ""
    spending: float | None = None

    @property
    def kinds(self) -> tuple[CutKind, ...]:
        """The kinds of cuts that are written; one, in a tier without faults, or none in the last."""
        return tuple(kind for kind in CutKind if getattr(self, kind) not in {"", None})

    def share(self, kind: CutKind) -> Fraction | None:
        """The share that a cut means; None when it means none between 0 and 1."""
        return part_of(getattr(self, kind))


_DEFAULT: Final = (
    Tier("core", customers="5%"),
    Tier("important", customers="20%"),
    Tier("growing", customers="50%"),
    Tier("regular"),
)


@dataclass(frozen=True)
class TierCuts:
    """The tiers, best first.

    Args:
        tiers: Checked by `tier_faults`.
    """

    tiers: tuple[Tier, ...] = _DEFAULT

    @property
    def codes(self) -> tuple[str, ...]:
        """Their codes, best first."""
        return tuple(tier.code for tier in self.tiers)

    @property
    def kind(self) -> CutKind:
        """By what they are cut; shares of the customers when there is one tier only."""
        return next((kind for tier in self.tiers for kind in tier.kinds), CutKind.CUSTOMERS)

    @property
    def shares(self) -> tuple[Fraction, ...]:
        """The shares at which all but the last end; of tiers that are cut by shares."""
        return tuple(self.tiers[place].share(self.kind) or Fraction(1) for place in range(len(self.tiers) - 1))

    @property
    def amounts(self) -> tuple[Decimal, ...]:
        """The least net sales of all but the last; of tiers that are cut by spending."""
        return tuple(Decimal(str(tier.spending)) for tier in self.tiers[:-1])

    @property
    def labels(self) -> Mapping[str, Mapping[str, Mapping[str, str]]]:
        """Names of the user's own, as `View.labels` has them; empty when there are none."""
        found = {
            tier.code: {
                lang: text.strip()
                for lang, text in (("zh", tier.zh), ("en", tier.en))
                if text.strip() and text.isprintable()
            }
            for tier in self.tiers
        }
        named = {code: names for code, names in found.items() if names}
        return {"tier": named} if named else {}


@dataclass(frozen=True)
class TierHysteresis:
    """How long somebody who fell below a tier is still shown in it; by default not at all.

    Args:
        fall_after_runs: They fall when so many kept runs in a row, the one asked for among them, put them lower; 0 for
            no such rule.
        margin: They fall when they lack more than this part of the tier's least net sales; 0 for no such rule.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    fall_after_runs: int = 0
    margin: str | float = 0.0

    @property
    def share(self) -> Fraction:
        """The margin as a fraction; 0 when there is none."""
        return part_of(self.margin) or Fraction(0)

    @property
    def is_on(self) -> bool:
        """Whether anybody may be held."""
        return bool(self.fall_after_runs or self.share)


def part_of(written: str | float) -> Fraction | None:
    """The share that `5%` or 0.05 means, exactly; None for what is none between 0 and 1.

    Examples:
        >>> part_of("12.5%"), part_of(0.2), part_of("5"), part_of(1)
        (Fraction(1, 8), Fraction(1, 5), None, None)
    """
    text = str(written).strip().replace("％", "%")
    if isinstance(written, str) and not text.endswith("%"):
        return None
    try:
        number = Decimal(text.removesuffix("%").strip())
    except InvalidOperation:
        return None
    if not number.is_finite():
        return None
    share = (Fraction(number) / (100 if text.endswith("%") else 1)).limit_denominator(_FINEST)
    return share if 0 < share < 1 else None


def tier_faults(tiers: tuple[Tier, ...], hysteresis: TierHysteresis) -> Iterable[Fault]:
    """What about the tiers has no meaning."""
    wrong = [*_code_faults(tiers)] or [*_cut_faults(tiers)] or [*_order_faults(tiers)]
    yield from wrong
    runs = hysteresis.fall_after_runs
    if runs and runs < LEAST_RUNS:
        fault = message(
            "{path} cannot be used: tier_hysteresis.fall_after_runs is {value}, a number of runs from {least} is "
            "expected, or 0 for none"
        )
        yield fault, {"value": runs, "least": LEAST_RUNS}
    if hysteresis.margin not in {0, "0%"} and part_of(hysteresis.margin) is None:
        fault = message("{path} cannot be used: tier_hysteresis.margin is {value}, a share such as 10% is expected")
        yield fault, {"value": hysteresis.margin}


def _code_faults(tiers: tuple[Tier, ...]) -> Iterable[Fault]:
    if len(tiers) <= 1:
        yield message("{path} cannot be used: tiers are {count}, at least two are expected"), {"count": len(tiers)}
    seen: set[str] = set()
    for number, tier in enumerate(tiers, start=1):
        if tier.code.split() != [tier.code] or not tier.code.isprintable():
            yield message("{path} cannot be used: tier {number} needs a code without spaces"), {"number": number}
        elif tier.code == PROSPECT:
            fault = message("{path} cannot be used: the tier {tier} is that of contacts who never bought")
            yield fault, {"tier": tier.code}
        elif tier.code in seen:
            yield message("{path} cannot be used: there are two tiers called {tier!r}"), {"tier": tier.code}
        seen.add(tier.code)


def _cut_faults(tiers: tuple[Tier, ...]) -> Iterable[Fault]:
    """Cuts that are missing, too many, or no cuts."""
    *cut, last = tiers
    for tier in cut:
        if len(tier.kinds) != 1:
            fault = message(
                "{path} cannot be used: tier {tier!r} needs one cut: customers or sales, a share such as 5%, or "
                "spending, an amount"
            )
            yield fault, {"tier": tier.code}
            return
    if last.kinds:
        fault = message(
            "{path} cannot be used: the last tier {tier!r} takes everybody who is left, so it has no {kind}"
        )
        yield fault, {"tier": last.code, "kind": last.kinds[0].value}
    kinds = sorted({kind.value for tier in cut for kind in tier.kinds})
    if len(kinds) > 1:
        fault = message("{path} cannot be used: tiers are cut by {kinds}, one of them is expected")
        yield fault, {"kinds": ", ".join(kinds)}
    for tier in cut:
        kind = tier.kinds[0]
        if kind is CutKind.SPENDING:
            if not isfinite(tier.spending or 0) or not 0 < (tier.spending or 0) < BEYOND_AMOUNTS:
                fault = message(
                    "{path} cannot be used: tier {tier!r}: spending is {value}, an amount above 0 with at most 12 "
                    "digits is expected"
                )
                yield fault, {"tier": tier.code, "value": tier.spending}
        elif tier.share(kind) is None:
            fault = message(
                "{path} cannot be used: tier {tier!r}: {kind} is {value}, a share such as 5% or 0.05 is expected"
            )
            yield fault, {"tier": tier.code, "kind": kind.value, "value": getattr(tier, kind)}


def _order_faults(tiers: tuple[Tier, ...]) -> Iterable[Fault]:
    """Tiers that do not stand best first."""
    cuts = TierCuts(tiers)
    if cuts.kind is CutKind.SPENDING:
        if any(better <= worse for better, worse in pairwise(cuts.amounts)):
            fault = message("{path} cannot be used: tiers stand best first, so their spending is expected to fall")
            yield fault, {}
    elif any(better >= worse for better, worse in pairwise(cuts.shares)):
        fault = message("{path} cannot be used: tiers stand best first, so their {kind} is expected to grow")
        yield fault, {"kind": cuts.kind.value}
