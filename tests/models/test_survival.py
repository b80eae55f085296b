"""By which day it had happened: the published example, cases by hand, plain Python, and what holds of any times."""

import random
from fractions import Fraction

import polars as pl
import pytest

from custtier.models.survival import day_of_share, kaplan_meier, shares_by

# Freireich and others 1963, as in Cox & Oakes 1984 and Kleinbaum & Klein: weeks in remission under 6-MP
RELAPSED = (6, 6, 6, 7, 10, 13, 16, 22, 23)
STILL_WELL = (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)
PUBLISHED = {6: 0.8571, 7: 0.8067, 10: 0.7529, 13: 0.6902, 16: 0.6275, 22: 0.5378, 23: 0.4482}
DEVIATIONS = {6: 0.0764, 7: 0.0869, 10: 0.0963, 13: 0.1068, 16: 0.1141, 22: 0.1282, 23: 0.1346}


def times(came: list[int], left: list[int], **group: str) -> pl.DataFrame:
    return pl.DataFrame(
        {
            **{name: [value] * (len(came) + len(left)) for name, value in group.items()},
            "days": [*came, *left],
            "came": [1] * len(came) + [0] * len(left),
            "left": [0] * len(came) + [1] * len(left),
        },
        schema={**dict.fromkeys(group, pl.String), "days": pl.Int32, "came": pl.Int64, "left": pl.Int64},
    )


def test_the_curve_is_that_of_the_published_example() -> None:
    curve = kaplan_meier(times(list(RELAPSED), list(STILL_WELL)))
    found = {row["days"]: 1 - row["share"] for row in curve.filter(pl.col("came") > 0).iter_rows(named=True)}
    assert {day: round(stay, 4) for day, stay in found.items()} == PUBLISHED
    there = dict(curve.filter(pl.col("came") > 0).select("days", "there").iter_rows())
    assert there == {6: 21, 7: 17, 10: 15, 13: 12, 16: 11, 22: 7, 23: 6}


def test_the_interval_is_greenwoods_on_the_log_log_scale() -> None:
    # survival 0.8067 with deviation 0.0869 by week 7: log-log interval 0.563 to 0.923 (R, conf.type = "log-log")
    row = kaplan_meier(times(list(RELAPSED), list(STILL_WELL))).row(by_predicate=pl.col("days") == 7, named=True)
    assert (1 - row["high"], 1 - row["low"]) == pytest.approx((0.563, 0.923), abs=5e-4)
    last = kaplan_meier(times(list(RELAPSED), list(STILL_WELL))).row(by_predicate=pl.col("days") == 23, named=True)
    assert (1 - last["high"], 1 - last["low"]) == pytest.approx((0.188, 0.680), abs=1e-3)


def test_shares_by_a_day_are_those_of_the_last_step_and_end_with_the_last_watched() -> None:
    curve = kaplan_meier(times([2, 4], [3, 10]))
    # 4 watched: 1 of 4 on day 2, then 1 of 2 on day 4
    found = shares_by(curve, days=[1, 2, 3, 4, 10, 11])
    assert found["share"].to_list() == [0.0, 0.25, 0.25, 0.625, 0.625, None]
    assert found["there"].to_list() == [4, 3, 3, 1, 1, 0]
    assert day_of_share(curve, share=0.5)["days"].to_list() == [4]
    assert day_of_share(curve, share=0.7)["days"].to_list() == []


def test_when_it_has_happened_to_everybody_it_stays_so() -> None:
    curve = kaplan_meier(times([1, 3], []))
    found = shares_by(curve, days=[0, 90])
    assert found["share"].to_list() == [0.0, 1.0]
    assert curve["low"].to_list()[-1] is None


def test_each_group_has_its_own_curve_and_one_without_a_name_too() -> None:
    both = pl.concat([times([1], [5], channel="a"), times([2, 2], [], channel="b")]).with_columns(
        pl.col("channel").replace("b", None)
    )
    curve = kaplan_meier(both, by=["channel"])
    assert curve.select("channel", "days", "share").rows() == [("a", 1, 0.5), ("a", 5, 0.5), (None, 2, 1.0)]
    found = shares_by(curve, days=[1, 7], by=["channel"])
    assert found.select("channel", "days", "share").rows() == [
        ("a", 1, 0.5), ("a", 7, None), (None, 1, 0.0), (None, 7, 1.0),
    ]  # fmt: skip
    assert day_of_share(curve, share=0.5, by=["channel"]).rows() == [("a", 1), (None, 2)]


@pytest.mark.parametrize("seed", range(30))
def test_the_curve_is_that_of_plain_python(seed: int) -> None:
    rng = random.Random(seed)
    people = [(rng.randrange(12), rng.random() < 0.5) for _ in range(rng.randrange(1, 60))]
    curve = kaplan_meier(times([d for d, came in people if came], [d for d, came in people if not came]))
    staying = Fraction(1)
    for row in curve.sort("days").iter_rows(named=True):
        there = sum(1 for day, _ in people if day >= row["days"])
        came = sum(1 for day, is_seen in people if is_seen and day == row["days"])
        staying *= 1 - Fraction(came, there)
        assert row["there"] == there
        assert row["share"] == pytest.approx(float(1 - staying), abs=1e-12)
        assert row["low"] is None or row["low"] <= row["share"] <= row["high"]


def test_without_anybody_gone_early_the_share_is_a_plain_count() -> None:
    curve = kaplan_meier(times([1, 1, 2], [9] * 7))
    assert curve["share"].to_list() == pytest.approx([0.2, 0.3, 0.3])


def test_rows_in_another_order_change_nothing() -> None:
    whole = times(list(RELAPSED), list(STILL_WELL))
    assert kaplan_meier(whole.sample(fraction=1, shuffle=True, seed=3)).equals(kaplan_meier(whole))
