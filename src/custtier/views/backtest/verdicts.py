"""Which rule is recommended: the simplest, unless another is better beyond chance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from custtier.models.judging import Ints, Measure
from custtier.models.judging_draws import Between, intervals, less

SIMPLEST: Final = "simplest"
BETTER: Final = "better"
WORSE: Final = "worse"
NO_DIFFERENCE: Final = "no_difference"


@dataclass(frozen=True)
class Verdict:
    """What is said of a rule.

    Args:
        measure: What it reached, with its interval.
        gain: By how much it is better than the simplest rule: above 0 is better, whatever the measure.
        verdict: `simplest`, `better`, `worse` or `no_difference`.
        is_recommended: Whether it is the one to use.
    """

    measure: Between
    gain: Between
    verdict: str
    is_recommended: bool


def verdicts_of(
    measures: Mapping[str, Measure],
    *,
    simple: str,
    customers: Ints,
    seed: int,
    higher_is_better: bool,
    no_choice: Sequence[str] = (),
) -> dict[str, Verdict]:
    """What is said of each rule, in the order given.

    Recommended is the rule with the best figure among those that are better than the simplest beyond chance; without
    any, the simplest.

    Args:
        measures: Rule → measure over the same rows.
        simple: The simplest rule, one of them.
        customers: See `judging_draws.intervals`.
        seed: Of the draws.
        higher_is_better: Whether a high figure is a good one.
        no_choice: Rules that stand there only to be compared with.
    """
    sign = 1 if higher_is_better else -1
    gains = {rule: _signed(less(measure, measures[simple]), sign) for rule, measure in measures.items()}
    found = intervals([*measures.values(), *gains.values()], customers, seed=seed)
    reached = dict(zip(measures, found[: len(measures)], strict=True))
    gained = dict(zip(measures, found[len(measures) :], strict=True))
    better = [rule for rule in measures if rule not in no_choice and gained[rule].low > 0]
    best = max(better, key=lambda rule: gained[rule].value, default=simple)
    return {
        rule: Verdict(reached[rule], gained[rule], _said(rule, simple, gained[rule]), rule == best) for rule in measures
    }


def _said(rule: str, simple: str, gain: Between) -> str:
    if rule == simple:
        return SIMPLEST
    if gain.includes_zero:
        return NO_DIFFERENCE
    return BETTER if gain.low > 0 else WORSE


def _signed(measure: Measure, sign: int) -> Measure:
    return Measure(sign * measure.value, sign * measure.influence)
