"""The models by properties and slow second routes: sums, gradients, limits, traps."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import beta as beta_function
from scipy.special import gamma as gamma_function
from scipy.special import gammaln, hyp2f1
from scipy.stats import gamma as gamma_distribution

from custtier.models.btyd.fits import MODELS, fitted, fitted_spend
from custtier.models.btyd.future import Model, buys_again, expected_orders, newcomers, order_chances
from custtier.models.btyd.gammas import log_rising
from custtier.models.btyd.histories import Floats, Histories, histories_of
from custtier.models.btyd.leaving import Leaving
from custtier.models.btyd.lifetimes import Lifetimes
from custtier.models.btyd.spend import Spent, expected_spend, spend_likelihood
from custtier.models.btyd.staying import Staying
from custtier.models.btyd.sums import Sums
from models import cdnow

NAMES = sorted(MODELS)
AT = {2: np.array([0.6, 7.0]), 4: np.array([0.6, 7.0, 0.9, 2.5])}


def at_of(model: Model) -> Floats:
    return AT[len(model.parameters)]


def simulated(model: Model, at: Floats, *, customers: int, seed: int) -> tuple[Histories, Histories]:
    """Histories of customers who behave as a model says, and what they buy in the next 39: `x` of the second."""
    rng = np.random.default_rng(seed)
    horizon = 39.0
    seen, after = [], []
    for _ in range(customers):
        T = rng.uniform(20, 60)
        rate = rng.gamma(at[0], 1 / at[1])
        end, coin = np.inf, 0.0
        if isinstance(model, Lifetimes):
            end = rng.exponential(1 / rng.gamma(at[2], 1 / at[3]))
        elif isinstance(model, Leaving):
            coin = rng.beta(at[2], at[3])
        time, x, t_x, later, gaps = 0.0, 0, 0.0, 0, 0.0
        stays = not (isinstance(model, Leaving) and model.tosses_first and rng.random() < coin)
        while stays:
            gap = rng.gamma(model.k, 1 / rate) if rate > 1e-300 else np.inf
            time += max(gap, 1e-9)
            if time > min(T + horizon, end):
                break
            if time <= T:
                x, t_x, gaps = x + 1, time, gaps + np.log(gap)
            else:
                later += 1
            stays = rng.random() >= coin
        seen.append((x, t_x, T, gaps))
        after.append(later)
    x, t_x, T, gaps = (np.array(column) for column in zip(*seen, strict=True))
    histories, index = histories_of(x, t_x, T, log_gaps=float(gaps.sum()))
    ordered = np.zeros(len(histories.x), dtype=np.int64)
    np.add.at(ordered, index, np.array(after))
    return histories, Histories(ordered, histories.t_x, histories.T, histories.count)


@pytest.mark.parametrize("name", NAMES)
def test_the_gradient_is_the_slope_of_the_likelihood(name: str) -> None:
    model = MODELS[name]
    sums = Sums(cdnow.histories()[0])
    for shift in (0.5, 1.0, 2.0):
        at = at_of(model) * shift
        slopes = []
        for step in np.diag(at * 1e-6):
            above, below = (model.log_likelihood(at + sign * step, sums)[0] for sign in (1, -1))
            slopes.append((above - below) / (2 * step.sum()))
        assert model.log_likelihood(at, sums)[1] == pytest.approx(slopes, rel=1e-4, abs=1e-3)


@pytest.mark.parametrize("name", NAMES)
def test_counted_together_customers_have_the_likelihood_that_they_have_one_by_one(name: str) -> None:
    model, table = MODELS[name], cdnow.customers().head(200)
    columns = [table[column].to_numpy() for column in ("x", "t_x", "T")]
    together, _ = histories_of(*columns, log_gaps=float(table["log_gaps"].sum()))
    alone = sum(
        model.log_likelihood(
            at_of(model), Sums(histories_of(*(c[row : row + 1] for c in columns), log_gaps=table["log_gaps"][row])[0])
        )[0]
        for row in range(table.height)
    )
    assert model.log_likelihood(at_of(model), Sums(together))[0] == pytest.approx(alone)


def slow_likelihood(model: Model, at: Floats, x: int, t_x: float, T: float) -> float:
    """The likelihood of one customer by numbers of Poisson processes, integrated over the rate and the coin."""
    r, alpha = at[:2]

    def given_rate(rate: float) -> float:
        if isinstance(model, Staying):
            return rate**x * np.exp(-rate * T)
        if isinstance(model, Leaving):
            k, first = model.k, int(model.tosses_first)
            a, b = at[2:]
            bought = rate ** (k * x) * np.exp(-rate * t_x)
            quiet = sum((rate * (T - t_x)) ** j / gamma_function(j + 1) for j in range(k)) * np.exp(-rate * (T - t_x))
            stayed = beta_function(a, b + x + first) / beta_function(a, b)
            left = beta_function(a + 1, b + x + first - 1) / beta_function(a, b) if x or first else 0.0
            return bought * (stayed * quiet + left)
        s, beta = at[2:]
        here = rate**x * np.exp(-rate * T) * (beta / (beta + T)) ** s
        ended = quad(lambda u: rate**x * np.exp(-rate * u) * s * beta**s / (beta + u) ** (s + 1), t_x, T)[0]
        return here + ended

    found = quad(lambda rate: given_rate(rate) * gamma_distribution.pdf(rate, r, scale=1 / alpha), 0, np.inf, limit=200)
    return float(np.log(found[0]))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("x", "t_x", "T"), [(0, 0.0, 12.0), (1, 3.0, 12.0), (3, 11.0, 12.0), (5, 6.5, 30.0)])
def test_the_likelihood_equals_an_integral_over_rates(name: str, x: int, t_x: float, T: float) -> None:
    model = MODELS[name]
    history = cdnow.one(x, t_x, T)
    found = model.log_likelihood(at_of(model), Sums(history))[0]
    known = -x * float(gammaln(model.k))
    assert found - known == pytest.approx(slow_likelihood(model, at_of(model), x, t_x, T), rel=1e-6)


@pytest.mark.parametrize("name", ["bg-nbd", "mbg-nbd"])
def test_expected_orders_equal_the_hypergeometric_form(name: str) -> None:
    model = MODELS[name]
    assert isinstance(model, Leaving)
    r, alpha, a, b = at_of(model)
    first = int(model.tosses_first)
    for x, t_x, T, t in ((0, 0.0, 12.0, 30.0), (4, 11.0, 12.0, 30.0), (40, 25.0, 30.0, 400.0)):
        history = cdnow.one(x, t_x, T)
        z = t / (alpha + T + t)
        rest = ((alpha + T) / (alpha + T + t)) ** (r + x) * hyp2f1(r + x, b + x + first, a + b + x - 1 + first, z)
        published = (a + b + x - 1 + first) / (a - 1) * (1 - rest) * model.alive(at_of(model), history)[0]
        assert expected_orders(model, at_of(model), history, horizon=t)[0] == pytest.approx(published, rel=1e-9)


def test_a_near_one_is_no_special_point() -> None:
    history = cdnow.one(4, 11.0, 12.0)
    for name in ("bg-nbd", "mbg-cnbd-2"):
        found = [
            expected_orders(MODELS[name], np.array([0.6, 7.0, a, 2.5]), history, horizon=30)[0]
            for a in (1 - 1e-6, 1.0, 1 + 1e-6)
        ]
        assert found[0] > found[1] > found[2]
        assert found[0] == pytest.approx(found[2], rel=1e-5)
    found = [
        expected_orders(MODELS["pareto-nbd"], np.array([0.6, 7.0, s, 9.0]), history, horizon=30)[0]
        for s in (1 - 1e-6, 1.0, 1 + 1e-6)
    ]
    assert found[0] == pytest.approx(found[1], rel=1e-5) and found[2] == pytest.approx(found[1], rel=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_chances_are_chances_and_their_mean_is_what_is_expected(name: str) -> None:
    model = MODELS[name]
    histories = cdnow.histories()[0].taken(np.arange(0, 1000, 37))
    chances = order_chances(model, at_of(model), histories, horizon=30, most=250)
    assert chances.min() >= 0
    assert chances.sum(axis=1) == pytest.approx(1.0)
    expected = expected_orders(model, at_of(model), histories, horizon=30)
    assert (chances * np.arange(251)).sum(axis=1) == pytest.approx(expected, rel=1e-6, abs=1e-9)
    assert buys_again(model, at_of(model), histories, horizon=30) == pytest.approx(1 - chances[:, 0])


@pytest.mark.parametrize("name", NAMES)
def test_expected_orders_grow_with_the_horizon_and_none_come_in_no_time(name: str) -> None:
    model = MODELS[name]
    histories = cdnow.histories()[0].taken(np.arange(0, 1000, 37))
    found = [expected_orders(model, at_of(model), histories, horizon=t) for t in (0, 1, 2, 10, 100)]
    assert (found[0] == 0).all()
    assert all((later > earlier).all() for earlier, later in pairwise(found))


@pytest.mark.parametrize("name", NAMES)
def test_who_has_been_quiet_for_longer_is_less_likely_a_customer(name: str) -> None:
    model = MODELS[name]
    for x in (1, 5, 20):
        alive = [model.alive(at_of(model), cdnow.one(x, 10.0, T))[0] for T in (10.0, 11.0, 20.0, 60.0)]
        if isinstance(model, Staying):
            assert alive == [1.0] * 4
        else:
            assert alive == sorted(alive, reverse=True) and alive[0] > alive[-1]


@pytest.mark.parametrize("name", NAMES)
def test_the_unit_of_time_changes_nothing(name: str) -> None:
    model = MODELS[name]
    days, weeks = cdnow.histories(1.0)[0], cdnow.histories(7.0)[0]
    by_day, by_week = fitted(model, days), fitted(model, weeks)
    assert by_day.at[1] == pytest.approx(by_week.at[1] * 7, rel=2e-3)
    shift = 2_457 * np.log(7)
    assert by_day.optimum.log_likelihood + shift == pytest.approx(by_week.optimum.log_likelihood, abs=1e-4)
    found = [
        expected_orders(model, fit.at, histories, horizon=horizon).sum()
        for fit, histories, horizon in ((by_day, days, 273), (by_week, weeks, 39))
    ]
    assert found[0] == pytest.approx(found[1], rel=1e-3)


CONSERVED = {"bg-nbd": 0.015, "pareto-nbd": 0.028, "mbg-nbd": 0.007}


@pytest.mark.parametrize("name", CONSERVED)
def test_expected_orders_of_the_calibration_add_up_as_published(name: str) -> None:
    histories = cdnow.histories()[0]
    fit = fitted(MODELS[name], histories)
    expected = sum(
        expected_orders(fit.model, fit.at, newcomers(), horizon=T)[0] * n
        for T, n in zip(Sums(histories).T, Sums(histories).n_of_T, strict=True)
    )
    assert expected / 2_457 - 1 == pytest.approx(CONSERVED[name], abs=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["bg-nbd", "mbg-nbd", "pareto-nbd", "mbg-cnbd-2", "bg-cnbd-3", "nbd"])
def test_a_fit_finds_the_parameters_of_simulated_customers_and_their_future(name: str) -> None:
    model = MODELS[name]
    at = np.array([0.8, 6.0, 1.2, 3.0]) if name != "nbd" else np.array([0.8, 6.0])
    at = at if name != "pareto-nbd" else np.array([0.8, 6.0, 0.8, 12.0])
    histories, later = simulated(model, at, customers=6000, seed=4)
    fit = fitted(model, histories)
    assert fit.optimum.log_likelihood >= model.log_likelihood(at, Sums(histories))[0]
    off = np.abs(fit.at - at) / fit.optimum.standard_errors
    assert off.max() < 4
    expected = float((expected_orders(model, at, histories, horizon=39) * histories.count).sum())
    assert expected == pytest.approx(later.x.sum(), rel=0.05)


def test_data_without_leaving_falls_back_to_nbd_and_is_finite() -> None:
    histories, _ = simulated(Staying(), np.array([0.8, 6.0]), customers=1500, seed=1)
    staying = fitted(MODELS["nbd"], histories)
    for name in ("bg-nbd", "mbg-nbd", "pareto-nbd"):
        fit = fitted(MODELS[name], histories)
        assert fit.nobody_leaves
        assert fit.optimum.log_likelihood == pytest.approx(staying.optimum.log_likelihood, abs=0.5)
        found = expected_orders(fit.model, fit.at, histories, horizon=39)
        assert found.sum() == pytest.approx(
            expected_orders(staying.model, staying.at, histories, horizon=39).sum(), rel=0.1
        )


def test_bg_nbd_never_calls_a_one_time_buyer_lost_and_the_modified_one_does() -> None:
    quiet = cdnow.one(0, 0.0, 500.0)
    assert MODELS["bg-nbd"].alive(AT[4], quiet)[0] == 1.0
    assert MODELS["mbg-nbd"].alive(AT[4], quiet)[0] < 0.2


def test_a_large_search_begins_with_a_sample_and_ends_where_the_whole_does(monkeypatch: pytest.MonkeyPatch) -> None:
    histories, whole = cdnow.histories()[0], fitted(MODELS["bg-nbd"], cdnow.histories()[0])
    monkeypatch.setattr("custtier.models.btyd.fits._FEW", 200)
    for seed in (0, 1):
        begun = fitted(MODELS["bg-nbd"], histories, seed=seed)
        assert begun.optimum.log_likelihood == pytest.approx(whole.optimum.log_likelihood, abs=1e-6)
        assert begun.at == pytest.approx(whole.at, rel=1e-3)


@pytest.mark.parametrize("name", NAMES)
def test_tiny_and_strange_shops_end_in_numbers(name: str) -> None:
    shops = [
        ([0], [0.0], [10.0]),
        ([0, 0, 0], [0.0, 0.0, 0.0], [10.0, 10.0, 10.0]),
        ([3], [9.0], [10.0]),
        ([0, 1, 200], [0.0, 10.0, 10.0], [10.0, 10.0, 10.0]),
        ([0, 0], [0.0, 0.0], [0.0, 0.0]),
    ]
    for columns in shops:
        histories, _ = histories_of(*(np.array(column) for column in columns))
        fit = fitted(MODELS[name], histories)
        assert np.isfinite(fit.at).all() and np.isfinite(fit.optimum.log_likelihood)
        assert np.isfinite(expected_orders(fit.model, fit.at, histories, horizon=30)).all()


def test_histories_are_told_apart_and_every_customer_finds_theirs() -> None:
    x, t_x, T = np.array([1, 0, 1, 0]), np.array([2.0, 0.0, 2.0, 0.0]), np.array([5.0, 5.0, 5.0, 4.0])
    found, index = histories_of(x, t_x, T)
    assert (found.customers, found.repeaters, len(found.x)) == (4, 2, 3)
    assert (found.x[index] == x).all() and (found.t_x[index] == t_x).all() and (found.T[index] == T).all()
    assert found.count[index[0]] == 2


def test_the_spend_gradient_is_the_slope_and_a_mean_of_many_is_believed() -> None:
    spent, at = cdnow.spent(), np.array([3.0, 2.5, 20.0])
    slopes = [
        (spend_likelihood(at + step, spent)[0] - spend_likelihood(at - step, spent)[0]) / (2 * step.sum())
        for step in np.diag(at * 1e-6)
    ]
    assert spend_likelihood(at, spent)[1] == pytest.approx(slopes, rel=1e-5)
    found = expected_spend(at, orders=np.array([0, 1, 10, 10_000]), mean=np.array([0.0, 90.0, 90.0, 90.0]))
    assert list(found) == sorted(found) and found[-1] == pytest.approx(90.0, rel=1e-2)
    assert expected_spend(np.array([1.0, 0.9, 5.0]), orders=np.array([0]), mean=np.array([0.0]))[0] == np.inf


def test_equal_amounts_are_fitted_without_an_error() -> None:
    spent = Spent(np.array([1, 2, 3]), np.array([50.0, 50.0, 50.0]), np.array([40, 20, 5]))
    fit = fitted_spend(spent)
    assert np.isfinite(fit.at).all()
    assert expected_spend(fit.at, orders=spent.orders, mean=spent.mean) == pytest.approx([50.0] * 3, rel=0.05)


@pytest.mark.parametrize("base", [0.3, 999.0, 1_000.0, 22_026.0, 1e9])
def test_logarithms_of_rising_products_are_those_of_the_factors(base: float) -> None:
    steps = np.array([0, 1, 2, 17, 400])
    factors = [float(np.log(base + np.arange(many)).sum()) for many in steps]
    assert log_rising(base, steps) == pytest.approx(factors, rel=1e-13, abs=1e-13 * max(base, 1.0) ** 0.5)
