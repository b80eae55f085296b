"""The models against published values: parameters, likelihoods, standard errors and single customers.

Sources: Fader, Hardie & Lee 2005 (BG/NBD on the CDNOW sample: r .243, α 4.414, a .793, b 2.426, log-likelihood
-9582.4); the vignette of the R package BTYD 2.4.3 (BG/NBD and Pareto/NBD, customer 1516, the increasing frequency
paradox); tests of the R package CLVTools 0.12.1 (Gamma-Gamma) and of the Python package lifetimes 0.11.3 (MBG/NBD,
Pareto/NBD, chances of orders, Gamma-Gamma values, from Hardie's spreadsheets); runs of BTYDplus 1.2.0 (NBD, CNBD-k,
values for the rounded published parameters); the standard errors are those of lifetimes' quickstart.
"""

import numpy as np
import pytest

from custtier.models.btyd.fits import MODELS, fitted, fitted_spend
from custtier.models.btyd.future import (
    discounted_orders,
    expected_orders,
    newcomers,
    order_chances,
    residual_orders,
)
from custtier.models.btyd.lifetimes import Lifetimes
from custtier.models.btyd.spend import expected_spend, spend_likelihood
from custtier.models.btyd.sums import Sums
from models import cdnow

BG, MBG, PARETO = MODELS["bg-nbd"], MODELS["mbg-nbd"], Lifetimes()
AT = {
    "bg-nbd": np.array([0.243, 4.414, 0.793, 2.426]),
    "mbg-nbd": np.array([0.525, 6.183, 0.891, 1.614]),
    "pareto-nbd": np.array([0.553, 10.578, 0.606, 11.669]),
}

FITS = {
    "nbd": ((0.3848, 12.072), -9763.658),
    "bg-nbd": ((0.2426, 4.4136, 0.7929, 2.426), -9582.429),
    "mbg-nbd": ((0.525, 6.183, 0.891, 1.614), -9582.136),
    "bg-cnbd-2": (None, -9855.327),
    "mbg-cnbd-2": (None, -9853.253),
    "bg-cnbd-3": (None, -10393.57),
    "mbg-cnbd-3": (None, -10394.36),
    "bg-cnbd-4": (None, -11030.19),
    "mbg-cnbd-4": (None, -11033.94),
}


def test_the_sample_is_the_published_one() -> None:
    found = cdnow.customers()
    assert (found.height, found["x"].sum(), (found["x"] == 0).sum()) == (2_357, 2_457, 1_411)
    assert (found["x_after"].sum(), (found["x_after"] > 0).sum()) == (1_882, 684)


@pytest.mark.parametrize("name", FITS)
def test_a_fit_has_the_published_parameters_and_likelihood(name: str) -> None:
    parameters, likelihood = FITS[name]
    found = fitted(MODELS[name], cdnow.histories()[0])
    digits = 2 if abs(likelihood) > 10_000 else 3
    assert round(found.optimum.log_likelihood, digits) == likelihood
    assert found.optimum.has_converged and not found.nobody_leaves and not found.optimum.at_bound
    if parameters:
        assert found.at == pytest.approx(parameters, abs=6e-4)


def test_pareto_nbd_has_the_published_likelihood_on_its_flat_ridge() -> None:
    found = fitted(PARETO, cdnow.histories()[0])
    assert round(found.optimum.log_likelihood, 3) == -9594.976
    assert found.at == pytest.approx((0.553, 10.578, 0.606, 11.66), abs=0.02)


def test_standard_errors_are_the_published_ones() -> None:
    found = fitted(BG, cdnow.histories()[0]).optimum.standard_errors
    assert found == pytest.approx((0.012557, 0.378221, 0.185719, 0.705345), rel=2e-4)


def test_gamma_gamma_has_the_published_parameters_likelihood_and_mean() -> None:
    spent = cdnow.spent()
    assert spent.customers == 946
    found = fitted_spend(spent)
    assert round(found.log_likelihood, 4) == -4055.9177
    assert found.at == pytest.approx((6.25, 3.744, 15.44), abs=6e-3)
    nobody = np.array([0]), np.array([0.0])
    shop = expected_spend(np.array([6.25, 3.74, 15.44]), orders=nobody[0], mean=nobody[1])[0]
    assert shop == pytest.approx(35.219, abs=5e-4)
    assert spend_likelihood(found.at, spent)[0] == pytest.approx(found.log_likelihood)


def test_what_an_order_brings_equals_hardies_spreadsheet() -> None:
    found = expected_spend(
        np.array([6.25, 3.74, 15.44]),
        orders=np.array([2, 1, 0, 7, 2, 2]),
        mean=np.array([22.35, 11.77, 0.0, 73.74, 25.55, 40.0]),
    )
    assert found == pytest.approx((24.663714, 18.916852, 35.21897810, 71.469671, 27.288386, 39.14042), abs=1e-5)


# x, t_x, T, horizon: expected orders and P(alive) of Pareto/NBD, BG/NBD, MBG/NBD at the rounded published parameters
POINTS = [
    (26, 30.857143, 31, 52, 25.457338, 0.99787426, 25.756492, 0.96885156, 24.002230, 0.96549805),
    (26, 30.857143, 31, 39, 20.116130, 0.99787426, 20.748354, 0.96885156, 19.449351, 0.96549805),
    (2, 30.428571, 38.857143, 39, 1.4552261, 0.86918615, 1.2261158, 0.72658972, 1.2630503, 0.70621506),
    (1, 1.714286, 38.857143, 39, 0.17122855, 0.16812715, 0.20335104, 0.21226006, 0.18899155, 0.17096749),
    (0, 0, 38.857143, 39, 0.10709283, 0.29530337, 0.19510966, 1, 0.15402449, 0.38974300),
    (7, 29.428571, 38.857143, 39, 3.7126392, 0.74954272, 3.3374394, 0.64179600, 3.1679428, 0.62276504),
    (0, 0, 32, 39, 0.14045521, 0.34128543, 0.22769185, 1, 0.18743760, 0.41055255),
    (1, 16, 32, 39, 0.78247079, 0.67702035, 0.66502864, 0.59840208, 0.71359521, 0.56171362),
    (3, 12, 32, 39, 0.94309906, 0.35667047, 0.82108166, 0.29636776, 0.77228515, 0.27474038),
]


@pytest.mark.parametrize("point", POINTS)
def test_single_customers_are_the_published_ones(point: tuple[float, ...]) -> None:
    x, t_x, T, horizon, *published = point
    history = cdnow.one(int(x), t_x, T)
    found: list[float] = []
    for name in ("pareto-nbd", "bg-nbd", "mbg-nbd"):
        model, at = MODELS[name], AT[name]
        found += [expected_orders(model, at, history, horizon=horizon)[0], model.alive(at, history)[0]]
    # the times are given to six digits
    assert found == pytest.approx(published, rel=3e-7)


def test_the_increasing_frequency_paradox_is_there_as_published() -> None:
    bg, pareto = fitted(BG, cdnow.histories()[0]), fitted(PARETO, cdnow.histories()[0])
    published = {
        10: (0.3474606, 0.7062289),
        15: (0.04283391, 0.1442396),
        20: (0.004158973, 0.02250658),
        25: (0.0003583685, 0.00309267),
    }
    for x, values in published.items():
        history = cdnow.one(x, 20, 39)
        found = [expected_orders(fit.model, fit.at, history, horizon=52)[0] for fit in (bg, pareto)]
        assert found == pytest.approx(values, rel=1e-3)


NEWCOMERS = {
    "pareto-nbd": (0.050979843, 0.42760114, 1.2130028, 1.4729968, 1.9093981),
    "bg-nbd": (0.053267891, 0.43241336, 1.1967232, 1.4460506, 1.8605191),
    "mbg-nbd": (0.053084795, 0.43346742, None, None, None),
}


@pytest.mark.parametrize("name", NEWCOMERS)
def test_a_new_customer_buys_what_is_published(name: str) -> None:
    for horizon, published in zip((1, 10, 39, 52, 78), NEWCOMERS[name], strict=True):
        found = expected_orders(MODELS[name], AT[name], newcomers(), horizon=horizon)[0]
        assert published is None or found == pytest.approx(published, rel=1e-7)


def test_the_package_btydplus_adds_up_to_99_orders_only() -> None:
    # it prints 1.8044728 for MBG/NBD at 78 weeks: the sum of n P(n) that stops there
    chances = order_chances(MBG, AT["mbg-nbd"], newcomers(), horizon=78, most=100)[0]
    assert (chances[:100] * np.arange(100)).sum() == pytest.approx(1.8044728, abs=5e-8)
    assert expected_orders(MBG, AT["mbg-nbd"], newcomers(), horizon=78)[0] == pytest.approx(1.80475758, abs=5e-9)


def test_bg_nbd_of_hardies_excel() -> None:
    at = AT["bg-nbd"]
    assert expected_orders(BG, at, cdnow.one(2, 30.43, 38.86), horizon=39)[0] == pytest.approx(1.226, abs=5e-4)
    found = [expected_orders(BG, at, newcomers(), horizon=t)[0] for t in (0.1429, 1, 3, 31.8571, 32, 78)]
    # lifetimes' table is of the unrounded parameters
    assert found == pytest.approx((0.0078, 0.0532, 0.1506, 1.0405, 1.0437, 1.8576), rel=4e-3)
    assert order_chances(BG, at, newcomers(), horizon=39, most=1)[0][0] == pytest.approx(0.5737864, abs=5e-8)
    assert order_chances(BG, at, newcomers(), horizon=2, most=11)[0][10] == pytest.approx(1.07869e-07, rel=1e-5)
    found = order_chances(BG, at, newcomers(), horizon=30, most=21)[0][11:21]
    published = np.array([19995214, 15170236, 11633150, 9003148, 7023638, 5517902, 4361913, 3467171, 2769613, 2222260])
    assert found == pytest.approx(published * 1e-10, abs=5e-11)


CHANCES = {
    "pareto-nbd": (0.59362503, 0.16556295, 0.082487184, 0.049039954, 0.031695707, 0.021484828),
    "bg-nbd": (0.57378635, 0.19939528, 0.08542976, 0.045860354, 0.027671449, 0.017965494),
    "mbg-nbd": (0.58247319, 0.18278308, 0.086894826, 0.048570443, 0.029774149, 0.019387324),
}


@pytest.mark.parametrize("name", CHANCES)
def test_chances_of_orders_are_the_published_ones(name: str) -> None:
    found = order_chances(MODELS[name], AT[name], newcomers(), horizon=39, most=6)[0][:6]
    assert found == pytest.approx(CHANCES[name], rel=1e-7)


ONE_CUSTOMER = {
    "pareto-nbd": (-9.5541228, -0.52103686),
    "bg-nbd": (-9.4584736, -0.55469723),
    "mbg-nbd": (-9.4854093, -0.53982448),
}


@pytest.mark.parametrize("name", ONE_CUSTOMER)
def test_the_likelihood_of_one_customer_is_the_published_one(name: str) -> None:
    histories = (cdnow.one(2, 30.4285714, 38.8571429), cdnow.one(0, 0, 38.8571429))
    found = [MODELS[name].log_likelihood(AT[name], Sums(history))[0] for history in histories]
    assert found == pytest.approx(ONE_CUSTOMER[name], rel=1e-7)


def test_large_x_neither_underflows_nor_overflows() -> None:
    at = np.array([0.55, 10.58, 0.61, 11.67])
    found = [expected_orders(PARETO, at, cdnow.one(x, 200.0, 200.0), horizon=10)[0] for x in (132, 133)]
    assert found == pytest.approx((6.2060517889632418, 6.2528722475748113), rel=1e-10)
    # Hardie, note 027, by way of the tests of pymc-marketing
    edge = np.array([0.25, 4.0, 0.8, 2.5])
    histories = (cdnow.one(0, 0.0, 40.0), cdnow.one(200, 38.0, 40.0))
    found = [BG.log_likelihood(edge, Sums(history))[0] for history in histories]
    assert found == pytest.approx((-0.59947382, 100.7957), rel=1e-6)


def test_discounted_orders_of_all_time_are_the_published_ones() -> None:
    histories = (cdnow.one(26, 30.857143, 31), cdnow.one(2, 30.428571, 38.857143), cdnow.one(0, 0, 38.857143))
    found = [residual_orders(PARETO, AT["pareto-nbd"], history, rate=0.0027)[0] for history in histories]
    assert found == pytest.approx((86.052659, 6.4841431, 0.47718031), rel=1e-6)


def test_the_value_of_twelve_months_is_that_of_lifetimes_when_it_is_told_that_times_are_weeks() -> None:
    histories, index = cdnow.histories()
    fit, spend = fitted(BG, histories), fitted_spend(cdnow.spent())
    orders = discounted_orders(fit.model, fit.at, histories, period=4.345, periods=12, rate=0.01)[index]
    days = cdnow.rows().filter(cdnow.pl.col("date") <= cdnow.CALIBRATION_END)
    days = days.group_by("sample_id", "date").agg(cdnow.pl.col("amount").sum()).sort("sample_id", "date")
    repeats = days.filter(cdnow.pl.int_range(cdnow.pl.len()).over("sample_id") > 0)
    means = repeats.group_by("sample_id").agg(cdnow.pl.col("amount").mean())
    table = cdnow.customers().join(means, on="sample_id", how="left", maintain_order="left").fill_null(0.0)
    each = expected_spend(spend.at, orders=table["x"].to_numpy(), mean=table["amount"].to_numpy())
    found = orders * each
    published = (36.2785, 4.6375, 8.3441, 8.3441, 8.3441, 283.5236, 6.8814, 8.3441, 43.3536, 8.3441)
    # lifetimes' search for Gamma-Gamma ends a little before the top
    assert found[:10] == pytest.approx(published, rel=1e-3)
    assert found.sum() == pytest.approx(71_509.90, rel=1e-3)
