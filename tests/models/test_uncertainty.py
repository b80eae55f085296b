"""Ranges and draws: moments against chances, ranges against a slow sum, draws against the standard errors."""

import numpy as np
import pytest

from custtier.models.btyd.fits import MODELS, SPEND_SCALE, fitted, fitted_spend, scale_of
from custtier.models.btyd.future import expected_orders, order_chances, order_moments
from custtier.models.btyd.histories import histories_of
from custtier.models.btyd.sums import Sums
from custtier.models.btyd.uncertainty import drawn, order_range
from models import cdnow

AT = {
    "nbd": (0.385, 12.07),
    "bg-nbd": (0.243, 4.414, 0.793, 2.426),
    "mbg-nbd": (0.525, 6.183, 0.891, 1.614),
    "pareto-nbd": (0.553, 10.578, 0.606, 11.669),
    "mbg-cnbd-2": (0.9, 8.0, 0.6, 1.8),
}
HISTORIES = histories_of(
    np.array([0, 1, 2, 7, 26]), np.array([0.0, 1.7, 30.4, 29.4, 30.9]), np.array([38.9, 38.9, 38.9, 38.9, 31.0])
)[0]


@pytest.mark.parametrize("name", AT)
def test_moments_are_those_of_the_chances_of_every_number(name: str) -> None:
    model, at = MODELS[name], np.array(AT[name])
    chances = order_chances(model, at, HISTORIES, horizon=39, most=400)
    numbers = np.arange(401)
    mean, square = order_moments(model, at, HISTORIES, horizon=39)
    assert mean == pytest.approx(chances @ numbers, rel=1e-6)
    assert square == pytest.approx(chances @ numbers**2, rel=1e-5)
    assert mean == pytest.approx(expected_orders(model, at, HISTORIES, horizon=39), rel=1e-9)


@pytest.mark.parametrize("name", AT)
def test_a_range_ends_at_the_smallest_numbers_that_reach_its_chances(name: str) -> None:
    model, at = MODELS[name], np.array(AT[name])
    chances = order_chances(model, at, HISTORIES, horizon=39, most=400)
    low, high = order_range(model, at, HISTORIES, horizon=39, low=0.05, high=0.95)
    for row, own in enumerate(chances):
        ends = [next(n for n in range(401) if own[: n + 1].sum() >= share) for share in (0.05, 0.95)]
        assert [low[row], high[row]] == ends
    assert (low <= high).all() and high[4] > 8


def test_draws_of_parameters_scatter_as_their_standard_errors_say() -> None:
    fit = fitted(MODELS["bg-nbd"], cdnow.histories()[0])
    draws = drawn(fit.optimum, scale_of(fit.model, unit=30.0), draws=4_000, seed=1)
    logs = np.log(draws)
    assert np.exp(logs.mean(axis=0)) == pytest.approx(fit.at, rel=0.05)
    # on a scale of logarithms the published errors are relative ones: .012557, .378221, .185719, .705345
    assert logs.std(axis=0) == pytest.approx(fit.optimum.standard_errors / fit.at, rel=0.05)
    assert (drawn(fit.optimum, scale_of(fit.model, unit=30.0), draws=4_000, seed=1) == draws).all()
    spend = fitted_spend(cdnow.spent())
    assert drawn(spend, SPEND_SCALE, draws=10, seed=0).shape == (10, 3)


def test_along_a_ridge_draws_stay_where_the_likelihood_is() -> None:
    """Everybody leaves by the same coin: how much coins differ has no end, and its normal reaches far off the data."""
    rng = np.random.default_rng(3)
    rate, last = rng.gamma(3.0, 1 / 60.0, 500), rng.geometric(0.2, 500) - 1
    known, T = [], rng.integers(30, 700, 500).astype(float)
    for own, stays, until in zip(rate, last, T, strict=True):
        times = np.cumsum(rng.exponential(1 / own, stays))
        times = times[times <= until]
        known.append((len(times), float(times[-1]) if len(times) else 0.0, until))
    histories = histories_of(*(np.array(column) for column in zip(*known, strict=True)))[0]
    model, sums = MODELS["mbg-nbd"], Sums(histories)
    fit = fitted(model, histories)

    def likelihood(at: np.ndarray) -> float:
        return model.log_likelihood(at, sums)[0]

    def off(draws: np.ndarray) -> list[float]:
        return sorted(fit.optimum.log_likelihood - likelihood(at) for at in draws)

    normal = drawn(fit.optimum, scale_of(model, unit=300.0), draws=100, seed=0)
    weighed = drawn(fit.optimum, scale_of(model, unit=300.0), draws=100, seed=0, likelihood=likelihood)
    assert off(normal)[-5] > 11 and off(weighed)[-1] < 10
    means = weighed[:, 2] / weighed[:, 2:].sum(axis=1)
    assert means.mean() == pytest.approx(0.2, abs=0.05) and len(weighed) == 100
