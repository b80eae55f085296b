"""Measures of forecasts: by hand, against slow plain Python, and what must hold of any."""

from collections.abc import Callable
from itertools import product
from random import Random

import numpy as np
import pytest

from custtier.models.judging import auc, brier, concordance, counted, listed, mean_of, shares_found, tenths
from custtier.models.judging_draws import Between, intervals, less


def slow_auc(scores: list[float], happened: list[bool]) -> float:
    yes = [score for score, came in zip(scores, happened, strict=True) if came]
    no = [score for score, came in zip(scores, happened, strict=True) if not came]
    won = sum(1.0 if a > b else 0.5 if a == b else 0.0 for a, b in product(yes, no))
    return won / (len(yes) * len(no))


def slow_concordance(scores: list[float], waits: list[float]) -> float:
    right = pairs = 0.0
    for (score, wait), (other, later) in product(zip(scores, waits, strict=True), repeat=2):
        if wait < later:
            pairs += 1
            right += 1.0 if score > other else 0.5 if score == other else 0.0
    return right / pairs


def slow_list(scores: list[float], happened: list[bool], length: int) -> float:
    """Hits of a list whose last places are shared by those who tie: place by place."""
    hits, left = 0.0, float(length)
    for score in sorted(set(scores), reverse=True):
        group = [came for one, came in zip(scores, happened, strict=True) if one == score]
        taken = min(left, len(group))
        hits += sum(group) * taken / len(group)
        left -= taken
    return hits


@pytest.fixture(params=range(12))
def drawn(request: pytest.FixtureRequest) -> tuple[list[float], list[bool]]:
    random = Random(request.param)
    size = random.randint(4, 60)
    scores = [round(random.random(), random.choice([1, 3])) for _ in range(size)]
    happened = [True, False, *(random.random() < score for score in scores[2:])]
    return scores, happened


def arrays(drawn: tuple[list[float], list[bool]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array(drawn[0]), np.array(drawn[1])


def test_auc_by_hand() -> None:
    # 3 of the 4 pairs stand right, one ties
    assert auc(np.array([0.9, 0.4, 0.4, 0.1]), np.array([True, True, False, False])).value == 0.875


def test_auc_is_that_of_all_pairs(drawn: tuple[list[float], list[bool]]) -> None:
    assert auc(*arrays(drawn)).value == pytest.approx(slow_auc(*drawn))


def test_auc_of_one_kind_alone_is_not_defined() -> None:
    assert np.isnan(auc(np.array([1.0, 2.0]), np.array([True, True])).value)


def test_auc_turns_over_with_the_scores_and_not_with_their_scale(drawn: tuple[list[float], list[bool]]) -> None:
    scores, happened = arrays(drawn)
    value = auc(scores, happened).value
    assert auc(-scores, happened).value == pytest.approx(1 - value)
    assert auc(np.exp(3 * scores), happened).value == pytest.approx(value)


@pytest.mark.parametrize("measured", [auc, brier], ids=["auc", "brier"])
def test_an_influence_is_what_one_more_of_a_row_changes(
    measured: Callable, drawn: tuple[list[float], list[bool]]
) -> None:
    scores, happened = arrays(drawn)
    times = 400
    many, came = np.tile(scores, times), np.tile(happened, times)
    found = measured(many, came)
    assert found.influence.sum() == pytest.approx(0, abs=1e-9)
    more = measured(np.append(many, scores[:1]), np.append(came, happened[:1]))
    assert (more.value - found.value) == pytest.approx(found.influence[0], rel=0.02, abs=1e-9)


def test_concordance_is_that_of_all_pairs(drawn: tuple[list[float], list[bool]]) -> None:
    scores, happened = drawn
    random = Random(len(scores))
    waits = [float(random.randint(1, 9)) if came else float("inf") for came in happened]
    found = concordance(np.array(scores), np.array(waits))
    assert found.value == pytest.approx(slow_concordance(scores, waits))
    assert found.influence.sum() == pytest.approx(0, abs=1e-12)


def test_concordance_of_one_day_is_the_area_under_the_curve(drawn: tuple[list[float], list[bool]]) -> None:
    scores, happened = arrays(drawn)
    found, curve = concordance(scores, np.where(happened, 5.0, np.inf)), auc(scores, happened)
    assert found.value == pytest.approx(curve.value)
    assert found.influence == pytest.approx(curve.influence)


def test_concordance_where_nobody_came_is_not_defined() -> None:
    assert np.isnan(concordance(np.arange(3.0), np.full(3, np.inf)).value)


def test_brier_by_hand() -> None:
    assert brier(np.array([0.8, 0.3]), np.array([True, False])).value == pytest.approx((0.04 + 0.09) / 2)


def test_a_list_shares_its_last_places_among_those_who_tie(drawn: tuple[list[float], list[bool]]) -> None:
    scores, happened = arrays(drawn)
    for length in {1, len(scores) // 2, len(scores)}:
        found = listed(scores, happened, length=length)
        assert found.hits == pytest.approx(slow_list(*drawn, length))
        assert found.precision == pytest.approx(found.hits / length)
        assert found.recall == pytest.approx(found.hits / happened.sum())
        assert found.lift == pytest.approx(found.hits / length / happened.mean())


def test_a_list_of_everybody_finds_everybody_and_lifts_nothing(drawn: tuple[list[float], list[bool]]) -> None:
    found = listed(*arrays(drawn), length=10_000)
    assert (found.recall, found.lift) == (1.0, pytest.approx(1.0))


def test_the_order_of_rows_changes_no_measure(drawn: tuple[list[float], list[bool]]) -> None:
    scores, happened = arrays(drawn)
    shuffled = np.random.default_rng(1).permutation(len(scores))
    for length in (1, 3):
        there = listed(scores[shuffled], happened[shuffled], length=length)
        assert there == listed(scores, happened, length=length)
    assert auc(scores[shuffled], happened[shuffled]).value == pytest.approx(auc(scores, happened).value)
    here, there_bins = tenths(scores, happened), tenths(scores[shuffled], happened[shuffled])
    assert [(one.rows, pytest.approx(one.said), one.seen) for one in here] == [
        (one.rows, one.said, one.seen) for one in there_bins
    ]


def test_parts_of_calibration_hold_all_rows_and_never_part_equal_chances(
    drawn: tuple[list[float], list[bool]],
) -> None:
    scores, happened = arrays(drawn)
    bins = tenths(scores, happened, parts=5)
    assert sum(one.rows for one in bins) == len(scores)
    assert sum(one.rows * one.seen for one in bins) == pytest.approx(happened.sum())
    assert [one.said for one in bins] == sorted(one.said for one in bins)
    assert len(tenths(np.full(30, 0.3), np.arange(30) % 2 == 0)) == 1


def test_calibration_by_hand() -> None:
    bins = tenths(np.array([0.1, 0.2, 0.7, 0.8]), np.array([False, True, True, True]), parts=2)
    assert [(one.rows, one.said, one.seen) for one in bins] == [
        (2, pytest.approx(0.15), 0.5),
        (2, pytest.approx(0.75), 1.0),
    ]


def test_gains_rise_from_nothing_to_everybody(drawn: tuple[list[float], list[bool]]) -> None:
    found = shares_found(*arrays(drawn))
    assert found[0] == (0.0, 0.0)
    assert found[-1] == (1.0, pytest.approx(1.0))
    assert [share for _, share in found] == sorted(share for _, share in found)


def test_what_is_found_on_a_list_is_what_the_list_holds(drawn: tuple[list[float], list[bool]]) -> None:
    scores, happened = arrays(drawn)
    for share, found in shares_found(scores, happened)[1:]:
        length = round(share * len(scores))
        assert found == pytest.approx(slow_list(*drawn, length) / happened.sum())


def test_what_is_found_may_be_an_amount() -> None:
    found = shares_found(np.array([3.0, 2.0, 1.0, 0.0]), np.array([50.0, 0.0, 50.0, 100.0]), points=4)
    assert found == [(0.0, 0.0), (0.25, 0.25), (0.5, 0.25), (0.75, 0.5), (1.0, 1.0)]


def test_counts_by_hand() -> None:
    found = counted(np.array([1.0, 2.0, 0.0]), np.array([2.0, 2.0, 1.0]))
    assert (found.expected, found.seen, found.bias) == (3.0, 5.0, pytest.approx(-0.4))
    assert found.mean_error.value == pytest.approx(2 / 3)
    assert found.root_error == pytest.approx((2 / 3) ** 0.5)


def test_the_best_tenth_is_found_by_whom_was_expected_most() -> None:
    seen = np.arange(20.0)
    assert counted(seen * 2, seen).top_share == 1.0
    assert counted(-seen, seen).top_share == 0.0
    assert counted(seen * 2, np.zeros(20)).top_share is None
    assert counted(seen * 2, np.zeros(20)).bias is None


def test_intervals_of_a_mean_are_those_of_its_standard_error() -> None:
    losses = np.random.default_rng(5).normal(3.0, 2.0, 4000)
    [found] = intervals([mean_of(losses)], np.arange(4000), seed=0)
    assert found.high - found.value == pytest.approx(1.96 * losses.std() / 4000**0.5, rel=0.1)


def test_a_customer_with_several_rows_is_drawn_with_all_of_them() -> None:
    losses = np.random.default_rng(6).normal(0.0, 1.0, 1000)
    [once] = intervals([mean_of(losses)], np.arange(1000), seed=0)
    doubled, whose = np.tile(losses, 4), np.tile(np.arange(1000), 4)
    [four] = intervals([mean_of(doubled)], whose, seed=0)
    assert four.high - four.value == pytest.approx(once.high - once.value, rel=1e-6)


def test_the_difference_of_a_rule_to_itself_is_nothing_for_certain() -> None:
    scores, happened = np.random.default_rng(2).random(500), np.random.default_rng(3).random(500) < 0.4
    measure = auc(scores, happened)
    [found] = intervals([less(measure, measure)], np.arange(500), seed=0)
    assert found == Between(0.0, 0.0, 0.0)
    assert found.includes_zero


def test_a_clear_difference_holds_under_any_seed() -> None:
    random = np.random.default_rng(4)
    chances = random.random(3000)
    happened = random.random(3000) < chances
    better = less(auc(chances, happened), auc(chances + random.normal(0, 1, 3000), happened))
    found = [intervals([better], np.arange(3000), seed=seed)[0] for seed in range(5)]
    assert all(one.low > 0 for one in found)


def test_where_nothing_is_known_no_difference_is_said() -> None:
    assert Between(float("nan"), float("nan"), float("nan")).includes_zero
