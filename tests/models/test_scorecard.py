"""The scorecard: by hand, against another program's logistic regression, and what holds for any rows."""

import numpy as np
import pytest
from scipy.stats import chi2
from sklearn.linear_model import LogisticRegression

from custtier.models.judging import auc, lift
from custtier.models.scorecard import beyond_chance, chance_of, fitted

SIZES = [3, 2, 4]


def rows(seed: int, *, customers: int = 600) -> tuple[np.ndarray, np.ndarray]:
    """Levels of three signals, the first of which moves the odds."""
    draw = np.random.default_rng(seed)
    levels = np.stack([draw.integers(0, size, customers) for size in SIZES], axis=1)
    return levels, draw.random(customers) < chance_of(-1.5 + np.array([-0.8, 0.0, 1.2])[levels[:, 0]])


def test_one_signal_without_a_prior_gives_the_shares_of_its_levels() -> None:
    levels = np.array([0] * 40 + [1] * 60)[:, None]
    happened = np.array([True] * 10 + [False] * 30 + [True] * 30 + [False] * 30)
    card = fitted(levels, happened, sizes=[2], spread=1e4)
    assert card.chances(np.array([[0], [1]])) == pytest.approx([0.25, 0.5], abs=1e-6)
    assert card.weights[0][1] - card.weights[0][0] == pytest.approx(np.log(3), abs=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_another_program_finds_the_same_chances(seed: int) -> None:
    levels, happened = rows(seed)
    card = fitted(levels, happened, sizes=SIZES, spread=0.7)
    columns = np.concatenate([np.eye(size)[levels[:, place]] for place, size in enumerate(SIZES)], axis=1)
    other = LogisticRegression(C=0.7**2, tol=1e-10, max_iter=10_000).fit(columns, happened)
    assert card.chances(levels) == pytest.approx(other.predict_proba(columns)[:, 1], abs=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_chances_add_up_to_what_happened_and_weights_average_nothing(seed: int) -> None:
    levels, happened = rows(seed)
    card = fitted(levels, happened, sizes=SIZES)
    assert card.chances(levels).sum() == pytest.approx(happened.sum(), abs=1e-6)
    assert card.parts(levels).mean(axis=0) == pytest.approx(np.zeros(3), abs=1e-12)


def test_the_order_of_rows_changes_no_digit() -> None:
    levels, happened = rows(3)
    order = np.random.default_rng(0).permutation(len(levels))
    one, other = fitted(levels, happened, sizes=SIZES), fitted(levels[order], happened[order], sizes=SIZES)
    assert one.base == other.base
    assert all(np.array_equal(a, b) for a, b in zip(one.weights, other.weights, strict=True))


def test_a_level_of_few_customers_says_little_whatever_happened_to_them() -> None:
    levels = np.array([0] * 500 + [1] * 3)[:, None]
    happened = np.array([True] * 100 + [False] * 400 + [True] * 3)
    card = fitted(levels, happened, sizes=[2])
    assert 0.2 < float(card.chances(np.array([[1]]))[0]) < 0.6


def test_what_happened_to_everybody_of_a_level_has_an_end() -> None:
    levels = np.array([0] * 5000 + [1] * 5000)[:, None]
    happened = np.array([False] * 5000 + [True] * 5000)
    assert np.isfinite(fitted(levels, happened, sizes=[2]).base)


def test_the_bound_of_the_test_is_that_of_its_distribution() -> None:
    for freedom in (1, 2, 4, 9):
        bound = chi2.ppf(0.95, freedom)
        counts = np.full(freedom + 1, 10_000)
        levels = np.repeat(np.arange(freedom + 1), counts)

        # half of everybody, but for one level above and one below by as much as the bound asks for
        def happened(share: float, *, counts: np.ndarray = counts) -> np.ndarray:
            moved = np.sqrt(share * 10_000 / 8)
            came = np.round(counts / 2 + np.array([moved, -moved, *[0.0] * (len(counts) - 2)])).astype(int)
            return np.concatenate([np.arange(size) < number for size, number in zip(counts, came, strict=True)])

        assert beyond_chance(levels, happened(bound * 1.08), size=freedom + 1)
        assert not beyond_chance(levels, happened(bound * 0.92), size=freedom + 1)


def test_a_signal_of_one_level_says_nothing() -> None:
    assert not beyond_chance(np.zeros(10, dtype=np.int64), np.arange(10) < 5, size=3)


def test_the_lift_of_a_list_by_hand() -> None:
    scores = np.array([9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0, 0.0])
    happened = np.array([1, 1, 0, 1, 0, 0, 0, 1, 0, 0], dtype=bool)
    found = lift(scores, happened, length=2)
    assert found.value == pytest.approx(1.0 / 0.4)
    assert found.influence.sum() == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_the_part_of_a_row_in_a_lift_is_what_counting_it_once_more_changes(seed: int) -> None:
    draw = np.random.default_rng(seed)
    scores, happened = draw.random(400), draw.random(400) < 0.3
    found = lift(scores, happened, length=80)
    cut = np.sort(scores)[-80]
    for row in range(0, 400, 37):
        weights = np.ones(400)
        weights[row] += 1e-6
        on_list = scores >= cut
        share = (weights * happened * on_list).sum() / (weights * on_list).sum()
        moved = share / ((weights * happened).sum() / weights.sum())
        assert (moved - found.value) / 1e-6 == pytest.approx(found.influence[row], abs=1e-4)


def test_scores_that_are_all_the_same_have_an_auc_of_a_half_without_doubt() -> None:
    found = auc(np.full(50, 0.2), np.arange(50) < 10)
    assert found.value == 0.5
    assert not found.influence.any()
