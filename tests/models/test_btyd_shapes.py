"""Fits of customers of many shapes, with known parameters: weekly shoppers, donors, subscribers, odd ones, any unit."""

from dataclasses import replace

import numpy as np
import pytest

from custtier.models.btyd.fits import MODELS, fitted
from custtier.models.btyd.future import Model, buys_again, expected_orders, order_moments
from custtier.models.btyd.histories import Floats, Histories, histories_of
from custtier.models.btyd.leaving import Leaving
from custtier.models.btyd.lifetimes import Lifetimes
from custtier.models.btyd.staying import Staying
from custtier.models.btyd.sums import Sums

# r, α of single gaps (of k parts each 1/k as long), what ends it (a, b; s, β), and how long customers are known
SHAPES = {
    "weekly": ((2.0, 14.0), (0.4, 8.0), (0.6, 90.0), (180, 365)),
    "one_cohort": ((1.0, 30.0), (0.8, 2.5), (0.6, 90.0), (365, 366)),
    "donors": ((0.1, 900.0), (1.5, 1.0), (0.6, 900.0), (500, 5_000)),
    "subscribers": ((20.0, 600.0), (0.5, 12.0), (0.6, 90.0), (60, 720)),
    "leaving_fast": ((0.5, 5.0), (6.0, 1.0), (0.6, 90.0), (30, 700)),
}
NAMES = ("nbd", "bg-nbd", "mbg-nbd", "pareto-nbd", "bg-cnbd-2", "mbg-cnbd-4")


def parameters(model: Model, shape: str) -> Floats:
    (r, alpha), coin, life, _ = SHAPES[shape]
    if isinstance(model, Staying):
        return np.array([r, alpha])
    return np.array([r, alpha / model.k, *(life if isinstance(model, Lifetimes) else coin)])


def drawn(model: Model, at: Floats, T: Floats, *, seed: int) -> Histories:
    """Customers who behave as the model says, known for so long."""
    rng, size = np.random.default_rng(seed), len(T)
    rate = np.maximum(rng.gamma(at[0], 1 / at[1], size), 1e-300)
    ends = np.full(size, np.inf)
    coin = rng.beta(at[2], at[3], size) if isinstance(model, Leaving) else np.zeros(size)
    if isinstance(model, Lifetimes):
        ends = rng.exponential(1 / np.maximum(rng.gamma(at[2], 1 / at[3], size), 1e-300))
    x, t_x, log_gaps = np.zeros(size, dtype=np.int64), np.zeros(size), 0.0
    stays = (rng.random(size) >= coin) if isinstance(model, Leaving) and model.tosses_first else np.full(size, True)
    while stays.any():
        rows = np.flatnonzero(stays)
        gap = rng.gamma(model.k, 1 / rate[rows])
        came = t_x[rows] + gap <= np.minimum(T, ends)[rows]
        stays[rows[~came]] = False
        rows = rows[came]
        x[rows] += 1
        t_x[rows] += gap[came]
        log_gaps += float(np.log(gap[came]).sum())
        stays[rows] = rng.random(len(rows)) >= coin[rows]
    return histories_of(x, t_x, T, log_gaps=log_gaps)[0]


def shaped(model: Model, shape: str, *, customers: int = 500, seed: int = 11) -> Histories:
    low, high = SHAPES[shape][3]
    T = np.random.default_rng(seed).integers(low, high, customers).astype(np.float64)
    return drawn(model, parameters(model, shape), T, seed=seed)


def told(model: Model, at: Floats, own: Histories, *, horizon: float) -> tuple[Floats, ...]:
    mean, square = order_moments(model, at, own, horizon=horizon)
    return (
        expected_orders(model, at, own, horizon=horizon),
        buys_again(model, at, own, horizon=horizon),
        model.alive(at, own),
        mean,
        square,
    )


def check_sane(model: Model, at: Floats, own: Histories) -> None:
    """Everything told is a number, chances are chances, and no chance is above the number expected."""
    for horizon in (30.0, 365.0):
        orders, again, alive, mean, square = (figures for figures in told(model, at, own, horizon=horizon))
        assert all(np.isfinite(figures).all() for figures in (orders, again, alive, mean, square))
        assert (orders >= 0).all() and (again <= orders + 1e-6).all()
        assert all(((chance >= -1e-9) & (chance <= 1 + 1e-9)).all() for chance in (again, alive))
        assert mean == pytest.approx(orders, rel=1e-3, abs=1e-9)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", NAMES)
def test_a_fit_is_at_least_as_likely_as_the_truth_which_lies_within_its_errors(name: str, shape: str) -> None:
    model = MODELS[name]
    truth, own = parameters(model, shape), shaped(model, shape)
    fit = fitted(model, own)
    apart = fit.optimum.log_likelihood - model.log_likelihood(truth, Sums(own))[0]
    # twice the difference is chi-square with as many degrees of freedom as parameters: 13 holds 99.99 in 100
    assert fit.optimum.has_converged and 0 <= apart < 13
    if np.isfinite(fit.optimum.standard_errors).all() and not fit.optimum.at_bound:
        assert (fit.optimum.standard_errors > 0).all()
    # the orders expected of all are those of the truth, within what the customers tell
    here, there = (expected_orders(model, at, own, horizon=100.0) @ own.count for at in (fit.at, truth))
    assert here == pytest.approx(there, rel=0.25, abs=5)
    check_sane(model, fit.at, own)


@pytest.mark.parametrize("unit", [1 / 365.25, 86_400.0])
@pytest.mark.parametrize("name", ["nbd", "bg-nbd", "mbg-nbd", "pareto-nbd", "mbg-cnbd-3"])
def test_years_weeks_or_seconds_are_the_same_fit(name: str, unit: float) -> None:
    model = MODELS[name]
    own = shaped(model, "one_cohort", customers=500)
    gaps = float((own.x * own.count).sum())
    other = replace(own, t_x=own.t_x * unit, T=own.T * unit, log_gaps=own.log_gaps + gaps * float(np.log(unit)))
    days, units = fitted(model, own), fitted(model, other)
    times = np.array([1.0, unit, *((1.0, unit) if name == "pareto-nbd" else (1.0, 1.0))])[: len(days.at)]
    assert units.at == pytest.approx(days.at * times, rel=2e-3)
    assert units.optimum.standard_errors == pytest.approx(days.optimum.standard_errors * times, rel=0.02)
    # a likelihood of times is one per unit
    assert units.optimum.log_likelihood == pytest.approx(days.optimum.log_likelihood - gaps * np.log(unit), abs=0.01)
    orders = [expected_orders(model, at, own, horizon=90.0) for at in (days.at, units.at / times)]
    assert orders[0] == pytest.approx(orders[1], rel=2e-3)


@pytest.mark.parametrize("name", ["bg-nbd", "mbg-nbd", "pareto-nbd", "mbg-cnbd-2"])
def test_a_million_customers_of_each_kind_are_fitted_like_one_and_a_thousand_times_surer(name: str) -> None:
    model = MODELS[name]
    own = shaped(model, "one_cohort", customers=600)
    one = fitted(model, own)
    many = fitted(model, replace(own, count=own.count * 1_000_000, log_gaps=own.log_gaps * 1_000_000))
    assert many.at == pytest.approx(one.at, rel=1e-3)
    assert many.optimum.standard_errors * 1_000 == pytest.approx(one.optimum.standard_errors, rel=0.01)


@pytest.mark.parametrize("name", sorted(MODELS))
def test_one_customer_with_500_orders_spoils_no_fit(name: str) -> None:
    model = MODELS[name]
    own = shaped(model, "one_cohort", customers=300)
    gaps = own.log_gaps + 500 * float(np.log(364 / 500))
    more = Histories(*(np.append(old, new) for old, new in zip(
        (own.x, own.t_x, own.T, own.count), (500, 364.0, 365.0, 1), strict=True
    )), log_gaps=gaps)  # fmt: skip
    fit = fitted(model, more)
    assert fit.optimum.has_converged
    check_sane(model, fit.at, more)
    assert expected_orders(model, fit.at, more, horizon=365.0)[-1] > 100


@pytest.mark.parametrize("name", ["nbd", "bg-nbd", "mbg-nbd", "pareto-nbd", "mbg-cnbd-2"])
def test_customers_who_are_all_the_same_have_an_end(name: str) -> None:
    """Their rates do not differ: the shape ends at its bound, and all are expected to go on as they did."""
    same = Histories(*(np.array([one]) for one in (10, 300.0, 330.0, 500)), log_gaps=500 * 10 * float(np.log(30.0)))
    fit = fitted(MODELS[name], same)
    assert fit.optimum.has_converged and 0 in fit.optimum.at_bound
    assert expected_orders(fit.model, fit.at, same, horizon=330.0)[0] == pytest.approx(10.0, rel=0.06)


def test_who_left_years_ago_leaves_pareto_nbd_an_end_on_its_ridge() -> None:
    """All of them are gone: how long they stayed has no spread that the data tells."""
    model = MODELS["pareto-nbd"]
    own = shaped(MODELS["mbg-nbd"], "one_cohort", customers=800)
    fit = fitted(model, replace(own, T=own.T + 4_000))
    assert fit.optimum.has_converged
    assert (model.alive(fit.at, replace(own, T=own.T + 4_000)) < 0.01).all()


def test_of_two_accounts_of_many_who_came_once_the_likelier_is_found() -> None:
    """19 of 20 donors gave once: they may give seldom, or have left at once while the rest stays; both are peaks."""
    model = MODELS["mbg-nbd"]
    at = np.array([1.5, 6_000.0, 0.25, 0.04])
    own = drawn(model, at, np.random.default_rng(1).integers(500, 5_000, 3_000).astype(float), seed=2)
    assert (own.count[own.x == 0].sum() / own.customers) > 0.9
    fit, sums = fitted(model, own), Sums(own)
    assert fit.optimum.log_likelihood >= model.log_likelihood(at, sums)[0]


def test_standard_errors_are_as_wide_as_fits_of_other_customers_scatter() -> None:
    """Of 12 samples: on logarithms, errors of fits divided by their standard errors spread about 1 around about 0."""
    model, truth = MODELS["mbg-nbd"], parameters(MODELS["mbg-nbd"], "one_cohort")
    fits = [fitted(model, shaped(model, "one_cohort", customers=800, seed=seed)) for seed in range(12)]
    off = np.array([np.log(one.at / truth) / (one.optimum.standard_errors / one.at) for one in fits])
    assert np.abs(off.mean(axis=0)).max() < 0.8
    assert ((off.std(axis=0) > 0.5) & (off.std(axis=0) < 1.6)).all()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shape", ["donors", "subscribers", "leaving_fast"])
def test_gradients_are_slopes_far_from_the_published_sample_too(name: str, shape: str) -> None:
    model = MODELS[name]
    at, sums = parameters(model, shape) * 1.2, Sums(shaped(model, shape, customers=150))
    slopes = []
    for step in np.diag(at * 1e-5):
        above, below = (model.log_likelihood(at + sign * step, sums)[0] for sign in (1, -1))
        slopes.append((above - below) / (2 * step.sum()))
    # per logarithm of the parameter, since these are of very different sizes
    assert model.log_likelihood(at, sums)[1] * at == pytest.approx(np.array(slopes) * at, rel=1e-3, abs=0.01)
