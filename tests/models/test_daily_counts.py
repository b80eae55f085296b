"""Counts to come: the distribution against SciPy, ranges on drawn shops, weekdays planted and none, edges."""

import numpy as np
import pytest
from scipy import stats

from custtier.models.daily_counts import FEWEST_DAYS, Pace, ToCome, pace_of, to_come

FLAT = np.ones(7)


def pace(level: float, *, spread: float = 1.0, base: float = 28.0) -> Pace:
    return Pace(level, FLAT, spread, base, has_pattern=False)


@pytest.mark.parametrize(("level", "spread", "ahead"), [(0.02, 1, 3), (1.5, 1, 10), (20, 4, 12), (400, 30, 20)])
def test_the_sum_to_come_is_negative_binomial(level: float, spread: float, ahead: int) -> None:
    found = to_come(pace(level, spread=spread), [0] * ahead)
    mean = level * ahead
    variance = spread * mean * (1 + ahead / 28)
    size = mean**2 / (variance - mean)
    law = stats.nbinom(size, size / (size + mean))
    assert found.chances == pytest.approx(law.pmf(np.arange(len(found.chances))), abs=1e-9)
    for share in (0.05, 0.5, 0.95):
        assert found.quantile(share) == law.ppf(share)
    assert found.at_least(mean) == pytest.approx(law.sf(np.ceil(mean) - 1), abs=1e-9)


def test_nothing_comes_after_the_last_day_and_what_is_reached_is_certain() -> None:
    over = to_come(pace(5), [])
    assert (over.mean, over.quantile(0.95), over.at_least(0), over.at_least(1)) == (0.0, 0, 1.0, 0.0)
    assert ToCome(0.0, np.ones(1)).at_least(-3) == 1.0


def test_a_level_is_that_of_four_weeks_and_half_a_person() -> None:
    counts = np.array([9] * 20 + [2] * 28)
    found = pace_of(counts, last_weekday=6)
    assert found is not None
    assert found.level == (2 * 28 + 0.5) / 28
    longer = pace_of(counts, last_weekday=6, current_days=31)
    assert longer is not None
    assert longer.level == (2 * 28 + 9 * 3 + 0.5) / 31


def test_with_fewer_than_four_weeks_nothing_is_said() -> None:
    assert pace_of(np.ones(FEWEST_DAYS - 1, dtype=np.int64), last_weekday=0) is None
    assert pace_of(np.ones(FEWEST_DAYS, dtype=np.int64), last_weekday=0) is not None


def test_four_weeks_without_anybody_are_not_never() -> None:
    found = pace_of(np.array([3] + [0] * 60), last_weekday=2)
    assert found is not None
    assert 0 < to_come(found, [3, 4, 5]).mean < 0.1


def test_a_planted_weekday_is_found() -> None:
    rng = np.random.default_rng(7)
    shape = np.array([1.2, 1.2, 1.2, 1.2, 1.2, 0.8, 0.2])
    counts = rng.poisson(20 * shape[np.arange(26 * 7) % 7])
    found = pace_of(counts, last_weekday=6)
    assert found is not None
    assert found.factors == pytest.approx(shape, abs=0.08)
    assert found.factors.mean() == pytest.approx(1)


def test_weekdays_that_differ_by_chance_alone_are_mostly_taken_alike() -> None:
    rng = np.random.default_rng(8)
    off = [np.abs(found.factors - 1).max() for _ in range(60) if (found := _drawn(rng)) is not None]
    assert np.median(off) < 0.06


def _drawn(rng: np.random.Generator) -> Pace | None:
    return pace_of(rng.poisson(20, 26 * 7), last_weekday=6)


@pytest.mark.parametrize("spread", [1, 5])
def test_ranges_hold_about_nine_of_ten(spread: int) -> None:
    rng = np.random.default_rng(9)
    held = 0
    for _ in range(300):
        counts = rng.poisson(12, 105) if spread == 1 else rng.negative_binomial(12 / 4, 1 / 5, 105)
        found = pace_of(counts[:90], last_weekday=89 % 7, current_days=15)
        assert found is not None
        more = to_come(found, [(90 + ahead) % 7 for ahead in range(15)])
        held += more.quantile(0.05) <= counts[90:].sum() <= more.quantile(0.95)
    assert 0.86 <= held / 300 <= 0.98


def test_weeks_that_differ_make_the_range_wider() -> None:
    even = np.array([10] * 56)
    waves = np.array([16] * 7 + [4] * 7 + [16] * 7 + [4] * 7 + [16] * 7 + [4] * 7 + [16] * 7 + [4] * 7)
    one, other = pace_of(even, last_weekday=6), pace_of(waves, last_weekday=6)
    assert one is not None
    assert other is not None
    assert one.spread == 1
    # eight weeks of 112 and 28 around 70: 8 × 42² ÷ 70 over seven degrees of freedom
    assert other.spread == pytest.approx(8 * 42**2 / 70 / 7)


def test_a_chance_of_so_many_comes_true_about_so_often() -> None:
    rng = np.random.default_rng(10)
    said, came = [], []
    for _ in range(400):
        counts = rng.poisson(rng.choice([1, 4, 15]), 84)
        found = pace_of(counts[:70], last_weekday=6, current_days=14)
        assert found is not None
        goal = round(float(counts[:70].mean()) * 14 * rng.uniform(0.8, 1.2))
        said.append(to_come(found, [day % 7 for day in range(14)]).at_least(goal))
        came.append(counts[70:].sum() >= goal)
    said, came = np.array(said), np.array(came)
    for low, high in ((0, 0.25), (0.25, 0.5), (0.5, 0.75), (0.75, 1)):
        part = (said >= low) & (said <= high)
        assert abs(said[part].mean() - came[part].mean()) < 0.12
