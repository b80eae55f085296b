"""Published counts of a real shop: the CDNOW 1/10 sample of Fader and Hardie.

Source: `tests/data/cdnow_sample.csv`, as shipped with the package lifetimes 0.11.3 (MIT). Fader, Hardie & Lee (2005),
Marketing Science 24(2), 275-284, calibrate on 39 weeks up to 1997-09-30: 2,357 customers with 2,457 repeat purchases on
distinct days, 1,411 of them with none; 684 buy again in the 39 weeks after.
"""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from custtier.facts import Facts
from custtier.views.churn.answer import churn
from custtier.views.rfm.answer import rfm
from metrics.shops import Order, Shop, facts_of

CALIBRATION_END = date(1997, 9, 30)


@pytest.fixture(scope="module")
def cdnow() -> Facts:
    rows = pl.read_csv(
        Path(__file__).parents[1] / "data" / "cdnow_sample.csv", schema_overrides={"master_id": pl.String}
    ).with_columns(pl.col("date").str.to_date())
    # a few orders were free; one more dollar on each keeps them purchases
    orders = (
        Order(str(who), day, round(amount * 100) + 100, currency="USD")
        for who, day, amount in rows.select("master_id", "date", "amount").iter_rows()
    )
    return facts_of(Shop(tuple(orders)))


def test_repeat_purchase_days_are_the_published_ones(cdnow: Facts) -> None:
    view = churn(cdnow, as_of=CALIBRATION_END, everyone=True)
    days = view.tables["customers"].get_column("purchase_days")
    assert view.summary["customers"] == 2_357
    assert days.sum() - 2_357 == 2_457
    assert (days == 1).sum() == 1_411


def test_those_who_bought_in_the_holdout_are_the_published_ones(cdnow: Facts) -> None:
    # 273 days: the 39 weeks from 1997-10-01 to 1998-06-30
    view = churn(cdnow, as_of=date(1998, 6, 30), days=273)
    assert view.summary["customers"] == 2_357
    assert 2_357 - int(str(view.summary["lapsed"])) == 684


def test_all_orders_of_the_sample_are_counted_once(cdnow: Facts) -> None:
    assert rfm(cdnow).summary["orders"] == 6_919
