"""Differences of shares: Newcombe's published table, and what holds of any counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custtier.models.proportions import newcombe, wilson

PUBLISHED = [
    ((56, 70, 48, 80), (0.0524, 0.3339)),
    ((9, 10, 3, 10), (0.1705, 0.8090)),
    ((6, 7, 2, 7), (0.0582, 0.8062)),
    ((5, 56, 0, 29), (-0.0381, 0.1926)),
    ((0, 10, 0, 20), (-0.1611, 0.2775)),
    ((0, 10, 0, 10), (-0.2775, 0.2775)),
    ((10, 10, 0, 20), (0.6791, 1.0000)),
    ((10, 10, 0, 10), (0.6075, 1.0000)),
]
"""Newcombe, Statistics in Medicine 17 (1998), 873–890, table II, method 10."""


@pytest.mark.parametrize(("counts", "interval"), PUBLISHED)
def test_the_difference_of_two_shares_is_that_of_the_published_table(
    counts: tuple[int, int, int, int], interval: tuple[float, float]
) -> None:
    assert newcombe(*counts) == pytest.approx(interval, abs=5e-5)


def test_a_share_of_none_or_all_ends_there_exactly() -> None:
    assert all((wilson(0, total) or (1, 1))[0] == 0.0 for total in range(1, 400))
    assert all((wilson(total, total) or (0, 0))[1] == 1.0 for total in range(1, 400))


def test_of_nobody_there_is_no_difference() -> None:
    assert newcombe(0, 0, 1, 2) is None
    assert newcombe(1, 2, 0, 0) is None


@given(st.data())
def test_a_difference_turned_round_is_the_same_with_the_other_sign_and_holds_its_own_middle(
    data: st.DataObject,
) -> None:
    total_1, total_2 = (data.draw(st.integers(1, 400)) for _ in range(2))
    count_1, count_2 = data.draw(st.integers(0, total_1)), data.draw(st.integers(0, total_2))
    there, back = newcombe(count_1, total_1, count_2, total_2), newcombe(count_2, total_2, count_1, total_1)
    assert there is not None and back is not None
    assert there == pytest.approx((-back[1], -back[0]), abs=1e-12)
    assert -1 <= there[0] <= count_1 / total_1 - count_2 / total_2 <= there[1] <= 1


def test_shares_far_apart_lie_outside_each_others_intervals_and_their_difference_is_more_than_chance() -> None:
    low, high = wilson(40, 100) or (0, 0)
    assert low > (wilson(5, 100) or (0, 0))[1] and high < 0.5
    assert (newcombe(40, 100, 5, 100) or (0, 0))[0] > 0
