"""Draws depend on the seed, the key and the name alone, and never change."""

import polars as pl

from custtier.demo import draws
from custtier.demo.seasons import extra_orders, stay_days


def drawn(keys: list[int], *, seed: int = 1, name: str = "x", limit: int = 1000) -> list[int]:
    frame = pl.DataFrame({"key": pl.Series(keys, dtype=pl.UInt32)})
    return frame.select(draws.below(draws.base(seed, "key"), name, limit)).to_series().to_list()


def test_draws_are_what_they_always_were() -> None:
    assert drawn([0, 1, 2, 3_000_000_000]) == [583, 977, 753, 645]


def test_a_draw_does_not_depend_on_other_rows() -> None:
    assert drawn([5, 6, 7]) == [drawn([key])[0] for key in (5, 6, 7)]


def test_seeds_and_names_are_independent() -> None:
    keys = list(range(2000))
    first = drawn(keys)
    for other in (drawn(keys, seed=2), drawn(keys, name="y")):
        assert sum(a == b for a, b in zip(first, other, strict=True)) < 15


def test_draws_are_even() -> None:
    counts = pl.Series(drawn(list(range(60_000)), limit=6)).value_counts()["count"]
    assert counts.len() == 6
    assert counts.min() > 9_600 and counts.max() < 10_400  # type: ignore[operator]


def test_the_order_quantiles_rise_with_the_months() -> None:
    counts = extra_orders(31)
    assert counts.head(4096).sum() == 0
    means = [counts.slice(month * 4096, 4096).mean() for month in range(32)]
    assert means == sorted(means)
    assert 3.2 < float(str(means[12])) < 3.5


def test_stays_are_exponential() -> None:
    days = stay_days()
    assert days.is_sorted()
    assert 220 < float(str(days.median())) < 235
