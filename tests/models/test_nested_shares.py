"""Shares of nested groups: by hand, groups alike and not, the likelihood's own answer, edges."""

import random

import numpy as np
import pytest
from scipy import optimize, special

from custtier.models.nested_shares import nested_shares


def test_groups_that_differ_by_less_than_chance_have_the_share_of_all() -> None:
    found = nested_shares({("x",): (100, 10), ("y",): (200, 20), ("z",): (50, 5)})
    assert found.strengths == [float("inf")]
    assert {found.share((name,)) for name in "xyz"} == {35.5 / 351}
    assert found.counts(("y",)) == (200, 20)


def test_groups_that_differ_stand_for_themselves_the_more_the_larger_they_are() -> None:
    found = nested_shares({("x",): (1000, 500), ("y",): (1000, 100), ("z",): (4, 0)})
    assert found.share(("x",)) == pytest.approx(0.5, abs=0.01)
    assert found.share(("y",)) == pytest.approx(0.1, abs=0.01)
    assert 0.02 < found.share(("z",)) < found.overall


def test_by_hand() -> None:
    # all: 12 and a half of 41; z of x: (8 − 20 × 0.3049)² ÷ 0.2119 = 17.2…; the same of y
    found = nested_shares({("x",): (20, 10), ("y",): (20, 2)})
    overall = 12.5 / 41
    variance = overall * (1 - overall)
    excess = ((10 - 20 * overall) ** 2 + (2 - 20 * overall) ** 2) / variance - 2 * 20 * 0.5
    alike = excess / (2 * 20 * 19 * 0.5)
    strength = 1 / alike - 1
    assert found.strengths[0] == pytest.approx(strength)
    assert found.share(("x",)) == pytest.approx((10 + strength * overall) / (20 + strength))


def test_a_kind_never_seen_has_the_share_of_the_narrowest_group_around_it() -> None:
    found = nested_shares({("x", 1): (500, 400), ("x", 2): (500, 300), ("y", 1): (500, 10)})
    assert found.share(("x", 3)) == found.levels[0][("x",)][0]
    assert found.share(("q", 1)) == found.overall
    assert found.counts(("x", 3)) == (0, 0)
    assert found.counts(("x",)) == (1000, 700)


def test_a_second_sign_counts_within_the_first() -> None:
    found = nested_shares({("x", 1): (400, 80), ("x", 2): (400, 80), ("y", 1): (400, 8), ("y", 2): (400, 8)})
    # within x and within y the second sign says nothing
    assert found.strengths[1] == float("inf")
    assert found.share(("x", 1)) == found.share(("x", 2)) > 0.15


def test_the_strength_is_near_that_of_the_likelihood() -> None:
    rng = np.random.default_rng(3)
    shares = rng.beta(0.2 * 40, 0.8 * 40, 300)
    sizes = rng.integers(5, 200, 300)
    hits = rng.binomial(sizes, shares)
    found = nested_shares({(n,): (int(size), int(hit)) for n, (size, hit) in enumerate(zip(sizes, hits, strict=True))})

    def loss(logs: np.ndarray) -> float:
        one, other = np.exp(logs)
        return -float((special.betaln(one + hits, other + sizes - hits) - special.betaln(one, other)).sum())

    one, other = np.exp(optimize.minimize(loss, [1.0, 2.0]).x)
    assert found.strengths[0] == pytest.approx(one + other, rel=0.25)
    assert 30 < found.strengths[0] < 55


def test_the_order_of_groups_changes_nothing_and_shares_lie_between() -> None:
    rng = random.Random(4)
    for _ in range(50):
        counts = {(a, b): (size := rng.randrange(1, 60), rng.randrange(size + 1)) for a in "xyz" for b in range(3)}
        found = nested_shares(counts)
        shuffled = dict(sorted(counts.items(), key=lambda _: rng.random()))
        again = nested_shares(shuffled)
        for group, (size, hits) in counts.items():
            share = found.share(group)
            assert again.share(group) == pytest.approx(share)
            around = found.levels[0][group[:1]][0]
            assert min(hits / size, around) - 1e-12 <= share <= max(hits / size, around) + 1e-12


@pytest.mark.parametrize("hits", [0, 50])
def test_nobody_and_everybody_are_no_certainty(hits: int) -> None:
    found = nested_shares({("x",): (25, hits // 2), ("y",): (25, hits // 2)})
    assert 0 < found.share(("x",)) < 1


def test_groups_that_could_not_differ_more_are_no_certainty_either() -> None:
    # nobody of one, all of the other: the group around, whose share is a half, counts as one person
    found = nested_shares({("x",): (10, 0), ("y",): (10, 10)})
    assert found.strengths == [1.0]
    assert (found.share(("x",)), found.share(("y",))) == (pytest.approx(0.5 / 11), pytest.approx(10.5 / 11))
