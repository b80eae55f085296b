"""Gini, Lorenz and the few who make most: by hand, by their definitions, at their edges."""

import random
from fractions import Fraction

import polars as pl
import pytest

from custtier.models.concentration import effective_count, gini, lorenz, lowest_of_best, lowest_of_fewest, parts_of
from metrics import plain


@pytest.mark.parametrize(
    ("whole", "percent", "part"),
    [
        (5, 20, 1),
        (6, 20, 2),
        (10, 20, 2),
        (1, 20, 1),
        (15, 20, 3),
        (35, 20, 7),
        (100, 7, 7),
        (3, 100, 3),
        (1000, 29, 290),
    ],
)
def test_a_share_of_a_whole_is_rounded_up_without_float_errors(whole: int, percent: int, part: int) -> None:
    assert parts_of(whole, Fraction(percent, 100)) == part


def test_gini_equals_half_the_mean_difference_over_the_mean() -> None:
    rng = random.Random(4)
    for count in (1, 2, 3, 17, 60):
        amounts = [rng.randrange(1, 10**9) for _ in range(count)]
        assert gini(pl.Series(amounts)) == pytest.approx(plain.gini(amounts), abs=1e-15)


def test_gini_of_equals_is_nothing_and_of_one_for_all_is_all_but_their_share() -> None:
    assert gini(pl.Series([7] * 9)) == 0
    assert gini(pl.Series([0] * 99 + [1])) == 0.99
    assert gini(pl.Series([], dtype=pl.Int64)) is None


def test_the_effective_number_is_the_published_one_over_the_herfindahl_index() -> None:
    # shares 40, 30, 20 and 10 %: H = 0.16 + 0.09 + 0.04 + 0.01 = 0.30
    assert effective_count(pl.Series([40, 30, 20, 10])) == pytest.approx(1 / 0.30)
    assert effective_count(pl.Series([], dtype=pl.Int64)) is None
    assert effective_count(pl.Series([0, 0])) is None
    assert effective_count(pl.Series([10**12] * 1_000_000)) == pytest.approx(1_000_000)


def test_gini_of_a_million_large_amounts_does_not_overflow() -> None:
    assert gini(pl.Series([10**12] * 1_000_000)) == 0


def test_the_lorenz_curve_has_at_most_101_points_and_ends_at_all() -> None:
    curve = lorenz(pl.Series(list(range(1, 1001))))
    assert curve.height == 101
    assert curve.row(0) == (0.0, 0.0)
    assert curve.row(-1) == (1.0, 1.0)
    assert curve.row(50) == (0.5, 500 * 501 / (1000 * 1001))
    rises = curve.get_column("cumulative_sales_share").diff().drop_nulls()
    assert rises.is_sorted()


def test_the_best_and_the_fewest_agree_with_counting() -> None:
    rng = random.Random(5)
    for _ in range(200):
        amounts = sorted(rng.choice([1, 5, 5, 100, rng.randrange(1, 999)]) for _ in range(rng.randrange(1, 40)))[::-1]
        share = Fraction(rng.randrange(1, 101), 100)
        count = rng.randrange(1, len(amounts) + 1)
        assert lowest_of_fewest(pl.Series(amounts), share=share) == plain.fewest(amounts, share)
        assert lowest_of_best(pl.Series(amounts), count=count) == plain.best(amounts, count)
